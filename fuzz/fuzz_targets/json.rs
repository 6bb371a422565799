//! A JSON body: a tree, and any operation's input.

#![no_main]

use libfuzzer_sys::fuzz_target;
use regent_wire::tree::{Tree, TreeLimits};

#[path = "tree.rs"]
mod tree;

fuzz_target!(|bytes: &[u8]| {
    let Ok(tree) = Tree::from_json(bytes, TreeLimits::default()) else { return };
    if bytes.trim_ascii().is_empty() {
        return;
    }
    let same = serde_json::from_slice::<serde_json::Value>(bytes).expect("JSON for one, JSON for all");
    assert!(is_same(&tree, &same), "{tree:?} is not {same}");
    tree::read_as_named(tree);
});

/// Whether a tree says what another reader of JSON makes of the same text.
fn is_same(tree: &Tree<'_>, json: &serde_json::Value) -> bool {
    use serde_json::Value;
    match (tree, json) {
        (Tree::Null, Value::Null) => true,
        (Tree::Boolean(one), Value::Bool(other)) => one == other,
        (Tree::Integer(one), Value::Number(other)) => other.as_i64() == Some(*one),
        (Tree::Float(one), Value::Number(other)) => other.as_f64() == Some(*one),
        (Tree::Text(one), Value::String(other)) => *one == **other,
        (Tree::List(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Tree::Map(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| other.get(&**key).is_some_and(|other| is_same(value, other)))
        }
        _ => false,
    }
}
