//! Access key ids, which say whose account they belong to.

use std::fmt;
use std::str::FromStr;

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The largest account number: twelve nines.
const MAX_ACCOUNT: u64 = 999_999_999_999;

/// The free bits at the end of an id.
const FREE_BITS: u32 = 39;

/// What kind of credential an access key id is part of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AccessKeyKind {
    /// `AKIA`: a user's or the root user's own key, good until deleted.
    LongTerm,
    /// `ASIA`: a session's key, good only together with its session token.
    Temporary,
}

impl AccessKeyKind {
    /// The first four characters of the id.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::LongTerm => "AKIA",
            Self::Temporary => "ASIA",
        }
    }
}

/// Why a text is no access key id, or none can be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AccessKeyIdError {
    /// Too short, too long, or of other characters.
    #[error("an access key id is 16 to 128 letters, digits and underscores")]
    Malformed,
    /// An account number has at most twelve digits.
    #[error("account `{0}` has more than twelve digits")]
    NoSuchAccount(u64),
}

/// The public half of an access key, as the IAM model admits it: 16 to 128 of `A–Z a–z 0–9 _`.
///
/// One that [`mint`](Self::mint) made is 20 characters and holds the account number, in the layout AWS
/// has used since about 2019, so that offline tools can tell the account. Imported ids need not: look an
/// id up first, and decode [`account`](Self::account) only when it is nobody's.
///
/// AWS: "IAM User Guide", IAM identifiers, Unique identifiers; "AWS STS API Reference", `GetAccessKeyInfo`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccessKeyId(Box<str>);

impl AccessKeyId {
    /// A new id in this account. Of the random bytes, 39 bits go in.
    pub fn mint(kind: AccessKeyKind, account: u64, random: [u8; 5]) -> Result<Self, AccessKeyIdError> {
        if account > MAX_ACCOUNT {
            return Err(AccessKeyIdError::NoSuchAccount(account));
        }
        let random = random.iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        let free = random & ((1 << FREE_BITS) - 1);
        let bits = 1_u128 << 79 | u128::from(account) << FREE_BITS | free;
        let mut text = String::with_capacity(20);
        text.push_str(kind.prefix());
        for position in (0..16).rev() {
            let symbol = usize::try_from(bits >> (position * 5) & 31).unwrap_or_default();
            text.extend(ALPHABET.get(symbol).copied().map(char::from));
        }
        Ok(Self(text.into()))
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the prefix says; `None` for ids of another making.
    pub fn kind(&self) -> Option<AccessKeyKind> {
        [AccessKeyKind::LongTerm, AccessKeyKind::Temporary]
            .into_iter()
            .find(|kind| self.0.starts_with(kind.prefix()))
    }

    /// The account number inside, if the id is laid out to hold one.
    ///
    /// An id from before 2019 may look as if it did, and then this is wrong.
    pub fn account(&self) -> Option<u64> {
        self.kind()?;
        let symbols = self.0.as_bytes().get(4..).filter(|symbols| symbols.len() == 16)?;
        let mut bits = 0_u128;
        for symbol in symbols {
            let value = match symbol {
                b'A'..=b'Z' => symbol - b'A',
                b'2'..=b'7' => symbol - b'2' + 26,
                _ => return None,
            };
            bits = bits << 5 | u128::from(value);
        }
        let account = u64::try_from(bits >> FREE_BITS & ((1 << 40) - 1)).ok()?;
        (bits >> 79 == 1 && account <= MAX_ACCOUNT).then_some(account)
    }
}

impl FromStr for AccessKeyId {
    type Err = AccessKeyIdError;

    fn from_str(text: &str) -> Result<Self, AccessKeyIdError> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if (16..=128).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.into()))
        } else {
            Err(AccessKeyIdError::Malformed)
        }
    }
}

impl fmt::Display for AccessKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AccessKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccessKeyId({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{AccessKeyId, AccessKeyIdError, AccessKeyKind, MAX_ACCOUNT};

    #[track_caller]
    fn check(id: &str, kind: Option<AccessKeyKind>, account: Option<u64>) {
        let id: AccessKeyId = id.parse().unwrap();
        assert_eq!((id.kind(), id.account()), (kind, account), "{id}");
    }

    #[test]
    fn an_id_tells_its_account() {
        check("ASIAY34FZKBOKMUTVV7A", Some(AccessKeyKind::Temporary), Some(609_629_065_308));
        check("ASIAQNZGKIQY56JQ7WML", Some(AccessKeyKind::Temporary), Some(29_608_264_753));
        check("AKIARZPUZDIKAERUKZ4J", Some(AccessKeyKind::LongTerm), Some(123_456_789_012));
    }

    #[test]
    fn an_id_of_another_making_tells_none() {
        check("AKIAIOSFODNN7EXAMPLE", Some(AccessKeyKind::LongTerm), None); // top bit clear
        check("AKIA1111111111111111", Some(AccessKeyKind::LongTerm), None); // not base32
        check("AKIARZPUZDIKAERUKZ4JA", Some(AccessKeyKind::LongTerm), None); // too long
        check("AKIA7777777777777777", Some(AccessKeyKind::LongTerm), None); // no such account
        check("minio_access_key_1", None, None);
    }

    #[test]
    fn an_id_is_16_to_128_word_characters() {
        for text in ["", "AKIDEXAMPLE", "AKIARZPUZDIKAERUKZ4/", "AKIARZPUZDIKAERUKZ4é", &"A".repeat(129)] {
            assert_eq!(text.parse::<AccessKeyId>(), Err(AccessKeyIdError::Malformed), "{text}");
        }
        assert!("A".repeat(16).parse::<AccessKeyId>().is_ok());
        assert!("A".repeat(128).parse::<AccessKeyId>().is_ok());
    }

    #[test]
    fn minting_puts_the_account_in() {
        let id = AccessKeyId::mint(AccessKeyKind::LongTerm, 123_456_789_012, [0x01, 0x23, 0x45, 0x67, 0x89]);
        assert_eq!(id.unwrap().as_str(), "AKIARZPUZDIKAERUKZ4J");
        let account = MAX_ACCOUNT + 1;
        let none = AccessKeyId::mint(AccessKeyKind::LongTerm, account, [0; 5]);
        assert_eq!(none, Err(AccessKeyIdError::NoSuchAccount(account)));
    }

    proptest! {
        #[test]
        fn what_is_minted_parses_and_decodes(account in 0..=MAX_ACCOUNT, random: [u8; 5]) {
            let id = AccessKeyId::mint(AccessKeyKind::Temporary, account, random).unwrap();
            prop_assert_eq!(id.as_str().parse::<AccessKeyId>(), Ok(id.clone()));
            prop_assert_eq!((id.kind(), id.account()), (Some(AccessKeyKind::Temporary), Some(account)));
        }
    }
}
