//! Regent in process, without a socket: a server in memory, a clock that moves when told, and callers who sign.

mod account;
mod assume_role;
mod attachment;
mod authorization_details;
mod boundary;
mod coverage;
mod group;
mod inline_policy;
mod instance_profile;
mod mfa_device;
mod policy;
mod policy_version;
mod role;
mod sample;
mod support;
mod trust_policy;
mod user;
