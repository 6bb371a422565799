//! Shapes: the structures that operations take and give.

use std::fmt;

use crate::check::Checker;
use crate::emit::Emit;
use crate::node::Node;
use crate::timestamp::{Timestamp, TimestampFormat};

/// A structure of a model. The generated types implement it, straight-line: one statement per member.
pub trait Shape: Emitted + Clone + Default + fmt::Debug + PartialEq + Send + Sync + Sized {
    /// Reads the structure, whatever protocol the node speaks.
    ///
    /// Never fails: what is missing or refused is noted in `check` and a default stands in for it. Whoever
    /// starts a reading must ask [`Checker::finish`] before looking at the value.
    fn read(node: Node<'_>, check: &mut Checker) -> Self;
}

/// What can be written: the half of [`Shape`] that trait objects can have.
pub trait Emitted {
    /// Writes every member that is present, in the model's order.
    fn emit(&self, out: &mut dyn Emit);
}

/// The input of an operation, as an authorizer looks at it: by the wire names of its members.
pub trait Input: Shape {
    /// A member's value, if it is present, a scalar, and no secret.
    fn scalar(&self, _member: &str) -> Option<Scalar<'_>> {
        None
    }

    /// A member that is a list of texts. Absent is the same as empty.
    fn texts(&self, _member: &str) -> &[String] {
        &[]
    }

    /// The tags of the request: what `aws:RequestTag/…` and `aws:TagKeys` are made from.
    fn tags(&self) -> Vec<(&str, &str)> {
        Vec::new()
    }

    /// A text, also of an enum.
    fn text(&self, member: &str) -> Option<&str> {
        match self.scalar(member)? {
            Scalar::Text(text) => Some(text),
            Scalar::Integer(_) | Scalar::Boolean(_) | Scalar::Timestamp(_) => None,
        }
    }

    /// A number.
    fn integer(&self, member: &str) -> Option<i64> {
        match self.scalar(member)? {
            Scalar::Integer(number) => Some(number),
            Scalar::Text(_) | Scalar::Boolean(_) | Scalar::Timestamp(_) => None,
        }
    }

    /// The keys to remove, of an untagging operation.
    fn tag_keys(&self) -> &[String] {
        self.texts("TagKeys")
    }
}

/// A value without parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scalar<'a> {
    /// A text, or the name of an enum's value.
    Text(&'a str),
    /// A number.
    Integer(i64),
    /// A truth value.
    Boolean(bool),
    /// A point in time.
    Timestamp(Timestamp),
}

/// Nothing: the input or output of an operation that has none.
impl Shape for () {
    fn read(_: Node<'_>, _: &mut Checker) -> Self {}
}

impl Emitted for () {
    fn emit(&self, _: &mut dyn Emit) {}
}

impl Input for () {}

/// A set of named values. AWS refuses a name that is not among them, so a variant is all there can be.
pub trait Enumeration: Copy + Default + fmt::Debug + PartialEq + Send + Sync + 'static {
    /// Every name, in the model's order.
    const NAMES: &'static [&'static str];

    /// The value of that name. Case counts.
    fn from_name(name: &str) -> Option<Self>;

    /// The name on the wire.
    fn name(self) -> &'static str;
}

/// A member of a structure, or an element of a list or map: what it is called and where it travels.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// The model's name.
    pub name: &'static str,
    /// The name on the wire.
    pub wire: &'static str,
    /// Where REST requests and answers carry it. The other protocols carry everything in the body.
    pub part: Part,
    /// Who may see it.
    pub secrecy: Secrecy,
    /// How it is written as a timestamp, if not in the protocol's own way.
    pub timestamp: Option<TimestampFormat>,
    /// Whether it is a list or map whose parts Query and XML write without an element around them.
    pub flattened: bool,
}

/// Where a member travels in REST protocols.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A member of the body's object.
    Body,
    /// The whole body.
    Payload,
    /// A header.
    Header,
    /// Every header that begins with the member's wire name.
    Headers,
    /// A part of the path.
    Label,
    /// A parameter of the query string.
    Query,
    /// The status of the answer.
    Status,
}

/// Who may see a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrecy {
    /// Callers and records.
    Open,
    /// Callers, also in a refusal that repeats it; no records.
    Unlogged,
    /// The caller it is meant for, in an answer. No refusal repeats it.
    Secret,
}

impl Member {
    /// A member of the body with the same name everywhere.
    pub const fn new(name: &'static str) -> Self {
        Self { name, wire: name, part: Part::Body, secrecy: Secrecy::Open, timestamp: None, flattened: false }
    }

    /// Called otherwise on the wire.
    #[must_use]
    pub const fn wire(mut self, wire: &'static str) -> Self {
        self.wire = wire;
        self
    }

    /// Carried elsewhere by REST protocols.
    #[must_use]
    pub const fn part(mut self, part: Part) -> Self {
        self.part = part;
        self
    }

    /// Kept from records.
    #[must_use]
    pub const fn unlogged(mut self) -> Self {
        self.secrecy = Secrecy::Unlogged;
        self
    }

    /// Kept from records and refusals.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secrecy = Secrecy::Secret;
        self
    }

    /// Written in another format, as a timestamp.
    #[must_use]
    pub const fn timestamp(mut self, format: TimestampFormat) -> Self {
        self.timestamp = Some(format);
        self
    }

    /// Without an element around its parts.
    #[must_use]
    pub const fn flattened(mut self) -> Self {
        self.flattened = true;
        self
    }

    /// The name as refusals and records write it: the first letter small, the others untouched, so that
    /// `SAMLAssertion` is `sAMLAssertion`.
    ///
    /// In two parts, so that it is written without being put together first.
    pub fn lower_camel(&self) -> (char, &'static str) {
        let mut rest = self.name.chars();
        let first = rest.next().map_or(' ', |first| first.to_ascii_lowercase());
        (first, rest.as_str())
    }
}
