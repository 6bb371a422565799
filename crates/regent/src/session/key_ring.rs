//! The keys that seal session tokens, the messages of denials and what browsers hold, and derive session secrets.

use aws_lc_rs::aead::{AES_256_GCM_SIV, LessSafeKey, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use regent_store::directory::Directory;
use regent_store::entity::Seconds;
use regent_wire::secret::SecretAccessKey;
use zeroize::Zeroizing;

use crate::seal::KEY_BYTES;

/// Characters of a secret access key.
const SECRET_LENGTH: usize = 40;
/// How long a new key only opens. Other nodes learn of it well within this time, and a token sealed sooner would
/// look forged to those that had not.
const SETTLING_SECS: Seconds = 60;

/// The bytes of a key, wiped when dropped.
pub type KeyBytes = Zeroizing<[u8; KEY_BYTES]>;

/// A key of the ring could not be used.
#[derive(Debug, thiserror::Error)]
#[error("session key {0} cannot be used")]
pub struct RingKeyError(u32);

/// Keys old and new. The newest seals; every one of them opens what it sealed.
#[derive(Debug, Default)]
pub struct KeyRing {
    /// Oldest first.
    keys: Vec<RingKey>,
}

/// One key of the ring, taken apart for its uses: what was sealed for one of them opens for no other.
///
/// Tokens are sealed with AES-256-GCM-SIV, which stays safe should a random nonce ever come twice: one key seals
/// every session of every node for weeks, more messages than plain GCM with random nonces is meant for.
pub(super) struct RingKey {
    pub(super) id: u32,
    created: Seconds,
    pub(super) aead: LessSafeKey,
    pub(super) denials: LessSafeKey,
    pub(super) browsers: LessSafeKey,
    secrets: hmac::Key,
}

impl std::fmt::Debug for RingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RingKey({})", self.id)
    }
}

impl KeyRing {
    /// The ring of these keys: number, time of making, and the key itself, in the order of their numbers.
    pub fn new(keys: &[(u32, Seconds, KeyBytes)]) -> Result<Self, RingKeyError> {
        let keys = keys.iter().map(|(id, created, key)| RingKey::new(*id, *created, key));
        Ok(Self { keys: keys.collect::<Result<_, _>>()? })
    }

    /// Whether it has the keys that the directory has.
    pub(crate) fn is_of(&self, directory: &Directory) -> bool {
        self.keys.iter().map(|key| key.id).eq(directory.session_keys().map(|key| key.id))
    }

    /// The key that seals: the newest that every node has had time to learn of, else the oldest.
    pub(super) fn sealing(&self, now: Seconds) -> Option<&RingKey> {
        let known = self.keys.iter().rev().find(|key| key.created + SETTLING_SECS <= now);
        known.or(self.keys.first())
    }

    /// The key with this number.
    pub(super) fn key(&self, id: u32) -> Option<&RingKey> {
        self.keys.iter().rev().find(|key| key.id == id)
    }
}

impl RingKey {
    fn new(id: u32, created: Seconds, key: &KeyBytes) -> Result<Self, RingKeyError> {
        let secrets = derive(key, b"regent session secret").ok_or(RingKeyError(id))?;
        Ok(Self {
            id,
            created,
            aead: sealing_key(key, b"regent session token").ok_or(RingKeyError(id))?,
            denials: sealing_key(key, b"regent authorization message").ok_or(RingKeyError(id))?,
            browsers: sealing_key(key, b"regent browser").ok_or(RingKeyError(id))?,
            secrets: hmac::Key::new(hmac::HMAC_SHA256, &*secrets),
        })
    }

    /// The secret access key that belongs to a temporary access key id.
    pub(super) fn secret(&self, access_key_id: &str) -> SecretAccessKey {
        let tag = hmac::sign(&self.secrets, access_key_id.as_bytes());
        let mut text = Zeroizing::new(STANDARD_NO_PAD.encode(tag.as_ref()));
        text.truncate(SECRET_LENGTH);
        SecretAccessKey::new(std::mem::take(&mut *text))
    }
}

struct KeyLength;

impl KeyType for KeyLength {
    fn len(&self) -> usize {
        KEY_BYTES
    }
}

fn sealing_key(key: &KeyBytes, purpose: &[u8]) -> Option<LessSafeKey> {
    let derived = derive(key, purpose)?;
    Some(LessSafeKey::new(UnboundKey::new(&AES_256_GCM_SIV, &*derived).ok()?))
}

fn derive(key: &KeyBytes, purpose: &[u8]) -> Option<KeyBytes> {
    let mut out = Zeroizing::new([0; KEY_BYTES]);
    Salt::new(HKDF_SHA256, &[]).extract(&**key).expand(&[purpose], KeyLength).ok()?.fill(&mut *out).ok()?;
    Some(out)
}
