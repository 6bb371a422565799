//! Who may use a connector: `/connectors/{id}/grants`.

use axum::extract::Path;
use axum::response::Response;
use http::HeaderMap;
use regent_broker::{Conditions, Connector, Grant, GrantEffect, Id, Subject};
use regent_policy::action;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{ConnectorView, Shown};
use crate::rest::body::{JsonBody, must_match};
use crate::rest::caller::Known;
use crate::rest::crud;
use crate::rest::problem::Problem;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(list_grants, replace_grants))
}

/// All grants of a connector.
#[derive(Debug, Serialize, ToSchema)]
struct Grants {
    grants: Vec<Grant>,
}

/// All grants of a connector, as they are to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewGrants {
    #[schema(max_items = 1000)]
    grants: Vec<NewGrant>,
}

/// A grant as it is to be. One with the id of a grant there is keeps it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewGrant {
    #[serde(default)]
    id: Option<Id>,
    subject: Subject,
    #[serde(default)]
    effect: GrantEffect,
    #[serde(default)]
    conditions: Conditions,
    /// Until when, in seconds since 1970.
    #[serde(default)]
    expires_at: Option<i64>,
}

/// Lists who may use a connector.
#[utoipa::path(get, path = "/connectors/{id}/grants", operation_id = "listGrants", tag = "Connectors",
    params(("id" = String, Path)),
    responses((status = 200, body = Grants), (status = "default", body = Problem)))]
async fn list_grants(known: Known, Path(id): Path<String>) -> Result<Response, Problem> {
    known.must(&action!("regent:GetConnector"), "connector", &id)?;
    let held = crud::find::<Connector>(&known.directory, &id)?;
    let grants = Grants { grants: held.entity.value.grants.clone() };
    let tag = format!("\"{}\"", held.version.number());
    Ok(axum::response::IntoResponse::into_response(([(http::header::ETAG, tag)], axum::Json(grants))))
}

/// Says anew who may use a connector.
#[utoipa::path(put, path = "/connectors/{id}/grants", operation_id = "replaceGrants", tag = "Connectors",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = NewGrants,
    responses((status = 200, body = Shown<ConnectorView>), (status = "default", body = Problem)))]
async fn replace_grants(
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(NewGrants { grants }): JsonBody<NewGrants>,
) -> Result<Response, Problem> {
    known.must(&action!("regent:UpdateGrants"), "connector", &id)?;
    let revision = must_match(&headers)?;
    let held = crud::find::<Connector>(&known.directory, &id)?;
    let id = held.entity.id.clone();
    let mut made = Vec::with_capacity(grants.len());
    for NewGrant { id, subject, effect, conditions, expires_at } in grants {
        let known_id = id.filter(|id| held.entity.value.grants.iter().any(|grant| grant.id == *id));
        let id = match known_id {
            Some(id) => id,
            None => known.asked.server.new_id("grnt")?,
        };
        made.push(Grant { id, subject, effect, conditions, expires_at });
    }
    let make = move |old: &Connector| Ok(Connector { grants: made.clone(), ..old.clone() });
    crud::change(&known, &id, Some(revision), make).await
}
