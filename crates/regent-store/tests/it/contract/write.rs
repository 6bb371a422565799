//! Commands: what they see, what they leave behind, what their callers hear.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Waker};
use std::time::Duration;

use regent_store::{Draft, Entity as _, Options, Store, StoreError};
use tokio::task::JoinSet;

use crate::place::{Place, options};
use crate::shelf::{Item, Refusal, Shelf};

/// Creates an item, unless there is one of this key.
fn create(key: &str, number: u64) -> impl Fn(&mut Draft<Shelf>) -> Result<u64, Refusal> + use<> {
    let item = Item::new(key, number);
    move |draft| {
        if draft.item(&item.key).is_some() {
            return Err(Refusal::Exists);
        }
        draft.put("a", item.clone());
        Ok(item.number)
    }
}

/// Writes an item, new or not.
async fn set(store: &Store<Shelf>, item: Item) -> Result<(), Refusal> {
    store
        .write(move |draft| {
            draft.put("a", item.clone());
            Ok(())
        })
        .await
}

pub(crate) async fn a_write_is_seen_by_its_own_node_when_it_answers(place: impl Place) {
    let store = place.sleepy_node().await;
    for number in 1..=20 {
        assert_eq!(store.write(create(&format!("item-{number}"), number)).await.unwrap(), number);
        let picture = store.picture();
        assert_eq!(picture.number(&format!("item-{number}")), Some(number));
        assert_eq!(picture.seq().to_string(), number.to_string());
    }
    assert_eq!(place.sql("SELECT COUNT(*) || '' FROM record").await, [["20"]]);
}

pub(crate) async fn a_command_sees_what_others_wrote_before_it(place: impl Place) {
    let (one, two) = (place.sleepy_node().await, place.sleepy_node().await);
    one.write(create("item", 1)).await.unwrap();
    assert_eq!(two.picture().number("item"), None); // it has not looked yet
    assert!(matches!(two.write(create("item", 2)).await, Err(Refusal::Exists)));
    assert_eq!(two.picture().number("item"), Some(1)); // now it has
}

pub(crate) async fn a_command_that_says_no_disturbs_nobody(place: impl Place) {
    let store = place.node().await;
    let mut writes = JoinSet::new();
    for number in 0..64 {
        let store = store.clone();
        let key = format!("item-{}", number / 2); // each key twice: one of them must be refused
        writes.spawn(async move { store.write(create(&key, number)).await.is_ok() });
    }
    let made = writes.join_all().await.into_iter().filter(|is_made| *is_made).count();
    assert_eq!(made, 32);
    assert_eq!(store.picture().len(), 32);
    assert_eq!(place.sql("SELECT MAX(seq) || '', COUNT(*) || '' FROM change").await, [["32", "32"]]);
    let commits = place.sql("SELECT COUNT(DISTINCT commit_id) || '' FROM change").await;
    assert!(commits[0][0].parse::<u32>().unwrap() < 16, "they hardly shared a commit: {commits:?}");
}

pub(crate) async fn a_command_that_panics_panics_its_caller_and_disturbs_nobody(place: impl Place) {
    let store = place.node().await;
    let mut writes = JoinSet::new();
    for number in 0..20 {
        let store = store.clone();
        writes.spawn(async move {
            let command = move |draft: &mut Draft<Shelf>| -> Result<(), Refusal> {
                draft.put("a", Item::new(format!("item-{number}"), number));
                assert!(number % 2 == 0, "number {number} is odd");
                Ok(())
            };
            store.write(command).await.unwrap();
        });
    }
    let mut panics = 0;
    while let Some(ended) = writes.join_next().await {
        if let Err(error) = ended {
            let message = error.into_panic().downcast::<String>().unwrap();
            assert!(message.ends_with("is odd"), "{message}");
            panics += 1;
        }
    }
    assert_eq!((panics, store.picture().len()), (10, 10));
}

pub(crate) async fn a_command_that_changes_nothing_takes_no_number(place: impl Place) {
    let store = place.node().await;
    let first: Result<_, Refusal> = store.write(|draft| Ok(draft.seq())).await;
    let gone: Result<_, Refusal> = store.write(|draft| Ok(draft.remove("a", "item", "nobody"))).await;
    assert!(!gone.unwrap());
    store.write(create("item", 1)).await.unwrap();
    assert_eq!(store.picture().seq(), first.unwrap());
    assert_eq!(place.sql("SELECT seq || '' FROM head").await, [["1"]]);
}

pub(crate) async fn what_cannot_be_stored_fails_its_command_alone(place: impl Place) {
    let store = place.node().await;
    let long = Item { text: "x".repeat(17 * 1024 * 1024), ..Item::new("long", 1) };
    let cases = [
        ("a", Item::new("", 1)),
        ("a", Item::new("two\nlines", 1)),
        ("a", Item::new("\u{1f}", 1)),
        ("a", Item::new("k".repeat(1025), 1)),
        ("an account\u{7}", Item::new("item", 1)),
        ("a", long),
    ];
    for (account, item) in cases {
        let key = item.key.clone();
        let refused = store.write(move |draft| -> Result<(), Refusal> {
            draft.put("a", Item::new("before", 1));
            draft.put(account, item.clone());
            Ok(())
        });
        let (refused, other) = tokio::join!(refused, set(&store, Item::new("other", 1)));
        let is_refused = matches!(refused, Err(Refusal::Store(StoreError::Unstorable { .. })));
        assert!(is_refused, "key {key:?}");
        other.unwrap();
    }
    let too_many = |draft: &mut Draft<Shelf>| -> Result<(), Refusal> {
        (0..10_001).for_each(|number| draft.put("a", Item::new(format!("item-{number}"), 1)));
        Ok(())
    };
    let refused = store.write(too_many).await;
    assert!(matches!(refused, Err(Refusal::Store(StoreError::Unstorable { .. }))));
    assert_eq!(store.picture().number("before"), None);
    assert_eq!(store.picture().len(), 1);
    // what is just allowed
    set(&store, Item { text: "\u{7f}\n\0\u{1f}é".into(), ..Item::new("k".repeat(1024), 2) }).await.unwrap();
    let again = place.node().await;
    assert_eq!(again.picture().listing(), store.picture().listing());
}

pub(crate) async fn a_command_nobody_waits_for_is_not_run(place: impl Place) {
    let location = place.location();
    // A runtime of one thread, where the committer has no turn before the caller has gone away.
    let alone = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let test = async |location| {
        let store = Store::<Shelf>::open(&location, options()).await.unwrap();
        let runs = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&runs);
        let command = move |draft: &mut Draft<Shelf>| -> Result<(), Refusal> {
            counted.fetch_add(1, Ordering::Relaxed);
            draft.put("a", Item::new("abandoned", 1));
            Ok(())
        };
        let mut abandoned = Box::pin(store.write(command));
        let mut nobody = Context::from_waker(Waker::noop());
        assert!(abandoned.as_mut().poll(&mut nobody).is_pending());
        drop(abandoned);
        store.write(create("after", 1)).await.unwrap();
        store.shutdown().await.unwrap();
        assert_eq!(store.picture().listing(), ["a/item/after@1=1"]);
        assert_eq!(runs.load(Ordering::Relaxed), 0);
    };
    tokio::task::spawn_blocking(move || alone.block_on(test(location))).await.unwrap();
}

pub(crate) async fn a_full_queue_makes_callers_wait(place: impl Place) {
    let store = place.open(Options { queue_commands: 1, batch_commands: 1, ..options() }).await;
    let mut writes = JoinSet::new();
    for number in 0..50 {
        let store = store.clone();
        writes.spawn(async move { store.write(create(&format!("item-{number}"), number)).await });
    }
    for written in writes.join_all().await {
        written.unwrap();
    }
    assert_eq!(place.sql("SELECT COUNT(DISTINCT commit_id) || '' FROM change").await, [["50"]]);
}

pub(crate) async fn a_removed_record_is_gone_and_can_come_back(place: impl Place) {
    let store = place.node().await;
    for round in 1..=3 {
        store.write(create("item", round)).await.unwrap();
        let removed: Result<_, Refusal> = store.write(|draft| Ok(draft.remove("a", "item", "item"))).await;
        assert!(removed.unwrap());
        assert_eq!(store.picture().number("item"), None);
    }
    assert!(place.sql("SELECT key FROM record").await.is_empty());
    assert_eq!(place.sql("SELECT COUNT(*) || '', COUNT(body) || '' FROM change").await, [["6", "3"]]);
}

pub(crate) async fn a_batch_may_make_change_and_remove_one_record(place: impl Place) {
    let store = place.node().await;
    set(&store, Item::new("kept", 0)).await.unwrap();
    set(&store, Item::new("lost", 0)).await.unwrap();
    let mut writes = JoinSet::new();
    for number in 1..=40 {
        let store = store.clone();
        writes.spawn(async move {
            let command = move |draft: &mut Draft<Shelf>| -> Result<(), Refusal> {
                let passing = Item::new(format!("passing-{number}"), number);
                draft.put("a", Item::new("kept", draft.number("kept").unwrap() + 1));
                draft.put("a", passing.clone());
                draft.remove("a", passing.kind(), &passing.key);
                draft.remove("a", "item", "lost");
                draft.put("a", Item::new("lost", number));
                draft.remove("a", "item", "lost");
                Ok(())
            };
            store.write(command).await
        });
    }
    for written in writes.join_all().await {
        written.unwrap();
    }
    assert_eq!(store.picture().listing(), ["a/item/kept@42=40"]);
    assert_eq!(place.node().await.picture().listing(), ["a/item/kept@42=40"]);
}

pub(crate) async fn a_closed_store_refuses_writes_and_loses_none(place: impl Place) {
    let store = place.node().await;
    let mut writes = JoinSet::new();
    for number in 0..40 {
        let store = store.clone();
        writes.spawn(async move {
            let key = format!("item-{number}");
            (key.clone(), store.write(create(&key, number)).await)
        });
    }
    tokio::task::yield_now().await;
    tokio::time::timeout(Duration::from_mins(1), store.shutdown()).await.unwrap().unwrap();
    let mut made = 0;
    for (key, written) in writes.join_all().await {
        let is_there = store.picture().number(&key).is_some();
        match written {
            Ok(_) => assert!(is_there, "{key} was acknowledged and is not there"),
            Err(Refusal::Store(StoreError::Closed)) => assert!(!is_there, "{key} was refused and is there"),
            Err(other) => panic!("{other}"),
        }
        made += usize::from(is_there);
    }
    assert_eq!(place.node().await.picture().len(), made);
    assert!(matches!(store.write(create("late", 1)).await, Err(Refusal::Store(StoreError::Closed))));
    store.shutdown().await.unwrap(); // a second time there is nothing to do
}
