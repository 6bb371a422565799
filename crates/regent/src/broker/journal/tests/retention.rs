//! Forgetting where clocks were wrong, and where the chain is broken.

use std::time::Duration;

use jiff::SignedDuration;

use super::*;
use crate::broker::issued::tests::{issue, session};
use crate::broker::journal::forget::ForgetError;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const A_DAY_SECS: i64 = 86_400;

/// An event of a node whose clock is ten years ahead.
fn of_a_wrong_clock(bench: &Bench) -> Event {
    let event = bench.server.event(Actor::anonymous("ahead"), Action::LOGIN).unwrap();
    Event { at: "2036-11-21T12:00:00Z".parse().unwrap(), ..event }
}

#[tokio::test]
async fn a_clock_that_was_ahead_neither_keeps_events_nor_leaves_days_unsigned() {
    let bench = Bench::new().await;
    bench.log_in(2).await;
    bench.server.journal(of_a_wrong_clock(&bench)).await.unwrap();
    bench.log_in(2).await;
    bench.clock.advance(A_DAY_SECS);
    bench.log_in(2).await;
    let report = bench.server.verify_chain().await.unwrap();
    // the end of the first day, of the one that was ahead, and of the first again
    assert_eq!(report, Report { events: 7, first: 1, anchors: 3, broken: None });
    assert_eq!(bench.server.forget_events(HOUR).await.unwrap(), 5);
    let report = bench.server.verify_chain().await.unwrap();
    assert_eq!((report.first, report.events, report.broken), (6, 3, None));
}

#[tokio::test]
async fn an_event_of_a_clock_that_was_ahead_is_as_old_as_what_follows() {
    let bench = Bench::new().await;
    bench.log_in(2).await;
    bench.clock.advance(A_DAY_SECS);
    bench.server.journal(of_a_wrong_clock(&bench)).await.unwrap();
    bench.log_in(2).await;
    assert_eq!(bench.server.forget_events(HOUR).await.unwrap(), 2);
    let report = bench.server.verify_chain().await.unwrap();
    assert_eq!((report.first, report.broken), (3, None));
}

/// Appends an event as if no event after one that was ahead had to carry an anchor.
async fn log_in_unsigned(bench: &Bench) {
    let event = bench.server.event(Actor::anonymous("calm"), Action::LOGIN).unwrap();
    let signers = bench.server.journal.signers().clone();
    let append = move |draft: &mut Draft<Directory>| {
        let head = ChainHead::clone(draft.chain_head().unwrap());
        let signer = signers.newest().unwrap();
        let same_day = signer.tagged(ChainHead { day: chain::day_of(event.at), ..head.clone() });
        let (line, next) = chain::append(&signers, Some(&same_day), &event).unwrap();
        draft.archive(KIND, &chain::key(next.last.number), line, &event.labels());
        draft.put("", Entity::ChainHead(Arc::new(signer.tagged(ChainHead { day: head.day, ..next }))));
        Ok::<_, StoreError>(())
    };
    bench.server.store.write(append).await.unwrap();
}

#[tokio::test]
async fn days_that_were_left_unsigned_stay_until_one_is_signed_after_them() {
    let bench = Bench::new().await;
    bench.log_in(1).await;
    bench.server.journal(of_a_wrong_clock(&bench)).await.unwrap();
    for _ in 0..2 {
        log_in_unsigned(&bench).await;
        bench.clock.advance(A_DAY_SECS);
    }
    bench.log_in(1).await;
    for (first, rows) in [(2, 1), (7, 5)] {
        assert_eq!(bench.server.forget_events(HOUR).await.unwrap(), rows);
        let report = bench.server.verify_chain().await.unwrap();
        assert_eq!((report.first, report.broken), (first, None));
        bench.clock.advance(A_DAY_SECS);
        bench.log_in(1).await;
    }
}

#[tokio::test]
async fn what_was_signed_before_a_broken_event_goes_and_the_break_stays() {
    let bench = bench().await; // six events of one day, six of the next
    bench.clock.advance(A_DAY_SECS);
    bench.log_in(2).await;
    bench.sql("UPDATE archive SET body = replace(body, 'user 2', 'user 3') WHERE key LIKE '%09'").await;
    for _ in 0..2 {
        let refused = bench.server.forget_events(HOUR).await.unwrap_err();
        assert!(matches!(&refused, ForgetError::Broken(broken) if broken.seq == 9), "{refused}");
        let report = bench.server.verify_chain().await.unwrap();
        assert_eq!((report.first, report.events), (7, 2));
        assert_eq!(report.broken.map(|broken| (broken.seq, broken.why)), Some((9, Why::Changed)));
        // Eight of them, and once that some went, and why no more.
        let events = bench.events().await;
        assert_eq!(events.len(), 10);
        assert!(events[8].contains("events up to number 6"), "{}", events[8]);
        assert!(events[9].contains("event 9 of the audit chain is broken"), "{}", events[9]);
    }
}

#[tokio::test]
async fn old_records_of_sessions_go_although_the_chain_is_broken() {
    let bench = bench().await;
    issue(&bench.server, &session(&bench.server, 1, "usr_ana", "ASIA1")).await;
    bench.clock.advance(A_DAY_SECS);
    issue(&bench.server, &session(&bench.server, 2, "usr_ana", "ASIA2")).await;
    bench.sql("UPDATE archive SET body = replace(body, 'user 2', 'user 3') WHERE key LIKE '%03'").await;
    // What may still go on stays, however young records are to go.
    for (days, expected) in [(0, &["ASIA2", "ASIA1"][..]), (2, &["ASIA2"])] {
        bench.clock.advance(days * A_DAY_SECS);
        let refused = bench.server.forget_records(Duration::from_hours(1)).await.unwrap_err();
        assert!(matches!(&refused, ForgetError::Broken(broken) if broken.seq == 3), "{refused}");
        let left = bench.server.issued_sessions(None, None, 10).await.unwrap().sessions;
        let left: Vec<_> = left.iter().map(|session| session.access_key_id.as_str()).collect();
        assert_eq!(left, expected, "after {days} days");
    }
}

#[tokio::test]
async fn a_session_whose_event_was_forgotten_meanwhile_is_no_witness() {
    let bench = Bench::new().await;
    let issued = session(&bench.server, 1, "usr_ana", "ASIA1");
    issue(&bench.server, &issued).await;
    let event = bench.server.event(issued.caller.clone(), Action::CREDENTIALS_ISSUE).unwrap();
    bench.server.journal(Event { session: Some(issued.facts()), ..event }).await.unwrap();
    bench.clock.advance(A_DAY_SECS);
    bench.log_in(2).await;
    let head = bench.server.chain_head().await.unwrap().unwrap();
    let witnesses = bench.server.chain_witnesses().await.unwrap();
    assert_eq!(bench.server.forget_events(HOUR).await.unwrap(), 1);
    assert_eq!(bench.server.contradiction(&witnesses, &head).await.unwrap(), None);
    // One that is as new as what is kept should have left its event.
    issue(&bench.server, &session(&bench.server, 2, "usr_ana", "ASIA2")).await;
    bench.clock.advance(A_DAY_SECS);
    issue(&bench.server, &session(&bench.server, 3, "usr_ana", "ASIA3")).await;
    let witnesses = bench.server.chain_witnesses().await.unwrap();
    let broken = bench.server.contradiction(&witnesses, &head).await.unwrap().unwrap();
    assert_eq!(broken.why, Why::PutBack);
}
