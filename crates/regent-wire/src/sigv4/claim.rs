//! A claim that has passed every check that needs no secret.

use super::canonical::{CanonicalRequest, Form, Scratch};
use super::key::VerifyingKey;
use super::payload::StatedPayload;
use super::presented::{Algorithm, DateText, Presented};
use super::request::{Body, Request};
use super::rules::{Asymmetric, PathStyle, PresignedLife, Rules};
use super::time::RequestTime;
use super::{SigV4Error, clock};

/// The longest list of signed headers that is looked at.
const MAX_SIGNED_HEADERS_BYTES: usize = 8_192;

/// Says who signed a request; whether that is true, only [`verify`](Self::verify) tells.
///
/// Between the two the caller looks up the key and opens the session token, because AWS reports an
/// unknown key, a bad token and an expired one before a wrong signature.
#[derive(Clone, Debug)]
pub struct Claim<'r> {
    presented: Presented<'r>,
    time: RequestTime,
    path: PathStyle,
    payload: StatedPayload<'r>,
}

impl<'r> Claim<'r> {
    /// Reads and checks in one go, for a caller with one service. `None` is an anonymous request.
    pub fn read(request: Request<'r>, now: i64, rules: &Rules<'_>) -> Result<Option<Self>, SigV4Error> {
        Presented::read(request)?.map(|presented| presented.claim(now, rules)).transpose()
    }

    pub(super) fn new(presented: Presented<'r>, now: i64, rules: &Rules<'_>) -> Result<Self, SigV4Error> {
        if presented.algorithm == Algorithm::Ecdsa && rules.asymmetric == Asymmetric::Refused {
            return Err(match presented.form {
                Form::Header => SigV4Error::unsupported_algorithm(presented.algorithm.name()),
                Form::Query => SigV4Error::MissingAuthenticationToken,
            });
        }
        check_signed_headers(&presented)?;
        let time = read_date(&presented.date)?;
        let expires = match (presented.form, rules.presigned) {
            (Form::Header, _) | (Form::Query, PresignedLife::Window) => None,
            (Form::Query, PresignedLife::Shorter | PresignedLife::Expires) => {
                clock::read_expires(presented.expires.as_deref(), rules.presigned)?
            }
        };
        clock::check(time, now, expires, rules)?;
        let region_set = presented.region_set.as_deref().unwrap_or_default();
        presented.credential.check(region_set, &time, rules)?;
        let payload = StatedPayload::read(&presented.request, presented.form, rules.payload)?;
        Ok(Self { presented, time, path: rules.path, payload })
    }

    /// The key that is said to have signed. Any text: look it up, do not parse it.
    ///
    /// In a header it is no part of what is signed. It is proved by its secret alone, so two keys must not
    /// share one.
    pub fn access_key_id(&self) -> &str {
        self.presented.credential.access_key_id()
    }

    /// The session token, if one came along. In a URL it is part of what is signed; in a header it may be.
    pub fn security_token(&self) -> Option<&str> {
        self.presented.token.as_deref()
    }

    /// All behind the access key id in the credential: what a signing key is derived for.
    pub fn scope(&self) -> &str {
        self.presented.credential.scope()
    }

    /// The day in the scope, `20150830`.
    pub fn date(&self) -> &str {
        self.presented.credential.date()
    }

    /// The region in the scope; empty under SigV4a.
    pub fn region(&self) -> &str {
        self.presented.credential.region()
    }

    /// The service in the scope: one of those in the rules.
    pub fn service(&self) -> &str {
        self.presented.credential.service()
    }

    /// When the request says it was signed; within the rules' window.
    pub const fn time(&self) -> RequestTime {
        self.time
    }

    /// How it is signed.
    pub const fn algorithm(&self) -> Algorithm {
        self.presented.algorithm
    }

    /// Where the signature stands.
    pub const fn form(&self) -> Form {
        self.presented.form
    }

    /// The names of the signed headers as listed: let no other header decide anything.
    pub fn signed_headers(&self) -> &str {
        &self.presented.signed_headers
    }

    /// Whether this header, in any case, is among the signed ones.
    pub fn signs_header(&self, name: &str) -> bool {
        lists(self.signed_headers(), name)
    }

    /// Compares the signature, in constant time, with the one that belongs to this key, request and body.
    ///
    /// Every failure gives the same answer: a wrong secret, a changed request, a body that is not the one
    /// whose digest was stated, a signed header that is not there.
    pub fn verify(
        &self,
        key: &VerifyingKey,
        body: Body<'_>,
        scratch: &mut Scratch,
    ) -> Result<(), SigV4Error> {
        let message = self.string_to_sign(body, scratch).ok_or_else(SigV4Error::mismatch)?;
        let signature = self.presented.signature.as_bytes();
        if key.verifies(self.algorithm(), message, signature) { Ok(()) } else { Err(SigV4Error::mismatch()) }
    }

    /// What the server signed over, for the operator who compares it with what a client did.
    ///
    /// `None` if nothing could match, as when a signed header is missing.
    pub fn explain(&self, body: Body<'_>) -> Option<Explanation> {
        let mut scratch = Scratch::default();
        let canonical = self.canonical(body)?.write(&mut scratch).ok()?;
        let canonical_request = String::from_utf8_lossy(canonical).into_owned();
        let string_to_sign = String::from_utf8_lossy(self.string_to_sign(body, &mut scratch)?).into_owned();
        Some(Explanation { canonical_request, string_to_sign })
    }

    fn string_to_sign<'s>(&self, body: Body<'_>, scratch: &'s mut Scratch) -> Option<&'s [u8]> {
        self.canonical(body)?.write(scratch).ok()?;
        Some(scratch.string_to_sign(self.algorithm(), self.time, self.scope()))
    }

    /// `None` if the body is not what the request says it is.
    fn canonical(&self, body: Body<'_>) -> Option<CanonicalRequest<'_>> {
        Some(CanonicalRequest {
            request: self.presented.request,
            form: self.form(),
            signed_headers: self.signed_headers(),
            payload: self.payload.hash(body)?,
            path: self.path,
        })
    }
}

/// The texts a signature is computed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What the request comes down to. Holds the session token if that is signed.
    pub canonical_request: String,
    /// Algorithm, time, scope, and the digest of the canonical request.
    pub string_to_sign: String,
}

/// The host must be signed; else a request meant for one server could be shown to another.
fn check_signed_headers(presented: &Presented<'_>) -> Result<(), SigV4Error> {
    let list = &*presented.signed_headers;
    if list.len() > MAX_SIGNED_HEADERS_BYTES {
        return Err(SigV4Error::incomplete("The list of signed headers is too long."));
    }
    if !lists(list, "host") && !lists(list, ":authority") {
        return Err(SigV4Error::SignatureDoesNotMatch(
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.".into(),
        ));
    }
    let region_set_in_header = (presented.algorithm, presented.form) == (Algorithm::Ecdsa, Form::Header);
    if region_set_in_header && !lists(list, "x-amz-region-set") {
        return Err(SigV4Error::SignatureDoesNotMatch(
            "'X-Amz-Region-Set' must be a 'SignedHeader' in the AWS Authorization.".into(),
        ));
    }
    Ok(())
}

fn lists(names: &str, wanted: &str) -> bool {
    let mut names = names.as_bytes().split(|&byte| byte == b';');
    names.any(|name| name.eq_ignore_ascii_case(wanted.as_bytes()))
}

/// A URL's date has one spelling, a header's several.
fn read_date(date: &DateText<'_>) -> Result<RequestTime, SigV4Error> {
    let (time, text) = match date {
        DateText::XAmzDate(text) => (RequestTime::from_iso(text), text),
        DateText::Date(text) => (RequestTime::from_http(text), text),
        DateText::Query(text) => (RequestTime::from_basic(text), text),
    };
    time.ok_or_else(|| {
        SigV4Error::incomplete(format!(
            "Date must be in ISO-8601 'basic format'. Got '{text}'. See http://en.wikipedia.org/wiki/ISO_8601"
        ))
    })
}
