//! Tests of the broker's decisions through the crate's public face.

#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a test that cannot go on has failed")]

mod capability;
mod plan;
mod template;
