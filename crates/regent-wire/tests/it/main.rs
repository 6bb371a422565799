//! Integration tests of the crate, in one binary.

fn main() {}
