//! The AWS policy language: parse, compile, decide, explain.

mod document;
mod grammar;
mod json;
mod kind;
mod operator;
mod span;

pub use document::{
    Condition, Document, Effect, Element, Listed, Polarity, Principal, PrincipalType, Principals, Statement,
    Version,
};
pub use grammar::ParsePolicyError;
pub use json::{ReadJsonError, StringFault};
pub use kind::PolicyKind;
pub use operator::{Comparison, Operator, Qualifier};
pub use span::{Position, Span};
