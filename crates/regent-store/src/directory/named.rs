use std::ops::Bound;
use std::sync::Arc;

use super::Versioned;
use crate::entity::{Group, InstanceProfile, ManagedPolicy, Role, UniqueId, User, folded};
use crate::ordered_map::OrderedMap;
use crate::seq::Seq;

/// What has a unique id and a name that is unique among its kind in its account.
pub trait NamedEntity {
    /// The id, which never changes.
    fn id(&self) -> UniqueId;
    /// The name, which may.
    fn name(&self) -> &str;
}

macro_rules! named {
    ($($entity:ty),+) => { $(
        impl NamedEntity for $entity {
            fn id(&self) -> UniqueId {
                self.id
            }

            fn name(&self) -> &str {
                &self.name
            }
        }
    )+ };
}

named!(User, Group, Role, ManagedPolicy, InstanceProfile);

/// All entities of one kind in one account, by id and by name.
#[derive(Debug)]
pub struct Named<T> {
    by_id: OrderedMap<UniqueId, Versioned<T>>,
    /// By folded name, so that a listing is in the order of names and no two differ by case alone.
    by_name: OrderedMap<Arc<str>, Arc<T>>,
}

impl<T> Clone for Named<T> {
    fn clone(&self) -> Self {
        Self { by_id: self.by_id.clone(), by_name: self.by_name.clone() }
    }
}

impl<T: NamedEntity> Default for Named<T> {
    fn default() -> Self {
        Self { by_id: OrderedMap::new(), by_name: OrderedMap::new() }
    }
}

impl<T: NamedEntity> Named<T> {
    /// The entity with this id.
    pub fn by_id(&self, id: UniqueId) -> Option<&Arc<T>> {
        self.by_id.get(&id).map(|held| &held.entity)
    }

    /// The entity with exactly this name.
    pub fn get(&self, name: &str) -> Option<&Arc<T>> {
        self.clash(name).filter(|held| held.name() == name)
    }

    /// The entity whose name differs from this one by case at most: with it there can be no other.
    pub fn clash(&self, name: &str) -> Option<&Arc<T>> {
        if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            self.by_name.get(&*folded(name))
        } else {
            self.by_name.get(name)
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// All of them, in the order of their folded names.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<T>> {
        self.by_name.iter().map(|(_, entity)| entity)
    }

    /// Those whose folded name comes after `name`.
    pub fn after(&self, name: &str) -> impl Iterator<Item = &Arc<T>> + use<'_, T> {
        self.by_name.range(Bound::Excluded(&*folded(name))).map(|(_, entity)| entity)
    }

    /// Takes an entity in; returns what it replaces.
    pub(super) fn put(&mut self, entity: &Arc<T>, version: Seq) -> Option<Versioned<T>> {
        let held = Versioned { entity: Arc::clone(entity), version };
        let old = self.by_id.insert(entity.id(), held);
        if let Some(old) = old.as_ref().filter(|old| old.entity.name() != entity.name()) {
            self.by_name.remove(&*folded(old.entity.name()));
        }
        self.by_name.insert(folded(entity.name()).into(), Arc::clone(entity));
        old
    }

    pub(super) fn remove(&mut self, id: UniqueId) -> Option<Versioned<T>> {
        let old = self.by_id.remove(&id)?;
        self.by_name.remove(&*folded(old.entity.name()));
        Some(old)
    }
}
