//! How people and builds show who they are: passwords, one-time passwords, passkeys, OpenID providers, signed tokens.
//!
//! What is here judges what somebody shows and hands back plain values. It keeps no record, knows no route and opens no
//! session: that is what its callers do. So each kind can be tried alone, with every way to cheat as a row of a table.
//!
//! - Every answer of a stranger (a person, a browser, a provider) is bounded before it is read.
//! - What proves nothing is refused with a reason for the trail; what the person at the door is told is the caller's choice.

#![cfg_attr(not(test), expect(dead_code, reason = "the routes that call this are not there yet"))]

pub(crate) mod algorithm;
pub(crate) mod job_token;
pub(crate) mod key_set;
pub(crate) mod oidc;
pub mod passkey;
pub(crate) mod password;
pub(crate) mod remembered;
pub(crate) mod throttle;
pub(crate) mod token;
pub(crate) mod totp;
pub(crate) mod web;
