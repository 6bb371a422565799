//! The AWS policy language: parse, compile, decide, explain.

mod action;
mod admission;
mod arn;
mod base64;
mod caller;
mod condition;
mod context;
mod decimal;
mod decision;
mod denial;
mod document;
mod evaluation;
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
mod policies;
mod pool;
mod principal;
mod program;
mod request;
mod resource;
mod scope;
mod size;
mod span;
mod table;
mod variable;

pub use action::{Action, ParseActionError};
pub use admission::{Refusal, Stage, admit};
pub use caller::{Caller, Issuer};
pub use context::{Context, Key, Values};
pub use decision::{
    Decision, Finding, MatchedStatement, Reason, StatementRef, Verdict, decide, decide_and_collect,
};
pub use denial::{Denial, TrustReason};
pub use document::{
    Condition, Document, Effect, Element, Listed, Polarity, Principal, PrincipalType, Principals, Statement,
    Version,
};
pub use grammar::ParsePolicyError;
pub use json::{ReadJsonError, StringFault};
pub use kind::PolicyKind;
pub use operator::{Comparison, Operator, Qualifier};
pub use policies::{Policies, ResourcePolicy, ResourceRule};
pub use principal::{Bindings, GrantKind};
pub use program::Program;
pub use request::Request;
pub use resource::Resource;
pub use size::counted_size;
pub use span::{Position, Span};
