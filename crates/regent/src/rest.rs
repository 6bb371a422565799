//! The REST API of the broker, `/api/v1`.
//!
//! A resource is a file: its representation, its handlers, and a `routes` that ties them to paths. The OpenAPI document is
//! made from the same annotations, so that neither can say what the other does not.

use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use problem::Problem;

mod accounts;
pub(crate) mod asked;
mod audit;
mod auth;
mod body;
pub(crate) mod caller;
mod config;
mod connectors;
pub(crate) mod cookie;
mod crud;
mod demo;
mod document;
mod groups;
pub(crate) mod idempotency;
mod identity_sources;
mod in_use;
mod list;
pub(crate) mod me;
mod parameters;
mod policies;
pub(crate) mod problem;
mod resource;
mod sessions;
mod settings;
pub(crate) mod setup;
mod status;
mod step;
mod system_callers;
mod upstreams;
mod users;

/// What the document says besides paths and shapes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Regent broker",
        version = "1",
        description = "Accounts, connectors, grants, and the short-lived credentials that come of them."
    ),
    servers((url = "/api/v1"))
)]
struct Document;

/// All routes, and one to the document that describes them.
pub(crate) fn routes() -> axum::Router {
    let (router, document) = OpenApiRouter::with_openapi(Document::openapi())
        .merge(status::routes())
        .merge(setup::routes())
        .merge(auth::routes())
        .merge(me::routes())
        .merge(accounts::routes())
        .merge(connectors::routes())
        .merge(policies::routes())
        .merge(sessions::routes())
        .merge(audit::routes())
        .merge(upstreams::routes())
        .merge(users::routes())
        .merge(groups::routes())
        .merge(system_callers::routes())
        .merge(identity_sources::routes())
        .merge(settings::routes())
        .merge(config::routes())
        .merge(demo::routes())
        .split_for_parts();
    let document = document::served(&document).map(|document| Bytes::from(document.to_string()));
    let document = document.map_err(|error| error.to_string());
    router
        .route("/openapi.json", axum::routing::get(async move || shown(document.clone())))
        .fallback(async || Problem::not_found("there is nothing at this path"))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(axum::middleware::from_fn(idempotency::layer))
}

fn shown(document: Result<Bytes, String>) -> Result<Response, Problem> {
    let document = document.map_err(Problem::internal)?;
    Ok(([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], document).into_response())
}
