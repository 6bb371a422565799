//! Entities, the store contract, the change log and the in-memory directory.

pub mod entity;
