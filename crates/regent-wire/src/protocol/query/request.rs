//! A request as a client writes it: the operation and its input as a form.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::emit::Emit;
use crate::limit;
use crate::operation::OperationMeta;
use crate::shape::{Emitted, Member};
use crate::timestamp::{Timestamp, TimestampFormat};
use crate::tree::float_text;

/// The form of a request: `Action`, `Version`, and every member of the input that is present.
///
/// Everything but letters, digits and `-._~` is escaped, a space as `%20`: what reads both `+` and `%20` is common,
/// what reads only one of them reads this one.
pub fn write_request(operation: &OperationMeta, input: &dyn Emitted) -> String {
    let mut out = format!("Action={}&Version={}", operation.name, operation.service.version);
    input.emit(&mut Form { out: &mut out, prefix: String::new(), items: None });
    out
}

/// Writes the members of one structure, or the items of one list.
struct Form<'a> {
    out: &'a mut String,
    /// What every name here begins with, its dot included.
    prefix: String,
    /// Of a list, how many items are written and whether they go without an element's name.
    items: Option<Items>,
}

#[derive(Clone, Copy)]
struct Items {
    count: usize,
    flattened: bool,
}

impl Form<'_> {
    /// What a member is called here.
    fn name(&mut self, wire: &str) -> String {
        let Some(items) = &mut self.items else { return format!("{}{wire}", self.prefix) };
        items.count += 1;
        if items.flattened {
            format!("{}{}", self.prefix, items.count)
        } else {
            format!("{}{wire}.{}", self.prefix, items.count)
        }
    }

    fn pair(&mut self, member: &Member, value: &str) {
        let name = self.name(member.wire);
        self.out.push('&');
        escape(self.out, &name);
        self.out.push('=');
        escape(self.out, value);
    }

    /// Writes what nests under a member, and tells how many items there were.
    fn below(&mut self, wire: &str, items: Option<Items>, write: impl FnOnce(&mut Form<'_>)) -> usize {
        let prefix = self.name(wire) + ".";
        let mut form = Form { out: self.out, prefix, items };
        write(&mut form);
        form.items.map_or(0, |items| items.count)
    }

    fn several(&mut self, member: &Member, write: &dyn Fn(&mut dyn Emit)) {
        let before = self.items;
        let items = Items { count: 0, flattened: member.flattened };
        if self.below(member.wire, Some(items), |form| write(form)) == 0 {
            // A list without items is a name without a value, counted once.
            self.items = before;
            self.pair(member, "");
        }
    }
}

impl Emit for Form<'_> {
    fn text(&mut self, member: &Member, value: &str) {
        self.pair(member, value);
    }

    fn integer(&mut self, member: &Member, value: i64) {
        self.pair(member, &value.to_string());
    }

    fn float(&mut self, member: &Member, value: f64) {
        self.pair(member, &float_text(value));
    }

    fn boolean(&mut self, member: &Member, value: bool) {
        self.pair(member, if value { "true" } else { "false" });
    }

    fn timestamp(&mut self, member: &Member, value: Timestamp) {
        let text = match member.timestamp.unwrap_or(TimestampFormat::Iso8601) {
            TimestampFormat::Iso8601 => value.to_string(),
            TimestampFormat::EpochSeconds => value.seconds().to_string(),
            TimestampFormat::HttpDate => value.http_date(),
        };
        self.pair(member, &text);
    }

    fn blob(&mut self, member: &Member, value: &[u8]) {
        self.pair(member, &BASE64.encode(value));
    }

    fn document(&mut self, member: &Member, value: &serde_json::Value) {
        self.pair(member, &value.to_string());
    }

    fn structure(&mut self, member: &Member, value: &dyn Emitted) {
        self.below(member.wire, None, |form| value.emit(form));
    }

    fn list(&mut self, member: &Member, _: &'static limit::List, items: &dyn Fn(&mut dyn Emit)) {
        self.several(member, items);
    }

    fn map(&mut self, member: &Member, _: &'static limit::Map, entries: &dyn Fn(&mut dyn Emit)) {
        self.several(member, entries);
    }

    fn entry(&mut self, _: &Member, map: &'static limit::Map, key: &str, value: &dyn Fn(&mut dyn Emit)) {
        self.below("entry", None, |form| {
            form.pair(&map.key, key);
            value(form);
        });
    }
}

fn escape(out: &mut String, text: &str) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().map_or('0', char::from);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.extend(['%', digit(byte >> 4), digit(byte & 0x0f)]);
        }
    }
}
