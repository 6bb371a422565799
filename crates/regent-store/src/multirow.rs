//! One statement for many rows, in a few fixed sizes so that it stays prepared.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::sql::{Connection, SqlError, Text, Value};

/// How many rows a statement takes. What is left over takes the next smaller ones.
///
/// Not larger, because SQLite looks up a numbered placeholder by walking a list: binding a
/// statement costs the square of its placeholders.
const SIZES: [usize; 4] = [32, 8, 2, 1];

/// A statement with a list of rows in it.
pub(crate) struct Multirow {
    columns: usize,
    /// By size, largest first.
    texts: [(usize, Arc<str>); 4],
}

impl Multirow {
    /// The rows, of so many columns each, stand between `head` and `tail`.
    pub(crate) fn new(head: &str, columns: usize, tail: &str) -> Self {
        let texts = SIZES.map(|rows| (rows, text(head, columns, tail, rows).into()));
        Self { columns, texts }
    }

    /// How many rows these values make.
    pub(crate) fn count(&self, values: &[Value]) -> u64 {
        (values.len() / self.columns) as u64
    }

    /// Runs the statement for all rows; returns how many it changed.
    pub(crate) async fn execute(
        &self,
        connection: &mut Connection,
        values: Vec<Value>,
    ) -> Result<u64, SqlError> {
        let mut changed = 0;
        let mut values = values.into_iter();
        for (rows, text) in &self.texts {
            let width = rows * self.columns;
            while values.len() >= width {
                let taken = values.by_ref().take(width).collect();
                changed += connection.execute(Text::Built(Arc::clone(text)), taken).await?;
            }
        }
        Ok(changed)
    }
}

fn text(head: &str, columns: usize, tail: &str, rows: usize) -> String {
    let mut text = String::from(head);
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 1..=columns {
            let comma = if column == 1 { "" } else { ", " };
            let _infallible = write!(text, "{comma}${}", row * columns + column);
        }
        text.push(')');
    }
    text.push_str(tail);
    text
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn placeholders_count_through_all_rows() {
        assert_eq!(text("VALUES ", 2, " END", 2), "VALUES ($1, $2), ($3, $4) END");
        assert_eq!(text("VALUES ", 1, "", 1), "VALUES ($1)");
    }
}
