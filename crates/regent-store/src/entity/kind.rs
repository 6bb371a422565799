use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{
    AccessKey, Account, BrokerEntity, ChainHead, ChainKey, DataKey, Group, InstanceProfile, ManagedPolicy,
    MfaDevice, Revocation, Role, SessionKey, User,
};
use crate::picture;
use crate::picture::Record;

/// Any of the things an account, or the deployment, holds.
#[derive(Debug, Clone)]
pub enum Entity {
    /// A tenant.
    Account(Arc<Account>),
    /// A user.
    User(Arc<User>),
    /// A group.
    Group(Arc<Group>),
    /// A role.
    Role(Arc<Role>),
    /// A customer managed policy.
    Policy(Arc<ManagedPolicy>),
    /// An instance profile.
    InstanceProfile(Arc<InstanceProfile>),
    /// A long-term access key.
    AccessKey(Arc<AccessKey>),
    /// A virtual MFA device.
    MfaDevice(Arc<MfaDevice>),
    /// A key that seals records.
    DataKey(Arc<DataKey>),
    /// A key that seals session tokens.
    SessionKey(Arc<SessionKey>),
    /// Where the chain of audit events ends.
    ChainHead(Arc<ChainHead>),
    /// A key that signs it.
    ChainKey(Arc<ChainKey>),
    /// A session that counts no longer.
    Revocation(Arc<Revocation>),
    /// Something the broker keeps.
    Broker(BrokerEntity),
}

impl Entity {
    /// The kind of [`Account`].
    pub const ACCOUNT: &'static str = "account";
    /// The kind of [`User`].
    pub const USER: &'static str = "user";
    /// The kind of [`Group`].
    pub const GROUP: &'static str = "group";
    /// The kind of [`Role`].
    pub const ROLE: &'static str = "role";
    /// The kind of [`ManagedPolicy`].
    pub const POLICY: &'static str = "policy";
    /// The kind of [`InstanceProfile`].
    pub const INSTANCE_PROFILE: &'static str = "instance-profile";
    /// The kind of [`AccessKey`].
    pub const ACCESS_KEY: &'static str = "access-key";
    /// The kind of [`MfaDevice`].
    pub const MFA_DEVICE: &'static str = "mfa-device";
    /// The kind of [`DataKey`].
    pub const DATA_KEY: &'static str = "data-key";
    /// The kind of [`SessionKey`].
    pub const SESSION_KEY: &'static str = "session-key";
    /// The kind of [`ChainHead`].
    pub const CHAIN_HEAD: &'static str = "chain-head";
    /// The kind of [`ChainKey`].
    pub const CHAIN_KEY: &'static str = "chain-key";
    /// The kind of [`Revocation`].
    pub const REVOCATION: &'static str = "revocation";
}

/// A body that is not that of its kind. Says where, never what: bodies hold what must not be logged.
#[derive(Debug, thiserror::Error)]
#[error("the body of a {kind} cannot be read (line {line}, column {column})")]
pub struct BodyError {
    kind: &'static str,
    line: usize,
    column: usize,
}

impl picture::Entity for Entity {
    type Error = BodyError;

    fn kind(&self) -> &str {
        self.kind_name()
    }

    fn key(&self) -> Cow<'_, str> {
        match self {
            Self::Account(_) => Cow::Borrowed("account"),
            Self::User(user) => Cow::Borrowed(user.id.as_str()),
            Self::Group(group) => Cow::Borrowed(group.id.as_str()),
            Self::Role(role) => Cow::Borrowed(role.id.as_str()),
            Self::Policy(policy) => Cow::Borrowed(policy.id.as_str()),
            Self::InstanceProfile(profile) => Cow::Borrowed(profile.id.as_str()),
            Self::AccessKey(key) => Cow::Borrowed(&key.id),
            Self::MfaDevice(device) => Cow::Owned(device.key()),
            Self::DataKey(key) => Cow::Owned(key.id.to_string()),
            Self::SessionKey(key) => Cow::Owned(key.id.to_string()),
            Self::ChainHead(_) => Cow::Borrowed(ChainHead::KEY),
            Self::ChainKey(key) => Cow::Owned(key.id.to_string()),
            Self::Revocation(revocation) => Cow::Borrowed(&revocation.access_key_id),
            Self::Broker(entity) => entity.key(),
        }
    }

    fn encode(&self) -> Result<String, BodyError> {
        match self {
            Self::Account(account) => write(Self::ACCOUNT, account),
            Self::User(user) => write(Self::USER, user),
            Self::Group(group) => write(Self::GROUP, group),
            Self::Role(role) => write(Self::ROLE, role),
            Self::Policy(policy) => write(Self::POLICY, policy),
            Self::InstanceProfile(profile) => write(Self::INSTANCE_PROFILE, profile),
            Self::AccessKey(key) => write(Self::ACCESS_KEY, key),
            Self::MfaDevice(device) => write(Self::MFA_DEVICE, device),
            Self::DataKey(key) => write(Self::DATA_KEY, key),
            Self::SessionKey(key) => write(Self::SESSION_KEY, key),
            Self::ChainHead(head) => write(Self::CHAIN_HEAD, head),
            Self::ChainKey(key) => write(Self::CHAIN_KEY, key),
            Self::Revocation(revocation) => write(Self::REVOCATION, revocation),
            Self::Broker(entity) => entity.encode(),
        }
    }

    fn decode(record: &Record<'_>) -> Result<Option<Self>, BodyError> {
        let body = record.body;
        Ok(Some(match record.kind {
            Self::ACCOUNT => Self::Account(read(Self::ACCOUNT, body)?),
            Self::USER => Self::User(read(Self::USER, body)?),
            Self::GROUP => Self::Group(read(Self::GROUP, body)?),
            Self::ROLE => Self::Role(read(Self::ROLE, body)?),
            Self::POLICY => Self::Policy(read(Self::POLICY, body)?),
            Self::INSTANCE_PROFILE => Self::InstanceProfile(read(Self::INSTANCE_PROFILE, body)?),
            Self::ACCESS_KEY => Self::AccessKey(read(Self::ACCESS_KEY, body)?),
            Self::MFA_DEVICE => Self::MfaDevice(read(Self::MFA_DEVICE, body)?),
            Self::DATA_KEY => Self::DataKey(read(Self::DATA_KEY, body)?),
            Self::SESSION_KEY => Self::SessionKey(read(Self::SESSION_KEY, body)?),
            Self::CHAIN_HEAD => Self::ChainHead(read(Self::CHAIN_HEAD, body)?),
            Self::CHAIN_KEY => Self::ChainKey(read(Self::CHAIN_KEY, body)?),
            Self::REVOCATION => Self::Revocation(read(Self::REVOCATION, body)?),
            kind => return Ok(BrokerEntity::decode(kind, body)?.map(Self::Broker)),
        }))
    }
}

impl Entity {
    fn kind_name(&self) -> &'static str {
        match self {
            Self::Account(_) => Self::ACCOUNT,
            Self::User(_) => Self::USER,
            Self::Group(_) => Self::GROUP,
            Self::Role(_) => Self::ROLE,
            Self::Policy(_) => Self::POLICY,
            Self::InstanceProfile(_) => Self::INSTANCE_PROFILE,
            Self::AccessKey(_) => Self::ACCESS_KEY,
            Self::MfaDevice(_) => Self::MFA_DEVICE,
            Self::DataKey(_) => Self::DATA_KEY,
            Self::SessionKey(_) => Self::SESSION_KEY,
            Self::ChainHead(_) => Self::CHAIN_HEAD,
            Self::ChainKey(_) => Self::CHAIN_KEY,
            Self::Revocation(_) => Self::REVOCATION,
            Self::Broker(entity) => entity.kind(),
        }
    }
}

pub(super) fn write<T: Serialize>(kind: &'static str, entity: &Arc<T>) -> Result<String, BodyError> {
    serde_json::to_string(&**entity).map_err(|error| BodyError::new(kind, &error))
}

pub(super) fn read<T: DeserializeOwned>(kind: &'static str, body: &str) -> Result<Arc<T>, BodyError> {
    serde_json::from_str(body).map(Arc::new).map_err(|error| BodyError::new(kind, &error))
}

impl BodyError {
    fn new(kind: &'static str, error: &serde_json::Error) -> Self {
        Self { kind, line: error.line(), column: error.column() }
    }
}
