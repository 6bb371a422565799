//! Actions: that they exist, and that the policy's resource takes them.

use super::glob::is_pattern;
use super::issue::IssueCode;
use super::options::ValidatePolicyResourceType;
use super::policy::{Statement, Text};
use super::report::{Report, Spot};
use super::subject::Subject;
use crate::catalogue::CatalogueAction;
use crate::pattern::glob;
use crate::scope::Meter;

/// Bound on the work of comparing a pattern with one name.
const MATCHING: u32 = 1 << 16;

/// What a trust policy can be about.
pub(super) const TRUST_ACTIONS: [&str; 6] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:TagSession",
    "sts:SetSourceIdentity",
    "sts:SetContext",
];

pub(super) fn check(subject: &Subject<'_, '_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    for action in statement.actions.iter().flat_map(|list| &list.items) {
        if action.str != "*" && !action.str.contains("${") {
            check_existence(subject, *action, report);
        }
        if let Some(resource_type) = subject.options.resource_type() {
            check_support(subject, resource_type, *action, report);
        }
    }
}

/// Does AWS have the action, or for a pattern any that fits? IAM stores it either way.
fn check_existence(subject: &Subject<'_, '_>, action: Text<'_>, report: &mut Report<'_>) {
    let spot = Spot::Value(action.node);
    let (prefix, name) = match action.str.split_once(':') {
        Some((prefix, name)) if !name.contains(':') && !name.is_empty() => (prefix, name),
        _ => {
            let hint = subject.hint(|catalogue| catalogue.nearest_actions(action.str));
            let details =
                format!("`{}` is no action{hint}. Actions are written `service:Action`.", action.str);
            report.add(IssueCode::InvalidAction, spot, details);
            return;
        }
    };
    if is_pattern(prefix) {
        let details = format!(
            "`{prefix}` is a pattern of services, and of those that AWS adds one day. Name the services."
        );
        report.add(IssueCode::WildcardInServiceName, spot, details);
        return;
    }
    let Some(service) = subject.catalogue.service(prefix) else {
        let hint = subject.hint(|catalogue| {
            let services = catalogue.nearest_services(prefix);
            services.into_iter().map(|service| service.prefix().to_owned()).collect()
        });
        let details = format!("There is no service `{prefix}`{hint}.");
        report.add(IssueCode::InvalidServiceInAction, spot, details);
        return;
    };
    if name == "*" || service.action(name).is_some() {
        return;
    }
    if !is_pattern(name) {
        let hint = subject.hint(|catalogue| catalogue.nearest_actions(action.str));
        let details = format!("There is no action `{}`{hint}.", action.str);
        report.add(IssueCode::InvalidAction, spot, details);
    } else if subject.steps.take(8 * service.actions().len())
        && subject.catalogue.actions_matching(action.str).next().is_none()
    {
        let details = format!("No action fits the pattern `{}`.", action.str);
        report.add(IssueCode::InvalidAction, spot, details);
    }
}

/// Does the resource that the policy is attached to take the action? A pattern counts when any of its actions
/// does.
fn check_support(
    subject: &Subject<'_, '_>,
    resource_type: ValidatePolicyResourceType,
    action: Text<'_>,
    report: &mut Report<'_>,
) {
    use ValidatePolicyResourceType as Type;
    let (prefix, types): (_, &[&str]) = match resource_type {
        Type::IamAssumeRolePolicyDocument => return check_trust(action, report),
        Type::S3Bucket => ("s3", &["bucket", "object"]),
        Type::S3AccessPoint | Type::S3MultiRegionAccessPoint => ("s3", &["bucket", "object", "accesspoint"]),
        Type::S3ObjectLambdaAccessPoint => ("s3-object-lambda", &[]),
        Type::DynamoDbTable => ("dynamodb", &["table", "index", "stream"]),
    };
    let takes = |action: CatalogueAction<'_>| {
        let mut names = action.resources().map(|resource| resource.resource_type().name());
        types.is_empty() || names.any(|name| types.iter().any(|wanted| name.starts_with(wanted)))
    };
    let of_service = action.str.split_once(':').filter(|(found, _)| found.eq_ignore_ascii_case(prefix));
    let is_supported = match of_service {
        None => action.str == "*" || action.str.split_once(':').is_none_or(|(prefix, _)| is_pattern(prefix)),
        // A pattern is taken for what it is meant to be; what does not exist has been reported.
        Some((_, name)) if is_pattern(name) => true,
        Some(_) => subject.catalogue.action(action.str).is_none_or(takes),
    };
    if !is_supported {
        let details = format!(
            "`{}` is nothing that can be done with {}. Remove it, or put it into an identity-based policy.",
            action.str,
            resource_type.as_str()
        );
        report.add(IssueCode::UnsupportedActionInPolicy, Spot::Value(action.node), details);
    }
}

/// A trust policy says who may assume the role, and nothing else.
fn check_trust(action: Text<'_>, report: &mut Report<'_>) {
    let lowered = action.str.to_ascii_lowercase();
    let is_known = TRUST_ACTIONS.iter().any(|known| fits(&lowered, &known.to_ascii_lowercase()));
    if !is_known || !lowered.starts_with("sts:") {
        let details = format!(
            "`{}` has nothing to do with assuming a role. A trust policy is about `sts:AssumeRole` and its kin; \
             other actions belong into the role's permissions.",
            action.str
        );
        report.add(IssueCode::UnsupportedActionInPolicy, Spot::Value(action.node), details);
    }
}

/// Does a pattern fit a name? Both are in lower case.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    glob::covers(pattern.as_bytes(), name.as_bytes(), &mut Meter::new(MATCHING))
}
