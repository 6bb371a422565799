//! Scalars as texts, for headers.

use crate::emit::Emit;
use crate::limit;
use crate::shape::{Emitted, Member};
use crate::timestamp::{Timestamp, TimestampFormat};
use crate::tree::float_text;

/// Collects scalars. What has parts has no place in a header and is left out; no model puts it there.
#[derive(Default)]
pub(super) struct Texts {
    keys: Vec<String>,
    values: Vec<String>,
}

/// A point in time as a header has it.
pub(super) fn timestamp(member: &Member, value: Timestamp) -> String {
    match member.timestamp.unwrap_or(TimestampFormat::HttpDate) {
        TimestampFormat::HttpDate => value.http_date(),
        TimestampFormat::Iso8601 => value.to_string(),
        TimestampFormat::EpochSeconds => value.seconds().to_string(),
    }
}

impl Texts {
    /// A list as one header. An element with a comma or quote in it is quoted.
    pub(super) fn joined(&self) -> String {
        let quoted = self.values.iter().map(|value| {
            if value.contains([',', '"']) {
                format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
            } else {
                value.clone()
            }
        });
        quoted.collect::<Vec<_>>().join(", ")
    }

    /// A map as headers whose names begin with `prefix`.
    pub(super) fn entries(self, prefix: &str) -> impl Iterator<Item = (String, String)> {
        self.keys.into_iter().map(move |key| format!("{prefix}{key}")).zip(self.values)
    }
}

impl Emit for Texts {
    fn text(&mut self, _: &Member, value: &str) {
        self.values.push(value.to_owned());
    }

    fn integer(&mut self, _: &Member, value: i64) {
        self.values.push(value.to_string());
    }

    fn float(&mut self, _: &Member, value: f64) {
        self.values.push(float_text(value).into_owned());
    }

    fn boolean(&mut self, _: &Member, value: bool) {
        self.values.push(value.to_string());
    }

    fn timestamp(&mut self, member: &Member, value: Timestamp) {
        self.values.push(timestamp(member, value));
    }

    fn blob(&mut self, _: &Member, _: &[u8]) {}

    fn document(&mut self, _: &Member, _: &serde_json::Value) {}

    fn structure(&mut self, _: &Member, _: &dyn Emitted) {}

    fn list(&mut self, _: &Member, _: &'static limit::List, _: &dyn Fn(&mut dyn Emit)) {}

    fn map(&mut self, _: &Member, _: &'static limit::Map, _: &dyn Fn(&mut dyn Emit)) {}

    fn entry(&mut self, _: &Member, _: &'static limit::Map, key: &str, value: &dyn Fn(&mut dyn Emit)) {
        self.keys.push(key.to_owned());
        value(self);
    }
}
