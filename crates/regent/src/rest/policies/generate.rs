//! Policies from services, access levels, actions, resources and conditions: `/policies/generate`.

use axum::Json;
use http::StatusCode;
use regent_policy::action;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::policy::generation::condition::{Wanted, together};
use crate::policy::generation::principal::Named;
use crate::policy::generation::{Effect, GenerateError, Kind, Level, Wish, write};
use crate::rest::body::JsonBody;
use crate::rest::caller::Known;
use crate::rest::problem::Problem;

/// The most patterns, resources, conditions or principals.
const MAX_ITEMS: usize = 100;

/// What a policy is to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Generate {
    /// All actions of a service: `s3`.
    #[serde(default)]
    service: Option<String>,
    /// Of it, and of what patterns cover, only those that reach so far.
    #[serde(default)]
    access_levels: Vec<Level>,
    /// Actions and patterns of actions. Those without a prefix are of the service, which then stands for no others.
    #[serde(default)]
    actions: Vec<String>,
    /// Every action gets those that it can be about; without any, `*`.
    #[serde(default)]
    resources: Vec<String>,
    /// All must hold.
    #[serde(default)]
    conditions: Vec<ConditionWish>,
    /// What the statements do.
    #[serde(default)]
    effect: Effect,
    /// The statement's id; several statements are numbered.
    #[serde(default)]
    sid: Option<String>,
    /// What the policy is attached to.
    #[serde(default)]
    kind: Kind,
    /// Who, in a policy of a resource or of a role.
    #[serde(default)]
    principals: Vec<String>,
}

/// A condition.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConditionWish {
    /// `StringEquals`, or `ForAnyValue:StringLike`.
    operator: String,
    /// `aws:PrincipalTag/team`.
    key: String,
    /// Any of them will do.
    values: Vec<String>,
}

/// A policy, and what its reader should know.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Generated {
    /// Laid out.
    policy: String,
    /// What was left out, what will not suffice, and what is risky.
    notes: Vec<String>,
}

/// Writes a policy. Actions are grouped by the resources they take, so that every statement does what it says.
#[utoipa::path(post, path = "/policies/generate", operation_id = "generatePolicy", tag = "Policies",
    request_body = Generate,
    responses((status = 200, body = Generated), (status = "default", body = Problem)))]
pub(super) async fn generate_policy(
    known: Known,
    JsonBody(body): JsonBody<Generate>,
) -> Result<Json<Generated>, Problem> {
    known.must(&action!("regent:GeneratePolicy"), "policy", "*")?;
    super::aside(move || generated(body)).await.map(Json)
}

fn generated(body: Generate) -> Result<Generated, Problem> {
    check(&body)?;
    let mut notes = Vec::new();
    let policy = wish(body).and_then(|wish| write::policy(&wish, &mut notes));
    let policy = policy.map_err(|error| refused("cannot_generate", error.to_string()))?;
    Ok(Generated { policy, notes })
}

/// Refuses what no policy could be written from.
fn check(body: &Generate) -> Result<(), Problem> {
    let values = body.conditions.iter().map(|condition| condition.values.len()).max().unwrap_or(0);
    let lists =
        [body.actions.len(), body.resources.len(), body.conditions.len(), body.principals.len(), values];
    if lists.into_iter().any(|length| length > MAX_ITEMS) {
        return Err(refused("too_many", format!("expected at most {MAX_ITEMS} of each")));
    }
    if body.conditions.iter().any(|condition| condition.values.is_empty()) {
        return Err(refused("value_missing", "expected a value for every condition"));
    }
    let is_nothing = body.service.is_none() && body.actions.is_empty();
    match body.kind {
        Kind::Identity if !body.principals.is_empty() => Err(refused(
            "principals_not_here",
            "an identity policy names no principals: it is about whoever has it",
        )),
        Kind::Resource | Kind::Trust if body.principals.is_empty() => {
            Err(refused("principals_missing", "a policy of this kind says who: name a principal"))
        }
        Kind::Trust if !body.resources.is_empty() => Err(refused(
            "resources_not_here",
            "a trust policy names no resource: it is about the role that has it",
        )),
        Kind::Identity | Kind::Resource if is_nothing => {
            Err(refused("actions_missing", "say what to allow: name a service or actions"))
        }
        Kind::Identity | Kind::Resource | Kind::Trust => Ok(()),
    }
}

fn wish(body: Generate) -> Result<Wish, GenerateError> {
    let conditions = body.conditions.into_iter();
    let conditions = conditions.map(|wanted| Wanted::new(&wanted.operator, &wanted.key, wanted.values));
    let mut wish = Wish {
        conditions: together(conditions.collect::<Result<_, _>>()?),
        principals: body.principals.iter().map(|name| Named::read(name)).collect::<Result<_, _>>()?,
        effect: body.effect,
        sid: body.sid,
        kind: body.kind,
        resources: body.resources,
        ..Wish::default()
    };
    wish.resources.sort_unstable();
    wish.resources.dedup();
    if let Some(service) = body.service.as_deref().filter(|_| body.actions.is_empty()) {
        wish.choose_service(service, &body.access_levels)?;
    }
    for action in &body.actions {
        match body.service.as_deref().filter(|_| !action.contains(':')) {
            Some(service) => wish.choose(&format!("{service}:{action}"), &body.access_levels)?,
            None => wish.choose(action, &body.access_levels)?,
        }
    }
    Ok(wish)
}

fn refused(code: &'static str, detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
}
