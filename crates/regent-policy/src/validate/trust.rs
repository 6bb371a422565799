//! Trust policies: who may assume a role, and how.

use std::collections::HashSet;

use super::action::{TRUST_ACTIONS, fits};
use super::issue::IssueCode;
use super::policy::{Statement, Text};
use super::principal::Provider;
use super::report::{Report, Spot};
use crate::arn;
use crate::document::{Polarity, PrincipalType};

/// Keys that a request carries only when it may also do something else than assume the role.
const KEYS_OF_ACTIONS: [(&str, &str); 4] = [
    ("sts:sourceidentity", "sts:SetSourceIdentity"),
    ("sts:transitivetagkeys", "sts:TagSession"),
    ("aws:tagkeys", "sts:TagSession"),
    ("aws:requesttag/", "sts:TagSession"),
];
const ROLES_ANYWHERE: &str = "rolesanywhere.amazonaws.com";

pub(super) fn check(statement: &Statement<'_>, report: &mut Report<'_>) {
    if let Some(resources) = &statement.resources {
        let details = "A trust policy is about its role and names no resource. Remove the element.";
        report.add(IssueCode::RoleTrustPolicySyntaxErrorResource, Spot::Key(resources.name), details);
    }
    if let Some(principals) = statement.principals.as_ref().filter(|list| list.polarity == Polarity::Excluded)
    {
        let details = "A trust policy says whom it trusts, with `Principal`.";
        report.add(IssueCode::RoleTrustPolicySyntaxErrorNotPrincipal, Spot::Key(principals.name), details);
    }
    if statement.allows() {
        check_everybody(statement, report);
        check_ways(statement, report);
        check_roles_anywhere(statement, report);
    }
    check_keys(statement, report);
    check_sessions(statement, report);
}

/// Trusting everybody leaves the decision to conditions, where one mistake opens the role to the world.
// CHOICE: a denial for everybody is what guards a role, and passes.
fn check_everybody(statement: &Statement<'_>, report: &mut Report<'_>) {
    for (kind, text) in statement.listed_principals() {
        if text.str == "*" && matches!(kind, PrincipalType::Everyone | PrincipalType::Aws) {
            let details =
                "A trust policy names whom it trusts. Name accounts, users or roles instead of `*`.";
            report.add(
                IssueCode::RoleTrustPolicyUnsupportedWildcardInPrincipal,
                Spot::Value(text.node),
                details,
            );
        }
    }
}

/// Who comes with a provider's token assumes a role in one way, and everybody else in another.
fn check_ways(statement: &Statement<'_>, report: &mut Report<'_>) {
    let suits = |action: &str, kind: PrincipalType, text: &Text<'_>| match Provider::of(text.str) {
        Some(Provider::Saml) if kind == PrincipalType::Federated => action == "sts:assumerolewithsaml",
        Some(Provider::Oidc(_)) if kind == PrincipalType::Federated => {
            action == "sts:assumerolewithwebidentity"
        }
        // What is no provider has been reported as such.
        _ if kind == PrincipalType::Federated => true,
        _ => action == "sts:assumerole",
    };
    for action in statement.listed_actions() {
        let lowered = action.str.to_ascii_lowercase();
        if !matches!(
            lowered.as_str(),
            "sts:assumerole" | "sts:assumerolewithsaml" | "sts:assumerolewithwebidentity"
        ) {
            continue;
        }
        // A statement may be about several ways and several principals; each way has to be somebody's.
        let principals = statement.listed_principals();
        if principals.is_empty() || principals.iter().any(|(kind, text)| suits(&lowered, *kind, text)) {
            continue;
        }
        let mut spots = vec![Spot::Value(action.node)];
        spots.extend(principals.iter().map(|(_, text)| Spot::Value(text.node)));
        let details = format!(
            "None of the principals can use `{}`. SAML providers go with `sts:AssumeRoleWithSAML`, OpenID Connect \
             providers with `sts:AssumeRoleWithWebIdentity`, both under `Federated`; all others with `sts:AssumeRole`.",
            action.str
        );
        report.add_all(IssueCode::MismatchedActionForPrincipal, &spots, details);
    }
}

/// IAM Roles Anywhere sets a source identity and tags in every session.
fn check_roles_anywhere(statement: &Statement<'_>, report: &mut Report<'_>) {
    let mut principals = statement.listed_principals().iter();
    let Some((_, principal)) =
        principals.find(|(kind, text)| *kind == PrincipalType::Service && text.str == ROLES_ANYWHERE)
    else {
        return;
    };
    let wanted = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"];
    let lacking: Vec<_> = wanted.into_iter().filter(|wanted| !lists(statement, wanted)).collect();
    let Some(actions) = statement.actions.as_ref().filter(|list| !list.is_excluded() && !lacking.is_empty())
    else {
        return;
    };
    let details = format!("IAM Roles Anywhere also needs {}. Add what is missing.", lacking.join(" and "));
    let spots = [Spot::Value(principal.node), Spot::Value(actions.node)];
    report.add_all(IssueCode::MissingActionForRolesAnywhereTrustPolicy, &spots, details);
}

/// Does `Action` list it, by name or by a pattern?
fn lists(statement: &Statement<'_>, action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    statement.listed_actions().iter().any(|item| fits(&item.str.to_ascii_lowercase(), &action))
}

/// Tags and source identities can only be passed by whom the statement lets pass them.
fn check_keys(statement: &Statement<'_>, report: &mut Report<'_>) {
    let assumes = TRUST_ACTIONS.iter().take(3).any(|action| lists(statement, action));
    for condition in statement.conditions.iter().filter(|_| assumes) {
        let key = condition.key.str.to_ascii_lowercase();
        let found = KEYS_OF_ACTIONS
            .iter()
            .find(|(known, _)| key == *known || (known.ends_with('/') && key.starts_with(known)));
        let Some((_, action)) = found.filter(|(_, action)| !lists(statement, action)) else { continue };
        let details = format!(
            "A request carries `{}` only where it may use `{action}`. Add `{action}` to the actions.",
            condition.key.str
        );
        report.add(IssueCode::MissingActionForConditionKey, Spot::Key(condition.key.node), details);
    }
}

/// Who trusts a role trusts its sessions.
fn check_sessions(statement: &Statement<'_>, report: &mut Report<'_>) {
    let identities = || {
        statement.listed_principals().iter().filter_map(|(_, text)| Some((text, arn::identity(text.str)?)))
    };
    // A session's ARN has the role's name without its path.
    let roles: HashSet<(&str, &str)> = identities()
        .filter(|(_, identity)| identity.service == "iam" && identity.resource.starts_with("role/"))
        .filter_map(|(_, identity)| Some((identity.account, identity.resource.rsplit('/').next()?)))
        .collect();
    for (text, identity) in identities() {
        let Some(session) = identity.resource.strip_prefix("assumed-role/") else { continue };
        let role = session.split('/').next().unwrap_or(session);
        if roles.contains(&(identity.account, role)) {
            let details = format!(
                "The role `{role}` is trusted already, and its sessions with it. Remove the session."
            );
            report.add(IssueCode::RedundantPrincipalInRoleTrustPolicy, Spot::Value(text.node), details);
        }
    }
}
