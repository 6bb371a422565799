//! A request as it arrived: what a signature is computed over, before anything has parsed it.

use std::fmt;

use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use super::SigV4Error;
use super::escape;
use super::path;
use crate::digest::{self, Sha256Digest};

pub(super) static X_AMZ_CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");
pub(super) static X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
pub(super) static X_AMZ_REGION_SET: HeaderName = HeaderName::from_static("x-amz-region-set");
pub(super) static X_AMZ_SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// The longest path or query that is looked at.
const MAX_TARGET_BYTES: usize = 65_535;

/// The most query parameters that are looked at. `AssumeRole` with every tag it may carry has about 130.
const MAX_QUERY_PARAMETERS: usize = 2_048;

/// A borrowed view of a request line and its headers.
///
/// Path and query are the bytes on the wire, escapes and all: a signature covers the spelling, so a
/// request that a proxy or a router has tidied no longer verifies.
#[derive(Clone, Copy)]
pub struct Request<'r> {
    /// `GET`, `POST` and so on, in the client's case.
    pub method: &'r str,
    /// From the first `/` to before `?`. An empty path counts as `/`.
    pub path: &'r str,
    /// Without the `?`; empty when there is none.
    pub query: &'r str,
    /// HTTP/2's `:authority`, or the host of a target in absolute form. Stands in for a missing `Host`.
    pub authority: Option<&'r str>,
    /// All headers. Repeated ones count, in order of arrival.
    pub headers: &'r HeaderMap,
}

impl<'r> Request<'r> {
    /// The view of a request that hyper received.
    pub fn from_parts(parts: &'r http::request::Parts) -> Self {
        Self {
            method: parts.method.as_str(),
            path: parts.uri.path(),
            query: parts.uri.query().unwrap_or_default(),
            authority: parts.uri.authority().map(http::uri::Authority::as_str),
            headers: &parts.headers,
        }
    }

    /// The host the client believes it talks to.
    pub(super) fn host(&self) -> Option<&'r [u8]> {
        let header = self.headers.get(header::HOST).map(HeaderValue::as_bytes);
        header.or(self.authority.map(str::as_bytes))
    }

    /// The query's `name=value` pieces as sent; a piece without `=` has an empty value.
    pub(super) fn query_pairs(&self) -> impl Iterator<Item = (&'r str, &'r str)> {
        let pieces = self.query.split('&').filter(|piece| !piece.is_empty());
        pieces.map(|piece| piece.split_once('=').unwrap_or((piece, "")))
    }

    /// What an HTTP server refuses before it asks who calls: targets and hosts with no one meaning.
    ///
    /// Two `Host` headers, or one that differs from the authority, would let the signature name one
    /// host and the routing another. RFC 9112 section 3.2 and RFC 9113 section 8.3.1 refuse both.
    pub(super) fn check_target(&self) -> Result<(), SigV4Error> {
        self.check_path().map_err(SigV4Error::BadRequest)?;
        let mut hosts = self.headers.get_all(header::HOST).iter();
        if let (Some(host), Some(authority)) = (hosts.next(), self.authority)
            && !host.as_bytes().eq_ignore_ascii_case(authority.as_bytes())
        {
            return Err(SigV4Error::BadRequest("the Host header and the target name different hosts"));
        }
        if hosts.next().is_some() {
            return Err(SigV4Error::BadRequest("there is more than one Host header"));
        }
        Ok(())
    }

    pub(super) fn check_path(&self) -> Result<(), &'static str> {
        if self.path.len() > MAX_TARGET_BYTES {
            return Err("the path is too long");
        }
        path::check(self.path)
    }

    pub(super) fn check_query(&self) -> Result<(), SigV4Error> {
        if self.query.is_empty() {
            return Ok(());
        }
        if self.query.len() > MAX_TARGET_BYTES || self.query_pairs().count() > MAX_QUERY_PARAMETERS {
            return Err(SigV4Error::MalformedQueryString("The query string is too long.".into()));
        }
        Ok(escape::check(self.query)?)
    }
}

/// Method and path only: headers and query carry session tokens.
impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// A request's body, or its digest if whoever received the body hashed it on the way.
#[derive(Clone, Copy, Debug)]
pub enum Body<'b> {
    /// All of it.
    Bytes(&'b [u8]),
    /// The SHA-256 digest of all of it.
    Sha256(Sha256Digest),
}

impl Body<'_> {
    pub(super) fn sha256(&self) -> Sha256Digest {
        match self {
            Self::Bytes(bytes) => digest::sha256(bytes),
            Self::Sha256(digest) => *digest,
        }
    }
}
