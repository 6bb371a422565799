//! SHA-256, HMAC-SHA-256 and hexadecimal digits: the only door of this crate to a hash library.
//!
//! A build that must run on another implementation, say a validated one, changes this file alone.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// What SHA-256 yields.
pub type Sha256Digest = [u8; 32];

/// The bytes SHA-256 takes in at a time, and so the longest HMAC key that is used as it is.
const BLOCK_LEN: usize = 64;

/// The SHA-256 digest of the bytes. Uses the processor's SHA instructions where it has them.
pub fn sha256(bytes: &[u8]) -> Sha256Digest {
    Sha256::digest(bytes).into()
}

/// A digest in lower-case hexadecimal, the only form SigV4 knows; ASCII by construction.
pub fn hex(digest: &Sha256Digest) -> [u8; 64] {
    let mut text = [0; 64];
    for (pair, byte) in text.chunks_exact_mut(2).zip(digest) {
        pair.copy_from_slice(&[hex_digit(byte >> 4), hex_digit(byte & 0x0f)]);
    }
    text
}

/// `0`–`9`, `a`–`f`. Without a table, so that no memory access depends on the digit.
const fn hex_digit(nibble: u8) -> u8 {
    let letter_gap = (nibble > 9) as u8 * (b'a' - b'0' - 10);
    b'0'.wrapping_add(nibble).wrapping_add(letter_gap)
}

/// An HMAC-SHA-256 key, already mixed into the hash: signing with it costs two blocks less.
///
/// Wiped when dropped. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct HmacKey(Hmac<Sha256>);

impl HmacKey {
    /// Takes a key of any length; one above 64 bytes is hashed first, as HMAC prescribes.
    pub fn new(key: &[u8]) -> Self {
        let mut block = Zeroizing::new([0; BLOCK_LEN]);
        let hashed;
        let short = if key.len() > BLOCK_LEN {
            hashed = Zeroizing::new(sha256(key));
            hashed.as_slice()
        } else {
            key
        };
        for (slot, byte) in block.iter_mut().zip(short) {
            *slot = *byte;
        }
        Self(Hmac::new(&(*block).into()))
    }

    /// The authentication code of the message.
    pub fn sign(&self, message: &[u8]) -> Sha256Digest {
        let mut mac = self.0.clone();
        mac.update(message);
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HmacKey")
    }
}

#[cfg(test)]
mod tests {
    use super::{HmacKey, hex, sha256};

    #[track_caller]
    fn check(digest: [u8; 32], expected: &str) {
        assert_eq!(std::str::from_utf8(&hex(&digest)).unwrap(), expected);
    }

    #[test]
    fn sha256_agrees_with_fips_180() {
        check(sha256(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        check(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn hmac_agrees_with_rfc_4231() {
        let cases: [(&[u8], &[u8], &str); 4] = [
            (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
            (
                &[0xaa; 131],
                b"This is a test using a larger than block-size key and a larger than block-size data. The key \
                  needs to be hashed before being used by the HMAC algorithm.",
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
            ),
        ];
        for (key, message, expected) in cases {
            check(HmacKey::new(key).sign(message), expected);
        }
    }

    #[test]
    fn a_key_of_exactly_one_block_is_not_hashed() {
        let block = [7; 64];
        assert_ne!(HmacKey::new(&block).sign(b"m"), HmacKey::new(&sha256(&block)).sign(b"m"));
        assert_ne!(HmacKey::new(&block).sign(b"m"), HmacKey::new(&block[..63]).sign(b"m"));
    }

    #[test]
    fn a_key_prints_nothing_of_itself() {
        assert_eq!(format!("{:?}", HmacKey::new(b"secret")), "HmacKey");
    }
}
