//! The cookie of a browser that is signed in.

use http::HeaderMap;
use http::header::{HeaderValue, SET_COOKIE};

use super::caller::COOKIE_NAME;

/// Only over encrypted connections or to this machine itself, never to scripts, and to this host alone: `__Host-` makes
/// browsers hold us to it.
const ATTRIBUTES: &str = "; Path=/; Secure; HttpOnly; SameSite=Lax";

/// Gives the browser its cookie.
pub(crate) fn set(headers: &mut HeaderMap, token: &str) {
    append(headers, &format!("{COOKIE_NAME}={token}{ATTRIBUTES}"));
}

/// Takes it away.
pub(crate) fn clear(headers: &mut HeaderMap) {
    append(headers, &format!("{COOKIE_NAME}={ATTRIBUTES}; Max-Age=0"));
}

/// Gives the browser something to keep for so many seconds; for none, takes it away.
pub(crate) fn keep(headers: &mut HeaderMap, (name, value): (&str, &str), seconds: i64) {
    append(headers, &format!("{name}={value}{ATTRIBUTES}; Max-Age={seconds}"));
}

fn append(headers: &mut HeaderMap, cookie: &str) {
    if let Ok(mut value) = HeaderValue::from_str(cookie) {
        value.set_sensitive(true);
        headers.append(SET_COOKIE, value);
    }
}
