//! Why somebody may use a connector, or may not: `/connectors/{id}/why`.

use axum::Json;
use regent_broker::statement::{Origin, Statement};
use regent_broker::{Connector, Grant, GrantEffect, Login, Person, Stored, Subject, SystemCaller, Who};
use regent_policy::action;
use regent_store::directory::Broker;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::broker::access::{Access, Explained, Refusal, Via};
use crate::broker::caller::{Barred, BrokerCaller, Circumstances};
use crate::rest::caller::Known;
use crate::rest::crud;
use crate::rest::parameters::{Path, Query};
use crate::rest::problem::Problem;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(explain_connector))
}

/// About whom.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct About {
    /// A person, by id or name.
    user_id: Option<String>,
    /// A system caller, by id or name.
    system_caller_id: Option<String>,
}

/// Why somebody may use a connector, or may not.
///
/// They are taken to ask now, from where whoever wants to know asks, by the sign-in they used last if it goes on.
#[derive(Debug, Serialize, ToSchema)]
struct Why {
    /// Whether they may.
    allowed: bool,
    /// By what: `grant:` and its id, or `admin`.
    #[serde(skip_serializing_if = "Option::is_none")]
    via: Option<String>,
    /// Why not, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// In words.
    text: String,
    /// The statement that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<Deciding>,
    /// What the policy engine looked at, and what came of each question.
    explanation: Value,
    /// The policies that were asked.
    policies: Vec<NamedPolicy>,
}

/// The statement that decided.
#[derive(Debug, Serialize, ToSchema)]
struct Deciding {
    /// The policy it is in.
    policy: String,
    /// Its name there.
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    /// The connector, if it is in its policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    connector: Option<String>,
    /// The grant it was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    grant_id: Option<String>,
    /// The statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    json: Option<Value>,
}

/// A policy that was asked.
#[derive(Debug, Serialize, ToSchema)]
struct NamedPolicy {
    /// Its name.
    name: String,
    /// Its text.
    document: Value,
}

/// Somebody, as somebody else asks about them.
enum Asker {
    May(Box<BrokerCaller>),
    Barred(Barred, String),
}

/// Explains whether a person or a system caller may use a connector.
#[utoipa::path(get, path = "/connectors/{id}/why", operation_id = "explainConnector", tag = "Connectors",
    params(("id" = String, Path), About),
    responses((status = 200, body = Why), (status = "default", body = Problem)))]
async fn explain_connector(
    known: Known,
    Path(id): Path<String>,
    Query(about): Query<About>,
) -> Result<Json<Why>, Problem> {
    known.must(&action!("regent:ExplainConnector"), "connector", &id)?;
    let connector = &crud::find::<Connector>(&known.directory, &id)?.entity;
    let caller = match asker(&known, &about)? {
        Asker::May(caller) => caller,
        Asker::Barred(barred, name) => {
            return Ok(Json(Why {
                allowed: false,
                via: None,
                code: Some(barred.code()),
                text: barred.told(&name),
                statement: None,
                explanation: Value::Null,
                policies: Vec::new(),
            }));
        }
    };
    let broker = known.directory.broker();
    let explained = Access::new(broker, &caller).explain(connector);
    let explained = explained.ok_or_else(|| Problem::internal("a connector without a policy"))?;
    let text = text(broker, &caller, connector, &explained);
    let (via, code) = match &explained.answer {
        Ok(via) => (Some(via.to_string()), None),
        Err(refusal) => (None, Some(code(refusal))),
    };
    let document = |text: String| serde_json::from_str(&text).unwrap_or(Value::String(text));
    let statement = deciding(connector, &explained);
    let policies = explained.policies.into_iter();
    Ok(Json(Why {
        allowed: via.is_some(),
        via,
        code,
        text,
        statement,
        explanation: explained.explanation,
        policies: policies.map(|(name, text)| NamedPolicy { name, document: document(text) }).collect(),
    }))
}

fn asker(known: &Known, about: &About) -> Result<Asker, Problem> {
    let broker = known.directory.broker();
    let around = Circumstances {
        source_ip: Arc::clone(&known.asked.source_ip),
        user_agent: known.caller.user_agent.clone(),
        now: known.asked.seconds(),
    };
    let (who, name, caller) = match (&about.user_id, &about.system_caller_id) {
        (Some(id), None) => {
            let person = &crud::find::<Person>(&known.directory, id)?.entity;
            let caller = BrokerCaller::of_person(broker, person, around);
            (Who::Person(person.id.clone()), person.value.display_name.to_string(), caller)
        }
        (None, Some(id)) => {
            let system = &crud::find::<SystemCaller>(&known.directory, id)?.entity;
            let caller = BrokerCaller::of_system_caller(system, around);
            (Who::SystemCaller(system.id.clone()), system.value.name.to_string(), caller)
        }
        (None, None) | (Some(_), Some(_)) => {
            let detail = "expected `user_id` or `system_caller_id`, and one of them";
            return Err(Problem::bad_request("malformed_query", detail));
        }
    };
    let mut caller = match caller {
        Ok(caller) => caller,
        Err(barred) => return Ok(Asker::Barred(barred, name)),
    };
    caller.login = newest_login(broker, &who, known.asked.seconds());
    Ok(Asker::May(Box::new(caller)))
}

/// The sign-in they used last, if it goes on.
fn newest_login(broker: &Broker, who: &Who, now: i64) -> Option<Arc<Stored<Login>>> {
    let theirs = broker.logins.iter().map(|held| &held.entity);
    let theirs = theirs.filter(|login| login.value.who == *who && login.value.expires > now);
    theirs.max_by_key(|login| login.value.seen).map(Arc::clone)
}

fn code(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::NotGranted => "not_granted",
        Refusal::RequestRequired => "request_required",
        Refusal::MfaRequired => "mfa_required",
        Refusal::Disabled => "disabled",
        Refusal::Network => "network",
        Refusal::Scope => "scope",
    }
}

fn deciding(connector: &Stored<Connector>, explained: &Explained) -> Option<Deciding> {
    let (policy, sid) = explained.decided_by.clone()?;
    let own = explained.statement.as_ref();
    let grant_id = own.and_then(|statement| match &statement.origin {
        Origin::Grant(id) => Some(id.to_string()),
        Origin::Scope | Origin::Disabled | Origin::Network | Origin::Mfa | Origin::Request => None,
    });
    Some(Deciding {
        policy,
        sid,
        connector: own.map(|_| connector.value.terms.slug.clone()),
        grant_id,
        json: own.map(|Statement { json, .. }| json.clone()),
    })
}

/// The answer in a sentence or two.
fn text(
    broker: &Broker,
    caller: &BrokerCaller,
    connector: &Stored<Connector>,
    explained: &Explained,
) -> String {
    let (who, slug) = (caller.name(), &connector.value.terms.slug);
    match &explained.answer {
        Ok(Via::Admin) => {
            format!("{who} may use {slug}: administrators may use every connector, as the settings have it")
        }
        Ok(Via::Grant(id)) => {
            let grant = connector.value.grants.iter().find(|grant| grant.id == *id);
            let whom =
                grant.map_or_else(String::new, |grant| format!(", which is for {}", whom(broker, grant)));
            format!("{who} may use {slug} by the grant {id}{whom}")
        }
        Err(refusal) => {
            let misses_factor = explained.statement.as_ref().is_some_and(|it| it.origin == Origin::Mfa);
            let besides = if misses_factor && *refusal != Refusal::MfaRequired {
                "; a second factor is missing besides"
            } else {
                ""
            };
            format!("{who} may not use {slug}: {}{besides}", refused(broker, caller, connector, refusal))
        }
    }
}

/// Whom a grant is for, in words.
fn whom(broker: &Broker, grant: &Grant) -> String {
    let id = grant.subject.id();
    match &grant.subject {
        Subject::Group(_) => {
            let name = broker.groups.get(id.as_str()).map(|group| group.value.name.clone());
            format!("the group {}", name.unwrap_or_else(|| id.to_string()))
        }
        Subject::User(_) => {
            broker.people.get(id.as_str()).map_or_else(|| id.to_string(), |one| one.value.name.to_string())
        }
        Subject::SystemCaller(_) => broker
            .system_callers
            .get(id.as_str())
            .map_or_else(|| id.to_string(), |one| one.value.name.to_string()),
    }
}

fn refused(
    broker: &Broker,
    caller: &BrokerCaller,
    connector: &Stored<Connector>,
    refusal: &Refusal,
) -> String {
    match refusal {
        Refusal::Disabled => {
            let why = connector.value.disabled.as_ref().map(|disabled| disabled.reason.as_str());
            let why = why.filter(|why| !why.is_empty()).map(|why| format!(" ({why})")).unwrap_or_default();
            format!("it is disabled{why}")
        }
        Refusal::Network => format!("it is for other networks than that of {}", caller.source_ip),
        Refusal::Scope => match caller.kind() {
            "user" => "it is for system callers".to_owned(),
            _ => "it is for people".to_owned(),
        },
        Refusal::RequestRequired => "somebody has to approve it first".to_owned(),
        Refusal::MfaRequired if caller.has_second_factor() => {
            "it wants a second factor that was given just now".to_owned()
        }
        Refusal::MfaRequired => "it wants a second factor, and they have none".to_owned(),
        Refusal::NotGranted => not_granted(broker, caller, connector),
    }
}

/// No grant lets them in: which could have, and what each of them lacks.
fn not_granted(broker: &Broker, caller: &BrokerCaller, connector: &Stored<Connector>) -> String {
    let is_theirs = |grant: &&Grant| {
        grant.effect == GrantEffect::Use
            && (grant.subject.id() == caller.id()
                || caller.groups.iter().any(|group| group.id == *grant.subject.id()))
    };
    let theirs: Vec<&Grant> = connector.value.grants.iter().filter(is_theirs).collect();
    if theirs.is_empty() {
        let stale = if caller.has_stale_groups {
            "; their identity provider has told of their groups too long ago to count"
        } else {
            ""
        };
        let names: Vec<&str> = caller.groups.iter().map(|group| group.value.name.as_str()).collect();
        return match names.as_slice() {
            [] => format!("no grant names them, and they are in no group{stale}"),
            names => format!("no grant names them or any of their groups ({}){stale}", names.join(", ")),
        };
    }
    let lacks: Vec<String> = theirs
        .into_iter()
        .map(|grant| format!("the grant for {} {}", whom(broker, grant), lack(grant, caller)))
        .collect();
    lacks.join("; ")
}

/// What keeps a grant from counting now.
fn lack(grant: &Grant, caller: &BrokerCaller) -> String {
    if grant.expires_at.is_some_and(|at| caller.now >= at) {
        return "has expired".to_owned();
    }
    let conditions = &grant.conditions;
    let mut reasons = Vec::new();
    if let Some(minutes) = conditions.mfa_minutes {
        let age = caller.mfa_at().map(|at| caller.now.saturating_sub(at));
        if age.is_none_or(|age| age > i64::from(minutes) * 60) {
            reasons.push(format!("a second factor of the last {minutes} minutes"));
        }
    }
    if let Some(hours) = &conditions.hours {
        reasons.push(format!("the hours from {} to {}, {}", hours.from, hours.to, hours.timezone));
    }
    if !conditions.cidrs.is_empty() {
        reasons.push(format!("a network of {}", conditions.cidrs.join(", ")));
    }
    if reasons.is_empty() {
        "does not count now".to_owned()
    } else {
        format!("wants {}", reasons.join(" and "))
    }
}
