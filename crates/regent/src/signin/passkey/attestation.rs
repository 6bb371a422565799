//! The envelope a new credential comes in: a format, a statement about the authenticator's maker, and its data.

use minicbor::Decoder;
use minicbor::data::Type;

use super::PasskeyError;

/// The longest there is: certificates of a maker take a few thousand bytes.
const MAX_BYTES: usize = 16 * 1024;
/// The longest name of a format, by the registry of formats.
const MAX_FORMAT_BYTES: usize = 32;

/// An attestation object, of which the data alone is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttestationObject<'a> {
    /// Authenticator data, still to be taken apart.
    pub auth_data: &'a [u8],
}

const MALFORMED: PasskeyError = PasskeyError::Malformed("attestation object");

impl<'a> AttestationObject<'a> {
    /// Reads a map of exactly the three members there are. A statement is passed over, whatever it says, except that
    /// the format `none` says nothing.
    pub fn read(bytes: &'a [u8]) -> Result<Self, PasskeyError> {
        if bytes.len() > MAX_BYTES {
            return Err(MALFORMED);
        }
        let mut decoder = Decoder::new(bytes);
        let read = read(&mut decoder).map_err(|_| MALFORMED)?;
        if decoder.position() != bytes.len() {
            return Err(MALFORMED);
        }
        match read {
            (Some(format), Some(members), Some(auth_data))
                if format.len() <= MAX_FORMAT_BYTES && (format != "none" || members == 0) =>
            {
                Ok(Self { auth_data })
            }
            _ => Err(MALFORMED),
        }
    }
}

/// Format, number of the statement's members, authenticator data.
type Members<'a> = (Option<&'a str>, Option<u64>, Option<&'a [u8]>);

fn read<'a>(decoder: &mut Decoder<'a>) -> Result<Members<'a>, minicbor::decode::Error> {
    let refused = || minicbor::decode::Error::message("not an attestation object");
    let (mut format, mut statement, mut auth_data) = (None, None, None);
    if decoder.map()? != Some(3) {
        return Err(refused());
    }
    for _ in 0..3 {
        // A member that comes twice leaves another one missing, and that is refused.
        match decoder.str()? {
            "fmt" => format = Some(decoder.str()?),
            "attStmt" => statement = Some(members(decoder)?),
            "authData" => auth_data = Some(decoder.bytes()?),
            _ => return Err(refused()),
        }
    }
    Ok((format, statement, auth_data))
}

/// How many members the map has that comes next, which is passed over.
fn members(decoder: &mut Decoder<'_>) -> Result<u64, minicbor::decode::Error> {
    if decoder.datatype()? != Type::Map {
        return Err(minicbor::decode::Error::message("expected a map"));
    }
    let count = decoder.probe().map()?.unwrap_or(u64::MAX);
    decoder.skip()?;
    Ok(count)
}
