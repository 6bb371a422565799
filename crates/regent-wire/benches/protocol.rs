//! CPU time of the protocols.

fn main() {}
