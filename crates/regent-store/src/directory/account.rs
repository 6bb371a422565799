use std::ops::Bound;
use std::sync::Arc;

use super::policy_use::PolicyUses;
use super::{KeyId, Named, PolicyUse, Versioned};
use crate::entity::{
    Account, AccountId, Entity, Group, InstanceProfile, KeyOwner, ManagedPolicy, MfaDevice, Role, UniqueId,
    User,
};
use crate::ordered_map::OrderedMap;
use crate::seq::Seq;

/// Everything one account holds, at one moment.
#[derive(Debug, Clone)]
pub struct AccountView {
    id: AccountId,
    account: Option<Versioned<Account>>,
    /// Users, by id and by name.
    pub users: Named<User>,
    /// Groups, by id and by name.
    pub groups: Named<Group>,
    /// Roles, by id and by name.
    pub roles: Named<Role>,
    /// Customer managed policies, by id and by name.
    pub policies: Named<ManagedPolicy>,
    /// Instance profiles, by id and by name.
    pub instance_profiles: Named<InstanceProfile>,
    /// By path and name, the end of the serial number.
    mfa_devices: OrderedMap<Arc<str>, Versioned<MfaDevice>>,
    /// Group, then member.
    members: OrderedMap<(UniqueId, UniqueId), ()>,
    /// Owner, then key.
    keys: OrderedMap<(KeyOwner, KeyId), ()>,
    /// Owner, then device.
    mfa_of: OrderedMap<(KeyOwner, Arc<str>), ()>,
    /// Role, then the profile that carries it.
    carriers: OrderedMap<(UniqueId, UniqueId), ()>,
    policy_uses: PolicyUses,
}

impl AccountView {
    pub(super) fn new(id: AccountId) -> Self {
        Self {
            id,
            account: None,
            users: Named::default(),
            groups: Named::default(),
            roles: Named::default(),
            policies: Named::default(),
            instance_profiles: Named::default(),
            mfa_devices: OrderedMap::new(),
            members: OrderedMap::new(),
            keys: OrderedMap::new(),
            mfa_of: OrderedMap::new(),
            carriers: OrderedMap::new(),
            policy_uses: PolicyUses::default(),
        }
    }

    /// Its number.
    pub fn id(&self) -> AccountId {
        self.id
    }

    /// Its own record; none only while a deployment is being filled.
    pub fn account(&self) -> Option<&Arc<Account>> {
        self.account.as_ref().map(|held| &held.entity)
    }

    /// The members of a group, in no order that means anything.
    pub fn members(&self, group: UniqueId) -> impl Iterator<Item = &Arc<User>> {
        self.members
            .range(Bound::Excluded(&(group, UniqueId::MIN)))
            .take_while(move |((of, _), ())| *of == group)
            .filter_map(|((_, user), ())| self.users.by_id(*user))
    }

    /// The ids of somebody's long-term keys, in the order of the ids.
    pub fn key_ids(&self, owner: KeyOwner) -> impl Iterator<Item = &KeyId> {
        let first = (owner, KeyId::MIN);
        self.keys
            .range(Bound::Included(&first))
            .take_while(move |((of, _), ())| *of == owner)
            .map(|((_, id), ())| id)
    }

    /// A virtual MFA device by the end of its serial number: path and name.
    pub fn mfa_device(&self, path_and_name: &str) -> Option<&Arc<MfaDevice>> {
        self.mfa_devices.get(path_and_name).map(|held| &held.entity)
    }

    /// All virtual MFA devices, in the order of their serial numbers.
    pub fn mfa_devices(&self) -> impl Iterator<Item = &Arc<MfaDevice>> {
        self.mfa_devices.iter().map(|(_, held)| &held.entity)
    }

    /// Those whose place in that order is after `path_and_name`.
    pub fn mfa_devices_after(&self, path_and_name: &str) -> impl Iterator<Item = &Arc<MfaDevice>> + use<'_> {
        self.mfa_devices.range(Bound::Excluded(path_and_name)).map(|(_, held)| &held.entity)
    }

    /// How many virtual MFA devices there are.
    pub fn mfa_device_count(&self) -> usize {
        self.mfa_devices.len()
    }

    /// How many of them belong to somebody.
    pub fn mfa_devices_in_use(&self) -> usize {
        self.mfa_of.len()
    }

    /// Somebody's MFA devices, in the order of their serial numbers.
    pub fn mfa_devices_of(&self, owner: KeyOwner) -> impl Iterator<Item = &Arc<MfaDevice>> {
        let first: (KeyOwner, Arc<str>) = (owner, Arc::from(""));
        self.mfa_of
            .range(Bound::Included(&first))
            .take_while(move |((of, _), ())| *of == owner)
            .filter_map(|((_, device), ())| self.mfa_device(device))
    }

    /// The instance profiles that carry a role, in no order that means anything.
    pub fn profiles_of(&self, role: UniqueId) -> impl Iterator<Item = &Arc<InstanceProfile>> {
        self.carriers
            .range(Bound::Excluded(&(role, UniqueId::MIN)))
            .take_while(move |((of, _), ())| *of == role)
            .filter_map(|((_, profile), ())| self.instance_profiles.by_id(*profile))
    }

    /// How often a managed policy, AWS's or the account's, is used here.
    pub fn policy_use(&self, arn: &str) -> PolicyUse {
        self.policy_uses.get(arn)
    }

    /// The use of every managed policy that is used here, by ARN.
    pub fn policy_uses(&self) -> impl Iterator<Item = (&Arc<str>, PolicyUse)> {
        self.policy_uses.iter()
    }

    /// Takes an entity in; returns the version it replaces.
    pub(super) fn put(&mut self, entity: &Entity, version: Seq) -> Option<Seq> {
        match entity {
            Entity::Account(account) => {
                let held = Versioned { entity: Arc::clone(account), version };
                self.account.replace(held).map(|old| old.version)
            }
            Entity::User(user) => {
                let old = self.users.put(user, version);
                let before = old.as_ref().map(|old| &*old.entity);
                self.policy_uses.follow(before, Some(&**user));
                self.follow_member(user.id, before.map_or(&[], |old| &old.groups), &user.groups);
                old.map(|old| old.version)
            }
            Entity::Group(group) => {
                let old = self.groups.put(group, version);
                self.policy_uses.follow(old.as_ref().map(|old| &*old.entity), Some(&**group));
                old.map(|old| old.version)
            }
            Entity::Role(role) => {
                let old = self.roles.put(role, version);
                self.policy_uses.follow(old.as_ref().map(|old| &*old.entity), Some(&**role));
                old.map(|old| old.version)
            }
            Entity::Policy(policy) => self.policies.put(policy, version).map(|old| old.version),
            Entity::InstanceProfile(profile) => {
                let old = self.instance_profiles.put(profile, version);
                let before = old.as_ref().and_then(|old| old.entity.role);
                self.follow_carrier(profile.id, before, profile.role);
                old.map(|old| old.version)
            }
            Entity::MfaDevice(device) => {
                let key: Arc<str> = device.key().into();
                let held = Versioned { entity: Arc::clone(device), version };
                let old = self.mfa_devices.insert(Arc::clone(&key), held);
                self.follow_mfa(&key, old.as_ref().map(|old| &*old.entity), Some(device));
                old.map(|old| old.version)
            }
            // These lie in the directory itself.
            Entity::AccessKey(_)
            | Entity::DataKey(_)
            | Entity::SessionKey(_)
            | Entity::ChainHead(_)
            | Entity::ChainKey(_)
            | Entity::Revocation(_)
            | Entity::Broker(_) => None,
        }
    }

    /// Takes an entity out; returns its version.
    pub(super) fn remove(&mut self, kind: &str, key: &str) -> Option<Seq> {
        let id = || key.parse::<UniqueId>().ok();
        match kind {
            Entity::ACCOUNT => self.account.take().map(|old| old.version),
            Entity::MFA_DEVICE => {
                let old = self.mfa_devices.remove(key)?;
                self.follow_mfa(&key.into(), Some(&old.entity), None);
                Some(old.version)
            }
            Entity::USER => {
                let old = self.users.remove(id()?)?;
                self.policy_uses.follow(Some(&*old.entity), None::<&User>);
                self.follow_member(old.entity.id, &old.entity.groups, &[]);
                Some(old.version)
            }
            Entity::GROUP => {
                let old = self.groups.remove(id()?)?;
                self.policy_uses.follow(Some(&*old.entity), None::<&Group>);
                Some(old.version)
            }
            Entity::ROLE => {
                let old = self.roles.remove(id()?)?;
                self.policy_uses.follow(Some(&*old.entity), None::<&Role>);
                Some(old.version)
            }
            Entity::POLICY => self.policies.remove(id()?).map(|old| old.version),
            Entity::INSTANCE_PROFILE => {
                let old = self.instance_profiles.remove(id()?)?;
                self.follow_carrier(old.entity.id, old.entity.role, None);
                Some(old.version)
            }
            _ => None,
        }
    }

    pub(super) fn add_key(&mut self, owner: KeyOwner, id: KeyId) {
        self.keys.insert((owner, id), ());
    }

    pub(super) fn remove_key(&mut self, owner: KeyOwner, id: KeyId) {
        self.keys.remove(&(owner, id));
    }

    /// Whether nothing is left of it, so that it can leave the directory.
    pub(super) fn is_void(&self) -> bool {
        self.account.is_none()
            && self.users.is_empty()
            && self.groups.is_empty()
            && self.roles.is_empty()
            && self.policies.is_empty()
            && self.instance_profiles.is_empty()
            && self.mfa_devices.is_empty()
            && self.keys.is_empty()
    }

    fn follow_member(&mut self, user: UniqueId, before: &[UniqueId], after: &[UniqueId]) {
        for group in before.iter().filter(|group| !after.contains(group)) {
            self.members.remove(&(*group, user));
        }
        for group in after.iter().filter(|group| !before.contains(group)) {
            self.members.insert((*group, user), ());
        }
    }

    fn follow_carrier(&mut self, profile: UniqueId, before: Option<UniqueId>, after: Option<UniqueId>) {
        if before == after {
            return;
        }
        if let Some(role) = before {
            self.carriers.remove(&(role, profile));
        }
        if let Some(role) = after {
            self.carriers.insert((role, profile), ());
        }
    }

    fn follow_mfa(&mut self, key: &Arc<str>, before: Option<&MfaDevice>, after: Option<&MfaDevice>) {
        let owner = |device: Option<&MfaDevice>| device?.assignment.map(|assignment| assignment.owner);
        let (before, after) = (owner(before), owner(after));
        if before == after {
            return;
        }
        if let Some(owner) = before {
            self.mfa_of.remove(&(owner, Arc::clone(key)));
        }
        if let Some(owner) = after {
            self.mfa_of.insert((owner, Arc::clone(key)), ());
        }
    }
}
