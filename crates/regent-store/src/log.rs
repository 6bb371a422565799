//! The `head` row and the `change` table: what happened, in which order.
//!
//! INVARIANT: every seq from the oldest one kept to the head has at least one change, and a commit
//! becomes visible together with the head that counts it. Both follow from one rule: a write
//! transaction locks the head row before anything else and moves it last, so commits happen one
//! after another in the order of their seqs. A sequence would not do: it deals numbers before the
//! commit, and a reader would pass over the ones that commit late.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use crate::error::StoreError;
use crate::link::{SharedLink, limited};
use crate::multirow::{Multirow, Pattern};
use crate::record::RecordName;
use crate::seq::Seq;
use crate::sql::{Connection, Row, Rows, SqlError, Value};

/// How long a look into the log may take.
const READ_LIMIT: Duration = Duration::from_secs(10);

/// Where the log ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Head {
    pub(crate) seq: Seq,
    /// The random name of the commit that wrote this seq. One seq with two names means that the
    /// database went back in time: it was restored from a backup.
    pub(crate) commit: i64,
}

impl Head {
    fn from_row(row: &Row) -> Result<Self, SqlError> {
        Ok(Self { seq: Seq::from_column(row.int(0)?), commit: row.int(1)? })
    }
}

/// One change of one record.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) seq: Seq,
    pub(crate) position: i64,
    pub(crate) record: RecordName,
    /// None if the record was removed.
    pub(crate) body: Option<Arc<str>>,
}

/// The head, as it is now.
pub(crate) async fn head(connection: &mut Connection) -> Result<Head, StoreError> {
    let row = connection.row("SELECT seq, commit_id FROM head WHERE id = 1", Vec::new()).await?;
    required(row.as_ref())
}

/// The head, and from now on nobody else can move it until this transaction ends.
///
/// It waits for a transaction that holds it. So when it returns, every earlier transaction has
/// either become visible or never will.
pub(crate) async fn lock_head(connection: &mut Connection) -> Result<Head, StoreError> {
    let statement = "UPDATE head SET seq = seq WHERE id = 1 RETURNING seq, commit_id";
    let row = connection.row(statement, Vec::new()).await?;
    required(row.as_ref())
}

fn required(row: Option<&Row>) -> Result<Head, StoreError> {
    let Some(row) = row else { return Err(StoreError::Diverged { table: "head" }) };
    Ok(Head::from_row(row)?)
}

/// Moves the head to the end of what was appended.
pub(crate) async fn advance(connection: &mut Connection, head: Head) -> Result<(), StoreError> {
    let statement = "UPDATE head SET seq = $1, commit_id = $2 WHERE id = 1";
    let values = vec![Value::Int(head.seq.to_column()), Value::Int(head.commit)];
    match connection.execute(statement, values).await? {
        1 => Ok(()),
        _ => Err(StoreError::Diverged { table: "head" }),
    }
}

static APPEND: LazyLock<Multirow> = LazyLock::new(|| {
    Multirow::new(Pattern {
        before: "INSERT INTO change (seq, position, commit_id, account, kind, key, body) VALUES ",
        row: "(?, ?, ?, ?, ?, ?, ?)",
        between: ", ",
        after: "",
    })
});

/// Writes these changes down, as part of the commit of this name.
pub(crate) async fn append(
    connection: &mut Connection,
    changes: Vec<Change>,
    commit: i64,
) -> Result<(), StoreError> {
    let mut values = Vec::with_capacity(changes.len() * 7);
    for Change { seq, position, record, body } in changes {
        values.extend([seq.to_column(), position, commit].map(Value::Int));
        values.extend([record.account, record.kind, record.key].map(Value::Text));
        values.push(body.map_or(Value::Null, Value::Text));
    }
    match APPEND.execute(connection, values).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_duplicate() => Err(StoreError::Diverged { table: "change" }),
        Err(error) => Err(error.into()),
    }
}

/// The changes of the log, in order, as they arrive.
pub(crate) struct Changes<'c>(Rows<'c>);

impl Changes<'_> {
    pub(crate) async fn next(&mut self) -> Result<Option<Logged>, StoreError> {
        Ok(self.0.next().await?.map(Logged))
    }
}

/// A change as a follower reads it.
pub(crate) struct Logged(Row);

impl Logged {
    /// Its place, and the commit it is part of.
    pub(crate) fn at(&self) -> Result<Head, StoreError> {
        Ok(Head::from_row(&self.0)?)
    }

    /// Account, kind and key.
    pub(crate) fn name(&self) -> Result<[&str; 3], StoreError> {
        Ok([self.0.text(2)?, self.0.text(3)?, self.0.text(4)?])
    }

    /// None if the record was removed.
    pub(crate) fn body(&self) -> Result<Option<&str>, StoreError> {
        Ok(self.0.optional_text(5)?)
    }
}

/// Every change from this seq on, that one included.
pub(crate) fn changes_from(connection: &mut Connection, from: Seq) -> Result<Changes<'_>, StoreError> {
    let statement = "SELECT seq, commit_id, account, kind, key, body FROM change \
                     WHERE seq >= $1 ORDER BY seq, position";
    Ok(Changes(connection.rows(statement, vec![Value::Int(from.to_column())])?))
}

/// Along the index of changes that belong to no account, however long the log.
const NEWEST: &str = "SELECT body FROM change WHERE account = '' AND kind = $1 AND key = $2 \
                      ORDER BY seq DESC, position DESC LIMIT 1";

/// What the log last says of a record that belongs to no account.
pub(crate) async fn newest(link: &SharedLink, kind: &str, key: &str) -> Result<Option<Box<str>>, StoreError> {
    let values = vec![Value::from(kind), Value::from(key)];
    let mut link = link.lock().await;
    let read = async { Ok(link.open().await?.row(NEWEST, values).await?) };
    let row = match limited(READ_LIMIT, read).await {
        Ok(row) => row,
        Err(error) => {
            link.abandon().await;
            return Err(error);
        }
    };
    let body = row.as_ref().map(|row| row.optional_text(0)).transpose()?;
    Ok(body.flatten().map(Into::into))
}

/// The name of the commit that wrote this seq, if the log still has it.
pub(crate) async fn commit_of(connection: &mut Connection, seq: Seq) -> Result<Option<i64>, StoreError> {
    let statement = "SELECT commit_id FROM change WHERE seq = $1 AND position = 0";
    let row = connection.row(statement, vec![Value::Int(seq.to_column())]).await?;
    Ok(row.map(|row| row.int(0)).transpose()?)
}

/// The oldest seq the log still has.
pub(crate) async fn oldest(connection: &mut Connection) -> Result<Option<Seq>, StoreError> {
    let statement = "SELECT seq FROM change ORDER BY seq, position LIMIT 1";
    let row = connection.row(statement, Vec::new()).await?;
    Ok(row.map(|row| row.int(0)).transpose()?.map(Seq::from_column))
}

/// Forgets everything up to this seq; returns how many changes that were.
pub(crate) async fn forget(connection: &mut Connection, up_to: Seq) -> Result<u64, StoreError> {
    let statement = "DELETE FROM change WHERE seq <= $1";
    Ok(connection.execute(statement, vec![Value::Int(up_to.to_column())]).await?)
}

#[cfg(test)]
mod tests {
    use super::NEWEST;
    use crate::migrate::tests::migrated;
    use crate::sql::{Text, Value};

    #[tokio::test]
    async fn the_newest_change_of_a_record_is_found_along_an_index_and_never_sorted() {
        let mut link = migrated().await;
        let connection = link.open().await.unwrap();
        let plan = Text::Built(format!("EXPLAIN QUERY PLAN {NEWEST}").into());
        let mut steps = connection.rows(plan, vec![Value::from("kind"), Value::from("key")]).unwrap();
        let step = steps.next().await.unwrap().unwrap();
        assert_eq!(step.text(3).unwrap(), "SEARCH change USING INDEX change_name (kind=? AND key=?)");
        assert!(steps.next().await.unwrap().is_none());
    }
}
