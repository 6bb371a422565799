//! Condition keys: that they exist, and that the operator suits the number of their values.

use std::collections::HashMap;

use super::issue::IssueCode;
use super::options::PolicyType;
use super::policy::{Condition, Statement};
use super::report::{Report, Spot};
use super::subject::Subject;
use crate::catalogue::ConditionKey;
use crate::document::PrincipalType;
use crate::operator::{Comparison, Qualifier};

/// What a resource's owner is asked for by keys that only policies on principals have a use for.
const OWNER_KEYS: [&str; 4] =
    ["aws:ResourceAccount", "aws:ResourceOrgID", "aws:ResourceOrgPaths", "s3:ResourceAccount"];

/// Keys that mean little alone, and what makes each of them mean something: any one of the list.
const PAIRS: [(&str, &[&str]); 2] = [
    ("aws:VpcSourceIp", &["aws:SourceVpc", "aws:SourceVpce", "aws:SourceVpcArn"]),
    ("aws:Ec2InstanceSourcePrivateIPv4", &["aws:Ec2InstanceSourceVpc"]),
];

/// Keys about the caller's identity, which a service that calls for itself does not have.
const IDENTITY_KEYS: [&str; 9] = [
    "aws:FederatedProvider",
    "aws:MultiFactorAuthAge",
    "aws:MultiFactorAuthPresent",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:SourceIdentity",
    "aws:TokenIssueTime",
    "aws:userid",
    "aws:username",
];

pub(super) fn check(subject: &Subject<'_, '_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    check_duplicates(statement, report);
    for condition in &statement.conditions {
        if condition.key.str.contains("${") {
            continue;
        }
        if let Some(key) = known_key(subject, condition, report) {
            check_qualifier(condition, key, report);
        }
        check_pair(statement, condition, report);
        check_relevance(subject, statement, condition, report);
    }
}

/// Keys have no case, so two spellings in one block are one key with two lists of values.
fn check_duplicates(statement: &Statement<'_>, report: &mut Report<'_>) {
    let mut seen: HashMap<(u32, String), &str> = HashMap::new();
    for condition in &statement.conditions {
        let place = (condition.operator_name.node, condition.key.str.to_ascii_lowercase());
        if let Some(first) = seen.insert(place, condition.key.str) {
            let details = format!(
                "`{}` and `{first}` are one key, since case does not count. Put their values into one list.",
                condition.key.str
            );
            report.add(IssueCode::DuplicateKeysWithDifferentCase, Spot::Key(condition.key.node), details);
        }
    }
}

/// The key as the catalogue knows it. What it does not know is reported.
fn known_key<'c>(
    subject: &Subject<'c, '_>,
    condition: &Condition<'_>,
    report: &mut Report<'_>,
) -> Option<ConditionKey<'c>> {
    let name = condition.key.str;
    let spot = Spot::Key(condition.key.node);
    let is_formed = name.split_once(':').is_some_and(|(prefix, rest)| !prefix.is_empty() && !rest.is_empty());
    let Some((prefix, _)) =
        name.split_once(':').filter(|_| is_formed && !name.starts_with(char::is_whitespace))
    else {
        let details = format!("A condition key is written `service:key`, which `{name}` is not.");
        report.add(IssueCode::InvalidConditionKeyFormat, spot, details);
        return None;
    };
    let bare = name.trim_end_matches('/');
    if let Some(key) = subject.key(name).filter(|_| bare == name) {
        check_deprecation(subject, condition, report);
        return Some(key);
    }
    let with_tag = format!("{bare}/key");
    let names_tags = |key: ConditionKey<'_>| key.name().contains('/') && !is_of_provider(key);
    if subject.key(&with_tag).is_some_and(names_tags) {
        let details = format!("The key has to name a tag: `{bare}/tag-key`.");
        report.add(IssueCode::MissingTagKeyInCondition, spot, details);
        return None;
    }
    // Keys of identity providers begin with the provider's host and path.
    if prefix.contains(['.', '/']) || check_deprecation(subject, condition, report) {
        return None;
    }
    let hint = || {
        subject.hint(|catalogue| catalogue.nearest_keys(name).into_iter().map(ConditionKey::name).collect())
    };
    if prefix.eq_ignore_ascii_case("aws") {
        let details = format!("There is no global condition key `{name}`{}.", hint());
        report.add(IssueCode::InvalidGlobalConditionKey, spot, details);
    } else if let Some(service) = subject.catalogue.service(prefix) {
        let details = format!("The service `{}` has no condition key `{name}`{}.", service.prefix(), hint());
        report.add(IssueCode::InvalidServiceConditionKey, spot, details);
    } else {
        let details = format!("There is no service `{prefix}`{}.", hint());
        report.add(IssueCode::InvalidService, spot, details);
    }
    None
}

/// Is it a claim of an identity provider? Its name begins with a placeholder for the provider's.
fn is_of_provider(key: ConditionKey<'_>) -> bool {
    key.name().starts_with("${")
}

/// `aws:ARN` is what `aws:PrincipalArn` was called once.
// CHOICE: AWS has two checks for this key and does not say which is for what. Policies on principals, where it
// has been of use, are warned; for the others it is an error.
fn check_deprecation(subject: &Subject<'_, '_>, condition: &Condition<'_>, report: &mut Report<'_>) -> bool {
    let is_old = condition.key.str.eq_ignore_ascii_case("aws:ARN");
    if is_old {
        let code = if subject.options.policy_type() == PolicyType::Identity {
            IssueCode::DeprecatedGlobalConditionKey
        } else {
            IssueCode::UnsupportedGlobalConditionKey
        };
        let details = "`aws:ARN` is a key of the past. Write `aws:PrincipalArn` for who calls, or `aws:SourceArn` \
                       for the resource that a service acts for.";
        report.add(code, Spot::Key(condition.key.node), details);
    }
    is_old
}

/// A key with several values needs a set operator, and one with a single value is harmed by `ForAllValues`.
fn check_qualifier(condition: &Condition<'_>, key: ConditionKey<'_>, report: &mut Report<'_>) {
    let name = condition.key.str;
    let is_null = condition.operator.comparison == Comparison::Null;
    match condition.operator.qualifier {
        Qualifier::Single if key.is_multivalued() && !is_null => {
            let operator = condition.operator_name.str;
            let details = format!(
                "A request can carry several values of `{name}`. Write `ForAnyValue:{operator}` if one of them is \
                 enough, or `ForAllValues:{operator}` if all have to pass."
            );
            report.add(IssueCode::MissingQualifier, Spot::Key(condition.operator_name.node), details);
        }
        Qualifier::ForAllValues if !key.is_multivalued() && !is_null && !is_audience(name) => {
            let details = format!(
                "`ForAllValues` holds for a request without `{name}`, which has one value at most. Leave \
                 `ForAllValues:` out."
            );
            report.add(
                IssueCode::ForAllValuesWithSingleValuedKey,
                Spot::Key(condition.operator_name.node),
                details,
            );
        }
        Qualifier::Single | Qualifier::ForAllValues | Qualifier::ForAnyValue => {}
    }
    if is_null && condition.operator.qualifier != Qualifier::Single {
        let constant = if condition.operator.qualifier == Qualifier::ForAllValues { "true" } else { "false" };
        let details = format!(
            "`{}` is always {constant}, whatever the request carries. Write `Null`.",
            condition.operator_name.str
        );
        report.add(IssueCode::NullWithQualifier, Spot::Key(condition.operator_name.node), details);
    }
}

/// Providers differ in whether the audience of a token is one value or several.
fn is_audience(key: &str) -> bool {
    key.split_once(':')
        .is_some_and(|(prefix, claim)| prefix.contains('.') && claim.eq_ignore_ascii_case("aud"))
}

/// An address within a VPC means nothing without the VPC: everybody's VPC may use it.
fn check_pair(statement: &Statement<'_>, condition: &Condition<'_>, report: &mut Report<'_>) {
    let name = condition.key.str;
    let Some((_, partners)) = PAIRS.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)) else { return };
    if !partners.iter().any(|partner| statement.has_key(partner)) {
        let partners = partners.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" or ");
        let details = format!("Anybody may have the same private address. Add {partners} beside `{name}`.");
        report.add(IssueCode::MissingPairedConditionKeys, Spot::Key(condition.key.node), details);
    }
}

/// Keys that can never be of use in this policy, or for these principals.
fn check_relevance(
    subject: &Subject<'_, '_>,
    statement: &Statement<'_>,
    condition: &Condition<'_>,
    report: &mut Report<'_>,
) {
    let name = condition.key.str;
    let spot = Spot::Key(condition.key.node);
    if subject.options.policy_type() != PolicyType::Resource {
        return;
    }
    if OWNER_KEYS.iter().any(|key| key.eq_ignore_ascii_case(name)) {
        let details = format!(
            "A policy on a resource need not ask who owns it: `{name}` is always the same here. Use the key in an \
             identity-based policy."
        );
        report.add(IssueCode::IrrelevantConditionKeyInPolicy, spot, details);
    }
    let principals = statement.listed_principals();
    let are_services =
        !principals.is_empty() && principals.iter().all(|(kind, _)| *kind == PrincipalType::Service);
    let is_of_identities = IDENTITY_KEYS.iter().any(|key| key.eq_ignore_ascii_case(name))
        || name.get(..17).is_some_and(|head| head.eq_ignore_ascii_case("aws:PrincipalTag/"));
    let asks_for_absence = condition.operator.comparison == Comparison::Null || condition.operator.if_exists;
    if are_services && is_of_identities && !asks_for_absence {
        let details = format!(
            "A service that calls for itself carries no `{name}`. Hold it to `aws:SourceArn`, `aws:SourceAccount` or \
             `aws:SourceOrgID` instead."
        );
        report.add(IssueCode::UnsupportedConditionKeyForServicePrincipal, spot, details);
    }
}
