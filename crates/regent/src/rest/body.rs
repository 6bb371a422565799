//! Bodies of requests: JSON, strictly.

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::problem::Problem;

/// Longer than any revision in quotation marks.
const MAX_ETAG: usize = 64;

/// A body that was read as JSON.
#[derive(Debug)]
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let is_json = is_json(request.headers());
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|error| Problem::bad_request("body_incomplete", error.to_string()))?;
        if !is_json {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not_json",
                "expected a body of the type application/json",
            ));
        }
        read(&bytes).map(Self)
    }
}

/// A body that may be left out, and is then what stands in for it.
#[derive(Debug)]
pub(crate) struct OptionalBody<T>(pub(crate) T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for OptionalBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), state)
            .await
            .map_err(|error| Problem::bad_request("body_incomplete", error.to_string()))?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        let JsonBody(value) = JsonBody::from_request(Request::from_parts(parts, bytes.into()), state).await?;
        Ok(Self(value))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json") || kind.eq_ignore_ascii_case("application/merge-patch+json")
}

/// Reads JSON. The error tells the place.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| malformed(&error))
}

/// Makes something of JSON that was read already.
pub(crate) fn take<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    serde_json::from_value(value).map_err(|error| malformed(&error))
}

fn malformed(error: &serde_json::Error) -> Problem {
    let told = without_value(&error.to_string());
    Problem::bad_request("malformed_body", format!("the body cannot be read: {told}"))
}

/// What is wrong about a value, without the value: it may be a secret in the wrong place.
fn without_value(told: &str) -> String {
    let Some((found, expected)) = told.rsplit_once(", expected ") else { return told.to_owned() };
    for what in ["invalid type: ", "invalid value: ", "unknown variant "] {
        if let Some(value) = found.strip_prefix(what) {
            let kind = value.split(['"', '`']).next().unwrap_or_default();
            return format!("{}, expected {expected}", format!("{what}{kind}").trim_end());
        }
    }
    told.to_owned()
}

/// The revision that `If-Match` names.
pub(crate) fn if_match(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(value) = headers.get(http::header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().ok().filter(|text| text.len() <= MAX_ETAG);
    let quoted = text.and_then(|text| text.trim().strip_prefix('"')?.strip_suffix('"'));
    if let Some(revision) = quoted.and_then(|number| number.parse().ok()) {
        Ok(Some(revision))
    } else {
        let detail = "expected `If-Match` to be a revision in quotation marks, as `ETag` had it";
        Err(Problem::bad_request("malformed_if_match", detail))
    }
}

/// The same, of a change that must name what it changes.
pub(crate) fn must_match(headers: &HeaderMap) -> Result<u64, Problem> {
    if_match(headers)?.ok_or_else(|| {
        let detail = "a change must name the revision it is a change of";
        Problem::new(StatusCode::PRECONDITION_REQUIRED, "precondition_required", detail)
            .fix("send `If-Match` with the `ETag` of what you have seen")
    })
}

/// Applies a merge patch. RFC 7396: "JSON Merge Patch".
pub(crate) fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(target) = target else { return };
    for (name, value) in patch {
        if value.is_null() {
            target.remove(&name);
        } else {
            merge(target.entry(name).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::without_value;

    #[test]
    fn a_value_in_the_wrong_place_is_not_repeated() {
        for (told, expected) in [
            (
                r#"invalid type: string "hunter2, expected", expected u32 at line 1 column 9"#,
                "invalid type: string, expected u32 at line 1 column 9",
            ),
            ("invalid type: integer `5`, expected a string", "invalid type: integer, expected a string"),
            ("invalid type: null, expected a string", "invalid type: null, expected a string"),
            ("invalid value: string \"x\", expected a time", "invalid value: string, expected a time"),
            ("unknown variant `x`, expected `a` or `b`", "unknown variant, expected `a` or `b`"),
            ("unknown field `x`, expected `a`", "unknown field `x`, expected `a`"),
            ("missing field `name` at line 1 column 2", "missing field `name` at line 1 column 2"),
        ] {
            assert_eq!(without_value(told), expected);
        }
    }
}
