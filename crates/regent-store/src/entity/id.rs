//! Identifiers, a type each, so that one cannot be passed for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A twelve-digit account number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(u64);

/// A text that is not the identifier it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{value}` is not {expected}")]
pub struct ParseIdError {
    value: String,
    expected: &'static str,
}

impl AccountId {
    /// The account with this number; none if it has more than twelve digits or is zero.
    pub const fn new(number: u64) -> Option<Self> {
        if number == 0 || number > 999_999_999_999 { None } else { Some(Self(number)) }
    }

    /// The number itself.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The twelve digits, without an allocation.
    pub fn digits(self) -> Digits {
        let mut digits = [b'0'; 12];
        let mut rest = self.0;
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        Digits(digits)
    }
}

/// An account number as text, on the stack.
#[derive(Debug, Clone, Copy)]
pub struct Digits([u8; 12]);

impl Digits {
    /// The twelve digits.
    pub fn as_str(&self) -> &str {
        // Digits are ASCII by construction.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for AccountId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let digits = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        digits
            .then(|| text.parse().ok().and_then(Self::new))
            .flatten()
            .ok_or_else(|| ParseIdError { value: text.to_owned(), expected: "a twelve-digit account number" })
    }
}

impl Serialize for AccountId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor::<Self>(std::marker::PhantomData))
    }
}

/// The id of an entity that outlives its name: `AIDA…`, `AROA…` and their kin. Never used twice.
///
/// Trust policies bind to it, so a user deleted and made again under the same name is somebody else.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UniqueId([u8; Self::LENGTH]);

impl UniqueId {
    /// Characters of an id: a prefix of four and seventeen more.
    pub const LENGTH: usize = 21;
    /// Comes before every id: where a walk through a range of them begins.
    pub(crate) const MIN: Self = Self([0; Self::LENGTH]);

    /// The id as text.
    pub fn as_str(&self) -> &str {
        // ASCII by construction: every constructor checks.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The four letters that tell the kind of entity.
    pub fn prefix(&self) -> &str {
        self.as_str().get(..4).unwrap_or_default()
    }
}

impl fmt::Display for UniqueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for UniqueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for UniqueId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let is_id_byte = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        <[u8; Self::LENGTH]>::try_from(text.as_bytes())
            .ok()
            .filter(|bytes| bytes.iter().all(is_id_byte))
            .map(Self)
            .ok_or_else(|| ParseIdError { value: text.to_owned(), expected: "a unique id of 21 characters" })
    }
}

impl Serialize for UniqueId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for UniqueId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor::<Self>(std::marker::PhantomData))
    }
}

/// Reads an identifier from a JSON string without copying the string first.
struct TextVisitor<T>(std::marker::PhantomData<T>);

impl<T: FromStr<Err = ParseIdError>> serde::de::Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an identifier")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_number_has_twelve_digits_and_is_not_zero() {
        assert_eq!("000000000042".parse::<AccountId>().unwrap().number(), 42);
        assert_eq!(AccountId::new(42).unwrap().to_string(), "000000000042");
        assert_eq!(AccountId::new(42).unwrap().digits().as_str(), "000000000042");
        for text in ["", "42", "0000000000042", "00000000004x", "000000000000", "+00000000042"] {
            assert!(text.parse::<AccountId>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_unique_id_has_21_upper_case_letters_and_digits() {
        let id: UniqueId = "AIDAJQABLZS4A3QDU576Q".parse().unwrap();
        assert_eq!((id.prefix(), id.to_string().as_str()), ("AIDA", "AIDAJQABLZS4A3QDU576Q"));
        for text in ["", "AIDA", "AIDAJQABLZS4A3QDU576q", "AIDAJQABLZS4A3QDU576QQ", "AIDAJQABLZS4A3QDU57é"] {
            assert!(text.parse::<UniqueId>().is_err(), "{text}");
        }
    }
}
