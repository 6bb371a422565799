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
    /// Names whose fact has changed since it was last written, each once.
    waiting: Vec<Arc<str>>,
    /// How many were not kept, because there was no room.
    lost: u64,
}

/// A name, joined, and its fact; none for one that is to be forgotten.
type Unwritten = (Arc<str>, Option<Fact>);

#[derive(Debug)]
struct Held {
    /// None once it is forgotten, until the database has forgotten it too: what is read from there
    /// meanwhile must not bring it back.
    fact: Option<Fact>,
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
        if !shelf.known.contains_key(name.as_str()) {
            RecordName::new(account, kind, key).check()?; // a known name is a good name
        }
        shelf.note(name, Some(fact));
        Ok(())
    }

    /// What is known.
    pub fn get(&self, account: &str, kind: &str, key: &str) -> Option<Fact> {
        self.shelf().known.get(joined(account, kind, key).as_str())?.fact.clone()
    }

    /// Forgets a fact, because what it was about is gone.
    ///
    /// Other nodes keep theirs in memory until they restart, so forget only what is about a thing
    /// whose name is never used again, such as an access key's id.
    pub fn forget(&self, account: &str, kind: &str, key: &str) {
        let name = joined(account, kind, key);
        let mut shelf = self.shelf();
        if shelf.known.contains_key(name.as_str()) {
            shelf.note(name, None);
        }
    }

    /// Takes in what the database holds; the later fact counts.
    fn merge(&self, account: &str, kind: &str, key: &str, fact: Fact) {
        let name = joined(account, kind, key);
        let mut shelf = self.shelf();
        if let Some(held) = shelf.known.get_mut(name.as_str()) {
            if held.fact.as_ref().is_some_and(|held| held.recorded_us < fact.recorded_us) {
                held.fact = Some(fact);
            }
        } else if shelf.known.len() >= MAX_KNOWN {
            shelf.lost += 1;
        } else {
            shelf.known.insert(name.into(), Held { fact: Some(fact), is_waiting: false });
        }
    }

    /// What waits to be written; and how many were lost meanwhile.
    fn take_waiting(&self) -> (Vec<Unwritten>, u64) {
        let mut shelf = self.shelf();
        let mut names = std::mem::take(&mut shelf.waiting);
        names.sort_unstable(); // one order on all nodes, so that no two wait for each other's rows
        let take = |name: Arc<str>| {
            let held = shelf.known.get_mut(&name)?;
            held.is_waiting = false;
            Some((name, held.fact.clone()))
        };
        let taken = names.into_iter().filter_map(take).collect();
        (taken, std::mem::take(&mut shelf.lost))
    }

    /// Notes that these are written: what the database has forgotten need not be remembered here.
    fn settle(&self, written: &[Unwritten]) {
        let mut shelf = self.shelf();
        for (name, _) in written.iter().filter(|(_, fact)| fact.is_none()) {
            if shelf.known.get(name).is_some_and(|held| held.fact.is_none() && !held.is_waiting) {
                shelf.known.remove(name);
            }
        }
    }

    /// Puts back what could not be written.
    fn put_back(&self, unwritten: &[Unwritten]) {
        let mut shelf = self.shelf();
        for (name, _) in unwritten {
            if let Some(held) = shelf.known.get_mut(name)
                && !held.is_waiting
            {
                held.is_waiting = true;
                shelf.waiting.push(Arc::clone(name));
            }
        }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        // Facts are plain data: whatever a panic left behind can be used.
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    fn note(&mut self, name: String, fact: Option<Fact>) {
        let is_new = match self.known.get_mut(name.as_str()) {
            Some(held) if held.is_waiting => {
                held.fact = fact;
                return;
            }
            held => held.is_none(),
        };
        if self.waiting.len() >= MAX_WAITING || (is_new && self.known.len() >= MAX_KNOWN) {
            self.lost += 1;
            return;
        }
        let name: Arc<str> = name.into();
        self.waiting.push(Arc::clone(&name));
        self.known.insert(name, Held { fact, is_waiting: true });
    }
}

fn check_value(value: &str, name: &str) -> Result<(), StoreError> {
    if value.len() > MAX_VALUE_BYTES || value.bytes().any(|byte| byte < b' ') {
        let reason = "expected a fact of at most 4 KiB on one line";
        return Err(StoreError::Unstorable { name: name.replace(JOINT, "/"), reason });
    }
    Ok(())
}
