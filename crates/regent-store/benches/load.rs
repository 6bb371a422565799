//! How long a node takes to start on a full database, and where the time goes.
//!
//! Records of about 300 bytes of JSON, decoded into a small struct, into one map by name and one by
//! id. `cargo bench -p regent-store --bench load -- [RECORDS [URL]]`

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a bench prints rounded figures, and stops when something is wrong"
)]

#[path = "support/cpu.rs"]
mod cpu;

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use regent_store::{
    Clock, Draft, Entity, Entropy, Loaded, Location, Options, OrderedMap, Picture, Record, Seq, Store,
    StoreError,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
struct User {
    id: String,
    path: String,
    name: String,
    created_us: i64,
    tags: Vec<Tag>,
    boundary: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Tag {
    key: String,
    value: String,
}

impl Entity for User {
    type Error = serde_json::Error;

    fn kind(&self) -> &'static str {
        "user"
    }

    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.id)
    }

    fn encode(&self) -> Result<String, Self::Error> {
        serde_json::to_string(self)
    }

    fn decode(record: &Record<'_>) -> Result<Option<Self>, Self::Error> {
        serde_json::from_str(record.body).map(Some)
    }
}

/// An id whose bytes are in the key itself.
type Id = [u8; 24];

fn id(text: &str) -> Id {
    let mut id = [0; 24];
    for (place, byte) in id.iter_mut().zip(text.bytes()) {
        *place = byte;
    }
    id
}

#[derive(Debug, Clone, Default)]
struct Users {
    by_id: OrderedMap<Id, (Seq, Arc<User>)>,
    by_name: OrderedMap<(Arc<str>, Arc<str>), Arc<User>>,
}

impl Picture for Users {
    type Entity = User;

    fn put(&mut self, account: &str, user: Arc<User>, version: Seq) -> Option<Seq> {
        self.by_name.insert((account.into(), user.name.as_str().into()), Arc::clone(&user));
        self.by_id.insert(id(&user.id), (version, user)).map(|(version, _)| version)
    }

    fn remove(&mut self, _: &str, _: &str, _: &str) -> Option<Seq> {
        None // nothing is removed here
    }

    fn load(records: &mut dyn Iterator<Item = Loaded<User>>) -> Self {
        let (mut by_id, mut by_name) = (Vec::new(), Vec::new());
        for Loaded { account, version, entity } in records {
            by_name.push(((account, entity.name.as_str().into()), Arc::clone(&entity)));
            by_id.push((id(&entity.id), (version, entity)));
        }
        Self { by_id: by_id.into_iter().collect(), by_name: by_name.into_iter().collect() }
    }
}

/// Reads and decodes, and keeps nothing.
#[derive(Debug, Clone, Default)]
struct Decoded;

impl Picture for Decoded {
    type Entity = User;

    fn put(&mut self, _: &str, _: Arc<User>, _: Seq) -> Option<Seq> {
        None
    }

    fn remove(&mut self, _: &str, _: &str, _: &str) -> Option<Seq> {
        None
    }
}

/// Reads, and does not even decode.
#[derive(Debug, Clone, Default)]
struct Scanned;

#[derive(Debug)]
struct Unread;

impl Entity for Unread {
    type Error = serde_json::Error;

    fn kind(&self) -> &'static str {
        "none"
    }

    fn key(&self) -> Cow<'_, str> {
        Cow::Borrowed("none")
    }

    fn encode(&self) -> Result<String, Self::Error> {
        Ok("null".into())
    }

    fn decode(_: &Record<'_>) -> Result<Option<Self>, Self::Error> {
        Ok(None)
    }
}

impl Picture for Scanned {
    type Entity = Unread;

    fn put(&mut self, _: &str, _: Arc<Unread>, _: Seq) -> Option<Seq> {
        None
    }

    fn remove(&mut self, _: &str, _: &str, _: &str) -> Option<Seq> {
        None
    }
}

fn options() -> Options {
    let random = AtomicU64::new(std::process::id().into());
    let entropy = Entropy::new(move || random.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed));
    Options::new(Clock::new(|| 0), entropy)
}

fn user(number: u64) -> User {
    let hash = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    User {
        id: format!("AIDA{hash:016X}"),
        path: format!("/division/team-{}/", number % 50),
        name: format!("user-{hash:016x}"),
        created_us: 1_763_700_000_000_000 + i64::try_from(number).unwrap(),
        tags: vec![
            Tag { key: "department".into(), value: "engineering".into() },
            Tag { key: "cost-center".into(), value: (number % 1000).to_string() },
        ],
        boundary: Some(format!("arn:aws:iam::{:012}:policy/Boundary{}", number % 100, number % 20)),
    }
}

async fn fill(location: &Location, records: u64) {
    let store = Store::<Users>::open(location, options()).await.unwrap();
    for from in (0..records).step_by(5000) {
        let command = move |draft: &mut Draft<Users>| -> Result<(), StoreError> {
            for number in from..records.min(from + 5000) {
                draft.put(&format!("{:012}", number % 100), user(number));
            }
            Ok(())
        };
        store.write(command).await.unwrap();
    }
    store.shutdown().await.unwrap();
}

async fn measure<P: Picture>(what: &str, location: &Location) {
    let mut best = (f64::INFINITY, f64::INFINITY);
    for _ in 0..5 {
        let watch = cpu::Stopwatch::start();
        let store = Store::<P>::open(location, options()).await.unwrap();
        let (wall_us, cpu_us) = watch.read_us();
        best = (best.0.min(wall_us), best.1.min(cpu_us));
        store.shutdown().await.unwrap();
    }
    println!("{what:32} {:6.0} ms   {:6.0} ms of CPU", best.0 / 1e3, best.1 / 1e3);
}

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let records: u64 = args.next().map_or(300_000, |count| count.parse().unwrap());
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let location = match args.next() {
        Some(url) => url.parse().unwrap(),
        None => Location::File(folder.path().join("load.db")),
    };
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(2).enable_all().build().unwrap().block_on(async {
        fill(&location, records).await;
        println!(
            "{records} records, {} bytes a body",
            serde_json::to_string(&user(records / 2)).unwrap().len()
        );
        measure::<Scanned>("read", &location).await;
        measure::<Decoded>("read and decode", &location).await;
        measure::<Users>("read, decode and build two maps", &location).await;
    });
}
