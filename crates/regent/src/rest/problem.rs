//! Errors of the REST API: `application/problem+json`, with a code for programs and a way out for people.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use regent_store::StoreError;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::http::body::BodyError;

/// Why a request was not done. RFC 9457: "Problem Details for HTTP APIs".
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub(crate) struct Problem(Box<Details>);

impl utoipa::PartialSchema for Problem {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        Details::schema()
    }
}

impl ToSchema for Problem {
    fn name() -> std::borrow::Cow<'static, str> {
        "Problem".into()
    }

    fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>) {
        Details::schemas(schemas);
    }
}

/// What a problem says. Behind a pointer: a request that is done should not carry the room for it about.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct Details {
    /// `urn:regent:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// The status in words.
    title: &'static str,
    /// The status.
    #[serde(serialize_with = "as_number")]
    #[schema(value_type = u16)]
    status: StatusCode,
    /// For programs.
    code: &'static str,
    /// What went wrong.
    detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<String>,
    /// Which members of the request are wrong, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<FieldProblem>,
    /// What there is now, where somebody else was faster.
    #[serde(skip_serializing_if = "Option::is_none")]
    current: Option<Value>,
    /// More, for a program that knows the code.
    #[serde(flatten)]
    #[schema(ignore)]
    more: serde_json::Map<String, Value>,
    /// The request's id, as the records have it.
    request_id: String,
    #[serde(skip)]
    retry_after_secs: Option<u64>,
}

/// What is wrong with one member of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FieldProblem {
    /// Which: `session_tags.team.template`.
    pub(crate) name: String,
    /// For programs.
    pub(crate) code: String,
    /// Why.
    pub(crate) detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fix: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes what it serializes by reference")]
fn as_number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl Problem {
    /// A problem with a code of its own.
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self(Box::new(Details {
            kind: format!("urn:regent:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Error"),
            status,
            code,
            detail: detail.into(),
            fix: None,
            fields: Vec::new(),
            current: None,
            more: serde_json::Map::new(),
            request_id: String::new(),
            retry_after_secs: None,
        }))
    }

    /// What to do about it.
    pub(crate) fn fix(mut self, fix: impl Into<String>) -> Self {
        self.0.fix = Some(fix.into());
        self
    }

    /// What is wrong with single members.
    pub(crate) fn fields(mut self, fields: Vec<FieldProblem>) -> Self {
        self.0.fields = fields;
        self
    }

    /// One more member, for a program that knows the code.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.more.insert(name.to_owned(), value.into());
        self
    }

    /// What there is now.
    pub(crate) fn current(mut self, current: Value) -> Self {
        self.0.current = Some(current);
        self
    }

    /// What to do about it.
    pub(crate) fn way_out(&self) -> Option<&str> {
        self.0.fix.as_deref()
    }

    /// The same about something within the request: its members are told by their place there.
    pub(crate) fn within(mut self, place: &str) -> Self {
        for field in &mut self.0.fields {
            field.name = format!("{place}.{}", field.name);
        }
        self.0.detail = format!("{place}: {}", self.0.detail);
        self
    }

    /// Whether it says that nobody is signed in.
    pub(crate) fn is_unauthorized(&self) -> bool {
        self.0.status == StatusCode::UNAUTHORIZED
    }

    /// The code.
    pub(crate) fn code(&self) -> &'static str {
        self.0.code
    }

    /// Whether somebody has said no, so that nothing was done. Anything else leaves open what was.
    pub(crate) fn is_refusal(&self) -> bool {
        self.0.status.is_client_error()
    }

    /// What went wrong.
    pub(crate) fn detail(&self) -> &str {
        &self.0.detail
    }

    /// 400: the request cannot be understood.
    pub(crate) fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 422: understood, and not possible as it stands.
    pub(crate) fn invalid(fields: Vec<FieldProblem>) -> Self {
        let detail = match fields.as_slice() {
            [one] => format!("`{}`: {}", one.name, one.detail),
            several => format!("{} members of the request are not possible", several.len()),
        };
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail).fields(fields)
    }

    /// 401: nobody is signed in.
    pub(crate) fn login_required() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "login_required", "nobody is signed in")
            .fix("sign in, or send a bearer token")
    }

    /// 401: the sign-in is over.
    pub(crate) fn login_expired() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "login_expired", "the sign-in has ended").fix("sign in again")
    }

    /// 403: the caller may not do this.
    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// 404: there is no such thing, or none that the caller may see.
    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// 405
    pub(crate) fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this path has no such method")
    }

    /// 409: in the way of something else.
    pub(crate) fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 429: too often.
    pub(crate) fn rate_limited(detail: impl Into<String>, retry_after_secs: u64) -> Self {
        let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail);
        problem.0.retry_after_secs = Some(retry_after_secs);
        problem
    }

    /// 429: too many attempts at a sign-in.
    pub(crate) fn too_many_attempts(detail: impl Into<String>, retry_after_secs: u64) -> Self {
        let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", detail);
        problem.0.retry_after_secs = Some(retry_after_secs);
        problem
    }

    /// 500: the server's own fault; `cause` goes to the log and nowhere else.
    pub(crate) fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "a request of the REST API failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the server failed")
    }

    /// A body that did not arrive.
    pub(crate) fn unreadable_body(error: &BodyError) -> Self {
        let (status, code) = match error {
            BodyError::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large"),
            BodyError::TooSlow => (StatusCode::REQUEST_TIMEOUT, "body_too_slow"),
            BodyError::Broken(_) => (StatusCode::BAD_REQUEST, "body_incomplete"),
        };
        Self::new(status, code, error.to_string())
    }

    /// The body, with the id of its request.
    pub(crate) fn body(mut self, request_id: &str) -> Vec<u8> {
        request_id.clone_into(&mut self.0.request_id);
        serde_json::to_vec(&self).unwrap_or_default()
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store could not serve a request of the REST API");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "store_unavailable", "the store cannot do this now")
            .fix("try again in a moment")
    }
}

impl IntoResponse for Problem {
    /// The body is written at the end of the way, where the request's id is known.
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.0.retry_after_secs {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}
