//! A request as text, as a packet dump or a log shows it: for finding out why a signature fails.

use std::borrow::Cow;
use std::fmt;

use http::header::{HeaderMap, HeaderName, HeaderValue};

use super::canonical::Scratch;
use super::claim::{Claim, Explanation};
use super::key::VerifyingKey;
use super::request::{Body, Request};
use super::{Rules, SigV4Error};
use crate::secret::SecretAccessKey;

/// The most that is read.
const MAX_CAPTURE_BYTES: usize = 1 << 20;

/// The most headers that are read.
const MAX_HEADERS: usize = 256;

/// Why a text is no request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CaptureError {
    /// More than a mebibyte, or more than 256 headers.
    #[error("the capture is too large; expected at most a mebibyte and 256 headers")]
    TooLarge,
    /// The head is not UTF-8.
    #[error("the head of the request is not text")]
    NotText,
    /// The first line is not a request line.
    #[error("the first line is not a request line; expected `POST / HTTP/1.1`")]
    RequestLine,
    /// A header line that is none.
    #[error("line {0} is not a header; expected `name: value`")]
    Header(usize),
}

/// A request read from text, more leniently than HTTP allows.
///
/// Lines may end in LF alone, the target may hold blanks and letters beyond ASCII, and a header may go on
/// in a line that starts with a blank: AWS's published test vectors do all of this.
#[derive(Clone)]
pub struct CapturedRequest<'c> {
    method: &'c str,
    path: &'c str,
    query: &'c str,
    authority: Option<&'c str>,
    headers: HeaderMap,
    body: &'c [u8],
}

impl<'c> CapturedRequest<'c> {
    /// Reads head and body; all after the first empty line is body.
    pub fn parse(bytes: &'c [u8]) -> Result<Self, CaptureError> {
        if bytes.len() > MAX_CAPTURE_BYTES {
            return Err(CaptureError::TooLarge);
        }
        let (head, body) = split_head(bytes);
        let mut lines = std::str::from_utf8(head).map_err(|_| CaptureError::NotText)?.lines();
        let (method, target) = request_line(lines.next().unwrap_or_default())?;
        let headers = read_headers(lines)?;
        let (authority, target) = split_authority(target);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Ok(Self { method, path, query, authority, headers, body })
    }

    /// The view that a signature is computed over.
    pub const fn request(&self) -> Request<'_> {
        Request {
            method: self.method,
            path: self.path,
            query: self.query,
            authority: self.authority,
            headers: &self.headers,
        }
    }

    /// All after the head.
    pub const fn body(&self) -> Body<'c> {
        Body::Bytes(self.body)
    }
}

/// As little as its [`Request`] shows.
impl fmt::Debug for CapturedRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CapturedRequest").field(&self.request()).finish()
    }
}

/// What is to be said of a captured request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgment {
    /// It claims no signature.
    Anonymous,
    /// Its signature is right.
    Holds(Explanation),
    /// Refused before a key was asked for.
    Refused(SigV4Error),
    /// Refused by the key, with what the server signed over, if it got that far.
    Fails(SigV4Error, Option<Explanation>),
}

/// Reads a captured request and holds it against the secret, whatever key it names.
///
/// All that a stranger's bytes can reach is reached from here, so this is also what to fuzz.
pub fn judge(
    captured: &[u8],
    now: i64,
    rules: &Rules<'_>,
    secret: &SecretAccessKey,
) -> Result<Judgment, CaptureError> {
    let captured = CapturedRequest::parse(captured)?;
    let claim = match Claim::read(captured.request(), now, rules) {
        Ok(Some(claim)) => claim,
        Ok(None) => return Ok(Judgment::Anonymous),
        Err(error) => return Ok(Judgment::Refused(error)),
    };
    let explanation = claim.explain(captured.body());
    let verdict = VerifyingKey::derive(&claim, secret)
        .and_then(|key| claim.verify(&key, captured.body(), &mut Scratch::default()));
    Ok(match (verdict, explanation) {
        (Ok(()), Some(explanation)) => Judgment::Holds(explanation),
        (Ok(()), None) => Judgment::Fails(SigV4Error::mismatch(), None),
        (Err(error), explanation) => Judgment::Fails(error, explanation),
    })
}

fn split_head(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        if matches!(line, b"\n" | b"\r\n") {
            let (head, rest) = bytes.split_at(at);
            return (head, rest.get(line.len()..).unwrap_or_default());
        }
        at += line.len();
    }
    (bytes, &[])
}

/// Method and target; the version may be missing.
fn request_line(line: &str) -> Result<(&str, &str), CaptureError> {
    let (method, rest) = line.split_once(' ').ok_or(CaptureError::RequestLine)?;
    let target = rest.rsplit_once(" HTTP/").map_or(rest, |(target, _)| target);
    if method.is_empty() || target.is_empty() { Err(CaptureError::RequestLine) } else { Ok((method, target)) }
}

/// A target in absolute form names the host.
fn split_authority(target: &str) -> (Option<&str>, &str) {
    let rest = ["http://", "https://"].iter().find_map(|scheme| target.strip_prefix(scheme));
    let Some(rest) = rest else {
        return (None, target);
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, target) = rest.split_at(end);
    (Some(authority), target)
}

fn read_headers<'c>(lines: impl Iterator<Item = &'c str>) -> Result<HeaderMap, CaptureError> {
    let mut headers: Vec<(usize, &str, Cow<'_, str>)> = Vec::new();
    for (number, line) in (2..).zip(lines) {
        if line.starts_with([' ', '\t']) {
            let (.., value) = headers.last_mut().ok_or(CaptureError::Header(number))?;
            value.to_mut().push_str(line);
            continue;
        }
        if headers.len() == MAX_HEADERS {
            return Err(CaptureError::TooLarge);
        }
        let (name, value) = line.split_once(':').ok_or(CaptureError::Header(number))?;
        headers.push((number, name, value.into()));
    }
    let mut map = HeaderMap::with_capacity(headers.len());
    for (number, name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| CaptureError::Header(number))?;
        let value =
            HeaderValue::from_bytes(value.trim().as_bytes()).map_err(|_| CaptureError::Header(number))?;
        map.append(name, value);
    }
    Ok(map)
}
