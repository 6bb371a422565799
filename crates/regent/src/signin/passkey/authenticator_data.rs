//! What an authenticator says and signs: for whom, who was there, how often it was used, and at first its new key.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest;
use minicbor::Decoder;
use minicbor::data::Type;

use super::{MAX_CREDENTIAL_ID_BYTES, PasskeyError, Verification};

/// The longest there is: a long credential id, a key of 4096 bits and some extensions.
const MAX_BYTES: usize = 8192;
const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const HAS_CREDENTIAL: u8 = 0x40;
const HAS_EXTENSIONS: u8 = 0x80;

/// What an authenticator says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticatorData<'a> {
    rp_id_hash: [u8; 32],
    flags: u8,
    /// How often it has signed; 0 from those that do not count.
    pub(super) counter: u32,
    /// The credential that was made, at registration.
    pub(super) credential: Option<Credential<'a>>,
}

/// A credential that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Credential<'a> {
    pub(super) id: &'a [u8],
    /// Its public key as COSE, exactly as it came.
    pub(super) key: &'a [u8],
}

const MALFORMED: PasskeyError = PasskeyError::Malformed("authenticator data");

impl<'a> AuthenticatorData<'a> {
    /// Takes authenticator data apart. Every byte has a meaning; what is left over is refused.
    pub fn read(bytes: &'a [u8]) -> Result<Self, PasskeyError> {
        if bytes.len() > MAX_BYTES {
            return Err(MALFORMED);
        }
        let (rp_id_hash, rest) = bytes.split_first_chunk::<32>().ok_or(MALFORMED)?;
        let (flags, rest) = rest.split_first().ok_or(MALFORMED)?;
        let (counter, mut rest) = rest.split_first_chunk::<4>().ok_or(MALFORMED)?;
        let mut credential = None;
        if flags & HAS_CREDENTIAL != 0 {
            let (read, after) = Credential::read(rest)?;
            (credential, rest) = (Some(read), after);
        }
        if flags & HAS_EXTENSIONS != 0 {
            rest = after_map(rest)?;
        }
        // A passkey that cannot be backed up and is, is not of this specification.
        let is_odd = flags & BACKED_UP != 0 && flags & BACKUP_ELIGIBLE == 0;
        if !rest.is_empty() || is_odd {
            return Err(MALFORMED);
        }
        Ok(Self { rp_id_hash: *rp_id_hash, flags: *flags, counter: u32::from_be_bytes(*counter), credential })
    }

    /// Whether it was said to this relying party, with somebody there who was verified if they had to be.
    pub(super) fn verify(&self, rp_id: &str, verification: Verification) -> Result<(), PasskeyError> {
        let expected = digest::digest(&digest::SHA256, rp_id.as_bytes());
        if verify_slices_are_equal(expected.as_ref(), &self.rp_id_hash).is_err() {
            return Err(PasskeyError::RelyingParty);
        }
        if self.flags & USER_PRESENT == 0 {
            return Err(PasskeyError::NotPresent);
        }
        match verification {
            Verification::Required if !self.is_verified() => Err(PasskeyError::NotVerified),
            Verification::Required | Verification::Preferred => Ok(()),
        }
    }

    /// Whether the authenticator checked who was there.
    pub(super) fn is_verified(&self) -> bool {
        self.flags & USER_VERIFIED != 0
    }
}

impl<'a> Credential<'a> {
    fn read(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), PasskeyError> {
        let (_model, rest) = bytes.split_first_chunk::<16>().ok_or(MALFORMED)?;
        let (length, rest) = rest.split_first_chunk::<2>().ok_or(MALFORMED)?;
        let length = usize::from(u16::from_be_bytes(*length));
        if !(1..=MAX_CREDENTIAL_ID_BYTES).contains(&length) {
            return Err(MALFORMED);
        }
        let (id, rest) = rest.split_at_checked(length).ok_or(MALFORMED)?;
        let after = after_map(rest)?;
        let key = rest.get(..rest.len() - after.len()).ok_or(MALFORMED)?;
        Ok((Self { id, key }, after))
    }
}

/// What follows the map that `bytes` begin with.
fn after_map(bytes: &[u8]) -> Result<&[u8], PasskeyError> {
    let mut decoder = Decoder::new(bytes);
    if decoder.datatype().map_err(|_| MALFORMED)? != Type::Map {
        return Err(MALFORMED);
    }
    decoder.skip().map_err(|_| MALFORMED)?;
    bytes.get(decoder.position()..).ok_or(MALFORMED)
}
