//! What `regent-store` promises, one module a facet.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails; clippy only knows the functions marked as tests"
)]

mod contract;
mod kill;
mod lost_answers;
mod ordered_map;
mod place;
mod postgres;
mod shelf;
mod sqlite;
