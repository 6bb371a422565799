use std::ops::Bound;
use std::sync::Arc;

use regent_broker::{
    Account, Connector, Group, Id, IdentitySource, Login, Noun, Origin, Person, Settings, Stored,
    SystemCaller, Upstream, statement,
};

use super::Versioned;
use crate::entity::broker::for_each_kind;
use crate::entity::{BrokerEntity, PolicyDocument, folded};
use crate::ordered_map::OrderedMap;
use crate::seq::Seq;

/// Everything the broker keeps, at one moment.
#[derive(Debug, Clone, Default)]
pub struct Broker {
    /// STS endpoints.
    pub upstreams: Table<Upstream>,
    /// Base credentials.
    pub accounts: Table<Account>,
    /// Connectors, by slug.
    pub connectors: Table<Connector>,
    /// People.
    pub people: Table<Person>,
    /// Groups of people.
    pub groups: Table<Group>,
    /// Builds and applications.
    pub system_callers: Table<SystemCaller>,
    /// OpenID providers.
    pub identity_sources: Table<IdentitySource>,
    /// Who is signed in, by the hash of what they hold.
    pub logins: Table<Login>,
    settings: Table<Settings>,
    /// What a connector's grants and terms say as policy, by the connector's id. Compiled once somebody asks.
    policies: OrderedMap<Arc<str>, Arc<PolicyDocument>>,
    /// Member, then group.
    memberships: OrderedMap<(Arc<str>, Arc<str>), ()>,
    /// Identity source and subject, then the person.
    subjects: OrderedMap<(Arc<str>, Arc<str>), Arc<str>>,
    /// Folded e-mail address, then the person.
    addresses: OrderedMap<(Arc<str>, Arc<str>), ()>,
}

/// All things of one kind, by id and by name.
#[derive(Debug)]
pub struct Table<T> {
    by_id: OrderedMap<Arc<str>, Versioned<Stored<T>>>,
    /// By folded name, so that a listing is in the order of names and no two differ by case alone.
    by_name: OrderedMap<Arc<str>, Arc<str>>,
}

impl<T> Clone for Table<T> {
    fn clone(&self) -> Self {
        Self { by_id: self.by_id.clone(), by_name: self.by_name.clone() }
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { by_id: OrderedMap::new(), by_name: OrderedMap::new() }
    }
}

impl<T: Noun> Table<T> {
    /// The thing with this id.
    pub fn get(&self, id: &str) -> Option<&Arc<Stored<T>>> {
        self.by_id.get(id).map(|held| &held.entity)
    }

    /// The thing with this id, and the write that made it what it is.
    pub fn versioned(&self, id: &str) -> Option<&Versioned<Stored<T>>> {
        self.by_id.get(id)
    }

    /// The thing with this name, whatever the case.
    pub fn named(&self, name: &str) -> Option<&Arc<Stored<T>>> {
        self.get(self.by_name.get(&*folded(name))?)
    }

    /// All of them, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &Versioned<Stored<T>>> {
        self.by_name.iter().filter_map(|(_, id)| self.by_id.get(id))
    }

    /// Those whose folded name comes after `name`.
    pub fn after(&self, name: &str) -> impl Iterator<Item = &Versioned<Stored<T>>> + use<'_, T> {
        self.by_name.range(Bound::Excluded(&*folded(name))).filter_map(|(_, id)| self.by_id.get(id))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    fn put(&mut self, stored: &Arc<Stored<T>>, version: Seq) -> Option<Versioned<Stored<T>>> {
        let id = id(&stored.id);
        let held = Versioned { entity: Arc::clone(stored), version };
        let old = self.by_id.insert(Arc::clone(&id), held);
        let name = folded(stored.value.name());
        if let Some(old) = &old {
            let old_name = folded(old.entity.value.name());
            if old_name != name {
                self.by_name.remove(&*old_name);
            }
        }
        self.by_name.insert(name.into(), id);
        old
    }

    fn remove(&mut self, id: &str) -> Option<Versioned<Stored<T>>> {
        let old = self.by_id.remove(id)?;
        self.by_name.remove(&*folded(old.entity.value.name()));
        Some(old)
    }
}

fn id(id: &Id) -> Arc<str> {
    id.clone().into()
}

impl Broker {
    /// What holds for the whole broker.
    pub fn settings(&self) -> Settings {
        self.settings.get(Settings::ID).map(|stored| stored.value.clone()).unwrap_or_default()
    }

    /// The same, and the write that made it so; none while nobody has changed anything.
    pub fn stored_settings(&self) -> Option<&Versioned<Stored<Settings>>> {
        self.settings.versioned(Settings::ID)
    }

    /// What a connector's grants and terms say as policy.
    pub fn policy(&self, connector: &str) -> Option<&Arc<PolicyDocument>> {
        self.policies.get(connector)
    }

    /// The groups that list a person as a member, in no order that means anything.
    pub fn groups_of(&self, person: &str) -> impl Iterator<Item = &Arc<Stored<Group>>> {
        let person: Arc<str> = person.into();
        let first = (Arc::clone(&person), Arc::from(""));
        self.memberships
            .range(Bound::Included(&first))
            .take_while(move |((of, _), ())| *of == person)
            .filter_map(|((_, group), ())| self.groups.get(group))
    }

    /// The person that an identity source knows by this subject.
    pub fn person_by_subject(&self, source: &str, subject: &str) -> Option<&Arc<Stored<Person>>> {
        let key: (Arc<str>, Arc<str>) = (source.into(), subject.into());
        self.people.get(self.subjects.get(&key)?)
    }

    /// Whether somebody else has this person's e-mail address too, whatever the case.
    pub fn shares_email(&self, person: &Stored<Person>) -> bool {
        let Some(address) = person.value.email.as_deref().map(|email| Arc::<str>::from(folded(email))) else {
            return false;
        };
        self.addresses
            .range(Bound::Included(&(Arc::clone(&address), Arc::from(""))))
            .take_while(|((of, _), ())| *of == address)
            .any(|((_, id), ())| **id != *person.id.as_str())
    }

    fn link_connector(&mut self, stored: &Stored<Connector>) {
        let text = statement::policy(&stored.id, &stored.value);
        let document = PolicyDocument::new(&text, Vec::new());
        self.policies.insert(id(&stored.id), Arc::new(document));
    }

    fn link_group(&mut self, group: &Stored<Group>) {
        for member in &group.value.members {
            self.memberships.insert((id(member), id(&group.id)), ());
        }
    }

    fn unlink_group(&mut self, group: &Stored<Group>) {
        for member in &group.value.members {
            self.memberships.remove(&(id(member), id(&group.id)));
        }
    }

    fn link_person(&mut self, person: &Stored<Person>) {
        if let Origin::Oidc { source, subject } = &person.value.origin {
            self.subjects.insert((id(source), subject.as_ref().into()), id(&person.id));
        }
        if let Some(email) = &person.value.email {
            self.addresses.insert((folded(email).into(), id(&person.id)), ());
        }
    }

    fn unlink_person(&mut self, person: &Stored<Person>) {
        if let Origin::Oidc { source, subject } = &person.value.origin {
            self.subjects.remove(&(id(source), Arc::from(subject.as_ref())));
        }
        if let Some(email) = &person.value.email {
            self.addresses.remove(&(folded(email).into(), id(&person.id)));
        }
    }

    pub(super) fn put(&mut self, entity: &BrokerEntity, version: Seq) -> Option<Seq> {
        match entity {
            BrokerEntity::Upstream(stored) => self.upstreams.put(stored, version).map(|old| old.version),
            BrokerEntity::Account(stored) => self.accounts.put(stored, version).map(|old| old.version),
            BrokerEntity::Connector(stored) => {
                self.link_connector(stored);
                self.connectors.put(stored, version).map(|old| old.version)
            }
            BrokerEntity::Person(stored) => {
                let old = self.people.put(stored, version);
                if let Some(old) = &old {
                    self.unlink_person(&old.entity);
                }
                self.link_person(stored);
                old.map(|old| old.version)
            }
            BrokerEntity::Group(stored) => {
                let old = self.groups.put(stored, version);
                if let Some(old) = &old {
                    self.unlink_group(&old.entity);
                }
                self.link_group(stored);
                old.map(|old| old.version)
            }
            BrokerEntity::SystemCaller(stored) => {
                self.system_callers.put(stored, version).map(|old| old.version)
            }
            BrokerEntity::IdentitySource(stored) => {
                self.identity_sources.put(stored, version).map(|old| old.version)
            }
            BrokerEntity::Login(stored) => self.logins.put(stored, version).map(|old| old.version),
            BrokerEntity::Settings(stored) => self.settings.put(stored, version).map(|old| old.version),
        }
    }

    pub(super) fn remove(&mut self, kind: &str, key: &str) -> Option<Seq> {
        match kind {
            Connector::KIND => {
                let old = self.connectors.remove(key)?;
                self.policies.remove(key);
                Some(old.version)
            }
            Person::KIND => {
                let old = self.people.remove(key)?;
                self.unlink_person(&old.entity);
                Some(old.version)
            }
            Group::KIND => {
                let old = self.groups.remove(key)?;
                self.unlink_group(&old.entity);
                Some(old.version)
            }
            Upstream::KIND => self.upstreams.remove(key).map(|old| old.version),
            Account::KIND => self.accounts.remove(key).map(|old| old.version),
            SystemCaller::KIND => self.system_callers.remove(key).map(|old| old.version),
            IdentitySource::KIND => self.identity_sources.remove(key).map(|old| old.version),
            Login::KIND => self.logins.remove(key).map(|old| old.version),
            Settings::KIND => self.settings.remove(key).map(|old| old.version),
            _ => None,
        }
    }
}

/// Whether records of this kind are the broker's.
pub(super) fn is_kind(kind: &str) -> bool {
    macro_rules! is_one {
        ($($noun:ident),+) => { [$($noun::KIND),+].contains(&kind) };
    }
    for_each_kind!(is_one)
}
