//! The nodes of the tree: built, split, joined.

use std::borrow::Borrow;
use std::sync::Arc;

/// The most entries a leaf holds, and the most children a branch has.
pub(super) const CAPACITY: usize = 16;
/// How full a node is made from sorted input: room for a quarter more before it splits.
const BUILT: usize = 12;
/// A node smaller than this is joined with a neighbour, or made even with it.
const SPARSE: usize = 4;

/// INVARIANT: keys ascend; all leaves are at one depth; only the root may be empty.
pub(super) enum Node<K, V> {
    Leaf(Vec<(K, V)>),
    Branch(Vec<Child<K, V>>),
}

/// A child and a key no greater than any in it and greater than all to its left.
///
/// The bound of the leftmost child is never looked at: everything smaller than the second bound
/// goes there.
pub(super) struct Child<K, V> {
    pub(super) bound: K,
    pub(super) node: Arc<Node<K, V>>,
}

/// A tree of entries whose keys ascend.
pub(super) fn build<K: Clone, V>(entries: Vec<(K, V)>) -> Arc<Node<K, V>> {
    let mut level: Vec<Child<K, V>> = Vec::with_capacity(entries.len() / BUILT + 1);
    let mut entries = entries.into_iter();
    while let Some(child) = Child::leaf(take(&mut entries)) {
        level.push(child);
    }
    while level.len() > 1 {
        let mut children = level.into_iter();
        level = Vec::with_capacity(children.len() / BUILT + 1);
        while let Some(child) = Child::branch(take(&mut children)) {
            level.push(child);
        }
    }
    level.pop().map_or_else(|| Arc::new(Node::Leaf(Vec::new())), |child| child.node)
}

impl<K: Clone, V> Child<K, V> {
    fn leaf(entries: Vec<(K, V)>) -> Option<Self> {
        let bound = entries.first()?.0.clone();
        Some(Self { bound, node: Arc::new(Node::Leaf(entries)) })
    }

    fn branch(children: Vec<Self>) -> Option<Self> {
        let bound = children.first()?.bound.clone();
        Some(Self { bound, node: Arc::new(Node::Branch(children)) })
    }
}

/// The next few items of a level: never a lone straggler, so that no node is born sparse.
fn take<T>(items: &mut std::vec::IntoIter<T>) -> Vec<T> {
    let count = if items.len() <= CAPACITY { items.len() } else { BUILT };
    items.by_ref().take(count).collect()
}

/// Which child this key belongs to.
pub(super) fn child_of<K, V, Q>(children: &[Child<K, V>], key: &Q) -> usize
where
    K: Borrow<Q>,
    Q: Ord + ?Sized,
{
    let bounds = children.get(1..).unwrap_or_default();
    bounds.partition_point(|child| child.bound.borrow() <= key)
}

/// What an insert has led to.
pub(super) struct Inserted<K, V> {
    pub(super) replaced: Option<V>,
    /// The upper half of a node that became too large; its parent must take it in.
    pub(super) split: Option<Child<K, V>>,
}

/// Puts an entry into the tree below this node.
pub(super) fn insert<K: Ord + Clone, V: Clone>(
    node: &mut Arc<Node<K, V>>,
    key: K,
    value: V,
) -> Inserted<K, V> {
    match Arc::make_mut(node) {
        Node::Leaf(entries) => match entries.binary_search_by(|(held, _)| held.cmp(&key)) {
            Ok(at) => {
                let replaced = entries.get_mut(at).map(|entry| std::mem::replace(&mut entry.1, value));
                Inserted { replaced, split: None }
            }
            Err(at) => {
                entries.reserve_exact(1);
                entries.insert(at, (key, value));
                Inserted { replaced: None, split: split(entries).and_then(Child::leaf) }
            }
        },
        Node::Branch(children) => {
            let at = child_of(children, &key);
            let Some(child) = children.get_mut(at) else {
                return Inserted { replaced: None, split: None }; // a branch has children
            };
            let below = insert(&mut child.node, key, value);
            let Some(right) = below.split else { return below };
            children.reserve_exact(1);
            children.insert(at + 1, right);
            Inserted { replaced: below.replaced, split: split(children).and_then(Child::branch) }
        }
    }
}

/// The upper half, when there are too many.
fn split<T>(items: &mut Vec<T>) -> Option<Vec<T>> {
    (items.len() > CAPACITY).then(|| items.split_off(CAPACITY / 2))
}

/// Takes an entry out of the tree below this node.
pub(super) fn remove<K, V, Q>(node: &mut Arc<Node<K, V>>, key: &Q) -> Option<V>
where
    K: Borrow<Q> + Clone,
    V: Clone,
    Q: Ord + ?Sized,
{
    match Arc::make_mut(node) {
        Node::Leaf(entries) => {
            let at = entries.binary_search_by(|(held, _)| held.borrow().cmp(key)).ok()?;
            Some(entries.remove(at).1)
        }
        Node::Branch(children) => {
            let at = child_of(children, key);
            let child = children.get_mut(at)?;
            let removed = remove(&mut child.node, key)?;
            if child.node.size() < SPARSE {
                join(children, at.saturating_sub(1));
            }
            Some(removed)
        }
    }
}

/// Makes one node of the child here and the next one, or two even ones if they do not fit.
fn join<K: Clone, V: Clone>(children: &mut Vec<Child<K, V>>, at: usize) {
    if at + 1 >= children.len() {
        return;
    }
    let Child { bound, node } = children.remove(at + 1);
    let Some(left) = children.get_mut(at) else { return };
    let right = match (Arc::make_mut(&mut left.node), Arc::unwrap_or_clone(node)) {
        (Node::Leaf(low), Node::Leaf(high)) => {
            low.extend(high);
            split(low).and_then(Child::leaf)
        }
        (Node::Branch(low), Node::Branch(mut high)) => {
            if let Some(first) = high.first_mut() {
                first.bound = bound; // no longer leftmost: its bound is looked at now
            }
            low.extend(high);
            split(low).and_then(Child::branch)
        }
        // neighbours are of one depth, hence of one kind; keep both if they ever are not
        (Node::Leaf(_), node @ Node::Branch(_)) | (Node::Branch(_), node @ Node::Leaf(_)) => {
            Some(Child { bound, node: Arc::new(node) })
        }
    };
    if let Some(right) = right {
        children.insert(at + 1, right);
    }
}

impl<K, V> Node<K, V> {
    fn size(&self) -> usize {
        match self {
            Self::Leaf(entries) => entries.len(),
            Self::Branch(children) => children.len(),
        }
    }
}

impl<K: Clone, V: Clone> Clone for Node<K, V> {
    /// Leaves room for one more: a node is copied because something is about to change in it.
    fn clone(&self) -> Self {
        fn roomy<T: Clone>(items: &[T]) -> Vec<T> {
            let mut copy = Vec::with_capacity(items.len() + 1);
            copy.extend_from_slice(items);
            copy
        }
        match self {
            Self::Leaf(entries) => Self::Leaf(roomy(entries)),
            Self::Branch(children) => Self::Branch(roomy(children)),
        }
    }
}

impl<K: Clone, V> Clone for Child<K, V> {
    fn clone(&self) -> Self {
        Self { bound: self.bound.clone(), node: Arc::clone(&self.node) }
    }
}
