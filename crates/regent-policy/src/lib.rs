//! The AWS policy language: parse, compile, decide, explain.

mod action;
mod arn;
mod base64;
mod caller;
mod condition;
mod context;
mod decimal;
mod document;
mod fold;
mod grammar;
mod hash;
mod index;
mod instant;
mod json;
mod kind;
mod network;
mod operator;
mod pattern;
mod pool;
mod principal;
mod program;
mod resource;
mod scope;
mod span;
mod table;
mod variable;

pub use action::{Action, ParseActionError};
pub use caller::{Caller, Issuer};
pub use context::{Context, Key, Values};
pub use document::{
    Condition, Document, Effect, Element, Listed, Polarity, Principal, PrincipalType, Principals, Statement,
    Version,
};
pub use grammar::ParsePolicyError;
pub use json::{ReadJsonError, StringFault};
pub use kind::PolicyKind;
pub use operator::{Comparison, Operator, Qualifier};
pub use principal::{Bindings, GrantKind};
pub use program::Program;
pub use resource::Resource;
pub use span::{Position, Span};
