//! The log: every command in it, in order, none twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use regent_store::{Draft, Seq, Store, Trimmed};
use tokio::task::JoinSet;

use crate::place::Place;
use crate::shelf::{Item, Refusal, Shelf};

async fn increment(store: &Store<Shelf>, key: &'static str) {
    let command = move |draft: &mut Draft<Shelf>| -> Result<(), Refusal> {
        let number = draft.number(key).unwrap_or_default() + 1;
        draft.put("a", Item::new(key, number));
        Ok(())
    };
    store.write(command).await.unwrap();
}

pub(crate) async fn the_log_has_no_gap_and_no_disorder_under_writers_on_two_nodes(place: impl Place) {
    let nodes = [place.node().await, place.node().await];
    let mut writers = JoinSet::new();
    for writer in 0..8 {
        let store = nodes[writer % 2].clone();
        writers.spawn(async move {
            for number in 0..40 {
                let command = move |draft: &mut Draft<Shelf>| -> Result<(), Refusal> {
                    for half in ["left", "right"] {
                        draft.put("a", Item::new(format!("{writer}-{number}-{half}"), number));
                    }
                    Ok(())
                };
                store.write(command).await.unwrap();
            }
        });
    }
    let is_over = Arc::new(AtomicBool::new(false));
    let writing = async {
        writers.join_all().await;
        is_over.store(true, Ordering::Release);
    };
    // Reads like a follower, past the stores: whatever is there once must be there for good.
    let polling = async {
        let (mut seen, mut reached) = (Vec::new(), 0);
        loop {
            let is_last = is_over.load(Ordering::Acquire);
            let head: u64 = place.sql("SELECT seq || '' FROM head").await[0][0].parse().unwrap();
            let new = format!(
                "SELECT seq || '', position || '' FROM change \
                 WHERE seq > {reached} AND seq <= {head} ORDER BY seq, position"
            );
            let rows = place.sql(&new).await;
            seen.extend(rows.into_iter().map(|row| (row[0].parse().unwrap(), row[1].clone())));
            reached = head;
            if is_last {
                return seen;
            }
        }
    };
    let ((), seen) = tokio::join!(writing, polling);
    let expected: Vec<(u64, String)> =
        (1..=320).flat_map(|seq| [(seq, "0".to_owned()), (seq, "1".to_owned())]).collect();
    assert_eq!(seen, expected);
    let head = nodes[0].picture().seq().max(nodes[1].picture().seq());
    let mut listings = Vec::new();
    for node in &nodes {
        listings.push(node.wait_for(head, Duration::from_secs(20)).await.unwrap().listing());
    }
    assert_eq!(listings[0].len(), 640);
    assert_eq!(listings[0], listings[1]);
    assert_eq!(listings[0], place.node().await.picture().listing());
}

pub(crate) async fn increments_on_two_nodes_are_never_lost(place: impl Place) {
    let nodes = [place.sleepy_node().await, place.sleepy_node().await];
    let mut writers = JoinSet::new();
    for writer in 0..8 {
        let store = nodes[writer % 2].clone();
        writers.spawn(async move {
            for _ in 0..25 {
                increment(&store, "counter").await;
            }
        });
    }
    writers.join_all().await;
    increment(&nodes[0], "counter").await;
    assert_eq!(nodes[0].picture().number("counter"), Some(201));
    assert_eq!(place.sql("SELECT seq || '' FROM head").await, [["201"]]);
    assert_eq!(place.sql("SELECT version || '' FROM record").await, [["201"]]);
}

pub(crate) async fn a_trimmed_log_keeps_what_it_was_told_to(place: impl Place) {
    let store = place.node().await;
    for _ in 0..30 {
        increment(&store, "counter").await;
    }
    assert_eq!(store.trim(Seq::ZERO).await.unwrap(), Trimmed { changes: 0, is_done: true });
    let seen: Seq = "20".parse().unwrap();
    assert_eq!(store.trim(seen).await.unwrap(), Trimmed { changes: 20, is_done: true });
    increment(&store, "counter").await;
    // What was written since is none of it.
    assert_eq!(store.trim(seen).await.unwrap(), Trimmed { changes: 0, is_done: true });
    assert_eq!(place.sql("SELECT MIN(seq) || '', MAX(seq) || '' FROM change").await, [["21", "31"]]);
    // the newest command always stays: followers compare themselves with it
    let all = store.picture().seq();
    assert_eq!(store.trim(all).await.unwrap(), Trimmed { changes: 10, is_done: true });
    assert_eq!(store.trim(all.next()).await.unwrap(), Trimmed { changes: 0, is_done: true });
    assert_eq!(place.sql("SELECT seq || '' FROM change").await, [["31"]]);
    increment(&store, "counter").await;
    assert_eq!(store.picture().number("counter"), Some(32));
}

pub(crate) async fn the_log_tells_what_a_record_was_last(place: impl Place) {
    let store = place.node().await;
    let last = async || store.logged("item", "counter").await.unwrap();
    let put = |account: &'static str, number: u64| {
        store.write(move |draft: &mut Draft<Shelf>| -> Result<(), Refusal> {
            draft.put(account, Item::new("counter", number));
            Ok(())
        })
    };
    assert_eq!(last().await, None);
    put("", 1).await.unwrap();
    put("", 2).await.unwrap();
    put("", 3).await.unwrap();
    let told = last().await.unwrap();
    assert_eq!(place.sql("SELECT body FROM change WHERE seq = 3").await, [[&*told]]);
    // An account's record is another one.
    put("a", 4).await.unwrap();
    assert_eq!(last().await, Some(told));
    assert_eq!(store.trim("3".parse().unwrap()).await.unwrap(), Trimmed { changes: 3, is_done: true });
    assert_eq!(last().await, None);
}
