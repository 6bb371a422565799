//! A provider's public keys, and signatures checked with them.
//!
//! A key is of a kind, and only algorithms of that kind are checked with it; so a public key is never taken for a shared secret.
//! Symmetric algorithms and `none` do not exist here.
//!
//! RFC 7517, "JSON Web Key". RFC 8725, "JSON Web Token Best Current Practices".

use jsonwebtoken::DecodingKey;
use serde::{Deserialize, Deserializer};

use super::algorithm::{Algorithm, KeyKind};
use super::token::TokenError;

/// Keys a provider may publish. Those with a key for each tenant have some dozens.
const MAX_KEYS: usize = 100;
/// Keys that are tried for one signature: providers give each its id.
const MAX_TRIED: usize = 4;
const MAX_ID_BYTES: usize = 256;

/// A key of a set.
#[derive(Debug)]
struct Key {
    id: Option<String>,
    /// The one algorithm it is for, if the provider says so.
    algorithm: Option<String>,
    kind: KeyKind,
    public: DecodingKey,
}

/// The keys of a provider that can check signatures; others of its set are left out.
#[derive(Debug)]
pub(crate) struct KeySet(Vec<Key>);

/// A key as providers write it: the members that matter.
#[derive(Debug, Deserialize)]
struct Written {
    kty: String,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    kid: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl<'de> Deserialize<'de> for KeySet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<serde_json::Value>,
        }
        let set = Set::deserialize(deserializer)?;
        if set.keys.len() > MAX_KEYS {
            return Err(serde::de::Error::custom("too many keys"));
        }
        // Sets have keys of kinds that are to come; one that cannot be read is as if it were not there.
        Ok(Self(
            set.keys
                .into_iter()
                .filter_map(|key| serde_json::from_value(key).ok().and_then(Key::read))
                .collect(),
        ))
    }
}

impl KeySet {
    /// Whether there is no key in it that could check anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Key {
    fn read(written: Written) -> Option<Self> {
        let is_for_signatures = written.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
            && written
                .key_ops
                .is_none_or(|operations| operations.iter().any(|operation| operation == "verify"));
        if !is_for_signatures || written.kid.as_ref().is_some_and(|id| id.len() > MAX_ID_BYTES) {
            return None;
        }
        let (kind, key) = match (written.kty.as_str(), written.crv.as_deref()) {
            ("RSA", _) => (KeyKind::Rsa, DecodingKey::from_rsa_components(&written.n?, &written.e?)),
            ("EC", Some("P-256")) => {
                (KeyKind::P256, DecodingKey::from_ec_components(&written.x?, &written.y?))
            }
            ("EC", Some("P-384")) => {
                (KeyKind::P384, DecodingKey::from_ec_components(&written.x?, &written.y?))
            }
            ("OKP", Some("Ed25519")) => (KeyKind::Ed25519, DecodingKey::from_ed_components(&written.x?)),
            _ => return None,
        };
        Some(Self { id: written.kid, algorithm: written.alg, kind, public: key.ok()? })
    }
}

impl KeySet {
    /// Whether a key of the set made `signature` over `message`.
    ///
    /// A token that names a key is checked with that one. One that names none is checked only if there is no choice.
    pub(super) fn verify(
        &self,
        (algorithm, id): (Algorithm, Option<&str>),
        message: &str,
        signature: &str,
    ) -> Result<(), TokenError> {
        let fits = |key: &&Key| {
            key.kind == algorithm.key_kind()
                && key.algorithm.as_ref().is_none_or(|only| only == algorithm.name())
                && (id.is_none() || key.id.as_deref() == id)
        };
        let keys: Vec<&Key> = self.0.iter().filter(fits).take(MAX_TRIED).collect();
        if keys.is_empty() || (id.is_none() && keys.len() > 1) {
            return Err(TokenError::UnknownKey);
        }
        let is_signed = keys.iter().any(|key| {
            jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key.public, algorithm.verifier())
                .unwrap_or(false)
        });
        if is_signed { Ok(()) } else { Err(TokenError::Signature) }
    }
}
