//! SigV4 against AWS's published vectors, botocore's signatures, and every fault we could think of.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests fail by panicking, in their helpers too"
)]

mod capture;
mod claim;
mod clock;
mod draft;
mod generated;
mod law;
mod order;
mod shape;
mod sign;
mod suite;
