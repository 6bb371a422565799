//! Integration tests of the crate, in one binary.
//!
//! Most of them walk the service models: a value is made for every member of every operation, and the
//! crate's reading, writing and refusing is compared with what a second, naive implementation makes of the
//! same model. That second implementation is `model`, `sample`, `rules`, `form`,
//! `tree` and `expected`.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

mod constraints;
mod detect;
mod dynamic;
mod expected;
mod faults;
mod form;
mod golden;
mod hostile;
mod model;
mod oracle;
mod patterns;
mod records;
mod round_trip;
mod rules;
mod sample;
mod tree;
mod vectors;
