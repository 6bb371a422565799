//! Starting: on nothing, on a lot, on what one does not understand.

use regent_store::{Draft, Store, StoreError};
use tokio::task::JoinSet;

use crate::place::{Place, eventually, options};
use crate::shelf::{Item, Refusal, Shelf};

pub(crate) async fn everything_is_there_after_a_restart(place: impl Place) {
    let store = place.node().await;
    // Several pages, some records too long for a page, some that end where the next one's name begins.
    for from in (0..1500_u64).step_by(500) {
        let command = move |draft: &mut Draft<Shelf>| -> Result<(), Refusal> {
            for number in from..from + 500 {
                let text = "é".repeat(if number % 400 == 7 { 40_000 } else { 3 });
                let account = ["", "a", "a0", "z"][usize::try_from(number % 4).unwrap()];
                draft.put(account, Item { text, ..Item::new(format!("item {number:x}"), number) });
            }
            Ok(())
        };
        store.write(command).await.unwrap();
    }
    let again = place.node().await;
    assert_eq!(again.picture().len(), 1500);
    assert_eq!(again.picture().listing(), store.picture().listing());
    let texts =
        |store: &Store<Shelf>| store.picture().items().map(|item| item.text.clone()).collect::<Vec<_>>();
    assert!(texts(&again) == texts(&store));
}

pub(crate) async fn nodes_that_open_an_empty_database_together_do_not_disturb_each_other<P: Place>(_: P) {
    let place = P::bare().await;
    let mut opening = JoinSet::new();
    for _ in 0..6 {
        let location = place.location();
        opening.spawn(async move { Store::<Shelf>::open(&location, options()).await });
    }
    for opened in opening.join_all().await {
        assert_eq!(opened.unwrap().picture().len(), 0);
    }
    let applied = place.sql("SELECT name FROM migration ORDER BY name").await;
    assert_eq!(
        applied,
        [["0001_record"], ["0002_log"], ["0003_fact"], ["0004_archive"], ["0005_change_name"]]
    );
    assert!(place.sql("SELECT name FROM lease").await.is_empty());
}

/// What another program writes, past the stores but by their rules.
async fn write_elsewhere(place: &impl Place, seq: u32, kind: &str, body: &str) {
    let changes = "INSERT INTO change (seq, position, commit_id, account, kind, key, body)";
    let records = "INSERT INTO record (account, kind, key, version, body)";
    place.sql(&format!("{changes} VALUES ({seq}, 0, 77, 'a', '{kind}', 'thing', '{body}')")).await;
    place.sql(&format!("{records} VALUES ('a', '{kind}', 'thing', {seq}, '{body}')")).await;
    place.sql(&format!("UPDATE head SET seq = {seq}, commit_id = 77")).await;
}

pub(crate) async fn a_kind_of_a_newer_version_is_left_alone(place: impl Place) {
    let store = place.node().await;
    write_elsewhere(&place, 1, "gadget", r#"{"shape":"new"}"#).await;
    eventually("the node has followed", || store.picture().seq().to_string() == "1").await;
    for node in [store, place.node().await] {
        let command = |draft: &mut Draft<Shelf>| -> Result<(), Refusal> {
            draft.put("a", Item::new("item", 1));
            Ok(())
        };
        node.write(command).await.unwrap();
        assert_eq!(node.picture().len(), 1);
    }
    let kept = place.sql("SELECT version || '', body FROM record WHERE kind = 'gadget'").await;
    assert_eq!(kept, [["1", r#"{"shape":"new"}"#]]);
}

pub(crate) async fn a_record_that_cannot_be_read_stops_the_node(place: impl Place) {
    let store = place.node().await;
    write_elsewhere(&place, 1, "item", r#"{"key":"thing"}"#).await;
    let refused = store.write(|_| -> Result<(), Refusal> { Ok(()) }).await;
    assert!(matches!(refused, Err(Refusal::Store(StoreError::Undecodable { .. }))));
    assert_eq!(store.picture().seq().to_string(), "0");
    let error = Store::<Shelf>::open(&place.location(), options()).await.unwrap_err();
    assert_eq!(error.to_string(), "record `a/item/thing` cannot be decoded");
}
