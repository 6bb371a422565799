//! Tests of the broker's decisions through the crate's public face.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    reason = "a test that cannot go on has failed"
)]

mod capability;
mod console;
mod gallery;
mod output;
mod plan;
mod snippet;
mod template;
mod upstream_error;
