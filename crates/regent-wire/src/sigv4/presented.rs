//! What a request presents as its signature, found and taken apart but not yet believed.

use std::borrow::Cow;

use http::header::{AUTHORIZATION, HeaderValue};

use super::canonical::Form;
use super::claim::Claim;
use super::credential::Credential;
use super::request::Request;
use super::{Rules, SigV4Error, escape, header_form, query_form};

/// How a request is signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Algorithm {
    /// SigV4: an HMAC under a key derived from the secret, the day, the region and the service.
    Hmac,
    /// SigV4a: ECDSA under a key pair derived from the secret; the scope has no region, a set of
    /// regions is signed beside it.
    Ecdsa,
}

impl Algorithm {
    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hmac => "AWS4-HMAC-SHA256",
            Self::Ecdsa => "AWS4-ECDSA-P256-SHA256",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        [Self::Hmac, Self::Ecdsa].into_iter().find(|algorithm| algorithm.name() == name)
    }
}

/// The parts of a signature as the client sent them.
///
/// [`service`](Self::service) says whose [`Rules`] to hold it against: a listener that serves several
/// services routes by it. Nothing here has been checked but that all parts are there.
#[derive(Clone)]
pub struct Presented<'r> {
    pub(super) request: Request<'r>,
    pub(super) form: Form,
    pub(super) algorithm: Algorithm,
    pub(super) credential: Credential<'r>,
    pub(super) signed_headers: Cow<'r, str>,
    pub(super) signature: Cow<'r, str>,
    pub(super) date: DateText<'r>,
    pub(super) token: Option<Cow<'r, str>>,
    pub(super) region_set: Option<Cow<'r, str>>,
    /// `X-Amz-Expires`; only a URL has it.
    pub(super) expires: Option<Cow<'r, str>>,
}

/// A request's date, and where it stood: each place allows other spellings.
#[derive(Clone)]
pub(super) enum DateText<'r> {
    XAmzDate(Cow<'r, str>),
    Date(Cow<'r, str>),
    Query(Cow<'r, str>),
}

impl<'r> Presented<'r> {
    /// Looks for a signature. `None` is an anonymous request.
    ///
    /// So is one whose query names an algorithm that does not exist, whereas an `Authorization` header
    /// that does is an error: AWS treats the two differently.
    pub fn read(request: Request<'r>) -> Result<Option<Self>, SigV4Error> {
        request.check_target()?;
        request.check_query()?;
        let in_query = query_form::Parameters::find(&request)?;
        match (request.headers.get(AUTHORIZATION), in_query.algorithm) {
            (None, None) => Ok(None),
            (Some(value), None) => header_form::read(request, value).map(Some),
            (None, Some(name)) => match Algorithm::from_name(&escape::decode(name)?) {
                Some(algorithm) => query_form::read(request, algorithm, &in_query).map(Some),
                None => Ok(None),
            },
            (Some(_), Some(_)) => Err(SigV4Error::SignatureDoesNotMatch("".into())),
        }
    }

    /// The service in the scope, if the scope has the right number of parts. Route by it; do not
    /// trust it before the signature is verified.
    pub fn service(&self) -> Option<&str> {
        self.credential.has_all_parts().then(|| self.credential.service())
    }

    /// The key that is said to have signed: for records of requests that get no further than this.
    pub fn access_key_id(&self) -> &str {
        self.credential.access_key_id()
    }

    /// Holds the claim against a service's rules at this moment, in seconds since 1970.
    pub fn claim(self, now: i64, rules: &Rules<'_>) -> Result<Claim<'r>, SigV4Error> {
        Claim::new(self, now, rules)
    }
}

/// Neither signature nor token.
impl std::fmt::Debug for Presented<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Presented")
            .field("form", &self.form)
            .field("algorithm", &self.algorithm)
            .field("credential", &self.credential)
            .field("signed_headers", &self.signed_headers)
            .finish_non_exhaustive()
    }
}

/// A header's value as text; what is not UTF-8 is replaced, and so matches nothing.
pub(super) fn text(value: &HeaderValue) -> Cow<'_, str> {
    let bytes = value.as_bytes();
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}
