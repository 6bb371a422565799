//! Tests of the broker's decisions through the crate's public face.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    reason = "a test that cannot go on has failed"
)]

mod capability;
mod output;
mod plan;
mod template;
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod console;
mod gallery;
mod snippet;
mod upstream_error;
