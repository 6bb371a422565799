//! The payload hash: the canonical request's last line, and what `X-Amz-Content-Sha256` may ask of it.

use http::header::HeaderValue;

use super::SigV4Error;
use super::canonical::Form;
use super::request::{Body, Request, X_AMZ_CONTENT_SHA256};
use super::rules::PayloadRule;
use crate::digest;

/// What stands for the digest of a body nobody hashed.
const UNSIGNED_PAYLOAD: &[u8] = b"UNSIGNED-PAYLOAD";

/// The last line of a canonical request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadHash {
    /// The body's digest, in lower-case hexadecimal.
    Hex([u8; 64]),
    /// `UNSIGNED-PAYLOAD`.
    Unsigned,
}

impl PayloadHash {
    /// The digest of this body.
    pub fn of(body: Body<'_>) -> Self {
        Self::Hex(digest::hex(&body.sha256()))
    }

    /// The line itself.
    pub const fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Hex(hex) => hex,
            Self::Unsigned => UNSIGNED_PAYLOAD,
        }
    }
}

/// What a request says of its body's digest.
#[derive(Clone, Copy, Debug)]
pub(super) enum StatedPayload<'r> {
    /// Nothing: hash the body. Every STS and IAM client's way.
    Nothing,
    /// This; if the body has another one, the signature is void.
    Digest(&'r [u8]),
    /// That there is none.
    Unsigned,
}

impl<'r> StatedPayload<'r> {
    /// Reads the header, be it signed or not: its value is part of the canonical request either way.
    pub(super) fn read(request: &Request<'r>, form: Form, rule: PayloadRule) -> Result<Self, SigV4Error> {
        if (form, rule) == (Form::Query, PayloadRule::MayBeUnsigned) {
            return Ok(Self::Unsigned);
        }
        match request.headers.get(&X_AMZ_CONTENT_SHA256).map(HeaderValue::as_bytes) {
            None => Ok(Self::Nothing),
            Some(UNSIGNED_PAYLOAD) if rule == PayloadRule::MayBeUnsigned => Ok(Self::Unsigned),
            Some(value) if is_digest(value) => Ok(Self::Digest(value)),
            Some(_) => Err(SigV4Error::incomplete(match rule {
                PayloadRule::Hashed => "'X-Amz-Content-Sha256' must be the SHA-256 digest of the body.",
                PayloadRule::MayBeUnsigned => {
                    "'X-Amz-Content-Sha256' must be the SHA-256 digest of the body or 'UNSIGNED-PAYLOAD'."
                }
            })),
        }
    }

    /// The line to sign over. `None` if the body is not the one that was stated.
    pub(super) fn hash(&self, body: Body<'_>) -> Option<PayloadHash> {
        let hash = match self {
            Self::Unsigned => return Some(PayloadHash::Unsigned),
            Self::Nothing | Self::Digest(_) => PayloadHash::of(body),
        };
        let matches = match self {
            Self::Digest(stated) => hash.as_bytes() == *stated,
            Self::Nothing | Self::Unsigned => true,
        };
        matches.then_some(hash)
    }
}

/// 64 digits, lower-case: that is how every signer writes them, and what the signature covers.
fn is_digest(value: &[u8]) -> bool {
    let is_digit = |byte: &u8| byte.is_ascii_digit() | (b'a'..=b'f').contains(byte);
    // all 64 whatever they are: a loop without a way out is one the compiler can vectorize
    value.len() == 64 && value.iter().fold(true, |all, byte| all & is_digit(byte))
}
