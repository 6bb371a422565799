//! Facts: what is seen too often to be written down each time, such as when a key was last used.
//!
//! A fact is kept in memory at once and written to the database every few seconds, many in one
//! statement, past the log. So facts cost a request nothing, other nodes see them late, and a
//! crash loses the last few seconds of them. Nothing may be decided by a fact.

mod keeper;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(crate) use keeper::{Keeper, load};

use crate::error::StoreError;
use crate::options::Clock;
use crate::record::RecordName;

/// How many facts are kept at all, and how many may wait to be written.
const MAX_KNOWN: usize = 4_000_000;
const MAX_WAITING: usize = 100_000;
const MAX_VALUE_BYTES: usize = 4096;

/// Between the parts of a joined name; none of them may hold it.
const JOINT: char = '\u{1f}';

/// What was last seen of something, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What was seen.
    pub value: Arc<str>,
    /// When, in microseconds since 1970. Of two nodes' facts the later one counts.
    pub recorded_us: i64,
}

/// All facts: this node's at once, other nodes' with some delay. Clones share them.
#[derive(Debug, Clone)]
pub struct Facts {
    clock: Clock,
    shelf: Arc<Mutex<Shelf>>,
}

#[derive(Debug, Default)]
struct Shelf {
    /// By account, kind and key, joined: there may be millions, and three texts each are dear.
    known: HashMap<Arc<str>, Held>,
    /// Names whose fact has changed since it was last written, or is gone.
    waiting: Vec<Arc<str>>,
    /// How many were not kept, because there was no room.
    lost: u64,
}

/// A name, joined, and its fact; none for one that is to be forgotten.
type Unwritten = (Arc<str>, Option<Fact>);

#[derive(Debug)]
struct Held {
    fact: Fact,
    is_waiting: bool,
}

fn joined(account: &str, kind: &str, key: &str) -> String {
    format!("{account}{JOINT}{kind}{JOINT}{key}")
}

impl Facts {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, shelf: Arc::default() }
    }

    /// Notes a fact, in place of an earlier one of this name.
    ///
    /// It may be lost: in a crash, or when more facts change at once than can be written. Names
    /// follow the rules of records; a value is at most 4 KiB on one line.
    pub fn record(&self, account: &str, kind: &str, key: &str, value: &str) -> Result<(), StoreError> {
        let name = joined(account, kind, key);
        check_value(value, &name)?;
        let fact = Fact { value: value.into(), recorded_us: self.clock.now_us() };
        let mut shelf = self.shelf();
        match shelf.known.get_mut(name.as_str()) {
            Some(held) if held.is_waiting => {
                held.fact = fact;
                return Ok(());
            }
            Some(_) => {} // a known name is a good name
            None => RecordName::new(account, kind, key).check()?,
        }
        shelf.note(name.into(), fact);
        Ok(())
    }

    /// What is known.
    pub fn get(&self, account: &str, kind: &str, key: &str) -> Option<Fact> {
        self.shelf().known.get(joined(account, kind, key).as_str()).map(|held| held.fact.clone())
    }

    /// Forgets a fact, because what it was about is gone.
    ///
    /// Other nodes keep theirs in memory until they restart, so forget only what is about a thing
    /// whose name is never used again, such as an access key's id.
    pub fn forget(&self, account: &str, kind: &str, key: &str) {
        let name: Arc<str> = joined(account, kind, key).into();
        let mut shelf = self.shelf();
        if shelf.known.remove(&name).is_some() {
            shelf.waiting.push(name);
        }
    }

    /// Takes in what the database holds; the later fact counts.
    fn merge(&self, account: &str, kind: &str, key: &str, fact: Fact) {
        let name = joined(account, kind, key);
        let mut shelf = self.shelf();
        if let Some(held) = shelf.known.get_mut(name.as_str()) {
            if held.fact.recorded_us < fact.recorded_us {
                held.fact = fact;
            }
        } else if shelf.is_full() {
            shelf.lost += 1;
        } else {
            shelf.known.insert(name.into(), Held { fact, is_waiting: false });
        }
    }

    /// What waits to be written; and how many were lost meanwhile.
    fn take_waiting(&self) -> (Vec<Unwritten>, u64) {
        let mut shelf = self.shelf();
        let mut names = std::mem::take(&mut shelf.waiting);
        names.sort_unstable(); // one order on all nodes, so that no two wait for each other's rows
        names.dedup();
        let take = |name: Arc<str>| {
            let fact = shelf.known.get_mut(&name).map(|held| {
                held.is_waiting = false;
                held.fact.clone()
            });
            (name, fact)
        };
        let taken = names.into_iter().map(take).collect();
        (taken, std::mem::take(&mut shelf.lost))
    }

    /// Puts back what could not be written.
    fn put_back(&self, names: impl Iterator<Item = Arc<str>>) {
        let mut shelf = self.shelf();
        for name in names {
            match shelf.known.get_mut(&name) {
                Some(held) if held.is_waiting => {}
                Some(held) => {
                    held.is_waiting = true;
                    shelf.waiting.push(name);
                }
                None => shelf.waiting.push(name),
            }
        }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        // Facts are plain data: whatever a panic left behind can be used.
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    fn is_full(&self) -> bool {
        self.known.len() >= MAX_KNOWN
    }

    fn note(&mut self, name: Arc<str>, fact: Fact) {
        let is_new = !self.known.contains_key(&name);
        if self.waiting.len() >= MAX_WAITING || (is_new && self.is_full()) {
            self.lost += 1;
            return;
        }
        self.known.insert(Arc::clone(&name), Held { fact, is_waiting: true });
        self.waiting.push(name);
    }
}

fn check_value(value: &str, name: &str) -> Result<(), StoreError> {
    if value.len() > MAX_VALUE_BYTES || value.bytes().any(|byte| byte < b' ') {
        let reason = "expected a fact of at most 4 KiB on one line";
        return Err(StoreError::Unstorable { name: name.replace(JOINT, "/"), reason });
    }
    Ok(())
}
