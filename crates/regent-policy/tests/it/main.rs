//! Tests of the policy engine through its public face.
//!
//! Most are data: golden cases in `tests/cases`, which a reviewer can check against AWS's pages without
//! reading Rust, and generated ones, which are compared with the oracle in `oracle.rs`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on has failed"
)]

mod admission;
mod bounds;
mod callers;
mod cases;
mod cpu;
mod cross_product;
mod dice;
mod differential;
mod engine;
mod explain;
mod growth;
mod laws;
mod oracle;
mod questions;
mod reading;
mod simulation;
mod tables;
mod trial;
mod validate;
mod validate_bounds;
