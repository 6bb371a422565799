//! One statement for many rows, in a few fixed sizes so that it stays prepared.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::dialect::Dialect;
use crate::sql::{Connection, SqlError, Text, Value};

/// How many rows a statement takes. What is left over takes the next smaller ones.
const SIZES: [usize; 5] = [128, 32, 8, 2, 1];

/// The text of a statement for any number of rows; `?` stands for a value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pattern {
    pub(crate) before: &'static str,
    /// Repeated for each row.
    pub(crate) row: &'static str,
    pub(crate) between: &'static str,
    pub(crate) after: &'static str,
}

impl Pattern {
    fn columns(&self) -> usize {
        self.row.matches('?').count()
    }

    /// The statement for so many rows.
    fn text(&self, rows: usize, dialect: Dialect) -> String {
        let mut text = String::from(self.before);
        let mut number = 0;
        for row in 0..rows {
            text.push_str(if row == 0 { "" } else { self.between });
            for (place, part) in self.row.split('?').enumerate() {
                if place > 0 {
                    number += 1;
                    let _infallible = match dialect {
                        // A number is a name to SQLite, and it finds names by walking a list, for each value anew.
                        Dialect::Sqlite => text.write_char('?'),
                        Dialect::Postgres => write!(text, "${number}"),
                    };
                }
                text.push_str(part);
            }
        }
        text.push_str(self.after);
        text
    }
}

/// A statement with a list of rows in it.
pub(crate) struct Multirow {
    columns: usize,
    sqlite: Texts,
    postgres: Texts,
}

/// The statement by how many rows it takes, the most first.
type Texts = [(usize, Arc<str>); SIZES.len()];

impl Multirow {
    pub(crate) fn new(pattern: Pattern) -> Self {
        let texts = |dialect| SIZES.map(|rows| (rows, pattern.text(rows, dialect).into()));
        Self {
            columns: pattern.columns(),
            sqlite: texts(Dialect::Sqlite),
            postgres: texts(Dialect::Postgres),
        }
    }

    fn of(&self, dialect: Dialect) -> &Texts {
        match dialect {
            Dialect::Sqlite => &self.sqlite,
            Dialect::Postgres => &self.postgres,
        }
    }

    #[cfg(test)]
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.sqlite.iter().map(|(_, text)| &**text)
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
        for (rows, text) in self.of(connection.dialect()) {
            let width = rows * self.columns;
            while values.len() >= width {
                let taken = values.by_ref().take(width).collect();
                changed += connection.execute(Text::Built(Arc::clone(text)), taken).await?;
            }
        }
        Ok(changed)
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;
    use crate::dialect::Dialect::{Postgres, Sqlite};

    #[test]
    fn placeholders_go_on_through_all_rows() {
        let insert = Pattern { before: "VALUES ", row: "(?, ?)", between: ", ", after: " END" };
        assert_eq!(insert.text(1, Postgres), "VALUES ($1, $2) END");
        assert_eq!(insert.text(3, Postgres), "VALUES ($1, $2), ($3, $4), ($5, $6) END");
        assert_eq!(insert.text(2, Sqlite), "VALUES (?, ?), (?, ?) END");
        let choose = Pattern { before: "WHERE ", row: "a = ? AND b = 7", between: " OR ", after: "" };
        assert_eq!(choose.text(2, Postgres), "WHERE a = $1 AND b = 7 OR a = $2 AND b = 7");
        assert_eq!((insert.columns(), choose.columns()), (2, 1));
    }
}
