//! Persistent maps: our ordered one beside those of rpds, for what a directory asks of a map.
//!
//! Every figure is nanoseconds an operation, the best of many short rounds, so that a busy machine
//! disturbs it least. Memory is what the process grew by, each map built in a process of its own.
//!
//! `cargo bench -p regent-store --bench maps`

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a bench prints rounded figures, and stops when something is wrong"
)]

use std::hash::Hash;
use std::hint::black_box;
use std::ops::Bound;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use regent_store::OrderedMap;
use rpds::{HashTrieMapSync, RedBlackTreeMapSync};

/// Stands for an entity; the map holds a pointer to it.
type Entity = Arc<[u8; 200]>;
/// Operations in a round, and rounds.
const OPERATIONS: usize = 256;
const ROUNDS: usize = 101;

/// What is asked of a map.
trait Subject<K>: Clone {
    fn build(entries: Vec<(K, Entity)>) -> Self;
    fn has(&self, key: &K) -> bool;
    fn put(&mut self, key: K, entity: Entity);
    /// Walks a page of 100; 0 if the map has no order.
    fn page(&self, after: &K) -> usize;
}

impl<K: Ord + Clone> Subject<K> for OrderedMap<K, Entity> {
    fn build(entries: Vec<(K, Entity)>) -> Self {
        entries.into_iter().collect()
    }

    fn has(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    fn put(&mut self, key: K, entity: Entity) {
        self.insert(key, entity);
    }

    fn page(&self, after: &K) -> usize {
        self.range(Bound::Excluded(after)).take(100).map(black_box).count()
    }
}

impl<K: Ord + Clone> Subject<K> for RedBlackTreeMapSync<K, Entity> {
    fn build(entries: Vec<(K, Entity)>) -> Self {
        let mut map = Self::new_sync();
        for (key, entity) in entries {
            map.insert_mut(key, entity);
        }
        map
    }

    fn has(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    fn put(&mut self, key: K, entity: Entity) {
        self.insert_mut(key, entity);
    }

    fn page(&self, after: &K) -> usize {
        self.range((Bound::Excluded(after), Bound::Unbounded)).take(100).map(black_box).count()
    }
}

impl<K: Hash + Eq + Clone> Subject<K> for HashTrieMapSync<K, Entity> {
    fn build(entries: Vec<(K, Entity)>) -> Self {
        let mut map = Self::new_sync();
        for (key, entity) in entries {
            map.insert_mut(key, entity);
        }
        map
    }

    fn has(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    fn put(&mut self, key: K, entity: Entity) {
        self.insert_mut(key, entity);
    }

    fn page(&self, _: &K) -> usize {
        0
    }
}

/// A well-mixed number.
fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    (number ^ (number >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53) ^ (number >> 31)
}

fn name(number: u64) -> Arc<str> {
    format!("user-{:016x}", mix(number)).into()
}

/// An id whose bytes are in the key itself.
fn id(number: u64) -> [u8; 24] {
    let mut id = [0; 24];
    for (place, byte) in id.iter_mut().zip(format!("AIDA{:016x}", mix(number)).bytes()) {
        *place = byte;
    }
    id
}

fn entries<K>(key: fn(u64) -> K, count: u64) -> Vec<(K, Entity)> {
    (0..count).map(|number| (key(number), Arc::new([1; 200]))).collect()
}

/// The best of some rounds, in nanoseconds an operation.
fn best<T>(rounds: usize, operations: usize, mut round: impl FnMut(usize) -> T) -> f64 {
    let time = |number| {
        let begun = Instant::now();
        black_box(round(number));
        begun.elapsed().as_secs_f64() * 1e9 / operations as f64
    };
    (0..rounds).map(time).fold(f64::INFINITY, f64::min)
}

fn measure<K: Clone, M: Subject<K>>(what: &str, key: fn(u64) -> K, count: u64) {
    let entries = entries(key, count);
    let build = {
        let mut copies = vec![entries.clone(), entries.clone(), entries.clone()];
        best(3, entries.len(), |_| M::build(copies.pop().unwrap_or_default()))
    };
    let mut map = M::build(entries.clone());
    let operations = OPERATIONS as u64;
    let some = |round: usize, salt: u64| {
        let numbers = (0..operations).map(move |number| mix(number + round as u64 * operations + salt));
        numbers.map(|number| key(number % count)).collect::<Vec<K>>()
    };
    let wanted: Vec<Vec<K>> = (0..ROUNDS).map(|round| some(round, 0)).collect();
    let get = best(ROUNDS, OPERATIONS, |round| {
        wanted.get(round).unwrap().iter().filter(|key| map.has(key)).count()
    });
    let page = best(ROUNDS, OPERATIONS, |round| {
        wanted.get(round).unwrap().iter().map(|key| map.page(key)).sum::<usize>()
    });
    let entity = Arc::new([2; 200]);
    let fresh: Vec<Vec<K>> = (0..ROUNDS as u64)
        .map(|round| (0..operations).map(|number| key(count + round * operations + number)).collect())
        .collect();
    let mut change = |keys: &[Vec<K>]| {
        best(ROUNDS, OPERATIONS, |round| {
            for key in keys.get(round).unwrap() {
                let mut next = map.clone(); // the old one is still somebody's picture
                next.put(key.clone(), Arc::clone(&entity));
                map = next;
            }
        })
    };
    let (insert, replace) = (change(&fresh), change(&wanted));
    println!(
        "{what:28} {build:6.0} {:6.0} {get:6.0} {insert:7.0} {replace:7.0} {page:8.0}",
        bytes(what, count)
    );
}

/// What a map of this kind and size takes in memory, an entry, its keys' own bytes aside: asked of a
/// new process, and not exact for small maps.
fn bytes(what: &str, count: u64) -> f64 {
    let output =
        Command::new(std::env::current_exe().unwrap()).args([what, &count.to_string()]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().parse::<f64>().unwrap()
}

fn weigh<K, M: Subject<K>>(key: fn(u64) -> K, count: u64) {
    let resident = || {
        let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
        pages.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 4096
    };
    let entity = Arc::new([1; 200]); // one for all: only the map's own memory counts
    let entries: Vec<(K, Entity)> = (0..count).map(|number| (key(number), Arc::clone(&entity))).collect();
    let before = resident();
    let list = (entries.capacity() * size_of::<(K, Entity)>()) as u64; // freed while the map is built
    let _map = black_box(M::build(entries));
    println!("{:.0}", (resident() + list).saturating_sub(before) as f64 / count as f64);
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if let [what, count] = args.as_slice() {
        let count = count.parse().unwrap();
        match what.as_str() {
            "ordered, Arc<str>" => weigh::<_, OrderedMap<_, _>>(name, count),
            "ordered, [u8; 24]" => weigh::<_, OrderedMap<_, _>>(id, count),
            "rpds red-black, Arc<str>" => weigh::<_, RedBlackTreeMapSync<_, _>>(name, count),
            "rpds red-black, [u8; 24]" => weigh::<_, RedBlackTreeMapSync<_, _>>(id, count),
            "rpds hash trie, Arc<str>" => weigh::<_, HashTrieMapSync<_, _>>(name, count),
            _ => weigh::<_, HashTrieMapSync<_, _>>(id, count),
        }
        return;
    }
    for count in [3000, 100_000, 300_000] {
        println!("\n{count:<28}  build  bytes    get  insert replace  page100");
        measure::<_, OrderedMap<_, _>>("ordered, Arc<str>", name, count);
        measure::<_, RedBlackTreeMapSync<_, _>>("rpds red-black, Arc<str>", name, count);
        measure::<_, HashTrieMapSync<_, _>>("rpds hash trie, Arc<str>", name, count);
        measure::<_, OrderedMap<_, _>>("ordered, [u8; 24]", id, count);
        measure::<_, RedBlackTreeMapSync<_, _>>("rpds red-black, [u8; 24]", id, count);
        measure::<_, HashTrieMapSync<_, _>>("rpds hash trie, [u8; 24]", id, count);
    }
}
