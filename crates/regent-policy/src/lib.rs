//! The AWS policy language: parse, compile, decide, explain.

mod arn;
mod base64;
mod context;
mod decimal;
mod document;
mod fold;
mod grammar;
mod hash;
mod instant;
mod json;
mod kind;
mod network;
mod operator;
mod span;
mod table;
mod variable;

pub use context::{Context, Key, Values};
pub use document::{
    Condition, Document, Effect, Element, Listed, Polarity, Principal, PrincipalType, Principals, Statement,
    Version,
};
pub use grammar::ParsePolicyError;
pub use json::{ReadJsonError, StringFault};
pub use kind::PolicyKind;
pub use operator::{Comparison, Operator, Qualifier};
pub use span::{Position, Span};
