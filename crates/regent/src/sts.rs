//! STS: one file an operation. Sessions are made here and kept nowhere.

pub(crate) mod assume_role;
pub(crate) mod authorization_message;
mod broker_session;
pub(crate) mod federation_token;
mod grant;
pub(crate) mod identity;
mod mfa;
pub(crate) mod session_policy;
mod session_tag;
pub(crate) mod session_token;
