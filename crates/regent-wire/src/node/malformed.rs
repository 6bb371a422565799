//! Values that are not of their kind.

/// Why a value is not of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Malformed {
    what: &'static str,
}

const fn because(what: &'static str) -> Malformed {
    Malformed { what }
}

// The texts on booleans, on lists, and on values and structures of a wrong kind in JSON are AWS's own.
// CHOICE: the others follow their pattern.
impl Malformed {
    /// A truth value of a form that is none.
    pub(crate) const BOOLEAN: Self = because("boolean must follow xsd1.1 definition");
    /// A number that is none, or too great for its type.
    pub(crate) const INTEGER: Self = because("integer must follow xsd1.1 definition");
    /// A number with a fraction that is none.
    pub(crate) const FLOAT: Self = because("double must follow xsd1.1 definition");
    /// A point in time in another format.
    pub(crate) const TIMESTAMP: Self = because("timestamp must follow ISO8601");
    /// Bytes in another encoding.
    pub(crate) const BLOB: Self = because("blob must be base64");
    /// Parts where a form should have a value.
    pub(crate) const SCALAR: Self = because("Top level element may not be treated as a scalar");
    /// A form's value where a list should be, or an index that is none: leaving that out would be leaving out
    /// what it restricts.
    pub(crate) const LIST: Self = because("Top level element may not be treated as a list");
    /// A form's value where a map should be, or an entry that is none.
    pub(crate) const MAP: Self = because("Top level element may not be treated as a map");
    /// A form's value where a structure should be.
    pub(crate) const STRUCTURE: Self = because("Top level element may not be treated as a structure");
    /// A map that has a key twice.
    pub(crate) const DUPLICATE_KEY: Self = because("map must not have a key twice");
    /// A JSON value that is no text.
    pub(crate) const NO_TEXT: Self = because("value can not be converted to a String");
    /// A JSON value that is no number.
    pub(crate) const NO_NUMBER: Self = because("value can not be converted to a Number");
    /// A JSON value that is no truth value.
    pub(crate) const NO_BOOLEAN: Self = because("value can not be converted to a Boolean");
    /// A JSON value that is no point in time.
    pub(crate) const NO_TIMESTAMP: Self = because("value can not be converted to a Timestamp");
    /// A JSON value that is no bytes.
    pub(crate) const NO_BLOB: Self = because("value can not be converted to a Blob");
    /// A JSON list where something else should be.
    pub(crate) const UNEXPECTED_LIST: Self = because("Start of list found where not expected");
    /// A JSON object where something else should be.
    pub(crate) const UNEXPECTED_MAP: Self = because("Start of structure or map found where not expected");
    /// A value where a list or an object should be.
    pub(crate) const UNEXPECTED_SCALAR: Self =
        because("Scalar found where a list, structure or map was expected");

    /// The text for the caller.
    pub(crate) fn message(self, path: &str) -> String {
        if path.is_empty() { self.what.to_owned() } else { format!("{} at '{path}'", self.what) }
    }
}
