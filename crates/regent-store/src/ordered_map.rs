//! A persistent ordered map: clones share everything, a change copies one path.
//!
//! The picture of the whole store is cloned for every command and thrown away when the command
//! fails, so a clone must be free and a change cheap. At the same time a node builds maps of
//! several hundred thousand entries when it starts. This is a B+ tree whose nodes are behind
//! `Arc`: a clone copies one pointer, an insert copies the nodes from the root to one leaf (four or
//! five, of at most [`node::CAPACITY`] entries), and a sorted list becomes a tree in one pass.
//!
//! Nodes are small on purpose. Copying a node touches the reference count of every key and value
//! in it, so wide nodes make every change dear; a flat list of chunks, copied whole, costs more than
//! ten times as much per insert at 300,000 entries. Narrower nodes make deeper trees and slower
//! lookups. Keys that carry their bytes inside themselves are looked up about four times as fast as
//! keys behind a pointer. `benches/maps.rs` has the figures.

mod node;

use std::borrow::Borrow;
use std::fmt;
use std::iter::FusedIterator;
use std::ops::Bound;
use std::slice;
use std::sync::Arc;

use node::{Child, Inserted, Node, child_of};

/// A map ordered by key, whose clones cost one pointer and share what they have in common.
///
/// A clone never sees what happens to the original afterwards. Changing a map that nobody else
/// holds happens in place.
///
/// ```
/// use std::ops::Bound;
/// use regent_store::OrderedMap;
///
/// let before: OrderedMap<&str, u32> = [("alice", 1), ("carol", 3)].into_iter().collect();
/// let mut after = before.clone();
/// after.insert("bob", 2);
///
/// let page: Vec<_> = after.range(Bound::Excluded("alice")).take(1).collect();
/// assert_eq!(page, [(&"bob", &2)]);
/// assert_eq!(before.len(), 2);
/// ```
pub struct OrderedMap<K, V> {
    root: Arc<Node<K, V>>,
    len: usize,
}

impl<K: Ord + Clone, V: Clone> OrderedMap<K, V> {
    /// An empty map.
    pub fn new() -> Self {
        Self { root: Arc::new(Node::Leaf(Vec::new())), len: 0 }
    }

    /// Builds a map from entries whose keys ascend strictly, without comparing them again.
    ///
    /// Input in another order is not detected: keys are then not found. Collect into the map
    /// when the order is not certain; that sorts first.
    pub fn from_sorted(entries: Vec<(K, V)>) -> Self {
        Self { len: entries.len(), root: node::build(entries) }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no entry at all.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The value of this key.
    pub fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let mut node = &*self.root;
        loop {
            match node {
                Node::Leaf(entries) => {
                    let at = entries.binary_search_by(|(held, _)| held.borrow().cmp(key)).ok()?;
                    return entries.get(at).map(|(_, value)| value);
                }
                Node::Branch(children) => node = &children.get(child_of(children, key))?.node,
            }
        }
    }

    /// Sets the value of this key; returns the value it replaces.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let Inserted { replaced, split } = node::insert(&mut self.root, key, value);
        if let Some(right) = split {
            let bound = right.bound.clone(); // leftmost: never looked at
            let left = Child { bound, node: Arc::clone(&self.root) };
            self.root = Arc::new(Node::Branch(vec![left, right]));
        }
        self.len += usize::from(replaced.is_none());
        replaced
    }

    /// Takes this key out; returns its value, or nothing when the map did not hold it.
    pub fn remove<Q>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        self.get(key)?; // a miss must not copy anything
        let removed = node::remove(&mut self.root, key)?;
        self.len -= 1;
        while let Node::Branch(children) = &*self.root
            && let [only] = children.as_slice()
        {
            self.root = Arc::clone(&only.node);
        }
        Some(removed)
    }

    /// All entries in the order of their keys.
    pub fn iter(&self) -> Iter<'_, K, V> {
        self.range(Bound::Unbounded)
    }

    /// The entries from this bound on, in the order of their keys.
    ///
    /// A page of a listing is `range(Bound::Excluded(marker)).take(limit)`.
    pub fn range<Q>(&self, from: Bound<&Q>) -> Iter<'_, K, V>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let mut iter = Iter { above: Vec::new(), leaf: [].iter() };
        let mut node = &*self.root;
        loop {
            match node {
                Node::Leaf(entries) => {
                    let at = entries.partition_point(|(key, _)| !starts_at(from, key.borrow()));
                    iter.leaf = entries.get(at..).unwrap_or_default().iter();
                    return iter;
                }
                Node::Branch(children) => {
                    let at = match from {
                        Bound::Included(key) | Bound::Excluded(key) => child_of(children, key),
                        Bound::Unbounded => 0,
                    };
                    let mut rest = children.get(at..).unwrap_or_default().iter();
                    let Some(child) = rest.next() else { return iter };
                    iter.above.push(rest);
                    node = &child.node;
                }
            }
        }
    }
}

fn starts_at<Q: Ord + ?Sized>(from: Bound<&Q>, key: &Q) -> bool {
    match from {
        Bound::Included(bound) => key >= bound,
        Bound::Excluded(bound) => key > bound,
        Bound::Unbounded => true,
    }
}

/// The entries of an [`OrderedMap`] in the order of their keys.
pub struct Iter<'a, K, V> {
    /// What is still to come on each level above the leaf.
    above: Vec<slice::Iter<'a, Child<K, V>>>,
    leaf: slice::Iter<'a, (K, V)>,
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((key, value)) = self.leaf.next() {
                return Some((key, value));
            }
            let level = self.above.last_mut()?;
            match level.next().map(|child| &*child.node) {
                Some(Node::Leaf(entries)) => self.leaf = entries.iter(),
                Some(Node::Branch(children)) => self.above.push(children.iter()),
                None => {
                    self.above.pop();
                }
            }
        }
    }
}

impl<K, V> FusedIterator for Iter<'_, K, V> {}

impl<K, V> fmt::Debug for Iter<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").finish_non_exhaustive()
    }
}

impl<K, V> Clone for OrderedMap<K, V> {
    fn clone(&self) -> Self {
        Self { root: Arc::clone(&self.root), len: self.len }
    }
}

impl<K: Ord + Clone, V: Clone> Default for OrderedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Ord + Clone, V: Clone> FromIterator<(K, V)> for OrderedMap<K, V> {
    /// Sorts, and of entries with one key keeps the last.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut entries: Vec<(K, V)> = entries.into_iter().collect();
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        entries.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                std::mem::swap(later, earlier);
            }
            same
        });
        Self::from_sorted(entries)
    }
}

impl<'a, K: Ord + Clone, V: Clone> IntoIterator for &'a OrderedMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K: Ord + Clone + fmt::Debug, V: Clone + fmt::Debug> fmt::Debug for OrderedMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}
