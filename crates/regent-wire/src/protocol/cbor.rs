//! CBOR: answers of RPC v2 CBOR.
//!
//! Objects and lists are written with indefinite lengths, since an emitter learns their length only by
//! writing them. The protocol demands that clients read both.

use std::convert::Infallible;

use minicbor::Encoder;
use minicbor::data::Tag;
use minicbor::encode::Error;

use crate::emit::Emit;
use crate::fault::{Dialect, Fault};
use crate::limit;
use crate::shape::{Emitted, Member};
use crate::timestamp::Timestamp;

/// The tag of a point in time, in seconds since 1970.
const EPOCH: Tag = Tag::new(1);

/// The answer of an operation.
pub(super) fn success(output: &dyn Emitted, body: &mut Vec<u8>) {
    let mut cbor = Cbor { out: Encoder::new(body), place: Place::Object };
    cbor.object(|cbor| output.emit(cbor));
}

/// The answer of an operation that failed.
pub(super) fn error(fault: &Fault, body: &mut Vec<u8>) {
    let mut cbor = Cbor { out: Encoder::new(body), place: Place::Object };
    cbor.object(|cbor| {
        cbor.pair("__type", fault.code_in(Dialect::Rpc));
        if let Some(message) = fault.message() {
            cbor.pair("message", message);
        }
        fault.details().iter().for_each(|(name, value)| cbor.pair(name, value));
    });
}

struct Cbor<'a> {
    out: Encoder<&'a mut Vec<u8>>,
    place: Place,
}

/// Whether the next value has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Object,
    /// In a list, or behind a map's key.
    Bare,
}

/// Writing to memory cannot fail.
fn written<T>(_: Result<T, Error<Infallible>>) {}

impl Cbor<'_> {
    fn object(&mut self, inside: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.place, Place::Object);
        written(self.out.begin_map());
        inside(self);
        written(self.out.end());
        self.place = before;
    }

    fn pair(&mut self, name: &str, value: &str) {
        written(self.out.str(name));
        written(self.out.str(value));
    }

    fn named(&mut self, member: &Member) {
        if self.place == Place::Object {
            written(self.out.str(member.wire));
        }
    }

    /// Writes what has no names inside.
    fn bare(&mut self, inside: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.place, Place::Bare);
        inside(self);
        written(self.out.end());
        self.place = before;
    }
}

impl Emit for Cbor<'_> {
    fn text(&mut self, member: &Member, value: &str) {
        self.named(member);
        written(self.out.str(value));
    }

    fn integer(&mut self, member: &Member, value: i64) {
        self.named(member);
        written(self.out.i64(value));
    }

    fn float(&mut self, member: &Member, value: f64) {
        self.named(member);
        written(self.out.f64(value));
    }

    fn boolean(&mut self, member: &Member, value: bool) {
        self.named(member);
        written(self.out.bool(value));
    }

    fn timestamp(&mut self, member: &Member, value: Timestamp) {
        self.named(member);
        written(self.out.tag(EPOCH));
        written(self.out.i64(value.seconds()));
    }

    fn blob(&mut self, member: &Member, value: &[u8]) {
        self.named(member);
        written(self.out.bytes(value));
    }

    /// The protocol has no documents; a service that has one gives it as a text.
    fn document(&mut self, member: &Member, value: &serde_json::Value) {
        self.text(member, &value.to_string());
    }

    fn structure(&mut self, member: &Member, value: &dyn Emitted) {
        self.named(member);
        self.object(|cbor| value.emit(cbor));
    }

    fn list(&mut self, member: &Member, _: &'static limit::List, items: &dyn Fn(&mut dyn Emit)) {
        self.named(member);
        written(self.out.begin_array());
        self.bare(|cbor| items(cbor));
    }

    fn map(&mut self, member: &Member, _: &'static limit::Map, entries: &dyn Fn(&mut dyn Emit)) {
        self.named(member);
        written(self.out.begin_map());
        self.bare(|cbor| entries(cbor));
    }

    fn entry(&mut self, _: &Member, _: &'static limit::Map, key: &str, value: &dyn Fn(&mut dyn Emit)) {
        written(self.out.str(key));
        value(self);
    }
}
