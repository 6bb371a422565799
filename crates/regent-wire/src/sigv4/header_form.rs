//! The signature in an `Authorization` header.
//!
//! ```text
//! Authorization: AWS4-HMAC-SHA256 Credential=AKID/20150830/us-east-1/sts/aws4_request,
//!                SignedHeaders=host;x-amz-date, Signature=5d67…
//! ```
//!
//! AWS: "IAM User Guide", Create a signed AWS API request, Step 5: Add the signature to the request.

use http::header::{DATE, HeaderValue};

use super::SigV4Error;
use super::canonical::Form;
use super::credential::Credential;
use super::presented::{Algorithm, DateText, Presented, text};
use super::request::{Request, X_AMZ_DATE, X_AMZ_REGION_SET, X_AMZ_SECURITY_TOKEN};

/// The longest header that is looked at. A hundred signed headers fit.
const MAX_AUTHORIZATION_BYTES: usize = 8_192;

/// The parameters; of repeated ones the last counts, unlike in the query.
#[derive(Default)]
struct Parameters<'r> {
    credential: Option<&'r str>,
    signed_headers: Option<&'r str>,
    signature: Option<&'r str>,
}

impl<'r> Parameters<'r> {
    /// A comma separates, blanks or none around it. The first `=` ends a name: values may hold more.
    fn read(value: &'r str, parameters: &'r str) -> Result<Self, SigV4Error> {
        let mut found = Self::default();
        for piece in parameters.split(',').map(str::trim_ascii).filter(|piece| !piece.is_empty()) {
            let Some((name, content)) = piece.split_once('=') else {
                return Err(SigV4Error::incomplete(format!(
                    "'{piece}' not a valid key=value pair (missing equal-sign) in Authorization header: '{value}'."
                )));
            };
            match name {
                "Credential" => found.credential = Some(content),
                "SignedHeaders" => found.signed_headers = Some(content),
                "Signature" => found.signature = Some(content),
                _ => {}
            }
        }
        Ok(found)
    }
}

pub(super) fn read<'r>(request: Request<'r>, value: &'r HeaderValue) -> Result<Presented<'r>, SigV4Error> {
    if value.len() > MAX_AUTHORIZATION_BYTES {
        return Err(SigV4Error::incomplete("Authorization header is too long."));
    }
    let Ok(value) = std::str::from_utf8(value.as_bytes()) else {
        return Err(SigV4Error::incomplete("Authorization header is not text."));
    };
    let value = value.trim_ascii();
    let (name, parameters) = value.split_once(' ').unwrap_or((value, ""));
    let Some(algorithm) = Algorithm::from_name(name) else {
        return Err(SigV4Error::unsupported_algorithm(name));
    };
    let found = Parameters::read(value, parameters)?;
    let region_set = match algorithm {
        Algorithm::Hmac => None,
        Algorithm::Ecdsa => request.headers.get(&X_AMZ_REGION_SET),
    };
    match (found, date(&request)) {
        (
            Parameters {
                credential: Some(credential),
                signed_headers: Some(signed_headers),
                signature: Some(signature),
            },
            Some(date),
        ) if region_set.is_some() || algorithm == Algorithm::Hmac => Ok(Presented {
            request,
            form: Form::Header,
            algorithm,
            credential: Credential::new(credential.into(), algorithm),
            signed_headers: signed_headers.into(),
            signature: signature.into(),
            date,
            // need not be among the signed headers: it is sealed in itself
            token: request.headers.get(&X_AMZ_SECURITY_TOKEN).map(text),
            region_set: region_set.map(text),
            expires: None,
        }),
        (found, date) => Err(missing(algorithm, &found, date.is_some(), region_set.is_some())),
    }
}

/// `X-Amz-Date` if there is one, however bad; else `Date`.
fn date<'r>(request: &Request<'r>) -> Option<DateText<'r>> {
    let exact = request.headers.get(&X_AMZ_DATE).map(|value| DateText::XAmzDate(text(value)));
    exact.or_else(|| request.headers.get(DATE).map(|value| DateText::Date(text(value))))
}

/// One sentence for each thing that is not there.
fn missing(algorithm: Algorithm, found: &Parameters<'_>, has_date: bool, has_region_set: bool) -> SigV4Error {
    let sentences = [
        (found.credential.is_some(), "Authorization header requires 'Credential' parameter."),
        (found.signature.is_some(), "Authorization header requires 'Signature' parameter."),
        (found.signed_headers.is_some(), "Authorization header requires 'SignedHeaders' parameter."),
        (has_date, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."),
        (
            has_region_set || algorithm == Algorithm::Hmac,
            "Authorization header requires existence of a 'X-Amz-Region-Set' header.",
        ),
    ];
    let mut message = String::new();
    for (_, sentence) in sentences.iter().filter(|(present, _)| !present) {
        message.push_str(sentence);
        message.push(' ');
    }
    message.push_str("Authorization=");
    message.push_str(algorithm.name());
    SigV4Error::incomplete(message)
}
