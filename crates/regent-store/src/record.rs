//! The `record` table: names, limits, and the three statements that write it.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use crate::error::StoreError;
use crate::multirow::{Multirow, Pattern};
use crate::picture::Entity;
use crate::seq::Seq;
use crate::sql::{Connection, Value};

const MAX_ACCOUNT_BYTES: usize = 64;
const MAX_KIND_BYTES: usize = 64;
/// Fits the key of PostgreSQL's index together with account and kind.
const MAX_KEY_BYTES: usize = 1024;
/// IAM's largest document, SAML metadata, is 10,000,000 characters.
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// Account, kind and key: what tells one record from all others.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct RecordName {
    pub(crate) account: Arc<str>,
    pub(crate) kind: Arc<str>,
    pub(crate) key: Arc<str>,
}

impl RecordName {
    pub(crate) fn new(account: &str, kind: &str, key: &str) -> Self {
        Self { account: account.into(), kind: kind.into(), key: key.into() }
    }

    /// Refuses what an index cannot hold, and control characters: two of them separate the fields
    /// of records that are read together.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        let too_long = self.account.len() > MAX_ACCOUNT_BYTES
            || self.kind.len() > MAX_KIND_BYTES
            || self.key.len() > MAX_KEY_BYTES;
        let parts = [&self.account, &self.kind, &self.key];
        if too_long {
            Err(self.unstorable("expected at most 64, 64 and 1024 bytes"))
        } else if self.kind.is_empty() || self.key.is_empty() {
            Err(self.unstorable("expected a kind and a key"))
        } else if parts.iter().any(|part| part.bytes().any(|byte| byte.is_ascii_control())) {
            Err(self.unstorable("expected no control characters in its name"))
        } else {
            Ok(())
        }
    }

    fn unstorable(&self, reason: &'static str) -> StoreError {
        StoreError::Unstorable { name: self.to_string(), reason }
    }

    /// The body of this entity, if it can be stored.
    pub(crate) fn encode<E: Entity>(&self, entity: &E) -> Result<Arc<str>, StoreError> {
        let body = entity.encode().map_err(|error| {
            tracing::error!(record = %self, error = %error, "an entity cannot be encoded");
            self.unstorable("expected an entity that can be encoded")
        })?;
        if body.len() > MAX_BODY_BYTES {
            Err(self.unstorable("expected a body of at most 16 MiB"))
        } else if body.bytes().any(|byte| byte < b' ') {
            Err(self.unstorable("expected a body without control characters"))
        } else {
            Ok(body.into())
        }
    }
}

impl fmt::Display for RecordName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.account, self.kind, self.key)
    }
}

/// What a whole batch does to one record.
#[derive(Debug, Clone)]
pub(crate) struct Effect {
    /// The version the database holds before the batch; none if there is no such record.
    pub(crate) before: Option<Seq>,
    /// The version and the body after it; none if the record is gone.
    pub(crate) after: Option<(Seq, Arc<str>)>,
}

static INSERT: LazyLock<Multirow> = LazyLock::new(|| {
    Multirow::new(Pattern {
        before: "INSERT INTO record (account, kind, key, version, body) VALUES ",
        row: "(?, ?, ?, ?, ?)",
        between: ", ",
        after: "",
    })
});

/// A column of `VALUES` is called `column1` on both engines, whatever alias one gives it.
static UPDATE: LazyLock<Multirow> = LazyLock::new(|| {
    Multirow::new(Pattern {
        before: "UPDATE record SET version = held.column5, body = held.column6 FROM (VALUES ",
        row: "(?, ?, ?, ?, ?, ?)",
        between: ", ",
        after: ") AS held WHERE record.account = held.column1 AND record.kind = held.column2 \
                AND record.key = held.column3 AND record.version = held.column4",
    })
});

/// Not `(account, …) IN (VALUES …)`, for which SQLite reads the whole table.
static DELETE: LazyLock<Multirow> = LazyLock::new(|| {
    Multirow::new(Pattern {
        before: "DELETE FROM record WHERE ",
        row: "(account = ? AND kind = ? AND key = ? AND version = ?)",
        between: " OR ",
        after: "",
    })
});

/// Brings the table to what the effects say.
///
/// Every statement names the version it expects to find. The head lock already keeps other nodes
/// out; this catches hands that changed the table past the log, before anything is overwritten.
pub(crate) async fn write(
    connection: &mut Connection,
    effects: HashMap<RecordName, Effect>,
) -> Result<(), StoreError> {
    let (mut inserts, mut updates, mut deletes) = (Vec::new(), Vec::new(), Vec::new());
    for (RecordName { account, kind, key }, effect) in effects {
        let name = [Value::Text(account), Value::Text(kind), Value::Text(key)];
        match (effect.before, effect.after) {
            (None, Some((version, body))) => {
                inserts.extend(name);
                inserts.extend([Value::Int(version.to_column()), Value::Text(body)]);
            }
            (Some(before), Some((version, body))) => {
                updates.extend(name);
                updates.extend([before, version].map(|seq| Value::Int(seq.to_column())));
                updates.push(Value::Text(body));
            }
            (Some(before), None) => {
                deletes.extend(name);
                deletes.push(Value::Int(before.to_column()));
            }
            (None, None) => {} // came and went within the batch
        }
    }
    for (statement, values) in [(&INSERT, inserts), (&UPDATE, updates), (&DELETE, deletes)] {
        let expected = statement.count(&values);
        match statement.execute(connection, values).await {
            Ok(written) if written == expected => {}
            Ok(_) => return Err(StoreError::Diverged { table: "record" }),
            Err(error) if error.is_duplicate() => return Err(StoreError::Diverged { table: "record" }),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{DELETE, RecordName, UPDATE};
    use crate::migrate::tests::migrated;
    use crate::sql::Text;

    #[tokio::test]
    async fn changing_a_record_never_reads_the_whole_table() {
        let mut link = migrated().await;
        let connection = link.open().await.unwrap();
        for statement in UPDATE.texts().chain(DELETE.texts()) {
            let plan = Text::Built(format!("EXPLAIN QUERY PLAN {statement}").into());
            let mut steps = connection.rows(plan, Vec::new()).unwrap();
            let mut searches = 0;
            while let Some(step) = steps.next().await.unwrap() {
                let step = step.text(3).unwrap();
                assert!(!step.starts_with("SCAN record"), "{step}: {statement}");
                searches += usize::from(step.starts_with("SEARCH record USING INDEX"));
            }
            assert!(searches > 0, "{statement}");
        }
    }

    #[test]
    fn a_name_reads_as_a_path() {
        assert_eq!(RecordName::new("a", "item", "k").to_string(), "a/item/k");
    }
}
