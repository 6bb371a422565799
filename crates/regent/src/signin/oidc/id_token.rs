//! Whether an ID token is of this sign-in.
//!
//! OpenID Connect Core 1.0, sections 3.1.3.7 and 3.1.3.8.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regent_store::entity::Seconds;
use regent_wire::secret::SecretAccessKey;

use super::OidcError;
use crate::signin::algorithm::Algorithm;
use crate::signin::token::{Claims, TokenError};

/// Longest subject, by the standard.
const MAX_SUBJECT_BYTES: usize = 255;

/// What a token must be of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    /// The nonce of the sign-in; none when there was no browser.
    pub(super) nonce: Option<&'a str>,
    /// The access token that came with it.
    pub(super) access_token: Option<&'a SecretAccessKey>,
}

/// Judges claims whose signature was found right.
pub(super) fn verify(
    claims: &Claims,
    algorithm: Algorithm,
    expected: &Expected<'_>,
    now: Seconds,
) -> Result<(), OidcError> {
    claims.verify(expected.issuer, expected.client_id, now)?;
    if !claims.0.contains_key("iat") {
        return Err(TokenError::Claim("iat").into());
    }
    // A token for several says which of them asked for it.
    let is_for_several = claims.texts("aud").is_some_and(|audiences| audiences.len() > 1);
    let is_ours = match claims.0.get("azp") {
        Some(party) => party.as_str() == Some(expected.client_id),
        None => !is_for_several,
    };
    if !is_ours {
        return Err(TokenError::Audience.into());
    }
    if !claims.text("sub").is_some_and(|subject| (1..=MAX_SUBJECT_BYTES).contains(&subject.len())) {
        return Err(TokenError::Claim("sub").into());
    }
    if let Some(nonce) = expected.nonce {
        let found = claims.text("nonce").unwrap_or_default();
        verify_slices_are_equal(found.as_bytes(), nonce.as_bytes())
            .map_err(|_| OidcError::Mismatch("another nonce"))?;
    }
    match (claims.0.get("at_hash"), expected.access_token) {
        (None, _) => Ok(()),
        (Some(found), Some(token)) if found.as_str() == Some(&half_hash(algorithm, token)) => Ok(()),
        (Some(_), _) => Err(OidcError::Mismatch("another access token")),
    }
}

/// The left half of a token's hash, by the hash of the signature's algorithm.
fn half_hash(algorithm: Algorithm, token: &SecretAccessKey) -> String {
    let digest = digest::digest(algorithm.hash(), token.reveal().as_bytes());
    let (half, _) = digest.as_ref().split_at(digest.as_ref().len() / 2);
    URL_SAFE_NO_PAD.encode(half)
}
