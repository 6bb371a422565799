//! How many durable writes a second, what one costs, and how much of that is the database's own.
//!
//! 64 writers at once, each command two new records of 300 bytes: what creating a user with an
//! access key comes to. ARCHIVED adds rows of the archive with three labels each to every command.
//!
//! ```text
//! cargo bench -p regent-store --bench commit -- [WRITES [URL [RECORDS [ARCHIVED]]]]       without URL: a SQLite file
//! REGENT_TEST_FSYNC=on crates/regent-store/tests/postgres.sh sh -c 'cargo bench -p regent-store \
//!     --bench commit -- 60000 "postgres://regent@localhost/postgres?host=$REGENT_TEST_POSTGRES"'
//! ```

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a bench prints rounded figures, and stops when something is wrong"
)]

#[path = "support/cpu.rs"]
mod cpu;
#[path = "support/raw.rs"]
mod raw;
#[path = "../tests/it/shelf.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod shelf;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use regent_store::{Clock, Draft, Entropy, Options, Store};
use shelf::{Item, Refusal, Shelf};

const WRITERS: u64 = 64;
const ROUNDS: u32 = 3;

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let writes: u64 = args.next().map_or(60_000, |count| count.parse().unwrap());
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let file = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
    let url = args.next();
    // How many records a command makes.
    let records: u64 = args.next().map_or(2, |count| count.parse().unwrap());
    // And how many rows it archives.
    let archived: u64 = args.next().map_or(0, |count| count.parse().unwrap());
    let place = url.clone().unwrap_or_else(|| file("store.db"));
    let raw_place = url.unwrap_or_else(|| file("raw.db"));
    let text = "x".repeat(240);
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(2).enable_all().build().unwrap().block_on(async {
        for _ in 0..ROUNDS {
            print("store", writes, measure(&place, writes, &text, Command { records, archived }).await);
            print("bare", writes, raw::measure(&raw_place, writes, &text, records).await);
        }
    });
}

fn print(what: &str, writes: u64, (wall_us, cpu_us): (f64, f64)) {
    let writes = writes as f64;
    println!("{what:6} {:7.0} writes/s   {:6.1} us of CPU each", writes / wall_us * 1e6, cpu_us / writes);
}

async fn open(place: &str) -> Store<Shelf> {
    let random = AtomicU64::new(std::process::id().into());
    let entropy = Entropy::new(move || random.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed));
    let started = Instant::now();
    let clock = Clock::new(move || i64::try_from(started.elapsed().as_micros()).unwrap());
    Store::open(&place.parse().unwrap(), Options::new(clock, entropy)).await.unwrap()
}

/// What a command writes.
#[derive(Clone, Copy)]
struct Command {
    records: u64,
    archived: u64,
}

async fn measure(place: &str, writes: u64, text: &str, command: Command) -> (f64, f64) {
    let store = open(place).await;
    let first = store.picture().len() as u64 / command.records;
    let next = Arc::new(AtomicU64::new(first));
    let watch = cpu::Stopwatch::start();
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let (store, next, text) = (store.clone(), Arc::clone(&next), text.to_owned());
            tokio::spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= first + writes {
                        return;
                    }
                    write(&store, number, text.clone(), command).await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let figures = watch.read_us();
    store.shutdown().await.unwrap();
    figures
}

async fn write(store: &Store<Shelf>, number: u64, text: String, writes: Command) -> Result<(), Refusal> {
    let hash = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let command = move |draft: &mut Draft<Shelf>| {
        for record in 0..writes.records {
            let key = format!("{record}-{hash:016x}");
            draft.put("000000000001", Item { key, number, text: text.clone() });
        }
        for row in 0..writes.archived {
            let user = format!("usr_{:04}", hash % 1000);
            let labels = [("user", &*user), ("action", "login"), ("connector", "production")];
            draft.archive("event", &format!("{number:016}-{row}"), text.as_str(), &labels);
        }
        Ok(())
    };
    store.write(command).await
}
