//! Principals of policies on resources.

use super::glob::is_pattern;
use super::issue::IssueCode;
use super::options::PolicyType;
use super::policy::{Statement, Text};
use super::report::{Report, Spot};
use super::subject::Subject;
use crate::arn;
use crate::document::{Polarity, PrincipalType};

/// Identity providers that every account knows by name.
const BUILT_IN_PROVIDERS: [&str; 4] =
    ["cognito-identity.amazonaws.com", "www.amazon.com", "graph.facebook.com", "accounts.google.com"];

pub(super) fn check(subject: &Subject<'_, '_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    let Some(principals) = &statement.principals else { return };
    if subject.options.policy_type() != PolicyType::Resource {
        return;
    }
    if principals.polarity == Polarity::Excluded && statement.allows() && !subject.options.is_trust() {
        let details = "This allows everybody but those listed, people without any credentials included. Name \
                       those who are meant with `Principal`.";
        report.add(IssueCode::AllowWithNotPrincipal, Spot::Key(principals.name), details);
    }
    for (kind, text) in &principals.entries {
        if text.str.contains("${") {
            continue;
        }
        match kind {
            PrincipalType::Everyone => {}
            PrincipalType::Aws => check_identity(*text, report),
            PrincipalType::Service => check_service(*text, report),
            PrincipalType::Federated => check_federated(subject, statement, *text, report),
            PrincipalType::CanonicalUser => check_canonical_user(*text, report),
        }
    }
}

/// `*` is everybody; within an ARN it is a character that no name has.
fn reject_wildcard(text: Text<'_>, kind: &str, report: &mut Report<'_>) -> bool {
    let is_wild = is_pattern(text.str);
    if is_wild {
        let details = format!(
            "A principal under `{kind}` takes no wildcards, so `{}` is nobody. Name principals in full; to match \
             names by pattern, use `aws:PrincipalArn` in a condition.",
            text.str
        );
        report.add(IssueCode::UnsupportedWildcardInPrincipal, Spot::Value(text.node), details);
    }
    is_wild
}

fn check_identity(text: Text<'_>, report: &mut Report<'_>) {
    let spot = Spot::Value(text.node);
    if text.str == "*" || arn::is_account(text.str) || reject_wildcard(text, "AWS", report) {
        return;
    }
    if crate::principal::is_unique_id(text.str) {
        let (code, what) = if text.str.starts_with("AROA") {
            (IssueCode::InvalidRoleReference, "role")
        } else {
            (IssueCode::InvalidUserReference, "user")
        };
        let details = format!(
            "This is the unique id of a {what}, as it is shown after the {what} was deleted. Write the {what}'s ARN, \
             or remove the entry."
        );
        report.add(code, spot, details);
        return;
    }
    let is_principal = arn::identity(text.str).is_some_and(|identity| {
        let (kind, name) = identity.resource.split_once('/').unwrap_or((identity.resource, ""));
        match (identity.service, kind) {
            ("iam", "root") => name.is_empty(),
            ("iam", "user" | "role") | ("sts", "federated-user") => !name.is_empty(),
            ("sts", "assumed-role") => name.contains('/'),
            _ => false,
        }
    });
    if !is_principal {
        let details = format!(
            "`{}` is no principal. Write an account's number, or the ARN of an account's root, a user, a role or a \
             session; groups are no principals.",
            text.str
        );
        report.add(IssueCode::InvalidPrincipalFormat, spot, details);
    }
}

fn check_service(text: Text<'_>, report: &mut Report<'_>) {
    if !reject_wildcard(text, "Service", report) && !is_service_principal(text.str) {
        let details = format!("`{}` is not of the form `service.amazonaws.com`, in lower case.", text.str);
        report.add(IssueCode::InvalidServicePrincipalFormat, Spot::Value(text.node), details);
    }
}

/// Does it have the form of a service's name? Patterns fit if anything of this form does.
pub(super) fn is_service_principal(name: &str) -> bool {
    let suffixes = [".amazonaws.com", ".amazonaws.com.cn", ".amazon.com", ".aws.internal"];
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| {
                byte.is_ascii_lowercase()
                    || byte.is_ascii_digit()
                    || matches!(byte, b'-' | b'_' | b'*' | b'?')
            })
    };
    let head = suffixes.iter().find_map(|suffix| name.strip_suffix(suffix));
    head.is_some_and(|head| head.split('.').all(is_label))
        || (name.ends_with('*') && name.split('.').all(is_label))
}

fn check_federated(
    subject: &Subject<'_, '_>,
    statement: &Statement<'_>,
    text: Text<'_>,
    report: &mut Report<'_>,
) {
    let spot = Spot::Value(text.node);
    if !subject.options.is_trust() {
        // A policy whose type was not told may well be a trust policy.
        let is_about_roles = statement
            .listed_actions()
            .iter()
            .any(|action| action.str.to_ascii_lowercase().starts_with("sts:"));
        if subject.options.resource_type().is_some() || !is_about_roles {
            let details = "Whoever comes with a provider's token has to assume a role first. Name the role, and the \
                           provider in the role's trust policy.";
            report.add(IssueCode::FederatedPrincipalNotSupported, spot, details);
        }
        return;
    }
    if reject_wildcard(text, "Federated", report) || Provider::of(text.str).is_some() {
        return;
    }
    let details = format!(
        "`{}` is no identity provider. Write the ARN of a SAML or OpenID Connect provider, or one of {}.",
        text.str,
        BUILT_IN_PROVIDERS.map(|provider| format!("`{provider}`")).join(", ")
    );
    report.add(IssueCode::InvalidFederatedPrincipalSyntaxInRoleTrustPolicy, spot, details);
}

/// An identity provider, and the way in which its users assume a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Provider<'a> {
    Saml,
    /// OpenID Connect, with the beginning of its condition keys.
    Oidc(&'a str),
}

impl<'a> Provider<'a> {
    /// The provider of that name, if it has the form of one.
    pub(super) fn of(name: &'a str) -> Option<Self> {
        if BUILT_IN_PROVIDERS.contains(&name) {
            return Some(Self::Oidc(name));
        }
        let identity = arn::identity(name).filter(|identity| identity.service == "iam")?;
        let (kind, rest) = identity.resource.split_once('/').filter(|(_, rest)| !rest.is_empty())?;
        match kind {
            "saml-provider" => Some(Self::Saml),
            "oidc-provider" => Some(Self::Oidc(rest)),
            _ => None,
        }
    }
}

fn check_canonical_user(text: Text<'_>, report: &mut Report<'_>) {
    let is_id = text.str.len() == 64 && text.str.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !reject_wildcard(text, "CanonicalUser", report) && !is_id {
        let details = "A canonical user id is 64 hexadecimal digits.";
        report.add(IssueCode::InvalidPrincipalFormat, Spot::Value(text.node), details);
    }
}
