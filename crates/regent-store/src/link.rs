//! A connection that is made when needed and thrown away after any failure.
//!
//! There is no pool. The committer, the follower and the chores hold one link each, so nothing
//! waits for a free connection; and a connection in an unknown state (a statement that timed out,
//! a transaction that may be open) is dropped, which rolls back, instead of being repaired.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::sql::{Connection, Database, SqlError};

/// How long connecting may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// Whether the data outlives the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lifetime {
    Lasting,
    /// The data is gone with its connection: whatever happens, this one is kept.
    WithConnection,
}

/// One task's way to the database. Links may share a connection, so each use locks it.
pub(crate) type SharedLink = Arc<Mutex<Link>>;

/// Gives up on work that takes longer. The link it used must then be abandoned.
pub(crate) async fn limited<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    timeout(limit, work).await.unwrap_or_else(|_| Err(SqlError::Timeout(limit).into()))
}

/// See the [module](self).
pub(crate) struct Link {
    database: Arc<Database>,
    lifetime: Lifetime,
    connection: Option<Connection>,
}

impl Link {
    pub(crate) fn new(database: Arc<Database>, lifetime: Lifetime) -> Self {
        Self { database, lifetime, connection: None }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.database.dialect()
    }

    /// The connection, made now if there is none.
    pub(crate) async fn open(&mut self) -> Result<&mut Connection, SqlError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        Ok(self.connection.insert(connection))
    }

    async fn connect(&self) -> Result<Connection, SqlError> {
        let mut connection = timeout(CONNECT_LIMIT, self.database.connect())
            .await
            .map_err(|_| SqlError::Timeout(CONNECT_LIMIT))??;
        for statement in self.dialect().greeting() {
            if let Err(error) = connection.run(*statement).await {
                tracing::debug!(statement, %error, "the database does not know a session setting");
            }
        }
        Ok(connection)
    }

    /// Gives up whatever was going on: nothing of an open transaction remains.
    pub(crate) async fn abandon(&mut self) {
        match self.lifetime {
            Lifetime::Lasting => self.connection = None,
            Lifetime::WithConnection => {
                if let Some(connection) = &mut self.connection
                    && let Err(error) = connection.run("ROLLBACK").await
                {
                    tracing::debug!(%error, "there was no transaction to roll back");
                }
            }
        }
    }

    /// Closes the connection in good order; on SQLite that leaves one file.
    pub(crate) async fn close(&mut self) -> Result<(), SqlError> {
        let Some(mut connection) = self.connection.take() else { return Ok(()) };
        if let Some(statement) = self.dialect().farewell() {
            connection.run(statement).await?;
        }
        connection.close().await
    }
}
