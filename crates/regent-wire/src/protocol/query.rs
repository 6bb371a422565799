//! awsQuery: a form in, XML out (or the same tree as JSON, for who asks).
//!
//! AWS: "AWS Query protocol" in the Smithy documentation; IAM and STS API references, "Making query requests".

mod fields;
mod form;
mod xml;

pub use fields::Fields;
pub use form::{Form, FormLimits, ParseFormError};
pub(super) use xml::{error as error_xml, success as success_xml};
