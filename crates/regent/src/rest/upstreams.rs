//! STS endpoints that connectors get credentials from: `/upstreams`.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use regent_broker::{Id, Stored, Upstream};
use regent_policy::action;
use regent_store::directory::{Broker, Directory, Versioned};
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::accounts::UsedBy;
use super::body::{JsonBody, take};
use super::caller::Known;
use super::crud::{self, Edit, Resource};
use super::in_use;
use super::list::{List, Page};
use super::parameters::{Path, Query};
use super::problem::Problem;
use super::resource::{Shown, without_read_only};
use crate::broker::check_upstream;
use crate::upstream::connect;

mod probe;

/// Those that are always there, in the order of their names.
const BUILT_IN: [&str; 2] = [Upstream::AWS, Upstream::EMBEDDED];

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_upstreams, create_upstream))
        .routes(routes!(get_upstream, replace_upstream, change_upstream, delete_upstream))
        .merge(probe::routes())
}

impl Resource for Upstream {
    type View = Self;

    const READ_ONLY: &'static [&'static str] = &["capabilities"];

    fn show(_: &Known, _: &Directory, held: &Versioned<Stored<Self>>) -> Self {
        held.entity.value.clone()
    }

    fn texts(&self) -> Vec<&str> {
        vec![&self.name, self.sts_url.as_deref().unwrap_or_default()]
    }

    fn check(_: &Broker, _: &Id, value: &Self) -> Result<(), Problem> {
        check_upstream::upstream(value)
    }

    fn check_unused(broker: &Broker, stored: &Stored<Self>) -> Result<(), Problem> {
        let accounts = broker.accounts.iter().filter(|held| held.entity.value.terms.upstream_id == stored.id);
        let users: Vec<UsedBy> = accounts
            .map(|held| UsedBy { id: held.entity.id.clone(), name: held.entity.value.terms.name.clone() })
            .collect();
        in_use::refuse("upstream_in_use", "upstream", &users)
    }
}

/// One that is built in, as if it were kept.
fn built_in(broker: &Broker, id_or_name: &str) -> Option<Shown<Upstream>> {
    BUILT_IN.into_iter().find_map(|id| {
        let id = Id::built_in(id);
        let value = connect::record(broker, &id)?;
        let is_it = id.as_str() == id_or_name || value.name.eq_ignore_ascii_case(id_or_name);
        let stored = Stored {
            id,
            created: 0,
            created_by: "regent".into(),
            updated: 0,
            updated_by: "regent".into(),
            value: (),
        };
        is_it.then(|| Shown::new(&stored, regent_store::Seq::default(), value))
    })
}

fn refuse_built_in(broker: &Broker, id: &str) -> Result<(), Problem> {
    match built_in(broker, id) {
        Some(_) => Err(Problem::conflict("built_in", "this upstream is built in and cannot be changed")
            .fix("make an upstream of your own")),
        None => Ok(()),
    }
}

/// Lists upstreams: the built-in ones first, then the others by name.
#[utoipa::path(get, path = "/upstreams", operation_id = "listUpstreams", tag = "Settings", params(Page),
    responses((status = 200, body = List<Shown<Upstream>>), (status = "default", body = Problem)))]
async fn list_upstreams(known: Known, Query(page): Query<Page>) -> Result<Response, Problem> {
    known.must(&action!("regent:ListUpstreams"), "upstream", "*")?;
    let broker = known.directory.broker();
    // Names do not begin with a blank, so cursors of built-in ones do.
    let (passed, after) = match page.after()? {
        "" => (0, ""),
        cursor => match cursor.strip_prefix(' ') {
            Some(id) => (BUILT_IN.iter().position(|held| *held == id).map_or(0, |at| at + 1), ""),
            None => (BUILT_IN.len(), cursor),
        },
    };
    let first = BUILT_IN.into_iter().skip(passed);
    let first = first.filter_map(|id| Some((format!(" {id}"), built_in(broker, id)?)));
    let kept = broker.upstreams.after(after).map(|held| {
        let shown = crud::show::<Upstream>(&known, &known.directory, held);
        (held.entity.value.name.clone(), shown)
    });
    let found =
        first.chain(kept).filter(|(_, shown)| page.label.is_none() && page.finds(&shown.value.texts()));
    Ok(Json(page.take(found)?).into_response())
}

/// Makes an upstream.
#[utoipa::path(post, path = "/upstreams", operation_id = "createUpstream", tag = "Settings", request_body = Upstream,
    responses((status = 201, body = Shown<Upstream>), (status = "default", body = Problem)))]
async fn create_upstream(known: Known, JsonBody(mut body): JsonBody<Value>) -> Result<Response, Problem> {
    known.must(&action!("regent:CreateUpstream"), "upstream", "*")?;
    without_read_only(&mut body, Upstream::READ_ONLY);
    crud::create(&known, known.asked.server.broker_id::<Upstream>()?, take::<Upstream>(body)?).await
}

/// Shows an upstream, by id or name.
#[utoipa::path(get, path = "/upstreams/{id}", operation_id = "getUpstream", tag = "Settings",
    params(("id" = String, Path)),
    responses((status = 200, body = Shown<Upstream>), (status = "default", body = Problem)))]
async fn get_upstream(known: Known, Path(id): Path<String>) -> Result<Response, Problem> {
    known.must(&action!("regent:GetUpstream"), "upstream", &id)?;
    match built_in(known.directory.broker(), &id) {
        Some(shown) => Ok(shown.answer(StatusCode::OK)),
        None => crud::get::<Upstream>(&known, &id, &action!("regent:GetUpstream")),
    }
}

/// Replaces what is said of an upstream.
#[utoipa::path(put, path = "/upstreams/{id}", operation_id = "replaceUpstream", tag = "Settings",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = Upstream,
    responses((status = 200, body = Shown<Upstream>), (status = "default", body = Problem)))]
async fn replace_upstream(
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Value>,
) -> Result<Response, Problem> {
    known.must(&action!("regent:UpdateUpstream"), "upstream", &id)?;
    refuse_built_in(known.directory.broker(), &id)?;
    save(&known, Edit::replacing::<Upstream>(&known, &id, &headers, body)?).await
}

/// Changes what a merge patch names, and nothing else.
#[utoipa::path(patch, path = "/upstreams/{id}", operation_id = "changeUpstream", tag = "Settings",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = Object,
    responses((status = 200, body = Shown<Upstream>), (status = "default", body = Problem)))]
async fn change_upstream(
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(patch): JsonBody<Value>,
) -> Result<Response, Problem> {
    known.must(&action!("regent:UpdateUpstream"), "upstream", &id)?;
    refuse_built_in(known.directory.broker(), &id)?;
    let terms = |upstream: &Upstream| serde_json::to_value(upstream);
    save(&known, Edit::merging(&known, &id, &headers, patch, terms)?).await
}

async fn save(known: &Known, edit: Edit) -> Result<Response, Problem> {
    let upstream: Upstream = take(edit.terms)?;
    crud::change(known, &edit.id, Some(edit.revision), move |_: &Upstream| Ok(upstream.clone())).await
}

/// Deletes an upstream that no account names.
#[utoipa::path(delete, path = "/upstreams/{id}", operation_id = "deleteUpstream", tag = "Settings",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 204), (status = "default", body = Problem)))]
async fn delete_upstream(
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    known.must(&action!("regent:DeleteUpstream"), "upstream", &id)?;
    refuse_built_in(known.directory.broker(), &id)?;
    crud::delete::<Upstream>(&known, &id, &headers).await
}
