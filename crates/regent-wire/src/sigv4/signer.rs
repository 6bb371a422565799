//! Signing: the verifier run the other way, for requests to AWS and to other servers like it.

use std::fmt;

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::request::Parts;
use http::uri::{PathAndQuery, Uri};

use super::canonical::{CanonicalError, CanonicalRequest, Form, Scratch};
use super::clock::MAX_EXPIRES_SECS;
use super::credential::TERMINATOR;
use super::escape::{self, Slash};
use super::key::SigningKey;
use super::payload::PayloadHash;
use super::presented::Algorithm;
use super::request::{Body, Request, X_AMZ_CONTENT_SHA256, X_AMZ_DATE, X_AMZ_SECURITY_TOKEN};
use super::rules::{PathStyle, PayloadRule};
use super::time::RequestTime;
use crate::digest;
use crate::secret::SecretAccessKey;

/// Headers that hops on the way add, change or take away, besides `proxy-*`. AWS's SDKs sign none either.
const NEVER_SIGNED: [&str; 13] = [
    "authorization",
    "baggage",
    "connection",
    "expect",
    "keep-alive",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
];

/// Why a request cannot be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// There is no `Host` header, and the target names none either.
    #[error("the request names no host; expected a `Host` header or an absolute target")]
    MissingHost,
    /// The target is one that servers refuse.
    #[error("the target cannot be signed: {0}")]
    Target(&'static str),
    /// The query has a parameter that signing would add.
    #[error("the query already has `{0}`; sign a request once")]
    AlreadySigned(String),
    /// A URL may live from one second to seven days.
    #[error("a presigned URL cannot live for `{0}` seconds; expected 1 to 604800")]
    Expires(u32),
    /// The request has no canonical form.
    #[error("the request has no canonical form")]
    Canonical(#[from] CanonicalError),
    /// Credential, token or date cannot stand in a header.
    #[error("a value cannot stand in a header")]
    Header(#[from] header::InvalidHeaderValue),
    /// The signed target is no valid URI, most likely because it became too long.
    #[error("the signed target is not a valid URI")]
    Uri(#[from] http::Error),
}

/// Credentials and the service they are used with. Makes SigV4, not SigV4a.
///
/// It signs what it is given: the path as spelled, every header that no hop is known to touch, the body's
/// digest. Whatever changes afterwards breaks the signature.
#[derive(Clone, Copy)]
pub struct Signer<'a> {
    /// The key's public half.
    pub access_key_id: &'a str,
    /// The key's secret half.
    pub secret: &'a SecretAccessKey,
    /// What makes a temporary key whole. Sent and signed.
    pub session_token: Option<&'a str>,
    /// The region in the scope; `us-east-1` for IAM and the global STS.
    pub region: &'a str,
    /// The signing name, which is not always the first label of the host.
    pub service: &'a str,
    /// How the path is written; [`PathStyle::AWS`] but for S3.
    pub path: PathStyle,
    /// [`PayloadRule::MayBeUnsigned`] is S3's way: the digest also goes into a header, and a presigned
    /// URL covers no body.
    pub payload: PayloadRule,
}

impl<'a> Signer<'a> {
    /// A signer for any service but S3, with a long-term key.
    pub const fn new(
        access_key_id: &'a str,
        secret: &'a SecretAccessKey,
        region: &'a str,
        service: &'a str,
    ) -> Self {
        Self {
            access_key_id,
            secret,
            session_token: None,
            region,
            service,
            path: PathStyle::AWS,
            payload: PayloadRule::Hashed,
        }
    }

    /// Adds `X-Amz-Date`, `Authorization` and what else it takes; replaces those that are there.
    ///
    /// A missing `Host` header is added from the target, without a default port: that is what HTTP clients
    /// send. `now` is in seconds since 1970; a server takes the request for about fifteen minutes.
    pub fn sign(&self, parts: &mut Parts, body: Body<'_>, now: i64) -> Result<(), SignError> {
        let time = RequestTime::from_seconds(now);
        let payload = PayloadHash::of(body);
        ensure_host(parts)?;
        let headers = &mut parts.headers;
        headers.remove(header::AUTHORIZATION);
        headers.insert(&X_AMZ_DATE, HeaderValue::from_str(time.basic())?);
        headers.remove(&X_AMZ_SECURITY_TOKEN);
        if let Some(token) = self.session_token {
            headers.insert(&X_AMZ_SECURITY_TOKEN, sensitive(token)?);
        }
        headers.remove(&X_AMZ_CONTENT_SHA256);
        if self.payload == PayloadRule::MayBeUnsigned {
            headers.insert(&X_AMZ_CONTENT_SHA256, HeaderValue::from_bytes(payload.as_bytes())?);
        }

        let signed_headers = signed_headers(headers);
        let request = Request::from_parts(parts);
        let signature = self.signature(request, Form::Header, &signed_headers, payload, time)?;
        let authorization = format!(
            "{} Credential={}, SignedHeaders={signed_headers}, Signature={signature}",
            Algorithm::Hmac.name(),
            self.credential(time),
        );
        parts.headers.insert(header::AUTHORIZATION, sensitive(&authorization)?);
        Ok(())
    }

    /// Turns the target into a presigned URL: its query carries the signature, and whoever has the URL can
    /// send the request, with the headers that are there now, until it expires.
    ///
    /// STS and IAM do not heed `X-Amz-Expires`: there the URL lives fifteen minutes whatever it says.
    pub fn presign(
        &self,
        parts: &mut Parts,
        body: Body<'_>,
        now: i64,
        expires_secs: u32,
    ) -> Result<(), SignError> {
        if !(1..=MAX_EXPIRES_SECS).contains(&expires_secs) {
            return Err(SignError::Expires(expires_secs));
        }
        let time = RequestTime::from_seconds(now);
        let payload = match self.payload {
            PayloadRule::Hashed => PayloadHash::of(body),
            PayloadRule::MayBeUnsigned => PayloadHash::Unsigned,
        };
        ensure_host(parts)?;
        for name in [&header::AUTHORIZATION, &X_AMZ_DATE, &X_AMZ_SECURITY_TOKEN, &X_AMZ_CONTENT_SHA256] {
            parts.headers.remove(name);
        }
        let signed_headers = signed_headers(&parts.headers);
        let request = Request::from_parts(parts);
        let mut query = self.presigned_query(&request, &signed_headers, time, expires_secs)?;
        let signed = Request { query: &query, ..request };
        let signature = self.signature(signed, Form::Query, &signed_headers, payload, time)?;
        query.push_str("&X-Amz-Signature=");
        query.push_str(&signature);
        let target = format!("{}?{query}", request.path);
        parts.uri = with_target(&parts.uri, &target)?;
        Ok(())
    }

    /// The signature alone, in hexadecimal, for a caller that places it itself.
    ///
    /// The request must already hold all that is to be signed, the date and the token included.
    pub fn signature(
        &self,
        request: Request<'_>,
        form: Form,
        signed_headers: &str,
        payload: PayloadHash,
        time: RequestTime,
    ) -> Result<String, SignError> {
        request.check_path().map_err(SignError::Target)?;
        let mut scratch = Scratch::default();
        CanonicalRequest { request, form, signed_headers, payload, path: self.path }.write(&mut scratch)?;
        let string_to_sign = scratch.string_to_sign(Algorithm::Hmac, time, &self.scope(time));
        let key = SigningKey::derive(self.secret, time.date(), self.region, self.service);
        Ok(digest::hex(&key.sign(string_to_sign)).into_iter().map(char::from).collect())
    }

    fn scope(&self, time: RequestTime) -> String {
        format!("{}/{}/{}/{TERMINATOR}", time.date(), self.region, self.service)
    }

    fn credential(&self, time: RequestTime) -> String {
        format!("{}/{}", self.access_key_id, self.scope(time))
    }

    /// The query with all parameters but the signature.
    fn presigned_query(
        &self,
        request: &Request<'_>,
        signed_headers: &str,
        time: RequestTime,
        expires_secs: u32,
    ) -> Result<String, SignError> {
        let (credential, expires) = (self.credential(time), expires_secs.to_string());
        let added = [
            ("X-Amz-Algorithm", Some(Algorithm::Hmac.name())),
            ("X-Amz-Credential", Some(&*credential)),
            ("X-Amz-Date", Some(time.basic())),
            ("X-Amz-Expires", Some(&*expires)),
            ("X-Amz-SignedHeaders", Some(signed_headers)),
            ("X-Amz-Security-Token", self.session_token),
        ];
        let mut query = request.query.as_bytes().to_vec();
        for (name, _) in request.query_pairs() {
            let name = escape::decode(name).map_err(CanonicalError::from)?;
            if name == "X-Amz-Signature" || added.iter().any(|(own, _)| *own == name) {
                return Err(SignError::AlreadySigned(name.into_owned()));
            }
        }
        for (name, value) in added {
            let Some(value) = value else { continue };
            if !query.is_empty() {
                query.push(b'&');
            }
            query.extend_from_slice(name.as_bytes());
            query.push(b'=');
            escape::encode(&mut query, value, Slash::Encode);
        }
        Ok(String::from_utf8_lossy(&query).into_owned())
    }
}

/// Neither secret nor token.
impl fmt::Debug for Signer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("access_key_id", &self.access_key_id)
            .field("region", &self.region)
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}

/// The names to sign, sorted. A `HeaderMap` holds them in lower case and each once.
fn signed_headers(headers: &HeaderMap) -> String {
    let signed = |name: &&str| !NEVER_SIGNED.contains(name) && !name.starts_with("proxy-");
    let mut names: Vec<&str> = headers.keys().map(HeaderName::as_str).filter(signed).collect();
    names.sort_unstable();
    names.join(";")
}

fn ensure_host(parts: &mut Parts) -> Result<(), SignError> {
    if parts.headers.contains_key(header::HOST) {
        return Ok(());
    }
    let authority = parts.uri.authority().ok_or(SignError::MissingHost)?;
    let is_default = matches!(
        (parts.uri.scheme_str(), authority.port_u16()),
        (Some("http"), Some(80)) | (Some("https"), Some(443))
    );
    let host = match authority.port() {
        Some(port) if !is_default => format!("{}:{port}", authority.host()),
        _ => authority.host().to_owned(),
    };
    parts.headers.insert(header::HOST, HeaderValue::from_str(&host)?);
    Ok(())
}

/// Keeps the value out of `Debug` output and of HTTP/2's shared header tables.
fn sensitive(text: &str) -> Result<HeaderValue, header::InvalidHeaderValue> {
    let mut value = HeaderValue::from_str(text)?;
    value.set_sensitive(true);
    Ok(value)
}

fn with_target(uri: &Uri, target: &str) -> Result<Uri, http::Error> {
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(target)?);
    Ok(Uri::from_parts(parts)?)
}
