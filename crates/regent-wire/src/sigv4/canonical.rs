//! The canonical request: one spelling for all the ways a request can be written.
//!
//! ```text
//! METHOD \n PATH \n QUERY \n HEADERS \n \n SIGNED HEADERS \n PAYLOAD HASH
//! ```
//!
//! The verifier and the signer both write it here, into one reused buffer.
//!
//! AWS: "IAM User Guide", Create a signed AWS API request, Step 1: Create a canonical request.

use super::escape::{self, EscapeFault, Plus, Slash};
use super::path;
use super::payload::PayloadHash;
use super::presented::Algorithm;
use super::request::Request;
use super::rules::PathStyle;
use super::time::RequestTime;
use crate::digest;

/// Why a request has no canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    /// A `%` without two digits.
    #[error(transparent)]
    Escape(#[from] EscapeFault),
    /// The list names a header that the request does not have.
    #[error("a signed header is missing from the request")]
    MissingHeader,
    /// The list names a header twice. Refused, so that the canonical form is never much longer than
    /// the request: a list of one long header's name over and over would be cheap to send and dear to hash.
    #[error("a signed header is listed twice")]
    RepeatedHeader,
}

/// Whether the query carries the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The `Authorization` header does; the whole query is signed.
    Header,
    /// It does (a presigned URL); all of it is signed but `X-Amz-Signature`.
    Query,
}

/// Buffers that one worker reuses from request to request, so that the hot path allocates nothing.
///
/// They keep the last canonical request, a session token among its headers perhaps, until the next.
#[derive(Default)]
pub struct Scratch {
    text: Vec<u8>,
    query: Vec<u8>,
    pairs: Vec<Pair>,
}

impl Scratch {
    /// Puts the string to sign in the place of the canonical request that was written last.
    pub(super) fn string_to_sign(&mut self, algorithm: Algorithm, time: RequestTime, scope: &str) -> &[u8] {
        let hash = digest::hex(&digest::sha256(&self.text));
        self.text.clear();
        for line in [algorithm.name(), time.basic(), scope] {
            self.text.extend_from_slice(line.as_bytes());
            self.text.push(b'\n');
        }
        self.text.extend_from_slice(&hash);
        &self.text
    }
}

impl std::fmt::Debug for Scratch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scratch").finish_non_exhaustive()
    }
}

/// A query parameter: `start..equals` is its encoded name, `equals..end` its encoded value.
#[derive(Clone, Copy)]
struct Pair {
    start: usize,
    equals: usize,
    end: usize,
}

/// A request and the choices that turn it into its canonical form.
#[derive(Debug, Clone, Copy)]
pub struct CanonicalRequest<'a> {
    /// The request as it arrived, or as it will be sent.
    pub request: Request<'a>,
    /// Where the signature is or will be.
    pub form: Form,
    /// The names of the signed headers, separated by `;`, in any case and order.
    pub signed_headers: &'a str,
    /// The last line.
    pub payload: PayloadHash,
    /// How the path is written.
    pub path: PathStyle,
}

impl CanonicalRequest<'_> {
    /// Writes the canonical form and gives it back. What the buffers held before is gone.
    pub fn write<'s>(&self, scratch: &'s mut Scratch) -> Result<&'s [u8], CanonicalError> {
        scratch.text.clear();
        scratch.text.extend_from_slice(self.request.method.as_bytes());
        scratch.text.push(b'\n');
        path::write(&mut scratch.text, self.request.path, self.path)?;
        scratch.text.push(b'\n');
        if !self.request.query.is_empty() {
            self.write_query(scratch)?;
        }
        scratch.text.push(b'\n');
        self.write_headers(&mut scratch.text)?;
        scratch.text.push(b'\n');
        scratch.text.extend_from_slice(self.payload.as_bytes());
        Ok(&scratch.text)
    }

    /// Sorted by encoded name, then by encoded value: sorting before encoding gives another order.
    fn write_query(&self, scratch: &mut Scratch) -> Result<(), EscapeFault> {
        let Scratch { text, query, pairs } = scratch;
        query.clear();
        pairs.clear();
        for (name, value) in self.request.query_pairs() {
            let start = query.len();
            escape::recode(query, name, Plus::Space, Slash::Encode)?;
            if self.form == Form::Query && query.get(start..) == Some(b"X-Amz-Signature") {
                query.truncate(start);
                continue;
            }
            let equals = query.len();
            escape::recode(query, value, Plus::Space, Slash::Encode)?;
            pairs.push(Pair { start, equals, end: query.len() });
        }
        let part = |from, to| query.get(from..to).unwrap_or_default();
        pairs.sort_unstable_by_key(|pair| (part(pair.start, pair.equals), part(pair.equals, pair.end)));
        for (index, pair) in pairs.iter().enumerate() {
            if index > 0 {
                text.push(b'&');
            }
            text.extend_from_slice(part(pair.start, pair.equals));
            text.push(b'=');
            text.extend_from_slice(part(pair.equals, pair.end));
        }
        Ok(())
    }

    /// The header lines, an empty line, and the list of names.
    fn write_headers(&self, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
        let start = out.len();
        if self.write_sorted_headers(out)? {
            out.push(b'\n');
            out.extend_from_slice(self.signed_headers.as_bytes());
            return Ok(());
        }
        out.truncate(start);
        let lower = self.signed_headers.to_ascii_lowercase();
        let mut names: Vec<&str> = lower.split(';').collect();
        names.sort_unstable();
        if names.array_windows().any(|[name, next]| name == next) {
            return Err(CanonicalError::RepeatedHeader);
        }
        for name in &names {
            self.write_header(out, name)?;
        }
        out.push(b'\n');
        out.extend_from_slice(names.join(";").as_bytes());
        Ok(())
    }

    /// The header lines, provided that the list is lower-case and ascending: so every SDK sends it.
    fn write_sorted_headers(&self, out: &mut Vec<u8>) -> Result<bool, CanonicalError> {
        let mut previous = "";
        for name in self.signed_headers.split(';') {
            if name <= previous || name.bytes().any(|byte| byte.is_ascii_uppercase()) {
                return Ok(false);
            }
            self.write_header(out, name)?;
            previous = name;
        }
        Ok(true)
    }

    fn write_header(&self, out: &mut Vec<u8>, name: &str) -> Result<(), CanonicalError> {
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        if matches!(name, "host" | ":authority") {
            fold(out, self.request.host().ok_or(CanonicalError::MissingHeader)?);
        } else {
            let mut values = self.request.headers.get_all(name).iter();
            fold(out, values.next().ok_or(CanonicalError::MissingHeader)?.as_bytes());
            for value in values {
                out.push(b',');
                fold(out, value.as_bytes());
            }
        }
        out.push(b'\n');
        Ok(())
    }
}

/// Appends the value without blanks at its ends and with one space for each run of blanks inside.
///
/// Quotes protect nothing: AWS's own vectors fold inside them too.
fn fold(out: &mut Vec<u8>, value: &[u8]) {
    if !value.contains(&b' ') && !value.contains(&b'\t') {
        out.extend_from_slice(value);
        return;
    }
    let words = value.split(|&byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty());
    for (index, word) in words.enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(word);
    }
}
