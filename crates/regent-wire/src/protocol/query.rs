//! awsQuery: a form in, XML out (or the same tree as JSON, for who asks); and the other way round, for a client.
//!
//! AWS: "AWS Query protocol" in the Smithy documentation; IAM and STS API references, "Making query requests".

mod document;
mod fields;
mod form;
mod reply;
mod request;
mod xml;

pub use document::{Document, Element, ParseXmlError, XmlLimits};
pub use fields::Fields;
pub use form::{Form, FormLimits, ParseFormError};
pub use reply::{ReadReplyError, Refusal, Reply, read_refusal, read_reply};
pub use request::write_request;
pub(super) use xml::{error as error_xml, success as success_xml};
