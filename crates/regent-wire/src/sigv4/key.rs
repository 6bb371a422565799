//! Signing keys: derived from a secret for one day, region and service.

use std::ops::BitAnd;

use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

use super::SigV4Error;
#[cfg(feature = "sigv4a")]
use super::asymmetric::PublicKey;
use super::claim::Claim;
use super::credential::TERMINATOR;
use super::presented::Algorithm;
use crate::digest::{self, HmacKey, Sha256Digest};
use crate::secret::SecretAccessKey;

/// A SigV4 signing key. Good for one day, region and service; wiped when dropped; prints nothing.
///
/// AWS: "IAM User Guide", Create a signed AWS API request, Step 4: Calculate the signature.
#[derive(Clone, Debug)]
pub struct SigningKey(HmacKey);

impl SigningKey {
    /// Derives the key: four HMACs, about half of what an uncached verification costs.
    pub fn derive(secret: &SecretAccessKey, date: &str, region: &str, service: &str) -> Self {
        let start = Zeroizing::new([b"AWS4", secret.reveal().as_bytes()].concat());
        let mut key = HmacKey::new(&start);
        for part in [date, region, service, TERMINATOR] {
            key = HmacKey::new(&*Zeroizing::new(key.sign(part.as_bytes())));
        }
        Self(key)
    }

    /// Signs a string to sign.
    pub fn sign(&self, string_to_sign: &[u8]) -> Sha256Digest {
        self.0.sign(string_to_sign)
    }
}

/// What a claim is verified with, whichever algorithm it names.
#[derive(Debug)]
pub struct VerifyingKey(Kind);

#[derive(Debug)]
enum Kind {
    Hmac(SigningKey),
    #[cfg(feature = "sigv4a")]
    Ecdsa(PublicKey),
}

impl VerifyingKey {
    /// Derives the key this claim has to be verified with. Fails for SigV4a in a build without it.
    pub fn derive(claim: &Claim<'_>, secret: &SecretAccessKey) -> Result<Self, SigV4Error> {
        match claim.algorithm() {
            Algorithm::Hmac => {
                Ok(SigningKey::derive(secret, claim.date(), claim.region(), claim.service()).into())
            }
            #[cfg(feature = "sigv4a")]
            Algorithm::Ecdsa => match PublicKey::derive(secret, claim.access_key_id()) {
                Some(key) => Ok(Self(Kind::Ecdsa(key))),
                None => Err(SigV4Error::mismatch()),
            },
            #[cfg(not(feature = "sigv4a"))]
            Algorithm::Ecdsa => Err(SigV4Error::unsupported_algorithm(Algorithm::Ecdsa.name())),
        }
    }

    /// A key of one algorithm verifies nothing of the other's.
    pub(super) fn verifies(&self, algorithm: Algorithm, string_to_sign: &[u8], signature: &[u8]) -> bool {
        match (&self.0, algorithm) {
            (Kind::Hmac(key), Algorithm::Hmac) => {
                let expected = digest::hex(&key.sign(string_to_sign));
                signature.try_into().is_ok_and(|signature| is_equal(&expected, signature))
            }
            #[cfg(feature = "sigv4a")]
            (Kind::Ecdsa(key), Algorithm::Ecdsa) => key.verifies(string_to_sign, signature),
            _ => false,
        }
    }
}

/// Compares in constant time, eight digits at once: byte by byte costs a tenth of a verification.
fn is_equal(one: &[u8; 64], other: &[u8; 64]) -> bool {
    let (one, other) = (one.as_chunks::<8>().0, other.as_chunks::<8>().0);
    let words = one.iter().zip(other).map(|(a, b)| u64::from_ne_bytes(*a).ct_eq(&u64::from_ne_bytes(*b)));
    words.fold(Choice::from(1), BitAnd::bitand).into()
}

impl From<SigningKey> for VerifyingKey {
    fn from(key: SigningKey) -> Self {
        Self(Kind::Hmac(key))
    }
}

#[cfg(test)]
mod tests {
    use super::is_equal;

    #[test]
    fn every_byte_takes_part_in_the_comparison() {
        assert!(is_equal(&[7; 64], &[7; 64]));
        for place in 0..64 {
            let mut other = [7; 64];
            other[place] ^= 1;
            assert!(!is_equal(&[7; 64], &other), "{place}");
        }
    }
}
