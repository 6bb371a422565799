//! Answers: what all of them have, and those that are JSON.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use http::header::{
    CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};

use crate::audit::json::Json;

/// An answer that nobody keeps and whose address nobody is told.
pub(super) fn new(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Response {
    let mut response = Response::new(Body::from(body.into()));
    *response.status_mut() = status;
    for (name, value) in [
        (CONTENT_TYPE, kind),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Sets a header whose value was made of what may stand in one.
pub(super) fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().append(name, value);
    }
}

/// An object as JSON.
pub(super) fn json(status: StatusCode, write: impl FnOnce(&mut Json<'_>)) -> Response {
    new(status, "application/json", object(write))
}

/// An object as bytes.
pub(super) fn object(write: impl FnOnce(&mut Json<'_>)) -> Vec<u8> {
    let mut body = Vec::new();
    let mut json = Json::begin(&mut body);
    write(&mut json);
    json.end();
    body
}

/// What the federation endpoint says when it refuses: `{"error":"…"}`.
pub(super) fn refusal(status: StatusCode, error: &str) -> Response {
    json(status, |json| json.text("error", error))
}
