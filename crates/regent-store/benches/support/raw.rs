//! The same rows in the same grouped statements, by a loop over a bare connection: what the
//! database itself allows.

use std::fmt::Write as _;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection};

use crate::cpu::Stopwatch;

const COMMANDS: u64 = 64;
const ROWS: u64 = 32;
const TABLES: &str = "
    DROP TABLE IF EXISTS raw_record;
    DROP TABLE IF EXISTS raw_change;
    DROP TABLE IF EXISTS raw_head;
    CREATE TABLE raw_record (account TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
        version BIGINT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (account, kind, key));
    CREATE TABLE raw_change (seq BIGINT NOT NULL, position BIGINT NOT NULL, commit_id BIGINT NOT NULL,
        account TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT, PRIMARY KEY (seq, position));
    CREATE TABLE raw_head (id BIGINT NOT NULL PRIMARY KEY, seq BIGINT NOT NULL, commit_id BIGINT NOT NULL);
    INSERT INTO raw_head VALUES (1, 0, 0)";

fn insert(table: &str, columns: u64) -> String {
    let mut text = format!("INSERT INTO {table} VALUES ");
    for row in 0..ROWS {
        let from = row * columns + 1;
        text.push_str(if row == 0 { "($" } else { ", ($" });
        write!(text, "{from}").unwrap();
        for column in from + 1..from + columns {
            write!(text, ", ${column}").unwrap();
        }
        text.push(')');
    }
    text
}

macro_rules! commits {
    ($connection:ident, $writes:ident, $text:ident, $per_command:ident, $begin:literal) => {{
        let (records, changes) = (insert("raw_record", 5), insert("raw_change", 7));
        $connection.execute(TABLES).await.unwrap();
        let watch = Stopwatch::start();
        for commit in 0..$writes / COMMANDS {
            $connection.execute($begin).await.unwrap();
            $connection
                .execute(sqlx::query("UPDATE raw_head SET seq = seq WHERE id = 1 RETURNING seq"))
                .await
                .unwrap();
            for group in 0..$per_command * COMMANDS / ROWS {
                let mut query = sqlx::query(AssertSqlSafe(records.as_str()));
                for row in 0..ROWS {
                    let key = (commit * $per_command * COMMANDS + group * ROWS + row)
                        .wrapping_mul(0x9E37_79B9_7F4A_7C15);
                    query = query.bind("000000000001").bind("item").bind(format!("user-{key:016x}"));
                    query = query.bind(commit.cast_signed()).bind($text.clone());
                }
                $connection.execute(query).await.unwrap();
            }
            for group in 0..$per_command * COMMANDS / ROWS {
                let mut query = sqlx::query(AssertSqlSafe(changes.as_str()));
                for row in 0..ROWS {
                    let number = commit * $per_command * COMMANDS + group * ROWS + row;
                    let key = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
                    query = query
                        .bind((number / $per_command).cast_signed())
                        .bind((number % $per_command).cast_signed())
                        .bind(7_i64);
                    query = query.bind("000000000001").bind("item").bind(format!("user-{key:016x}"));
                    query = query.bind($text.clone());
                }
                $connection.execute(query).await.unwrap();
            }
            let advance = sqlx::query("UPDATE raw_head SET seq = $1, commit_id = 7 WHERE id = 1");
            $connection.execute(advance.bind(commit.cast_signed())).await.unwrap();
            $connection.execute("COMMIT").await.unwrap();
        }
        let figures = watch.read_us();
        $connection.close().await.unwrap();
        figures
    }};
}

/// Writes as many groups of `records` rows, 64 groups a commit; returns wall-clock and processor time in us.
pub(crate) async fn measure(place: &str, writes: u64, text: &str, records: u64) -> (f64, f64) {
    let text = format!(r#"{{"key":"user-0123456789abcdef","number":123456,"text":"{text}"}}"#);
    if let Some(path) = place.strip_prefix("sqlite:") {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("cache_size", "-16384")
            .pragma("wal_autocheckpoint", "8000")
            .pragma("temp_store", "MEMORY")
            .disable_statement_logging();
        let mut connection = options.connect().await.unwrap();
        commits!(connection, writes, text, records, "BEGIN IMMEDIATE")
    } else {
        let mut connection = PgConnection::connect(place).await.unwrap();
        commits!(connection, writes, text, records, "BEGIN")
    }
}
