//! IAM: one file a noun, one function an operation, named after it.
//!
//! Operations that read take the picture; operations that change something describe the change as a command on the
//! newest picture ([`Call::write`](crate::call::Call::write)), so that every rule that spans entities holds at the
//! moment of the change, whoever else is writing.

pub(crate) mod access_key;
pub(crate) mod account_alias;
pub(crate) mod account_summary;
mod attachment;
pub(crate) mod authorization_details;
pub(crate) mod boundary;
mod document;
pub(crate) mod group;
pub(crate) mod group_policy;
mod identity;
mod inline;
pub(crate) mod instance_profile;
mod managed;
pub(crate) mod mfa_device;
mod page;
pub(crate) mod policy;
pub(crate) mod policy_entity;
pub(crate) mod policy_version;
pub(crate) mod quota;
pub(crate) mod role;
pub(crate) mod role_policy;
pub(crate) mod simulation;
mod tag;
mod trust;
pub(crate) mod user;
pub(crate) mod user_policy;
pub(crate) mod virtual_mfa_device;
