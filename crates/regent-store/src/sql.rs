//! The only file that names sqlx: two drivers behind one connection, one value, one row.
//!
//! Everything above speaks one SQL text with `$1` placeholders and the two column types that mean
//! the same on both engines, `TEXT` and `BIGINT`. Where the engines differ, [`Dialect`] says how.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use futures_util::stream::BoxStream;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgListener, PgPoolOptions, PgRow};
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteError, SqliteJournalMode, SqliteRow, SqliteSynchronous,
};
use sqlx::{
    Arguments as _, AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, Row as _,
    SqliteConnection,
};

use crate::dialect::Dialect;

/// How long SQLite waits for another process to finish writing before it answers "busy".
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Why a statement failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SqlError {
    #[error("the database did not answer within {} s", .0.as_secs())]
    Timeout(Duration),
    #[error(transparent)]
    Driver(#[from] sqlx::Error),
}

impl SqlError {
    /// Whether the same transaction may succeed when it is tried again, on a new connection.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Timeout(_)
            | Self::Driver(sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed) => {
                true
            }
            Self::Driver(sqlx::Error::Database(error)) => {
                let code = error.code().unwrap_or_default();
                let is_sqlite = error.as_error().is::<SqliteError>();
                let dialect = if is_sqlite { Dialect::Sqlite } else { Dialect::Postgres };
                dialect.is_transient(&code)
            }
            Self::Driver(_) => false,
        }
    }

    /// Whether a row was to be created that is there already.
    pub(crate) fn is_duplicate(&self) -> bool {
        matches!(self, Self::Driver(sqlx::Error::Database(error)) if error.is_unique_violation())
    }
}

/// Where connections lead. Printing it prints no password.
pub(crate) enum Database {
    Sqlite(SqliteConnectOptions),
    Postgres(PgConnectOptions),
}

impl Database {
    /// A database that lives as long as its one connection.
    pub(crate) fn memory() -> Self {
        Self::Sqlite(SqliteConnectOptions::new().in_memory(true).disable_statement_logging())
    }

    pub(crate) fn file(path: &Path) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("cache_size", "-16384")
            .pragma("wal_autocheckpoint", "8000")
            .pragma("temp_store", "MEMORY")
            .disable_statement_logging();
        Self::Sqlite(options)
    }

    pub(crate) fn postgres(url: &str) -> Result<Self, SqlError> {
        Ok(Self::Postgres(url.parse::<PgConnectOptions>()?.disable_statement_logging()))
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    pub(crate) async fn connect(&self) -> Result<Connection, SqlError> {
        Ok(match self {
            Self::Sqlite(options) => Connection::Sqlite(SqliteConnection::connect_with(options).await?),
            Self::Postgres(options) => Connection::Postgres(PgConnection::connect_with(options).await?),
        })
    }

    /// Hears what other connections say on this channel; nothing where the engine has no such thing.
    pub(crate) async fn listen(&self, channel: &str) -> Result<Option<Listener>, SqlError> {
        let Self::Postgres(options) = self else { return Ok(None) };
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .connect_lazy_with(options.clone());
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.ignore_pool_close_event(true);
        listener.listen(channel).await?;
        Ok(Some(Listener(listener)))
    }
}

/// The hearing end of a notification channel; connects again by itself.
pub(crate) struct Listener(PgListener);

impl Listener {
    pub(crate) async fn hear(&mut self) -> Result<String, SqlError> {
        Ok(self.0.recv().await?.payload().to_owned())
    }
}

/// What a placeholder stands for.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Int(i64),
    Text(Arc<str>),
    Null,
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<&Arc<str>> for Value {
    fn from(text: &Arc<str>) -> Self {
        Self::Text(Arc::clone(text))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

/// A statement's text: written in the source, or built once and kept so that it stays prepared.
#[derive(Debug, Clone)]
pub(crate) enum Text {
    Fixed(&'static str),
    Built(Arc<str>),
}

impl From<&'static str> for Text {
    fn from(text: &'static str) -> Self {
        Self::Fixed(text)
    }
}

impl sqlx::SqlSafeStr for Text {
    fn into_sql_str(self) -> sqlx::SqlStr {
        match self {
            Self::Fixed(text) => text.into_sql_str(),
            Self::Built(text) => AssertSqlSafe(text).into_sql_str(),
        }
    }
}

/// One connection. After any failure it is closed, never used again: see [`crate::link`].
pub(crate) enum Connection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Connection {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a statement with no parameters, unprepared: `BEGIN`, `COMMIT`, `CREATE`, `PRAGMA`.
    pub(crate) async fn run(&mut self, text: impl Into<Text>) -> Result<(), SqlError> {
        let query = sqlx::raw_sql(text.into());
        match self {
            Self::Sqlite(connection) => query.execute(connection).await.map(drop)?,
            Self::Postgres(connection) => query.execute(connection).await.map(drop)?,
        }
        Ok(())
    }

    /// Runs a statement; returns how many rows it changed.
    pub(crate) async fn execute(
        &mut self,
        text: impl Into<Text>,
        values: Vec<Value>,
    ) -> Result<u64, SqlError> {
        let text = text.into();
        Ok(match self {
            Self::Sqlite(connection) => {
                let query = sqlx::query_with(text, sqlite_arguments(values)?);
                query.execute(connection).await?.rows_affected()
            }
            Self::Postgres(connection) => {
                let query = sqlx::query_with(text, postgres_arguments(values)?);
                query.execute(connection).await?.rows_affected()
            }
        })
    }

    /// The rows a statement answers, as they arrive.
    pub(crate) fn rows(&mut self, text: impl Into<Text>, values: Vec<Value>) -> Result<Rows<'_>, SqlError> {
        let text = text.into();
        Ok(match self {
            Self::Sqlite(connection) => {
                Rows::Sqlite(sqlx::query_with(text, sqlite_arguments(values)?).fetch(connection))
            }
            Self::Postgres(connection) => {
                Rows::Postgres(sqlx::query_with(text, postgres_arguments(values)?).fetch(connection))
            }
        })
    }

    /// The one row a statement answers, if it answers any.
    pub(crate) async fn row(
        &mut self,
        text: impl Into<Text>,
        values: Vec<Value>,
    ) -> Result<Option<Row>, SqlError> {
        let mut rows = self.rows(text, values)?;
        let row = rows.next().await?;
        while rows.next().await?.is_some() {} // to the end: the statement must be over
        Ok(row)
    }

    pub(crate) async fn close(self) -> Result<(), SqlError> {
        match self {
            Self::Sqlite(connection) => connection.close().await?,
            Self::Postgres(connection) => connection.close().await?,
        }
        Ok(())
    }
}

/// Rows on their way.
pub(crate) enum Rows<'c> {
    Sqlite(BoxStream<'c, Result<SqliteRow, sqlx::Error>>),
    Postgres(BoxStream<'c, Result<PgRow, sqlx::Error>>),
}

impl Rows<'_> {
    pub(crate) async fn next(&mut self) -> Result<Option<Row>, SqlError> {
        Ok(match self {
            Self::Sqlite(rows) => rows.try_next().await?.map(Row::Sqlite),
            Self::Postgres(rows) => rows.try_next().await?.map(Row::Postgres),
        })
    }
}

/// A row whose columns are read by position.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    pub(crate) fn int(&self, column: usize) -> Result<i64, SqlError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(crate) fn text(&self, column: usize) -> Result<&str, SqlError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    /// The text, or nothing for `NULL`.
    pub(crate) fn optional_text(&self, column: usize) -> Result<Option<&str>, SqlError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }
}

fn sqlite_arguments(values: Vec<Value>) -> Result<SqliteArguments, SqlError> {
    let mut arguments = SqliteArguments::default();
    arguments.reserve(values.len(), 0);
    for value in values {
        match value {
            Value::Int(number) => arguments.add(number),
            Value::Text(text) => arguments.add(text),
            Value::Null => arguments.add(None::<i64>),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

fn postgres_arguments(values: Vec<Value>) -> Result<PgArguments, SqlError> {
    let mut arguments = PgArguments::default();
    for value in values {
        match value {
            Value::Int(number) => arguments.add(number),
            Value::Text(text) => arguments.add(&*text),
            Value::Null => arguments.add(None::<&str>),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}
