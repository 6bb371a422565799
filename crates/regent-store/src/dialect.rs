//! The few things SQLite and PostgreSQL say differently.
//!
//! Everything else is one text for both. A new difference belongs here or, better, nowhere.

/// Which language the database speaks. PostgreSQL stands for every server that speaks its wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// Said once on every new connection.
    ///
    /// A node that hangs while it holds the head must not stop the others for long: the server
    /// ends its idle transaction, and nobody waits for a lock without end.
    pub(crate) fn greeting(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => &[],
            Self::Postgres => &["SET idle_in_transaction_session_timeout = '10s'", "SET lock_timeout = '5s'"],
        }
    }

    /// A statement of a migration in this engine's words.
    ///
    /// SQLite keeps a table beside the index of its key unless it is told not to; others do not know these words.
    pub(crate) fn spell(self, statement: &'static str) -> &'static str {
        match self {
            Self::Sqlite => statement,
            Self::Postgres => statement.strip_suffix(" WITHOUT ROWID").unwrap_or(statement),
        }
    }

    /// Begins a transaction that will write.
    ///
    /// SQLite takes its one write lock at once: a transaction that reads first and then wants to
    /// write can only fail when someone else wrote in between.
    pub(crate) fn begin_write(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
        }
    }

    /// Begins a transaction whose every statement sees one state of the database.
    pub(crate) fn begin_read(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN",
            Self::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    /// Said before a clean stop: moves what is in SQLite's write-ahead log into the one file.
    pub(crate) fn farewell(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => Some("PRAGMA wal_checkpoint(TRUNCATE)"),
            Self::Postgres => None,
        }
    }

    /// Tells the other nodes that there is something to read.
    pub(crate) fn notify(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("SELECT pg_notify($1, $2)"),
        }
    }

    /// Whether facts, chores and writes share one connection.
    ///
    /// SQLite has one writer at a time and waits for it by sleeping; waiting in our own queue
    /// is both fairer and faster.
    pub(crate) fn has_one_writer(self) -> bool {
        match self {
            Self::Sqlite => true,
            Self::Postgres => false,
        }
    }

    /// Whether a row costs more on its way from the driver than to be read and decoded.
    pub(crate) fn has_dear_rows(self) -> bool {
        match self {
            Self::Sqlite => true,
            Self::Postgres => false,
        }
    }

    /// Whether an error of this code may go away when the transaction is tried again.
    pub(crate) fn is_transient(self, code: &str) -> bool {
        match self {
            // The low byte is the primary code: 5 is SQLITE_BUSY, 6 is SQLITE_LOCKED.
            Self::Sqlite => code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6)),
            Self::Postgres => {
                let retried = [
                    "40001", // serialization_failure
                    "40003", // statement_completion_unknown
                    "40P01", // deadlock_detected
                    "55P03", // lock_not_available
                    "53300", // too_many_connections
                    "25006", // read_only_sql_transaction: a standby that is not yet primary
                    "25P03", // idle_in_transaction_session_timeout
                ];
                // class 08: connection exception; 57P: the server is stopping or starting
                retried.contains(&code) || code.starts_with("08") || code.starts_with("57P")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Dialect;

    #[track_caller]
    fn check(dialect: Dialect, code: &str, expected: bool) {
        assert_eq!(dialect.is_transient(code), expected, "{dialect:?} {code}");
    }

    #[test]
    fn only_what_may_go_away_is_tried_again() {
        check(Dialect::Sqlite, "5", true); // SQLITE_BUSY
        check(Dialect::Sqlite, "517", true); // SQLITE_BUSY_SNAPSHOT
        check(Dialect::Sqlite, "262", true); // SQLITE_LOCKED_SHAREDCACHE
        check(Dialect::Sqlite, "13", false); // SQLITE_FULL
        check(Dialect::Sqlite, "1555", false); // SQLITE_CONSTRAINT_PRIMARYKEY
        check(Dialect::Postgres, "40001", true);
        check(Dialect::Postgres, "57P01", true); // admin_shutdown
        check(Dialect::Postgres, "08006", true); // connection_failure
        check(Dialect::Postgres, "23505", false); // unique_violation
        check(Dialect::Postgres, "53100", false); // disk_full
        check(Dialect::Postgres, "5", false);
    }
}
