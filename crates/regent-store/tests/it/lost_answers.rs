//! Connections that break at the worst moment. Only PostgreSQL has any.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use regent_store::{Draft, Location, Options, Store};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinSet;

use crate::place::{Place as _, options};
use crate::postgres::{Postgres, is_absent, url};
use crate::shelf::{Item, Refusal, Shelf};

/// What happens to a connection that asks for a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// The server never hears of it.
    Request,
    /// The server commits, and nobody hears of that. When the store has found out, it is interrupted
    /// once more.
    Answer,
}

/// Stands between a store and its server, and cuts every third commit off.
struct Proxy {
    folder: tempfile::TempDir,
    commits: Arc<AtomicU32>,
}

impl Proxy {
    fn start(cut: Cut) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join(".s.PGSQL.5432")).unwrap();
        let server = PathBuf::from(Postgres::folder()).join(".s.PGSQL.5432");
        let commits = Arc::new(AtomicU32::new(0));
        let counted = [Arc::clone(&commits), Arc::default()];
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let server = UnixStream::connect(&server).await.unwrap();
                tokio::spawn(pass(client, server, cut, counted.clone()));
            }
        });
        Self { folder, commits }
    }

    fn location(&self, place: &Postgres) -> Location {
        Location::Postgres(url(self.folder.path().to_str().unwrap(), place.database()))
    }
}

/// Passes bytes both ways until one side ends, or until it is time to cut.
async fn pass(
    mut client: UnixStream,
    mut server: UnixStream,
    cut: Cut,
    [commits, rollbacks]: [Arc<AtomicU32>; 2],
) {
    let says = |bytes: &[u8], word: &[u8]| bytes.windows(word.len()).any(|window| window == word);
    let (mut asked, mut answered) = ([0; 8192], [0; 8192]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let bytes = &asked[..read.unwrap_or(0)];
                let is_cut = says(bytes, b"COMMIT\0") && commits.fetch_add(1, Ordering::Relaxed) % 3 == 2;
                let is_interrupted = says(bytes, b"ROLLBACK\0") && rollbacks.fetch_add(1, Ordering::Relaxed) % 2 == 1;
                let ends = match cut {
                    Cut::Request => is_cut,
                    Cut::Answer => is_interrupted,
                };
                if bytes.is_empty() || ends {
                    return;
                }
                server.write_all(bytes).await.unwrap();
                if is_cut {
                    let answer = server.read(&mut answered).await.unwrap();
                    assert!(answer > 0, "the server did not answer the commit");
                    return;
                }
            }
            read = server.read(&mut answered) => {
                let bytes = &answered[..read.unwrap_or(0)];
                if bytes.is_empty() || client.write_all(bytes).await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn increment(store: &Store<Shelf>, mark: String) -> Result<(), Refusal> {
    let command = move |draft: &mut Draft<Shelf>| -> Result<(), Refusal> {
        let number = draft.number("counter").unwrap_or_default() + 1;
        draft.put("a", Item::new("counter", number));
        draft.put("a", Item::new(&mark, number));
        draft.archive("event", &format!("{number:06}"), mark.as_str(), &[]);
        Ok(())
    };
    store.write(command).await
}

/// Four writers, 15 increments each, all of them acknowledged.
async fn count_60(store: &Store<Shelf>, writers: &str) {
    let mut writing = JoinSet::new();
    for writer in writers.chars() {
        let store = store.clone();
        writing.spawn(async move {
            for number in 0..15 {
                increment(&store, format!("{writer}-{number}")).await.unwrap();
            }
        });
    }
    writing.join_all().await;
}

/// Every increment is there once: the counter is right, and so is the log.
async fn check_count(place: &Postgres, expected: u64) {
    let store = place.node().await;
    let picture = store.picture();
    assert_eq!((picture.number("counter"), picture.len() as u64), (Some(expected), expected + 1));
    let log = place.sql("SELECT MAX(seq) || '', COUNT(DISTINCT seq) || '' FROM change").await;
    assert_eq!(log, [[expected.to_string(), expected.to_string()]]);
    let archived = place.sql("SELECT COUNT(DISTINCT body) || '', MAX(key) FROM archive").await;
    assert_eq!(archived, [[expected.to_string(), format!("{expected:06}")]]);
}

/// One node behind the proxy, and one that takes the numbers of commits that were cut off.
async fn check(cut: Cut) {
    if is_absent() {
        return;
    }
    let place = Postgres::new().await;
    let proxy = Proxy::start(cut);
    let store = Store::<Shelf>::open(&proxy.location(&place), options()).await.unwrap();
    count_60(&store, "abcd").await;
    check_count(&place, 60).await;
    let other = place.node().await;
    tokio::join!(count_60(&store, "efgh"), count_60(&other, "ijkl"));
    check_count(&place, 180).await;
    assert!(proxy.commits.load(Ordering::Relaxed) >= 18, "too few commits to have been cut");
    let last = "180".parse().unwrap();
    let pictures = [
        store.wait_for(last, Duration::from_secs(20)).await.unwrap().listing(),
        other.wait_for(last, Duration::from_secs(20)).await.unwrap().listing(),
    ];
    assert_eq!(pictures[0], pictures[1]);
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_counts_once() {
    check(Cut::Answer).await;
}

#[tokio::test]
async fn a_commit_that_never_arrived_is_made_again() {
    check(Cut::Request).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_outlive_the_server_ending_their_connections() {
    if is_absent() {
        return;
    }
    let place = Postgres::new().await;
    let store = place.node().await;
    let is_over = AtomicBool::new(false);
    let counting = async {
        count_60(&store, "abcd").await;
        is_over.store(true, Ordering::Release);
    };
    let ending = async {
        let mut ended = 0;
        while !is_over.load(Ordering::Acquire) || ended == 0 {
            let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                          WHERE datname = current_database() AND pid <> pg_backend_pid()";
            ended += place.sql(others).await.len();
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    };
    tokio::join!(counting, ending);
    check_count(&place, 60).await;
    let last = place.node().await.picture().seq();
    store.wait_for(last, Duration::from_secs(20)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notification_makes_a_node_look_early() {
    if is_absent() {
        return;
    }
    let place = Postgres::new().await;
    let hourly = || Options { poll_interval: Duration::from_hours(1), ..options() };
    let (writer, reader) = (place.open(hourly()).await, place.open(hourly()).await);
    // The reader begins to listen a moment after it has opened, so one write may come too early.
    for number in 0.. {
        increment(&writer, format!("mark-{number}")).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        if reader.picture().seq() > "0".parse().unwrap() {
            break;
        }
        assert!(number < 200, "no notification has arrived");
    }
}
