//! Regent as a library: what the binary is made of, so that tests can hold it in their hands.

mod administration;
mod arn;
mod audit;
mod authn;
mod authz;
mod bootstrap;
mod broker;
mod call;
mod caller;
mod change;
pub mod cli;
pub mod clock;
pub mod config;
mod console;
pub mod entropy;
mod fault;
pub mod federation;
mod http;
mod iam;
mod managed_policies;
mod mfa;
mod mint;
mod node;
mod pipeline;
mod policy;
mod rest;
mod seal;
mod server;
pub mod session;
pub mod signin;
mod sts;
mod time;
#[cfg_attr(not(test), expect(dead_code, reason = "rotation and tests of connections are being built on it"))]
mod upstream;
mod usage;
mod web;

pub use administration::{AdministrationError, NewKey};
pub use bootstrap::{FirstAccount, StartError, Started};
pub use server::Server;
