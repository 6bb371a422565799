//! What only SQLite has: files, and a database in memory.

use regent_store::{Location, Store};

use crate::place::{Place as _, Sqlite, options};
use crate::shelf::{Item, Refusal, Shelf};

async fn set(store: &Store<Shelf>, number: u64) {
    let written: Result<(), Refusal> = store
        .write(move |draft| {
            draft.put("a", Item::new("item", number));
            Ok(())
        })
        .await;
    written.unwrap();
}

#[tokio::test]
async fn a_clean_stop_leaves_one_file() {
    let place = Sqlite::new().await;
    let store = place.node().await;
    set(&store, 1).await;
    let beside = || std::fs::read_dir(place.path().parent().unwrap()).unwrap().count();
    assert_eq!(beside(), 3);
    store.shutdown().await.unwrap();
    assert_eq!(beside(), 1);
}

#[tokio::test]
async fn a_store_in_memory_keeps_everything_until_it_is_closed() {
    let (one, two) = (
        Store::<Shelf>::open(&Location::Memory, options()).await.unwrap(),
        Store::<Shelf>::open(&Location::Memory, options()).await.unwrap(),
    );
    for number in 1..=30 {
        set(&one, number).await;
        tokio::time::sleep(std::time::Duration::from_millis(2)).await; // lets the follower look
    }
    one.facts().record("a", "used", "key", "1").unwrap();
    assert_eq!(one.picture().listing(), ["a/item/item@30=30"]);
    assert_eq!(one.trim("27".parse().unwrap()).await.unwrap().changes, 27);
    assert_eq!(two.picture().len(), 0);
    one.shutdown().await.unwrap();
    two.shutdown().await.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = Sqlite::bare().await;
    let store = place.node().await;
    set(&store, 1).await;
    for file in std::fs::read_dir(place.path().parent().unwrap()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.path().display());
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "not a database, but long enough to look like one. ".repeat(100)).unwrap();
    let error = Store::<Shelf>::open(&Location::File(path), options()).await.unwrap_err();
    assert_eq!(error.to_string(), "the database cannot be used");
}
