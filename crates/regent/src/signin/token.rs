//! Signed tokens of others: JSON Web Tokens of providers, builds and clusters.
//!
//! Nothing of a token is believed before its signature has been checked with a key of the issuer that was expected, and then
//! only for the audience and the time it was made for.
//!
//! RFC 7515, "JSON Web Signature". RFC 7519, "JSON Web Token".

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regent_store::entity::Seconds;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::algorithm::Algorithm;
use super::key_set::KeySet;

/// The longest token. Those with hundreds of groups have some ten thousand bytes.
const MAX_BYTES: usize = 16 * 1024;
/// By how much the clocks of two machines may differ.
const LEEWAY_SECS: Seconds = 60;
/// The longest list that a claim may be.
const MAX_VALUES: usize = 1000;

/// Why a token does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenError {
    /// Not a token, or one with something that must be understood and is not.
    #[error("the token cannot be read")]
    Malformed,
    /// Longer than what is read.
    #[error("the token has more than {MAX_BYTES} bytes")]
    Long,
    /// Not signed with a public key, or in a way that is not known here.
    #[error("the token is not signed with an algorithm that is accepted")]
    Algorithm,
    /// The issuer does not publish the key.
    #[error("the issuer has no such key")]
    UnknownKey,
    /// The key did not sign this.
    #[error("the token's signature is wrong")]
    Signature,
    /// Somebody else issued it.
    #[error("the token is not of the expected issuer")]
    Issuer,
    /// It was issued for somebody else.
    #[error("the token is for another audience")]
    Audience,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// Its time has not begun.
    #[error("the token is from the future; check the clocks")]
    Future,
    /// Something that must be there is not, or is of another form.
    #[error("the token has no proper claim `{0}`")]
    Claim(&'static str),
}

/// A token that was taken apart, and nothing more.
#[derive(Debug)]
pub(crate) struct Unverified<'a> {
    algorithm: Algorithm,
    key_id: Option<String>,
    message: &'a str,
    signature: &'a str,
    claims: Claims,
}

#[derive(Debug, Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Members that must be understood. None are.
    crit: Option<serde::de::IgnoredAny>,
}

impl<'a> Unverified<'a> {
    /// Takes a token apart: three parts, a known asymmetric algorithm, an object of claims.
    pub(crate) fn read(text: &'a str) -> Result<Self, TokenError> {
        if text.len() > MAX_BYTES {
            return Err(TokenError::Long);
        }
        let (message, signature) = text.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, payload) = message.split_once('.').ok_or(TokenError::Malformed)?;
        let header: Header = part(header)?;
        if header.crit.is_some() {
            return Err(TokenError::Malformed);
        }
        let algorithm = Algorithm::named(&header.alg).ok_or(TokenError::Algorithm)?;
        Ok(Self { algorithm, key_id: header.kid, message, signature, claims: Claims(part(payload)?) })
    }

    /// Who the token says issued it: to find whose keys to check it with, and for nothing else.
    pub(crate) fn said_issuer(&self) -> Option<&str> {
        self.claims.text("iss")
    }

    /// The claims, if one of the keys signed them.
    pub(crate) fn verify(&self, keys: &KeySet) -> Result<(Claims, Algorithm), TokenError> {
        keys.verify((self.algorithm, self.key_id.as_deref()), self.message, self.signature)?;
        Ok((self.claims.clone(), self.algorithm))
    }
}

fn part<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, TokenError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenError::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| TokenError::Malformed)
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claims(pub(crate) Map<String, Value>);

impl Claims {
    /// A claim that is a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// A claim by its name, or by a path of names with dots between: `realm_access.roles`. Names may hold dots themselves, as
    /// URLs do and `kubernetes.io`.
    pub(crate) fn at(&self, path: &str) -> Option<&Value> {
        find(&self.0, path)
    }

    /// The texts of a claim: a list of them, or one alone. None if it is something else.
    pub(crate) fn texts(&self, path: &str) -> Option<Vec<&str>> {
        match self.at(path)? {
            Value::String(text) => Some(vec![text]),
            Value::Array(values) if values.len() <= MAX_VALUES => values.iter().map(Value::as_str).collect(),
            Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
        }
    }

    /// A point in time, in whole seconds.
    pub(crate) fn seconds(&self, name: &'static str) -> Result<Option<Seconds>, TokenError> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        let seconds = value.as_i64().or_else(|| {
            // The standard allows parts of a second.
            let whole = value.as_f64()?.floor();
            #[expect(
                clippy::cast_possible_truncation,
                reason = "no part is left, and the range was looked at"
            )]
            (0.0..1e12).contains(&whole).then_some(whole as i64)
        });
        // Nothing that could run over when a leeway is added.
        seconds
            .filter(|seconds| (0..1_000_000_000_000).contains(seconds))
            .map(Some)
            .ok_or(TokenError::Claim(name))
    }

    /// Whether the token is of this issuer, for this audience, and of now. It must say when it ends.
    pub(crate) fn verify(&self, issuer: &str, audience: &str, now: Seconds) -> Result<(), TokenError> {
        if self.text("iss") != Some(issuer) {
            return Err(TokenError::Issuer);
        }
        if !self.texts("aud").is_some_and(|found| found.contains(&audience)) {
            return Err(TokenError::Audience);
        }
        let expires = self.seconds("exp")?.ok_or(TokenError::Claim("exp"))?;
        if now >= expires + LEEWAY_SECS {
            return Err(TokenError::Expired);
        }
        let begins = [self.seconds("nbf")?, self.seconds("iat")?];
        if begins.into_iter().flatten().any(|begins| begins > now + LEEWAY_SECS) {
            return Err(TokenError::Future);
        }
        Ok(())
    }
}

/// The member at a path; of several that it could mean, the one whose names are the shortest.
fn find<'a>(members: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    if let Some(value) = members.get(path) {
        return Some(value);
    }
    path.match_indices('.').find_map(|(at, _)| {
        let (name, rest) = path.split_at_checked(at)?;
        find(members.get(name)?.as_object()?, rest.strip_prefix('.')?)
    })
}
