//! The directory: everything every account holds, at one moment, in memory.
//!
//! It is a picture in the sense of [`Picture`]: immutable to whoever reads it, cheap to clone,
//! changed only by the store. Entities lie by unique id; beside them lie the indexes that questions need (by name,
//! by owner, by use), kept in step on every change so that no request ever walks an account.

use std::collections::HashMap;
use std::sync::Arc;

use crate::entity::{AccessKey, AccountId, ChainHead, ChainKey, DataKey, Entity, Revocation, SessionKey};
use crate::ordered_map::OrderedMap;
use crate::picture::{Loaded, Picture};
use crate::seq::Seq;

mod account;
mod broker;
mod chain;
mod key_id;
mod named;
mod policy_use;

pub use account::AccountView;
pub use broker::{Broker, Table};
pub use key_id::KeyId;
pub use named::{Named, NamedEntity};
pub use policy_use::PolicyUse;

use chain::Chain;

/// An entity and the write that made it what it is.
#[derive(Debug)]
pub struct Versioned<T> {
    /// The entity.
    pub entity: Arc<T>,
    /// The number of that write.
    pub version: Seq,
}

impl<T> Clone for Versioned<T> {
    fn clone(&self) -> Self {
        Self { entity: Arc::clone(&self.entity), version: self.version }
    }
}

/// An access key and whose it is, found by the key's id alone.
#[derive(Debug, Clone)]
pub struct KnownKey {
    /// The account it belongs to.
    pub account: AccountId,
    /// The key.
    pub key: Arc<AccessKey>,
    /// The write that made it what it is: what was derived from an older one no longer counts.
    pub version: Seq,
}

/// Everything, at one moment.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    accounts: OrderedMap<AccountId, Arc<AccountView>>,
    aliases: OrderedMap<Arc<str>, AccountId>,
    access_keys: OrderedMap<KeyId, KnownKey>,
    data_keys: OrderedMap<u32, Versioned<DataKey>>,
    session_keys: OrderedMap<u32, Versioned<SessionKey>>,
    broker: Broker,
    chain: Chain,
}

impl Directory {
    /// An account.
    pub fn account(&self, id: AccountId) -> Option<&AccountView> {
        self.accounts.get(&id).map(|view| &**view)
    }

    /// All accounts, by number.
    pub fn accounts(&self) -> impl Iterator<Item = &AccountView> {
        self.accounts.iter().map(|(_, view)| &**view)
    }

    /// The account with this alias.
    pub fn account_by_alias(&self, alias: &str) -> Option<AccountId> {
        self.aliases.get(alias).copied()
    }

    /// A long-term access key, whosever it is.
    pub fn access_key(&self, id: &str) -> Option<&KnownKey> {
        self.access_keys.get(&KeyId::new(id)?)
    }

    /// The keys that seal records, oldest first.
    pub fn data_keys(&self) -> impl Iterator<Item = &Arc<DataKey>> {
        self.data_keys.iter().map(|(_, key)| &key.entity)
    }

    /// The keys that seal session tokens, oldest first.
    pub fn session_keys(&self) -> impl Iterator<Item = &Arc<SessionKey>> {
        self.session_keys.iter().map(|(_, key)| &key.entity)
    }

    /// What the broker keeps.
    pub fn broker(&self) -> &Broker {
        &self.broker
    }

    /// Where the chain of audit events ends; none before the first.
    pub fn chain_head(&self) -> Option<&Arc<ChainHead>> {
        self.chain.head.as_ref().map(|held| &held.entity)
    }

    /// The keys that sign the chain of audit events, oldest first.
    pub fn chain_keys(&self) -> impl Iterator<Item = &Arc<ChainKey>> {
        self.chain.keys.iter().map(|(_, key)| &key.entity)
    }

    /// Why the session of this access key id counts no longer; none if it was not revoked.
    pub fn revocation(&self, access_key_id: &str) -> Option<&Arc<Revocation>> {
        self.chain.revocations.get(access_key_id).map(|held| &held.entity)
    }

    /// The sessions that count no longer, by access key id.
    pub fn revocations(&self) -> impl Iterator<Item = &Arc<Revocation>> {
        self.chain.revocations.iter().map(|(_, held)| &held.entity)
    }

    fn change<T>(&mut self, id: AccountId, change: impl FnOnce(&mut AccountView) -> T) -> T {
        let mut view = match self.accounts.get(&id) {
            Some(view) => AccountView::clone(view),
            None => AccountView::new(id),
        };
        let changed = change(&mut view);
        if view.is_void() {
            self.accounts.remove(&id);
        } else {
            self.accounts.insert(id, Arc::new(view));
        }
        changed
    }

    fn set_alias(&mut self, id: AccountId, alias: Option<&str>) {
        let old = self.account(id).and_then(|view| view.account()?.alias.clone());
        if let Some(old) = old.filter(|old| Some(&**old) != alias) {
            self.aliases.remove(&*old);
        }
        if let Some(alias) = alias {
            self.aliases.insert(alias.into(), id);
        }
    }
}

impl Picture for Directory {
    type Entity = Entity;

    fn put(&mut self, account: &str, entity: Arc<Entity>, version: Seq) -> Option<Seq> {
        match (&*entity, account.parse::<AccountId>()) {
            (Entity::DataKey(key), _) => {
                let held = Versioned { entity: Arc::clone(key), version };
                self.data_keys.insert(key.id, held).map(|old| old.version)
            }
            (Entity::SessionKey(key), _) => {
                let held = Versioned { entity: Arc::clone(key), version };
                self.session_keys.insert(key.id, held).map(|old| old.version)
            }
            (Entity::ChainHead(head), _) => self.chain.put_head(head, version),
            (Entity::ChainKey(key), _) => self.chain.put_key(key, version),
            (Entity::Revocation(revocation), _) => self.chain.put_revocation(revocation, version),
            (Entity::Broker(entity), _) => self.broker.put(entity, version),
            (Entity::AccessKey(key), Ok(account)) => {
                let id = KeyId::new(&key.id)?;
                let known = KnownKey { account, key: Arc::clone(key), version };
                let old = self.access_keys.insert(id, known);
                if let Some(old) = &old {
                    self.change(old.account, |view| view.remove_key(old.key.owner, id));
                }
                self.change(account, |view| view.add_key(key.owner, id));
                old.map(|old| old.version)
            }
            (Entity::Account(record), Ok(account)) => {
                self.set_alias(account, record.alias.as_deref());
                self.change(account, |view| view.put(&entity, version))
            }
            (_, Ok(account)) => self.change(account, |view| view.put(&entity, version)),
            (_, Err(_)) => None, // a record of no account that is not of a kind which may be
        }
    }

    fn remove(&mut self, account: &str, kind: &str, key: &str) -> Option<Seq> {
        match (kind, account.parse::<AccountId>()) {
            (Entity::DATA_KEY, _) => self.data_keys.remove(&key.parse().ok()?).map(|old| old.version),
            (Entity::SESSION_KEY, _) => self.session_keys.remove(&key.parse().ok()?).map(|old| old.version),
            (Entity::CHAIN_HEAD, _) => self.chain.head.take().map(|old| old.version),
            (Entity::CHAIN_KEY, _) => self.chain.keys.remove(&key.parse().ok()?).map(|old| old.version),
            (Entity::REVOCATION, _) => self.chain.revocations.remove(key).map(|old| old.version),
            (kind, Err(_)) if broker::is_kind(kind) => self.broker.remove(kind, key),
            (Entity::ACCESS_KEY, Ok(account)) => {
                let id = KeyId::new(key)?;
                // Keys lie together, whosever they are: one that is another account's is not this record.
                self.access_keys.get(&id).filter(|known| known.account == account)?;
                let known = self.access_keys.remove(&id)?;
                self.change(account, |view| view.remove_key(known.key.owner, id));
                Some(known.version)
            }
            (Entity::ACCOUNT, Ok(account)) => {
                self.set_alias(account, None);
                self.change(account, |view| view.remove(kind, key))
            }
            (_, Ok(account)) => self.change(account, |view| view.remove(kind, key)),
            (_, Err(_)) => None,
        }
    }

    /// Accounts are built apart and put in at the end: nobody shares them yet, so every change is in place.
    fn load(records: &mut dyn Iterator<Item = Loaded<Entity>>) -> Self {
        let mut directory = Self::default();
        let mut views: HashMap<AccountId, AccountView> = HashMap::new();
        for Loaded { account, version, entity } in records {
            let Ok(id) = account.parse::<AccountId>() else {
                directory.put(&account, entity, version);
                continue;
            };
            let view = views.entry(id).or_insert_with(|| AccountView::new(id));
            match &*entity {
                Entity::AccessKey(key) => {
                    if let Some(key_id) = KeyId::new(&key.id) {
                        let known = KnownKey { account: id, key: Arc::clone(key), version };
                        directory.access_keys.insert(key_id, known);
                        view.add_key(key.owner, key_id);
                    }
                }
                Entity::Account(_)
                | Entity::User(_)
                | Entity::Group(_)
                | Entity::Role(_)
                | Entity::Policy(_)
                | Entity::InstanceProfile(_)
                | Entity::MfaDevice(_)
                | Entity::DataKey(_)
                | Entity::SessionKey(_)
                | Entity::ChainHead(_)
                | Entity::ChainKey(_)
                | Entity::Revocation(_)
                | Entity::Broker(_) => {
                    view.put(&entity, version);
                }
            }
        }
        for (id, view) in views {
            directory.set_alias(id, view.account().and_then(|account| account.alias.as_deref()));
            directory.accounts.insert(id, Arc::new(view));
        }
        directory
    }
}

#[cfg(test)]
mod tests;
