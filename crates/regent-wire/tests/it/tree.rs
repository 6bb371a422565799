//! An emitter that makes a JSON tree: everything the crate's own emitters could forget is in it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use regent_wire::Timestamp;
use regent_wire::emit::Emit;
use regent_wire::limit;
use regent_wire::shape::{Emitted, Member};
use serde_json::{Map, Value};

/// What a shape writes, as a tree.
pub(crate) fn tree(shape: &dyn Emitted) -> Value {
    let mut object = Tree::default();
    shape.emit(&mut object);
    Value::Object(object.members)
}

#[derive(Default)]
struct Tree {
    members: Map<String, Value>,
    items: Vec<Value>,
}

impl Tree {
    fn put(&mut self, member: &Member, value: impl Into<Value>) {
        let value = value.into();
        self.items.push(value.clone());
        self.members.insert(member.name.to_owned(), value);
    }
}

impl Emit for Tree {
    fn text(&mut self, member: &Member, value: &str) {
        self.put(member, value);
    }

    fn integer(&mut self, member: &Member, value: i64) {
        self.put(member, value);
    }

    fn float(&mut self, member: &Member, value: f64) {
        self.put(member, value);
    }

    fn boolean(&mut self, member: &Member, value: bool) {
        self.put(member, value);
    }

    fn timestamp(&mut self, member: &Member, value: Timestamp) {
        self.put(member, value.seconds());
    }

    fn blob(&mut self, member: &Member, value: &[u8]) {
        self.put(member, BASE64.encode(value));
    }

    fn document(&mut self, member: &Member, value: &Value) {
        self.put(member, value.clone());
    }

    fn structure(&mut self, member: &Member, value: &dyn Emitted) {
        self.put(member, tree(value));
    }

    fn list(&mut self, member: &Member, _: &'static limit::List, items: &dyn Fn(&mut dyn Emit)) {
        let mut inside = Self::default();
        items(&mut inside);
        self.put(member, inside.items);
    }

    fn map(&mut self, member: &Member, _: &'static limit::Map, entries: &dyn Fn(&mut dyn Emit)) {
        let mut inside = Self::default();
        entries(&mut inside);
        self.put(member, inside.members);
    }

    fn entry(&mut self, _: &Member, _: &'static limit::Map, key: &str, value: &dyn Fn(&mut dyn Emit)) {
        let mut inside = Self::default();
        value(&mut inside);
        self.members.insert(key.to_owned(), inside.items.pop().unwrap());
    }
}
