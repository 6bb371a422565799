//! Views of a document's statements and of what they hold.

use super::{
    ConditionNode, Document, Effect, Element, ListNode, Polarity, PrincipalNode, StatementNode, Text,
};
use crate::operator::{Operator, Spelling};
use crate::span::{Position, Span, offset};

/// One statement of a document.
#[derive(Clone, Copy, Debug)]
pub struct Statement<'a> {
    pub(super) document: &'a Document,
    pub(super) node: &'a StatementNode,
    pub(super) index: usize,
}

impl<'a> Statement<'a> {
    /// Its place in the document, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Its text, braces included.
    pub fn span(&self) -> Span {
        self.node.span
    }

    /// Where IAM's simulator says it starts: after the `[` or the comma before it, and if it stands alone, without
    /// a list, after its own opening brace.
    ///
    /// So in a document of several lines it is the line above the statement's brace. Whoever shows a place to a
    /// person wants the beginning of [`Statement::span`].
    // CHOICE: recorded for a statement that stands alone and for the first of a list. That the others begin after
    // the comma is by analogy.
    pub fn start(&self) -> Position {
        let brace = self.node.span.start;
        let before = self.document.text().get(..brace as usize).unwrap_or_default().trim_ascii_end();
        let is_listed = before.ends_with(['[', ',']);
        self.document.position(if is_listed { offset(before.len()) } else { brace + 1 })
    }

    /// Where IAM's simulator says it ends: at the character after its closing brace.
    pub fn end(&self) -> Position {
        self.document.position(self.node.span.end)
    }

    /// Its name.
    pub fn sid(&self) -> Option<Element<'a>> {
        self.node.sid.map(|sid| self.document.element(sid))
    }

    /// What it does. A wrong letter case (`deny`) is read as meant, and refused by [`admit`](crate::admit).
    pub fn effect(&self) -> Effect {
        self.node.effect
    }

    /// The effect as written.
    pub fn effect_element(&self) -> Element<'a> {
        self.document.element(self.node.effect_text)
    }

    /// Its `Principal` or `NotPrincipal`.
    pub fn principals(&self) -> Option<Principals<'a>> {
        self.node.principals.map(|node| Principals { document: self.document, node })
    }

    /// Its `Action` or `NotAction`.
    pub fn actions(&self) -> Option<Listed<'a>> {
        self.node.actions.map(|node| Listed { document: self.document, node })
    }

    /// Its `Resource` or `NotResource`.
    pub fn resources(&self) -> Option<Listed<'a>> {
        self.node.resources.map(|node| Listed { document: self.document, node })
    }

    /// Its conditions, one for each operator and key.
    pub fn conditions(&self) -> impl ExactSizeIterator<Item = Condition<'a>> + use<'a> {
        let document = self.document;
        self.node.conditions.of(&document.conditions).iter().map(move |node| Condition { document, node })
    }
}

/// The values of an `Action`, `Resource` or their `Not` forms.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'a> {
    document: &'a Document,
    node: ListNode,
}

impl<'a> Listed<'a> {
    /// Is it the `Not` form?
    pub fn polarity(&self) -> Polarity {
        self.node.polarity
    }

    /// The whole value: a string or an array.
    pub fn span(&self) -> Span {
        self.node.span
    }

    /// Its values, in source order.
    pub fn elements(&self) -> impl ExactSizeIterator<Item = Element<'a>> + use<'a> {
        elements(self.document, self.node.values.of(&self.document.values))
    }
}

fn elements<'a>(document: &'a Document, values: &'a [Text]) -> impl ExactSizeIterator<Item = Element<'a>> {
    values.iter().map(|text| document.element(*text))
}

/// A `Principal` or `NotPrincipal` element.
#[derive(Clone, Copy, Debug)]
pub struct Principals<'a> {
    document: &'a Document,
    node: ListNode,
}

impl<'a> Principals<'a> {
    /// Is it the `Not` form?
    pub fn polarity(&self) -> Polarity {
        self.node.polarity
    }

    /// The whole value.
    pub fn span(&self) -> Span {
        self.node.span
    }

    /// Whom it names, in source order.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = Principal<'a>> + use<'a> {
        let document = self.document;
        self.node.values.of(&document.principals).iter().map(move |node| Principal { document, node })
    }
}

/// The member of a `Principal` object that a value stands under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PrincipalType {
    /// The bare string `"*"` in place of an object.
    Everyone,
    /// `AWS`: accounts, users, roles, sessions, unique ids, or `*`.
    Aws,
    /// `Service`: an AWS service.
    Service,
    /// `Federated`: an identity provider.
    Federated,
    /// `CanonicalUser`: an account by the id that S3 knows it by.
    CanonicalUser,
}

impl PrincipalType {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "AWS" => Self::Aws,
            "Service" => Self::Service,
            "Federated" => Self::Federated,
            "CanonicalUser" => Self::CanonicalUser,
            _ => return None,
        })
    }
}

/// One entry of a `Principal` element.
#[derive(Clone, Copy, Debug)]
pub struct Principal<'a> {
    document: &'a Document,
    node: &'a PrincipalNode,
}

impl<'a> Principal<'a> {
    /// Which member of the object it stands under.
    pub fn r#type(&self) -> PrincipalType {
        self.node.r#type
    }

    /// Exactly what is written there.
    pub fn value(&self) -> &'a str {
        self.document.str(self.node.value)
    }

    /// Where it is written.
    pub fn span(&self) -> Span {
        self.node.value.span
    }

    /// IAM's refusal of a principal that does not exist: `Invalid principal in policy: "AWS":"…"`.
    ///
    /// Only the caller knows who exists, so only the caller can say this.
    pub fn refusal_text(&self) -> String {
        let label = match self.node.r#type {
            PrincipalType::Everyone => "STAR",
            PrincipalType::Aws => "AWS",
            PrincipalType::Service => "SERVICE",
            PrincipalType::Federated => "FEDERATED",
            PrincipalType::CanonicalUser => "CANONICAL",
        };
        format!("Invalid principal in policy: \"{label}\":\"{}\"", self.value())
    }
}

/// One condition: an operator, a key, and the policy's values for it.
#[derive(Clone, Copy, Debug)]
pub struct Condition<'a> {
    document: &'a Document,
    node: &'a ConditionNode,
}

impl<'a> Condition<'a> {
    /// The operator.
    pub fn operator(&self) -> Operator {
        self.node.operator
    }

    /// The operator as written.
    pub fn operator_element(&self) -> Element<'a> {
        self.document.element(self.node.operator_text)
    }

    /// The condition key as written; its case does not matter.
    pub fn key(&self) -> Element<'a> {
        self.document.element(self.node.key)
    }

    /// The policy's values. An empty list is legal.
    pub fn values(&self) -> impl ExactSizeIterator<Item = Element<'a>> + use<'a> {
        elements(self.document, self.node.values.of(&self.document.values))
    }

    pub(crate) fn spelling(&self) -> Spelling {
        self.node.spelling
    }
}
