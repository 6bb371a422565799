//! PostgreSQL for the tests: Debian's, started by `tests/postgres.sh`, on a socket in a new folder.
//!
//! The server is the one that `REGENT_TEST_POSTGRES` names, or else this process starts its own,
//! which ends with it. Where there is deliberately none, the variable says `absent`.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use regent_store::{Location, Store};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

use crate::place::{Place, options};
use crate::shelf::Shelf;

/// Whether this machine is said to have no PostgreSQL. A test on PostgreSQL then has nothing to do.
#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says it there")]
pub(crate) fn is_absent() -> bool {
    std::env::var("REGENT_TEST_POSTGRES").is_ok_and(|value| value == "absent")
}

/// A server started by this process. Its standard input ends with the process, and so does it.
struct Server {
    folder: String,
    _script: Option<Child>,
}

impl Server {
    #[expect(clippy::disallowed_methods, reason = "whoever runs the tests says it there")]
    fn get() -> &'static Self {
        static SERVER: OnceLock<Server> = OnceLock::new();
        SERVER.get_or_init(|| match std::env::var("REGENT_TEST_POSTGRES") {
            Ok(folder) => Self { folder, _script: None },
            Err(_) => Self::start(),
        })
    }

    fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/postgres.sh");
        let mut script = Command::new(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut folder = String::new();
        BufReader::new(script.stdout.take().unwrap()).read_line(&mut folder).unwrap();
        if folder.is_empty() {
            let mut error = String::new();
            script.stderr.take().unwrap().read_to_string(&mut error).unwrap();
            panic!("PostgreSQL did not start; set REGENT_TEST_POSTGRES=absent to do without\n{error}");
        }
        Self { folder: folder.trim().to_owned(), _script: Some(script) }
    }

    async fn connect(&self, database: &str) -> PgConnection {
        PgConnection::connect(&url(&self.folder, database)).await.unwrap()
    }
}

/// Where a database is, by the folder its server's socket is in.
pub(crate) fn url(folder: &str, database: &str) -> String {
    format!("postgres://regent@localhost/{database}?host={folder}")
}

/// A database on the server, cloned from one that has the tables.
pub(crate) struct Postgres {
    database: String,
}

const TEMPLATE: &str = "regent_template";

impl Postgres {
    /// The folder of the server's socket.
    pub(crate) fn folder() -> &'static str {
        &Server::get().folder
    }

    pub(crate) fn database(&self) -> &str {
        &self.database
    }

    async fn create(template: &str) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let made = MADE.fetch_add(1, Ordering::Relaxed);
        let database = format!("test_{}_{made}", std::process::id());
        let mut connection = Server::get().connect("postgres").await;
        execute(&mut connection, &format!("CREATE DATABASE {database} TEMPLATE {template}")).await.unwrap();
        Self { database }
    }
}

async fn execute(connection: &mut PgConnection, text: &str) -> sqlx::Result<Vec<sqlx::postgres::PgRow>> {
    sqlx::raw_sql(AssertSqlSafe(text)).fetch_all(connection).await
}

/// Makes the template, unless another test has.
async fn make_template() {
    let mut connection = Server::get().connect("postgres").await;
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
        let mut connection = Server::get().connect(&self.database).await;
        let rows = execute(&mut connection, text).await.unwrap();
        connection.close().await.unwrap();
        rows.iter().map(|row| (0..row.len()).map(|column| row.get_unchecked(column)).collect()).collect()
    }
}
