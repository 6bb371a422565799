//! Envelope encryption of everything secret at rest.
//!
//! Secrets (access keys, session keys, TOTP seeds) are sealed with a *data key*; the data key is sealed with the
//! *master key*, which lives outside the database. So a copy of the database alone opens nothing, and the master
//! key can move to a key service later without touching a record.
//!
//! What is sealed is bound to its place: the text of one record does not open in another.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use regent_wire::secret::SecretAccessKey;
use zeroize::{Zeroize as _, Zeroizing};

use crate::entropy;

pub(crate) mod master;
pub(crate) mod place;
pub(crate) mod rewrap;

/// Length of every key here, in bytes.
pub(crate) const KEY_BYTES: usize = 32;

/// Why something could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// Another key sealed it, or somebody changed it, or it stood elsewhere.
    #[error("sealed data does not open with this key at this place")]
    Closed,
    /// The text is not of the form this version writes.
    #[error("sealed data is not in a known form")]
    Malformed,
    /// No randomness, or the cipher refused the key.
    #[error("sealing is not possible")]
    Unavailable,
}

/// Seals and opens with one key.
///
/// The form is `1.` and base64 of nonce, ciphertext and tag; the leading number leaves room for another cipher.
pub(crate) struct Sealer {
    key: LessSafeKey,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer")
    }
}

impl Sealer {
    /// A sealer with `key`.
    pub(crate) fn new(key: &[u8; KEY_BYTES]) -> Result<Self, SealError> {
        let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| SealError::Unavailable)?;
        Ok(Self { key: LessSafeKey::new(key) })
    }

    /// Seals `plain` so that it opens only at `place`: the account, kind and key of its record.
    pub(crate) fn seal(&self, place: &str, plain: &[u8]) -> Result<String, SealError> {
        let nonce = entropy::bytes::<NONCE_LEN>().map_err(|_| SealError::Unavailable)?;
        let mut bytes = nonce.to_vec();
        let mut cipher = Zeroizing::new(plain.to_vec());
        let nonce = Nonce::assume_unique_for_key(nonce);
        self.key
            .seal_in_place_append_tag(nonce, Aad::from(place.as_bytes()), &mut *cipher)
            .map_err(|_| SealError::Unavailable)?;
        bytes.extend_from_slice(&cipher);
        Ok(format!("1.{}", STANDARD_NO_PAD.encode(bytes)))
    }

    /// Opens what [`seal`](Self::seal) made for the same place.
    pub(crate) fn open(&self, place: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let text = sealed.strip_prefix("1.").ok_or(SealError::Malformed)?;
        let bytes = STANDARD_NO_PAD.decode(text).map_err(|_| SealError::Malformed)?;
        let (nonce, cipher) = bytes.split_first_chunk::<NONCE_LEN>().ok_or(SealError::Malformed)?;
        let mut cipher = cipher.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = self
            .key
            .open_in_place(nonce, Aad::from(place.as_bytes()), &mut cipher)
            .map(|plain| Zeroizing::new(plain.to_vec()));
        cipher.zeroize();
        plain.map_err(|_| SealError::Closed)
    }

    /// Opens a text.
    pub(crate) fn open_text(&self, place: &str, sealed: &str) -> Result<SecretAccessKey, SealError> {
        let bytes = self.open(place, sealed)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| SealError::Malformed)?;
        Ok(SecretAccessKey::new(text.to_owned()))
    }

    /// Opens a key.
    pub(crate) fn open_key(
        &self,
        place: &str,
        sealed: &str,
    ) -> Result<Zeroizing<[u8; KEY_BYTES]>, SealError> {
        let bytes = self.open(place, sealed)?;
        bytes.as_slice().try_into().map(Zeroizing::new).map_err(|_| SealError::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(byte: u8) -> Sealer {
        Sealer::new(&[byte; KEY_BYTES]).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_only_with_its_key_and_at_its_place() {
        let sealed = sealer(1).seal("1/access-key/AKIA", b"secret").unwrap();
        assert_eq!(*sealer(1).open("1/access-key/AKIA", &sealed).unwrap(), b"secret");
        assert!(matches!(sealer(2).open("1/access-key/AKIA", &sealed), Err(SealError::Closed)));
        assert!(matches!(sealer(1).open("1/access-key/AKIB", &sealed), Err(SealError::Closed)));
    }

    #[test]
    fn sealing_twice_gives_two_texts() {
        assert_ne!(sealer(1).seal("p", b"s").unwrap(), sealer(1).seal("p", b"s").unwrap());
    }

    #[test]
    fn a_text_of_another_form_is_malformed() {
        for text in ["", "1.", "2.AAAA", "1.!", "1.AAAA"] {
            assert!(matches!(sealer(1).open("p", text), Err(SealError::Malformed)), "{text}");
        }
    }

    #[test]
    fn any_changed_byte_keeps_it_closed() {
        let sealed = sealer(1).seal("p", b"secret").unwrap();
        let bytes = STANDARD_NO_PAD.decode(sealed.split_at(2).1).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let text = format!("1.{}", STANDARD_NO_PAD.encode(changed));
            assert!(matches!(sealer(1).open("p", &text), Err(SealError::Closed)), "byte {at}");
        }
    }
}
