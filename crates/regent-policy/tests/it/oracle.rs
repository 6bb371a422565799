//! A second engine, as plain as the first is fast: it reads JSON values, looks at every statement, and shares
//! no code with the engine. Where the two disagree, one is wrong.
//!
//! The fuzz target `oracle` includes this file too.

use std::collections::BTreeMap;

use regent_policy::{Caller, GrantKind, PolicyKind, Reason, ResourceRule, Verdict};
use serde_json::Value;

#[path = "oracle/principals.rs"]
mod principals;
#[path = "oracle/values.rs"]
mod values;

use principals::{grants, is_entity, spares};
use values::{action_matches, resource_matches, same};

/// What a key holds: a single value, or a list.
#[derive(Clone, Debug)]
pub(crate) enum Held {
    One(String),
    Many(Vec<String>),
}

/// Condition keys, their names in lower case.
pub(crate) type Keys = BTreeMap<String, Held>;

/// All that a decision depends on.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) identity: Vec<Value>,
    pub(crate) boundaries: Vec<Value>,
    pub(crate) session: Option<Vec<Value>>,
    pub(crate) resource: Option<(Value, ResourceRule)>,
    pub(crate) scps: Option<Vec<Vec<Value>>>,
    pub(crate) rcps: Option<Vec<Vec<Value>>>,
    pub(crate) endpoint: Vec<Value>,
    /// User and role ARNs, and the unique ids that they stood for when the policies were stored.
    pub(crate) bindings: Vec<(&'static str, &'static str)>,
    pub(crate) caller: Caller<'static>,
    pub(crate) action: String,
    pub(crate) on: String,
    pub(crate) owner: Option<&'static str>,
    pub(crate) canonical_user: Option<&'static str>,
    pub(crate) keys: Keys,
}

impl Question {
    /// Nobody's policies, and a request in one's own account.
    pub(crate) fn of(caller: Caller<'static>, action: &str, on: &str) -> Self {
        Self {
            identity: vec![],
            boundaries: vec![],
            session: None,
            resource: None,
            scps: None,
            rcps: None,
            endpoint: vec![],
            bindings: vec![],
            caller,
            action: action.to_owned(),
            on: on.to_owned(),
            owner: caller.account().or(Some("111122223333")),
            canonical_user: None,
            keys: Keys::new(),
        }
    }

    /// Every list of policies that is there.
    pub(crate) fn lists(&self) -> Vec<&Vec<Value>> {
        let Self { identity, boundaries, endpoint, session, scps, rcps, .. } = self;
        let levels = scps.iter().flatten().chain(rcps.iter().flatten());
        [identity, boundaries, endpoint].into_iter().chain(session).chain(levels).collect()
    }

    /// The same lists, to be changed.
    pub(crate) fn lists_mut(&mut self) -> Vec<&mut Vec<Value>> {
        let Self { identity, boundaries, endpoint, session, scps, rcps, .. } = self;
        let levels = scps.iter_mut().flatten().chain(rcps.iter_mut().flatten());
        [identity, boundaries, endpoint].into_iter().chain(session).chain(levels).collect()
    }
}

// ---- conditions -------------------------------------------------------------------------------------------

/// Does one condition hold? `variables` tells whether the document's version has any.
pub(crate) fn holds(operator: &str, key: &str, wanted: &[String], keys: &Keys, variables: bool) -> bool {
    let (qualifier, rest) = operator.split_once(':').map_or(("", operator), |(q, rest)| (q, rest));
    let (base, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |base| (base, true));
    let negated = base.contains("Not");
    let got: Option<Vec<String>> = keys.get(&key.to_lowercase()).map(|held| match held {
        Held::One(value) => vec![value.clone()],
        Held::Many(values) => values.clone(),
    });
    let is_empty = got.as_ref().is_none_or(Vec::is_empty);
    let values = got.clone().unwrap_or_default();
    if base == "Null" {
        return match qualifier {
            "ForAllValues" => true,
            "ForAnyValue" => false,
            _ => is_empty == wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case("true")),
        };
    }
    let variables = variables.then_some(keys);
    let one = |value: &String| {
        if negated {
            wanted.iter().all(|wanted| !same(base, value, wanted, variables))
        } else {
            wanted.iter().any(|wanted| same(base, value, wanted, variables))
        }
    };
    match qualifier {
        "ForAllValues" => is_empty || values.iter().all(one),
        "ForAnyValue" if is_empty => if_exists && got.is_none(),
        "ForAnyValue" => values.iter().any(one),
        _ if is_empty => if_exists || negated,
        _ if negated => values.iter().all(one),
        _ => values.iter().any(one),
    }
}

// ---- statements -------------------------------------------------------------------------------------------

/// The texts of a value or of a list of values.
fn texts(value: &Value) -> Vec<String> {
    if let Some(values) = value.as_array() {
        return values.iter().flat_map(texts).collect();
    }
    vec![value.as_str().map_or_else(|| value.to_string(), str::to_owned)]
}

/// The ways in which a statement that applies names the caller, or nothing if it does not apply.
///
/// `named` tells whether policies of this kind name principals. In one that does not, a statement that does all
/// the same allows nothing and denies everybody.
fn applies(document: &Value, statement: &Value, named: bool, question: &Question) -> Option<Vec<GrantKind>> {
    let variables = document.get("Version").and_then(Value::as_str) == Some("2012-10-17");
    let keys = variables.then_some(&question.keys);
    let listed = |plain: &str, not: &str, matches: &dyn Fn(&str) -> bool| {
        let any = |list: &Value| texts(list).iter().any(|pattern| matches(pattern));
        match (statement.get(plain), statement.get(not)) {
            (Some(list), _) => Some(any(list)),
            (_, Some(list)) => Some(!any(list)),
            _ => None,
        }
    };
    let action = listed("Action", "NotAction", &|pattern| action_matches(pattern, &question.action));
    let on = listed("Resource", "NotResource", &|pattern| resource_matches(pattern, &question.on, keys));
    let names_somebody = statement.get("Principal").or(statement.get("NotPrincipal")).is_some();
    let conditions = statement.get("Condition").and_then(Value::as_object);
    let conditions = conditions.into_iter().flatten().all(|(operator, block)| {
        let mut wanted = block.as_object().into_iter().flatten();
        wanted.all(|(key, wanted)| holds(operator, key, &texts(wanted), &question.keys, variables))
    });
    let is_deny = statement["Effect"] == "Deny";
    let everyone = |holds: bool| if holds { vec![GrantKind::Everyone] } else { vec![] };
    let grants = match (named, statement.get("Principal"), statement.get("NotPrincipal")) {
        (false, _, _) => everyone(is_deny || !names_somebody),
        (true, Some(principal), _) => grants(principal, question),
        (true, _, Some(excluded)) if is_deny => everyone(!spares(excluded, question)),
        (true, _, Some(excluded)) => everyone(grants(excluded, question).is_empty()),
        (true, None, None) => vec![],
    };
    let applies = action.unwrap_or(false) && on.unwrap_or(names_somebody) && conditions;
    Some(grants).filter(|grants| applies && !grants.is_empty())
}

/// What a set of policies says.
#[derive(Default)]
struct Outcome {
    denies: bool,
    allows: bool,
    grants: Vec<GrantKind>,
}

fn outcome<'v>(documents: impl IntoIterator<Item = &'v Value>, named: bool, question: &Question) -> Outcome {
    let mut outcome = Outcome::default();
    for document in documents {
        let statements = &document["Statement"];
        for statement in statements.as_array().map_or(core::slice::from_ref(statements), Vec::as_slice) {
            let Some(grants) = applies(document, statement, named, question) else { continue };
            if statement["Effect"] == "Deny" {
                outcome.denies = true;
            } else {
                outcome.allows = true;
                outcome.grants.extend(grants);
            }
        }
    }
    outcome
}

// ---- decisions --------------------------------------------------------------------------------------------

/// The steps of AWS's evaluation logic, each spelled out, and what settled it.
pub(crate) fn decide(question: &Question) -> (Verdict, Reason) {
    let caller = &question.caller;
    let action = question.action.to_lowercase();
    if action == "sts:getcalleridentity" || action == "sts:getsessiontoken" {
        return (Verdict::Allowed, Reason::NoPermissionNeeded);
    }
    let is_root = matches!(caller, Caller::Root { .. } | Caller::RootSession { .. });
    let is_linked = matches!(caller, Caller::RoleSession { is_service_linked: true, .. });
    let has_account = caller.account().is_some();

    let one = |document: &Value, named| outcome([document], named, question);
    let each = |documents: &[Value], named| -> Vec<Outcome> {
        documents.iter().map(|document| one(document, named)).collect()
    };
    let levels = |levels: &Option<Vec<Vec<Value>>>, named| -> Vec<Outcome> {
        levels.iter().flatten().map(|level| outcome(level, named, question)).collect()
    };
    let entity = is_entity(caller);
    let identity = if entity { outcome(&question.identity, false, question) } else { Outcome::default() };
    let boundaries = if entity { each(&question.boundaries, false) } else { vec![] };
    let session = question.session.as_ref().map(|session| outcome(session, false, question));
    let session = session.filter(|_| has_account && !matches!(caller, Caller::Root { .. }));
    let scps = if has_account && !is_linked { levels(&question.scps, false) } else { vec![] };
    let rcps = if is_linked { vec![] } else { levels(&question.rcps, true) };
    let endpoint = each(&question.endpoint, true);
    let rule = question.resource.as_ref().map_or(ResourceRule::Ordinary, |(_, rule)| *rule);
    let resource = question.resource.as_ref().map(|(policy, _)| one(policy, true)).unwrap_or_default();
    let resource_kind =
        if rule == ResourceRule::RoleTrust { PolicyKind::RoleTrust } else { PolicyKind::Resource };

    let denies = |outcomes: &[Outcome]| outcomes.iter().any(|outcome| outcome.denies);
    let explicit = [
        (PolicyKind::ServiceControl, denies(&scps)),
        (PolicyKind::ResourceControl, denies(&rcps)),
        (resource_kind, resource.denies),
        (PolicyKind::Identity, identity.denies),
        (PolicyKind::PermissionsBoundary, denies(&boundaries)),
        (PolicyKind::Session, session.as_ref().is_some_and(|session| session.denies)),
        (PolicyKind::Endpoint, denies(&endpoint)),
    ];
    if let Some((kind, _)) = explicit.into_iter().find(|(_, denies)| *denies) {
        return (Verdict::ExplicitlyDenied, Reason::Policy(kind));
    }
    let silent = |kind| (Verdict::ImplicitlyDenied, Reason::Policy(kind));
    let allowed = |reason| (Verdict::Allowed, reason);
    if rule == ResourceRule::RoleTrust && is_root {
        return (Verdict::ImplicitlyDenied, Reason::RootMayNotAssumeRoles);
    }
    if scps.iter().any(|level| !level.allows) {
        return silent(PolicyKind::ServiceControl);
    }
    if endpoint.iter().any(|policy| !policy.allows) {
        return silent(PolicyKind::Endpoint);
    }
    if !has_account {
        return if resource.allows { allowed(Reason::Policy(resource_kind)) } else { silent(resource_kind) };
    }

    let must_have_session = matches!(caller, Caller::FederatedUser { .. } | Caller::RootSession { .. });
    let limits = if boundaries.iter().any(|policy| !policy.allows) {
        Some(silent(PolicyKind::PermissionsBoundary))
    } else if session.map_or(must_have_session, |session| !session.allows) {
        Some(silent(PolicyKind::Session))
    } else {
        None
    };
    let own_side = || match entity {
        true if !identity.allows => silent(PolicyKind::Identity),
        true => limits.unwrap_or(allowed(Reason::Policy(PolicyKind::Identity))),
        // Root users, and whom they issue, have every permission of their account.
        false => limits.unwrap_or(allowed(Reason::RootUser)),
    };
    if caller.account() != question.owner {
        return if resource.allows { own_side() } else { silent(resource_kind) };
    }
    let names = |kinds: &[GrantKind]| resource.grants.iter().any(|grant| kinds.contains(grant));
    if names(&[GrantKind::User, GrantKind::Session, GrantKind::Everyone]) {
        return allowed(Reason::Policy(resource_kind));
    }
    if names(&[GrantKind::Role, GrantKind::Issuer]) {
        return limits.unwrap_or(allowed(Reason::Policy(resource_kind)));
    }
    if rule != ResourceRule::Ordinary && !resource.allows {
        return silent(resource_kind);
    }
    own_side()
}
