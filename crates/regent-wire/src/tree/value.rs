//! The values of a tree, as the kinds that models know.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::Tree;
use crate::node::Malformed;
use crate::timestamp::{Timestamp, TimestampFormat};

impl Tree<'_> {
    pub(crate) fn text(&self) -> Result<&str, Malformed> {
        if let Self::Text(text) = self { Ok(text) } else { Err(self.unlike(Malformed::NO_TEXT)) }
    }

    pub(crate) fn integer(&self) -> Result<i64, Malformed> {
        if let Self::Integer(number) = self { Ok(*number) } else { Err(self.unlike(Malformed::NO_NUMBER)) }
    }

    pub(crate) fn float(&self) -> Result<f64, Malformed> {
        #[expect(clippy::cast_precision_loss, reason = "the model asks for a float")]
        match self {
            Self::Integer(number) => Ok(*number as f64),
            Self::Float(number) => Ok(*number),
            // JSON has no other way to say these.
            Self::Text(text) => named_float(text).ok_or(Malformed::NO_NUMBER),
            Self::Null
            | Self::Boolean(_)
            | Self::Bytes(_)
            | Self::Instant(_)
            | Self::List(_)
            | Self::Map(_) => Err(self.unlike(Malformed::NO_NUMBER)),
        }
    }

    pub(crate) fn boolean(&self) -> Result<bool, Malformed> {
        if let Self::Boolean(value) = self { Ok(*value) } else { Err(self.unlike(Malformed::NO_BOOLEAN)) }
    }

    pub(crate) fn timestamp(&self, format: Option<TimestampFormat>) -> Result<Timestamp, Malformed> {
        let is_number = format.is_none_or(|format| format == TimestampFormat::EpochSeconds);
        match self {
            Self::Instant(seconds) => Timestamp::from_float(*seconds),
            Self::Float(seconds) if is_number => Timestamp::from_float(*seconds),
            Self::Integer(seconds) if is_number => Some(Timestamp::from_seconds(*seconds)),
            Self::Text(text) if !is_number => format.and_then(|format| Timestamp::parse(text, format)),
            Self::Null
            | Self::Boolean(_)
            | Self::Integer(_)
            | Self::Float(_)
            | Self::Text(_)
            | Self::Bytes(_)
            | Self::List(_)
            | Self::Map(_) => None,
        }
        .ok_or_else(|| self.unlike(Malformed::NO_TIMESTAMP))
    }

    pub(crate) fn blob(&self) -> Result<Vec<u8>, Malformed> {
        if let Self::Bytes(bytes) = self {
            return Ok(bytes.to_vec());
        }
        let Self::Text(text) = self else { return Err(self.unlike(Malformed::NO_BLOB)) };
        BASE64.decode(text.as_bytes()).map_err(|_| Malformed::NO_BLOB)
    }

    /// The elements of a list. One that is null is none: no list of these models keeps gaps.
    pub(crate) fn list(&self) -> Result<impl Iterator<Item = &Self>, Malformed> {
        let Self::List(items) = self else { return Err(self.unlike(Malformed::UNEXPECTED_SCALAR)) };
        Ok(items.iter().filter(|item| **item != Self::Null))
    }

    /// The entries of an object.
    pub(crate) fn entries(&self) -> Result<impl Iterator<Item = (&str, &Self)>, Malformed> {
        let Self::Map(entries) = self else { return Err(self.unlike(Malformed::UNEXPECTED_SCALAR)) };
        Ok(entries
            .iter()
            .map(|(key, value)| (key.as_ref(), value))
            .filter(|(_, value)| **value != Self::Null))
    }

    /// The same as a JSON value. Bytes become a list of numbers: no document comes by CBOR.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Boolean(value) => (*value).into(),
            Self::Integer(value) => (*value).into(),
            Self::Float(value) | Self::Instant(value) => (*value).into(),
            Self::Text(value) => value.as_ref().into(),
            Self::Bytes(value) => value.as_ref().into(),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Map(entries) => {
                entries.iter().map(|(key, value)| (key.to_string(), value.to_json())).collect()
            }
        }
    }

    /// What is wrong with a value that is not what it should be.
    fn unlike(&self, otherwise: Malformed) -> Malformed {
        match self {
            Self::List(_) => Malformed::UNEXPECTED_LIST,
            Self::Map(_) => Malformed::UNEXPECTED_MAP,
            Self::Null
            | Self::Boolean(_)
            | Self::Integer(_)
            | Self::Float(_)
            | Self::Text(_)
            | Self::Bytes(_)
            | Self::Instant(_) => otherwise,
        }
    }
}

/// A float as texts have it.
pub(crate) fn float_text(value: f64) -> Cow<'static, str> {
    match value {
        f64::INFINITY => "Infinity".into(),
        f64::NEG_INFINITY => "-Infinity".into(),
        value => value.to_string().into(),
    }
}

/// The floats that have names.
pub(crate) fn named_float(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}
