//! Pages of the archive, and its old end going.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use super::{Archived, FULL_PAGE_BYTES, Forgotten, Order, Page, Range};
use crate::error::StoreError;
use crate::link::{Link, SharedLink, limited};
use crate::multirow::{Multirow, Pattern};
use crate::seq::Seq;
use crate::sql::{Row, SqlError, Text, Value};

/// How long reading a page may take.
const READ_LIMIT: Duration = Duration::from_secs(10);
/// How many rows one transaction forgets, and how many of these one call runs.
const STEP_ROWS: u64 = 500;
const STEPS: u64 = 200;
const STEP_LIMIT: Duration = Duration::from_secs(30);

static ROWS: LazyLock<Multirow> = LazyLock::new(|| {
    Multirow::new(Pattern {
        before: "DELETE FROM archive WHERE ",
        row: "(kind = ? AND key = ?)",
        between: " OR ",
        after: "",
    })
});

static LABELS: LazyLock<Multirow> = LazyLock::new(|| {
    Multirow::new(Pattern {
        before: "DELETE FROM archive_label WHERE ",
        row: "(kind = ? AND label = ? AND value = ? AND key = ?)",
        between: " OR ",
        after: "",
    })
});

impl Archived {
    fn from_row(row: &Row) -> Result<Self, SqlError> {
        Ok(Self { key: row.text(0)?.into(), seq: Seq::from_column(row.int(1)?), body: row.text(2)?.into() })
    }
}

/// A statement that grows, and its values.
pub(crate) struct Query {
    text: String,
    values: Vec<Value>,
}

impl Query {
    /// The row of this key.
    pub(crate) fn row(kind: &str, key: &str) -> Self {
        let text = String::from("SELECT key, seq, body FROM archive WHERE kind = $1 AND key = $2");
        Self { text, values: vec![Value::from(kind), Value::from(key)] }
    }

    /// Adds a condition on the next value.
    fn and(&mut self, condition: &str, value: impl Into<Value>) {
        self.values.push(value.into());
        let _infallible = write!(self.text, " AND {condition} ${}", self.values.len());
    }

    /// The rows of a range, and one more. There are sixteen of these texts, so all of them stay prepared.
    pub(crate) fn page(kind: &str, range: &Range<'_>, limit: usize) -> Self {
        // Whichever table has the condition also gives the order: so an index leads from row to row.
        let table = if range.label.is_some() { "archive_label" } else { "archive" };
        let mut query = Self {
            text: String::from("SELECT archive.key, archive.seq, archive.body FROM "),
            values: vec![Value::from(kind)],
        };
        query.text.push_str(if range.label.is_some() {
            "archive_label JOIN archive ON archive.kind = archive_label.kind AND archive.key = archive_label.key"
        } else {
            "archive"
        });
        let _infallible = write!(query.text, " WHERE {table}.kind = $1");
        if let Some((label, value)) = range.label {
            query.and("archive_label.label =", label);
            query.and("archive_label.value =", value);
        }
        if let Some(after) = range.after {
            query.and(&format!("{table}.key >"), after);
        }
        if let Some(before) = range.before {
            query.and(&format!("{table}.key <"), before);
        }
        let direction = match range.order {
            Order::OldestFirst => "ASC",
            Order::NewestFirst => "DESC",
        };
        query.values.push(Value::Int(i64::try_from(limit + 1).unwrap_or(i64::MAX)));
        let count = query.values.len();
        let _infallible = write!(query.text, " ORDER BY {table}.key {direction} LIMIT ${count}");
        query
    }
}

/// The rows a query finds, at most so many and not much more than a page may have.
pub(crate) async fn page(link: &SharedLink, query: Query, limit: usize) -> Result<Page, StoreError> {
    let mut link = link.lock().await;
    let outcome = limited(READ_LIMIT, read(&mut link, query, limit)).await;
    if outcome.is_err() {
        link.abandon().await;
    }
    outcome
}

async fn read(link: &mut Link, query: Query, limit: usize) -> Result<Page, StoreError> {
    let mut rows = link.open().await?.rows(Text::Built(query.text.into()), query.values)?;
    let mut page = Page { rows: Vec::new(), is_last: true };
    let mut bytes = 0;
    while let Some(row) = rows.next().await? {
        // To the end, whatever of it is kept: the statement must be over.
        if page.rows.len() == limit || bytes >= FULL_PAGE_BYTES {
            page.is_last = false;
            continue;
        }
        let archived = Archived::from_row(&row)?;
        bytes += archived.body.len();
        page.rows.push(archived);
    }
    Ok(page)
}

/// Removes rows with a lower key, the lowest first, at most so many.
pub(crate) async fn forget(
    link: &SharedLink,
    kind: &str,
    before: &str,
    limit: u64,
) -> Result<Forgotten, StoreError> {
    let limit = limit.min(STEP_ROWS * STEPS);
    let mut rows = 0;
    while rows < limit {
        let wanted = STEP_ROWS.min(limit - rows);
        let mut link = link.lock().await; // anew for each step: others must get their turn
        match limited(STEP_LIMIT, step(&mut link, kind, before, wanted)).await {
            Ok(removed) if removed < wanted => return Ok(Forgotten { rows: rows + removed, is_done: true }),
            Ok(removed) => rows += removed,
            Err(error) => {
                link.abandon().await;
                return Err(error);
            }
        }
    }
    Ok(Forgotten { rows, is_done: false })
}

async fn step(link: &mut Link, kind: &str, before: &str, limit: u64) -> Result<u64, StoreError> {
    let begin = link.dialect().begin_write();
    let connection = link.open().await?;
    connection.run(begin).await?;
    let oldest = "SELECT key, labels FROM archive WHERE kind = $1 AND key < $2 ORDER BY key LIMIT $3";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut found =
        connection.rows(oldest, vec![Value::from(kind), Value::from(before), Value::Int(limit)])?;
    let (kind, mut rows, mut labels) = (Arc::<str>::from(kind), Vec::new(), Vec::new());
    while let Some(row) = found.next().await? {
        let key = Arc::<str>::from(row.text(0)?);
        for (label, value) in row.text(1)?.lines().filter_map(|line| line.split_once('=')) {
            let label = [Value::from(label), Value::from(value)];
            labels.push(Value::from(&kind));
            labels.extend(label);
            labels.push(Value::from(&key));
        }
        rows.extend([Value::from(&kind), Value::Text(key)]);
    }
    drop(found);
    LABELS.execute(connection, labels).await?;
    let removed = ROWS.execute(connection, rows).await?;
    connection.run("COMMIT").await?;
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::{LABELS, Order, Query, ROWS, Range};
    use crate::migrate::tests::migrated;
    use crate::sql::Text;

    #[tokio::test]
    async fn rows_are_read_and_forgotten_along_an_index_and_never_sorted() {
        let mut link = migrated().await;
        let connection = link.open().await.unwrap();
        let orders = [Order::OldestFirst, Order::NewestFirst];
        let ends = [None, Some("key")];
        let labels = [None, Some(("actor", "ana"))];
        for order in orders {
            for (after, before) in ends.into_iter().flat_map(|after| ends.map(|before| (after, before))) {
                for label in labels {
                    let query = Query::page("event", &Range { after, before, label, order }, 10);
                    let plan = Text::Built(format!("EXPLAIN QUERY PLAN {}", query.text).into());
                    let mut steps = connection.rows(plan, query.values).unwrap();
                    let mut searches = 0;
                    while let Some(step) = steps.next().await.unwrap() {
                        let step = step.text(3).unwrap();
                        assert!(step.starts_with("SEARCH archive"), "{step}: {}", query.text);
                        searches += 1;
                    }
                    assert_eq!(searches, 1 + usize::from(label.is_some()), "{}", query.text);
                }
            }
        }
        for statement in ROWS.texts().chain(LABELS.texts()) {
            let plan = Text::Built(format!("EXPLAIN QUERY PLAN {statement}").into());
            let mut steps = connection.rows(plan, Vec::new()).unwrap();
            while let Some(step) = steps.next().await.unwrap() {
                let step = step.text(3).unwrap();
                assert!(!step.starts_with("SCAN"), "{step}: {statement}");
            }
        }
    }
}
