//! rest-json: input and output spread over path, query string, headers and body.
//!
//! AWS: "AWS restJson1 protocol" in the Smithy documentation.

mod request;
mod response;
mod route;

pub(crate) use request::header_items;
pub use request::{Request, Several};
pub(super) use response::success;
pub use route::{Route, route};
