//! The resource of a request.

use crate::arn::Arn;
use crate::hash::{Case, Prefixes};

/// The resource that an action is asked for, prepared for matching.
///
/// An action without a resource type asks for `*`, and then only policies on `*` match: an `Allow` on one
/// bucket does not allow listing them all.
///
/// ```
/// use regent_policy::Resource;
///
/// let object = Resource::new("arn:aws:s3:::bucket/key");
/// assert_eq!(object.text(), "arn:aws:s3:::bucket/key");
/// assert_eq!(Resource::any().text(), "*");
/// ```
#[derive(Clone, Debug)]
pub struct Resource<'a> {
    arn: Arn<'a>,
    prefixes: Prefixes<16>,
}

impl<'a> Resource<'a> {
    /// A resource by its ARN. A text that is none is matched by `*` alone.
    pub fn new(text: &'a str) -> Self {
        Self { arn: Arn::new(text), prefixes: Prefixes::new(text.as_bytes(), Case::Kept) }
    }

    /// The resource of an action that has none: `*`.
    pub fn any() -> Self {
        Self::new("*")
    }

    /// The ARN, or `*`.
    pub fn text(&self) -> &'a str {
        self.arn.text
    }

    pub(crate) fn arn(&self) -> &Arn<'a> {
        &self.arn
    }

    pub(crate) fn prefixes(&self) -> &Prefixes<16> {
        &self.prefixes
    }
}
