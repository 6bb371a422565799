//! Brings the tables to what this version needs.
//!
//! A migration is a file of statements, each run in a transaction of its own and each harmless when
//! run again, because not every server can change tables in a transaction. Nodes of two versions
//! run side by side for a while, so a migration only ever adds; what is no longer used goes in a
//! later release. Two nodes that start at once take turns by a lease, a row with an end: the lock
//! functions some servers have, others do not.

use std::collections::HashSet;
use std::time::Duration;

use tokio::time::sleep;

use crate::error::StoreError;
use crate::link::Link;
use crate::options::Options;
use crate::sql::{Connection, Value};

/// In the order in which they are applied. A name never changes.
const MIGRATIONS: [(&str, &str); 5] = [
    ("0001_record", include_str!("../migrations/0001_record.sql")),
    ("0002_log", include_str!("../migrations/0002_log.sql")),
    ("0003_fact", include_str!("../migrations/0003_fact.sql")),
    ("0004_archive", include_str!("../migrations/0004_archive.sql")),
    ("0005_change_name", include_str!("../migrations/0005_change_name.sql")),
];

/// The two tables the migrator itself needs.
const BOOTSTRAP: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS migration (name TEXT NOT NULL PRIMARY KEY, applied_us BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS lease (name TEXT NOT NULL PRIMARY KEY, holder BIGINT NOT NULL, until_us BIGINT NOT NULL)",
];

const LEASE: Duration = Duration::from_mins(1);
/// How often to look whether another node has finished, and how many times.
const PAUSE: Duration = Duration::from_millis(250);
const LOOKS: u32 = 480;

/// Applies what is missing, or waits until another node has done so.
pub(crate) async fn migrate(link: &mut Link, options: &Options) -> Result<(), StoreError> {
    let holder = options.entropy.number();
    let mut failures = 0;
    for _ in 0..LOOKS {
        match step(link, options, holder).await {
            Ok(Step::Done) => return Ok(()),
            Ok(Step::Again) => continue,
            Ok(Step::Wait) => {}
            // Two nodes creating one table at the same moment disturb each other.
            Err(StoreError::Database(error)) if failures < 8 => {
                failures += 1;
                tracing::debug!(%error, "migrating is tried again");
                link.abandon().await;
            }
            Err(error) => return Err(error),
        }
        sleep(options.entropy.jitter(PAUSE)).await;
    }
    Err(StoreError::Migrating { waited: PAUSE * LOOKS })
}

enum Step {
    Done,
    /// There is more to do, at once.
    Again,
    /// Another node is at it.
    Wait,
}

async fn step(link: &mut Link, options: &Options, holder: i64) -> Result<Step, StoreError> {
    let connection = link.open().await?;
    // Asked before anything is created: a node may well lack the right to create tables.
    let Ok(applied) = applied(connection).await else {
        for statement in BOOTSTRAP {
            connection.run(statement).await?;
        }
        return Ok(Step::Again);
    };
    let missing: Vec<_> = MIGRATIONS.iter().filter(|(name, _)| !applied.contains(*name)).collect();
    if missing.is_empty() {
        return Ok(Step::Done);
    }
    for (name, text) in missing {
        for statement in statements(text) {
            if !lease(connection, options, holder).await? {
                return Ok(Step::Wait);
            }
            connection.run(connection.dialect().spell(statement)).await?;
        }
        let record = "INSERT INTO migration (name, applied_us) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
        connection.execute(record, vec![Value::from(*name), Value::Int(options.clock.now_us())]).await?;
        tracing::info!(migration = name, "applied");
    }
    let release = "DELETE FROM lease WHERE name = 'migrator' AND holder = $1";
    connection.execute(release, vec![Value::Int(holder)]).await?;
    Ok(Step::Done)
}

async fn applied(connection: &mut Connection) -> Result<HashSet<String>, StoreError> {
    let mut names = HashSet::new();
    let mut rows = connection.rows("SELECT name FROM migration", Vec::new())?;
    while let Some(row) = rows.next().await? {
        names.insert(row.text(0)?.to_owned());
    }
    Ok(names)
}

/// Takes the lease, or keeps it for longer; says whether this node has it.
async fn lease(connection: &mut Connection, options: &Options, holder: i64) -> Result<bool, StoreError> {
    let statement = "INSERT INTO lease (name, holder, until_us) VALUES ('migrator', $1, $2) \
        ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_us = excluded.until_us \
        WHERE lease.holder = excluded.holder OR lease.until_us < $3";
    let now_us = options.clock.now_us();
    let until_us = now_us.saturating_add(i64::try_from(LEASE.as_micros()).unwrap_or(i64::MAX));
    let values = [holder, until_us, now_us].map(Value::Int).to_vec();
    Ok(connection.execute(statement, values).await? == 1)
}

/// The statements of a file. Each ends with a semicolon at the end of a line.
fn statements(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split(";\n").map(str::trim).filter(|statement| !statement.is_empty())
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::{LEASE, MIGRATIONS, lease, migrate, statements};
    use crate::link::{Lifetime, Link};
    use crate::options::{Clock, Entropy, Options};
    use crate::sql::Database;

    /// A database in memory with all its tables.
    pub(crate) async fn migrated() -> Link {
        let mut link = Link::new(Arc::new(Database::memory()), Lifetime::WithConnection);
        let options = Options::new(Clock::new(|| 0), Entropy::new(|| 4));
        migrate(&mut link, &options).await.unwrap();
        link
    }

    #[test]
    fn names_follow_their_number_and_every_statement_may_run_twice() {
        for (position, (name, text)) in MIGRATIONS.iter().enumerate() {
            assert!(name.starts_with(&format!("{:04}_", position + 1)), "{name}");
            for statement in statements(text) {
                let repeatable = ["IF NOT EXISTS", "IF EXISTS", "DO NOTHING"];
                assert!(repeatable.iter().any(|words| statement.contains(words)), "{name}: {statement}");
            }
        }
    }

    #[tokio::test]
    async fn a_lease_is_held_by_one_until_it_ends() {
        let now_us = Arc::new(AtomicI64::new(7));
        let clock = Arc::clone(&now_us);
        let options = Options::new(Clock::new(move || clock.load(Ordering::Relaxed)), Entropy::new(|| 4));
        let mut link = Link::new(Arc::new(Database::memory()), Lifetime::WithConnection);
        migrate(&mut link, &options).await.unwrap();
        let connection = link.open().await.unwrap();
        let half_us = i64::try_from(LEASE.as_micros()).unwrap() / 2;
        let steps =
            [(1, 0, true), (2, 0, false), (1, half_us, true), (2, half_us, false), (2, half_us + 1, true)];
        for (holder, later_us, expected) in steps {
            now_us.fetch_add(later_us, Ordering::Relaxed);
            assert_eq!(lease(connection, &options, holder).await.unwrap(), expected, "{holder} {later_us}");
        }
    }
}
