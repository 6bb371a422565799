//! The chain under hands that change the database.

use std::path::Path;

use regent_store::Order;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, Row as _, SqliteConnection};

use super::verify::Why;
use super::*;
use crate::clock::Clock;
use crate::config::{Config, STORE_FILE, Settings};

mod copies;
mod retention;
mod upkeep;

/// A server on a file, and a way past it.
pub(crate) struct Bench {
    pub(crate) server: Arc<Server>,
    pub(crate) clock: Clock,
    folder: tempfile::TempDir,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::manual("2026-11-21T23:59:00Z".parse().unwrap());
        let server = Self::open(folder.path(), &clock).await;
        Self { server, clock, folder }
    }

    async fn open(folder: &Path, clock: &Clock) -> Arc<Server> {
        let settings = Settings { data: Some(folder.to_owned()), ..Settings::default() };
        let config = Config::resolve(settings, Settings::default()).unwrap();
        Server::start(config, clock.clone()).await.unwrap().server
    }

    /// Another node on the same database, or the same one after a restart.
    pub(crate) async fn node(&self) -> Arc<Server> {
        Self::open(self.folder.path(), &self.clock).await
    }

    pub(crate) async fn sql(&self, text: &str) -> Vec<String> {
        let options = SqliteConnectOptions::new().filename(self.folder.path().join(STORE_FILE));
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        let rows = sqlx::raw_sql(AssertSqlSafe(text)).fetch_all(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        rows.iter().map(|row| row.get_unchecked(0)).collect()
    }

    async fn log_in(&self, count: usize) {
        for number in 0..count {
            let event = self.server.event(Actor::anonymous(&format!("user {number}")), Action::LOGIN);
            self.server.journal(event.unwrap()).await.unwrap();
        }
    }

    pub(crate) async fn events(&self) -> Vec<String> {
        let range = Range { order: Order::OldestFirst, ..Range::default() };
        let page = self.server.store.archived(KIND, &range, 1000).await.unwrap();
        page.rows.into_iter().map(|row| row.body.into()).collect()
    }
}

/// Twelve events, a day ending after the sixth.
async fn bench() -> Bench {
    let bench = Bench::new().await;
    bench.log_in(6).await;
    bench.clock.advance(60);
    bench.log_in(6).await;
    bench
}

/// Changes the database past the server, and says which event is broken then, and why.
#[track_caller]
fn check(tampering: &'static str, expected: (u64, Why)) -> impl Future<Output = ()> {
    let place = std::panic::Location::caller();
    async move {
        let bench = bench().await;
        bench.sql(tampering).await;
        let report = bench.server.verify_chain().await.unwrap();
        let broken = report.broken.map(|broken| (broken.seq, broken.why));
        assert_eq!(broken, Some(expected), "{place}: {tampering}");
    }
}

#[tokio::test]
async fn what_is_appended_is_bound_to_what_was_there() {
    let bench = bench().await;
    let report = bench.server.verify_chain().await.unwrap();
    assert_eq!(report, Report { events: 12, first: 1, anchors: 1, broken: None });
    let events = bench.events().await;
    assert!(events[0].starts_with(r#"{"seq":1,"id":"audt_"#), "{}", events[0]);
    assert!(events[0].contains(r#","prev_hash":"","hash":""#), "{}", events[0]);
    let (_, hash) = chain::split(&events[5]).unwrap();
    assert!(events[6].contains(&format!(r#""anchor":{{"day":"2026-11-21","seq":6,"hash":"{hash}","key":1"#)));
    assert!(events[6].contains(&format!(r#""prev_hash":"{hash}""#)));
    // the next day has another one, whichever node appends first
    let other = bench.node().await;
    bench.clock.advance(86_400);
    other.journal(other.event(Actor::server(), Action::EXPORT).unwrap()).await.unwrap();
    bench.log_in(1).await;
    let report = bench.server.verify_chain().await.unwrap();
    assert_eq!(report, Report { events: 14, first: 1, anchors: 2, broken: None });
    assert_eq!(other.verify_chain().await.unwrap(), report);
}

#[tokio::test]
async fn an_empty_chain_is_whole() {
    let report = Bench::new().await.server.verify_chain().await.unwrap();
    assert_eq!(report, Report { events: 0, first: 1, anchors: 0, broken: None });
}

#[tokio::test]
async fn events_of_commands_that_share_a_commit_follow_one_another() {
    let bench = Bench::new().await;
    let other = bench.node().await;
    let mut writes = tokio::task::JoinSet::new();
    for number in 0..120 {
        let server = Arc::clone(if number % 2 == 0 { &bench.server } else { &other });
        writes.spawn(async move {
            let event = server.event(Actor::anonymous(&number.to_string()), Action::LOGIN).unwrap();
            let journal = server.journal.clone();
            let command = move |draft: &mut Draft<Directory>| {
                journal.append(draft, &event);
                if number % 3 == 0 { Err(StoreError::Closed) } else { Ok(()) }
            };
            server.store.write(command).await.is_ok()
        });
    }
    let written = writes.join_all().await.into_iter().filter(|is_written| *is_written).count();
    assert_eq!(written, 80);
    let report = bench.server.verify_chain().await.unwrap();
    assert_eq!(report, Report { events: 80, first: 1, anchors: 0, broken: None });
}

#[tokio::test]
async fn an_event_removed_by_hand_is_named() {
    check("DELETE FROM archive WHERE key LIKE '%05'", (5, Why::Missing)).await;
    check("DELETE FROM archive WHERE key LIKE '%01'", (1, Why::Missing)).await;
    check("DELETE FROM archive WHERE key > '00000000000000000004'", (5, Why::CutOff)).await;
    check("DELETE FROM archive WHERE key LIKE '%12'", (12, Why::CutOff)).await;
    check("DELETE FROM archive", (1, Why::CutOff)).await;
}

#[tokio::test]
async fn an_event_changed_by_hand_is_named() {
    check(
        "UPDATE archive SET body = replace(body, 'user 2', 'user 3') WHERE key LIKE '%03'",
        (3, Why::Changed),
    )
    .await;
    check("UPDATE archive SET body = body || ' ' WHERE key LIKE '%04'", (4, Why::Unreadable)).await;
    check("UPDATE archive SET body = '{}' WHERE key LIKE '%12'", (12, Why::Unreadable)).await;
    check(
        "UPDATE archive SET body = substr(body, 1, length(body) - 66) || \
         '00000000000000000000000000000000000000000000000000000000000000000\"}' WHERE key LIKE '%06'",
        (6, Why::Unreadable),
    )
    .await;
}

#[tokio::test]
async fn events_put_elsewhere_are_named() {
    check(
        "UPDATE archive SET key = 'x' || key WHERE key LIKE '%05'; \
         UPDATE archive SET key = '00000000000000000005' WHERE key LIKE '%06'; \
         UPDATE archive SET key = '00000000000000000006' WHERE key LIKE 'x%'",
        (5, Why::Swapped),
    )
    .await;
    let copy = "INSERT INTO archive SELECT kind,";
    let copied: [(&str, (u64, Why)); 2] = [
        ("'00000000000000000003x', seq, body, labels FROM archive WHERE key LIKE '%03'", (4, Why::Inserted)),
        ("'00000000000000000013', seq, body, labels FROM archive WHERE key LIKE '%12'", (13, Why::Surplus)),
    ];
    for (rest, expected) in copied {
        check(Box::leak(format!("{copy} {rest}").into_boxed_str()), expected).await;
    }
}

#[tokio::test]
async fn an_end_that_was_changed_is_noticed() {
    let bench = bench().await;
    let server = bench.server;
    server.store.shutdown().await.unwrap();
    let bench = Bench { server, ..bench };
    // The last two events are cut off, and the head made to fit.
    let head = r#"UPDATE record SET body = replace(replace(body, '"number":12', '"number":10'), 'day', 'day')
                  WHERE kind = 'chain-head'"#;
    bench.sql("DELETE FROM archive WHERE key > '00000000000000000010'").await;
    bench.sql(head).await;
    let node = bench.node().await;
    let broken = node.verify_chain().await.unwrap().broken.unwrap();
    assert_eq!((broken.seq, broken.why), (10, Why::Headless));
    // What is appended to it does not make it true.
    node.journal(node.event(Actor::server(), Action::EXPORT).unwrap()).await.unwrap();
    let broken = node.verify_chain().await.unwrap().broken.unwrap();
    assert!(matches!(broken.why, Why::Unlinked | Why::Unproven), "{broken:?}");
    assert_eq!(broken.seq, 11);
}

/// A node on the database after somebody had it for themselves.
async fn after(tampering: &[&str]) -> (Bench, Arc<Server>) {
    let bench = bench().await;
    bench.server.store.shutdown().await.unwrap();
    for text in tampering {
        bench.sql(text).await;
    }
    let node = bench.node().await;
    (bench, node)
}

#[tokio::test]
async fn a_chain_that_was_taken_away_is_missed() {
    let all = "DELETE FROM archive";
    let head = "DELETE FROM record WHERE kind = 'chain-head'";
    let key = "DELETE FROM record WHERE kind = 'chain-key'";
    for (tampering, last) in [
        (&[head][..], 12),
        (&[head, key], 12),
        (&[all, head], 0),
        (&[all, head, key], 0),
        (&[all, head, key, "DELETE FROM change"], 0),
    ] {
        let (bench, node) = after(tampering).await;
        let broken = node.verify_chain().await.unwrap().broken.unwrap();
        assert_eq!((broken.seq, broken.why), (last, Why::Headless), "{tampering:?}");
        // Nothing that begins anew is as good as what was there.
        node.journal(node.event(Actor::server(), Action::EXPORT).unwrap()).await.unwrap();
        let broken = node.verify_chain().await.unwrap().broken;
        assert!(broken.is_some(), "{tampering:?}");
        // And nothing of what is left is written over.
        let bench = Bench { server: node, ..bench };
        assert_eq!(bench.events().await.len() as u64, last + 1, "{tampering:?}");
    }
}

#[tokio::test]
async fn an_older_end_that_was_put_back_is_noticed_by_the_log() {
    let back = "UPDATE record SET body = (SELECT body FROM change WHERE kind = 'chain-head' AND body LIKE '%\"number\":9,%') \
                WHERE kind = 'chain-head'";
    let (_bench, node) = after(&["DELETE FROM archive WHERE key > '00000000000000000009'", back]).await;
    let broken = node.verify_chain().await.unwrap().broken.unwrap();
    assert_eq!((broken.seq, broken.why), (12, Why::PutBack));
}

#[tokio::test]
async fn a_session_that_was_issued_misses_its_event() {
    let bench = bench().await;
    bench.clock.advance(3600);
    let session = crate::broker::issued::tests::session(&bench.server, 1, "usr_ana", "ASIA1");
    let event = Event {
        session: Some(session.facts()),
        ..bench.server.event(session.caller.clone(), Action::CREDENTIALS_ISSUE).unwrap()
    };
    let journal = bench.server.journal.clone();
    let issue = move |draft: &mut Draft<Directory>| {
        session.archive(draft);
        journal.append(draft, &event);
        Ok::<_, StoreError>(())
    };
    bench.server.store.write(issue).await.unwrap();
    assert_eq!(bench.server.verify_chain().await.unwrap().broken, None);
    // The event goes, and with it all that the log knows.
    bench.server.store.shutdown().await.unwrap();
    let back = "UPDATE record SET body = (SELECT body FROM change WHERE kind = 'chain-head' AND body LIKE '%\"number\":12,%') \
                WHERE kind = 'chain-head'";
    bench.sql("DELETE FROM archive WHERE kind = 'audit-event' AND key > '00000000000000000012'").await;
    bench.sql(back).await;
    bench.sql("DELETE FROM change WHERE kind = 'chain-head' AND body LIKE '%\"number\":13,%'").await;
    let node = bench.node().await;
    let broken = node.verify_chain().await.unwrap().broken.unwrap();
    assert_eq!((broken.seq, broken.why), (13, Why::PutBack));
}

#[test]
fn long_texts_are_clipped_between_characters() {
    let text = Text::from("é".repeat(300).as_str());
    assert_eq!(text.as_str().len(), 512);
    assert_eq!(Text::from(format!("x{}", "é".repeat(300)).as_str()).as_str().len(), 511);
}

#[test]
fn another_key_proves_nothing() {
    let [ours, theirs] = [[1; 32], [2; 32]].map(|seed| Signer::new(1, &seed).unwrap());
    let head = ours.tagged(regent_store::entity::ChainHead::default());
    assert!(ours.has_tagged(&head) && !theirs.has_tagged(&head));
    let anchor = ours.anchor("2026-11-22", &head.last);
    assert!(ours.has_signed(&anchor) && !theirs.has_signed(&anchor));
    assert!(!ours.has_signed(&chain::Anchor { seq: 7, ..anchor }));
}
