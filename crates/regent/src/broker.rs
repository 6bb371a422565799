//! The broker: who may use which connector, and what is issued to them.

pub(crate) mod access;
pub(crate) mod administrators;
pub(crate) mod base;
pub(crate) mod caller;
pub(crate) mod change;
pub(crate) mod check;
pub(crate) mod check_account;
pub(crate) mod check_connector;
pub(crate) mod check_identity_source;
pub(crate) mod check_system_caller;
pub(crate) mod check_upstream;
pub(crate) mod console;
mod hours;
pub(crate) mod issue;
pub(crate) mod issue_limits;
pub(crate) mod issued;
pub(crate) mod journal;
pub(crate) mod leaving;
pub(crate) mod login;
pub(crate) mod members;
pub(crate) mod rotation;
pub(crate) mod session_request;
pub(crate) mod test_connection;
pub(crate) mod trial;
pub(crate) mod upstream_failure;
pub(crate) mod usable;
pub(crate) mod usage;
