//! SigV4a: a key pair derived from the secret access key, so that one signature is good in many regions.
//!
//! The private half follows from the secret by NIST SP 800-108's counter mode; the verifier derives it
//! too, and keeps the public half alone.
//!
//! AWS: "IAM User Guide", AWS Signature Version 4 for API requests, Signature versions.

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ParsedPublicKey};
use zeroize::Zeroizing;

use super::presented::Algorithm;
use crate::digest::HmacKey;
use crate::secret::SecretAccessKey;

/// The order of P-256's group, less two, big-endian. A candidate above it is passed over, so that the
/// candidate plus one is a private key between 1 and the order less one.
const ORDER_LESS_TWO: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, //
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x4f,
];

/// The longest signature in DER: two integers of 33 bytes and their heads.
const MAX_SIGNATURE_BYTES: usize = 72;

/// The public half of a SigV4a key pair.
#[derive(Debug)]
pub(super) struct PublicKey(ParsedPublicKey);

impl PublicKey {
    /// `None` if 254 candidates in a row were unfit, which has a chance of one in 2 to the power 8,000.
    pub(super) fn derive(secret: &SecretAccessKey, access_key_id: &str) -> Option<Self> {
        let start = Zeroizing::new([b"AWS4A", secret.reveal().as_bytes()].concat());
        let key = HmacKey::new(&start);
        let scalar = (1..u8::MAX).find_map(|counter| candidate(&key, access_key_id, counter))?;
        let private = PrivateKey::from_private_key(&ECDH_P256, scalar.as_slice()).ok()?;
        let point = private.compute_public_key().ok()?;
        ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point.as_ref()).ok().map(Self)
    }

    /// Whether the signature, DER in hexadecimal, is this key's over the string to sign.
    pub(super) fn verifies(&self, string_to_sign: &[u8], signature: &[u8]) -> bool {
        from_hex(signature).is_some_and(|der| self.0.verify_sig(string_to_sign, &der).is_ok())
    }
}

/// The counter's candidate plus one, if it is in range.
fn candidate(key: &HmacKey, access_key_id: &str, counter: u8) -> Option<Zeroizing<[u8; 32]>> {
    let mut input = Vec::with_capacity(64);
    input.extend(1_u32.to_be_bytes());
    input.extend(Algorithm::Ecdsa.name().bytes());
    input.push(0);
    input.extend(access_key_id.bytes());
    input.push(counter);
    input.extend(256_u32.to_be_bytes());
    let mut scalar = Zeroizing::new(key.sign(&input));
    (*scalar <= ORDER_LESS_TWO).then(|| {
        add_one(&mut scalar);
        scalar
    })
}

/// Big-endian; the number is below the order and cannot overflow.
fn add_one(number: &mut [u8; 32]) {
    for byte in number.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            return;
        }
    }
}

fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    let (pairs, odd) = text.as_chunks::<2>();
    if !odd.is_empty() || pairs.len() > MAX_SIGNATURE_BYTES {
        return None;
    }
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    pairs.iter().map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::{add_one, from_hex};

    #[test]
    fn adding_one_carries() {
        let mut number = [0; 32];
        number[30..].copy_from_slice(&[0x01, 0xff]);
        add_one(&mut number);
        assert_eq!(number[29..], [0, 2, 0]);
    }

    #[test]
    fn only_short_lower_case_pairs_are_hexadecimal() {
        assert_eq!(from_hex(b"00ff1a"), Some(vec![0, 255, 26]));
        assert_eq!(from_hex(b""), Some(vec![]));
        for text in ["0", "0g", "FF", "é"] {
            assert_eq!(from_hex(text.as_bytes()), None, "{text}");
        }
        assert!(from_hex(&[b'0'; 144]).is_some());
        assert!(from_hex(&[b'0'; 146]).is_none());
    }
}
