//! What came back, as a client reads it.

use super::document::{Document, Element, ParseXmlError, XmlLimits};
use crate::check::Checker;
use crate::node::Node;
use crate::operation::Operation;
use crate::shape::Shape;

/// A success.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply<T> {
    /// What the operation gives.
    pub output: T,
    /// What the server calls the request.
    pub request_id: Option<String>,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The error's code, such as `AccessDenied`.
    pub code: String,
    /// Its text; empty if there is none.
    pub message: String,
    /// What the server calls the request.
    pub request_id: Option<String>,
}

/// Why an answer cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadReplyError {
    /// It is no document.
    #[error("the answer is no XML document within the limits")]
    Xml(#[from] ParseXmlError),
    /// It is another document.
    #[error("expected `{expected}` in the answer, and it is not there")]
    Envelope {
        /// The element that is missing.
        expected: String,
    },
    /// A member is missing, or of another kind. The text names members and no values.
    #[error("the answer does not say what its model wants: {0}")]
    Shape(String),
}

/// Reads the answer of an operation that was done.
///
/// The bounds that the model sets to values are the server's business and are not checked; what is required must be
/// there and be of its kind.
pub fn read_reply<O: Operation>(body: &[u8], limits: &XmlLimits) -> Result<Reply<O::Output>, ReadReplyError> {
    let document = Document::parse(body, limits)?;
    let root = document.root();
    let name = format!("{}Response", O::META.name);
    if root.name() != name {
        return Err(ReadReplyError::Envelope { expected: name });
    }
    let inside = match O::META.result_wrapper {
        None => root,
        Some(wrapper) => {
            root.child(wrapper).ok_or_else(|| ReadReplyError::Envelope { expected: wrapper.to_owned() })?
        }
    };
    let mut check = Checker::of_answer();
    let output = O::Output::read(Node::Xml(inside), &mut check);
    let output = check.finish(output);
    let output =
        output.map_err(|fault| ReadReplyError::Shape(fault.message().unwrap_or_default().to_owned()))?;
    Ok(Reply { output, request_id: request_id(root) })
}

/// Reads the answer of an operation that failed. Both envelopes in use are understood: an `Error` at the root of an
/// `ErrorResponse`, and one among the `Errors` of a `Response`.
pub fn read_refusal(body: &[u8], limits: &XmlLimits) -> Result<Refusal, ReadReplyError> {
    let document = Document::parse(body, limits)?;
    let root = document.root();
    let error = root.child("Error").or_else(|| root.child("Errors")?.child("Error"));
    let error = error.ok_or_else(|| ReadReplyError::Envelope { expected: "Error".to_owned() })?;
    let code = text(error, "Code").filter(|code| !code.is_empty());
    Ok(Refusal {
        code: code.ok_or_else(|| ReadReplyError::Envelope { expected: "Code".to_owned() })?,
        message: text(error, "Message").unwrap_or_default(),
        request_id: request_id(root),
    })
}

fn request_id(root: Element<'_>) -> Option<String> {
    text(root, "RequestId")
        .or_else(|| text(root.child("ResponseMetadata")?, "RequestId"))
        .or_else(|| text(root, "RequestID"))
}

fn text(element: Element<'_>, name: &str) -> Option<String> {
    element.child(name)?.text().map(|text| text.trim_ascii().to_owned())
}
