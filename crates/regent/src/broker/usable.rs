//! What a caller may use, and for how long: the list that people begin with.

use std::collections::BTreeMap;
use std::sync::Arc;

use regent_broker::plan::{self, Base, Terms};
use regent_broker::{
    Account, Connector, ConsoleUse, Health, Partition, PrincipalType, Scope, Stored, SystemAuth,
};
use regent_store::directory::Broker;
use serde::Serialize;
use utoipa::ToSchema;

use super::access::{self, Refusal, Via};
use super::caller::Subject;
use super::{health, usage};
use crate::rest::caller::Known;
use crate::time;

/// A connector, as somebody sees it who may use it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Usable {
    /// Its id.
    id: String,
    /// Its slug.
    slug: String,
    /// Its name.
    name: String,
    /// What it is for.
    description: String,
    /// For search.
    labels: BTreeMap<String, String>,
    /// Whose credentials it derives from.
    account: AccountName,
    /// How.
    principal_type: PrincipalType,
    /// The role.
    #[serde(skip_serializing_if = "Option::is_none")]
    role_arn: Option<String>,
    /// Whether it opens consoles.
    console: ConsoleUse,
    /// Whom it is for.
    scope: Scope,
    /// The region for clients.
    #[serde(skip_serializing_if = "Option::is_none")]
    region_hint: Option<String>,
    /// Which lifetimes are possible; none if no session is.
    #[serde(skip_serializing_if = "Option::is_none")]
    lifetime: Option<Lifetime>,
    /// By what the caller may use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    via: Option<String>,
    /// Whether it can be used now.
    state: State,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// When it was last used, by anybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
}

/// An account, by name.
#[derive(Debug, Serialize, ToSchema)]
struct AccountName {
    id: String,
    name: String,
    partition: Partition,
    #[serde(skip_serializing_if = "Option::is_none")]
    aws_account_id: Option<String>,
}

/// Which lifetimes a session may have, in seconds.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Lifetime {
    /// The shortest.
    min: u32,
    /// The longest.
    max: u32,
    /// What it is where nobody says.
    default: u32,
    /// What bounds the longest, for programs.
    because: &'static str,
    /// The same in words.
    because_text: String,
}

/// Whether a connector can be used now.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum State {
    Usable,
    MfaRequired,
    RequestRequired,
    Disabled,
    Failing,
}

/// Every connector that the caller may use, or nearly may, in the order of the slugs.
pub(crate) fn list(known: &Known) -> impl Iterator<Item = (&Arc<Stored<Connector>>, Result<Via, Refusal>)> {
    access::usable(known.directory.broker(), &known.caller).into_iter()
}

impl Lifetime {
    /// What is possible for a connector on these terms.
    pub(crate) fn of(terms: &Terms) -> Option<Self> {
        let range = plan::range(terms).ok()?;
        Some(Self {
            min: range.min_seconds,
            max: range.max_seconds,
            default: range.default_seconds,
            because: range.max_because.name(),
            because_text: range.max_text,
        })
    }
}

/// What bears on the lifetime of a session from a connector, as far as it is known before the base credentials are.
pub(crate) fn terms(connector: &Connector, account: &Account) -> Terms {
    let base = Base {
        kind: account.principal_kind,
        is_temporary: account.terms.kind.is_temporary(),
        ..Base::default()
    };
    Terms {
        role_max: connector.role_max_seconds,
        connector_max: connector.terms.max_seconds,
        connector_default: connector.terms.default_seconds,
        ..Terms::new(connector.terms.principal_type, base)
    }
}

/// What is left of the caller's sign-in, or of a build's own token, where sessions may not outlive it.
pub(crate) fn login_left(broker: &Broker, known: &Known) -> Option<u32> {
    if !broker.settings().cap_to_login {
        return None;
    }
    let login = known.caller.login.as_ref().map(|login| login.value.expires);
    let token = match &known.caller.subject {
        Subject::SystemCaller(caller) => match &caller.value.auth {
            SystemAuth::Token { expires_at, .. } => Some(*expires_at),
            SystemAuth::Jwt(_) => None,
        },
        Subject::Person(_) => None,
    };
    let end = login.into_iter().chain(token).min()?;
    Some(u32::try_from(end.saturating_sub(known.asked.seconds())).unwrap_or(0))
}

impl Usable {
    /// A connector as the caller sees it.
    pub(crate) fn of(known: &Known, connector: &Stored<Connector>, answer: Result<Via, Refusal>) -> Self {
        let broker = known.directory.broker();
        let terms = &connector.value.terms;
        let account = broker.accounts.get(terms.account_id.as_str());
        let lifetime = account.and_then(|account| {
            let login_left = login_left(broker, known);
            Lifetime::of(&Terms { login_left, ..self::terms(&connector.value, &account.value) })
        });
        let (state, reason) = match &answer {
            Ok(_) => state(known, connector, account.map(|account| &account.value)),
            Err(refusal) => refused(refusal, &connector.value),
        };
        Self {
            id: connector.id.to_string(),
            slug: terms.slug.clone(),
            name: terms.name.clone(),
            description: terms.description.clone(),
            labels: terms.labels.clone(),
            account: AccountName {
                id: terms.account_id.to_string(),
                name: account.map(|account| account.value.terms.name.clone()).unwrap_or_default(),
                partition: account.map(|account| account.value.terms.partition).unwrap_or_default(),
                aws_account_id: account
                    .and_then(|account| account.value.aws_account_id.as_deref().map(str::to_owned)),
            },
            principal_type: terms.principal_type,
            role_arn: terms.role_arn.clone(),
            console: terms.console,
            scope: terms.scope,
            region_hint: terms.region_hint.clone(),
            lifetime,
            via: answer.ok().map(|via| via.to_string()),
            state,
            reason,
            last_used_at: usage::of_connector(&known.asked.server, &connector.id).map(time::iso_text),
        }
    }
}

fn state(known: &Known, connector: &Stored<Connector>, account: Option<&Account>) -> (State, Option<String>) {
    if account.is_none_or(|account| account.terms.disabled) {
        return (State::Disabled, Some("its account is disabled".to_owned()));
    }
    if account.is_some_and(Account::lacks_secret) {
        return (State::Disabled, Some("its account has no secret yet".to_owned()));
    }
    match health::of_connector(&known.asked.server, connector) {
        Health::Failing { code, .. } => (State::Failing, Some(format!("the last try failed: {code}"))),
        Health::Ok | Health::Untested => (State::Usable, None),
    }
}

fn refused(refusal: &Refusal, connector: &Connector) -> (State, Option<String>) {
    let (state, reason) = match refusal {
        Refusal::MfaRequired => (State::MfaRequired, "it wants a second factor".to_owned()),
        Refusal::RequestRequired => (State::RequestRequired, "it wants an approval".to_owned()),
        Refusal::Disabled => {
            let why = connector.disabled.as_ref().map(|disabled| disabled.reason.as_str());
            (State::Disabled, why.filter(|why| !why.is_empty()).unwrap_or("it is disabled").to_owned())
        }
        Refusal::NotGranted | Refusal::Network | Refusal::Scope => {
            (State::Disabled, "it is not yours to use".to_owned())
        }
    };
    (state, Some(reason))
}
