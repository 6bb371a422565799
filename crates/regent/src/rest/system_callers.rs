//! Builds and applications that use connectors: `/system-callers`.

use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, HeaderValue};
use http::{HeaderMap, StatusCode};
use regent_broker::{Id, JobToken, Status, Stored, SystemAuth, SystemCaller, Who};
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
use super::in_use;
use super::list::{self, List, Page};
use super::parameters::{Path, Query};
use super::problem::Problem;
use super::resource::{Shown, without_read_only};
use crate::broker::change::{BrokerChange, NotChanged};
use crate::broker::check::Findings;
use crate::broker::check_system_caller;
use crate::broker::{leaving, usage};
use crate::time;

mod token;

use token::NewToken;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_system_callers, create_system_caller))
        .routes(routes!(get_system_caller, replace_system_caller, change_system_caller, delete_system_caller))
        .merge(token::routes())
}

/// What an administrator says of a system caller.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SystemCallerTerms {
    /// Unique, 1 to 64 characters.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
    /// For people.
    #[serde(default)]
    #[schema(max_length = 4000, default = "")]
    description: String,
    /// The group that looks after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner_group: Option<Id>,
    /// How it proves itself; a token if nothing is said.
    #[serde(default)]
    #[schema(default = AuthTerms::default)]
    auth: AuthTerms,
    /// Suspended callers do nothing.
    #[serde(default)]
    #[schema(default = Status::default)]
    status: Status,
}

/// How a system caller proves itself.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum AuthTerms {
    /// A token, shown once.
    Token {
        /// Its first characters, to tell tokens apart.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(read_only)]
        prefix: Option<String>,
        /// Until when it counts: at most a year, and ninety days if nothing is said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(format = DateTime)]
        expires_at: Option<String>,
    },
    /// A token that a CI system or a cluster signs for each job.
    Jwt(JobToken),
}

impl Default for AuthTerms {
    fn default() -> Self {
        Self::Token { prefix: None, expires_at: None }
    }
}

/// What there is to see of a system caller. Its token is shown once, when it is made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SystemCallerView {
    #[serde(flatten)]
    terms: SystemCallerTerms,
    /// When it last showed its token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
}

/// A system caller with its token, which is shown this once.
#[derive(Serialize, ToSchema)]
struct MadeSystemCaller {
    #[serde(flatten)]
    shown: Shown<SystemCallerView>,
    /// The token; none where the caller shows signed ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

impl SystemCallerTerms {
    fn of(caller: &SystemCaller) -> Self {
        let auth = match &caller.auth {
            SystemAuth::Token { prefix, expires_at, .. } => AuthTerms::Token {
                prefix: Some(prefix.to_string()).filter(|prefix| !prefix.is_empty()),
                expires_at: Some(time::iso_text(*expires_at)),
            },
            SystemAuth::Jwt(token) => AuthTerms::Jwt(token.clone()),
        };
        Self {
            name: caller.name.to_string(),
            description: caller.description.to_string(),
            owner_group: caller.owner_group.clone(),
            auth,
            status: caller.status,
        }
    }

    fn caller(self, auth: SystemAuth) -> SystemCaller {
        let Self { name, description, owner_group, status, .. } = self;
        SystemCaller { name: name.into(), description: description.into(), owner_group, auth, status }
    }

    /// How the caller proves itself on these terms, if that needs no new token.
    fn auth(&self, old: &SystemAuth, now: i64) -> Result<SystemAuth, Problem> {
        match (&self.auth, old) {
            (AuthTerms::Jwt(token), _) => Ok(SystemAuth::Jwt(token.clone())),
            (AuthTerms::Token { expires_at, .. }, SystemAuth::Token { hash, prefix, expires_at: until }) => {
                let expires_at = expires_at.as_deref().map(list::moment).transpose()?;
                let expires_at = match expires_at {
                    Some(wanted) if wanted != *until => check_system_caller::expiry(wanted, now)?,
                    Some(_) | None => *until,
                };
                Ok(SystemAuth::Token { hash: hash.clone(), prefix: prefix.clone(), expires_at })
            }
            (AuthTerms::Token { .. }, SystemAuth::Jwt(_)) => {
                let mut findings = Findings::default();
                let detail = "this caller shows signed tokens, and one of its own would have to be made";
                findings.fix("auth.kind", "not_possible", detail, "make another system caller");
                findings.settle()?;
                Ok(old.clone())
            }
        }
    }
}

impl Resource for SystemCaller {
    type View = SystemCallerView;

    const READ_ONLY: &'static [&'static str] = &["last_used_at", "token"];

    fn show(known: &Known, _: &Directory, held: &Versioned<Stored<Self>>) -> SystemCallerView {
        let who = Who::SystemCaller(held.entity.id.clone());
        SystemCallerView {
            terms: SystemCallerTerms::of(&held.entity.value),
            last_used_at: usage::of_caller(&known.asked.server, &who).map(time::iso_text),
        }
    }

    fn texts(&self) -> Vec<&str> {
        vec![&self.name, &self.description]
    }

    fn check(broker: &Broker, _: &Id, value: &Self) -> Result<(), Problem> {
        check_system_caller::system_caller(broker, value)
    }

    fn check_unused(broker: &Broker, stored: &Stored<Self>) -> Result<(), Problem> {
        in_use::refuse("system_caller_in_use", "system caller", &in_use::granting(broker, &stored.id))
    }

    fn follow(change: &mut BrokerChange<'_>, id: &Id, now: Option<&Self>) -> Result<(), NotChanged> {
        if now.is_none_or(|caller| caller.status == Status::Suspended) {
            leaving::end_logins(change, &Who::SystemCaller(id.clone()));
        }
        Ok(())
    }
}

/// Lists system callers by name.
#[utoipa::path(get, path = "/system-callers", operation_id = "listSystemCallers", tag = "People", params(Page),
    responses((status = 200, body = List<Shown<SystemCallerView>>), (status = "default", body = Problem)))]
async fn list_system_callers(known: Known, Query(page): Query<Page>) -> Result<Response, Problem> {
    crud::list::<SystemCaller>(&known, &page, &action!("regent:ListSystemCallers"))
}

/// Makes a system caller. Its token, if it has one, is shown in this answer and never again.
#[utoipa::path(post, path = "/system-callers", operation_id = "createSystemCaller", tag = "People",
    request_body = SystemCallerTerms,
    responses((status = 201, body = MadeSystemCaller), (status = "default", body = Problem)))]
async fn create_system_caller(
    known: Known,
    JsonBody(mut body): JsonBody<Value>,
) -> Result<Response, Problem> {
    known.must(&action!("regent:CreateSystemCaller"), "system_caller", "*")?;
    without_read_only(&mut body, SystemCaller::READ_ONLY);
    let terms: SystemCallerTerms = take(body)?;
    let id = known.asked.server.broker_id::<SystemCaller>()?;
    let (auth, token) = match &terms.auth {
        AuthTerms::Jwt(token) => (SystemAuth::Jwt(token.clone()), None),
        AuthTerms::Token { expires_at, .. } => {
            let made = NewToken::make(&id, expires_at.as_deref(), known.asked.seconds())?;
            (made.auth, Some(made.token))
        }
    };
    let made = crud::create(&known, id.clone(), terms.caller(auth)).await?;
    let Some(token) = token else { return Ok(made) };
    let now = known.asked.server.store.picture();
    let shown = crud::show(&known, &now, crud::find::<SystemCaller>(&now, id.as_str())?);
    let body = axum::Json(MadeSystemCaller { shown, token: Some(token.to_string()) });
    let mut response = (StatusCode::CREATED, body).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(tag) = made.headers().get(http::header::ETAG) {
        response.headers_mut().insert(http::header::ETAG, tag.clone());
    }
    Ok(response)
}

/// Shows a system caller, by id or name.
#[utoipa::path(get, path = "/system-callers/{id}", operation_id = "getSystemCaller", tag = "People",
    params(("id" = String, Path)),
    responses((status = 200, body = Shown<SystemCallerView>), (status = "default", body = Problem)))]
async fn get_system_caller(known: Known, Path(id): Path<String>) -> Result<Response, Problem> {
    crud::get::<SystemCaller>(&known, &id, &action!("regent:GetSystemCaller"))
}

/// Replaces what is said of a system caller. Its token stays.
#[utoipa::path(put, path = "/system-callers/{id}", operation_id = "replaceSystemCaller", tag = "People",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = SystemCallerTerms,
    responses((status = 200, body = Shown<SystemCallerView>), (status = "default", body = Problem)))]
async fn replace_system_caller(
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Value>,
) -> Result<Response, Problem> {
    known.must(&action!("regent:UpdateSystemCaller"), "system_caller", &id)?;
    save(&known, Edit::replacing::<SystemCaller>(&known, &id, &headers, body)?).await
}

/// Changes what a merge patch names, and nothing else.
#[utoipa::path(patch, path = "/system-callers/{id}", operation_id = "changeSystemCaller", tag = "People",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = Object,
    responses((status = 200, body = Shown<SystemCallerView>), (status = "default", body = Problem)))]
async fn change_system_caller(
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(patch): JsonBody<Value>,
) -> Result<Response, Problem> {
    known.must(&action!("regent:UpdateSystemCaller"), "system_caller", &id)?;
    let terms = |caller: &SystemCaller| serde_json::to_value(SystemCallerTerms::of(caller));
    save(&known, Edit::merging(&known, &id, &headers, patch, terms)?).await
}

async fn save(known: &Known, edit: Edit) -> Result<Response, Problem> {
    let terms: SystemCallerTerms = take(edit.terms)?;
    let now = known.asked.seconds();
    let make = move |old: &SystemCaller| Ok(terms.clone().caller(terms.auth(&old.auth, now)?));
    crud::change(known, &edit.id, Some(edit.revision), make).await
}

/// Deletes a system caller that no grant names.
#[utoipa::path(delete, path = "/system-callers/{id}", operation_id = "deleteSystemCaller", tag = "People",
    params(("id" = String, Path), ("If-Match" = Option<String>, Header)),
    responses((status = 204), (status = "default", body = Problem)))]
async fn delete_system_caller(
    known: Known,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    known.must(&action!("regent:DeleteSystemCaller"), "system_caller", &id)?;
    crud::delete::<SystemCaller>(&known, &id, &headers).await
}
