//! Nodes that follow: what they see, when they start over, when they stop answering.

use std::time::Duration;

use regent_store::{Draft, Options, Seq, Store, StoreError};

use crate::place::{Place, TestClock, eventually, options};
use crate::shelf::{Item, Refusal, Shelf};

const SOON: Duration = Duration::from_secs(20);

async fn set(store: &Store<Shelf>, key: &'static str, number: u64) -> Seq {
    let command = move |draft: &mut Draft<Shelf>| -> Result<Seq, Refusal> {
        draft.put("a", Item::new(key, number));
        Ok(draft.seq())
    };
    store.write(command).await.unwrap()
}

async fn remove(store: &Store<Shelf>, key: &'static str) {
    let command =
        move |draft: &mut Draft<Shelf>| -> Result<bool, Refusal> { Ok(draft.remove("a", "item", key)) };
    assert!(store.write(command).await.unwrap());
}

pub(crate) async fn a_node_sees_what_another_writes(place: impl Place) {
    let (writer, reader) = (place.node().await, place.node().await);
    set(&writer, "one", 1).await;
    set(&writer, "two", 2).await;
    set(&writer, "one", 11).await;
    remove(&writer, "two").await;
    let last = set(&writer, "three", 3).await;
    let picture = reader.wait_for(last, SOON).await.unwrap();
    assert_eq!(picture.listing(), ["a/item/one@3=11", "a/item/three@5=3"]);
    assert_eq!(picture.seq(), last);
    // without anybody waiting for it, too
    let last = set(&writer, "four", 4).await;
    eventually("the reader has followed", || reader.picture().seq() == last).await;
}

pub(crate) async fn a_node_whose_place_in_the_log_was_trimmed_reads_everything_anew(place: impl Place) {
    let (writer, newborn) = (place.node().await, place.sleepy_node().await);
    set(&writer, "old", 0).await;
    set(&writer, "early", 0).await;
    let (reader, other_writer) = (place.sleepy_node().await, place.sleepy_node().await);
    for number in 1..=30 {
        set(&writer, "counter", number).await;
    }
    remove(&writer, "old").await;
    writer.trim("28".parse().unwrap()).await.unwrap();
    assert_eq!(reader.picture().listing(), ["a/item/early@2=0", "a/item/old@1=0"]);
    let picture = reader.wait_for(writer.picture().seq(), SOON).await.unwrap();
    assert_eq!(picture.listing(), ["a/item/counter@32=30", "a/item/early@2=0"]);
    // a node that comes to write finds out by itself
    set(&other_writer, "counter", 31).await;
    assert_eq!(other_writer.picture().listing(), ["a/item/counter@34=31", "a/item/early@2=0"]);
    // and one that had seen no command at all has missed the first ones too
    assert!(newborn.picture().listing().is_empty());
    let picture = newborn.wait_for(other_writer.picture().seq(), SOON).await.unwrap();
    assert_eq!(picture.listing(), other_writer.picture().listing());
}

pub(crate) async fn a_node_notices_that_the_database_was_restored_from_a_backup(place: impl Place) {
    let [writer, sleeper, late_sleeper] =
        [place.sleepy_node().await, place.sleepy_node().await, place.sleepy_node().await];
    for (key, number) in [("one", 1), ("two", 2), ("three", 3)] {
        set(&writer, key, number).await;
    }
    let last = writer.picture().seq();
    sleeper.wait_for(last, SOON).await.unwrap();
    late_sleeper.wait_for(last, SOON).await.unwrap();
    // Back to when only two commands had happened.
    for text in [
        "DELETE FROM change WHERE seq > 2",
        "DELETE FROM record WHERE key = 'three'",
        "UPDATE head SET seq = 2, commit_id = (SELECT commit_id FROM change WHERE seq = 2)",
    ] {
        place.sql(text).await;
    }
    // The head is now behind the writer, then level with the sleeper again, by another commit.
    assert_eq!(set(&writer, "third", 33).await, last);
    let expected = ["a/item/one@1=1", "a/item/third@3=33", "a/item/two@2=2"];
    assert_eq!(writer.picture().listing(), expected);
    assert_eq!(sleeper.picture().number("three"), Some(3));
    let beyond = "4".parse().unwrap();
    assert!(sleeper.wait_for(beyond, Duration::from_millis(1)).await.is_err()); // makes it look
    eventually("the sleeper has started over", || sleeper.picture().listing() == expected).await;
    // Beyond where the other one is, so that only its own place in the log tells it.
    let next = set(&writer, "four", 4).await;
    let picture = late_sleeper.wait_for(next, SOON).await.unwrap();
    assert_eq!(picture.listing(), writer.picture().listing());
}

pub(crate) async fn a_node_that_cannot_confirm_the_head_becomes_stale_and_recovers(place: impl Place) {
    let clock = TestClock::new();
    let store = place.open(Options { clock: clock.clock(), ..options() }).await;
    set(&store, "item", 1).await;
    assert!(store.current(clock.now_us()).is_ok());
    clock.advance(Duration::from_secs(50));
    eventually("the head is confirmed again", || store.freshness(clock.now_us()).age.is_zero()).await;

    place.sql("ALTER TABLE head RENAME TO hidden").await;
    // A look may be on its way whose answer came before; from the second step on there is none.
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        clock.advance(Duration::from_secs(31));
    }
    let age = store.freshness(clock.now_us()).age;
    assert!(age > Duration::from_mins(1), "{age:?}");
    assert!(matches!(store.current(clock.now_us()), Err(StoreError::Stale { .. })));
    assert_eq!(store.picture().number("item"), Some(1)); // whoever asks for it gets it, stale or not
    let written = store.write(|draft| -> Result<(), Refusal> {
        draft.put("a", Item::new("item", 2));
        Ok(())
    });
    assert!(matches!(written.await, Err(Refusal::Store(StoreError::Database(_)))));

    place.sql("ALTER TABLE hidden RENAME TO head").await;
    eventually("the picture is fresh again", || store.current(clock.now_us()).is_ok()).await;
    set(&store, "item", 3).await;
    assert_eq!(store.picture().listing(), ["a/item/item@2=3"]);
}

pub(crate) async fn waiting_for_what_never_comes_ends(place: impl Place) {
    let store = place.node().await;
    let reached = set(&store, "item", 1).await;
    let wanted: Seq = "7".parse().unwrap();
    let error = store.wait_for(wanted, Duration::from_millis(50)).await.unwrap_err();
    assert_eq!(error.to_string(), "seq `7` has not arrived; this node is at `1`");
    assert_eq!(store.wait_for(reached, Duration::ZERO).await.unwrap().seq(), reached);
}
