//! From JSON to a document: the grammar that every kind of policy shares.
//!
//! Everything here is what IAM answers with `Syntax errors in policy.` What only some kinds require, and what
//! IAM answers with another text, is checked in [`admission`](crate::admission).
//!
//! AWS: "Grammar of the IAM JSON policy language".

use thiserror::Error;

use crate::document::{
    ConditionNode, Document, Effect, ListNode, Polarity, PrincipalNode, PrincipalType, Run, StatementNode,
    Text, Version,
};
use crate::json::{self, ReadJsonError, Shape, Tape};
use crate::operator::Operator;
use crate::span::{Span, offset};

/// Why a text is not a policy document, with the place.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ParsePolicyError {
    /// It is not even JSON.
    #[error(transparent)]
    Json(#[from] ReadJsonError),
    /// An element has the wrong JSON type.
    #[error("expected `{element}` to be {wanted}")]
    WrongType {
        /// The element.
        element: &'static str,
        /// The types it may have.
        wanted: &'static str,
        /// The value found.
        span: Span,
    },
    /// An element that the language does not have here. Case counts: `effect` is unknown.
    #[error("unknown element `{name}`")]
    UnknownElement {
        /// Its name.
        name: String,
        /// Where it stands.
        span: Span,
    },
    /// A required element is not there, or is empty.
    #[error("expected the element `{element}`")]
    Missing {
        /// The element.
        element: &'static str,
        /// The object that lacks it.
        span: Span,
    },
    /// Both members of a pair that exclude one another.
    #[error("expected only one of `{element}` and `Not{element}`")]
    BothOfPair {
        /// The plain one of the two.
        element: &'static str,
        /// The second to appear.
        span: Span,
    },
    /// A value outside the few that an element may have.
    #[error("expected `{element}` to be {wanted}, not `{found}`")]
    UnknownValue {
        /// The element.
        element: &'static str,
        /// What it may be.
        wanted: &'static str,
        /// What it is.
        found: String,
        /// Where.
        span: Span,
    },
    /// A condition operator that AWS does not have.
    #[error("unknown condition operator `{name}`")]
    UnknownOperator {
        /// As written.
        name: String,
        /// Where.
        span: Span,
    },
}

impl ParsePolicyError {
    /// The place to point at.
    pub fn span(&self) -> Span {
        match self {
            Self::Json(error) => error.span(),
            Self::WrongType { span, .. }
            | Self::UnknownElement { span, .. }
            | Self::Missing { span, .. }
            | Self::BothOfPair { span, .. }
            | Self::UnknownValue { span, .. }
            | Self::UnknownOperator { span, .. } => *span,
        }
    }
}

pub(crate) fn parse(text: &str, limit: usize) -> Result<Document, ParsePolicyError> {
    let tape = json::read(text, limit)?;
    let document = Document {
        text: String::new(),
        source_len: text.len(),
        version: None,
        id: None,
        statements: Vec::new(),
        values: Vec::with_capacity(tape.nodes.len() / 2),
        principals: Vec::new(),
        conditions: Vec::with_capacity(tape.nodes.len() / 8),
    };
    let mut parser = Parser { tape: &tape, document };
    parser.document()?;
    let mut document = parser.document;
    document.text = tape.text;
    Ok(document)
}

struct Parser<'t> {
    tape: &'t Tape,
    document: Document,
}

impl<'t> Parser<'t> {
    fn document(&mut self) -> Result<(), ParsePolicyError> {
        let tape = self.tape;
        self.require(0, Shape::Object, "the policy", "an object")?;
        let mut statement = None;
        for (name, value) in tape.members(0) {
            match tape.str(name) {
                "Version" => self.document.version = Some(self.version(value)?),
                "Id" => self.document.id = Some(self.string(value, "Id")?),
                "Statement" => statement = Some(value),
                other => return Err(unknown(other, name.span)),
            }
        }
        let missing = || ParsePolicyError::Missing { element: "Statement", span: self.span(0) };
        let statement = statement.ok_or_else(missing)?;
        match self.shape(statement) {
            Some(Shape::Object) => self.statement(statement)?,
            Some(Shape::Array) => {
                for item in tape.items(statement) {
                    self.require(item, Shape::Object, "Statement", "an object or an array of objects")?;
                    self.statement(item)?;
                }
            }
            _ => return Err(self.wrong(statement, "Statement", "an object or an array of objects")),
        }
        if self.document.statements.is_empty() {
            return Err(ParsePolicyError::Missing { element: "Statement", span: self.span(statement) });
        }
        Ok(())
    }

    fn version(&self, value: u32) -> Result<Version, ParsePolicyError> {
        let text = self.string(value, "Version")?;
        match self.str(value) {
            "2012-10-17" => Ok(Version::V2012),
            "2008-10-17" => Ok(Version::V2008),
            found => Err(ParsePolicyError::UnknownValue {
                element: "Version",
                wanted: "`2012-10-17` or `2008-10-17`",
                found: found.to_owned(),
                span: text.span,
            }),
        }
    }

    fn statement(&mut self, index: u32) -> Result<(), ParsePolicyError> {
        let tape = self.tape;
        let (mut sid, mut effect, mut conditions) = (None, None, Run { start: 0, end: 0 });
        let (mut principals, mut actions, mut resources) = (None, None, None);
        for (name, value) in tape.members(index) {
            let (element, polarity) = match tape.str(name).strip_prefix("Not") {
                Some(plain) => (plain, Polarity::Excluded),
                None => (tape.str(name), Polarity::Listed),
            };
            match (element, polarity) {
                ("Sid", Polarity::Listed) => sid = Some(self.string(value, "Sid")?),
                ("Effect", Polarity::Listed) => effect = Some(self.effect(value)?),
                ("Condition", Polarity::Listed) => conditions = self.conditions(value)?,
                ("Principal", _) => {
                    let list = self.principals(value, polarity)?;
                    once(&mut principals, list, "Principal", name.span)?;
                }
                ("Action", _) => {
                    let list = self.list(value, polarity, "Action")?;
                    once(&mut actions, list, "Action", name.span)?;
                }
                ("Resource", _) => {
                    let list = self.list(value, polarity, "Resource")?;
                    once(&mut resources, list, "Resource", name.span)?;
                }
                _ => return Err(unknown(tape.str(name), name.span)),
            }
        }
        let span = self.span(index);
        let (effect, effect_text) = effect.ok_or(ParsePolicyError::Missing { element: "Effect", span })?;
        let node =
            StatementNode { span, sid, effect, effect_text, principals, actions, resources, conditions };
        self.document.statements.push(node);
        Ok(())
    }

    fn effect(&self, value: u32) -> Result<(Effect, Text), ParsePolicyError> {
        let text = self.string(value, "Effect")?;
        match self.str(value) {
            found if found.eq_ignore_ascii_case("Allow") => Ok((Effect::Allow, text)),
            found if found.eq_ignore_ascii_case("Deny") => Ok((Effect::Deny, text)),
            found => Err(ParsePolicyError::UnknownValue {
                element: "Effect",
                wanted: "`Allow` or `Deny`",
                found: found.to_owned(),
                span: text.span,
            }),
        }
    }

    /// A string or an array of strings; `null` in the array is stepped over, as IAM does.
    fn list(
        &mut self,
        value: u32,
        polarity: Polarity,
        element: &'static str,
    ) -> Result<ListNode, ParsePolicyError> {
        const WANTED: &str = "a string or an array of strings";
        let tape = self.tape;
        let start = offset(self.document.values.len());
        if self.shape(value) == Some(Shape::Array) {
            for item in tape.items(value) {
                match self.shape(item) {
                    Some(Shape::Null) => {}
                    Some(Shape::String) => self.document.values.push(self.text(item)),
                    _ => return Err(self.wrong(item, element, WANTED)),
                }
            }
        } else {
            self.require(value, Shape::String, element, WANTED)?;
            self.document.values.push(self.text(value));
        }
        let values = Run { start, end: offset(self.document.values.len()) };
        Ok(ListNode { polarity, span: self.span(value), values })
    }

    fn principals(&mut self, value: u32, polarity: Polarity) -> Result<ListNode, ParsePolicyError> {
        const WANTED: &str = "`\"*\"` or an object of principals";
        let tape = self.tape;
        let start = offset(self.document.principals.len());
        match self.shape(value) {
            Some(Shape::String) if self.str(value) == "*" => {
                let node = PrincipalNode { r#type: PrincipalType::Everyone, value: self.text(value) };
                self.document.principals.push(node);
            }
            Some(Shape::Object) => {
                for (name, entries) in tape.members(value) {
                    let r#type = PrincipalType::from_name(tape.str(name))
                        .ok_or_else(|| unknown(tape.str(name), name.span))?;
                    self.principal_entries(entries, r#type)?;
                }
            }
            _ => return Err(self.wrong(value, "Principal", WANTED)),
        }
        let values = Run { start, end: offset(self.document.principals.len()) };
        Ok(ListNode { polarity, span: self.span(value), values })
    }

    fn principal_entries(&mut self, value: u32, r#type: PrincipalType) -> Result<(), ParsePolicyError> {
        const WANTED: &str = "strings or arrays of strings";
        let tape = self.tape;
        if self.shape(value) == Some(Shape::Array) {
            for item in tape.items(value) {
                self.require(item, Shape::String, "Principal", WANTED)?;
                self.document.principals.push(PrincipalNode { r#type, value: self.text(item) });
            }
        } else {
            self.require(value, Shape::String, "Principal", WANTED)?;
            self.document.principals.push(PrincipalNode { r#type, value: self.text(value) });
        }
        Ok(())
    }

    fn conditions(&mut self, value: u32) -> Result<Run, ParsePolicyError> {
        let tape = self.tape;
        let start = offset(self.document.conditions.len());
        self.require(value, Shape::Object, "Condition", "an object of objects")?;
        for (name, block) in tape.members(value) {
            self.require(block, Shape::Object, "Condition", "an object of objects")?;
            let operator = Operator::read(tape.str(name));
            let operator_text = Text { content: name.text, span: name.span };
            for (key, values) in tape.members(block) {
                // IAM lets an unknown operator pass as long as its block is empty.
                let (operator, spelling) = operator.ok_or_else(|| ParsePolicyError::UnknownOperator {
                    name: tape.str(name).to_owned(),
                    span: name.span,
                })?;
                let key = Text { content: key.text, span: key.span };
                let values = self.condition_values(values)?;
                self.document.conditions.push(ConditionNode {
                    operator,
                    spelling,
                    operator_text,
                    key,
                    values,
                });
            }
        }
        Ok(Run { start, end: offset(self.document.conditions.len()) })
    }

    /// A string, number or boolean, or an array of them. A number is taken as its text.
    fn condition_values(&mut self, value: u32) -> Result<Run, ParsePolicyError> {
        const WANTED: &str = "strings, numbers or booleans, or arrays of them";
        let tape = self.tape;
        let start = offset(self.document.values.len());
        let is_scalar = |shape| matches!(shape, Some(Shape::String | Shape::Number | Shape::Bool));
        if self.shape(value) == Some(Shape::Array) {
            for item in tape.items(value) {
                if !is_scalar(self.shape(item)) {
                    return Err(self.wrong(item, "Condition values", WANTED));
                }
                self.document.values.push(self.text(item));
            }
        } else {
            if !is_scalar(self.shape(value)) {
                return Err(self.wrong(value, "Condition values", WANTED));
            }
            self.document.values.push(self.text(value));
        }
        Ok(Run { start, end: offset(self.document.values.len()) })
    }

    fn string(&self, value: u32, element: &'static str) -> Result<Text, ParsePolicyError> {
        self.require(value, Shape::String, element, "a string")?;
        Ok(self.text(value))
    }

    fn require(
        &self,
        value: u32,
        shape: Shape,
        element: &'static str,
        wanted: &'static str,
    ) -> Result<(), ParsePolicyError> {
        if self.shape(value) == Some(shape) { Ok(()) } else { Err(self.wrong(value, element, wanted)) }
    }

    fn wrong(&self, value: u32, element: &'static str, wanted: &'static str) -> ParsePolicyError {
        ParsePolicyError::WrongType { element, wanted, span: self.span(value) }
    }

    fn shape(&self, value: u32) -> Option<Shape> {
        self.tape.node(value).map(|node| node.shape)
    }

    fn span(&self, value: u32) -> Span {
        self.tape.node(value).map(|node| node.span).unwrap_or_default()
    }

    fn str(&self, value: u32) -> &'t str {
        self.tape.node(value).map_or("", |node| self.tape.str(node))
    }

    fn text(&self, value: u32) -> Text {
        let content = self.tape.node(value).map(|node| node.text).unwrap_or_default();
        Text { content, span: self.span(value) }
    }
}

fn once(
    slot: &mut Option<ListNode>,
    list: ListNode,
    element: &'static str,
    span: Span,
) -> Result<(), ParsePolicyError> {
    if slot.replace(list).is_some() { Err(ParsePolicyError::BothOfPair { element, span }) } else { Ok(()) }
}

fn unknown(name: &str, span: Span) -> ParsePolicyError {
    ParsePolicyError::UnknownElement { name: name.to_owned(), span }
}
