//! Finding, forgetting and copying events.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::broker::journal::copy::Copy;

/// What a search finds, by the names of the actors, page by page of so many.
async fn found(server: &Server, question: &Question, page: usize) -> Vec<String> {
    let (mut names, mut after) = (Vec::new(), None);
    loop {
        let found = server.find_events(question.clone(), after, page).await.unwrap();
        assert!(found.events.len() <= page);
        names.extend(found.events.iter().map(|event| {
            let event: serde_json::Value = serde_json::from_str(event).unwrap();
            event["actor"]["name"].as_str().unwrap().to_owned()
        }));
        after = found.next;
        if after.is_none() {
            return names;
        }
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[tokio::test]
async fn events_are_found_by_who_what_and_when() {
    let bench = Bench::new().await;
    for (number, (name, action)) in [
        ("ana", Action::LOGIN),
        ("bob", Action::LOGIN),
        ("ana", Action::CREDENTIALS_ISSUE),
        ("cid", Action::CREDENTIALS_INTENT),
        ("bob", Action::on("connector", "create")),
        ("ana", Action::LOGIN),
    ]
    .into_iter()
    .enumerate()
    {
        let event = bench.server.event(Actor::anonymous(name), action).unwrap();
        let connector = ConnectorName { id: "conn_1".into(), slug: "prod".into(), name: "Production".into() };
        let connector = (number >= 2).then_some(connector);
        bench.server.journal(Event { connector, ..event }).await.unwrap();
        bench.clock.advance(3600);
    }
    let check = async |question: Question, expected: &[&str]| {
        for page in [1, 2, 100] {
            assert_eq!(found(&bench.server, &question, page).await, expected, "{question:?}");
        }
    };
    let all = Question::default;
    let oldest = || Question { order: Order::OldestFirst, ..all() };
    check(all(), &["ana", "bob", "cid", "ana", "bob", "ana"]).await;
    check(oldest(), &["ana", "bob", "ana", "cid", "bob", "ana"]).await;
    check(Question { actor: Some("bob".into()), ..all() }, &["bob", "bob"]).await;
    check(Question { action: Some("login".into()), ..oldest() }, &["ana", "bob", "ana"]).await;
    check(Question { action: Some("credentials.*".into()), ..oldest() }, &["ana", "cid"]).await;
    check(
        Question { connector: Some("conn_1".into()), actor: Some("ana".into()), ..oldest() },
        &["ana", "ana"],
    )
    .await;
    check(Question { session: Some("sess_1".into()), ..all() }, &[]).await;
    // from 23:59 on, an hour apart
    let (from, to) = (Some(at("2026-11-22T00:59:00Z")), Some(at("2026-11-22T02:59:00Z")));
    check(Question { from, to, ..oldest() }, &["bob", "ana"]).await;
    check(Question { from: to, ..oldest() }, &["cid", "bob", "ana"]).await;
    check(Question { to: from, ..oldest() }, &["ana"]).await;
    check(Question { from: Some(at("2027-01-01T00:00:00Z")), ..oldest() }, &[]).await;
}

#[tokio::test]
async fn a_search_that_finds_little_says_where_to_go_on() {
    let bench = Bench::new().await;
    let journal = bench.server.journal.clone();
    let events: Vec<_> = (0..5600)
        .map(|number| {
            let name = if number == 10 { "needle" } else { "hay" };
            Event {
                via: Some(name.into()),
                ..bench.server.event(Actor::anonymous(name), Action::LOGIN).unwrap()
            }
        })
        .collect();
    for events in events.chunks(1000) {
        let (journal, events) = (journal.clone(), events.to_vec());
        let append = move |draft: &mut Draft<Directory>| {
            for event in &events {
                journal.append(draft, event);
            }
            Ok::<_, StoreError>(())
        };
        bench.server.store.write(append).await.unwrap();
    }
    let question = Question { action: Some("credentials.*".into()), ..Question::default() };
    let first = bench.server.find_events(question.clone(), None, 10).await.unwrap();
    assert_eq!((first.events.len(), first.next), (0, Some(601)));
    let rest = bench.server.find_events(question, first.next, 10).await.unwrap();
    assert_eq!((rest.events.len(), rest.next), (0, None));
    let needle = Question { actor: Some("needle".into()), ..Question::default() };
    assert_eq!(found(&bench.server, &needle, 10).await, ["needle"]);
    assert_eq!(bench.server.verify_chain().await.unwrap().events, 5600);
}

#[tokio::test]
async fn what_is_forgotten_is_gone_and_the_rest_is_still_bound() {
    let bench = bench().await; // six events a minute before midnight, six at midnight
    let server = &bench.server;
    let hour = SignedDuration::from_hours(1);
    assert_eq!(server.forget_events(hour).await.unwrap(), 0);
    bench.clock.advance(3600);
    assert_eq!(server.forget_events(hour).await.unwrap(), 6);
    let report = server.verify_chain().await.unwrap();
    // what is left, and that the rest is not
    assert_eq!(report, Report { events: 7, first: 7, anchors: 1, broken: None });
    let events = bench.events().await;
    assert!(events.last().unwrap().contains(r#""action":"audit.forget""#), "{events:?}");
    assert!(events.last().unwrap().contains("events up to number 6"), "{events:?}");
    // whatever its age, the newest event stays
    bench.clock.advance(100 * 86_400);
    server.forget_records(Duration::from_mins(1)).await.unwrap();
    let report = server.verify_chain().await.unwrap();
    assert_eq!((report.first, report.events, report.broken), (13, 2, None));
    // an event removed beyond that is missed
    bench.sql("DELETE FROM archive WHERE key LIKE '%13'").await;
    let broken = server.verify_chain().await.unwrap().broken.unwrap();
    assert_eq!((broken.seq, broken.why), (13, Why::Missing));
}

#[tokio::test]
async fn a_beginning_that_was_moved_by_hand_is_noticed() {
    let bench = bench().await;
    bench.server.store.shutdown().await.unwrap();
    bench.sql("DELETE FROM archive WHERE key < '00000000000000000003'").await;
    bench
        .sql(
            r#"UPDATE record SET body = replace(body, '"number":0', '"number":2') WHERE kind = 'chain-head'"#,
        )
        .await;
    let node = bench.node().await;
    let broken = node.verify_chain().await.unwrap().broken.unwrap();
    assert_eq!(broken.why, Why::Headless);
    bench.clock.advance(3600);
    let refused = node.forget_events(SignedDuration::from_mins(1)).await;
    assert!(refused.is_err(), "{refused:?}");
}

#[tokio::test]
async fn the_copy_has_every_event_once_and_goes_on_where_it_stopped() {
    let bench = Bench::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain.jsonl");
    let lines = || std::fs::read_to_string(&path).unwrap_or_default();
    let mut copy = Copy::open(&path).unwrap();
    bench.server.copy_events(&mut copy).await.unwrap();
    assert_eq!(lines(), "");
    bench.log_in(3).await;
    bench.server.copy_events(&mut copy).await.unwrap();
    bench.log_in(2).await;
    drop(copy);
    // a crash has torn what came after
    let torn = format!("{}{{\"seq\":4,\"torn", lines());
    std::fs::write(&path, torn).unwrap();
    let mut copy = Copy::open(&path).unwrap();
    bench.server.copy_events(&mut copy).await.unwrap();
    let expected = bench.events().await.iter().fold(String::new(), |all, event| all + event + "\n");
    assert_eq!(lines(), expected);
    // and by itself, what another node appends too
    let copying = tokio::spawn(Arc::clone(&bench.server).keep_copying(copy));
    let other = bench.node().await;
    other.journal(other.event(Actor::server(), Action::EXPORT).unwrap()).await.unwrap();
    let patience = tokio::time::Instant::now() + Duration::from_secs(20);
    while lines().lines().count() < 6 {
        assert!(tokio::time::Instant::now() < patience, "the copy is behind: {}", lines());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    copying.abort();
    assert!(lines().starts_with(&expected));
}

/// What an event of the server itself tells, newest first.
async fn told(server: &Server, action: &str) -> Vec<String> {
    let question = Question { action: Some(action.into()), ..Question::default() };
    let events = server.find_events(question, None, 10).await.unwrap().events;
    let event = |event: &str| serde_json::from_str::<serde_json::Value>(event).unwrap();
    events.iter().map(|told| event(told)["detail"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_event_that_was_made_old_does_not_go() {
    let hour = SignedDuration::from_hours(1);
    let older =
        "UPDATE archive SET body = replace(body, '\"at\":\"2026-11-2', '\"at\":\"2020-11-2') WHERE key <= ";
    for (last, seq, why) in [
        ("'00000000000000000003'", 1, Why::Changed),
        // Those that go are as they were; what would prove them is not.
        ("'x' AND key LIKE '%06'", 6, Why::Changed),
    ] {
        let bench = bench().await;
        bench.clock.advance(3600);
        bench.sql(&format!("{older}{last}")).await;
        for _ in 0..2 {
            let refused = bench.server.forget_events(hour).await.unwrap_err();
            let told = "event 1 of the audit chain is broken";
            assert!(seq != 1 || refused.to_string().contains(told), "{refused}");
        }
        let report = bench.server.verify_chain().await.unwrap();
        assert_eq!(report.broken.map(|broken| (broken.seq, broken.why)), Some((seq, why)), "{last}");
        // All are there, and one that says why, however often it was tried.
        assert_eq!(bench.events().await.len(), 13, "{last}");
        let told = told(&bench.server, "audit.forget").await;
        assert!(told.len() == 1 && told[0].contains("nothing is removed"), "{told:?}");
    }
}

#[tokio::test]
async fn a_chain_that_was_made_anew_up_to_its_end_does_not_go() {
    // Hash after hash was made to fit, so that only the signed end of the day, and the head, say otherwise.
    let bench = bench().await;
    bench.clock.advance(3600);
    let mut before = String::new();
    for (number, line) in bench.events().await.into_iter().enumerate().take(6) {
        let (text, _) = chain::split(&line).unwrap();
        let text = text.replace("2026-11-2", "2020-11-2").replace("user 3", "user 9");
        let (head, _) = text.split_once("\"prev_hash\":\"").unwrap();
        let text = format!("{head}\"prev_hash\":\"{before}\"}}");
        before = chain::hash(&before, &text);
        let line = format!("{},\"hash\":\"{before}\"}}", text.strip_suffix('}').unwrap());
        bench.sql(&format!("UPDATE archive SET body = '{line}' WHERE key LIKE '%0{}'", number + 1)).await;
    }
    let refused = bench.server.forget_events(SignedDuration::from_hours(1)).await.unwrap_err();
    assert!(refused.to_string().contains("event 7 of the audit chain is broken"), "{refused}");
    assert_eq!(bench.events().await.len(), 13);
}

#[tokio::test]
async fn the_copy_misses_what_an_older_state_does_not_have() {
    let bench = Bench::new().await;
    let path = bench.folder.path().join("chain.jsonl");
    let node = async || {
        let settings = Settings {
            data: Some(bench.folder.path().to_owned()),
            audit_chain_file: Some(path.clone()),
            ..Settings::default()
        };
        let config = Config::resolve(settings, Settings::default()).unwrap();
        Server::start(config, bench.clock.clone()).await.unwrap().server
    };
    let why = async |server: &Server| {
        server.verify_chain().await.unwrap().broken.map(|broken| (broken.seq, broken.why))
    };
    bench.log_in(3).await;
    let server = node().await;
    assert_eq!(why(&server).await, Some((3, Why::NoCopy)), "there is to be one");
    let mut copy = Copy::open(&path).unwrap();
    server.copy_events(&mut copy).await.unwrap();
    assert_eq!(why(&server).await, None);

    // Everything the database knows is put back.
    let state = "CREATE TABLE kept_{0} AS SELECT * FROM {0}";
    let tables = ["archive", "archive_label", "record", "change", "head"];
    for table in tables {
        bench.sql(&state.replace("{0}", table)).await;
    }
    server.journal(server.event(Actor::server(), Action::EXPORT).unwrap()).await.unwrap();
    server.copy_events(&mut copy).await.unwrap();
    assert_eq!(why(&server).await, None);
    server.store.shutdown().await.unwrap();
    for table in tables {
        bench.sql(&format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table}")).await;
    }
    let server = node().await;
    assert_eq!(why(&server).await, Some((4, Why::NotCopied)));
    drop(copy);
    // The copy goes on with what there is, and says so for good.
    for _ in 0..2 {
        server.journal(server.event(Actor::server(), Action::LOGIN).unwrap()).await.unwrap();
    }
    let mut copy = Copy::open(&path).unwrap();
    server.copy_events(&mut copy).await.unwrap();
    assert_eq!(why(&server).await, Some((5, Why::NotCopied)));
}

#[tokio::test]
async fn the_log_keeps_what_followers_may_not_have_seen() {
    let bench = Bench::new().await;
    bench.log_in(3).await;
    let seen = bench.server.store.picture().seq();
    bench.log_in(2).await;
    let logged = async || bench.sql("SELECT DISTINCT CAST(seq AS TEXT) FROM change ORDER BY seq").await;
    assert!(logged().await.len() > 5);
    assert!(bench.server.trim_log(seen).await.unwrap() > 0);
    let kept: Vec<String> = (1..=2).map(|later| (seen.number() + later).to_string()).collect();
    assert_eq!(logged().await, kept);
    assert_eq!(bench.server.trim_log(seen).await.unwrap(), 0);
    assert_eq!(bench.server.verify_chain().await.unwrap().broken, None);
    assert_eq!(bench.node().await.verify_chain().await.unwrap().events, 5);
}
