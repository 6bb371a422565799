//! The web console: what `npm run build` has made of `console/`, inside the binary.
//!
//! Files come with a strong `ETag` and as brotli where the client takes it, compressed when they were built. What has its
//! hash in its name is kept for good; the page that names it is asked for each time. Every path that is no file is a page
//! of the console and gets that same page: the router in the browser knows which.
//!
//! `cargo build` works without Node. Then there is nothing to embed, and one page says how to build it.

use axum::body::Body;
use bytes::Bytes;
use data_encoding::HEXLOWER;
use http::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH, LOCATION, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{Method, Response, StatusCode};
use rust_embed::RustEmbed;

#[cfg(test)]
mod tests;

const PAGE: &str = "index.html";
/// Where files have their hash in their name.
const HASHED: &str = "assets/";
const FOR_GOOD: &str = "public, max-age=31536000, immutable";
const ASK_EACH_TIME: &str = "no-cache";

/// Nothing inline, nothing from elsewhere, nobody's frame.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
     connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const SECURITY: [(HeaderName, &str); 6] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Regent</title>\n\
    <h1>The console is not in this binary</h1>\n\
    <p>It was built without Node. <code>make run</code> builds both, and so does:</p>\n\
    <pre>npm --prefix console ci\nnpm --prefix console run build\ncargo build --package regent</pre>\n\
    <p>Everything the console does, the command line does too: <code>regent --help</code>.</p>\n</html>\n";

#[derive(RustEmbed)]
#[folder = "../../console/dist/console"]
#[allow_missing = true]
struct Built;

/// A file of the console.
struct File {
    data: Bytes,
    hash: [u8; 32],
    mime: String,
}

impl File {
    fn built(path: &str) -> Option<Self> {
        let found = Built::get(path)?;
        let data = match found.data {
            std::borrow::Cow::Borrowed(data) => Bytes::from_static(data),
            std::borrow::Cow::Owned(data) => data.into(),
        };
        let mime = found.metadata.mimetype();
        // Text is UTF-8 here, and a browser that guesses guesses otherwise.
        let mime = if mime.starts_with("text/") { format!("{mime}; charset=utf-8") } else { mime.to_owned() };
        Some(Self { data, hash: found.metadata.sha256_hash(), mime })
    }
}

/// Answers a request for `/console` or what is below it.
pub(crate) fn answer(method: &Method, path: &str, headers: &HeaderMap) -> Response<Body> {
    let mut response = respond(File::built, method, path, headers);
    for (name, value) in SECURITY {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Sends a browser to a page of the console.
pub(crate) fn to_page(path: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    set(response.headers_mut(), LOCATION, &format!("/console{path}"));
    response
}

fn respond(
    find: impl Fn(&str) -> Option<File>,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
) -> Response<Body> {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return empty(StatusCode::METHOD_NOT_ALLOWED, ALLOW, "GET, HEAD");
    }
    let Some(path) = path.strip_prefix("/console").and_then(|rest| rest.strip_prefix('/')) else {
        return empty(StatusCode::PERMANENT_REDIRECT, LOCATION, "/console/");
    };
    // A compressed file is a form of the other, not a file of its own.
    let asked = Some(path).filter(|path| !path.is_empty() && !is_compressed(path));
    let Some((path, plain)) = asked.and_then(|path| Some((path, find(path)?))).or_else(|| page(&find, path))
    else {
        let is_missing_asset = path.starts_with(HASHED);
        return if is_missing_asset { not_found("there is no such file\n") } else { not_found(NOT_BUILT) };
    };
    let packed = if takes_brotli(headers) { find(&format!("{path}.br")) } else { None };
    file(path, &plain, packed.as_ref(), headers)
}

/// The one page of the console, for every address that is no file.
fn page<'a>(find: &impl Fn(&str) -> Option<File>, path: &'a str) -> Option<(&'a str, File)> {
    // A file that is gone stays gone: a page in its place would be run as a script.
    if path.starts_with(HASHED) { None } else { Some((PAGE, find(PAGE)?)) }
}

fn file(path: &str, plain: &File, packed: Option<&File>, headers: &HeaderMap) -> Response<Body> {
    let sent = packed.unwrap_or(plain);
    let tag = format!("\"{}\"", HEXLOWER.encode(&sent.hash));
    let is_fresh = headers.get_all(IF_NONE_MATCH).iter().any(|known| names(known, &tag));
    let mut response = Response::new(if is_fresh { Body::empty() } else { sent.data.clone().into() });
    let kept = if path.starts_with(HASHED) { FOR_GOOD } else { ASK_EACH_TIME };
    let out = response.headers_mut();
    out.insert(CACHE_CONTROL, HeaderValue::from_static(kept));
    out.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    set(out, ETAG, &tag);
    set(out, CONTENT_TYPE, &plain.mime);
    if packed.is_some() {
        out.insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    if is_fresh {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    response
}

/// Whether a list of tags names this one. Weak or strong is all the same here.
fn names(known: &HeaderValue, tag: &str) -> bool {
    known.to_str().is_ok_and(|known| {
        known.split(',').map(str::trim).any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
    })
}

/// Whether the client takes brotli: it says so, and does not weigh it with zero.
fn takes_brotli(headers: &HeaderMap) -> bool {
    headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()).any(|value| {
        value.split(',').any(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            let is_brotli = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("br"));
            let weight = parts.find_map(|part| part.strip_prefix("q="));
            is_brotli && weight.is_none_or(|weight| weight.parse().is_ok_and(|weight: f32| weight > 0.0))
        })
    })
}

fn empty(status: StatusCode, name: HeaderName, value: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response.headers_mut().insert(name, HeaderValue::from_static(value));
    response
}

fn not_found(text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = StatusCode::NOT_FOUND;
    let mime = if text.starts_with('<') { "text/html; charset=utf-8" } else { "text/plain; charset=utf-8" };
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(mime));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// The compressed forms lie beside the files they are of, and are never asked for by name.
fn is_compressed(path: &str) -> bool {
    std::path::Path::new(path).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("br"))
}
