//! The broker's configuration as one document, without secrets: `/config`.
//!
//! Things are called by their names, so that a document means the same on every server. Applying one is all or nothing:
//! a single command writes, checks and, if anything is wrong, forgets all of it. A plan is the same command, forgotten
//! in any case.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use regent_broker::BrokerRole;
use regent_policy::action;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body;
use super::caller::Known;
use super::parameters::Query;
use super::problem::Problem;
use crate::broker::change::{BrokerChange, NotChanged};
use crate::broker::journal::{Action, Event, Text};
use crate::yaml;

mod apply;
mod declared;
mod document;
mod key;
mod names;

use apply::{Applying, Change, Outcome, Warning};
use document::{Document, KeyIds};

/// What a planned command is forgotten with.
const PLANNED: &str = "planned";

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(export_config))
        .routes(routes!(plan_config))
        .routes(routes!(apply_config))
}

/// How a document that comes as itself is applied.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct How {
    /// Delete what the document does not name, of the kinds that it names.
    prune: bool,
}

/// A document, and how it is applied.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConfigRequest {
    /// The document: as text in YAML or JSON, or as JSON itself.
    #[schema(value_type = DocumentForm)]
    document: Value,
    /// Delete what the document does not name, of the kinds that it names.
    #[serde(default)]
    prune: bool,
}

/// A document within JSON.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "says what the API takes, which is told apart after it was read")]
enum DocumentForm {
    /// As text, in YAML or JSON.
    Text(String),
    /// As itself.
    Itself(Document),
}

/// What a document changes.
#[derive(Debug, Serialize, ToSchema)]
struct ConfigAnswer {
    /// Whether it was done.
    done: bool,
    /// Every thing that the document names, and every one that is deleted.
    changes: Vec<Change>,
    /// What is to be done by hand.
    warnings: Vec<Warning>,
}

/// Writes out the configuration in YAML. That it did is an event.
///
/// It has no secrets and no people, and ids of access keys for administrators alone.
#[utoipa::path(get, path = "/config/export", operation_id = "exportConfig", tag = "Configuration",
    responses((status = 200, body = Document, content_type = "text/yaml"), (status = "default", body = Problem)))]
async fn export_config(known: Known) -> Result<Response, Problem> {
    known.must(&action!("regent:ExportConfig"), "config", "*")?;
    let server = &known.asked.server;
    let event = server.event_of(&known.caller, Action::EXPORT).map_err(Problem::internal)?;
    server.journal(Event { detail: Some(Text::from("configuration")), ..event }).await?;
    let keys = if known.caller.has(BrokerRole::Administrator) { KeyIds::Told } else { KeyIds::LeftOut };
    let document = document::of(known.directory.broker(), keys).map_err(Problem::internal)?;
    let text = yaml::write(&document).map_err(Problem::internal)?;
    Ok(([(CONTENT_TYPE, "text/yaml; charset=utf-8")], text).into_response())
}

/// Says what a document would change, and changes nothing.
#[utoipa::path(post, path = "/config/plan", operation_id = "planConfig", tag = "Configuration", params(How),
    request_body(content((ConfigRequest = "application/json"), (Document = "text/yaml"))),
    responses((status = 200, body = ConfigAnswer), (status = "default", body = Problem)))]
async fn plan_config(
    known: Known,
    Query(how): Query<How>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<ConfigAnswer>, Problem> {
    known.must(&action!("regent:PlanConfig"), "config", "*")?;
    let (document, prune) = read(&headers, &body, how)?;
    let planned = Arc::new(Mutex::new(None));
    let told = Arc::clone(&planned);
    let applying = applying(&known, document, prune)?;
    let command = move |change: &mut BrokerChange<'_>| -> Result<(), NotChanged> {
        let outcome = applying.run(change)?;
        *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
        Err(Problem::conflict(PLANNED, "this was a plan").into())
    };
    match known.asked.server.change_broker(known.actor()?, command).await {
        Err(problem) if problem.code() == PLANNED => {}
        Err(problem) => return Err(problem),
        Ok(()) => return Err(Problem::internal("a plan was carried out")),
    }
    let outcome = planned.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Outcome { changes, warnings } = outcome.unwrap_or_default();
    Ok(Json(ConfigAnswer { done: false, changes, warnings }))
}

/// Makes the configuration what a document says: all of it, or nothing.
#[utoipa::path(post, path = "/config/apply", operation_id = "applyConfig", tag = "Configuration", params(How),
    request_body(content((ConfigRequest = "application/json"), (Document = "text/yaml"))),
    responses((status = 200, body = ConfigAnswer), (status = "default", body = Problem)))]
async fn apply_config(
    known: Known,
    Query(how): Query<How>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<ConfigAnswer>, Problem> {
    known.must(&action!("regent:ApplyConfig"), "config", "*")?;
    let (document, prune) = read(&headers, &body, how)?;
    let applying = applying(&known, document, prune)?;
    let server = &known.asked.server;
    let event = server.event_of(&known.caller, Action::CONFIG_APPLY).map_err(Problem::internal)?;
    let command = move |change: &mut BrokerChange<'_>| {
        let outcome = applying.run(change)?;
        let changed = outcome.changes.iter().filter(|change| !change.is_kept()).count();
        let detail = Text::from(format!("{changed} changes").as_str());
        let event = Event { detail: Some(detail), ..event.clone() };
        change.journal.append(change.draft, &event);
        Ok(outcome)
    };
    let Outcome { changes, warnings } = server.change_broker(known.actor()?, command).await?;
    Ok(Json(ConfigAnswer { done: true, changes, warnings }))
}

fn applying(known: &Known, document: Document, prune: bool) -> Result<Applying, Problem> {
    document.check()?;
    Ok(Applying { server: Arc::clone(&known.asked.server), document, prune })
}

/// Reads a document: in YAML, of which JSON is a part, or within a JSON body.
fn read(headers: &HeaderMap, bytes: &[u8], how: How) -> Result<(Document, bool), Problem> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.trim().to_ascii_lowercase().starts_with("application/json") {
        let text = std::str::from_utf8(bytes)
            .map_err(|_| Problem::bad_request("malformed_document", "the document is not UTF-8"))?;
        return Ok((Document::read(text)?, how.prune));
    }
    let request: ConfigRequest = body::read(bytes)?;
    let document = match request.document {
        Value::String(text) => Document::read(&text)?,
        value @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            body::take(value)?
        }
    };
    Ok((document, request.prune || how.prune))
}
