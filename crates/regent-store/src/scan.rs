//! Reads a whole table: rows on the connection's thread, what they mean on another.
//!
//! Records travel between the two in pages of some hundred, joined into one text. With SQLite the
//! database itself joins them: its driver hands every row from thread to thread by itself, which
//! costs more than reading and decoding the row. With PostgreSQL rows are cheap and joining is not.

use std::fmt::Write as _;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::error::StoreError;
use crate::sql::{Connection, Row, Value};

/// How many records SQLite joins into one page.
const PAGE_RECORDS: i64 = 512;
/// From what size on a page of rows is handed over.
const PAGE_BYTES: usize = 128 * 1024;
/// Longer texts are not joined but come one by one, so that a page stays below 32 MiB.
const LONG_TEXT_BYTES: i64 = 64 * 1024;
/// How many pages may wait to be taken apart.
const PAGES_AHEAD: usize = 8;

/// Between the fields of a record, and between records. Neither names nor texts hold one.
const FIELD: char = '\u{1f}';
const RECORD: char = '\u{1e}';
/// How a record ends whose text is long and comes later: with a separator in the text's place.
const COMES_LATER: &str = "\u{1f}\u{1f}";

/// The statements that read one table.
pub(crate) struct Table {
    /// All rows.
    rows: &'static str,
    /// The rows with a long text.
    long_rows: &'static str,
    /// The rows after a given one, joined; the last of them; and how many of them have a long text.
    page: &'static str,
}

/// Writes the statements for a table with account, kind, key, a number and a text.
macro_rules! table {
    ($table:literal, $number:literal, $text:literal) => {
        Table {
            rows: concat!("SELECT account, kind, key, ", $number, ", ", $text, " FROM ", $table),
            long_rows: concat!(
                "SELECT account, kind, key, ",
                $number,
                ", ",
                $text,
                " FROM ",
                $table,
                " WHERE octet_length(",
                $text,
                ") > $1",
            ),
            page: concat!(
                "SELECT string_agg(account || $1 || kind || $1 || key || $1 || ",
                $number,
                " || $1 || ",
                "CASE WHEN octet_length(",
                $text,
                ") > $3 THEN $1 ELSE ",
                $text,
                " END, $2), ",
                "MAX(place), COUNT(CASE WHEN octet_length(",
                $text,
                ") > $3 THEN 1 END) ",
                "FROM (SELECT rowid AS place, account, kind, key, ",
                $number,
                ", ",
                $text,
                " FROM ",
                $table,
                " WHERE rowid > $4 ORDER BY rowid LIMIT $5)",
            ),
        }
    };
}

pub(crate) const RECORDS: Table = table!("record", "version", "body");
pub(crate) const FACTS: Table = table!("fact", "recorded_us", "value");

/// What a table holds in one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    pub(crate) account: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) key: &'a str,
    pub(crate) number: i64,
    pub(crate) text: &'a str,
}

fn line(record: &str) -> Option<Line<'_>> {
    let mut fields = record.splitn(5, FIELD);
    let (account, kind, key) = (fields.next()?, fields.next()?, fields.next()?);
    let number = fields.next()?.parse().ok()?;
    Some(Line { account, kind, key, number, text: fields.next()? })
}

/// The records of a table, on the thread that makes something of them.
pub(crate) struct Lines {
    arriving: mpsc::Receiver<String>,
    page: String,
    at: usize,
}

impl Lines {
    /// The next record; waits for the page that has it, on a thread that may.
    pub(crate) fn next(&mut self) -> Option<Result<Line<'_>, StoreError>> {
        let length = loop {
            let rest = self.page.get(self.at..).unwrap_or_default();
            let record = rest.split(RECORD).next().unwrap_or_default();
            if record.is_empty() {
                self.page = self.arriving.blocking_recv()?;
                self.at = 0;
            } else if record.ends_with(COMES_LATER) {
                self.at += record.len() + RECORD.len_utf8();
            } else {
                break record.len();
            }
        };
        let record = self.page.get(self.at..self.at + length)?;
        self.at += length + RECORD.len_utf8();
        Some(line(record).ok_or(StoreError::Diverged { table: "record" }))
    }
}

/// Makes something of every record of a table, on a thread of its own.
///
/// The connection must be in a transaction that sees one state.
pub(crate) async fn scan<T: Send + 'static>(
    connection: &mut Connection,
    table: &Table,
    make: impl FnOnce(Lines) -> T + Send + 'static,
) -> Result<T, StoreError> {
    let (pages, arriving) = mpsc::channel(PAGES_AHEAD);
    let making = tokio::task::spawn_blocking(move || make(Lines { arriving, page: String::new(), at: 0 }));
    if connection.dialect().has_dear_rows() {
        send_pages(connection, table, &pages).await?;
    } else {
        send_rows(connection, table.rows, Vec::new(), &pages).await?;
    }
    drop(pages); // there are no more
    making.await.map_err(|error| StoreError::Database(Arc::new(error)))
}

/// Has the database join the records.
async fn send_pages(
    connection: &mut Connection,
    table: &Table,
    pages: &mpsc::Sender<String>,
) -> Result<(), StoreError> {
    let separators = [FIELD, RECORD].map(|separator| Value::from(&*separator.to_string()));
    let (mut last, mut long) = (0, 0);
    loop {
        let mut values = separators.to_vec();
        values.extend([LONG_TEXT_BYTES, last, PAGE_RECORDS].map(Value::Int));
        let Some(row) = connection.row(table.page, values).await? else { break };
        let Some(page) = row.optional_text(0)? else { break };
        last = row.int(1)?;
        long += row.int(2)?;
        if pages.send(page.to_owned()).await.is_err() {
            return Ok(()); // whoever takes them apart has seen enough
        }
    }
    if long > 0 {
        send_rows(connection, table.long_rows, vec![Value::Int(LONG_TEXT_BYTES)], pages).await?;
    }
    Ok(())
}

/// Joins the records here.
async fn send_rows(
    connection: &mut Connection,
    statement: &'static str,
    values: Vec<Value>,
    pages: &mpsc::Sender<String>,
) -> Result<(), StoreError> {
    let mut rows = connection.rows(statement, values)?;
    let mut page = String::new();
    while let Some(row) = rows.next().await? {
        join(&mut page, &row)?;
        if page.len() >= PAGE_BYTES && pages.send(std::mem::take(&mut page)).await.is_err() {
            return Ok(()); // whoever takes them apart has seen enough
        }
    }
    let _enough = pages.send(page).await;
    Ok(())
}

fn join(page: &mut String, row: &Row) -> Result<(), StoreError> {
    if !page.is_empty() {
        page.push(RECORD);
    }
    for name in [row.text(0)?, row.text(1)?, row.text(2)?] {
        page.push_str(name);
        page.push(FIELD);
    }
    let _infallible = write!(page, "{}{FIELD}", row.int(3)?);
    page.push_str(row.text(4)?);
    Ok(())
}
