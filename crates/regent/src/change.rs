//! A change: what a command does to the newest picture of one account.
//!
//! A command runs inside the store's committer, one after another, on a picture that has everything written before.
//! So a rule that spans entities (a name that is taken, a quota, a policy still in use) holds when it is checked.
//! A command may run again when another node was faster; it must not do anything but change the draft.

use std::sync::Arc;

use regent_store::directory::{AccountView, Directory};
use regent_store::entity::{
    AccessKey, AccountId, Entity, Group, InstanceProfile, ManagedPolicy, MfaDevice, Role, UniqueId, User,
};
use regent_store::{Draft, StoreError};
use regent_wire::Fault;

use crate::arn::Partition;
use crate::call::Call;
use crate::server::Server;

/// The newest picture of an account, to read and to change.
#[derive(Debug)]
pub(crate) struct Change<'a> {
    draft: &'a mut Draft<Directory>,
    account: AccountId,
    digits: String,
    arns: &'a Partition,
}

impl Change<'_> {
    /// The account as it is now, changes of this command included.
    pub(crate) fn account(&self) -> Result<&AccountView, Fault> {
        self.draft.account(self.account).ok_or_else(|| Fault::bug("the account of a change is not there"))
    }

    /// Makes ARNs, and takes them apart.
    pub(crate) fn arns(&self) -> &Partition {
        self.arns
    }

    /// Every account as it is now.
    pub(crate) fn directory(&self) -> &Directory {
        self.draft
    }

    pub(crate) fn put_user(&mut self, user: &Arc<User>) {
        self.put(Entity::User(Arc::clone(user)));
    }

    pub(crate) fn put_group(&mut self, group: &Arc<Group>) {
        self.put(Entity::Group(Arc::clone(group)));
    }

    pub(crate) fn put_role(&mut self, role: &Arc<Role>) {
        self.put(Entity::Role(Arc::clone(role)));
    }

    pub(crate) fn put_policy(&mut self, policy: &Arc<ManagedPolicy>) {
        self.put(Entity::Policy(Arc::clone(policy)));
    }

    pub(crate) fn put_instance_profile(&mut self, profile: &Arc<InstanceProfile>) {
        self.put(Entity::InstanceProfile(Arc::clone(profile)));
    }

    pub(crate) fn put_access_key(&mut self, key: &Arc<AccessKey>) {
        self.put(Entity::AccessKey(Arc::clone(key)));
    }

    pub(crate) fn put_mfa_device(&mut self, device: &Arc<MfaDevice>) {
        self.put(Entity::MfaDevice(Arc::clone(device)));
    }

    /// Writes any entity of the account.
    pub(crate) fn put(&mut self, entity: Entity) {
        self.draft.put(&self.digits, entity);
    }

    pub(crate) fn remove_user(&mut self, id: UniqueId) {
        self.remove(Entity::USER, id.as_str());
    }

    pub(crate) fn remove_group(&mut self, id: UniqueId) {
        self.remove(Entity::GROUP, id.as_str());
    }

    pub(crate) fn remove_role(&mut self, id: UniqueId) {
        self.remove(Entity::ROLE, id.as_str());
    }

    pub(crate) fn remove_policy(&mut self, id: UniqueId) {
        self.remove(Entity::POLICY, id.as_str());
    }

    pub(crate) fn remove_instance_profile(&mut self, id: UniqueId) {
        self.remove(Entity::INSTANCE_PROFILE, id.as_str());
    }

    pub(crate) fn remove_access_key(&mut self, id: &str) {
        self.remove(Entity::ACCESS_KEY, id);
    }

    pub(crate) fn remove_mfa_device(&mut self, key: &str) {
        self.remove(Entity::MFA_DEVICE, key);
    }

    fn remove(&mut self, kind: &str, key: &str) {
        self.draft.remove(&self.digits, kind, key);
    }
}

impl Call<'_> {
    /// Changes the caller's account. Answers once the change is durable and this node's picture has it.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        command: impl Fn(&mut Change<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        self.server.write(self.caller.account, command).await
    }
}

impl Server {
    /// Changes an account. Answers once the change is durable and this node's picture has it.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        account: AccountId,
        command: impl Fn(&mut Change<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let arns = self.partition.clone();
        let written = self
            .store
            .write(move |draft| {
                let mut change = Change { draft, account, digits: account.to_string(), arns: &arns };
                command(&mut change).map_err(WriteError::Command)
            })
            .await;
        written.map_err(|error| match error {
            WriteError::Command(fault) => fault,
            WriteError::Store(error) => crate::fault::from_store(error),
        })
    }
}

/// Why nothing was written: the command refused, or the store could not.
enum WriteError {
    Command(Fault),
    Store(StoreError),
}

impl From<StoreError> for WriteError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
