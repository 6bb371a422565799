//! The request context: condition keys and their values.

use crate::fold;
use crate::hash;
use crate::table::Table;

/// So many keys fit without the heap.
const INLINE: usize = 64;
/// Places of the inline index: twice the keys, so that probes are short.
const PLACES: usize = 2 * INLINE;
const FREE: u8 = u8::MAX;

/// The name of a condition key, with its hash. Case does not matter, in the tag part neither.
///
/// ```
/// use regent_policy::Key;
///
/// const SOURCE_IP: Key<'static> = Key::known("aws:SourceIp"); // hashed by the compiler
/// assert_eq!(SOURCE_IP, Key::new("AWS:sourceip"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Key<'a> {
    name: &'a str,
    hash: u64,
}

impl<'a> Key<'a> {
    /// A key from a name that arrives at run time.
    pub fn new(name: &'a str) -> Self {
        let hash = hash::of_ascii_name(name.as_bytes()).unwrap_or_else(|| hash_folded(name));
        Self { name, hash }
    }

    /// The name as given.
    pub fn name(&self) -> &'a str {
        self.name
    }

    pub(crate) fn hash(&self) -> u64 {
        self.hash
    }

    /// A key whose hash was computed before.
    pub(crate) fn hashed(name: &'a str, hash: u64) -> Self {
        Self { name, hash }
    }
}

impl Key<'static> {
    /// A key whose name is known when the program is written: its hash costs nothing at run time.
    ///
    /// A name beyond ASCII belongs into [`Key::new`]: here its case would matter.
    pub const fn known(name: &'static str) -> Self {
        Self { name, hash: hash::of_name(name.as_bytes()) }
    }
}

impl<'a> From<&'a str> for Key<'a> {
    fn from(name: &'a str) -> Self {
        Self::new(name)
    }
}

impl PartialEq for Key<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && is_same_name(self.name, other.name)
    }
}

impl Eq for Key<'_> {}

fn is_same_name(one: &str, other: &str) -> bool {
    one == other || fold::equal(one, other)
}

/// Names beyond ASCII are rare: tag keys in a human language. They are hashed letter by folded letter.
fn hash_folded(name: &str) -> u64 {
    name.chars().fold(0, |hash, letter| hash::mix(hash, u64::from(u32::from(fold::fold(letter))) + 1))
}

/// What a key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values<'a> {
    /// A single-valued key: `aws:SourceIp`.
    One(&'a str),
    /// A multivalued key: `aws:TagKeys`. It may be present and hold nothing. It is never a policy variable,
    /// not even when it happens to hold one value.
    Many(&'a [&'a str]),
}

impl<'a> Values<'a> {
    /// The values as a list.
    pub fn as_slice(&self) -> &[&'a str] {
        match self {
            Self::One(value) => core::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Entry<'a> {
    name: &'a str,
    hash: u64,
    values: Values<'a>,
}

impl<'a> Entry<'a> {
    fn new(key: Key<'a>, values: Values<'a>) -> Self {
        Self { name: key.name, hash: key.hash, values }
    }

    fn is_of(&self, key: Key<'_>) -> bool {
        self.hash == key.hash && is_same_name(self.name, key.name)
    }
}

/// The keys of one request. What is not set is absent; the engine adds nothing of its own.
///
/// It lives on the stack up to 64 keys and borrows every text. A key set twice holds the later value.
///
/// Only the server may fill it, from inputs it has documented. A client must never be able to set a key by
/// naming it.
///
/// ```
/// use regent_policy::{Context, Key, Values};
///
/// let mut context = Context::new();
/// context.set("aws:SourceIp", "203.0.113.7");
/// context.set_many("aws:TagKeys", &["team", "stage"]);
/// assert_eq!(context.get(Key::new("AWS:SOURCEIP")), Some(Values::One("203.0.113.7")));
/// assert_eq!(context.get(Key::new("aws:username")), None);
/// ```
#[derive(Clone, Debug)]
pub struct Context<'a> {
    places: [u8; PLACES],
    /// The first `len` are there.
    entries: [Option<Entry<'a>>; INLINE],
    len: usize,
    spill: Vec<Entry<'a>>,
    spill_index: Table,
}

impl<'a> Context<'a> {
    /// A context without keys.
    pub fn new() -> Self {
        Self {
            places: [FREE; PLACES],
            entries: [None; INLINE],
            len: 0,
            spill: Vec::new(),
            spill_index: Table::default(),
        }
    }

    /// Sets a single-valued key.
    pub fn set(&mut self, key: impl Into<Key<'a>>, value: &'a str) {
        self.put(key.into(), Values::One(value));
    }

    /// Sets a multivalued key. An empty list is present and empty, which is not the same as absent.
    pub fn set_many(&mut self, key: impl Into<Key<'a>>, values: &'a [&'a str]) {
        self.put(key.into(), Values::Many(values));
    }

    /// What a key holds, or `None` if it is absent.
    pub fn get(&self, key: Key<'_>) -> Option<Values<'a>> {
        self.find(key).and_then(|slot| self.at(slot))
    }

    /// Every key and its values, in the order in which they were first set.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, Values<'a>)> {
        self.entries.iter().flatten().chain(&self.spill).map(|entry| (entry.name, entry.values))
    }

    /// The place of a key, good for [`Context::at`] until the next `set`.
    pub(crate) fn find(&self, key: Key<'_>) -> Option<usize> {
        match self.search(key) {
            Ok(slot) => Some(slot),
            Err(_) if self.spill.is_empty() => None,
            Err(_) => self.find_spilled(key),
        }
    }

    pub(crate) fn at(&self, slot: usize) -> Option<Values<'a>> {
        match slot.checked_sub(INLINE) {
            None => self.entries.get(slot)?.map(|entry| entry.values),
            Some(index) => self.spill.get(index).map(|entry| entry.values),
        }
    }

    /// The inline entry of a key, or else the free place in the index where its number would go.
    fn search(&self, key: Key<'_>) -> Result<usize, usize> {
        let mut place = first_place(key.hash);
        while let Some(slot) = self.places.get(place).copied().filter(|slot| *slot != FREE) {
            let slot = usize::from(slot);
            if self.entries.get(slot).is_some_and(|entry| entry.is_some_and(|entry| entry.is_of(key))) {
                return Ok(slot);
            }
            place = (place + 1) % PLACES;
        }
        Err(place)
    }

    fn find_spilled(&self, key: Key<'_>) -> Option<usize> {
        self.spill_index
            .probe(key.hash)
            .map(|index| index as usize)
            .find(|index| self.spill.get(*index).is_some_and(|entry| entry.is_of(key)))
            .map(|index| INLINE + index)
    }

    fn put(&mut self, key: Key<'a>, values: Values<'a>) {
        // An entry is put together where it will lie: made earlier, it would be moved.
        match self.search(key) {
            Ok(slot) => {
                if let Some(held) = self.entries.get_mut(slot) {
                    *held = Some(Entry::new(key, values));
                }
            }
            Err(place) => {
                let Some(free) = self.entries.get_mut(self.len) else { return self.put_spilled(key, values) };
                *free = Some(Entry::new(key, values));
                if let Some(slot) = self.places.get_mut(place) {
                    *slot = u8::try_from(self.len).unwrap_or(FREE);
                }
                self.len += 1;
            }
        }
    }

    #[cold]
    fn put_spilled(&mut self, key: Key<'a>, values: Values<'a>) {
        let entry = Entry::new(key, values);
        let held = self.find_spilled(key).and_then(|slot| self.spill.get_mut(slot - INLINE));
        if let Some(held) = held {
            *held = entry;
            return;
        }
        self.spill_index.insert(key.hash, u32::try_from(self.spill.len()).unwrap_or(0));
        self.spill.push(entry);
    }
}

impl Default for Context<'_> {
    fn default() -> Self {
        Self::new()
    }
}

fn first_place(hash: u64) -> usize {
    usize::from(hash.to_be_bytes()[0]) % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hundreds_of_keys_are_all_found() {
        let names: Vec<String> = (0..300).map(|n| format!("aws:RequestTag/Key-{n}")).collect();
        let mut context = Context::new();
        for name in &names {
            context.set(name.as_str(), name);
        }
        for name in &names {
            let shouted = name.to_uppercase();
            assert_eq!(context.get(Key::new(&shouted)), Some(Values::One(name)));
        }
        assert_eq!(context.get(Key::new("aws:RequestTag/Key-300")), None);
        assert!(context.iter().map(|(name, _)| name).eq(names.iter().map(String::as_str)));
    }

    #[test]
    fn a_key_set_twice_holds_the_later_value() {
        let mut context = Context::new();
        context.set("aws:PrincipalTag/Größe", "1");
        context.set("AWS:principaltag/GRÖßE", "2");
        assert_eq!(context.get(Key::new("aws:PrincipalTag/größe")), Some(Values::One("2")));
        assert_eq!(context.iter().count(), 1);
    }

    #[test]
    fn present_and_empty_is_not_absent() {
        let mut context = Context::new();
        context.set_many("aws:TagKeys", &[]);
        assert_eq!(context.get(Key::new("aws:TagKeys")), Some(Values::Many(&[])));
    }
}
