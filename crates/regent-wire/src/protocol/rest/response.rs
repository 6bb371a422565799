//! A REST answer: status, headers and body.

mod texts;

use self::texts::{Texts, timestamp};
use crate::emit::Emit;
use crate::limit;
use crate::operation::OperationMeta;
use crate::protocol::Head;
use crate::protocol::json::{Audience, Json};
use crate::shape::{Emitted, Member, Part};
use crate::timestamp::Timestamp;
use crate::tree::float_text;

/// The answer of an operation.
pub(in crate::protocol) fn success(
    operation: &OperationMeta,
    output: &dyn Emitted,
    body: &mut Vec<u8>,
) -> Head {
    let before = body.len();
    let mut response = Response {
        json: Json::new(body, Audience::Caller),
        status: operation.http.status,
        headers: Vec::new(),
        payload: None,
    };
    response.json.raw("{");
    output.emit(&mut response);
    response.json.raw("}");
    let Response { status, headers, payload, .. } = response;
    let mut content_type = Some("application/json");
    if let Some(payload) = payload {
        body.truncate(before);
        content_type = Some(payload.content_type);
        body.extend_from_slice(&payload.bytes);
    }
    Head { status, content_type, headers }
}

/// Sorts members into headers, status and body.
struct Response<'a> {
    json: Json<'a>,
    status: u16,
    headers: Vec<(String, String)>,
    /// A member that is the whole body.
    payload: Option<Whole>,
}

struct Whole {
    bytes: Vec<u8>,
    content_type: &'static str,
}

impl Response<'_> {
    fn header(&mut self, member: &Member, value: String) {
        self.headers.push((member.wire.to_owned(), value));
    }

    fn whole(&mut self, bytes: Vec<u8>, content_type: &'static str) {
        self.payload = Some(Whole { bytes, content_type });
    }

    /// What is not scalar, as a body of its own.
    fn whole_json(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = Vec::new();
        write(&mut bytes);
        self.whole(bytes, "application/json");
    }
}

impl Emit for Response<'_> {
    fn text(&mut self, member: &Member, value: &str) {
        match member.part {
            Part::Header => self.header(member, value.to_owned()),
            Part::Payload => self.whole(value.as_bytes().to_vec(), "text/plain"),
            Part::Body | Part::Headers | Part::Label | Part::Query | Part::Status => {
                self.json.text(member, value);
            }
        }
    }

    fn integer(&mut self, member: &Member, value: i64) {
        match member.part {
            Part::Header => self.header(member, value.to_string()),
            Part::Status => self.status = u16::try_from(value).unwrap_or(self.status),
            Part::Body | Part::Payload | Part::Headers | Part::Label | Part::Query => {
                self.json.integer(member, value);
            }
        }
    }

    fn float(&mut self, member: &Member, value: f64) {
        if member.part == Part::Header {
            self.header(member, float_text(value).into_owned());
        } else {
            self.json.float(member, value);
        }
    }

    fn boolean(&mut self, member: &Member, value: bool) {
        if member.part == Part::Header {
            self.header(member, value.to_string());
        } else {
            self.json.boolean(member, value);
        }
    }

    fn timestamp(&mut self, member: &Member, value: Timestamp) {
        if member.part == Part::Header {
            self.header(member, timestamp(member, value));
        } else {
            self.json.timestamp(member, value);
        }
    }

    fn blob(&mut self, member: &Member, value: &[u8]) {
        if member.part == Part::Payload {
            self.whole(value.to_vec(), "application/octet-stream");
        } else {
            self.json.blob(member, value);
        }
    }

    fn document(&mut self, member: &Member, value: &serde_json::Value) {
        if member.part == Part::Payload {
            self.whole_json(|bytes| _ = serde_json::to_writer(bytes, value));
        } else {
            self.json.document(member, value);
        }
    }

    fn structure(&mut self, member: &Member, value: &dyn Emitted) {
        if member.part == Part::Payload {
            self.whole_json(|bytes| Json::new(bytes, Audience::Caller).root(value));
        } else {
            self.json.structure(member, value);
        }
    }

    fn list(&mut self, member: &Member, list: &'static limit::List, items: &dyn Fn(&mut dyn Emit)) {
        match member.part {
            Part::Header => {
                let mut texts = Texts::default();
                items(&mut texts);
                self.header(member, texts.joined());
            }
            Part::Body | Part::Payload | Part::Headers | Part::Label | Part::Query | Part::Status => {
                self.json.list(member, list, items);
            }
        }
    }

    fn map(&mut self, member: &Member, map: &'static limit::Map, entries: &dyn Fn(&mut dyn Emit)) {
        match member.part {
            Part::Headers => {
                let mut texts = Texts::default();
                entries(&mut texts);
                self.headers.extend(texts.entries(member.wire));
            }
            Part::Body | Part::Payload | Part::Header | Part::Label | Part::Query | Part::Status => {
                self.json.map(member, map, entries);
            }
        }
    }

    fn entry(&mut self, member: &Member, map: &'static limit::Map, key: &str, value: &dyn Fn(&mut dyn Emit)) {
        self.json.entry(member, map, key, value);
    }
}
