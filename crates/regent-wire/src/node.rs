//! Reading: the one abstraction between protocols and shapes.
//!
//! A [`Node`] is a place in a request. Shapes ask it for members and values and never learn whether it lies
//! in a form, a JSON or CBOR body, a REST request spread over path, headers and body, or the XML of an answer.

mod malformed;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

pub use self::malformed::Malformed;
use crate::limit;
use crate::protocol::query::{Element, Fields};
use crate::protocol::rest;
use crate::shape::{Member, Part};
use crate::timestamp::{Timestamp, TimestampFormat};
use crate::tree::{Tree, named_float};

/// A place in a request, cheap to copy.
///
/// It is an enum and no trait: a shape's `read` is compiled once for all protocols. `Debug` tells where it is
/// and not what is there.
#[derive(Clone, Copy)]
pub enum Node<'a> {
    /// Parameters of a form that begin alike.
    Form(Fields<'a>),
    /// A value of a JSON or CBOR body.
    Tree(&'a Tree<'a>),
    /// A REST request as a whole.
    Rest(&'a rest::Request<'a>),
    /// A text of a REST request: a label, a header, an element.
    Plain(&'a str),
    /// The values of a parameter that may come several times, or headers that begin alike.
    Several(rest::Several<'a>),
    /// The bytes of a REST request's body.
    Raw(&'a [u8]),
    /// An element of an answer in XML.
    Xml(Element<'a>),
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form(_) => "Form",
            Self::Tree(_) => "Tree",
            Self::Rest(_) => "Rest",
            Self::Plain(_) => "Plain",
            Self::Several(_) => "Several",
            Self::Raw(_) => "Raw",
            Self::Xml(_) => "Xml",
        })
    }
}

impl<'a> Node<'a> {
    /// A member of the structure at this place, if the request has it.
    pub fn member(self, member: &Member) -> Option<Self> {
        match self {
            Self::Form(fields) => fields.member(member.wire).map(Self::Form),
            Self::Tree(tree) => tree.member(member.wire).map(Self::Tree),
            Self::Rest(request) => request.member(member),
            Self::Xml(element) => element.child(member.wire).map(Self::Xml),
            Self::Plain(_) | Self::Several(_) | Self::Raw(_) => None,
        }
    }

    /// A text.
    pub fn text(self) -> Result<&'a str, Malformed> {
        match self {
            Self::Form(fields) => fields.value().ok_or(Malformed::SCALAR),
            Self::Tree(tree) => tree.text(),
            Self::Plain(text) => Ok(text),
            Self::Several(several) => several.only().ok_or(Malformed::SCALAR),
            Self::Raw(bytes) => std::str::from_utf8(bytes).map_err(|_| Malformed::NO_TEXT),
            Self::Rest(_) => Err(Malformed::UNEXPECTED_MAP),
            Self::Xml(element) => element.text().ok_or(Malformed::SCALAR),
        }
    }

    /// A whole number, in decimal.
    pub fn integer(self) -> Result<i64, Malformed> {
        if let Self::Tree(tree) = self {
            return tree.integer();
        }
        self.text()?.parse().map_err(|_| Malformed::INTEGER)
    }

    /// A number with a fraction.
    pub fn float(self) -> Result<f64, Malformed> {
        if let Self::Tree(tree) = self {
            return tree.float();
        }
        let text = self.text()?;
        let finite = || text.parse().ok().filter(|float: &f64| float.is_finite());
        named_float(text).or_else(finite).ok_or(Malformed::FLOAT)
    }

    /// A truth value. XML Schema permits `1` and `0` beside the words.
    pub fn boolean(self) -> Result<bool, Malformed> {
        if let Self::Tree(tree) = self {
            return tree.boolean();
        }
        match self.text()? {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(Malformed::BOOLEAN),
        }
    }

    /// A point in time, in the member's format or else in the one that is usual at this place.
    pub fn timestamp(self, member: &Member) -> Result<Timestamp, Malformed> {
        if let Self::Tree(tree) = self {
            return tree.timestamp(member.timestamp);
        }
        let usual =
            if member.part == Part::Header { TimestampFormat::HttpDate } else { TimestampFormat::Iso8601 };
        Timestamp::parse(self.text()?, member.timestamp.unwrap_or(usual)).ok_or(Malformed::TIMESTAMP)
    }

    /// Bytes: base64 wherever the protocol has only texts.
    pub fn blob(self) -> Result<Vec<u8>, Malformed> {
        match self {
            Self::Tree(tree) => tree.blob(),
            Self::Raw(bytes) => Ok(bytes.to_vec()),
            Self::Form(_) | Self::Rest(_) | Self::Plain(_) | Self::Several(_) | Self::Xml(_) => {
                BASE64.decode(self.text()?).map_err(|_| Malformed::BLOB)
            }
        }
    }

    /// Anything that JSON can say.
    pub fn document(self) -> Result<serde_json::Value, Malformed> {
        if let Self::Tree(tree) = self { Ok(tree.to_json()) } else { Err(Malformed::SCALAR) }
    }

    /// The elements of a list, in order.
    pub fn list(self, member: &Member, list: &limit::List) -> Result<Vec<Self>, Malformed> {
        match self {
            Self::Form(fields) => fields.list(member, list),
            Self::Tree(tree) => Ok(tree.list()?.map(Self::Tree).collect()),
            Self::Several(several) => Ok(several.iter().map(Self::Plain).collect()),
            Self::Plain(text) => Ok(rest::header_items(text).map(Self::Plain).collect()),
            Self::Xml(element) => Ok(element.list(member, list)?.map(Self::Xml).collect()),
            Self::Rest(_) | Self::Raw(_) => Err(Malformed::UNEXPECTED_SCALAR),
        }
    }

    /// The entries of a map.
    pub fn map(self, member: &Member, map: &limit::Map) -> Result<Vec<(&'a str, Self)>, Malformed> {
        match self {
            Self::Form(fields) => fields.map(member, map),
            Self::Tree(tree) => Ok(tree.entries()?.map(|(key, value)| (key, Self::Tree(value))).collect()),
            Self::Several(several) => {
                Ok(several.entries().map(|(name, value)| (name, Self::Plain(value))).collect())
            }
            Self::Xml(element) => Ok(element
                .map(member, map)?
                .into_iter()
                .map(|(key, value)| (key, Self::Xml(value)))
                .collect()),
            Self::Rest(_) | Self::Plain(_) | Self::Raw(_) => Err(Malformed::UNEXPECTED_SCALAR),
        }
    }

    /// The same place, if a structure can be there.
    pub fn structure(self) -> Result<Self, Malformed> {
        match self {
            Self::Form(fields) if fields.value().is_some_and(|value| !value.is_empty()) => {
                Err(Malformed::STRUCTURE)
            }
            Self::Tree(tree) => tree.entries().map(|_| self),
            Self::Xml(element) if !element.is_blank() => Err(Malformed::STRUCTURE),
            Self::Form(_) | Self::Rest(_) | Self::Xml(_) => Ok(self),
            Self::Plain(_) | Self::Several(_) | Self::Raw(_) => Err(Malformed::UNEXPECTED_SCALAR),
        }
    }
}
