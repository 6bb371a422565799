//! What a batch archives, and the two statements that write it.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use super::{Drafted, Name};
use crate::error::StoreError;
use crate::multirow::{Multirow, Pattern};
use crate::seq::Seq;
use crate::sql::{Connection, Value};

static ROWS: LazyLock<Multirow> = LazyLock::new(|| {
    Multirow::new(Pattern {
        before: "INSERT INTO archive (kind, key, seq, body, labels) VALUES ",
        row: "(?, ?, ?, ?, ?)",
        between: ", ",
        after: " ON CONFLICT (kind, key) DO UPDATE SET seq = excluded.seq, body = excluded.body, labels = \
                CASE WHEN archive.labels = excluded.labels THEN archive.labels ELSE archive.labels || excluded.labels END",
    })
});

static LABELS: LazyLock<Multirow> = LazyLock::new(|| {
    Multirow::new(Pattern {
        before: "INSERT INTO archive_label (kind, label, value, key) VALUES ",
        row: "(?, ?, ?, ?)",
        between: ", ",
        after: " ON CONFLICT (kind, label, value, key) DO UPDATE SET key = excluded.key",
    })
});

/// What the commands of one transaction archive.
///
/// Each row once, as the last command left it: one statement cannot write a row twice.
#[derive(Debug, Default)]
pub(crate) struct Shelved {
    rows: Vec<Row>,
    /// Where the row of a name is.
    places: HashMap<Name, usize>,
}

#[derive(Debug)]
struct Row {
    seq: Seq,
    drafted: Drafted,
}

impl Shelved {
    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Takes in a row that the command of this number archives.
    pub(crate) fn put(&mut self, seq: Seq, drafted: Drafted) {
        let at = *self.places.entry(drafted.name.clone()).or_insert(self.rows.len());
        if let Some(Row { seq: held, drafted: earlier }) = self.rows.get_mut(at) {
            *held = seq;
            earlier.body = drafted.body;
            earlier.labels.extend(drafted.labels);
            earlier.sort_labels();
            return;
        }
        let mut row = Row { seq, drafted };
        row.drafted.sort_labels();
        self.rows.push(row);
    }
}

impl Drafted {
    /// Each label of each value once.
    fn sort_labels(&mut self) {
        self.labels.sort_unstable();
        self.labels.dedup();
    }
}

/// Writes what was archived, over what there was under the same keys.
pub(crate) async fn write(connection: &mut Connection, shelved: Shelved) -> Result<(), StoreError> {
    let (mut rows, mut labels) = (Vec::with_capacity(shelved.len() * 5), Vec::new());
    for Row { seq, drafted: Drafted { name: Name { kind, key }, body, labels: given } } in shelved.rows {
        let listed: String = given.iter().flat_map(|(label, value)| [label, "=", value, "\n"]).collect();
        for (label, value) in given {
            labels.extend([Arc::clone(&kind), label, value, Arc::clone(&key)].map(Value::Text));
        }
        let seq = Value::Int(seq.to_column());
        rows.extend([Value::Text(kind), Value::Text(key), seq, Value::Text(body), Value::from(&*listed)]);
    }
    for (statement, values) in [(&ROWS, rows), (&LABELS, labels)] {
        let expected = statement.count(&values);
        if statement.execute(connection, values).await? != expected {
            return Err(StoreError::Diverged { table: "archive" });
        }
    }
    Ok(())
}
