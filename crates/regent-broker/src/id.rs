use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Characters of a ULID.
const ULID_CHARACTERS: usize = 26;
/// Crockford's base 32: no I, L, O or U.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const MAX_PREFIX: usize = 8;

/// The id of something the broker keeps: a prefix that tells its kind, `_`, and a ULID, so that ids sort by age.
///
/// Built-in things have a word in place of the ULID: `upst_embedded`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Arc<str>", into = "Arc<str>")]
pub struct Id(Arc<str>);

impl Id {
    /// A new id: 48 bits of time in milliseconds, 80 bits of chance.
    pub fn new(prefix: &str, now_ms: u64, random: [u8; 10]) -> Self {
        let chance = random.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
        let number = u128::from(now_ms & 0xffff_ffff_ffff) << 80 | chance;
        let digits = (0..ULID_CHARACTERS).rev().map(|place| {
            let digit = usize::try_from((number >> (5 * place)) & 31).unwrap_or_default();
            char::from(DIGITS.get(digit).copied().unwrap_or(b'0'))
        });
        let mut text = String::with_capacity(prefix.len() + 1 + ULID_CHARACTERS);
        text.push_str(prefix);
        text.push('_');
        text.extend(digits);
        Self(text.into())
    }

    /// The id of something built in.
    pub fn built_in(text: &'static str) -> Self {
        Self(text.into())
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What comes before the underscore.
    pub fn prefix(&self) -> &str {
        self.0.split('_').next().unwrap_or_default()
    }
}

/// A text that is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an id: a prefix, an underscore and letters or digits")]
pub struct ParseIdError;

impl TryFrom<Arc<str>> for Id {
    type Error = ParseIdError;

    fn try_from(text: Arc<str>) -> Result<Self, ParseIdError> {
        let (prefix, rest) = text.split_once('_').ok_or(ParseIdError)?;
        let is_prefix =
            (1..=MAX_PREFIX).contains(&prefix.len()) && prefix.bytes().all(|byte| byte.is_ascii_lowercase());
        let is_rest = (1..=ULID_CHARACTERS).contains(&rest.len())
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if is_prefix && is_rest { Ok(Self(text)) } else { Err(ParseIdError) }
    }
}

impl FromStr for Id {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        Self::try_from(Arc::from(text))
    }
}

impl From<Id> for Arc<str> {
    fn from(id: Id) -> Self {
        id.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl utoipa::PartialSchema for Id {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        String::schema()
    }
}

impl utoipa::ToSchema for Id {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_age_and_read_back() {
        let old = Id::new("conn", 1_000, [255; 10]);
        let new = Id::new("conn", 1_001, [0; 10]);
        assert!(old < new);
        assert_eq!(old.as_str().len(), "conn_".len() + ULID_CHARACTERS);
        assert_eq!(old.as_str().parse(), Ok(old.clone()));
        assert_eq!(old.prefix(), "conn");
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in ["", "conn", "_x", "conn_", "Conn_1", "conn_a/b", "conn_1\u{1f}", "toolongprefix_1"] {
            assert_eq!(text.parse::<Id>(), Err(ParseIdError), "{text}");
        }
        assert!(format!("conn_{}", "A".repeat(27)).parse::<Id>().is_err());
    }
}
