//! Regent in process, without a socket: a server in memory, a clock that moves when told, and callers who sign.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on fails; clippy only knows the functions marked as tests"
)]

mod access_key;
mod account;
mod assume_role;
mod attachment;
mod authorization;
mod authorization_details;
mod authorization_message;
mod bad_input;
mod boundary;
mod cli;
mod client;
mod coverage;
mod federation;
mod front;
mod full_disk;
mod group;
mod http;
mod inline_policy;
mod instance_profile;
mod issue;
mod killed;
mod mfa_device;
mod nodes;
mod policy;
mod policy_cli;
mod policy_version;
mod postgres;
mod process;
mod rest;
mod rest_answers;
mod rest_changes;
mod rest_config;
mod rest_connectors;
mod rest_document;
mod rest_people;
mod rest_policies;
mod rest_settings;
mod role;
mod sample;
mod simulation;
mod support;
mod temporary_credentials;
mod trust_policy;
mod user;
mod user_identity;
mod virtual_mfa_device;
