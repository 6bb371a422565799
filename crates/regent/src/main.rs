//! Regent: an organization's own AWS-compatible identity plane.

fn main() {}
