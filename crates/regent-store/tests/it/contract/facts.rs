//! Facts: at once here, later there, and after a restart.

use std::time::Duration;

use regent_store::{Fact, Options, Store, StoreError};

use crate::place::{Place, TestClock, eventually, options};
use crate::shelf::Shelf;

/// A node that writes and reads facts as fast as a test wants to see them.
async fn quick(place: &impl Place, clock: &TestClock) -> Store<Shelf> {
    let interval = Duration::from_millis(20);
    let options = Options {
        clock: clock.clock(),
        facts_flush_interval: interval,
        facts_read_interval: interval,
        ..options()
    };
    place.open(options).await
}

fn value(store: &Store<Shelf>, key: &str) -> Option<String> {
    store.facts().get("a", "used", key).map(|fact| fact.value.to_string())
}

pub(crate) async fn a_fact_is_there_at_once_and_after_a_restart(place: impl Place) {
    let clock = TestClock::new();
    let store = place.open(Options { clock: clock.clock(), ..options() }).await;
    for number in 0..1200 {
        store.facts().record("a", "used", &format!("key-{number}"), "").unwrap();
        store.facts().record("a", "used", &format!("key-{number}"), &format!("value {number}")).unwrap();
    }
    let expected = Some(Fact { value: "value 7".into(), recorded_us: clock.now_us() });
    assert_eq!(store.facts().get("a", "used", "key-7"), expected);
    assert_eq!(store.facts().get("a", "used", "key-1200"), None);
    store.facts().record("a", "used", "empty", "").unwrap();
    store.shutdown().await.unwrap(); // long before the first interval ends
    let again = place.node().await;
    assert_eq!(again.facts().get("a", "used", "key-7"), expected);
    assert_eq!(value(&again, "key-1199").as_deref(), Some("value 1199"));
    assert_eq!(value(&again, "empty").as_deref(), Some(""));
    assert_eq!(again.picture().seq().to_string(), "0"); // nothing of it is in the log
}

pub(crate) async fn a_node_learns_the_facts_of_another(place: impl Place) {
    let clock = TestClock::new();
    let (one, two) = (quick(&place, &clock).await, quick(&place, &clock).await);
    one.facts().record("a", "used", "key", "first").unwrap();
    eventually("the fact has arrived", || value(&two, "key").as_deref() == Some("first")).await;
    clock.advance(Duration::from_secs(1));
    two.facts().record("a", "used", "key", "second").unwrap();
    eventually("the newer fact has come back", || value(&one, "key").as_deref() == Some("second")).await;
}

pub(crate) async fn of_two_facts_the_later_one_counts(place: impl Place) {
    let (early, late) = (TestClock::new(), TestClock::new());
    late.advance(Duration::from_secs(5));
    let (one, two) = (quick(&place, &late).await, quick(&place, &early).await);
    one.facts().record("a", "used", "key", "late").unwrap();
    eventually("the late fact has arrived", || value(&two, "key").as_deref() == Some("late")).await;
    two.facts().record("a", "used", "key", "early").unwrap(); // this node's clock is behind
    two.facts().record("a", "used", "mark", "written").unwrap();
    eventually("both have been written", || value(&one, "mark").is_some()).await;
    assert_eq!(value(&one, "key").as_deref(), Some("late"));
    assert_eq!(place.sql("SELECT value FROM fact WHERE key = 'key'").await, [["late"]]);
}

pub(crate) async fn a_forgotten_fact_does_not_come_back(place: impl Place) {
    let store = place.node().await;
    store.facts().record("a", "used", "kept", "1").unwrap();
    store.facts().record("a", "used", "gone", "1").unwrap();
    store.facts().forget("a", "used", "gone");
    store.facts().record("a", "used", "again", "1").unwrap();
    store.facts().forget("a", "used", "again");
    store.facts().record("a", "used", "again", "2").unwrap();
    store.facts().forget("a", "used", "never there");
    assert_eq!(value(&store, "gone"), None);
    store.shutdown().await.unwrap();
    let stored = place.sql("SELECT key, value FROM fact ORDER BY key").await;
    assert_eq!(stored, [["again", "2"], ["kept", "1"]]);
    // While the database still has it, reading there does not bring it back.
    let options = Options { facts_read_interval: Duration::from_millis(1), ..options() };
    let again = place.open(options).await;
    again.facts().forget("a", "used", "kept");
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(value(&again, "kept"), None);
    again.shutdown().await.unwrap();
    assert_eq!(place.sql("SELECT key FROM fact").await, [["again"]]);
}

pub(crate) async fn a_fact_that_cannot_be_stored_is_refused(place: impl Place) {
    let store = place.node().await;
    for (key, value) in [("", "v"), ("two\nlines", "v"), ("key", "two\nlines"), ("key", &*"v".repeat(4097))] {
        let refused = store.facts().record("a", "used", key, value);
        assert!(matches!(refused, Err(StoreError::Unstorable { .. })), "{key:?}");
        assert_eq!(store.facts().get("a", "used", key), None);
    }
}

pub(crate) async fn facts_wait_for_a_database_that_cannot_take_them(place: impl Place) {
    let store = quick(&place, &TestClock::new()).await;
    place.sql("ALTER TABLE fact RENAME TO hidden").await;
    store.facts().record("a", "used", "key", "1").unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    place.sql("ALTER TABLE hidden RENAME TO fact").await;
    store.shutdown().await.unwrap();
    assert_eq!(place.sql("SELECT value FROM fact").await, [["1"]]);
}
