//! Connectors: `/connectors`.

use axum::response::Response;
use http::{HeaderMap, StatusCode};
use regent_broker::{Connector, ConnectorTerms, Disabled, Health, Id, Stored};
use regent_policy::action;
use regent_store::directory::{Broker, Directory, Versioned};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::{JsonBody, take};
use super::caller::Known;
use super::crud::{self, Edit, Resource};
use super::list::{List, Page};
use super::parameters::{Path, Query};
use super::problem::Problem;
use super::resource::{Shown, without_read_only};
use crate::broker::check::{Findings, check_reason};
use crate::broker::{check_connector, health, usage};
use crate::time;

mod admission;
mod connection;
mod grants;
mod issue;
mod preview;
mod snippets;
mod why;

pub(super) use grants::GrantView;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_connectors, create_connector))
        .routes(routes!(get_connector, replace_connector, change_connector, delete_connector))
        .routes(routes!(disable_connector))
        .routes(routes!(enable_connector))
        .routes(routes!(clone_connector))
        .merge(connection::routes())
        .merge(grants::routes())
        .merge(preview::routes())
        .merge(snippets::routes())
        .merge(why::routes())
        .merge(issue::routes())
}

pub(crate) use connection::TestResult;

/// What there is to see of a connector.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConnectorView {
    #[serde(flatten)]
    terms: ConnectorTerms,
    /// Who may use it.
    #[schema(value_type = Vec<grants::KeptGrant>)]
    grants: Vec<GrantView>,
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

/// A connector as it is to be.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "it describes the body, of which the grants are taken out before the rest is read"
)]
struct NewConnector {
    #[serde(flatten)]
    terms: ConnectorTerms,
    /// Who may use it. Left out of a change, they stay.
    #[schema(max_items = 1000)]
    grants: Option<Vec<GrantView>>,
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

impl Resource for Connector {
    type View = ConnectorView;

    const READ_ONLY: &'static [&'static str] =
        &["grants", "disabled", "role_max_seconds", "health", "last_used_at"];

    fn show(known: &Known, _: &Directory, held: &Versioned<Stored<Self>>) -> ConnectorView {
        let connector = &held.entity.value;
        let disabled = connector.disabled.as_ref().map(|disabled| DisabledView {
            reason: disabled.reason.clone(),
            at: time::iso_text(disabled.at),
            by: disabled.by.clone(),
        });
        let last_used = usage::of_connector(&known.asked.server, &held.entity.id);
        ConnectorView {
            terms: connector.terms.clone(),
            grants: connector.grants.iter().map(GrantView::of).collect(),
            disabled,
            role_max_seconds: connector.role_max_seconds,
            health: health::of_connector(&known.asked.server, &held.entity),
            last_used_at: last_used.map(time::iso_text),
        }
    }

    fn texts(&self) -> Vec<&str> {
        vec![&self.terms.slug, &self.terms.name, &self.terms.description]
    }

    fn has_label(&self, key: &str, value: &str) -> bool {
        self.terms.labels.get(key).is_some_and(|held| held == value)
    }

    fn check(broker: &Broker, _: &Id, value: &Self) -> Result<(), Problem> {
        check_connector::connector(broker, value)
    }

    fn check_change(broker: &Broker, old: &Stored<Self>, value: &Self) -> Result<(), Problem> {
        check_connector::change(broker, &old.value, value)
    }

    fn check_unused(_: &Broker, _: &Stored<Self>) -> Result<(), Problem> {
        Ok(()) // what was issued from it names it, and lives on
    }
}

/// Lists connectors by slug.
#[utoipa::path(get, path = "/connectors", operation_id = "listConnectors", tag = "Connectors", params(Page),
    responses((status = 200, body = List<Shown<ConnectorView>>), (status = "default", body = Problem)))]
async fn list_connectors(known: Known, Query(page): Query<Page>) -> Result<Response, Problem> {
    crud::list::<Connector>(&known, &page, &action!("regent:ListConnectors"))
}

/// Makes a connector. Nobody but administrators may use it until it is granted.
#[utoipa::path(post, path = "/connectors", operation_id = "createConnector", tag = "Connectors",
    request_body = NewConnector,
    responses((status = 201, body = Shown<ConnectorView>), (status = "default", body = Problem)))]
async fn create_connector(known: Known, JsonBody(mut body): JsonBody<Value>) -> Result<Response, Problem> {
    known.must(&action!("regent:CreateConnector"), "connector", "*")?;
    let grants = take_grants(&known, "*", &mut body)?;
    without_read_only(&mut body, Connector::READ_ONLY);
    let grants = grants::made(&known, &grants.unwrap_or_default(), &[])?;
    let connector = Connector { grants, ..Connector::new(take(body)?) };
    crud::create(&known, known.asked.server.broker_id::<Connector>()?, connector).await
}

/// Takes the grants out of a body. To write any is a right of its own.
fn take_grants(known: &Known, id: &str, body: &mut Value) -> Result<Option<Vec<GrantView>>, Problem> {
    match body.as_object_mut().and_then(|members| members.remove("grants")) {
        None | Some(Value::Null) => Ok(None),
        Some(grants) => {
            known.must(&action!("regent:UpdateGrants"), "connector", id)?;
            take(grants).map(Some)
        }
    }
}

/// Shows a connector, by id or slug.
#[utoipa::path(get, path = "/connectors/{id}", operation_id = "getConnector", tag = "Connectors",
    params(("id" = String, Path, description = "Its id or its slug")),
    responses((status = 200, body = Shown<ConnectorView>), (status = "default", body = Problem)))]
async fn get_connector(known: Known, Path(id): Path<String>) -> Result<Response, Problem> {
    crud::get::<Connector>(&known, &id, &action!("regent:GetConnector"))
}

/// Replaces what is said of a connector. Without grants, those it has stay.
#[utoipa::path(put, path = "/connectors/{id}", operation_id = "replaceConnector", tag = "Connectors",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = NewConnector,
    responses((status = 200, body = Shown<ConnectorView>), (status = "default", body = Problem)))]
async fn replace_connector(
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(mut body): JsonBody<Value>,
) -> Result<Response, Problem> {
    known.must(&action!("regent:UpdateConnector"), "connector", &id)?;
    let grants = take_grants(&known, &id, &mut body)?;
    save(&known, Edit::replacing::<Connector>(&known, &id, &headers, body)?, grants).await
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
    let grants = take_grants(&known, &id, &mut patch)?;
    let terms = |connector: &Connector| serde_json::to_value(&connector.terms);
    save(&known, Edit::merging(&known, &id, &headers, patch, terms)?, grants).await
}

async fn save(known: &Known, edit: Edit, grants: Option<Vec<GrantView>>) -> Result<Response, Problem> {
    let terms: ConnectorTerms = take(edit.terms)?;
    let held = crud::find::<Connector>(&known.directory, edit.id.as_str())?;
    let grants = grants.map(|grants| grants::made(known, &grants, &held.entity.value.grants)).transpose()?;
    let make = move |old: &Connector| {
        let new = old.with(terms.clone());
        Ok(Connector { grants: grants.clone().unwrap_or_else(|| old.grants.clone()), ..new })
    };
    crud::change(known, &edit.id, Some(edit.revision), make).await
}

/// Deletes a connector. What was issued from it lives on until it expires or is revoked.
#[utoipa::path(delete, path = "/connectors/{id}", operation_id = "deleteConnector", tag = "Connectors",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 204), (status = "default", body = Problem)))]
async fn delete_connector(
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    known.must(&action!("regent:DeleteConnector"), "connector", &id)?;
    crud::delete::<Connector>(&known, &id, &headers).await
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
    let mut findings = Findings::default();
    check_reason(&body.reason, &mut findings);
    findings.settle()?;
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
    let id = crud::find::<Connector>(&known.directory, id)?.entity.id.clone();
    let make = move |old: &Connector| Ok(Connector { disabled: disabled.clone(), ..old.clone() });
    crud::change(known, &id, None, make).await
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
    let old = crud::find::<Connector>(&known.directory, &id)?;
    let terms = ConnectorTerms { name, slug, ..old.entity.value.terms.clone() };
    crud::create(&known, known.asked.server.broker_id::<Connector>()?, Connector::new(terms)).await
}
