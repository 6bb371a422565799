//! What holds for the whole broker: `/settings`.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::header::ETAG;
use http::{HeaderMap, StatusCode};
use regent_broker::{Id, Settings, Stored};
use regent_policy::action;
use regent_store::directory::Broker;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::{JsonBody, must_match, take};
use super::caller::Known;
use super::problem::Problem;
use super::resource::without_read_only;
use crate::broker::change::{Actor, BrokerChange, NotChanged};
use crate::broker::check::Findings;
use crate::broker::check_upstream::check_web_address;
use crate::broker::journal::{Action, Event};
use crate::time;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(get_settings, replace_settings))
}

/// What holds for the whole broker.
#[derive(Debug, Serialize, ToSchema)]
struct SettingsView {
    #[serde(flatten)]
    settings: Settings,
    /// Changes with every change; 0 while nobody has changed anything.
    revision: u64,
    /// When they were last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    updated_at: Option<String>,
    /// Who changed them.
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_by: Option<Box<str>>,
}

fn revision(broker: &Broker) -> u64 {
    broker.stored_settings().map_or(0, |held| held.version.number())
}

fn shown(broker: &Broker) -> Response {
    let held = broker.stored_settings().map(|held| &held.entity);
    let revision = revision(broker);
    let view = SettingsView {
        settings: broker.settings(),
        revision,
        updated_at: held.map(|stored| time::iso_text(stored.updated)),
        updated_by: held.map(|stored| stored.updated_by.clone()),
    };
    ([(ETAG, format!("\"{revision}\""))], Json(view)).into_response()
}

/// Shows the settings.
#[utoipa::path(get, path = "/settings", operation_id = "getSettings", tag = "Settings",
    responses((status = 200, body = SettingsView), (status = "default", body = Problem)))]
async fn get_settings(known: Known) -> Result<Response, Problem> {
    known.must(&action!("regent:GetSettings"), "settings", "*")?;
    Ok(shown(known.directory.broker()))
}

/// Replaces the settings. What is left out is as it was in the beginning.
#[utoipa::path(put, path = "/settings", operation_id = "replaceSettings", tag = "Settings",
    params(("If-Match" = String, Header)), request_body = Settings,
    responses((status = 200, body = SettingsView), (status = "default", body = Problem)))]
async fn replace_settings(
    known: Known,
    headers: HeaderMap,
    JsonBody(mut body): JsonBody<serde_json::Value>,
) -> Result<Response, Problem> {
    known.must(&action!("regent:UpdateSettings"), "settings", "*")?;
    let expected = must_match(&headers)?;
    without_read_only(&mut body, &[]);
    let settings = tidy(take(body)?);
    check(&settings)?;
    let server = &known.asked.server;
    let event = server.event_of(&known.caller, Action::SETTINGS_UPDATE).map_err(Problem::internal)?;
    let actor = Actor { event: None, ..known.actor()? };
    let replaced =
        server.change_broker(actor, move |change| replace(change, &settings, expected, &event)).await;
    replaced.map_err(|problem| match problem.code() {
        "revision_conflict" => {
            let now = server.store.picture().broker().settings();
            problem.current(serde_json::to_value(now).unwrap_or_default())
        }
        _ => problem,
    })?;
    Ok(shown(server.store.picture().broker()))
}

fn replace(
    change: &mut BrokerChange<'_>,
    settings: &Settings,
    expected: u64,
    event: &Event,
) -> Result<(), NotChanged> {
    let broker = change.draft.broker();
    if revision(broker) != expected {
        let detail = "somebody has changed the settings in the meantime";
        return Err(Problem::new(StatusCode::PRECONDITION_FAILED, "revision_conflict", detail)
            .fix("look at what there is now, and change that")
            .with("current_revision", revision(broker))
            .into());
    }
    let old = broker.stored_settings().map(|held| std::sync::Arc::clone(&held.entity));
    let Actor { id: by, now, .. } = change.actor.clone();
    let (created, created_by) =
        old.map_or_else(|| (now, by.clone()), |old| (old.created, old.created_by.clone()));
    let value = settings.clone();
    let id = Id::built_in(Settings::ID);
    change.put(Stored { id, created, created_by, updated: now, updated_by: by, value });
    change.journal.append(change.draft, event);
    Ok(())
}

/// An empty address is none, and one ends without a slash.
fn tidy(settings: Settings) -> Settings {
    let external_url = settings.external_url.map(|url| url.trim().trim_end_matches('/').to_owned());
    Settings { external_url: external_url.filter(|url| !url.is_empty()), ..settings }
}

fn check(settings: &Settings) -> Result<(), Problem> {
    let mut findings = Findings::default();
    let bounds = [
        ("idle_minutes", settings.idle_minutes, 1440),
        ("absolute_hours", settings.absolute_hours, 720),
        ("issue_per_minute", settings.issue_per_minute, 100_000),
    ];
    for (name, value, most) in bounds {
        if !(1..=most).contains(&value) {
            findings.add(name, "out_of_range", format!("expected 1 to {most}"));
        }
    }
    if let Some(url) = &settings.external_url {
        check_web_address("external_url", url, &mut findings);
        if url::Url::parse(url).is_ok_and(|url| url.path() != "/") {
            findings.fix(
                "external_url",
                "malformed",
                "a path follows the host",
                "enter scheme and host alone",
            );
        }
    }
    findings.settle()
}
