//! A node that is killed in the middle of its work: what it acknowledged is there, nothing is half.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use regent_store::{Draft, Location, Order, Range, Store};
use tokio::task::JoinSet;

use crate::place::{Place, Sqlite, options};
use crate::postgres::{Postgres, is_absent};
use crate::shelf::{Item, Refusal, Shelf};

const WRITES: u64 = 1000;
/// When to kill, in acknowledged writes.
const ENOUGH: usize = 300;
const WHERE: &str = "REGENT_TEST_KILL";

/// The process that gets killed. It says which writes were acknowledged, one a line.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started by the tests below, in a process of its own"]
#[expect(clippy::disallowed_methods, reason = "how the two processes talk")]
async fn a_process_to_be_killed() {
    let place = std::env::var(WHERE).unwrap();
    let store = Store::<Shelf>::open(&place.parse().unwrap(), options()).await.unwrap();
    let mut writes = JoinSet::new();
    for number in 0..WRITES {
        let store = store.clone();
        writes.spawn(async move {
            let command = move |draft: &mut Draft<Shelf>| -> Result<(), Refusal> {
                draft.put("a", Item::new(format!("{number}-left"), number));
                draft.put("a", Item::new(format!("{number}-right"), number));
                let body = number.to_string();
                draft.archive("event", &format!("{number:06}"), body, &[("parity", parity(number))]);
                Ok(())
            };
            store.write(command).await.unwrap();
            println!("acknowledged {number}");
        });
        if number % 16 == 15 {
            tokio::time::sleep(Duration::from_millis(1)).await; // many small commits, not few large ones
        }
    }
    writes.join_all().await;
    std::future::pending::<()>().await; // never ends by itself
}

fn parity(number: u64) -> &'static str {
    if number.is_multiple_of(2) { "even" } else { "odd" }
}

/// The numbers that were archived, by their label.
async fn archived(store: &Store<Shelf>, parity: &str) -> Vec<u64> {
    let range = Range { label: Some(("parity", parity)), order: Order::OldestFirst, ..Range::default() };
    let page = store.archived("event", &range, usize::MAX).await.unwrap();
    page.rows.iter().map(|row| row.body.parse().unwrap()).collect()
}

/// Starts it, kills it, and returns what it said before.
fn killed_at_work(place: &str) -> Vec<u64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::a_process_to_be_killed", "--ignored", "--nocapture"])
        .env(WHERE, place)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut acknowledged = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        // the first line may begin with what the test harness says
        if let Some((_, number)) = line.unwrap().split_once("acknowledged ") {
            acknowledged.push(number.parse().unwrap());
        }
        if acknowledged.len() == ENOUGH {
            child.kill().unwrap(); // SIGKILL; what it had said by then is still read
        }
    }
    child.wait().unwrap();
    acknowledged
}

async fn check(place: impl Place, location: String) {
    let acknowledged = tokio::task::spawn_blocking(move || killed_at_work(&location)).await.unwrap();
    assert!(acknowledged.len() >= ENOUGH, "{}", acknowledged.len());
    let store = place.node().await;
    let picture = store.picture();
    for number in &acknowledged {
        assert_eq!(picture.number(&format!("{number}-left")), Some(*number), "acknowledged, and not there");
    }
    for number in 0..WRITES {
        let halves = ["left", "right"].map(|half| picture.number(&format!("{number}-{half}")));
        assert_eq!(halves[0], halves[1], "half of {number} is there");
    }
    let there = picture.len() / 2;
    let log = "SELECT MIN(seq) || '', MAX(seq) || '', COUNT(DISTINCT seq) || '', COUNT(*) || '' FROM change";
    let [count, changes] = [there, there * 2].map(|count| count.to_string());
    assert_eq!(place.sql(log).await, [["1".to_owned(), count.clone(), count, changes]]);
    assert_eq!(picture.seq().to_string(), there.to_string());
    for label in ["even", "odd"] {
        let expected: Vec<u64> = (0..WRITES)
            .filter(|number| picture.number(&format!("{number}-left")).is_some() && parity(*number) == label)
            .collect();
        assert_eq!(archived(&store, label).await, expected, "what was archived is not what was written");
    }
    // and it works on
    let written = store.write(|draft| -> Result<_, Refusal> {
        draft.put("a", Item::new("after", 1));
        Ok(draft.seq())
    });
    assert_eq!(written.await.unwrap().to_string(), (there + 1).to_string());
}

#[tokio::test]
async fn what_a_killed_node_acknowledged_is_in_the_file() {
    let place = Sqlite::new().await;
    let location = format!("sqlite:{}", place.path().display());
    check(place, location).await;
}

#[tokio::test]
async fn what_a_killed_node_acknowledged_is_in_postgresql() {
    if !is_absent() {
        let place = Postgres::new().await;
        let Location::Postgres(url) = place.location() else { panic!("not a PostgreSQL") };
        check(place, url).await;
    }
}
