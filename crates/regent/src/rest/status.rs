//! What anybody may know: that the server is there, and how to sign in.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::asked::Asked;
use super::problem::Problem;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(get_status))
}

/// What anybody may know of the server.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServerStatus)]
struct Status {
    /// The version of Regent.
    version: &'static str,
    /// Whether somebody has to set it up first.
    setup: Setup,
    /// Identity providers to sign in with.
    sources: Vec<Source>,
    /// Whether passkeys can be used.
    passkeys: bool,
    /// The partition of its ARNs.
    partition: String,
    /// The region it names.
    region: String,
    /// What an SDK of AWS is to be given as `AWS_ENDPOINT_URL`.
    aws_endpoint: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Setup {
    Required,
    Done,
}

/// An identity provider to sign in with.
#[derive(Debug, Serialize, ToSchema)]
struct Source {
    id: String,
    name: String,
    kind: &'static str,
}

/// Tells what anybody may know of the server.
#[utoipa::path(get, path = "/status", operation_id = "getStatus", tag = "Public",
    responses((status = 200, body = Status), (status = "default", body = Problem)))]
async fn get_status(asked: Asked) -> Result<Json<Status>, Problem> {
    let directory = asked.directory()?;
    let broker = directory.broker();
    let enabled = broker.identity_sources.iter().filter(|held| !held.entity.value.terms.disabled);
    let config = &asked.server.config;
    Ok(Json(Status {
        version: env!("CARGO_PKG_VERSION"),
        setup: if broker.people.is_empty() { Setup::Required } else { Setup::Done },
        sources: enabled
            .map(|held| Source {
                id: held.entity.id.to_string(),
                name: held.entity.value.terms.name.clone(),
                kind: "oidc",
            })
            .collect(),
        passkeys: true,
        partition: config.partition.clone(),
        region: config.region.clone(),
        aws_endpoint: asked.own_url(broker),
    }))
}
