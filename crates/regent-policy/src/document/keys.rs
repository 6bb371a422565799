//! The context keys that a document asks for.

use super::{Document, Version};
use crate::operator::Family;
use crate::variable::{self, Piece};

impl Document {
    /// The names of all condition keys that the document refers to, in conditions and as variables, sorted and
    /// each once; names that differ in case alone are one name.
    ///
    /// AWS: IAM API reference, `GetContextKeysForCustomPolicy`.
    ///
    /// ```
    /// use regent_policy::Document;
    ///
    /// let document = Document::parse(
    ///     r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*",
    ///         "Resource": "arn:aws:s3:::home/${aws:username}",
    ///         "Condition": {"Bool": {"aws:SecureTransport": "true"}}}}"#,
    /// )?;
    /// assert_eq!(document.context_keys(), ["aws:SecureTransport", "aws:username"]);
    /// # Ok::<(), regent_policy::ParsePolicyError>(())
    /// ```
    pub fn context_keys(&self) -> Vec<&str> {
        let mut keys = Vec::new();
        for statement in self.statements() {
            for resource in statement.resources().into_iter().flat_map(|resources| resources.elements()) {
                self.add_variables(resource.value(), &mut keys);
            }
            for condition in statement.conditions() {
                keys.push(condition.key().value());
                if condition.operator().comparison.row().family.takes_variables() {
                    for value in condition.values() {
                        self.add_variables(value.value(), &mut keys);
                    }
                }
            }
        }
        keys.sort_by_cached_key(|key| key.to_lowercase());
        keys.dedup_by(|one, other| one.eq_ignore_ascii_case(other));
        keys
    }

    fn add_variables<'a>(&self, text: &'a str, keys: &mut Vec<&'a str>) {
        if self.version() != Version::V2012 {
            return;
        }
        keys.extend(variable::pieces(text).filter_map(|piece| match piece {
            Piece::Variable { key, .. } => Some(key),
            Piece::Text(_) | Piece::Escaped(_) | Piece::Broken => None,
        }));
    }
}

impl Family {
    /// Are there variables in the values that it compares?
    pub(crate) fn takes_variables(self) -> bool {
        match self {
            Self::Literal | Self::Folded | Self::Glob | Self::Arn | Self::Bool => true,
            Self::Number | Self::Date | Self::Binary | Self::Address | Self::Null => false,
        }
    }
}
