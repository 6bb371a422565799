//! Who may be named as a principal.

use super::{Refused, Stage, refuse, statement};
use crate::arn;
use crate::document::{Principal, PrincipalType, Statement};
use crate::kind::PolicyKind;
use crate::principal::is_unique_id;

/// Identity providers that every account knows by name.
const BUILT_IN_PROVIDERS: [&str; 4] =
    ["cognito-identity.amazonaws.com", "www.amazon.com", "graph.facebook.com", "accounts.google.com"];

/// Checks that principals are named where they have to be, and that each could exist. Whether it does, only
/// the caller knows.
pub(super) fn check(kind: PolicyKind, statement: &Statement<'_>) -> Result<(), Refused> {
    statement::check_principal_presence(kind, statement)?;
    for principal in statement.principals().into_iter().flat_map(|principals| principals.entries()) {
        let is_s3 = principal.r#type() == PrincipalType::CanonicalUser;
        if (is_s3 && kind == PolicyKind::RoleTrust) || !could_exist(&principal) {
            let explanation = format!("no principal has the form of `{}`", principal.value());
            return refuse(Stage::Principal, principal.refusal_text(), explanation, principal.span());
        }
    }
    Ok(())
}

/// Groups are no principals, and there are no patterns: `*` is everybody or nobody.
fn could_exist(principal: &Principal<'_>) -> bool {
    let value = principal.value();
    match principal.r#type() {
        PrincipalType::Everyone => true,
        PrincipalType::Aws => {
            value == "*" || arn::is_account(value) || is_unique_id(value) || is_identity(value)
        }
        PrincipalType::Service => is_host(value),
        PrincipalType::Federated => BUILT_IN_PROVIDERS.contains(&value) || is_provider(value),
        PrincipalType::CanonicalUser => {
            value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit())
        }
    }
}

fn is_identity(value: &str) -> bool {
    let Some(identity) = arn::identity(value) else { return false };
    let is_named = |name: &str| !name.is_empty() && !name.ends_with('/') && !name.contains(['*', '?']);
    match (identity.service, identity.resource.split_once('/')) {
        ("iam", None) => identity.resource == "root",
        ("iam", Some(("user" | "role", name))) | ("sts", Some(("federated-user", name))) => is_named(name),
        ("sts", Some(("assumed-role", name))) => {
            name.split_once('/').is_some_and(|(role, session)| is_named(role) && is_named(session))
        }
        _ => false,
    }
}

/// A service is known by a host name.
fn is_host(value: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    value.contains('.') && value.split('.').all(is_label)
}

fn is_provider(value: &str) -> bool {
    arn::identity(value).is_some_and(|identity| {
        let is_named = |prefix| identity.resource.strip_prefix(prefix).is_some_and(|name| !name.is_empty());
        identity.service == "iam" && (is_named("saml-provider/") || is_named("oidc-provider/"))
    }) && !value.contains(['*', '?'])
}
