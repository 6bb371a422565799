//! A CBOR body: a tree, and any operation's input.

#![no_main]

use libfuzzer_sys::fuzz_target;
use regent_wire::tree::{Tree, TreeLimits};

#[path = "tree.rs"]
mod tree;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(tree) = Tree::from_cbor(bytes, TreeLimits::default()) {
        tree::read_as_named(tree);
    }
});
