//! Whom a `Principal` names.

use regent_policy::{Caller, GrantKind, Issuer};
use serde_json::Value;

use super::{Question, texts};

/// In which ways a `Principal` element means the caller.
pub(super) fn grants(principal: &Value, question: &Question) -> Vec<GrantKind> {
    let Value::Object(members) = principal else { return vec![GrantKind::Everyone] };
    let pairs =
        members.iter().flat_map(|(name, values)| texts(values).into_iter().map(move |value| (name, value)));
    pairs.filter_map(|(name, value)| grant(name, &value, question)).collect()
}

/// The table of AWS's principals: an entry, a caller, and what the one is to the other.
fn grant(name: &str, value: &str, question: &Question) -> Option<GrantKind> {
    // An ARN that was bound to a unique id stands for whoever has that id.
    let bound = question.bindings.iter().find(|(arn, _)| *arn == value).map(|(_, id)| *id);
    let is = |arn: &str, id: &str| match bound {
        Some(bound) => bound == id,
        None => value == arn || value == id,
    };
    match (name, &question.caller) {
        ("AWS", _) if value == "*" => Some(GrantKind::Everyone),
        ("AWS", caller)
            if caller.account().is_some_and(|account| {
                value == account || value == format!("arn:aws:iam::{account}:root")
            }) =>
        {
            Some(GrantKind::Account)
        }
        ("AWS", Caller::User { arn, id, .. }) if is(arn, id) => Some(GrantKind::User),
        ("AWS", Caller::RoleSession { arn, .. } | Caller::FederatedUser { arn, .. }) if value == *arn => {
            Some(GrantKind::Session)
        }
        ("AWS", Caller::RoleSession { role_arn, role_id, .. }) if is(role_arn, role_id) => {
            Some(GrantKind::Role)
        }
        ("AWS", Caller::RoleSession { role_id, arn, .. })
            if arn.split('/').nth(2).is_some_and(|name| value == format!("{role_id}:{name}")) =>
        {
            Some(GrantKind::Session)
        }
        ("AWS", Caller::FederatedUser { issuer: Issuer::User { arn, id }, .. }) if is(arn, id) => {
            Some(GrantKind::Issuer)
        }
        ("Service", Caller::Service { names }) if names.contains(&value) => Some(GrantKind::Service),
        ("Federated", Caller::FederatedIdentity { provider }) if value == *provider => {
            Some(GrantKind::Federated)
        }
        ("CanonicalUser", _) if question.canonical_user == Some(value) => Some(GrantKind::Account),
        _ => None,
    }
}

/// Does a `Deny` with `NotPrincipal` spare the caller? The whole chain must be listed, or the account alone.
pub(super) fn spares(excluded: &Value, question: &Question) -> bool {
    use GrantKind as G;
    let caller = &question.caller;
    if !question.boundaries.is_empty() && is_entity(caller) {
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
    let listed = grants(excluded, question);
    let aws = excluded.get("AWS").map(texts).unwrap_or_default();
    let account = caller.account().unwrap_or("nobody");
    let is_somebody = |text: &String| {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let is_arn = parts.len() == 6 && parts[4] == account;
        let kinds = ["user/", "role/", "assumed-role/", "federated-user/"];
        text.starts_with("AIDA")
            || text.starts_with("AROA")
            || (is_arn && kinds.iter().any(|kind| parts[5].starts_with(kind)))
    };
    listed.contains(&G::Everyone)
        || chain.iter().all(|link| listed.contains(link))
        || (listed.contains(&G::Account) && !aws.iter().any(is_somebody))
}

/// Is it a user, a role's session, or what a user issued: somebody who can have policies and a boundary?
pub(super) fn is_entity(caller: &Caller<'_>) -> bool {
    matches!(
        caller,
        Caller::User { .. }
            | Caller::RoleSession { .. }
            | Caller::FederatedUser { issuer: Issuer::User { .. }, .. }
    )
}
