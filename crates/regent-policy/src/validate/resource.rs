//! Resources: ARNs field by field, and against the types that their service has.

use std::borrow::Cow;

use super::glob::{intersect, is_pattern};
use super::issue::IssueCode;
use super::options::ValidatePolicyResourceType;
use super::policy::{Statement, Text};
use super::region;
use super::report::{Report, Spot};
use super::subject::Subject;
use super::variable::with_stars;
use crate::arn::{Arn, is_account};
use crate::catalogue::ResourceType;

/// What stands in the place of an account where a resource is AWS's own.
const OWN_ACCOUNTS: [&str; 3] = ["aws", "aws-managed", "aws-marketplace"];

/// Resources that AWS owns and whose ARNs have no account, though the tables of their services give them one.
const WITHOUT_ACCOUNT: [(&str, &str); 4] = [
    ("resource-explorer-2", "view/AWS"),
    ("ssm", "automation-definition/A"),
    ("ssm", "document/A"),
    ("ssm", "parameter/aws/"),
];

pub(super) fn check(subject: &Subject<'_, '_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    for resource in statement.resources.iter().flat_map(|list| &list.items) {
        if resource.str != "*" && !subject.options.is_trust() {
            check_arn(subject, *resource, report);
        }
    }
}

fn check_arn(subject: &Subject<'_, '_>, resource: Text<'_>, report: &mut Report<'_>) {
    let spot = Spot::Value(resource.node);
    // A variable may hold colons; as a star it holds none.
    let pattern: Cow<'_, str> =
        if resource.str.contains("${") { with_stars(resource.str).into() } else { resource.str.into() };
    if pattern == "*" {
        return;
    }
    if !pattern.starts_with("arn:") {
        let details =
            format!("A resource is `*` or an ARN, which begins with `arn:`; `{}` does not.", resource.str);
        report.add(IssueCode::InvalidArnPrefix, spot, details);
        return;
    }
    let Some([_, partition, service, region, account, path]) = Arn::new(&pattern).fields else {
        let details = format!(
            "An ARN has six fields, `arn:partition:service:region:account:resource`, and `{}` has {}.",
            resource.str,
            pattern.matches(':').count() + 1
        );
        report.add(IssueCode::MissingArnField, spot, details);
        return;
    };
    let sound = check_partition(subject, partition, spot, report)
        & check_region(subject, region, spot, report)
        & check_account(account, spot, report);
    if is_pattern(service) || !check_service(subject, service, spot, report) {
        return;
    }
    if let Some(resource_type) = subject.options.resource_type() {
        check_attachment(resource_type, service, path, spot, report);
    }
    if sound {
        check_types(subject, Fields { service, region, account, path }, spot, report);
    }
}

fn check_partition(subject: &Subject<'_, '_>, found: &str, spot: Spot, report: &mut Report<'_>) -> bool {
    let own = [subject.options.own_partition()];
    let mut known = region::PARTITIONS.iter().chain(&own);
    if known.any(|known| intersect(found.as_bytes(), known.as_bytes(), &subject.steps)) {
        return true;
    }
    let hint = super::spelling::hint(found, &region::PARTITIONS);
    let details = format!("There is no partition `{found}`{hint}. Most resources are in `aws`.");
    report.add(IssueCode::InvalidPartition, spot, details);
    false
}

fn check_region(subject: &Subject<'_, '_>, found: &str, spot: Spot, report: &mut Report<'_>) -> bool {
    let is_own = subject.options.own_regions().contains(&found);
    if found.is_empty() || is_own || is_pattern(found) || region::exists(found) {
        return true;
    }
    let details = format!("There is no Region `{found}`{}.", region::hint(found));
    report.add(IssueCode::InvalidArnRegion, spot, details);
    false
}

fn check_account(found: &str, spot: Spot, report: &mut Report<'_>) -> bool {
    if found.is_empty() || is_account(found) || is_pattern(found) || OWN_ACCOUNTS.contains(&found) {
        return true;
    }
    let details = format!("An account is twelve digits, and `{found}` is not.");
    report.add(IssueCode::InvalidArnAccount, spot, details);
    false
}

/// Does any service have ARNs with this name in them? It need not be the prefix of its actions.
fn check_service(subject: &Subject<'_, '_>, found: &str, spot: Spot, report: &mut Report<'_>) -> bool {
    let lowered = found.to_ascii_lowercase();
    if !is_service(subject, &lowered) {
        let hint = subject.hint(|catalogue| {
            let services = catalogue.nearest_services(&lowered);
            services.into_iter().map(|service| service.prefix().to_owned()).collect()
        });
        let details = format!("There is no service `{found}`{hint}.");
        report.add(IssueCode::InvalidService, spot, details);
        return false;
    }
    if lowered != found {
        let details = format!("Services are written in lower case: `{lowered}`, not `{found}`.");
        report.add(IssueCode::InvalidArnServiceCase, spot, details);
        return false;
    }
    true
}

fn is_service(subject: &Subject<'_, '_>, name: &str) -> bool {
    subject.catalogue.service(name).is_some() || !subject.foreign_arns(name).is_empty()
}

#[derive(Clone, Copy)]
struct Fields<'a> {
    service: &'a str,
    region: &'a str,
    account: &'a str,
    path: &'a str,
}

/// How the ARNs of the types that the last field fits are made.
#[derive(Default)]
struct Fit {
    /// Has the service any type?
    has_types: bool,
    /// Does any type fit in the last field?
    is_known: bool,
    /// Does any of these fit in the Region and the account as well?
    is_whole: bool,
    with_region: bool,
    without_region: bool,
    with_account: bool,
    without_account: bool,
}

impl Fit {
    fn add(&mut self, subject: &Subject<'_, '_>, template: &str, fields: Fields<'_>) {
        let mut parts = template.splitn(6, ':').skip(3);
        let (Some(region), Some(account), Some(path)) = (parts.next(), parts.next(), parts.next()) else {
            return;
        };
        self.has_types = true;
        if !intersect(fields.path.as_bytes(), as_pattern(path).as_bytes(), &subject.steps) {
            return;
        }
        self.is_known = true;
        self.with_region |= !region.is_empty();
        self.without_region |= region.is_empty();
        self.with_account |= !account.is_empty();
        self.without_account |= account.is_empty();
        // A star may stand for nothing.
        let fits = |found: &str, wanted: &str| found.contains('*') || found.is_empty() == wanted.is_empty();
        self.is_whole |= fits(fields.region, region) && fits(fields.account, account);
    }
}

/// The placeholders of a template, such as `${BucketName}`, stand for anything.
fn as_pattern(template: &str) -> String {
    let mut pattern = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        pattern.push_str(before);
        pattern.push('*');
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    pattern.push_str(rest);
    pattern
}

/// Does the service have a resource that such an ARN could mean?
fn check_types(subject: &Subject<'_, '_>, fields: Fields<'_>, spot: Spot, report: &mut Report<'_>) {
    let mut fit = Fit::default();
    if let Some(service) = subject.catalogue.service(fields.service) {
        for template in service.resource_types().flat_map(ResourceType::arns) {
            let of = template.split(':').nth(2).unwrap_or_default();
            if of == fields.service || of.starts_with("${") {
                fit.add(subject, template, fields);
            }
        }
    }
    if !fit.is_whole {
        subject.foreign_arns(fields.service).iter().for_each(|template| fit.add(subject, template, fields));
    }
    if !fit.has_types || fit.is_whole {
        return;
    }
    let Fields { service, region, account, path } = fields;
    if !fit.is_known {
        let details = format!("`{service}` has no type of resource whose ARN ends in `{path}`.");
        report.add(IssueCode::InvalidArnResource, spot, details);
        return;
    }
    if !region.is_empty() && !fit.with_region {
        let details =
            format!("Such a resource of `{service}` is in no Region. Leave the field `{region}` empty.");
        report.add(IssueCode::ArnRegionNotAllowed, spot, details);
    }
    if region.is_empty() && !fit.without_region {
        let details =
            format!("Such a resource of `{service}` is in a Region. Fill the fourth field, or write `*`.");
        report.add(IssueCode::MissingArnRegion, spot, details);
    }
    if !account.is_empty() && !fit.with_account {
        let details = format!(
            "The ARN of such a resource of `{service}` has no account. Leave the field `{account}` empty."
        );
        report.add(IssueCode::ArnAccountNotAllowed, spot, details);
    }
    let is_of_aws = WITHOUT_ACCOUNT.iter().any(|(of, start)| *of == service && path.starts_with(start));
    if account.is_empty() && !fit.without_account && !is_of_aws {
        let details = format!(
            "The ARN of such a resource of `{service}` has an account. Fill the fifth field, or write `*`."
        );
        report.add(IssueCode::InvalidArnAccount, spot, details);
    }
}

/// A policy is about the resource that it is attached to.
fn check_attachment(
    resource_type: ValidatePolicyResourceType,
    service: &str,
    path: &str,
    spot: Spot,
    report: &mut Report<'_>,
) {
    use ValidatePolicyResourceType as Type;
    let is_access_point = path.starts_with("accesspoint/") || path.starts_with('*');
    let is_own = match resource_type {
        Type::S3Bucket => service == "s3" && !path.starts_with("accesspoint/"),
        Type::S3AccessPoint | Type::S3MultiRegionAccessPoint => service == "s3" && is_access_point,
        Type::S3ObjectLambdaAccessPoint => service == "s3-object-lambda" && is_access_point,
        Type::DynamoDbTable => service == "dynamodb" && (path.starts_with("table/") || path.starts_with('*')),
        Type::IamAssumeRolePolicyDocument => true,
    };
    if !is_own {
        let details = format!(
            "A policy on {} is about that resource alone, and this ARN is of another type.",
            resource_type.as_str()
        );
        report.add(IssueCode::UnsupportedResourceArnInPolicy, spot, details);
    }
}
