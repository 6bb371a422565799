//! The caller's own affairs: who they are, and what they may use.

use axum::Json;
use regent_broker::{BrokerRole, Group, Login, Origin, Settings, Stored};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::Known;
use super::list::{List, Page};
use super::parameters::Query;
use super::problem::Problem;
use crate::broker::caller::{BrokerCaller, Subject};
use crate::broker::usable::{self, Usable};
use crate::time;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(get_me)).routes(routes!(list_my_connectors))
}

/// Who somebody is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// A person or a system caller.
    kind: CallerKind,
    /// Their id.
    id: String,
    /// Their name.
    name: String,
    /// What to call them.
    display_name: String,
    /// Their address.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// Who vouches for them: `local` or `oidc:` and the identity source.
    source: String,
    /// What they may do in the broker.
    roles: Vec<BrokerRole>,
    /// Their groups.
    groups: Vec<GroupName>,
    /// When their provider told of their groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    groups_refreshed_at: Option<String>,
    /// Their second factors.
    mfa_methods: Vec<&'static str>,
    /// Their password is one-time and must be changed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    must_change_password: bool,
    /// The sign-in this is.
    #[serde(skip_serializing_if = "Option::is_none")]
    sign_in: Option<SignIn>,
    /// What a browser sends as `X-Regent-CSRF` with every write.
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf: Option<String>,
}

/// What somebody is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum CallerKind {
    Person,
    SystemCaller,
}

/// A group, by name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GroupName {
    id: String,
    pub(crate) name: String,
}

impl GroupName {
    /// A group's.
    pub(crate) fn of(group: &Stored<Group>) -> Self {
        Self { id: group.id.to_string(), name: group.value.name.clone() }
    }
}

/// A sign-in.
#[derive(Debug, Serialize, ToSchema)]
struct SignIn {
    /// When it ends, whatever happens.
    #[schema(format = DateTime)]
    expires_at: String,
    /// When it ends if nothing happens.
    #[schema(format = DateTime)]
    idle_expires_at: String,
    /// Whether a second factor was given.
    mfa: bool,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    mfa_at: Option<String>,
    /// How they proved who they are.
    via: String,
}

impl Me {
    /// The caller, to themselves.
    pub(crate) fn of(caller: &BrokerCaller, settings: &Settings, csrf: Option<String>) -> Self {
        let sign_in = caller.login.as_ref().map(|login| SignIn::of(&login.value, settings));
        let groups = caller.groups.iter().map(|group| GroupName::of(group));
        let mut me = Self {
            kind: CallerKind::SystemCaller,
            id: caller.id().to_string(),
            name: caller.name().to_owned(),
            display_name: caller.name().to_owned(),
            email: None,
            source: "local".to_owned(),
            roles: caller.roles.iter().copied().collect(),
            groups: groups.collect(),
            groups_refreshed_at: None,
            mfa_methods: Vec::new(),
            must_change_password: false,
            sign_in,
            csrf,
        };
        if let Subject::Person(person) = &caller.subject {
            let person = &person.value;
            me.kind = CallerKind::Person;
            person.display_name.as_ref().clone_into(&mut me.display_name);
            me.email = person.email.as_deref().map(str::to_owned);
            if let Origin::Oidc { source, .. } = &person.origin {
                me.source = format!("oidc:{source}");
            }
            me.groups_refreshed_at = person.claimed_groups.as_ref().map(|told| time::iso_text(told.at));
            me.mfa_methods.extend(person.sealed_totp.as_ref().map(|_| "totp"));
            me.mfa_methods.extend((!person.passkeys.is_empty()).then_some("passkey"));
            me.must_change_password = person.must_change_password;
        }
        me
    }
}

impl SignIn {
    fn of(login: &Login, settings: &Settings) -> Self {
        let idle = login.seen + i64::from(settings.idle_minutes) * 60;
        Self {
            expires_at: time::iso_text(login.expires),
            idle_expires_at: time::iso_text(idle.min(login.expires)),
            mfa: login.mfa_at.is_some(),
            mfa_at: login.mfa_at.map(time::iso_text),
            via: login.via.to_string(),
        }
    }
}

/// Tells who the caller is.
#[utoipa::path(get, path = "/me", operation_id = "getMe", tag = "Me",
    responses((status = 200, body = Me), (status = "default", body = Problem)))]
async fn get_me(known: Known) -> Json<Me> {
    let settings = known.directory.broker().settings();
    Json(Me::of(&known.caller, &settings, known.csrf.clone()))
}

/// Lists the connectors that the caller may use, or could with a second factor or an approval.
#[utoipa::path(get, path = "/me/connectors", operation_id = "listMyConnectors", tag = "Me", params(Page),
    responses((status = 200, body = List<Usable>), (status = "default", body = Problem)))]
async fn list_my_connectors(known: Known, Query(page): Query<Page>) -> Result<Json<List<Usable>>, Problem> {
    let after = page.after()?.to_ascii_lowercase();
    let label = page.label.as_deref().map(|label| label.split_once('=').unwrap_or((label, "")));
    let found = usable::list(&known).filter(|(connector, _)| {
        let terms = &connector.value.terms;
        terms.slug > after
            && page.finds(&[&terms.slug, &terms.name, &terms.description])
            && label.is_none_or(|(key, value)| terms.labels.get(key).is_some_and(|held| held == value))
    });
    let shown = found.map(|(connector, answer)| {
        (connector.value.terms.slug.clone(), Usable::of(&known, connector, answer))
    });
    Ok(Json(page.take(shown)?))
}
