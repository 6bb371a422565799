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
        before: "INSERT INTO archive (kind, key, seq, body) VALUES ",
        row: "(?, ?, ?, ?)",
        between: ", ",
        after: " ON CONFLICT (kind, key) DO UPDATE SET seq = excluded.seq, body = excluded.body",
    })
});

static LABELS: LazyLock<Multirow> = LazyLock::new(|| {
    Multirow::new(Pattern {
        before: "INSERT INTO archive_label (kind, key, label, value) VALUES ",
        row: "(?, ?, ?, ?)",
        between: ", ",
        after: " ON CONFLICT (kind, key, label) DO UPDATE SET value = excluded.value",
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
            for label in drafted.labels {
                earlier.set_label(label);
            }
            return;
        }
        let Drafted { name, body, labels } = drafted;
        let mut drafted = Drafted { name, body, labels: Vec::with_capacity(labels.len()) };
        for label in labels {
            drafted.set_label(label);
        }
        self.rows.push(Row { seq, drafted });
    }
}

impl Drafted {
    fn set_label(&mut self, (label, value): (Arc<str>, Arc<str>)) {
        match self.labels.iter_mut().find(|(held, _)| *held == label) {
            Some((_, held)) => *held = value,
            None => self.labels.push((label, value)),
        }
    }
}

/// Writes what was archived, over what there was under the same keys.
pub(crate) async fn write(connection: &mut Connection, shelved: Shelved) -> Result<(), StoreError> {
    let (mut rows, mut labels) = (Vec::with_capacity(shelved.len() * 4), Vec::new());
    for Row { seq, drafted: Drafted { name: Name { kind, key }, body, labels: given } } in shelved.rows {
        for (label, value) in given {
            labels.extend([Arc::clone(&kind), Arc::clone(&key), label, value].map(Value::Text));
        }
        rows.extend([Value::Text(kind), Value::Text(key), Value::Int(seq.to_column()), Value::Text(body)]);
    }
    for (statement, values) in [(&ROWS, rows), (&LABELS, labels)] {
        let expected = statement.count(&values);
        if statement.execute(connection, values).await? != expected {
            return Err(StoreError::Diverged { table: "archive" });
        }
    }
    Ok(())
}
