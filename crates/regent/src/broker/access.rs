//! What a caller of the broker may do: the engine's answer, and nobody else's.
//!
//! The caller's roles are managed policies, a connector's grants and terms are a policy of its own, and both are asked with
//! the context of the request. What is not allowed there is not done.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use regent_broker::{BrokerRole, Connector, Grant, GrantEffect, Id, Stored, statement};
use regent_policy::{
    Action, Caller, Context, Decision, Policies, PolicyKind, Program, Request, Resource, decide,
};
use regent_store::directory::Broker;
use regent_store::entity::PolicyDocument;

use super::caller::BrokerCaller;
use super::hours;

mod explained;

pub(crate) use explained::Explained;

const EVERYBODY_ARN: &str = "arn:aws:iam::aws:policy/RegentEverybody";
const ADMINISTRATORS_USE_ALL_ARN: &str = "arn:aws:iam::aws:policy/RegentAdministratorsUseAllConnectors";
static EVERYBODY: LazyLock<PolicyDocument> =
    LazyLock::new(|| PolicyDocument::new(statement::EVERYBODY, Vec::new()));
static ADMINISTRATORS_USE_ALL: LazyLock<PolicyDocument> =
    LazyLock::new(|| PolicyDocument::new(statement::ADMINISTRATORS_USE_ALL, Vec::new()));
static ROLES: LazyLock<[PolicyDocument; 4]> =
    LazyLock::new(|| BrokerRole::ALL.map(|role| PolicyDocument::new(role.policy(), Vec::new())));

/// By what somebody may use a connector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Via {
    /// A grant.
    Grant(Id),
    /// An administrator may use every connector.
    Admin,
}

impl std::fmt::Display for Via {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Grant(id) => write!(f, "grant:{id}"),
            Self::Admin => f.write_str("admin"),
        }
    }
}

/// Why somebody may not use a connector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No grant lets them.
    NotGranted,
    /// A grant asks first for somebody's approval.
    RequestRequired,
    /// A second factor is missing or too old.
    MfaRequired,
    /// It is disabled.
    Disabled,
    /// It is for other networks.
    Network,
    /// It is for people, or for system callers.
    Scope,
}

/// The caller's side of every question, made once a request.
#[derive(Debug, Clone)]
pub(crate) struct Access<'a> {
    caller: &'a BrokerCaller,
    broker: &'a Broker,
    arn: String,
    now: String,
    mfa_age: Option<String>,
    groups: Vec<&'a str>,
    /// Time zones that grants name, with the day and the minutes there.
    zones: Vec<(String, &'static str, String, String)>,
    admins_use_all: bool,
}

impl<'a> Access<'a> {
    /// The caller, ready to be asked about.
    pub(crate) fn new(broker: &'a Broker, caller: &'a BrokerCaller) -> Self {
        Self {
            caller,
            broker,
            arn: caller.arn(),
            now: caller.now.to_string(),
            mfa_age: caller.mfa_at().map(|at| caller.now.saturating_sub(at).max(0).to_string()),
            groups: caller.groups.iter().map(|group| group.id.as_str()).collect(),
            zones: Vec::new(),
            admins_use_all: broker.settings().admins_use_all_connectors,
        }
    }

    /// Whether the caller may do something that is no use of a connector.
    pub(crate) fn may(&self, action: &Action<'_>, noun: &str, id: &str) -> bool {
        let programs: Vec<&Program> = self.own_policies(false).map(|(_, policy)| policy.program()).collect();
        let arn = statement::arn(noun, id);
        self.decide(&programs, action, &arn).is_allowed()
    }

    /// By what the caller may use a connector, or why not.
    pub(crate) fn may_use(&mut self, connector: &Stored<Connector>) -> Result<Via, Refusal> {
        self.know_zones(connector);
        let Some(policy) = self.broker.policy(connector.id.as_str()) else { return Err(Refusal::NotGranted) };
        let (decision, at) = self.ask(connector, policy);
        if decision.is_allowed() {
            return Ok(at.map_or(Via::Admin, Via::Grant));
        }
        Err(self.refusal(connector, policy, &decision))
    }

    fn ask(&self, connector: &Stored<Connector>, policy: &PolicyDocument) -> (Decision, Option<Id>) {
        let mut programs = vec![policy.program()];
        programs.extend(self.own_policies(self.admins_use_all).map(|(_, policy)| policy.program()));
        let arn = statement::arn("connector", connector.id.as_str());
        let action = regent_policy::action!("regent:UseConnector");
        let decision = self.decide(&programs, &action, &arn);
        let grant = match decision.deciding_statement() {
            Some((PolicyKind::Identity, at)) if at.program == 0 => {
                let index = usize::try_from(at.statement).unwrap_or(usize::MAX);
                match statement::statements(&connector.id, &connector.value).get(index).map(|s| &s.origin) {
                    Some(statement::Origin::Grant(id)) => Some(id.clone()),
                    _ => None,
                }
            }
            _ => None,
        };
        (decision, grant)
    }

    fn refusal(
        &self,
        connector: &Stored<Connector>,
        policy: &PolicyDocument,
        decision: &Decision,
    ) -> Refusal {
        let denied = match decision.deciding_statement() {
            Some((_, at)) if at.program == 0 => {
                let index = usize::try_from(at.statement).unwrap_or(usize::MAX);
                statement::statements(&connector.id, &connector.value).into_iter().nth(index)
            }
            _ => None,
        };
        match denied.map(|statement| statement.origin) {
            Some(statement::Origin::Scope) => Refusal::Scope,
            // What keeps everybody out would tell strangers that there is something.
            Some(_) if !self.is_named(connector) => Refusal::NotGranted,
            Some(statement::Origin::Disabled) => Refusal::Disabled,
            Some(statement::Origin::Network) => Refusal::Network,
            Some(statement::Origin::Mfa) => self.refusal_with_factor(connector, policy),
            Some(statement::Origin::Request) => Refusal::RequestRequired,
            Some(statement::Origin::Grant(_)) | None if self.misses_factor(connector, policy) => {
                Refusal::MfaRequired
            }
            Some(statement::Origin::Grant(_)) | None => Refusal::NotGranted,
        }
    }

    /// Where nothing denied and nothing allowed: whether a second factor, given just now, would help.
    fn misses_factor(&self, connector: &Stored<Connector>, policy: &PolicyDocument) -> bool {
        let is_asked = |grant: &Grant| {
            grant.conditions.mfa_minutes.is_some() && grant.effect == GrantEffect::Use && self.is_of(grant)
        };
        (self.uses_all() || connector.value.grants.iter().any(is_asked))
            && self.with_factor().ask(connector, policy).0.is_allowed()
    }

    /// Where a second factor is missing: that, unless there is more in the way, which it would not help against.
    fn refusal_with_factor(&self, connector: &Stored<Connector>, policy: &PolicyDocument) -> Refusal {
        let given = self.with_factor();
        let (decision, _) = given.ask(connector, policy);
        let is_all = decision.is_allowed() || given.mfa_age == self.mfa_age;
        if is_all { Refusal::MfaRequired } else { given.refusal(connector, policy, &decision) }
    }

    /// The same caller, who has given a second factor just now.
    fn with_factor(&self) -> Self {
        Self { mfa_age: Some("0".to_owned()), ..self.clone() }
    }

    /// Whether a grant that still holds names the caller, whatever its other conditions.
    fn is_named(&self, connector: &Stored<Connector>) -> bool {
        let now = self.caller.now;
        let holds = |grant: &Grant| grant.expires_at.is_none_or(|end| now < end);
        self.uses_all() || connector.value.grants.iter().any(|grant| holds(grant) && self.is_of(grant))
    }

    fn is_of(&self, grant: &Grant) -> bool {
        let id = grant.subject.id();
        self.groups.contains(&id.as_str()) || id == self.caller.id()
    }

    fn uses_all(&self) -> bool {
        self.admins_use_all && self.caller.has(BrokerRole::Administrator)
    }

    /// The policies that go with the caller: what everybody may, what roles may. Each under the ARN of a managed policy.
    fn own_policies(
        &self,
        with_all_connectors: bool,
    ) -> impl Iterator<Item = (&'static str, &'static PolicyDocument)> {
        let everybody: (&str, &PolicyDocument) = (EVERYBODY_ARN, &EVERYBODY);
        let roles = BrokerRole::ALL.into_iter().zip(ROLES.iter());
        let held = roles
            .filter(|(role, _)| self.caller.has(*role))
            .map(|(role, policy)| (role.policy_arn(), policy));
        let is_one = with_all_connectors && self.caller.has(BrokerRole::Administrator);
        let all: Option<(&str, &PolicyDocument)> =
            is_one.then_some((ADMINISTRATORS_USE_ALL_ARN, &*ADMINISTRATORS_USE_ALL));
        std::iter::once(everybody).chain(held).chain(all)
    }

    fn decide(&self, programs: &[&Program], action: &Action<'_>, arn: &str) -> Decision {
        let (context, resource) = (self.context(), Resource::new(arn));
        let request = self.request(action, &resource, &context);
        decide(&Policies { identity: programs, ..Policies::default() }, &request)
    }

    fn request<'r>(
        &'r self,
        action: &'r Action<'r>,
        resource: &'r Resource<'r>,
        context: &'r Context<'r>,
    ) -> Request<'r> {
        // The broker's things belong to the deployment, which is one account to the engine.
        Request {
            caller: Caller::User { account: "", arn: &self.arn, id: self.caller.id().as_str() },
            action,
            resource,
            resource_account: Some(""),
            context,
            canonical_user: None,
        }
    }

    fn context(&self) -> Context<'_> {
        let mut context = Context::new();
        context.set("aws:EpochTime", &self.now);
        context.set("aws:SourceIp", &self.caller.source_ip);
        context.set("aws:username", self.caller.name());
        context.set(statement::key::CALLER_ID, self.caller.id().as_str());
        context.set(statement::key::CALLER_TYPE, self.caller.kind());
        context.set_many(statement::key::GROUP_ID, &self.groups);
        let yes_or_no = |is| if is { "true" } else { "false" };
        context.set(statement::key::MFA_ENROLLED, yes_or_no(self.caller.has_second_factor()));
        context.set("aws:MultiFactorAuthPresent", yes_or_no(self.mfa_age.is_some()));
        if let Some(age) = &self.mfa_age {
            context.set("aws:MultiFactorAuthAge", age);
        }
        for (weekday_key, weekday, minute_key, minute) in &self.zones {
            context.set(weekday_key.as_str(), weekday);
            context.set(minute_key.as_str(), minute);
        }
        context
    }

    fn know_zones(&mut self, connector: &Stored<Connector>) {
        let hours = connector.value.grants.iter().filter_map(|grant| grant.conditions.hours.as_ref());
        let names: BTreeSet<&str> = hours.map(|hours| hours.timezone.as_str()).collect();
        for name in names {
            let weekday_key = format!("{}{name}", statement::key::WEEKDAY);
            if self.zones.iter().any(|(known, ..)| *known == weekday_key) {
                continue;
            }
            if let Some((day, minute)) = hours::local(self.caller.now, name) {
                let minute_key = format!("{}{name}", statement::key::MINUTE_OF_DAY);
                self.zones.push((weekday_key, day, minute_key, minute.to_string()));
            }
        }
    }
}

/// A connector, and by what somebody may use it, or why not.
pub(crate) type Answered<'a> = (&'a Arc<Stored<Connector>>, Result<Via, Refusal>);

/// Everything a caller may use or nearly may, for the list of a person's own.
pub(crate) fn usable<'a>(broker: &'a Broker, caller: &BrokerCaller) -> Vec<Answered<'a>> {
    let mut access = Access::new(broker, caller);
    broker
        .connectors
        .iter()
        .map(|held| (&held.entity, access.may_use(&held.entity)))
        .filter(|(_, answer)| !matches!(answer, Err(Refusal::NotGranted | Refusal::Scope | Refusal::Network)))
        .collect()
}

#[cfg(test)]
mod tests;
