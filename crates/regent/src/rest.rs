//! The REST API of the broker, `/api/v1`.
//!
//! A resource is a file: its representation, its handlers, and a `routes` that ties them to paths. The OpenAPI document is
//! made from the same annotations, so that neither can say what the other does not.

use axum::Json;
use utoipa::OpenApi;
use utoipa::openapi::RefOr;
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
mod groups;
pub(crate) mod idempotency;
mod identity_sources;
mod in_use;
mod list;
pub(crate) mod me;
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

/// All routes, and the document that describes them.
pub(crate) fn routes() -> (axum::Router, utoipa::openapi::OpenApi) {
    let (router, mut document) = OpenApiRouter::with_openapi(Document::openapi())
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
    name_problems(&mut document);
    let served = document.clone();
    let router = router
        .route("/openapi.json", axum::routing::get(async move || Json(served.clone())))
        .fallback(async || Problem::not_found("there is nothing at this path"))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(axum::middleware::from_fn(idempotency::layer));
    (router, document)
}

/// Says of every answer that is a problem what it is: the annotations know JSON and nothing else.
fn name_problems(document: &mut utoipa::openapi::OpenApi) {
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            let Some(RefOr::T(response)) = operation.responses.responses.get_mut("default") else { continue };
            if let Some(content) = response.content.shift_remove("application/json") {
                response.content.insert("application/problem+json".to_owned(), content);
            }
        }
    }
}
