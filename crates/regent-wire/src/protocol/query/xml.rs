//! The XML of Query answers.
//!
//! No declaration, no indentation: as AWS sends it. Lists are `<Name><member>…</member></Name>`, maps are
//! `<Name><entry><key>…</key><value>…</value></entry></Name>`, and what is empty is `<Name/>`.

use std::io::Write as _;

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::emit::Emit;
use crate::fault::{Dialect, Fault};
use crate::limit;
use crate::operation::{OperationMeta, ServiceMeta};
use crate::shape::{Emitted, Member};
use crate::timestamp::{Timestamp, TimestampFormat};
use crate::tree::float_text;

/// The answer of an operation.
pub(in crate::protocol) fn success(
    operation: &OperationMeta,
    output: &dyn Emitted,
    request_id: &str,
    body: &mut Vec<u8>,
) {
    let mut xml = Xml { out: body };
    xml.envelope(operation.service, (operation.name, "Response"), |xml| {
        if let Some(wrapper) = operation.result_wrapper {
            xml.element(wrapper, |xml| output.emit(xml));
        }
        xml.element("ResponseMetadata", |xml| xml.leaf("RequestId", request_id));
    });
}

/// The answer of an operation that failed.
pub(in crate::protocol) fn error(service: &ServiceMeta, fault: &Fault, request_id: &str, body: &mut Vec<u8>) {
    let mut xml = Xml { out: body };
    xml.envelope(service, ("Error", "Response"), |xml| {
        xml.element("Error", |xml| {
            xml.leaf("Type", fault.blame().name());
            xml.leaf("Code", fault.code_in(Dialect::Query));
            if let Some(message) = fault.message() {
                xml.leaf("Message", message);
            }
        });
        xml.leaf("RequestId", request_id);
    });
}

/// Writes XML. Names come from models and are never escaped; values always are.
struct Xml<'a> {
    out: &'a mut Vec<u8>,
}

impl Xml<'_> {
    /// The outermost element, with the service's namespace. Its name comes in two pieces.
    fn envelope(
        &mut self,
        service: &ServiceMeta,
        (name, suffix): (&str, &str),
        inside: impl FnOnce(&mut Self),
    ) {
        self.raw("<");
        self.raw(name);
        self.raw(suffix);
        if let Some(namespace) = service.xml_namespace {
            self.raw(" xmlns=\"");
            self.raw(namespace);
            self.raw("\"");
        }
        self.raw(">");
        inside(self);
        self.raw("</");
        self.raw(name);
        self.raw(suffix);
        self.raw(">");
    }

    fn element(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.raw("<");
        self.raw(name);
        self.raw(">");
        let before = self.out.len();
        inside(self);
        if self.out.len() == before {
            self.out.truncate(before.saturating_sub(1));
            self.raw("/>");
        } else {
            self.raw("</");
            self.raw(name);
            self.raw(">");
        }
    }

    fn leaf(&mut self, name: &str, value: &str) {
        self.element(name, |xml| xml.escaped(value));
    }

    fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Writes text. What XML 1.0 cannot carry, not even escaped, becomes U+FFFD: one such character in a
    /// description must not make a whole listing unreadable.
    fn escaped(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = special_at(rest.as_bytes()) {
            let Some((plain, special)) = rest.split_at_checked(at) else { break };
            self.raw(plain);
            let mut characters = special.chars();
            match characters.next() {
                Some('&') => self.raw("&amp;"),
                Some('<') => self.raw("&lt;"),
                Some('>') => self.raw("&gt;"),
                Some('"') => self.raw("&quot;"),
                // A reader would make a line feed of it.
                Some('\r') => self.raw("&#xD;"),
                Some(c) if !c.is_ascii() && !matches!(c, '\u{FFFE}' | '\u{FFFF}') => {
                    self.raw(c.encode_utf8(&mut [0; 4]));
                }
                _ => self.raw("\u{FFFD}"),
            }
            rest = characters.as_str();
        }
        self.raw(rest);
    }
}

/// Where the first byte is that cannot simply be copied. Blocks without one are skipped as a whole: a session
/// token has a thousand bytes and none.
fn special_at(text: &[u8]) -> Option<usize> {
    let (blocks, _) = text.as_chunks::<32>();
    let is_plain = |block: &&[u8; 32]| !block.iter().fold(false, |seen, &byte| seen | may_be_special(byte));
    let plain = blocks.iter().take_while(is_plain).count() * 32;
    let rest = text.get(plain..)?;
    Some(plain + rest.iter().position(|&byte| is_special(byte))?)
}

/// A wider net in comparisons only, which the compiler makes of a whole block at once.
#[expect(clippy::needless_bitwise_bool, reason = "a branch would keep the compiler from taking blocks")]
const fn may_be_special(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'&') | (byte == b'<') | (byte == b'>') | (byte == b'"') | (byte == 0xEF)
}

/// Bytes that cannot simply be copied. 0xEF begins U+FFFE and U+FFFF, among others.
const fn is_special(byte: u8) -> bool {
    matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\r' | 0..=8 | 0x0B | 0x0C | 0x0E..=0x1F | 0xEF)
}

impl Emit for Xml<'_> {
    fn text(&mut self, member: &Member, value: &str) {
        self.leaf(member.wire, value);
    }

    fn integer(&mut self, member: &Member, value: i64) {
        self.element(member.wire, |xml| _ = write!(xml.out, "{value}"));
    }

    fn float(&mut self, member: &Member, value: f64) {
        self.leaf(member.wire, &float_text(value));
    }

    fn boolean(&mut self, member: &Member, value: bool) {
        self.element(member.wire, |xml| xml.raw(if value { "true" } else { "false" }));
    }

    fn timestamp(&mut self, member: &Member, value: Timestamp) {
        self.element(member.wire, |xml| match member.timestamp.unwrap_or(TimestampFormat::Iso8601) {
            TimestampFormat::Iso8601 => _ = write!(xml.out, "{value}"),
            TimestampFormat::EpochSeconds => _ = write!(xml.out, "{}", value.seconds()),
            TimestampFormat::HttpDate => xml.raw(&value.http_date()),
        });
    }

    fn blob(&mut self, member: &Member, value: &[u8]) {
        self.element(member.wire, |xml| _ = write!(xml.out, "{}", Base64Display::new(value, &BASE64)));
    }

    fn document(&mut self, member: &Member, value: &serde_json::Value) {
        self.leaf(member.wire, &value.to_string());
    }

    fn structure(&mut self, member: &Member, value: &dyn Emitted) {
        self.element(member.wire, |xml| value.emit(xml));
    }

    fn list(&mut self, member: &Member, _: &'static limit::List, items: &dyn Fn(&mut dyn Emit)) {
        if member.flattened {
            items(self);
        } else {
            self.element(member.wire, |xml| items(xml));
        }
    }

    fn map(&mut self, member: &Member, _: &'static limit::Map, entries: &dyn Fn(&mut dyn Emit)) {
        if member.flattened {
            entries(self);
        } else {
            self.element(member.wire, |xml| entries(xml));
        }
    }

    fn entry(&mut self, member: &Member, map: &'static limit::Map, key: &str, value: &dyn Fn(&mut dyn Emit)) {
        self.element(if member.flattened { member.wire } else { "entry" }, |xml| {
            xml.leaf(map.key.wire, key);
            value(xml);
        });
    }
}
