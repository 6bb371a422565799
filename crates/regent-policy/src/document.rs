//! A policy document as it was written: every element, in source order, with its place.
//!
//! A [`Document`] is grammar and nothing else. It holds for every kind of policy, old versions included;
//! whether IAM would *store* it is the business of [`admit`](crate::admit), and what it *means* is the business
//! of [`Program`](crate::Program).

use crate::grammar::{self, ParsePolicyError};
use crate::operator::{Operator, Spelling};
use crate::span::{Position, Span};

mod keys;
mod statement;

pub use statement::{Condition, Listed, Principal, PrincipalType, Principals, Statement};

/// The elements of a document, in the order of AWS's grammar.
pub(crate) const DOCUMENT_ELEMENTS: [&str; 3] = ["Version", "Id", "Statement"];
/// The elements of a statement, likewise.
pub(crate) const STATEMENT_ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// A policy document, parsed.
///
/// ```
/// use regent_policy::Document;
///
/// let document = Document::parse(
///     r#"{"Version": "2012-10-17",
///         "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}"#,
/// )?;
/// let statement = document.statements().next().unwrap();
/// assert_eq!(statement.actions().unwrap().elements().next().unwrap().value(), "s3:GetObject");
/// # Ok::<(), regent_policy::ParsePolicyError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Document {
    /// The source, followed by the resolved form of every string that holds an escape.
    pub(crate) text: String,
    pub(crate) source_len: usize,
    pub(crate) version: Option<Version>,
    pub(crate) id: Option<Text>,
    pub(crate) statements: Vec<StatementNode>,
    pub(crate) values: Vec<Text>,
    pub(crate) principals: Vec<PrincipalNode>,
    pub(crate) conditions: Vec<ConditionNode>,
}

/// The language version a document is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Version {
    /// `2008-10-17`, also meant by a document that names none: `${…}` is plain text.
    V2008,
    /// `2012-10-17`: policy variables work.
    V2012,
}

/// Does a statement allow or deny?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// `Allow`.
    Allow,
    /// `Deny`.
    Deny,
}

/// Does an element list what it means, or what it leaves out?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Polarity {
    /// `Action`, `Resource`, `Principal`.
    Listed,
    /// `NotAction`, `NotResource`, `NotPrincipal`.
    Excluded,
}

/// One value of a document: what it says and where it says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    pub(crate) value: &'a str,
    pub(crate) span: Span,
}

impl<'a> Element<'a> {
    /// The text, its JSON escapes resolved. A number or a boolean is its own text: `10` reads `"10"`.
    pub fn value(&self) -> &'a str {
        self.value
    }

    /// Where it stands, quotes included.
    pub fn span(&self) -> Span {
        self.span
    }
}

/// A value: a piece of the document's text buffer, and its place in the source.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text {
    pub(crate) content: Span,
    pub(crate) span: Span,
}

/// A run of values in one of the document's lists.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Run {
    pub(crate) fn of<T>(self, list: &[T]) -> &[T] {
        list.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct ListNode {
    pub(crate) polarity: Polarity,
    pub(crate) span: Span,
    pub(crate) values: Run,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct PrincipalNode {
    pub(crate) r#type: PrincipalType,
    pub(crate) value: Text,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct ConditionNode {
    pub(crate) operator: Operator,
    pub(crate) spelling: Spelling,
    pub(crate) operator_text: Text,
    pub(crate) key: Text,
    pub(crate) values: Run,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct StatementNode {
    pub(crate) span: Span,
    pub(crate) sid: Option<Text>,
    pub(crate) effect: Effect,
    pub(crate) effect_text: Text,
    pub(crate) principals: Option<ListNode>,
    pub(crate) actions: Option<ListNode>,
    pub(crate) resources: Option<ListNode>,
    pub(crate) conditions: Run,
}

impl Document {
    /// The longest document that IAM takes from anybody, in characters.
    pub const MAX_CHARACTERS: usize = 131_072;

    /// Parses a document by the grammar that all kinds of policy share.
    pub fn parse(text: &str) -> Result<Self, ParsePolicyError> {
        grammar::parse(text, Self::MAX_CHARACTERS)
    }

    /// Parses a document of up to `limit` characters: for policies of one's own that never go to IAM.
    pub fn parse_up_to(limit: usize, text: &str) -> Result<Self, ParsePolicyError> {
        grammar::parse(text, limit)
    }

    /// The text it was parsed from, byte for byte.
    pub fn text(&self) -> &str {
        self.text.get(..self.source_len).unwrap_or_default()
    }

    /// The version it is written in. A document that names none is a [`Version::V2008`].
    pub fn version(&self) -> Version {
        self.version.unwrap_or(Version::V2008)
    }

    /// Does it name its version?
    pub fn names_version(&self) -> bool {
        self.version.is_some()
    }

    /// Its `Id`.
    pub fn id(&self) -> Option<Element<'_>> {
        self.id.map(|id| self.element(id))
    }

    /// Its statements, in source order.
    pub fn statements(&self) -> impl ExactSizeIterator<Item = Statement<'_>> {
        self.statements.iter().enumerate().map(|(index, node)| Statement { document: self, node, index })
    }

    /// One statement, by the index that decisions speak of.
    pub fn statement(&self, index: usize) -> Option<Statement<'_>> {
        self.statements.get(index).map(|node| Statement { document: self, node, index })
    }

    /// Every principal that any statement names, in source order.
    ///
    /// Whoever stores the document checks with these that the named users and roles exist, and binds them to
    /// their unique ids (see [`Bindings`](crate::Bindings)).
    pub fn principals(&self) -> impl Iterator<Item = Principal<'_>> {
        self.statements()
            .filter_map(|statement| statement.principals())
            .flat_map(|principals| principals.entries())
    }

    /// Where a byte offset of the text stands.
    pub fn position(&self, at: u32) -> Position {
        Position::of(self.text(), at)
    }

    pub(crate) fn element(&self, text: Text) -> Element<'_> {
        Element { value: self.str(text), span: text.span }
    }

    pub(crate) fn str(&self, text: Text) -> &str {
        text.content.of(&self.text)
    }
}

impl std::str::FromStr for Document {
    type Err = ParsePolicyError;

    fn from_str(text: &str) -> Result<Self, ParsePolicyError> {
        Self::parse(text)
    }
}
