//! A bounded tree: what JSON and CBOR bodies become before shapes read them.

mod cbor;
mod json;
mod value;

use std::borrow::Cow;
use std::fmt;

pub(crate) use self::value::{float_text, named_float};

/// A value of a JSON or CBOR body. Texts borrow from the body where nothing in them was escaped.
///
/// A body may hold a token, so `Debug` tells the kind of a value and not the value.
#[derive(Clone, PartialEq)]
pub enum Tree<'a> {
    /// Nothing; a member that is null is absent.
    Null,
    /// A truth value.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction, or too great for the above.
    Float(f64),
    /// A text.
    Text(Cow<'a, str>),
    /// Bytes; only CBOR has them.
    Bytes(Cow<'a, [u8]>),
    /// A point in time, in epoch seconds; only CBOR marks them.
    Instant(f64),
    /// A list.
    List(Vec<Self>),
    /// An object, sorted by key. No key occurs twice.
    Map(Vec<(Cow<'a, str>, Self)>),
}

impl fmt::Debug for Tree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(_) => f.write_str("boolean"),
            Self::Integer(_) | Self::Float(_) => f.write_str("number"),
            Self::Text(_) => f.write_str("text"),
            Self::Bytes(_) => f.write_str("bytes"),
            Self::Instant(_) => f.write_str("instant"),
            Self::List(items) => f.debug_list().entries(items).finish(),
            Self::Map(entries) => {
                f.debug_map().entries(entries.iter().map(|(key, value)| (key, value))).finish()
            }
        }
    }
}

/// What a body may cost.
#[derive(Debug, Clone, Copy)]
pub struct TreeLimits {
    /// How deep lists and objects may nest.
    pub depth: u32,
    /// How many values there may be in all.
    pub values: u32,
}

impl Default for TreeLimits {
    fn default() -> Self {
        Self { depth: 32, values: 100_000 }
    }
}

/// Why a body is no tree.
#[derive(Debug, thiserror::Error)]
pub enum ParseTreeError {
    /// It is not JSON, or breaks a limit.
    #[error("expected JSON within the limits")]
    Json(#[source] serde_json::Error),
    /// It is not CBOR.
    #[error("expected CBOR")]
    Cbor(#[source] minicbor::decode::Error),
    /// It is deeper than permitted.
    #[error("expected at most {0} levels")]
    Depth(u32),
    /// It has more values than permitted.
    #[error("expected at most {0} values")]
    Values(u32),
    /// An object has a key twice. Two readers could see two different requests.
    #[error("expected every key once, found `{0}` again")]
    Duplicate(String),
    /// Something follows the value.
    #[error("expected nothing after the value")]
    Trailing,
    /// An object's key is no text.
    #[error("expected texts as keys")]
    Key,
}

impl<'a> Tree<'a> {
    /// Reads a JSON body. Nothing at all is an empty object, as AWS's clients send it.
    pub fn from_json(body: &'a [u8], limits: TreeLimits) -> Result<Self, ParseTreeError> {
        if body.trim_ascii().is_empty() { Ok(Self::Map(Vec::new())) } else { json::parse(body, limits) }
    }

    /// Reads a CBOR body. Nothing at all is an empty object.
    pub fn from_cbor(body: &'a [u8], limits: TreeLimits) -> Result<Self, ParseTreeError> {
        if body.is_empty() { Ok(Self::Map(Vec::new())) } else { cbor::parse(body, limits) }
    }

    /// The member of an object, unless it is absent or null.
    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        let Self::Map(entries) = self else { return None };
        let at = entries.binary_search_by(|(key, _)| key.as_ref().cmp(name)).ok()?;
        entries.get(at).map(|(_, value)| value).filter(|value| **value != Self::Null)
    }

    /// An object of these entries, in any order.
    fn map(mut entries: Vec<(Cow<'a, str>, Self)>) -> Result<Self, ParseTreeError> {
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        let twice = entries.windows(2).find_map(|pair| match pair {
            [a, b] if a.0 == b.0 => Some(a.0.to_string()),
            _ => None,
        });
        match twice {
            Some(key) => Err(ParseTreeError::Duplicate(key)),
            None => Ok(Self::Map(entries)),
        }
    }
}

/// What is left of the limits.
#[derive(Debug, Clone, Copy)]
struct Budget {
    limits: TreeLimits,
    depth: u32,
    values: u32,
}

impl Budget {
    fn new(limits: TreeLimits) -> Self {
        Self { limits, depth: limits.depth, values: limits.values }
    }

    fn value(&mut self) -> Result<(), ParseTreeError> {
        self.values = self.values.checked_sub(1).ok_or(ParseTreeError::Values(self.limits.values))?;
        Ok(())
    }

    fn enter(&mut self) -> Result<(), ParseTreeError> {
        self.depth = self.depth.checked_sub(1).ok_or(ParseTreeError::Depth(self.limits.depth))?;
        Ok(())
    }

    fn leave(&mut self) {
        self.depth += 1;
    }
}
