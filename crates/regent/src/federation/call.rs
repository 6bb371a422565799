//! `POST /console/api/aws`: a page's call of an AWS operation, as the session in its cookie.
//!
//! The call is signed with the session's own secret and goes the way of every call: authenticated, authorized, recorded.
//! What comes back is the operation's own answer.
//!
//! ```text
//! {"service": "iam", "form": {"Action": "ListRoles"}}         application/json
//! Action=ListRoles&Version=2010-05-08                         application/x-www-form-urlencoded
//! ```
//! The service of a form is that of its `Version`. In JSON `Version` may be left out.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::Request;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HOST, HeaderName, HeaderValue, REFERER, USER_AGENT};
use regent_wire::operation::ServiceMeta;
use regent_wire::sigv4::{self, Signer};
use regent_wire::{Fault, SERVICES};
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::console_session::{self, ConsoleSession};
use super::{Visit, is_form, read_form};
use crate::rest::problem::Problem;

/// What a page asks for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    service: String,
    form: BTreeMap<String, String>,
}

/// Answers the call.
pub(super) async fn answer(visit: &Visit) -> Response {
    match call(visit).await {
        Ok(mut answer) => {
            answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            answer
        }
        Err(problem) => problem.into_response(),
    }
}

async fn call(visit: &Visit) -> Result<Response, Problem> {
    let session = console_session::required(visit)?;
    session.check_page(visit, None)?;
    let (service, form) = read(visit).ok_or_else(|| {
        let detail = "expected a form with the `Version` of a service, or JSON with `service` and `form`";
        Problem::bad_request("malformed", detail)
    })?;
    let accept = visit.parts.headers.get(ACCEPT);
    let answer = visit.call(&session, service, form, accept).await;
    answer.map_err(|fault| console_session::unavailable(visit, &fault))
}

/// The service, and the form to send it.
fn read(visit: &Visit) -> Option<(&'static ServiceMeta, String)> {
    if visit.header("content-type").is_some_and(is_form) {
        let form = read_form(&[], &visit.body).ok()?;
        let version = form.get("Version")?;
        let service = SERVICES.iter().find(|service| service.version == version)?;
        return Some((service, std::str::from_utf8(&visit.body).ok()?.to_owned()));
    }
    let Asked { service, mut form } = serde_json::from_slice(&visit.body).ok()?;
    let service = SERVICES.iter().find(|known| known.signing_name == service)?;
    form.entry("Version".to_owned()).or_insert_with(|| service.version.to_owned());
    Some((service, encode(form)))
}

/// Names and values as a form.
pub(super) fn encode<K: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (K, V)>) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

impl Visit {
    /// Calls an operation as the session, in the process. What the browser says of itself is told on.
    pub(super) async fn call(
        &self,
        session: &ConsoleSession,
        service: &ServiceMeta,
        form: String,
        accept: Option<&HeaderValue>,
    ) -> Result<Response, Fault> {
        let header = |name: HeaderName| self.parts.headers.get(name);
        let mut request = Request::post("/")
            .header(HOST, self.authority())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded; charset=utf-8");
        for (name, value) in [(ACCEPT, accept), (USER_AGENT, header(USER_AGENT)), (REFERER, header(REFERER))]
        {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let (mut parts, body) =
            request.body(Bytes::from(form)).map_err(Fault::internal_failure)?.into_parts();
        let config = &self.server().config;
        // A region that the server takes, its own before any other.
        let allowed = &config.allowed_regions;
        let is_open = allowed.is_empty() || allowed.contains(&config.region);
        let region = if is_open { &config.region } else { allowed.first().unwrap_or(&config.region) };
        let secret = session.open.secret();
        let mut signer = Signer::new(&session.held.access_key_id, secret, region, service.signing_name);
        signer.session_token = Some(&session.held.token);
        signer.sign(&mut parts, sigv4::Body::Bytes(&body), self.now()).map_err(Fault::internal_failure)?;
        Ok(self.server().exchange(&parts, Ok(body), &self.peer()).await.map(Body::new))
    }
}
