//! JSON: answers of awsJson, rest-json and Query, and records.

use std::fmt;
use std::io::Write as _;

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::emit::Emit;
use crate::limit;
use crate::shape::{Emitted, Member, Secrecy};
use crate::timestamp::{Timestamp, TimestampFormat};
use crate::tree::float_text;

/// Writes JSON objects, one after the other's end.
pub(super) struct Json<'a> {
    out: &'a mut Vec<u8>,
    audience: Audience,
    place: Place,
}

/// Who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// The caller: names as on the wire, all values, timestamps as numbers.
    Caller,
    /// Auditors: names beginning with a small letter, no secrets, timestamps as dates.
    Auditor,
}

/// Whether the next value has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Object,
    /// In a list, or behind a map's key.
    Bare,
}

impl<'a> Json<'a> {
    pub(super) fn new(out: &'a mut Vec<u8>, audience: Audience) -> Self {
        Self { out, audience, place: Place::Object }
    }

    /// An object at the outermost level.
    pub(super) fn root(&mut self, value: &dyn Emitted) {
        self.raw("{");
        value.emit(self);
        self.raw("}");
    }

    /// An object in the object at hand, written by `inside`.
    pub(super) fn object(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.named(name);
        self.raw("{");
        inside(self);
        self.raw("}");
    }

    /// A text in the object at hand.
    pub(super) fn pair(&mut self, name: &str, value: &str) {
        self.named(name);
        self.string(value);
    }

    pub(super) fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn string(&mut self, value: &str) {
        // Writing to memory cannot fail.
        _ = serde_json::to_writer(&mut *self.out, value);
    }

    fn display(&mut self, value: impl fmt::Display) {
        _ = write!(self.out, "{value}");
    }

    fn named(&mut self, name: &str) {
        self.comma();
        self.string(name);
        self.raw(":");
    }

    fn comma(&mut self) {
        if !matches!(self.out.last(), None | Some(b'{' | b'[' | b':')) {
            self.raw(",");
        }
    }

    /// Prepares for the member's value. `false` if there is to be none.
    fn begin(&mut self, member: &Member) -> bool {
        if self.audience == Audience::Auditor && member.secrecy != Secrecy::Open {
            return false;
        }
        match (self.place, self.audience) {
            (Place::Bare, _) => self.comma(),
            (Place::Object, Audience::Caller) => self.named(member.wire),
            (Place::Object, Audience::Auditor) => {
                self.comma();
                let (first, rest) = member.lower_camel();
                self.raw("\"");
                self.raw(first.encode_utf8(&mut [0; 4]));
                self.raw(rest);
                self.raw("\":");
            }
        }
        true
    }

    /// Writes what is inside brackets, where names are used or not.
    fn inside(&mut self, place: Place, brackets: (&str, &str), write: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.place, place);
        self.raw(brackets.0);
        write(self);
        self.raw(brackets.1);
        self.place = before;
    }
}

impl Emit for Json<'_> {
    fn text(&mut self, member: &Member, value: &str) {
        if self.begin(member) {
            self.string(value);
        }
    }

    fn integer(&mut self, member: &Member, value: i64) {
        if self.begin(member) {
            self.display(value);
        }
    }

    fn float(&mut self, member: &Member, value: f64) {
        if !self.begin(member) {
            return;
        }
        // Those that are no numbers have names.
        let text = float_text(value);
        if value.is_finite() { self.raw(&text) } else { self.string(&text) }
    }

    fn boolean(&mut self, member: &Member, value: bool) {
        if self.begin(member) {
            self.raw(if value { "true" } else { "false" });
        }
    }

    fn timestamp(&mut self, member: &Member, value: Timestamp) {
        if !self.begin(member) {
            return;
        }
        match (self.audience, member.timestamp.unwrap_or(TimestampFormat::EpochSeconds)) {
            (Audience::Auditor, _) => self.string(&value.record_text()),
            (_, TimestampFormat::EpochSeconds) => self.display(value.seconds()),
            (_, TimestampFormat::Iso8601) => self.string(&value.to_string()),
            (_, TimestampFormat::HttpDate) => self.string(&value.http_date()),
        }
    }

    fn blob(&mut self, member: &Member, value: &[u8]) {
        if self.begin(member) {
            self.display(format_args!("\"{}\"", Base64Display::new(value, &BASE64)));
        }
    }

    fn document(&mut self, member: &Member, value: &serde_json::Value) {
        if self.begin(member) {
            _ = serde_json::to_writer(&mut *self.out, value);
        }
    }

    fn structure(&mut self, member: &Member, value: &dyn Emitted) {
        if self.begin(member) {
            self.inside(Place::Object, ("{", "}"), |json| value.emit(json));
        }
    }

    fn list(&mut self, member: &Member, _: &'static limit::List, items: &dyn Fn(&mut dyn Emit)) {
        if self.begin(member) {
            self.inside(Place::Bare, ("[", "]"), |json| items(json));
        }
    }

    fn map(&mut self, member: &Member, _: &'static limit::Map, entries: &dyn Fn(&mut dyn Emit)) {
        if self.begin(member) {
            self.inside(Place::Bare, ("{", "}"), |json| entries(json));
        }
    }

    fn entry(&mut self, _: &Member, _: &'static limit::Map, key: &str, value: &dyn Fn(&mut dyn Emit)) {
        self.named(key);
        value(self);
    }
}
