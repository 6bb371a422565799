//! The nouns: what an account holds, as plain data.
//!
//! An entity knows its own rules of form and nothing of the others; what spans several (uniqueness, quotas, what
//! must go first) is the server's business, checked inside the write that changes it. Entities name each other by
//! what cannot change: unique ids where names may, ARNs where they may not.

use serde::{Deserialize, Serialize};

mod access_key;
mod account;
pub(crate) mod broker;
mod chain;
mod document;
mod group;
mod id;
mod instance_profile;
mod keys;
mod kind;
mod mfa_device;
mod policy;
mod role;
mod user;

pub use access_key::{AccessKey, KeyOwner, KeyStatus};
pub use account::Account;
pub use broker::BrokerEntity;
pub use chain::{ChainHead, ChainKey, ChainLink, Revocation};
pub use document::{Binding, PolicyDocument};
pub use group::Group;
pub use id::{AccountId, Digits, ParseIdError, UniqueId};
pub use instance_profile::InstanceProfile;
pub use keys::{DataKey, SessionKey};
pub use kind::{BodyError, Entity};
pub use mfa_device::{Assignment, MfaDevice};
pub use policy::{ManagedPolicy, PolicyVersion};
pub use role::Role;
pub use user::User;

/// A tag: a key and a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// The key, in the spelling it was given.
    pub key: Box<str>,
    /// The value, which may be empty.
    pub value: Box<str>,
}

/// A policy that lives inside one user, group or role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InlinePolicy {
    /// Unique among the entity's inline policies.
    pub name: Box<str>,
    /// The document.
    pub document: std::sync::Arc<PolicyDocument>,
}

/// Seconds since 1970, the resolution of every date IAM shows.
pub type Seconds = i64;

/// A name as it is compared: IAM keeps the spelling and forgets the case.
///
/// `ADMINS` and `admins` cannot both exist. Names are ASCII, so folding is too.
pub fn folded(name: &str) -> Box<str> {
    name.to_ascii_lowercase().into_boxed_str()
}
