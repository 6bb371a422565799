//! Everything that is not a call of AWS: the REST API, sign-in, the console.
//!
//! A request comes here by its path alone, before anybody looks at a signature. What is served here never takes part in
//! AWS's protocols, and nothing of theirs is reached through here but by the same way every call takes.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::Body;
use axum::response::IntoResponse as _;
use axum::routing::{any, get};
use bytes::Bytes;
use http::header::{
    ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
};
use http::request::Parts;
use http::{Method, Request, Response, Uri};
use http_body_util::{BodyExt as _, Full};
use tower::ServiceExt as _;

use crate::console;
use crate::federation;
use crate::http::body::BodyError;
use crate::http::listener::Peer;
use crate::rest;
use crate::rest::asked::Asked;
use crate::rest::problem::Problem;
use crate::server::Server;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What answers below each of these.
static ROUTES: LazyLock<Router> = LazyLock::new(|| {
    Router::new()
        .nest("/api/v1", rest::routes())
        .route("/api", any(no_api))
        .route("/api/", any(no_api))
        .route("/api/{*path}", any(no_api))
        .route("/console", any(page))
        .route("/console/", any(page))
        .route("/console/{*path}", any(page))
        .route("/go/{slug}", get(go))
        .merge(federation::routes())
});

async fn no_api() -> Problem {
    Problem::not_found("there is no API at this path").fix("the API is below /api/v1")
}

async fn page(method: Method, uri: Uri, headers: HeaderMap) -> Response<Body> {
    console::answer(&method, uri.path(), &headers)
}

/// A link that people share leads to a page that asks first: another site may have sent them.
async fn go(uri: Uri) -> Response<Body> {
    let path = uri.path_and_query().map_or("", |path| path.as_str());
    let mut response = console::to_page(path);
    response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// Whether a request is for the web: by its path, or because a browser asks for the front page.
pub(crate) fn is_for(parts: &Parts) -> bool {
    let path = parts.uri.path();
    let below = ["/api", "/console", "/go", "/federation", "/oauth", "/switchrole"];
    let is_below = below
        .iter()
        .any(|prefix| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    is_below || is_front_page(parts)
}

/// Browsers say that they want HTML, and sign nothing.
fn is_front_page(parts: &Parts) -> bool {
    let wants_html = parts.headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    parts.uri.path() == "/"
        && parts.uri.query().is_none()
        && matches!(parts.method, Method::GET | Method::HEAD)
        && !parts.headers.contains_key(AUTHORIZATION)
        && wants_html.is_some_and(|accept| accept.contains("text/html"))
}

/// Answers a request that is for the web.
pub(crate) async fn answer(
    server: &Arc<Server>,
    parts: &Parts,
    read: Result<Bytes, BodyError>,
    peer: &Peer,
    request_id: &str,
) -> Response<Full<Bytes>> {
    let response = match read {
        _ if is_front_page(parts) => console::to_page("/"),
        Ok(body) => {
            let mut request = Request::new(Body::from(body));
            request.method_mut().clone_from(&parts.method);
            request.uri_mut().clone_from(&parts.uri);
            request.headers_mut().clone_from(&parts.headers);
            request.extensions_mut().insert(Asked::new(server, peer, parts, request_id));
            let Ok(response) = ROUTES.clone().oneshot(request).await;
            response
        }
        Err(error) => Problem::unreadable_body(&error).into_response(),
    };
    finish(response, request_id).await
}

/// Every answer is whole in memory; problems get their request's id here, where it is known.
async fn finish(response: Response<Body>, request_id: &str) -> Response<Full<Bytes>> {
    let (mut parts, body) = response.into_parts();
    let body = match parts.extensions.remove::<Problem>() {
        Some(problem) => {
            // That of the body that is replaced.
            parts.headers.remove(CONTENT_LENGTH);
            problem.body(request_id).into()
        }
        // Bodies here are made in the process and never fail.
        None => body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default(),
    };
    if let Ok(id) = HeaderValue::from_str(request_id) {
        parts.headers.insert(REQUEST_ID.clone(), id);
    }
    parts.headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    Response::from_parts(parts, Full::new(body))
}
