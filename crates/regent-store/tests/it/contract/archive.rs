//! The archive: written with what changes, read in pages, shown by no picture.

use std::time::Duration;

use regent_store::{Draft, Forgotten, Order, Page, Range, Store, StoreError};
use tokio::task::JoinSet;

use crate::place::Place;
use crate::shelf::{Item, Refusal, Shelf};

const OLDEST_FIRST: Range<'static> =
    Range { after: None, before: None, label: None, order: Order::OldestFirst };

/// Archives a row, and nothing else.
async fn archive(store: &Store<Shelf>, key: &str, body: &str, labels: &'static [(&str, &str)]) {
    let (key, body) = (key.to_owned(), body.to_owned());
    let command = move |draft: &mut Draft<Shelf>| -> Result<(), Refusal> {
        draft.archive("event", &key, body.as_str(), labels);
        Ok(())
    };
    store.write(command).await.unwrap();
}

fn keys(page: &Page) -> Vec<&str> {
    page.rows.iter().map(|row| &*row.key).collect()
}

async fn all(store: &Store<Shelf>) -> Vec<String> {
    let page = store.archived("event", &OLDEST_FIRST, 1000).await.unwrap();
    page.rows.iter().map(|row| format!("{}@{}={}", row.key, row.seq, row.body)).collect()
}

pub(crate) async fn what_a_command_archives_is_there_with_its_changes(place: impl Place) {
    let (store, other) = (place.node().await, place.node().await);
    let mut writes = JoinSet::new();
    for number in 0..100_u64 {
        let store = store.clone();
        writes.spawn(async move {
            let command = move |draft: &mut Draft<Shelf>| {
                draft.put("a", Item::new(format!("item-{number}"), number));
                draft.archive("event", &format!("{number:04}"), number.to_string(), &[]);
                if number % 3 == 0 { Err(Refusal::Exists) } else { Ok(draft.seq()) }
            };
            (number, store.write(command).await)
        });
    }
    let mut expected = Vec::new();
    for (number, written) in writes.join_all().await {
        expected.extend(written.ok().map(|seq| format!("{number:04}@{seq}={number}")));
    }
    expected.sort();
    assert_eq!(expected.len(), 66);
    assert_eq!(all(&store).await, expected);
    assert_eq!(all(&other).await, expected);
    assert_eq!(store.picture().len(), 66);
    store.shutdown().await.unwrap();
    let closed = store.archived("event", &OLDEST_FIRST, 1).await;
    assert!(matches!(closed, Err(StoreError::Closed)), "{closed:?}");
    let again = place.node().await;
    assert_eq!(all(&again).await, expected);
    let row = again.archived_row("event", "0001").await.unwrap().unwrap();
    assert_eq!((&*row.key, &*row.body), ("0001", "1"));
    assert_eq!(again.archived_row("event", "0003").await.unwrap(), None);
    assert_eq!(again.archived_row("other", "0001").await.unwrap(), None);
}

pub(crate) async fn a_command_that_only_archives_takes_a_number_of_the_log(place: impl Place) {
    let (store, reader) = (place.node().await, place.sleepy_node().await);
    let add = |draft: &mut Draft<Shelf>| -> Result<(), Refusal> {
        draft.put("a", Item::new("item", 1));
        Ok(())
    };
    archive(&store, "1", "first", &[]).await;
    store.write(add).await.unwrap();
    archive(&store, "2", "second", &[]).await;
    assert_eq!(all(&store).await, ["1@1=first", "2@3=second"]);
    let log = place.sql("SELECT seq || '', kind, COALESCE(body, 'none') FROM change ORDER BY seq").await;
    let item = r#"{"key":"item","number":1,"text":""}"#;
    assert_eq!(log, [["1", "archive", "none"], ["2", "item", item], ["3", "archive", "none"]]);
    // Whoever follows passes over it; whoever starts sees nothing of it.
    let picture = reader.wait_for("3".parse().unwrap(), Duration::from_secs(20)).await.unwrap();
    assert_eq!(picture.listing(), ["a/item/item@2=1"]);
    let started = place.node().await;
    assert_eq!(started.picture().listing(), picture.listing());
    assert_eq!(started.picture().seq(), picture.seq());
}

pub(crate) async fn a_row_archived_again_is_written_over(place: impl Place) {
    let store = place.node().await;
    archive(&store, "1", "one", &[("state", "active"), ("user", "ana")]).await;
    let twice = |draft: &mut Draft<Shelf>| -> Result<(), Refusal> {
        draft.archive("event", "2", "two", &[("state", "active"), ("state", "open")]);
        draft.archive("event", "1", "one again", &[]);
        draft.archive("event", "2", "two again", &[("state", "over"), ("user", "bob")]);
        draft.archive("other", "1", "another kind", &[("state", "active")]);
        Ok(())
    };
    store.write(twice).await.unwrap();
    archive(&store, "1", "one at last", &[("state", "over")]).await;
    assert_eq!(all(&store).await, ["1@3=one at last", "2@2=two again"]);
    let labels = "SELECT kind, key, label, value FROM archive_label ORDER BY kind, key, label, value";
    assert_eq!(
        place.sql(labels).await,
        [
            ["event", "1", "state", "active"],
            ["event", "1", "state", "over"],
            ["event", "1", "user", "ana"],
            ["event", "2", "state", "active"],
            ["event", "2", "state", "open"],
            ["event", "2", "state", "over"],
            ["event", "2", "user", "bob"],
            ["other", "1", "state", "active"],
        ]
    );
    archive(&store, "1", "one still", &[("state", "over")]).await;
    store.forget_archived("event", "3", 9).await.unwrap();
    assert_eq!(place.sql(labels).await, [["other", "1", "state", "active"]]);
}

pub(crate) async fn pages_lead_through_a_range_both_ways(place: impl Place) {
    let store = place.node().await;
    for number in 0..25 {
        let labels: &[_] =
            if number % 2 == 0 { &[("parity", "even"), ("user", "ana")] } else { &[("parity", "odd")] };
        archive(&store, &format!("{number:02}"), "", labels).await;
    }
    let check = async |range: Range<'_>, limit, expected: &[&str], is_last| {
        let page = store.archived("event", &range, limit).await.unwrap();
        assert_eq!((keys(&page), page.is_last), (expected.to_vec(), is_last), "{range:?}");
    };
    let even = Some(("parity", "even"));
    let newest = Range::default();
    check(OLDEST_FIRST, 3, &["00", "01", "02"], false).await;
    check(Range { after: Some("02"), ..OLDEST_FIRST }, 2, &["03", "04"], false).await;
    check(Range { after: Some("22"), ..OLDEST_FIRST }, 2, &["23", "24"], true).await;
    check(Range { after: Some("24"), ..OLDEST_FIRST }, 2, &[], true).await;
    check(newest, 2, &["24", "23"], false).await;
    check(Range { before: Some("02"), ..newest }, 9, &["01", "00"], true).await;
    check(Range { after: Some("10"), before: Some("14"), ..newest }, 2, &["13", "12"], false).await;
    check(Range { after: Some("10"), before: Some("14"), ..newest }, 3, &["13", "12", "11"], true).await;
    check(Range { label: even, ..newest }, 2, &["24", "22"], false).await;
    check(Range { label: even, before: Some("03"), ..newest }, 2, &["02", "00"], true).await;
    check(Range { label: even, after: Some("20"), ..OLDEST_FIRST }, 5, &["22", "24"], true).await;
    check(Range { label: Some(("parity", "neither")), ..newest }, 5, &[], true).await;
    check(Range { label: Some(("user", "even")), ..newest }, 5, &[], true).await;
    check(newest, 0, &["24"], false).await; // a page has one row at least, or nobody would get on
    assert_eq!(store.archived("event", &newest, usize::MAX).await.unwrap().rows.len(), 25);
    assert_eq!(store.archived("nothing", &newest, 5).await.unwrap(), Page { rows: vec![], is_last: true });
}

pub(crate) async fn a_page_of_long_rows_ends_early(place: impl Place) {
    let store = place.node().await;
    let body = "é".repeat(128 * 1024);
    for number in 0..20 {
        archive(&store, &format!("{number:02}"), &body, &[]).await;
    }
    let first = store.archived("event", &OLDEST_FIRST, 100).await.unwrap();
    assert_eq!((first.rows.len(), first.is_last), (16, false));
    let rest = Range { after: Some(&first.rows[15].key), ..OLDEST_FIRST };
    let rest = store.archived("event", &rest, 100).await.unwrap();
    assert_eq!((keys(&rest), rest.is_last), (vec!["16", "17", "18", "19"], true));
}

pub(crate) async fn rows_are_forgotten_with_their_labels_oldest_first(place: impl Place) {
    let store = place.node().await;
    let fill = |draft: &mut Draft<Shelf>| -> Result<(), Refusal> {
        for number in 0..1300 {
            draft.archive("event", &format!("{number:04}"), "", &[("user", "ana")]);
            draft.archive("other", &format!("{number:04}"), "", &[("user", "ana")]);
        }
        Ok(())
    };
    store.write(fill).await.unwrap();
    let forget = async |before, limit| {
        let Forgotten { rows, is_done } = store.forget_archived("event", before, limit).await.unwrap();
        let counts = "SELECT MIN(key), COUNT(*) || '' FROM";
        let left = place.sql(&format!("{counts} archive WHERE kind = 'event'")).await;
        let labels = place.sql(&format!("{counts} archive_label WHERE kind = 'event'")).await;
        assert_eq!(left, labels);
        (rows, is_done, left[0][0].clone())
    };
    assert_eq!(forget("0000", 9).await, (0, true, "0000".into()));
    assert_eq!(forget("1200", 7).await, (7, false, "0007".into()));
    assert_eq!(forget("0010", 7).await, (3, true, "0010".into()));
    assert_eq!(forget("1250", u64::MAX).await, (1240, true, "1250".into()));
    assert_eq!(forget("1250", u64::MAX).await, (0, true, "1250".into()));
    assert_eq!(place.sql("SELECT COUNT(*) || '' FROM archive WHERE kind = 'other'").await, [["1300"]]);
}

pub(crate) async fn what_cannot_be_archived_fails_its_command_alone(place: impl Place) {
    let store = place.node().await;
    let refused = store.write(|draft| -> Result<(), Refusal> {
        draft.put("a", Item::new("item", 1));
        draft.archive("event", "no key", "", &[]);
        Ok(())
    });
    let (refused, ()) = tokio::join!(refused, archive(&store, "1", "neighbour", &[]));
    assert!(matches!(refused, Err(Refusal::Store(StoreError::Unstorable { .. }))));
    let too_many = |draft: &mut Draft<Shelf>| -> Result<(), Refusal> {
        (0..10_001).for_each(|number| draft.archive("event", &number.to_string(), "", &[]));
        Ok(())
    };
    let refused = store.write(too_many).await;
    assert!(matches!(refused, Err(Refusal::Store(StoreError::Unstorable { .. }))));
    assert_eq!(store.picture().len(), 0);
    assert_eq!(all(&store).await, ["1@1=neighbour"]);
}
