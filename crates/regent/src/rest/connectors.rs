//! Connectors: `/connectors`.

use axum::extract::{Path, Query};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use regent_broker::{Connector, ConnectorTerms, Disabled, Grant, Health, Stored};
use regent_policy::action;
use regent_store::directory::{Broker, Versioned};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::{JsonBody, if_match, merge, must_match, take};
use super::caller::Known;
use super::list::{List, Page};
use super::problem::Problem;
use super::resource::{Shown, without_read_only};
use crate::broker::change::BrokerChange;
use crate::broker::check;
use crate::time;

mod grants;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_connectors, create_connector))
        .routes(routes!(get_connector, replace_connector, change_connector, delete_connector))
        .routes(routes!(disable_connector))
        .routes(routes!(enable_connector))
        .routes(routes!(clone_connector))
        .merge(grants::routes())
}

/// What there is to see of a connector.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConnectorView {
    #[serde(flatten)]
    terms: ConnectorTerms,
    /// Who may use it.
    grants: Vec<Grant>,
    /// Set while nobody may use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled: Option<DisabledView>,
    /// The longest session the role allows, once an upstream has told.
    #[serde(skip_serializing_if = "Option::is_none")]
    role_max_seconds: Option<u32>,
    /// How the last test or use went.
    health: Health,
    /// When it was last used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct DisabledView {
    reason: String,
    #[schema(format = DateTime)]
    at: String,
    by: String,
}

/// Why something is stopped or started.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct Reason {
    /// In words, for the records.
    #[schema(max_length = 500)]
    reason: String,
}

/// The names of a copy.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CloneNames {
    name: String,
    slug: String,
}

/// What only the server writes.
const READ_ONLY: [&str; 5] = ["grants", "disabled", "role_max_seconds", "health", "last_used_at"];

pub(crate) fn show(known: &Known, held: &Versioned<Stored<Connector>>) -> Shown<ConnectorView> {
    let connector = &held.entity.value;
    let disabled = connector.disabled.as_ref().map(|disabled| DisabledView {
        reason: disabled.reason.clone(),
        at: time::iso_text(disabled.at),
        by: disabled.by.clone(),
    });
    let last_used = crate::broker::usage::of_connector(&known.asked.server, &held.entity.id);
    Shown::of(
        held,
        ConnectorView {
            terms: connector.terms.clone(),
            grants: connector.grants.clone(),
            disabled,
            role_max_seconds: connector.role_max_seconds,
            health: connector.health.clone(),
            last_used_at: last_used.map(time::iso_text),
        },
    )
}

/// A connector by its id or its slug.
pub(crate) fn find<'a>(
    broker: &'a Broker,
    id_or_slug: &str,
) -> Result<&'a Versioned<Stored<Connector>>, Problem> {
    let by_slug = || broker.connectors.named(id_or_slug).map(|stored| stored.id.as_str());
    broker
        .connectors
        .versioned(id_or_slug)
        .or_else(|| broker.connectors.versioned(by_slug()?))
        .ok_or_else(|| Problem::not_found(format!("there is no connector `{id_or_slug}`")))
}

/// Answers with the connector as it is now, after a change.
fn answer(known: &Known, id: &str, status: StatusCode) -> Result<Response, Problem> {
    let now = known.asked.server.store.picture();
    Ok(show(known, find(now.broker(), id)?).answer(status))
}

/// Lists connectors by slug.
#[utoipa::path(get, path = "/connectors", operation_id = "listConnectors", tag = "Connectors", params(Page),
    responses((status = 200, body = List<Shown<ConnectorView>>), (status = "default", body = Problem)))]
async fn list_connectors(known: Known, Query(page): Query<Page>) -> Result<Response, Problem> {
    known.must(&action!("regent:ListConnectors"), "connector", "*")?;
    let label = page.label.as_deref().and_then(|label| label.split_once('='));
    let found = known.directory.broker().connectors.after(page.after()?).filter(|held| {
        let terms = &held.entity.value.terms;
        page.finds(&[&terms.slug, &terms.name, &terms.description])
            && label.is_none_or(|(key, value)| terms.labels.get(key).is_some_and(|held| held == value))
    });
    let list = page.take(found.map(|held| (held.entity.value.terms.slug.clone(), show(&known, held))))?;
    Ok(axum::Json(list).into_response())
}

/// Makes a connector. Nobody but administrators may use it until it is granted.
#[utoipa::path(post, path = "/connectors", operation_id = "createConnector", tag = "Connectors",
    request_body = ConnectorTerms,
    responses((status = 201, body = Shown<ConnectorView>), (status = "default", body = Problem)))]
async fn create_connector(known: Known, JsonBody(mut body): JsonBody<Value>) -> Result<Response, Problem> {
    known.must(&action!("regent:CreateConnector"), "connector", "*")?;
    without_read_only(&mut body, &READ_ONLY);
    let terms: ConnectorTerms = take(body)?;
    create(&known, Connector::new(terms)).await
}

async fn create(known: &Known, connector: Connector) -> Result<Response, Problem> {
    let id = known.asked.server.broker_id::<Connector>()?;
    let made = id.clone();
    let change = move |change: &mut BrokerChange<'_>| {
        check::connector(change.draft.broker(), &connector)?;
        change.create(&made, connector.clone())
    };
    known.asked.server.change_broker(known.actor(), change).await?;
    answer(known, id.as_str(), StatusCode::CREATED)
}

/// Shows a connector, by id or slug.
#[utoipa::path(get, path = "/connectors/{id}", operation_id = "getConnector", tag = "Connectors",
    params(("id" = String, Path, description = "Its id or its slug")),
    responses((status = 200, body = Shown<ConnectorView>), (status = "default", body = Problem)))]
async fn get_connector(known: Known, Path(id): Path<String>) -> Result<Response, Problem> {
    known.must(&action!("regent:GetConnector"), "connector", &id)?;
    let held = find(known.directory.broker(), &id)?;
    Ok(show(&known, held).answer(StatusCode::OK))
}

/// Replaces what is said of a connector. Its grants stay.
#[utoipa::path(put, path = "/connectors/{id}", operation_id = "replaceConnector", tag = "Connectors",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = ConnectorTerms,
    responses((status = 200, body = Shown<ConnectorView>), (status = "default", body = Problem)))]
async fn replace_connector(
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(mut body): JsonBody<Value>,
) -> Result<Response, Problem> {
    known.must(&action!("regent:UpdateConnector"), "connector", &id)?;
    let revision = must_match(&headers)?;
    without_read_only(&mut body, &READ_ONLY);
    let terms: ConnectorTerms = take(body)?;
    let id = find(known.directory.broker(), &id)?.entity.id.clone();
    let changed = id.clone();
    let change = move |change: &mut BrokerChange<'_>| {
        let old = change.current::<Connector>(changed.as_str(), Some(revision))?;
        let value = old.value.with(terms.clone());
        check::connector(change.draft.broker(), &value)?;
        change.replace(&old, value)
    };
    known.asked.server.change_broker(known.actor(), change).await?;
    answer(&known, id.as_str(), StatusCode::OK)
}

/// Changes what a merge patch names, and nothing else.
#[utoipa::path(patch, path = "/connectors/{id}", operation_id = "changeConnector", tag = "Connectors",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = Object,
    responses((status = 200, body = Shown<ConnectorView>), (status = "default", body = Problem)))]
async fn change_connector(
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(mut patch): JsonBody<Value>,
) -> Result<Response, Problem> {
    known.must(&action!("regent:UpdateConnector"), "connector", &id)?;
    let revision = must_match(&headers)?;
    without_read_only(&mut patch, &READ_ONLY);
    let held = find(known.directory.broker(), &id)?;
    let id = held.entity.id.clone();
    let mut merged = serde_json::to_value(&held.entity.value.terms).map_err(Problem::internal)?;
    merge(&mut merged, patch);
    let terms: ConnectorTerms = take(merged)?;
    let changed = id.clone();
    let change = move |change: &mut BrokerChange<'_>| {
        let old = change.current::<Connector>(changed.as_str(), Some(revision))?;
        let value = old.value.with(terms.clone());
        check::connector(change.draft.broker(), &value)?;
        change.replace(&old, value)
    };
    known.asked.server.change_broker(known.actor(), change).await?;
    answer(&known, id.as_str(), StatusCode::OK)
}

/// Deletes a connector. What was issued from it lives on until it expires or is revoked.
#[utoipa::path(delete, path = "/connectors/{id}", operation_id = "deleteConnector", tag = "Connectors",
    params(("id" = String, Path)),
    responses((status = 204), (status = "default", body = Problem)))]
async fn delete_connector(
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    known.must(&action!("regent:DeleteConnector"), "connector", &id)?;
    let revision = if_match(&headers)?;
    let id = find(known.directory.broker(), &id)?.entity.id.clone();
    let change = move |change: &mut BrokerChange<'_>| {
        let old = change.current::<Connector>(id.as_str(), revision)?;
        change.remove(&old);
        Ok(())
    };
    known.asked.server.change_broker(known.actor(), change).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Stops a connector at once: nothing more is issued from it.
#[utoipa::path(post, path = "/connectors/{id}/disable", operation_id = "disableConnector", tag = "Connectors",
    params(("id" = String, Path)), request_body = Reason,
    responses((status = 200, body = Shown<ConnectorView>), (status = "default", body = Problem)))]
async fn disable_connector(
    known: Known,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<Reason>,
) -> Result<Response, Problem> {
    known.must(&action!("regent:DisableConnector"), "connector", &id)?;
    let disabled =
        Disabled { reason: body.reason, at: known.asked.seconds(), by: known.caller.id().to_string() };
    set_disabled(&known, &id, Some(disabled)).await
}

/// Lets a connector be used again.
#[utoipa::path(post, path = "/connectors/{id}/enable", operation_id = "enableConnector", tag = "Connectors",
    params(("id" = String, Path)),
    responses((status = 200, body = Shown<ConnectorView>), (status = "default", body = Problem)))]
async fn enable_connector(known: Known, Path(id): Path<String>) -> Result<Response, Problem> {
    known.must(&action!("regent:EnableConnector"), "connector", &id)?;
    set_disabled(&known, &id, None).await
}

async fn set_disabled(known: &Known, id: &str, disabled: Option<Disabled>) -> Result<Response, Problem> {
    let id = find(known.directory.broker(), id)?.entity.id.clone();
    let changed = id.clone();
    let change = move |change: &mut BrokerChange<'_>| {
        let old = change.current::<Connector>(changed.as_str(), None)?;
        change.replace(&old, Connector { disabled: disabled.clone(), ..old.value.clone() })
    };
    known.asked.server.change_broker(known.actor(), change).await?;
    answer(known, id.as_str(), StatusCode::OK)
}

/// Makes a copy under other names, without the grants.
#[utoipa::path(post, path = "/connectors/{id}/clone", operation_id = "cloneConnector", tag = "Connectors",
    params(("id" = String, Path)), request_body = CloneNames,
    responses((status = 201, body = Shown<ConnectorView>), (status = "default", body = Problem)))]
async fn clone_connector(
    known: Known,
    Path(id): Path<String>,
    JsonBody(CloneNames { name, slug }): JsonBody<CloneNames>,
) -> Result<Response, Problem> {
    known.must(&action!("regent:CreateConnector"), "connector", "*")?;
    let old = find(known.directory.broker(), &id)?;
    let terms = ConnectorTerms { name, slug, ..old.entity.value.terms.clone() };
    create(&known, Connector::new(terms)).await
}
