//! Protocols: how requests come and answers go.
//!
//! # Adding a protocol
//!
//! A protocol is a column. It needs a variant of [`Protocol`], a line in [`detect()`](detect::detect), a way to become a
//! [`Node`] (mostly a [`Tree`] that exists already), an [`Emit`](crate::emit::Emit) for answers, and a line
//! each in [`answer()`] and [`refuse`]. No shape and no service changes.

mod answer;
pub mod audit;
mod cbor;
pub mod detect;
mod json;
pub mod query;
pub mod rest;

pub use answer::{Head, answer, answer_any, refuse};
pub use detect::{Detected, detect};

use crate::check::{Checker, Style};
use crate::fault::{Dialect, Fault};
use crate::node::Node;
use crate::operation::Operation;
use crate::protocol::query::{Form, FormLimits};
use crate::shape::Shape;
use crate::tree::{ParseTreeError, Tree, TreeLimits};

/// The protocols, as an answer knows them: what a caller accepts is part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// awsQuery, answered in XML.
    Query,
    /// awsQuery, answered in JSON because the caller accepts that.
    QueryJson,
    /// awsJson 1.0.
    AwsJson10,
    /// awsJson 1.1.
    AwsJson11,
    /// rest-json.
    RestJson,
    /// smithy-rpc-v2-cbor.
    RpcV2Cbor,
}

impl Protocol {
    /// How errors are called in it.
    pub const fn dialect(self) -> Dialect {
        match self {
            Self::Query | Self::QueryJson => Dialect::Query,
            Self::AwsJson10 | Self::AwsJson11 | Self::RpcV2Cbor => Dialect::Rpc,
            Self::RestJson => Dialect::Rest,
        }
    }
}

/// What a request says, parsed and bounded, ready to be read as any shape.
#[derive(Debug)]
pub enum Payload<'a> {
    /// A form.
    Form(Form),
    /// A JSON or CBOR body.
    Tree(Tree<'a>),
    /// A REST request.
    Rest(rest::Request<'a>),
}

/// What a request may cost. The body's size is the listener's business as well: it must not read more.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// Of a form.
    pub form: FormLimits,
    /// Of a JSON or CBOR body.
    pub tree: TreeLimits,
}

impl<'a> Payload<'a> {
    /// Parses a form, from the query string and the body together.
    pub fn form(query: &str, body: &[u8], limits: &Limits) -> Result<Self, Fault> {
        Ok(Self::Form(Form::parse(query.as_bytes(), body, &limits.form)?))
    }

    /// Parses a JSON body.
    pub fn json(body: &'a [u8], limits: &Limits) -> Result<Self, Fault> {
        Ok(Self::Tree(Tree::from_json(body, limits.tree)?))
    }

    /// Parses a CBOR body.
    pub fn cbor(body: &'a [u8], limits: &Limits) -> Result<Self, Fault> {
        Ok(Self::Tree(Tree::from_cbor(body, limits.tree)?))
    }

    /// Where a shape begins to read.
    pub fn node(&self) -> Node<'_> {
        match self {
            Self::Form(form) => Node::Form(form.fields()),
            Self::Tree(tree) => Node::Tree(tree),
            Self::Rest(request) => Node::Rest(request),
        }
    }

    /// The operation's input, checked, or the answer that AWS would give.
    pub fn read<O: Operation>(&self) -> Result<O::Input, Fault> {
        self.read_as(O::META.service.style)
    }

    /// Likewise for any shape.
    pub fn read_as<S: Shape>(&self, style: Style) -> Result<S, Fault> {
        let mut check = Checker::new(style);
        let value = S::read(self.node(), &mut check);
        check.finish(value)
    }
}

impl From<ParseTreeError> for Fault {
    // CHOICE: the wording is AWS's where a body is not JSON at all; beyond that unknown.
    fn from(error: ParseTreeError) -> Self {
        Self::malformed_input("The request body could not be parsed.").because(error)
    }
}
