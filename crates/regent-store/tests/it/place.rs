//! Databases to test on: one new one for each test.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use regent_store::{Clock, Entropy, Location, Options, Store};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, Row as _, SqliteConnection};

use crate::shelf::Shelf;

/// A database of its own, as many stores on it as a test likes, and a way past them.
pub(crate) trait Place: Sized {
    /// With tables and nothing in them.
    async fn new() -> Self;

    /// Without tables.
    async fn bare() -> Self;

    fn location(&self) -> Location;

    /// Runs SQL past the stores; returns what it answers, all as text.
    async fn sql(&self, text: &str) -> Vec<Vec<String>>;

    /// A node, with polling fast enough for a test.
    async fn node(&self) -> Store<Shelf> {
        self.open(options()).await
    }

    /// A node that looks at the head only when it must.
    async fn sleepy_node(&self) -> Store<Shelf> {
        self.open(Options { poll_interval: Duration::from_hours(1), is_listening: false, ..options() }).await
    }

    async fn open(&self, options: Options) -> Store<Shelf> {
        Store::open(&self.location(), options).await.unwrap()
    }
}

/// What tests use unless they say otherwise.
pub(crate) fn options() -> Options {
    Options { poll_interval: Duration::from_millis(20), ..Options::new(TestClock::new().clock(), entropy()) }
}

/// A source of numbers no two of which are alike within a test, nor between processes.
pub(crate) fn entropy() -> Entropy {
    static DRAWN: AtomicU64 = AtomicU64::new(0);
    let process = u64::from(std::process::id()) << 40;
    Entropy::new(move || {
        (process + DRAWN.fetch_add(1, Ordering::Relaxed)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    })
}

/// A clock that moves only when told.
#[derive(Clone)]
pub(crate) struct TestClock(Arc<AtomicI64>);

impl TestClock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicI64::new(1_700_000_000_000_000)))
    }

    pub(crate) fn clock(&self) -> Clock {
        let now_us = self.clone();
        Clock::new(move || now_us.now_us())
    }

    pub(crate) fn now_us(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn advance(&self, step: Duration) {
        self.0.fetch_add(i64::try_from(step.as_micros()).unwrap(), Ordering::Relaxed);
    }
}

/// Waits for something that has no event to wait for.
#[track_caller]
pub(crate) fn eventually(what: &str, is_so: impl Fn() -> bool) -> impl Future<Output = ()> {
    let place = std::panic::Location::caller();
    async move {
        for _ in 0..4000 {
            if is_so() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{place}: {what} did not come true within 20 s");
    }
}

/// A SQLite file.
pub(crate) struct Sqlite {
    folder: tempfile::TempDir,
}

impl Sqlite {
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("regent.db")
    }
}

impl Place for Sqlite {
    async fn new() -> Self {
        let place = Self::bare().await;
        place.node().await.shutdown().await.unwrap();
        place
    }

    async fn bare() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn location(&self) -> Location {
        Location::File(self.path())
    }

    async fn sql(&self, text: &str) -> Vec<Vec<String>> {
        let options = SqliteConnectOptions::new().filename(self.path());
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        let rows = sqlx::raw_sql(AssertSqlSafe(text)).fetch_all(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        rows.iter().map(|row| (0..row.len()).map(|column| row.get_unchecked(column)).collect()).collect()
    }
}
