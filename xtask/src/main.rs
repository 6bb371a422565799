//! Code generation and repository chores: nothing a user runs.

fn main() {}
