//! The form of resources.

use super::{Refused, Stage, refuse};
use crate::document::{Element, Statement};

/// AWS's partitions. `*` stands for any of them.
const PARTITIONS: [&str; 9] =
    ["aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "*"];

/// How an IAM resource may begin.
const IAM_PATHS: [&str; 13] = [
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
];

/// What S3 has besides buckets and objects; these do have a region.
// CHOICE: recorded for access points; the others are in S3's own list of resource types.
const S3_REGIONAL: [&str; 4] = ["accesspoint", "job/", "storage-lens", "async-request/"];

/// Two colons side by side in an ARN that is not complete, or no service: AWS's older parser fails on these.
pub(super) fn fails_legacy_parsing(resource: &str) -> bool {
    let is_incomplete = resource.matches(':').count() < 5 && resource.contains("::");
    is_incomplete || resource.split(':').nth(2).is_some_and(str::is_empty)
}

/// Checks the resources of a statement, in descending order, as AWS does.
pub(super) fn check_form(statement: &Statement<'_>, own_partition: &str) -> Result<(), Refused> {
    let mut resources: Vec<Element<'_>> =
        statement.resources().into_iter().flat_map(|resources| resources.elements()).collect();
    resources.sort_by(|one, other| other.value().cmp(one.value()));
    resources.into_iter().try_for_each(|resource| check_one(resource, own_partition))
}

fn check_one(resource: Element<'_>, own_partition: &str) -> Result<(), Refused> {
    let text = resource.value();
    let refuse = |message: String, explanation: &str| {
        refuse(Stage::ResourceForm, message, format!("{explanation}, not `{text}`"), resource.span())
    };
    if text == "*" {
        return Ok(());
    }
    // The first field is not looked at: `a:b:c` passes as an ARN.
    let Some((_, rest)) = text.split_once(':') else {
        return refuse(format!("Resource {text} must be in ARN format or \"*\"."), "expected an ARN or `*`");
    };
    let mut fields = rest.splitn(5, ':');
    let partition = fields.next().unwrap_or_default();
    let [service, region, account, path] = [(); 4].map(|()| fields.next());
    if partition != own_partition && !PARTITIONS.contains(&partition) {
        let shown = [service, region, account, path].map(|field| field.unwrap_or("*")).join(":");
        let message =
            format!("Partition \"{partition}\" is not valid for resource \"arn:{partition}:{shown}\".");
        return refuse(message, "expected a partition after the first colon");
    }
    let service = service.unwrap_or("*");
    if service.contains(['*', '?']) {
        // CHOICE: recorded for an ARN that ends after its partition; the text and AWS's page on `Resource`
        // say that wildcards in the service are refused as well.
        let message = "Resource vendor must be fully qualified and cannot contain regexes.";
        return refuse(message.to_owned(), "expected a service without wildcards");
    }
    // CHOICE: a region of `*` says nothing about a region.
    let has_region = region.is_some_and(|region| !matches!(region, "" | "*"));
    match service {
        "iam" if has_region => {
            let message = format!("IAM resource {text} cannot contain region information.");
            refuse(message, "expected no region in an ARN of IAM")
        }
        "s3" if has_region && !is_regional_in_s3(path.unwrap_or("*")) => {
            let message = format!("Resource {text} can not contain region information.");
            refuse(message, "expected no region in the ARN of a bucket or object")
        }
        "iam" if !is_iam_path(path.unwrap_or("*")) => {
            let listed = IAM_PATHS.join(", ");
            let message = format!("IAM resource path must either be \"*\", root, or start with {listed}.");
            refuse(message, "expected a type of IAM resource")
        }
        _ => Ok(()),
    }
}

fn is_regional_in_s3(path: &str) -> bool {
    path == "*" || S3_REGIONAL.iter().any(|start| path.starts_with(start))
}

fn is_iam_path(path: &str) -> bool {
    matches!(path, "*" | "root") || IAM_PATHS.iter().any(|start| path.starts_with(start))
}
