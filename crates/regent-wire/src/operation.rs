//! Services and operations, as facts.

use crate::fault::ErrorMeta;
use crate::shape::{Input, Shape};

/// An operation as a type, so that a server can speak of `Authorized<op::CreateUser>` and the compiler knows
/// what goes in and out. The generated `op` modules hold one empty type for each.
pub trait Operation: Send + Sync + 'static {
    /// What a caller sends.
    type Input: Input;
    /// What a caller gets.
    type Output: Shape;
    /// What the model says besides.
    const META: &'static OperationMeta;
}

/// Does something with an operation that is known by its type only while it is done: the way from a name to
/// a type. The generated `Operation::visit` calls it.
pub trait Visitor {
    /// What comes out.
    type Result;

    /// Called with the one operation.
    fn visit<O: Operation>(self) -> Self::Result;
}

/// What the model says about an operation.
#[derive(Debug)]
pub struct OperationMeta {
    /// Its service.
    pub service: &'static ServiceMeta,
    /// Its name, such as `CreateUser`.
    pub name: &'static str,
    /// The input's shape, if it takes one.
    pub input: Option<&'static str>,
    /// The output's shape, if it gives one.
    pub output: Option<&'static str>,
    /// The element the Query protocol puts around the output.
    pub result_wrapper: Option<&'static str>,
    /// The errors the model names. Every operation can answer the common ones too.
    pub errors: &'static [&'static ErrorMeta],
    /// Who may call.
    pub caller: Caller,
    /// Whether the model says that it only reads. Most models say nothing, so `false` proves nothing.
    pub readonly: bool,
    /// Whether the model says that doing it twice is as good as once.
    pub idempotent: bool,
    /// Whether AWS advises against it.
    pub deprecated: bool,
    /// How REST carries it.
    pub http: HttpMeta,
}

/// Whether an operation wants a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// A signed request.
    Signed,
    /// Anybody: what authenticates the caller is in the input, such as a token or an assertion.
    Anonymous,
}

/// How REST carries an operation.
#[derive(Debug)]
pub struct HttpMeta {
    /// The method.
    pub method: &'static str,
    /// The path, a piece between two slashes each.
    pub path: &'static [Segment],
    /// What the query string must contain to mean this operation.
    pub query: &'static [(&'static str, &'static str)],
    /// The status of a success.
    pub status: u16,
    /// What the request's body is.
    pub payload: Payload,
}

impl HttpMeta {
    /// `POST /`, as all operations of the protocols that are not REST.
    pub const POST: Self =
        Self { method: "POST", path: &[], query: &[], status: 200, payload: Payload::Document };
}

/// A piece of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment {
    /// Itself.
    Literal(&'static str),
    /// The value of an input member, by its wire name.
    Label(&'static str),
    /// The value of an input member, which may contain slashes.
    Rest(&'static str),
}

/// What the body of a REST request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload {
    /// A document: an object of the members that travel nowhere else, or one member's structure.
    Document,
    /// One member's bytes or text.
    Raw,
}

/// What the model says about a service.
#[derive(Debug)]
pub struct ServiceMeta {
    /// The model's name for it, such as `IAM`.
    pub id: &'static str,
    /// Its full name.
    pub name: &'static str,
    /// The interface version, which Query requests name.
    pub version: &'static str,
    /// The service in a signature's scope.
    pub signing_name: &'static str,
    /// The first part of its host name.
    pub endpoint_prefix: &'static str,
    /// The one host name of a service without regions.
    pub global_endpoint: Option<&'static str>,
    /// The protocols it speaks, the preferred one first.
    pub protocols: &'static [&'static str],
    /// What `X-Amz-Target` names before the dot.
    pub target_prefix: Option<&'static str>,
    /// The namespace of its XML.
    pub xml_namespace: Option<&'static str>,
    /// How it words a refusal of an input.
    pub style: crate::check::Style,
    /// Its operations, in the model's order.
    pub operations: &'static [&'static OperationMeta],
}
