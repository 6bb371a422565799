//! The task that writes facts down and reads what other nodes have written.

use std::error::Error;
use std::sync::LazyLock;
use std::time::Duration;

use tokio::sync::watch;

use super::{Fact, Facts, JOINT, Unwritten};
use crate::error::StoreError;
use crate::link::{Link, SharedLink, limited};
use crate::multirow::{Multirow, Pattern};
use crate::options::{Options, ticks};
use crate::scan::{self, FACTS, Line, Lines};
use crate::sql::{Connection, Value};

/// How many facts share a transaction: on SQLite they keep the committer waiting.
const TRANSACTION_FACTS: usize = 1024;
const WRITE_LIMIT: Duration = Duration::from_secs(30);
const READ_LIMIT: Duration = Duration::from_mins(1);
/// How far back to read again each time. Another node's clock may be behind by this much, less
/// what a transaction takes, before its facts are overlooked here.
const OVERLAP_US: i64 = 60_000_000;

static UPSERT: LazyLock<Multirow> = LazyLock::new(|| {
    Multirow::new(Pattern {
        before: "INSERT INTO fact (account, kind, key, recorded_us, flushed_us, value) VALUES ",
        row: "(?, ?, ?, ?, ?, ?)",
        between: ", ",
        after: " ON CONFLICT (account, kind, key) DO UPDATE SET recorded_us = excluded.recorded_us, \
                flushed_us = excluded.flushed_us, value = excluded.value \
                WHERE fact.recorded_us <= excluded.recorded_us",
    })
});

static DELETE: LazyLock<Multirow> = LazyLock::new(|| {
    Multirow::new(Pattern {
        before: "DELETE FROM fact WHERE ",
        row: "(account = ? AND kind = ? AND key = ?)",
        between: " OR ",
        after: "",
    })
});

/// See the [module](self).
pub(crate) struct Keeper {
    pub(crate) facts: Facts,
    /// For writing; on SQLite the committer's.
    pub(crate) writer: SharedLink,
    pub(crate) reader: SharedLink,
    pub(crate) options: Options,
}

impl Keeper {
    /// Works until the other end of `stop` is gone; writes what is left and ends.
    pub(crate) async fn run(self, mut stop: watch::Receiver<()>) {
        let mut flushes = ticks(self.options.facts_flush_interval);
        let mut reads = ticks(self.options.facts_read_interval);
        let mut read_to_us = self.options.clock.now_us();
        loop {
            let outcome = tokio::select! {
                _ = stop.changed() => {
                    self.flush().await.unwrap_or_else(|error| complain(&error));
                    return;
                }
                _ = flushes.tick() => self.flush().await,
                _ = reads.tick() => self.read(&mut read_to_us).await,
            };
            outcome.unwrap_or_else(|error| complain(&error));
        }
    }

    /// Writes down what has changed. What fails stays for the next time.
    async fn flush(&self) -> Result<(), StoreError> {
        let (waiting, lost) = self.facts.take_waiting();
        if lost > 0 {
            tracing::warn!(lost, "facts changed faster than they could be written");
        }
        let mut outcome = Ok(());
        for chunk in waiting.chunks(TRANSACTION_FACTS) {
            if outcome.is_ok() {
                let mut link = self.writer.lock().await;
                outcome = limited(WRITE_LIMIT, self.write(&mut link, chunk)).await;
                if outcome.is_err() {
                    link.abandon().await;
                }
            }
            match outcome {
                Ok(()) => self.facts.settle(chunk),
                Err(_) => self.facts.put_back(chunk),
            }
        }
        outcome
    }

    async fn write(&self, link: &mut Link, chunk: &[Unwritten]) -> Result<(), StoreError> {
        let begin = link.dialect().begin_write();
        let connection = link.open().await?;
        let flushed_us = self.options.clock.now_us();
        let (mut upserts, mut deletes) = (Vec::new(), Vec::new());
        for (name, fact) in chunk {
            let name = name.splitn(3, JOINT).map(Value::from);
            match fact {
                Some(Fact { value, recorded_us }) => {
                    upserts.extend(name);
                    upserts.extend([*recorded_us, flushed_us].map(Value::Int));
                    upserts.push(Value::from(value));
                }
                None => deletes.extend(name),
            }
        }
        connection.run(begin).await?;
        UPSERT.execute(connection, upserts).await?;
        DELETE.execute(connection, deletes).await?;
        Ok(connection.run("COMMIT").await?)
    }

    /// Reads what was written since the last time, by whichever node.
    async fn read(&self, read_to_us: &mut i64) -> Result<(), StoreError> {
        let now_us = self.options.clock.now_us();
        let mut link = self.reader.lock().await;
        let since_us = read_to_us.saturating_sub(OVERLAP_US);
        let outcome = limited(READ_LIMIT, self.merge_since(&mut link, since_us)).await;
        match outcome {
            Ok(()) => *read_to_us = now_us,
            Err(_) => link.abandon().await,
        }
        outcome
    }

    async fn merge_since(&self, link: &mut Link, since_us: i64) -> Result<(), StoreError> {
        let statement = "SELECT account, kind, key, recorded_us, value FROM fact WHERE flushed_us >= $1";
        let mut rows = link.open().await?.rows(statement, vec![Value::Int(since_us)])?;
        while let Some(row) = rows.next().await? {
            let fact = Fact { value: row.text(4)?.into(), recorded_us: row.int(3)? };
            self.facts.merge(row.text(0)?, row.text(1)?, row.text(2)?, fact);
        }
        Ok(())
    }
}

fn complain(error: &StoreError) {
    tracing::warn!(error = error as &dyn Error, "facts cannot be written or read; they wait");
}

/// Reads all facts, once at the start.
pub(crate) async fn load(connection: &mut Connection, facts: &Facts) -> Result<(), StoreError> {
    let facts = facts.clone();
    let merge = move |mut lines: Lines| {
        while let Some(line) = lines.next() {
            let Line { account, kind, key, number, text } = line?;
            facts.merge(account, kind, key, Fact { value: text.into(), recorded_us: number });
        }
        Ok(())
    };
    scan::scan(connection, &FACTS, merge).await?
}
