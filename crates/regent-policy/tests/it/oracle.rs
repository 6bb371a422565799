//! A second engine, as plain as the first is fast: it reads JSON values, looks at every statement, and shares
//! no code with the engine. Where the two disagree, one is wrong.

use std::collections::BTreeMap;

use regent_policy::{Caller, GrantKind, Issuer, Verdict};
use serde_json::Value;

/// What a key holds: a single value, or a list.
#[derive(Clone, Debug)]
pub(crate) enum Held {
    One(String),
    Many(Vec<String>),
}

pub(crate) type Keys = BTreeMap<String, Held>;

/// All that a decision depends on.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) identity: Vec<Value>,
    pub(crate) boundary: Option<Value>,
    pub(crate) session: Option<Vec<Value>>,
    /// The policy on the resource; `true` for a trust or key policy.
    pub(crate) resource: Option<(Value, bool)>,
    pub(crate) scps: Option<Vec<Vec<Value>>>,
    pub(crate) rcps: Option<Vec<Vec<Value>>>,
    pub(crate) endpoint: Option<Value>,
    pub(crate) caller: Caller<'static>,
    pub(crate) action: String,
    pub(crate) on: String,
    pub(crate) owner: String,
    pub(crate) keys: Keys,
}

// ---- patterns -------------------------------------------------------------------------------------------

fn glob(pattern: &[char], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('*', rest)) => (0..=text.len()).any(|skip| glob(rest, &text[skip..])),
        Some(('?', rest)) => !text.is_empty() && glob(rest, &text[1..]),
        Some((wanted, rest)) => text.first() == Some(wanted) && glob(rest, &text[1..]),
    }
}

fn like(pattern: &str, text: &str) -> bool {
    glob(&pattern.chars().collect::<Vec<_>>(), &text.chars().collect::<Vec<_>>())
}

/// Puts variables in place, with stars and question marks of their values out of harm's way.
fn resolve(text: &str, keys: &Keys, variables: bool) -> Option<String> {
    if !variables {
        return Some(text.to_owned());
    }
    let mut resolved = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        resolved.push_str(before);
        let (name, after) = after.split_once('}')?;
        let (name, default) = match name.split_once(", ") {
            Some((name, default)) => (name, Some(default.trim_matches('\'').to_owned())),
            None => (name, None),
        };
        let value = match keys.get(&name.to_lowercase()) {
            Some(Held::One(value)) => Some(value.clone()),
            _ => default,
        };
        resolved.push_str(&value?.replace('*', "\u{E000}").replace('?', "\u{E001}"));
        rest = after;
    }
    resolved.push_str(rest);
    Some(resolved)
}

fn shield(text: &str) -> String {
    text.replace('*', "\u{E000}").replace('?', "\u{E001}")
}

/// `like`, on a text whose own stars were put out of harm's way as the pattern's values were.
fn like_resolved(pattern: &str, text: &str) -> bool {
    like(pattern, &shield(text))
}

fn arn_like(pattern: &str, arn: &str) -> bool {
    let (pattern, arn): (Vec<&str>, Vec<&str>) =
        (pattern.splitn(6, ':').collect(), arn.splitn(6, ':').collect());
    pattern.len() == 6 && arn.len() == 6 && pattern.iter().zip(&arn).all(|(p, a)| like_resolved(p, a))
}

fn resource_matches(raw: &str, on: &str, keys: &Keys, variables: bool) -> bool {
    if raw == "*" {
        return true;
    }
    let mut fields: Vec<String> = raw.splitn(6, ':').map(str::to_owned).collect();
    if fields.len() == 6 {
        match resolve(&fields[5], keys, variables) {
            Some(last) => fields[5] = last,
            None => return false,
        }
    }
    fields.resize(6, "*".to_owned());
    arn_like(&fields.join(":"), on)
}

fn action_matches(pattern: &str, action: &str) -> bool {
    pattern == "*"
        || (pattern.matches(':').count() == 1 && like(&pattern.to_lowercase(), &action.to_lowercase()))
}

// ---- conditions: policy-language section "5.2 Algorithm", word for word ----------------------------------

fn same(base: &str, value: &str, wanted: &str, keys: &Keys, variables: bool) -> bool {
    let text = || resolve(wanted, keys, variables);
    match base {
        "StringEquals" | "StringNotEquals" => {
            text().is_some_and(|text| text == shield_if(&text, wanted, value))
        }
        "StringEqualsIgnoreCase" | "StringNotEqualsIgnoreCase" => {
            text().is_some_and(|text| text.to_lowercase() == shield_if(&text, wanted, value).to_lowercase())
        }
        "StringLike" | "StringNotLike" => text().is_some_and(|text| like_resolved(&text, value)),
        "ArnEquals" | "ArnNotEquals" | "ArnLike" | "ArnNotLike" => text().is_some_and(|text| {
            let text = if text == "*" { "*:*:*:*:*:*".to_owned() } else { text };
            arn_like(&text, value)
        }),
        "Bool" => {
            let is_bool = |text: &str| matches!(text.to_lowercase().as_str(), "true" | "false");
            is_bool(value) && text().is_some_and(|text| text.eq_ignore_ascii_case(value))
        }
        "BinaryEquals" => value == wanted && !value.contains('!'),
        "IpAddress" | "NotIpAddress" => in_network(wanted, value).unwrap_or(false),
        _ => {
            let order = match base.strip_prefix("Numeric") {
                Some(_) => thousandths(value).zip(thousandths(wanted)).map(|(a, b)| a.cmp(&b)),
                None => date(value).zip(date(wanted)).map(|(a, b)| a.cmp(b)),
            };
            let wanted = base.trim_start_matches("Numeric").trim_start_matches("Date");
            order.is_some_and(|order| match wanted {
                "Equals" | "NotEquals" => order.is_eq(),
                "LessThan" => order.is_lt(),
                "LessThanEquals" => order.is_le(),
                "GreaterThan" => order.is_gt(),
                "GreaterThanEquals" => order.is_ge(),
                other => panic!("no operator {other}"),
            })
        }
    }
}

/// Text without variables is compared as it stands; resolved text was shielded, and so must be the value.
fn shield_if(_resolved: &str, wanted: &str, value: &str) -> String {
    if wanted.contains("${") { shield(value) } else { value.to_owned() }
}

fn thousandths(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let (whole, fraction): (i64, i64) = (whole.parse().ok()?, format!("{fraction:0<3}").parse().ok()?);
    Some(whole * 1_000 + fraction)
}

fn date(text: &str) -> Option<&str> {
    (text.len() == 20 && text.ends_with('Z')).then_some(text)
}

fn in_network(network: &str, address: &str) -> Option<bool> {
    let (base, bits) = network.split_once('/').unwrap_or((network, "32"));
    let number =
        |text: &str| text.parse::<std::net::Ipv4Addr>().ok().map(|address| u64::from(address.to_bits()));
    let size = 1_u64 << (32 - bits.parse::<u32>().ok()?);
    Some(number(base)? / size == number(address)? / size)
}

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
    let one = |value: &String| {
        if negated {
            wanted.iter().all(|wanted| !same(base, value, wanted, keys, variables))
        } else {
            wanted.iter().any(|wanted| same(base, value, wanted, keys, variables))
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

// ---- statements -----------------------------------------------------------------------------------------

fn texts(value: &Value) -> Vec<String> {
    if let Some(values) = value.as_array() {
        return values.iter().flat_map(texts).collect();
    }
    vec![value.as_str().map_or_else(|| value.to_string(), str::to_owned)]
}

/// In which ways a `Principal` element means the caller.
fn grants(principal: &Value, caller: &Caller<'_>) -> Vec<GrantKind> {
    let Value::Object(members) = principal else { return vec![GrantKind::Everyone] };
    let pairs =
        members.iter().flat_map(|(name, values)| texts(values).into_iter().map(move |value| (name, value)));
    pairs.filter_map(|(name, value)| grant(name, &value, caller)).collect()
}

fn grant(name: &str, value: &str, caller: &Caller<'_>) -> Option<GrantKind> {
    match (name, caller) {
        ("AWS", _) if value == "*" => Some(GrantKind::Everyone),
        ("AWS", caller)
            if caller.account().is_some_and(|account| {
                value == account || value == format!("arn:aws:iam::{account}:root")
            }) =>
        {
            Some(GrantKind::Account)
        }
        ("AWS", Caller::User { arn, id, .. }) if value == *arn || value == *id => Some(GrantKind::User),
        ("AWS", Caller::RoleSession { arn, .. } | Caller::FederatedUser { arn, .. }) if value == *arn => {
            Some(GrantKind::Session)
        }
        ("AWS", Caller::RoleSession { role_arn, role_id, .. }) if value == *role_arn || value == *role_id => {
            Some(GrantKind::Role)
        }
        ("AWS", Caller::FederatedUser { issuer: Issuer::User { arn, id }, .. })
            if value == *arn || value == *id =>
        {
            Some(GrantKind::Issuer)
        }
        ("Service", Caller::Service { names }) if names.contains(&value) => Some(GrantKind::Service),
        ("Federated", Caller::FederatedIdentity { provider }) if value == *provider => {
            Some(GrantKind::Federated)
        }
        _ => None,
    }
}

/// Does a `Deny` with `NotPrincipal` spare the caller? The whole chain must be listed, or the account alone.
fn spares(excluded: &Value, question: &Question) -> bool {
    use GrantKind as G;
    let caller = &question.caller;
    let listed = grants(excluded, caller);
    let by_root = matches!(
        caller,
        Caller::Root { .. } | Caller::RootSession { .. } | Caller::FederatedUser { issuer: Issuer::Root, .. }
    );
    if question.boundary.is_some() && caller.account().is_some() && !by_root {
        return false;
    }
    let chain: &[G] = match caller {
        Caller::Root { .. } | Caller::RootSession { .. } => &[G::Account],
        Caller::User { .. } => &[G::Account, G::User],
        Caller::RoleSession { .. } => &[G::Account, G::Role, G::Session],
        Caller::FederatedUser { issuer: Issuer::User { .. }, .. } => &[G::Account, G::Issuer, G::Session],
        Caller::FederatedUser { issuer: Issuer::Root, .. } => &[G::Account, G::Session],
        Caller::Service { .. } => &[G::Service],
        Caller::FederatedIdentity { .. } => &[G::Federated],
        Caller::Anonymous => &[G::Everyone],
    };
    let account = caller.account().unwrap_or("nobody");
    let names_somebody = excluded
        .as_object()
        .into_iter()
        .flatten()
        .flat_map(|(_, values)| texts(values))
        .any(|text| text.starts_with('A') || (text.contains(account) && text.contains('/')));
    listed.contains(&G::Everyone)
        || chain.iter().all(|link| listed.contains(link))
        || (listed.contains(&G::Account) && !names_somebody)
}

/// The grants of a statement that applies, or nothing if it does not.
fn applies(document: &Value, statement: &Value, named: bool, question: &Question) -> Option<Vec<GrantKind>> {
    let variables = document.get("Version").and_then(Value::as_str) == Some("2012-10-17");
    let listed = |plain: &str, not: &str, matches: &dyn Fn(&str) -> bool| match (
        statement.get(plain),
        statement.get(not),
    ) {
        (Some(list), _) => texts(list).iter().any(|pattern| matches(pattern)),
        (_, Some(list)) => !texts(list).iter().any(|pattern| matches(pattern)),
        _ => named,
    };
    let action = listed("Action", "NotAction", &|pattern| action_matches(pattern, &question.action));
    let on = listed("Resource", "NotResource", &|pattern| {
        resource_matches(pattern, &question.on, &question.keys, variables)
    });
    let conditions = statement.get("Condition").and_then(Value::as_object);
    let conditions = conditions.into_iter().flatten().all(|(operator, block)| {
        let mut keys = block.as_object().into_iter().flatten();
        keys.all(|(key, wanted)| holds(operator, key, &texts(wanted), &question.keys, variables))
    });
    let grants = match (named, statement.get("Principal"), statement.get("NotPrincipal")) {
        (false, None, None) => vec![GrantKind::Everyone],
        (true, Some(principal), _) => grants(principal, &question.caller),
        (true, _, Some(excluded)) => {
            let is_deny = statement["Effect"] == "Deny";
            let spared = if is_deny {
                spares(excluded, question)
            } else {
                !grants(excluded, &question.caller).is_empty()
            };
            if spared { vec![] } else { vec![GrantKind::Everyone] }
        }
        _ => vec![],
    };
    (action && on && conditions && !grants.is_empty()).then_some(grants)
}

// ---- decisions ------------------------------------------------------------------------------------------

#[derive(Default)]
struct Outcome {
    denies: bool,
    allows: bool,
    grants: Vec<GrantKind>,
}

fn outcome<'v>(documents: impl IntoIterator<Item = &'v Value>, named: bool, question: &Question) -> Outcome {
    let mut outcome = Outcome::default();
    for document in documents {
        let statement = &document["Statement"];
        let statements = statement.as_array().cloned().unwrap_or_else(|| vec![statement.clone()]);
        for statement in &statements {
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

/// The steps of AWS's evaluation logic, each spelled out. Absent limits allow.
pub(crate) fn decide(question: &Question) -> Verdict {
    use GrantKind as G;
    let caller = &question.caller;
    let is_root = matches!(caller, Caller::Root { .. } | Caller::RootSession { .. });
    let is_linked = matches!(caller, Caller::RoleSession { is_service_linked: true, .. });
    let has_account = caller.account().is_some();
    let by_root = is_root || matches!(caller, Caller::FederatedUser { issuer: Issuer::Root, .. });

    let nothing = Outcome::default;
    let identity =
        if by_root || !has_account { nothing() } else { outcome(&question.identity, false, question) };
    let boundary = question
        .boundary
        .iter()
        .filter(|_| !by_root && has_account)
        .map(|b| outcome([b], false, question))
        .next();
    let session_reaches = has_account && !matches!(caller, Caller::Root { .. });
    let session =
        question.session.iter().filter(|_| session_reaches).map(|s| outcome(s, false, question)).next();
    let scps: Vec<Outcome> = question
        .scps
        .iter()
        .flatten()
        .filter(|_| has_account && !is_linked)
        .map(|level| outcome(level, false, question))
        .collect();
    let rcps: Vec<Outcome> = question
        .rcps
        .iter()
        .flatten()
        .filter(|_| !is_linked)
        .map(|level| outcome(level, true, question))
        .collect();
    let resource =
        question.resource.as_ref().map(|(policy, _)| outcome([policy], true, question)).unwrap_or_default();
    let endpoint = question.endpoint.as_ref().map(|policy| outcome([policy], true, question));
    let is_special = question.resource.as_ref().is_some_and(|(_, special)| *special);

    let everything = [&identity, &resource]
        .into_iter()
        .chain(&boundary)
        .chain(&session)
        .chain(&scps)
        .chain(&rcps)
        .chain(&endpoint);
    if everything.into_iter().any(|outcome| outcome.denies) {
        return Verdict::ExplicitlyDenied;
    }
    let allowed = |holds: bool| if holds { Verdict::Allowed } else { Verdict::ImplicitlyDenied };
    if scps.iter().any(|level| !level.allows) || endpoint.is_some_and(|endpoint| !endpoint.allows) {
        return Verdict::ImplicitlyDenied;
    }
    if !has_account {
        return allowed(resource.allows);
    }
    let identity_allows = by_root || identity.allows;
    let boundary_allows = boundary.is_none_or(|boundary| boundary.allows);
    let must_have_session = matches!(caller, Caller::FederatedUser { .. } | Caller::RootSession { .. });
    let session_allows = session.map_or(!must_have_session, |session| session.allows);
    let own_side = identity_allows && boundary_allows && session_allows;
    if caller.account() != Some(question.owner.as_str()) {
        return allowed(own_side && resource.allows);
    }
    let direct = [G::User, G::Session, G::Everyone, G::Service, G::Federated];
    if resource.grants.iter().any(|grant| direct.contains(grant)) {
        return Verdict::Allowed;
    }
    if resource.grants.iter().any(|grant| [G::Role, G::Issuer].contains(grant))
        && boundary_allows
        && session_allows
    {
        return Verdict::Allowed;
    }
    if matches!(caller, Caller::Root { .. }) && !is_special {
        return Verdict::Allowed;
    }
    allowed(own_side && (!is_special || !resource.grants.is_empty()))
}
