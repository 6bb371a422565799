//! Databases on the PostgreSQL of the tests, cloned from one that has the tables.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use regent_store::{Location, Store};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

use crate::place::{Place, options};
use crate::shelf::Shelf;

#[path = "../support/postgres_server.rs"]
mod server;

pub(crate) use server::{is_absent, url};

async fn connect(database: &str) -> PgConnection {
    PgConnection::connect(&url(server::folder(), database)).await.unwrap()
}

/// A database on the server, cloned from one that has the tables.
pub(crate) struct Postgres {
    database: String,
}

const TEMPLATE: &str = "regent_template";

impl Postgres {
    /// The folder of the server's socket.
    pub(crate) fn folder() -> &'static str {
        server::folder()
    }

    pub(crate) fn database(&self) -> &str {
        &self.database
    }

    async fn create(template: &str) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let made = MADE.fetch_add(1, Ordering::Relaxed);
        let database = format!("test_{}_{made}", std::process::id());
        let mut connection = connect("postgres").await;
        execute(&mut connection, &format!("CREATE DATABASE {database} TEMPLATE {template}")).await.unwrap();
        Self { database }
    }
}

async fn execute(connection: &mut PgConnection, text: &str) -> sqlx::Result<Vec<sqlx::postgres::PgRow>> {
    sqlx::raw_sql(AssertSqlSafe(text)).fetch_all(connection).await
}

/// Makes the template, unless another test has.
async fn make_template() {
    let mut connection = connect("postgres").await;
    execute(&mut connection, "SELECT pg_advisory_lock(1)").await.unwrap();
    let found = format!("SELECT 1 FROM pg_database WHERE datname = '{TEMPLATE}'");
    if execute(&mut connection, &found).await.unwrap().is_empty() {
        let draft = format!("{TEMPLATE}_draft");
        execute(&mut connection, &format!("CREATE DATABASE {draft}")).await.unwrap();
        let location = Location::Postgres(url(Postgres::folder(), &draft));
        Store::<Shelf>::open(&location, options()).await.unwrap().shutdown().await.unwrap();
        // the server notices a moment later that the last connection is gone
        let rename = format!("ALTER DATABASE {draft} RENAME TO {TEMPLATE}");
        while execute(&mut connection, &rename).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    connection.close().await.unwrap();
}

impl Place for Postgres {
    async fn new() -> Self {
        make_template().await;
        Self::create(TEMPLATE).await
    }

    async fn bare() -> Self {
        Self::create("template0").await
    }

    fn location(&self) -> Location {
        Location::Postgres(url(Self::folder(), &self.database))
    }

    async fn sql(&self, text: &str) -> Vec<Vec<String>> {
        let mut connection = connect(&self.database).await;
        let rows = execute(&mut connection, text).await.unwrap();
        connection.close().await.unwrap();
        rows.iter().map(|row| (0..row.len()).map(|column| row.get_unchecked(column)).collect()).collect()
    }
}
