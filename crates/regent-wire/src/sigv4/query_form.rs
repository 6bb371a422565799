//! The signature in the query string: a presigned URL.
//!
//! Names are case-sensitive. Of repeated parameters the first counts, though all are signed.
//!
//! AWS: "IAM User Guide", Create a signed AWS API request, Step 5: Add the signature to the request.

use super::SigV4Error;
use super::canonical::Form;
use super::credential::Credential;
use super::escape::{self, EscapeFault};
use super::presented::{Algorithm, DateText, Presented};
use super::request::Request;

/// The parameters of a signature, as sent; the escapes have been checked.
#[derive(Default)]
pub(super) struct Parameters<'r> {
    /// Its presence makes the request a presigned one.
    pub(super) algorithm: Option<&'r str>,
    credential: Option<&'r str>,
    signature: Option<&'r str>,
    signed_headers: Option<&'r str>,
    date: Option<&'r str>,
    token: Option<&'r str>,
    region_set: Option<&'r str>,
    expires: Option<&'r str>,
}

impl<'r> Parameters<'r> {
    pub(super) fn find(request: &Request<'r>) -> Result<Self, EscapeFault> {
        let mut found = Self::default();
        for (name, value) in request.query_pairs() {
            let slot = match found.slot(name) {
                Some(slot) => slot,
                // a name may hide behind escapes; most do not
                None if name.contains('%') => match found.slot(&escape::decode(name)?) {
                    Some(slot) => slot,
                    None => continue,
                },
                None => continue,
            };
            slot.get_or_insert(value);
        }
        Ok(found)
    }

    fn slot(&mut self, name: &str) -> Option<&mut Option<&'r str>> {
        Some(match name {
            "X-Amz-Algorithm" => &mut self.algorithm,
            "X-Amz-Credential" => &mut self.credential,
            "X-Amz-Signature" => &mut self.signature,
            "X-Amz-SignedHeaders" => &mut self.signed_headers,
            "X-Amz-Date" => &mut self.date,
            "X-Amz-Security-Token" => &mut self.token,
            "X-Amz-Region-Set" => &mut self.region_set,
            "X-Amz-Expires" => &mut self.expires,
            _ => return None,
        })
    }
}

pub(super) fn read<'r>(
    request: Request<'r>,
    algorithm: Algorithm,
    found: &Parameters<'r>,
) -> Result<Presented<'r>, SigV4Error> {
    match *found {
        Parameters {
            credential: Some(credential),
            signature: Some(signature),
            signed_headers: Some(signed_headers),
            date: Some(date),
            token,
            region_set,
            expires,
            algorithm: _,
        } if region_set.is_some() || algorithm == Algorithm::Hmac => Ok(Presented {
            request,
            form: Form::Query,
            algorithm,
            credential: Credential::new(escape::decode(credential)?, algorithm),
            signed_headers: escape::decode(signed_headers)?,
            signature: escape::decode(signature)?,
            date: DateText::Query(escape::decode(date)?),
            token: token.map(escape::decode).transpose()?,
            region_set: region_set.map(escape::decode).transpose()?,
            expires: expires.map(escape::decode).transpose()?,
        }),
        _ => Err(missing(algorithm, found)),
    }
}

/// One sentence for each parameter that is not there, and a parting word.
fn missing(algorithm: Algorithm, found: &Parameters<'_>) -> SigV4Error {
    let names = [
        (found.credential.is_some(), "X-Amz-Credential"),
        (found.signature.is_some(), "X-Amz-Signature"),
        (found.signed_headers.is_some(), "X-Amz-SignedHeaders"),
        (found.date.is_some(), "X-Amz-Date"),
        (found.region_set.is_some() || algorithm == Algorithm::Hmac, "X-Amz-Region-Set"),
    ];
    let mut message = String::new();
    for (_, name) in names.iter().filter(|(present, _)| !present) {
        message.push_str("AWS query-string parameters must include '");
        message.push_str(name);
        message.push_str("'. ");
    }
    message.push_str("Re-examine the query-string parameters.");
    SigV4Error::incomplete(message)
}
