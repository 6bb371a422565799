//! What was issued: `/sessions`.

use std::collections::BTreeMap;

use axum::Json;
use http::StatusCode;
use regent_broker::PrincipalType;
use regent_policy::action;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::body::JsonBody;
use super::caller::Known;
use super::list::{List, Page};
use super::parameters::{Path, Query};
use super::problem::Problem;
use crate::broker::access::Access;
use crate::broker::check::{Findings, check_reason};
use crate::broker::issued::{IssuedSession, RevokeError, SessionFilter, SessionState};
use crate::broker::journal::{Actor, Client, ConnectorName, Text};
use crate::time;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_sessions))
        .routes(routes!(list_my_sessions))
        .routes(routes!(get_session))
        .routes(routes!(revoke_session))
}

/// A session that was issued.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionView {
    /// Its id.
    id: String,
    /// From which connector.
    #[schema(value_type = ConnectorNameView)]
    connector: ConnectorName,
    /// And which revision of it.
    connector_revision: u64,
    /// From whose credentials.
    account_id: String,
    /// By which STS.
    upstream_id: String,
    /// To whom.
    #[schema(value_type = ActorView)]
    caller: Actor,
    /// What allowed it: `admin`, or `grant:` and the grant.
    via: Text,
    /// What kind of session it is.
    principal_type: PrincipalType,
    /// Whose permissions it has.
    arn: Text,
    /// The temporary access key, which AWS's records name too.
    access_key_id: Text,
    /// What it is called.
    session_name: Text,
    /// Who is behind it, through every further role.
    #[serde(skip_serializing_if = "Option::is_none")]
    source_identity: Option<Text>,
    /// Its tags.
    #[schema(value_type = BTreeMap<String, String>)]
    tags: BTreeMap<Box<str>, Text>,
    /// The hash of its session policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_sha256: Option<Text>,
    /// How much of the room for policies and tags they took.
    #[serde(skip_serializing_if = "Option::is_none")]
    packed_policy_percent: Option<u32>,
    /// When it began.
    #[schema(format = DateTime)]
    issued_at: String,
    /// When it ends by itself.
    #[schema(format = DateTime)]
    expires_at: String,
    /// Until when at most a browser goes on that was signed in with its credentials, where that is longer than these last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    console_until: Option<String>,
    /// What for: `api`, `console`.
    purpose: Text,
    /// From where it was asked for.
    #[schema(value_type = ClientView)]
    client: Client,
    /// What the upstream calls its answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    upstream_request_id: Option<Text>,
    /// Whether it goes on.
    state: SessionState,
    /// Who revoked it, when and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked: Option<RevokedView>,
    /// Whether it can be revoked now.
    revocable: bool,
    /// What revoking does, in words.
    effect_note: String,
}

/// A connector, as it was called then.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "says what the API shows, which the journal's own type writes")]
pub(crate) struct ConnectorNameView {
    id: String,
    slug: String,
    name: String,
}

/// Who did something, as they were called then.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "says what the API shows, which the journal's own type writes")]
pub(crate) struct ActorView {
    /// `user`, `system_caller`, `server` or `anonymous`
    #[schema(rename = "type")]
    kind: String,
    id: String,
    name: String,
    source: Option<String>,
}

/// From where, and with what.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "says what the API shows, which the journal's own type writes")]
pub(crate) struct ClientView {
    ip: String,
    user_agent: Option<String>,
}

/// Who revoked a session, when and why.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RevokedView {
    #[schema(format = DateTime)]
    at: String,
    #[schema(value_type = ActorView)]
    by: Actor,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Text>,
}

/// Which sessions.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Issued to whom: an id or a name.
    user: Option<String>,
    /// From which connector: its id or its slug.
    connector: Option<String>,
    /// Whether they go on.
    state: Option<SessionState>,
    /// With which access key.
    access_key_id: Option<String>,
    /// With which source identity.
    source_identity: Option<String>,
    /// How many at most, 1 to 1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<usize>,
    /// Where the last page ended: its `next_cursor`.
    #[param(max_length = 256)]
    cursor: Option<String>,
}

/// Why a session is revoked.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = RevocationReason)]
#[serde(default, deny_unknown_fields)]
struct Reason {
    /// In words, for the records.
    #[schema(max_length = 500)]
    reason: String,
}

/// Whose sessions a caller is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    TheirOwn,
    Everybodys,
}

impl SessionView {
    fn of(session: IssuedSession, now: i64) -> Self {
        let state = session.state(now);
        let revocable = state == SessionState::Active && session.is_ours();
        let effect_note = effect(&session, state, now).to_owned();
        let revoked = session.revoked.map(|revoked| RevokedView {
            at: time::iso_text(revoked.at),
            by: revoked.by,
            reason: revoked.reason,
        });
        Self {
            id: session.id.to_string(),
            connector: session.connector,
            connector_revision: session.connector_revision,
            account_id: session.account_id.to_string(),
            caller: session.caller,
            via: session.via,
            principal_type: session.principal_type,
            arn: session.arn,
            access_key_id: session.access_key_id,
            session_name: session.session_name,
            source_identity: session.source_identity,
            tags: session.tags,
            policy_sha256: session.policy_sha256,
            packed_policy_percent: session.packed_policy_percent,
            issued_at: time::iso_text(session.issued_at),
            expires_at: time::iso_text(session.expires_at),
            console_until: session.console_until.map(time::iso_text),
            purpose: session.purpose,
            client: session.client,
            upstream_request_id: session.upstream_request_id,
            state,
            revoked,
            revocable,
            effect_note,
            upstream_id: session.upstream_id.to_string(),
        }
    }
}

/// What revoking does, honestly.
fn effect(session: &IssuedSession, state: SessionState, now: i64) -> &'static str {
    match state {
        SessionState::Active if session.expires_at <= now => {
            "The credentials have ended. A browser that was signed in with them may go on; revoking ends that at once."
        }
        SessionState::Active if session.is_ours() => {
            "Revoking ends this session at once, and no other. Sessions that it has opened itself, by assuming further \
             roles, go on until they expire."
        }
        SessionState::Active => {
            "AWS cannot withdraw a session it has issued: it goes on until it expires. A policy on the role that denies \
             everything to sessions issued before now (aws:TokenIssueTime) stops it within minutes, and every other \
             older session of the role with it."
        }
        SessionState::Expired => "The session has ended by itself.",
        SessionState::Revoked => "The session was revoked and makes no further request.",
    }
}

/// Whether the caller may do this with everybody's sessions.
fn may_all(known: &Known, action: &regent_policy::Action<'_>, id: &str) -> bool {
    Access::new(known.directory.broker(), &known.caller).may(action, "session", id)
}

async fn list(known: &Known, filter: Filter, whose: Whose) -> Result<Json<List<SessionView>>, Problem> {
    let page = Page { limit: filter.limit, cursor: filter.cursor, ..Page::default() };
    let broker = known.directory.broker();
    let person = |name: &String| {
        let person = broker.people.named(name).map(|person| person.id.to_string());
        person
            .or_else(|| broker.system_callers.named(name).map(|caller| caller.id.to_string()))
            .unwrap_or_else(|| name.clone())
    };
    let connector = |slug: &String| {
        broker.connectors.named(slug).map_or_else(|| slug.clone(), |connector| connector.id.to_string())
    };
    let mut caller = filter.user.as_ref().map(person);
    if whose == Whose::TheirOwn {
        let own_id = known.caller.id().as_str();
        if caller.is_some_and(|caller| caller != own_id) {
            return Ok(Json(List { items: Vec::new(), next_cursor: None }));
        }
        caller = Some(own_id.to_owned());
    }
    let filter = SessionFilter {
        caller: caller.map(Into::into),
        connector: filter.connector.as_ref().map(connector).map(Into::into),
        access_key_id: filter.access_key_id.map(Into::into),
        source_identity: filter.source_identity.map(Into::into),
        state: filter.state,
    };
    let before = Some(page.after()?).filter(|cursor| !cursor.is_empty());
    let found = known.asked.server.find_sessions(&filter, before, page.limit()?).await?;
    let now = known.asked.seconds();
    let items = found.sessions.into_iter().map(|session| SessionView::of(session, now)).collect();
    Ok(Json(List { items, next_cursor: found.next.map(Into::into) }))
}

/// Lists sessions, newest first: the caller's own, or everybody's for those who may see them.
///
/// A page may be shorter than `limit`, or empty, and still have a `next_cursor`.
#[utoipa::path(get, path = "/sessions", operation_id = "listSessions", tag = "Sessions", params(Filter),
    responses((status = 200, body = List<SessionView>), (status = "default", body = Problem)))]
async fn list_sessions(
    known: Known,
    Query(filter): Query<Filter>,
) -> Result<Json<List<SessionView>>, Problem> {
    if may_all(&known, &action!("regent:ListSessions"), "*") {
        return list(&known, filter, Whose::Everybodys).await;
    }
    known.must(&action!("regent:ListMySessions"), "session", "*")?;
    list(&known, filter, Whose::TheirOwn).await
}

/// Lists the caller's own sessions, newest first.
#[utoipa::path(get, path = "/me/sessions", operation_id = "listMySessions", tag = "Me", params(Filter),
    responses((status = 200, body = List<SessionView>), (status = "default", body = Problem)))]
async fn list_my_sessions(
    known: Known,
    Query(filter): Query<Filter>,
) -> Result<Json<List<SessionView>>, Problem> {
    known.must(&action!("regent:ListMySessions"), "session", "*")?;
    list(&known, filter, Whose::TheirOwn).await
}

/// The session, if the caller may do this with all sessions, or with their own and it is theirs.
async fn find(
    known: &Known,
    id: &str,
    [all, own]: [&regent_policy::Action<'_>; 2],
) -> Result<IssuedSession, Problem> {
    let is_for_all = may_all(known, all, id);
    if !is_for_all {
        known.must(own, "session", id)?;
    }
    let found = known.asked.server.issued_session(id).await?;
    found
        .filter(|session| is_for_all || session.caller.id.as_str() == known.caller.id().as_str())
        .ok_or_else(|| no_session(id))
}

fn no_session(id: &str) -> Problem {
    Problem::not_found(format!("there is no session `{id}`"))
}

/// Shows a session.
#[utoipa::path(get, path = "/sessions/{id}", operation_id = "getIssuedSession", tag = "Sessions",
    params(("id" = String, Path)),
    responses((status = 200, body = SessionView), (status = "default", body = Problem)))]
async fn get_session(known: Known, Path(id): Path<String>) -> Result<Json<SessionView>, Problem> {
    let actions = [&action!("regent:GetSession"), &action!("regent:ListMySessions")];
    let session = find(&known, &id, actions).await?;
    Ok(Json(SessionView::of(session, known.asked.seconds())))
}

/// Ends a session of Regent's own STS at once. Everybody may end their own.
#[utoipa::path(post, path = "/sessions/{id}/revoke", operation_id = "revokeSession", tag = "Sessions",
    params(("id" = String, Path)), request_body = Reason,
    responses((status = 200, body = SessionView), (status = "default", body = Problem)))]
async fn revoke_session(
    known: Known,
    Path(id): Path<String>,
    JsonBody(Reason { reason }): JsonBody<Reason>,
) -> Result<Json<SessionView>, Problem> {
    let actions = [&action!("regent:RevokeSession"), &action!("regent:RevokeMySession")];
    find(&known, &id, actions).await?;
    let mut findings = Findings::default();
    check_reason(&reason, &mut findings);
    findings.settle()?;
    let reason = Some(reason.as_str()).filter(|reason| !reason.is_empty());
    let (by, client) = (Actor::from(&known.caller), Client::from(&known.caller));
    let revoked = known.asked.server.revoke_session(&id, by, Some(client), reason).await;
    let session = revoked.map_err(|error| {
        let text = error.to_string();
        match error {
            RevokeError::NoSession(_) => no_session(&id),
            RevokeError::Over => Problem::conflict("session_over", text),
            RevokeError::NotOurs => Problem::new(StatusCode::CONFLICT, "not_revocable", text)
                .fix("put a policy on the role that denies everything to sessions issued before now"),
            RevokeError::Entropy(error) => Problem::internal(error),
            RevokeError::Store(error) => error.into(),
        }
    })?;
    Ok(Json(SessionView::of(session, known.asked.seconds())))
}

#[cfg(test)]
mod tests;
