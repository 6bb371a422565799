//! Hands in the tables: what was changed past the log is noticed before it is overwritten.

use regent_store::{Draft, Store, StoreError};

use crate::place::Place;
use crate::shelf::{Item, Refusal, Shelf};

async fn set(store: &Store<Shelf>, number: u64) -> Result<(), Refusal> {
    let command = move |draft: &mut Draft<Shelf>| -> Result<(), Refusal> {
        draft.put("a", Item::new("other", number));
        draft.put("a", Item::new("item", number));
        Ok(())
    };
    store.write(command).await
}

/// The write after the meddling fails and changes nothing; the one after that knows what is there.
async fn check(place: impl Place, store: &Store<Shelf>, meddle: &str, found: &[&str]) {
    place.sql(meddle).await;
    let all = "SELECT account, kind, key, version || '', body FROM record ORDER BY key";
    let before = place.sql(all).await;
    let failed = set(store, 7).await;
    assert!(matches!(failed, Err(Refusal::Store(StoreError::Diverged { table: "record" }))), "{failed:?}");
    assert_eq!(place.sql(all).await, before);
    assert_eq!(store.picture().listing(), found);
    set(store, 8).await.unwrap();
    assert_eq!(store.picture().number("item"), Some(8));
    assert_eq!(place.node().await.picture().listing(), store.picture().listing());
}

pub(crate) async fn a_record_changed_past_the_log_is_not_overwritten(place: impl Place) {
    let store = place.node().await;
    set(&store, 1).await.unwrap();
    let meddle =
        r#"UPDATE record SET version = 5, body = '{"key":"item","number":55,"text":""}' WHERE key = 'item'"#;
    check(place, &store, meddle, &["a/item/item@5=55", "a/item/other@1=1"]).await;
}

pub(crate) async fn a_record_made_past_the_log_is_not_overwritten(place: impl Place) {
    let store = place.node().await;
    let meddle = r#"INSERT INTO record (account, kind, key, version, body)
                    VALUES ('a', 'item', 'item', 0, '{"key":"item","number":55,"text":""}')"#;
    check(place, &store, meddle, &["a/item/item@0=55"]).await;
}

pub(crate) async fn a_record_deleted_past_the_log_is_noticed(place: impl Place) {
    let store = place.node().await;
    set(&store, 1).await.unwrap();
    check(place, &store, "DELETE FROM record WHERE key = 'item'", &["a/item/other@1=1"]).await;
}

pub(crate) async fn a_change_made_past_the_head_is_not_overwritten(place: impl Place) {
    let store = place.node().await;
    set(&store, 1).await.unwrap();
    place.sql("INSERT INTO change VALUES (2, 1, 7, 'a', 'item', 'item', NULL)").await;
    for _ in 0..2 {
        let failed = set(&store, 7).await; // until somebody has looked into it
        assert!(
            matches!(failed, Err(Refusal::Store(StoreError::Diverged { table: "change" }))),
            "{failed:?}"
        );
    }
    assert_eq!(store.picture().listing(), ["a/item/item@1=1", "a/item/other@1=1"]);
    assert_eq!(place.node().await.picture().listing(), store.picture().listing());
}
