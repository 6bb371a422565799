//! Passkeys: the relying party's side of Web Authentication.
//!
//! A ceremony begins with a `Challenge`, which says what it is for, for whom and until when, and ends with the browser's
//! answer. What the browser writes itself (`client_data`) binds the answer to challenge and origin; what the authenticator
//! signs ([`authenticator_data`]) binds it to the relying party and says whether a person was there and was verified.
//!
//! Attestations are read and not judged: who made an authenticator is not asked here (`docs/adr/0023-passkeys.md`).
//!
//! W3C: "Web Authentication: An API for accessing Public Key Credentials", Level 3, sections 7.1 and 7.2.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regent_store::entity::Seconds;
use serde::{Deserialize, Deserializer, Serialize};
use url::{Host, Url};

use crate::entropy;

pub(crate) mod assertion;
pub mod attestation;
pub mod authenticator_data;
pub(crate) mod client_data;
pub(crate) mod cose;
pub(crate) mod registration;

#[cfg(test)]
pub(crate) mod software;
#[cfg(test)]
mod tests;

/// How long a person may take to find and touch their authenticator.
pub(crate) const PATIENCE_SECS: Seconds = 300;
/// Bytes of a challenge, all of them chance.
const CHALLENGE_BYTES: usize = 32;
/// Longest credential id, by the specification.
const MAX_CREDENTIAL_ID_BYTES: usize = 1023;
/// The longest member of an answer, in characters of base64url.
const MAX_MEMBER_CHARACTERS: usize = 24 * 1024;
/// Passkeys one person may have.
pub(crate) const MAX_PASSKEYS: usize = 20;

/// Why an answer proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyError {
    /// Not of the form the specification gives it. The word says which part.
    #[error("the browser's answer cannot be read: {0}")]
    Malformed(&'static str),
    /// The challenge is for another ceremony, or the answer for another challenge.
    #[error("the browser's answer is not to this challenge; begin again")]
    Challenge,
    /// It took too long.
    #[error("the challenge has lapsed; begin again")]
    Lapsed,
    /// Made on another page, or inside a page of somebody else.
    #[error("the browser's answer was made on `{0}`, which is not this server")]
    Origin(String),
    /// The authenticator signed for another relying party.
    #[error("the authenticator answered for another server")]
    RelyingParty,
    /// Nobody touched the authenticator.
    #[error("the authenticator did not see anybody")]
    NotPresent,
    /// The authenticator did not ask who touches it.
    #[error("the authenticator did not verify who used it; unlock it with a PIN, a finger or a face")]
    NotVerified,
    /// A kind of key that was not asked for, or a key that is none.
    #[error("the authenticator's key is of a kind that is not accepted")]
    Key,
    /// The signature is not by the key.
    #[error("the signature is not by this passkey")]
    Signature,
    /// The counter went back: there are two of what there should be one.
    #[error("the passkey's counter went back; it may have been copied")]
    Counter,
    /// Another credential or another person's.
    #[error("the passkey is not the one that was asked for")]
    Owner,
    /// No chance to draw a challenge from, or no host that passkeys can be bound to.
    #[error("passkeys cannot be used here; they need a host name, not an address")]
    Unavailable,
}

/// Who asks for passkeys: the host and the origin people reach this server at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RelyingParty {
    /// The host name, which passkeys are bound to for good.
    pub(crate) id: Box<str>,
    /// Scheme, host and port, exactly as browsers write them.
    pub(crate) origin: Box<str>,
}

impl RelyingParty {
    /// The relying party of a server that people reach at `url`. Browsers take no addresses, and `http` only for `localhost`.
    pub(crate) fn of(url: &Url) -> Result<Self, PasskeyError> {
        let Some(Host::Domain(host)) = url.host() else { return Err(PasskeyError::Unavailable) };
        let is_local = host == "localhost" || host.ends_with(".localhost");
        if url.scheme() != "https" && !(url.scheme() == "http" && is_local) {
            return Err(PasskeyError::Unavailable);
        }
        Ok(Self { id: host.into(), origin: url.origin().ascii_serialization().into() })
    }
}

/// What a challenge is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ceremony {
    /// A new passkey.
    Registration,
    /// Signing in, or showing again that one is there.
    Assertion,
}

/// Whether the authenticator must check who touches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verification {
    /// It must: the passkey is all that is shown.
    Required,
    /// It may: a password was shown before.
    Preferred,
}

/// An open ceremony. Whoever keeps it must take it away with the first answer, right or wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Challenge {
    /// The bytes that are signed, in base64url.
    pub(crate) value: Box<str>,
    /// What it is for.
    pub(crate) ceremony: Ceremony,
    /// Whose it is, by id. None when whoever signs in has not said who they are.
    pub(crate) person: Option<Box<str>>,
    /// Whether the person must be verified.
    pub(crate) verification: Verification,
    /// The last second an answer is taken.
    pub(crate) expires: Seconds,
}

impl Challenge {
    fn draw(
        ceremony: Ceremony,
        person: Option<&str>,
        verification: Verification,
        now: Seconds,
    ) -> Result<Self, PasskeyError> {
        let bytes = entropy::bytes::<CHALLENGE_BYTES>().map_err(|_| PasskeyError::Unavailable)?;
        Ok(Self {
            value: URL_SAFE_NO_PAD.encode(bytes).into(),
            ceremony,
            person: person.map(Into::into),
            verification,
            expires: now.saturating_add(PATIENCE_SECS),
        })
    }

    fn is_open_for(&self, ceremony: Ceremony, now: Seconds) -> Result<(), PasskeyError> {
        if self.ceremony != ceremony {
            return Err(PasskeyError::Challenge);
        }
        let opened = self.expires.saturating_sub(PATIENCE_SECS);
        if (opened..=self.expires).contains(&now) { Ok(()) } else { Err(PasskeyError::Lapsed) }
    }
}

/// A credential as options name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Descriptor {
    #[serde(rename = "type")]
    kind: &'static str,
    id: Box<str>,
}

impl Descriptor {
    fn of(passkey: &regent_broker::Passkey) -> Self {
        Self { kind: "public-key", id: passkey.credential_id.clone() }
    }
}

/// Bytes that travel as base64url without padding.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Encoded(pub(crate) Vec<u8>);

impl std::fmt::Debug for Encoded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl<'de> Deserialize<'de> for Encoded {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        if text.len() > MAX_MEMBER_CHARACTERS {
            return Err(serde::de::Error::custom("longer than any authenticator's answer"));
        }
        let bytes = URL_SAFE_NO_PAD.decode(text.as_bytes());
        bytes.map(Self).map_err(|_| serde::de::Error::custom("expected base64url without padding"))
    }
}
