//! Which elements a statement of each kind must have and may not have.

use super::{
    EMPTY_PRINCIPAL, NAMES_PRINCIPAL, NO_ACTIONS, NO_PRINCIPAL, NO_RESOURCES, PROHIBITED_RESOURCE, Refused,
    SYNTAX, Stage, is_empty, is_excluded, refuse,
};
use crate::document::{Effect, Polarity, PrincipalType, Statement};
use crate::kind::PolicyKind;

/// What is wrong with a statement's elements whatever their values.
pub(super) fn check_elements(kind: PolicyKind, statement: &Statement<'_>) -> Result<(), Refused> {
    match kind {
        PolicyKind::RoleTrust => check_trust(statement),
        PolicyKind::ResourceControl => check_resource_control(statement),
        PolicyKind::Identity
        | PolicyKind::PermissionsBoundary
        | PolicyKind::Session
        | PolicyKind::Resource
        | PolicyKind::ServiceControl
        | PolicyKind::Endpoint => Ok(()),
    }
}

/// A trust policy hangs on its role: it names no resource, and says by name whom it trusts.
// CHOICE: AWS is not recorded on `NotPrincipal` in a trust policy beyond that it is refused.
fn check_trust(statement: &Statement<'_>) -> Result<(), Refused> {
    if let Some(resources) = statement.resources() {
        let explanation = "a trust policy is about its role and may not name a resource";
        return refuse(Stage::Grammar, PROHIBITED_RESOURCE, explanation, resources.span());
    }
    match statement.principals() {
        Some(principals) if principals.polarity() == Polarity::Excluded => {
            let explanation = "a trust policy may not use `NotPrincipal`";
            refuse(Stage::Grammar, SYNTAX, explanation, principals.span())
        }
        _ => Ok(()),
    }
}

/// A resource control policy only ever denies, and it denies everybody.
fn check_resource_control(statement: &Statement<'_>) -> Result<(), Refused> {
    let refuse = |explanation: &str, span| refuse(Stage::Grammar, SYNTAX, explanation, span);
    if statement.effect() == Effect::Allow {
        let explanation = "a resource control policy can only deny";
        return refuse(explanation, statement.effect_element().span());
    }
    if let Some(principals) = statement.principals() {
        let is_everyone = principals.entries().all(|entry| {
            matches!(entry.r#type(), PrincipalType::Everyone | PrincipalType::Aws) && entry.value() == "*"
        });
        if principals.polarity() == Polarity::Excluded || !is_everyone {
            return refuse("expected `Principal` to be `*`", principals.span());
        }
    }
    if let Some(actions) = statement.actions() {
        if actions.polarity() == Polarity::Excluded {
            return refuse("a resource control policy may not use `NotAction`", actions.span());
        }
        if let Some(action) = actions.elements().find(|action| action.value() == "*") {
            return refuse("expected actions of a service, not `*`", action.span());
        }
    }
    Ok(())
}

/// Names principals exactly where the kind wants them.
pub(super) fn check_principal_presence(kind: PolicyKind, statement: &Statement<'_>) -> Result<(), Refused> {
    match (kind.names_principals(), statement.principals()) {
        (false, Some(principals)) => {
            let explanation = format!("a {} is about whoever it is attached to", kind.name());
            refuse(Stage::Principal, NAMES_PRINCIPAL, explanation, principals.span())
        }
        (true, None) => refuse(Stage::Principal, NO_PRINCIPAL, "expected `Principal`", statement.span()),
        (true, Some(principals)) if principals.entries().len() == 0 => refuse(
            Stage::Principal,
            EMPTY_PRINCIPAL,
            "expected `Principal` to name somebody",
            principals.span(),
        ),
        _ => Ok(()),
    }
}

pub(super) fn check_action_presence(statement: &Statement<'_>) -> Result<(), Refused> {
    if is_empty(statement.actions()) {
        let explanation = "expected `Action` or `NotAction`, not empty";
        return refuse(Stage::ActionPresence, NO_ACTIONS, explanation, statement.span());
    }
    Ok(())
}

/// A policy on a resource may leave the resource out.
pub(super) fn check_resource_presence(kind: PolicyKind, statement: &Statement<'_>) -> Result<(), Refused> {
    let may_be_absent = match kind {
        PolicyKind::RoleTrust | PolicyKind::Resource | PolicyKind::Endpoint => true,
        PolicyKind::Identity
        | PolicyKind::PermissionsBoundary
        | PolicyKind::Session
        | PolicyKind::ServiceControl
        | PolicyKind::ResourceControl => false,
    };
    if !may_be_absent && is_empty(statement.resources()) {
        let explanation = "expected `Resource` or `NotResource`, not empty";
        return refuse(Stage::ResourcePresence, NO_RESOURCES, explanation, statement.span());
    }
    Ok(())
}

/// Does the statement use `NotAction`?
pub(super) fn excludes_actions(statement: &Statement<'_>) -> bool {
    is_excluded(statement.actions())
}
