//! Public keys as authenticators write them, of the three kinds that are accepted.
//!
//! The algorithm is part of the key: what a signature is checked with follows from what was registered and from nothing that
//! comes with the signature.
//!
//! RFC 9052 and 9053, "CBOR Object Signing and Encryption". W3C: Web Authentication, section 5.8.5.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use minicbor::Decoder;
use minicbor::data::Type;

use super::PasskeyError;

/// ECDSA on P-256 with SHA-256, EdDSA, RSA with SHA-256: what to ask an authenticator for, the best first.
pub(super) const ALGORITHMS: [i64; 3] = [ES256, EDDSA, RS256];
const ES256: i64 = -7;
const EDDSA: i64 = -8;
const RS256: i64 = -257;

const KIND_OKP: i64 = 1;
const KIND_EC2: i64 = 2;
const KIND_RSA: i64 = 3;
const P256: i64 = 1;
const CURVE_ED25519: i64 = 6;
/// Bytes of an RSA key: 2048 to 4096 bits. Larger ones only take time.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=512;
const MAX_EXPONENT_BYTES: usize = 4;
/// The most members a key of ours has.
const MAX_MEMBERS: u64 = 5;

/// A key that signatures can be checked with.
#[derive(Debug)]
pub(super) struct PublicKey(ParsedPublicKey);

impl PublicKey {
    /// Reads a COSE key. Each kind has its members and no others, and the numbers must be a key.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, PasskeyError> {
        let mut decoder = Decoder::new(bytes);
        let fields = Fields::read(&mut decoder).map_err(|_| PasskeyError::Key)?;
        if decoder.position() != bytes.len() {
            return Err(PasskeyError::Key);
        }
        fields.into_key().map(Self)
    }

    /// Whether `signature` over `message` is by this key.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), PasskeyError> {
        self.0.verify_sig(message, signature).map_err(|_| PasskeyError::Signature)
    }
}

/// The members by their labels: kind (1), algorithm (3), and -1 to -3, which mean what the kind says.
#[derive(Debug, Default)]
struct Fields<'a> {
    count: u64,
    kind: Option<i64>,
    algorithm: Option<i64>,
    first: Option<Member<'a>>,
    second: Option<&'a [u8]>,
    third: Option<&'a [u8]>,
}

#[derive(Debug)]
enum Member<'a> {
    Number(i64),
    Bytes(&'a [u8]),
}

impl<'a> Fields<'a> {
    fn read(decoder: &mut Decoder<'a>) -> Result<Self, minicbor::decode::Error> {
        let refused = || minicbor::decode::Error::message("not a key that is accepted");
        let count = decoder.map()?.filter(|count| *count <= MAX_MEMBERS).ok_or_else(refused)?;
        let mut fields = Self { count, ..Self::default() };
        for _ in 0..count {
            // A member that comes twice leaves another one missing, and that is refused.
            match decoder.i64()? {
                1 => fields.kind = Some(decoder.i64()?),
                3 => fields.algorithm = Some(decoder.i64()?),
                -1 if decoder.datatype()? == Type::Bytes => {
                    fields.first = Some(Member::Bytes(decoder.bytes()?));
                }
                -1 => fields.first = Some(Member::Number(decoder.i64()?)),
                -2 => fields.second = Some(decoder.bytes()?),
                -3 => fields.third = Some(decoder.bytes()?),
                _ => return Err(refused()),
            }
        }
        Ok(fields)
    }

    fn into_key(self) -> Result<ParsedPublicKey, PasskeyError> {
        let parsed = match (self.count, self.kind, self.algorithm, self.first, self.second, self.third) {
            (5, Some(KIND_EC2), Some(ES256), Some(Member::Number(P256)), Some(x), Some(y))
                if x.len() == 32 && y.len() == 32 =>
            {
                ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, [&[4], x, y].concat())
            }
            (4, Some(KIND_OKP), Some(EDDSA), Some(Member::Number(CURVE_ED25519)), Some(x), None)
                if x.len() == 32 =>
            {
                ParsedPublicKey::new(&ED25519, x)
            }
            (4, Some(KIND_RSA), Some(RS256), Some(Member::Bytes(n)), Some(e), None)
                if RSA_BYTES.contains(&n.len()) && e.len() <= MAX_EXPONENT_BYTES =>
            {
                RsaPublicKeyComponents { n, e }.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
            }
            _ => return Err(PasskeyError::Key),
        };
        parsed.map_err(|_| PasskeyError::Key)
    }
}
