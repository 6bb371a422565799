//! Why the store could not do what it was asked.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use crate::seq::Seq;
use crate::sql::SqlError;

/// Why the store could not do what it was asked.
///
/// For [`Store::write`](crate::Store::write) every variant but [`OutcomeUnknown`] means that
/// nothing was written.
///
/// Cloning is cheap: the commands of one batch share the fate of their transaction.
///
/// [`OutcomeUnknown`]: StoreError::OutcomeUnknown
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The database refused, could not be reached, or stayed busy for too long.
    #[error("the database cannot be used")]
    Database(#[source] Arc<dyn Error + Send + Sync>),
    /// The connection was lost while the commit was under way, and for as long as we tried
    /// nobody could say whether it is in. What the picture shows later is true.
    #[error("it is not known whether the write is in; expected an answer to the commit")]
    OutcomeUnknown,
    /// A record is not as this node's picture says: someone changed the tables without the log.
    /// The picture has been read anew; the commands of this transaction must be asked for again.
    #[error("{table} differs from what the change log says; expected it to be written through the log only")]
    Diverged {
        /// What was found to differ.
        table: &'static str,
    },
    /// A record in the database cannot be read. Leaving it out might grant what it denies, so
    /// nothing is served instead.
    #[error("record `{name}` cannot be decoded")]
    Undecodable {
        /// Account, kind and key.
        name: String,
        /// What its kind says about it.
        #[source]
        source: Arc<dyn Error + Send + Sync>,
    },
    /// A command tried to write what cannot be kept; nothing of the command was written.
    #[error("record `{name}` cannot be stored: {reason}")]
    Unstorable {
        /// Account, kind and key.
        name: String,
        /// What was expected.
        reason: &'static str,
    },
    /// The log could not be confirmed for longer than the configured bound.
    #[error("the change log was last confirmed {} s ago", age.as_secs())]
    Stale {
        /// How long ago this node knew that it had seen everything.
        age: Duration,
    },
    /// A change of another node did not arrive in time.
    #[error("seq `{wanted}` has not arrived; this node is at `{reached}`")]
    Behind {
        /// What was asked for.
        wanted: Seq,
        /// Where this node is.
        reached: Seq,
    },
    /// Another node is changing the tables and does not finish.
    #[error("another node has been migrating the database for {} s", waited.as_secs())]
    Migrating {
        /// How long this node waited for it.
        waited: Duration,
    },
    /// The store is stopping or has stopped.
    #[error("the store is closed")]
    Closed,
}

impl From<SqlError> for StoreError {
    fn from(error: SqlError) -> Self {
        Self::Database(Arc::new(error))
    }
}

impl StoreError {
    /// Whether trying the whole transaction again may help.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Database(error) => error.downcast_ref::<SqlError>().is_some_and(SqlError::is_transient),
            Self::OutcomeUnknown
            | Self::Diverged { .. }
            | Self::Undecodable { .. }
            | Self::Unstorable { .. }
            | Self::Stale { .. }
            | Self::Behind { .. }
            | Self::Migrating { .. }
            | Self::Closed => false,
        }
    }
}
