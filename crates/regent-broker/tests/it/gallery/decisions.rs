//! Every entry does what its title says: requests that it allows, and requests that it does not.

use super::*;

use Outcome::{Allowed, Denied};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Allowed,
    Denied,
}

/// A request, and what it comes to.
type Row = (Outcome, &'static str, &'static str, &'static [(&'static str, &'static str)]);

/// Decides a request by an entry filled with its examples, as the entry is meant: a session policy narrows a role that
/// may do everything, a base key's policy is all that a user has, a trust policy is the role's.
#[track_caller]
fn decided(id: &str, (_, action, resource, keys): Row) -> Outcome {
    let entry = entry(id);
    let (policy, any, open) = (program(&example(entry)), program(ANY), program(OPEN_ROLE));
    let action = Action::parse(action).unwrap();
    let resource = Resource::new(resource);
    let mut context = Context::new();
    for (key, value) in keys {
        context.set(*key, value);
    }
    let user = Caller::User { account: ACCOUNT, arn: "arn:aws:iam::111122223333:user/regent", id: "" };
    let session = Caller::RoleSession {
        account: ACCOUNT,
        arn: "arn:aws:sts::111122223333:assumed-role/deploy/ana",
        role_arn: "arn:aws:iam::111122223333:role/deploy",
        role_id: "",
        is_service_linked: false,
    };
    let rule = ResourceRule::of(&action, &resource);
    let role = |program| (rule == ResourceRule::RoleTrust).then_some(ResourcePolicy { program, rule });
    let (any, own, none) = ([&any], [&policy], Policies::default());
    let (caller, policies) = match entry.kind {
        EntryKind::Session => {
            (session, Policies { identity: &any, session: Some(&own), resource: role(&open), ..none })
        }
        EntryKind::BaseKey => (user, Policies { identity: &own, resource: role(&open), ..none }),
        EntryKind::Trust => (user, Policies { resource: role(&policy), ..none }),
        EntryKind::Managed => panic!("{id} has no policy"),
    };
    let request = Request {
        caller,
        action: &action,
        resource: &resource,
        resource_account: Some(ACCOUNT),
        context: &context,
        canonical_user: None,
    };
    if decide(&policies, &request).is_allowed() { Allowed } else { Denied }
}

const DEPLOY: &str = "arn:aws:iam::111122223333:role/deploy";
const ME: &str = "arn:aws:iam::111122223333:user/regent";
const OBJECT: &str = "arn:aws:s3:::example-reports/2026/q3.csv";
const BUCKET: &str = "arn:aws:s3:::example-reports";
const INSTANCE: &str = "arn:aws:ec2:eu-west-1:111122223333:instance/i-1";
const STACK: &str = "arn:aws:cloudformation:eu-west-1:111122223333:stack/web-shop/6f3c";
const STACK_ROLE: &str = "arn:aws:iam::111122223333:role/cloudformation/web-shop";
const REPOSITORY: &str = "arn:aws:ecr:eu-west-1:111122223333:repository/web/shop";
const CONNECTION: &str =
    "arn:aws:codeconnections:eu-west-1:111122223333:connection/aEXAMPLE-8aad-4d5d-8878-dfcab0bc441f";
const LOGS: &str = "arn:aws:logs:eu-west-1:111122223333:log-group:/app/web-shop/api:log-stream:1";
const ANY_RESOURCE: &str = "*";

const ROWS: [(&str, &[Row]); 22] = [
    (
        "base-key-assume-roles",
        &[
            (Allowed, "sts:AssumeRole", DEPLOY, &[]),
            (Allowed, "sts:TagSession", DEPLOY, &[]),
            (Allowed, "sts:SetSourceIdentity", "arn:aws:iam::111122223333:role/audit/readers", &[]),
            (Denied, "sts:AssumeRole", "arn:aws:iam::111122223333:role/admin", &[]),
            (Denied, "iam:GetRole", DEPLOY, &[]),
            (Denied, "sts:GetFederationToken", ANY_RESOURCE, &[]),
        ],
    ),
    (
        "base-key-federated-users",
        &[
            (Allowed, "sts:GetFederationToken", "arn:aws:sts::111122223333:federated-user/ana", &[]),
            (Allowed, "sts:TagSession", "arn:aws:sts::111122223333:federated-user/ana", &[]),
            (Denied, "sts:AssumeRole", DEPLOY, &[]),
            (Denied, "s3:GetObject", OBJECT, &[]),
        ],
    ),
    (
        "base-key-rotate-itself",
        &[
            (Allowed, "iam:CreateAccessKey", ME, &[]),
            (Allowed, "iam:UpdateAccessKey", ME, &[]),
            (Allowed, "iam:DeleteAccessKey", ME, &[]),
            (Allowed, "iam:ListAccessKeys", ME, &[]),
            (Allowed, "iam:GetUser", ME, &[]),
            (Denied, "iam:CreateAccessKey", "arn:aws:iam::111122223333:user/regent2", &[]),
            (Denied, "iam:AttachUserPolicy", ME, &[]),
        ],
    ),
    (
        "revoker",
        &[
            (Allowed, "iam:PutRolePolicy", DEPLOY, &[]),
            (Allowed, "iam:DeleteRolePolicy", DEPLOY, &[]),
            (Allowed, "iam:GetRolePolicy", DEPLOY, &[]),
            (Allowed, "iam:GetRole", DEPLOY, &[]),
            (Denied, "iam:PutRolePolicy", "arn:aws:iam::111122223333:role/admin", &[]),
            (Denied, "iam:AttachRolePolicy", DEPLOY, &[]),
            (Denied, "iam:UpdateAssumeRolePolicy", DEPLOY, &[]),
        ],
    ),
    (
        "role-trust",
        &[
            (
                Allowed,
                "sts:AssumeRole",
                DEPLOY,
                &[("sts:ExternalId", "regent-7f3a9c"), ("sts:SourceIdentity", "ana@example.com")],
            ),
            (
                Allowed,
                "sts:SetSourceIdentity",
                DEPLOY,
                &[("sts:ExternalId", "regent-7f3a9c"), ("sts:SourceIdentity", "ana@example.com")],
            ),
            (
                Allowed,
                "sts:TagSession",
                DEPLOY,
                &[("sts:ExternalId", "regent-7f3a9c"), ("sts:SourceIdentity", "ana@example.com")],
            ),
            (Denied, "sts:AssumeRole", DEPLOY, &[("sts:SourceIdentity", "ana@example.com")]),
            (Denied, "sts:AssumeRole", DEPLOY, &[("sts:ExternalId", "regent-7f3a9c")]),
            (
                Denied,
                "sts:AssumeRole",
                DEPLOY,
                &[("sts:ExternalId", "other"), ("sts:SourceIdentity", "ana@example.com")],
            ),
            (
                Denied,
                "sts:AssumeRole",
                DEPLOY,
                &[("sts:ExternalId", "regent-7f3a9c"), ("sts:SourceIdentity", "ana@example.org")],
            ),
            (
                Denied,
                "sts:AssumeRoleWithWebIdentity",
                DEPLOY,
                &[("sts:ExternalId", "regent-7f3a9c"), ("sts:SourceIdentity", "ana@example.com")],
            ),
        ],
    ),
    (
        "everything-except-identity",
        &[
            (Allowed, "ec2:RunInstances", INSTANCE, &[]),
            (Allowed, "s3:GetObject", OBJECT, &[]),
            (Allowed, "kms:ListKeys", ANY_RESOURCE, &[]),
            (Denied, "iam:CreateUser", ME, &[]),
            (Denied, "iam:PassRole", DEPLOY, &[]),
            (Denied, "sts:AssumeRole", DEPLOY, &[]),
            (Denied, "organizations:LeaveOrganization", ANY_RESOURCE, &[]),
            (Denied, "account:CloseAccount", ANY_RESOURCE, &[]),
        ],
    ),
    (
        "see-my-own-permissions",
        &[
            (Allowed, "iam:GetUser", ME, &[("aws:username", "regent")]),
            (Allowed, "iam:ListAttachedUserPolicies", ME, &[("aws:username", "regent")]),
            (Allowed, "iam:ListUsers", ANY_RESOURCE, &[("aws:username", "regent")]),
            (
                Allowed,
                "iam:GetPolicyVersion",
                "arn:aws:iam::111122223333:policy/p",
                &[("aws:username", "regent")],
            ),
            (
                Denied,
                "iam:GetUserPolicy",
                "arn:aws:iam::111122223333:user/bob",
                &[("aws:username", "regent")],
            ),
            (Denied, "iam:GetUser", ME, &[]),
            (Denied, "iam:PutUserPolicy", ME, &[("aws:username", "regent")]),
        ],
    ),
    (
        "bucket-read",
        &[
            (Allowed, "s3:ListBucket", BUCKET, &[]),
            (Allowed, "s3:GetBucketLocation", BUCKET, &[]),
            (Allowed, "s3:GetObject", OBJECT, &[]),
            (Denied, "s3:PutObject", OBJECT, &[]),
            (Denied, "s3:DeleteObject", OBJECT, &[]),
            (Denied, "s3:GetObject", "arn:aws:s3:::example-reports2/a", &[]),
            (Denied, "s3:ListBucket", "arn:aws:s3:::other", &[]),
        ],
    ),
    (
        "bucket-read-write",
        &[
            (Allowed, "s3:ListBucket", BUCKET, &[]),
            (Allowed, "s3:GetObject", OBJECT, &[]),
            (Allowed, "s3:PutObject", OBJECT, &[]),
            (Allowed, "s3:DeleteObject", OBJECT, &[]),
            (Denied, "s3:DeleteBucket", BUCKET, &[]),
            (Denied, "s3:PutBucketPolicy", BUCKET, &[]),
            (Denied, "s3:PutObject", "arn:aws:s3:::other/a", &[]),
        ],
    ),
    (
        "folder-per-person",
        &[
            (Allowed, "s3:GetObject", "arn:aws:s3:::example-reports/home/ana/a.txt", &[]),
            (Allowed, "s3:PutObject", "arn:aws:s3:::example-reports/home/ana/a/b", &[]),
            (Allowed, "s3:DeleteObject", "arn:aws:s3:::example-reports/home/ana/a", &[]),
            (Allowed, "s3:ListBucket", BUCKET, &[("s3:prefix", "home/ana/")]),
            (Allowed, "s3:ListBucket", BUCKET, &[("s3:prefix", "home/ana")]),
            (Denied, "s3:ListBucket", BUCKET, &[]),
            (Denied, "s3:ListBucket", BUCKET, &[("s3:prefix", "home/bob/")]),
            (Denied, "s3:ListBucket", BUCKET, &[("s3:prefix", "home/anabel/")]),
            (Denied, "s3:GetObject", "arn:aws:s3:::example-reports/home/bob/a", &[]),
            (Denied, "s3:GetObject", "arn:aws:s3:::example-reports/home/anabel/a", &[]),
            (Denied, "s3:GetObject", OBJECT, &[]),
        ],
    ),
    (
        "ec2-start-stop-by-tag",
        &[
            (Allowed, "ec2:StartInstances", INSTANCE, &[("ec2:ResourceTag/team", "web")]),
            (Allowed, "ec2:StopInstances", INSTANCE, &[("ec2:ResourceTag/team", "web")]),
            (Allowed, "ec2:RebootInstances", INSTANCE, &[("ec2:ResourceTag/team", "web")]),
            (Allowed, "ec2:DescribeInstances", ANY_RESOURCE, &[]),
            (Denied, "ec2:StopInstances", INSTANCE, &[("ec2:ResourceTag/team", "data")]),
            (Denied, "ec2:StopInstances", INSTANCE, &[]),
            (Denied, "ec2:TerminateInstances", INSTANCE, &[("ec2:ResourceTag/team", "web")]),
            (Denied, "ec2:CreateTags", INSTANCE, &[("ec2:ResourceTag/team", "web")]),
        ],
    ),
    (
        "one-region-only",
        &[
            (Allowed, "ec2:RunInstances", INSTANCE, &[("aws:RequestedRegion", "eu-west-1")]),
            (Allowed, "iam:ListRoles", ANY_RESOURCE, &[("aws:RequestedRegion", "us-east-1")]),
            (Allowed, "cloudfront:ListDistributions", ANY_RESOURCE, &[("aws:RequestedRegion", "us-east-1")]),
            (Allowed, "s3:ListAllMyBuckets", ANY_RESOURCE, &[("aws:RequestedRegion", "us-east-1")]),
            (
                Denied,
                "ec2:RunInstances",
                "arn:aws:ec2:us-east-1:111122223333:instance/i-1",
                &[("aws:RequestedRegion", "us-east-1")],
            ),
            (Denied, "s3:GetObject", OBJECT, &[("aws:RequestedRegion", "ap-south-1")]),
            (Denied, "iam:PassRole", DEPLOY, &[("aws:RequestedRegion", "eu-west-1")]),
        ],
    ),
    (
        "office-network-only",
        &[
            (
                Allowed,
                "s3:GetObject",
                OBJECT,
                &[("aws:SourceIp", "203.0.113.9"), ("aws:ViaAWSService", "false")],
            ),
            (
                Allowed,
                "s3:GetObject",
                OBJECT,
                &[("aws:SourceIp", "2001:db8:7::1"), ("aws:ViaAWSService", "false")],
            ),
            (
                Allowed,
                "s3:GetObject",
                OBJECT,
                &[("aws:SourceIp", "198.51.100.1"), ("aws:ViaAWSService", "true")],
            ),
            (
                Denied,
                "s3:GetObject",
                OBJECT,
                &[("aws:SourceIp", "198.51.100.1"), ("aws:ViaAWSService", "false")],
            ),
            (
                Denied,
                "s3:GetObject",
                OBJECT,
                &[("aws:SourceIp", "2001:db8:8::1"), ("aws:ViaAWSService", "false")],
            ),
            (Denied, "s3:GetObject", OBJECT, &[("aws:ViaAWSService", "false")]),
            (
                Denied,
                "iam:PassRole",
                DEPLOY,
                &[("aws:SourceIp", "203.0.113.9"), ("aws:ViaAWSService", "false")],
            ),
        ],
    ),
    (
        "mfa-for-dangerous-calls",
        &[
            (Allowed, "ec2:TerminateInstances", INSTANCE, &[("aws:MultiFactorAuthPresent", "true")]),
            (Allowed, "ec2:StopInstances", INSTANCE, &[("aws:MultiFactorAuthPresent", "false")]),
            (Allowed, "s3:DeleteObject", OBJECT, &[]),
            (Denied, "ec2:TerminateInstances", INSTANCE, &[("aws:MultiFactorAuthPresent", "false")]),
            (Denied, "ec2:TerminateInstances", INSTANCE, &[]),
            (Denied, "iam:DeleteUser", ME, &[("aws:MultiFactorAuthPresent", "false")]),
            (Denied, "s3:DeleteBucket", BUCKET, &[]),
        ],
    ),
    (
        "deploy-with-cloudformation",
        &[
            (Allowed, "cloudformation:CreateChangeSet", STACK, &[]),
            (Allowed, "cloudformation:ExecuteChangeSet", STACK, &[]),
            (Allowed, "cloudformation:DescribeStacks", STACK, &[]),
            (Allowed, "cloudformation:ValidateTemplate", ANY_RESOURCE, &[]),
            (Allowed, "iam:PassRole", STACK_ROLE, &[("iam:PassedToService", "cloudformation.amazonaws.com")]),
            (Denied, "iam:PassRole", STACK_ROLE, &[("iam:PassedToService", "ec2.amazonaws.com")]),
            (Denied, "iam:PassRole", STACK_ROLE, &[]),
            (Denied, "iam:PassRole", DEPLOY, &[("iam:PassedToService", "cloudformation.amazonaws.com")]),
            (
                Denied,
                "cloudformation:UpdateStack",
                "arn:aws:cloudformation:eu-west-1:111122223333:stack/web-shop-2/6f3c",
                &[],
            ),
            (Denied, "cloudformation:SetStackPolicy", STACK, &[]),
        ],
    ),
    (
        "ci-ecr-push",
        &[
            (Allowed, "ecr:GetAuthorizationToken", ANY_RESOURCE, &[]),
            (Allowed, "ecr:PutImage", REPOSITORY, &[]),
            (Allowed, "ecr:BatchGetImage", REPOSITORY, &[]),
            (Denied, "ecr:PutImage", "arn:aws:ecr:eu-west-1:111122223333:repository/web/shop2", &[]),
            (Denied, "ecr:BatchDeleteImage", REPOSITORY, &[]),
            (Denied, "ecr:DeleteRepository", REPOSITORY, &[]),
        ],
    ),
    (
        "ci-codeartifact-read",
        &[
            (
                Allowed,
                "codeartifact:GetAuthorizationToken",
                "arn:aws:codeartifact:eu-west-1:111122223333:domain/example",
                &[],
            ),
            (
                Allowed,
                "sts:GetServiceBearerToken",
                ANY_RESOURCE,
                &[("sts:AWSServiceName", "codeartifact.amazonaws.com")],
            ),
            (
                Allowed,
                "codeartifact:ReadFromRepository",
                "arn:aws:codeartifact:eu-west-1:111122223333:repository/example/npm",
                &[],
            ),
            (
                Allowed,
                "codeartifact:GetPackageVersionAsset",
                "arn:aws:codeartifact:eu-west-1:111122223333:package/example/npm/npm//left-pad",
                &[],
            ),
            (
                Denied,
                "sts:GetServiceBearerToken",
                ANY_RESOURCE,
                &[("sts:AWSServiceName", "other.amazonaws.com")],
            ),
            (
                Denied,
                "codeartifact:PublishPackageVersion",
                "arn:aws:codeartifact:eu-west-1:111122223333:package/example/npm/npm//left-pad",
                &[],
            ),
            (
                Denied,
                "codeartifact:ReadFromRepository",
                "arn:aws:codeartifact:eu-west-1:111122223333:repository/other/npm",
                &[],
            ),
            (
                Denied,
                "codeartifact:GetAuthorizationToken",
                "arn:aws:codeartifact:eu-west-1:111122223333:domain/other",
                &[],
            ),
        ],
    ),
    (
        "codeconnections-use",
        &[
            (
                Allowed,
                "codeconnections:UseConnection",
                CONNECTION,
                &[
                    ("codeconnections:FullRepositoryId", "example/shop"),
                    ("codeconnections:ProviderPermissionsRequired", "read_only"),
                ],
            ),
            (
                Denied,
                "codeconnections:UseConnection",
                CONNECTION,
                &[
                    ("codeconnections:FullRepositoryId", "example/shop"),
                    ("codeconnections:ProviderPermissionsRequired", "read_write"),
                ],
            ),
            (
                Denied,
                "codeconnections:UseConnection",
                CONNECTION,
                &[
                    ("codeconnections:FullRepositoryId", "example/other"),
                    ("codeconnections:ProviderPermissionsRequired", "read_only"),
                ],
            ),
            (
                Denied,
                "codeconnections:UseConnection",
                CONNECTION,
                &[("codeconnections:ProviderPermissionsRequired", "read_only")],
            ),
            (
                Denied,
                "codeconnections:UseConnection",
                "arn:aws:codeconnections:eu-west-1:111122223333:connection/other",
                &[
                    ("codeconnections:FullRepositoryId", "example/shop"),
                    ("codeconnections:ProviderPermissionsRequired", "read_only"),
                ],
            ),
            (Denied, "codeconnections:DeleteConnection", CONNECTION, &[]),
        ],
    ),
    (
        "codeconnections-manage",
        &[
            (Allowed, "codeconnections:CreateConnection", ANY_RESOURCE, &[]),
            (Allowed, "codeconnections:GetConnection", CONNECTION, &[]),
            (Allowed, "codeconnections:DeleteConnection", CONNECTION, &[]),
            (Allowed, "codeconnections:ListConnections", ANY_RESOURCE, &[]),
            (Allowed, "codeconnections:StartOAuthHandshake", ANY_RESOURCE, &[]),
            (Denied, "codeconnections:UseConnection", CONNECTION, &[]),
            (
                Denied,
                "codeconnections:DeleteConnection",
                "arn:aws:codeconnections:us-east-1:111122223333:connection/a",
                &[],
            ),
        ],
    ),
    (
        "billing-read",
        &[
            (Allowed, "ce:GetCostAndUsage", ANY_RESOURCE, &[]),
            (Allowed, "budgets:ViewBudget", ANY_RESOURCE, &[]),
            (Allowed, "invoicing:ListInvoiceSummaries", ANY_RESOURCE, &[]),
            (Allowed, "account:GetAccountInformation", ANY_RESOURCE, &[]),
            (Denied, "budgets:ModifyBudget", ANY_RESOURCE, &[]),
            (Denied, "payments:MakePayment", ANY_RESOURCE, &[]),
            (Denied, "account:CloseAccount", ANY_RESOURCE, &[]),
            (Denied, "s3:GetObject", OBJECT, &[]),
        ],
    ),
    (
        "logs-of-one-app",
        &[
            (Allowed, "logs:DescribeLogGroups", ANY_RESOURCE, &[]),
            (Allowed, "logs:GetLogEvents", LOGS, &[]),
            (
                Allowed,
                "logs:FilterLogEvents",
                "arn:aws:logs:eu-west-1:111122223333:log-group:/app/web-shop/api:*",
                &[],
            ),
            (Allowed, "logs:StartQuery", "arn:aws:logs:eu-west-1:111122223333:log-group:/app/web-shop", &[]),
            (Allowed, "logs:GetQueryResults", ANY_RESOURCE, &[]),
            (
                Denied,
                "logs:GetLogEvents",
                "arn:aws:logs:eu-west-1:111122223333:log-group:/app/other:log-stream:1",
                &[],
            ),
            (
                Denied,
                "logs:DeleteLogGroup",
                "arn:aws:logs:eu-west-1:111122223333:log-group:/app/web-shop/api",
                &[],
            ),
            (Denied, "logs:PutLogEvents", LOGS, &[]),
        ],
    ),
    (
        "nothing",
        &[
            (Denied, "s3:GetObject", OBJECT, &[]),
            (Denied, "sts:AssumeRole", DEPLOY, &[]),
            (Denied, "ec2:DescribeInstances", ANY_RESOURCE, &[]),
            (Allowed, "sts:GetCallerIdentity", ANY_RESOURCE, &[]),
        ],
    ),
];

#[test]
fn every_entry_does_what_its_title_says() {
    for (id, rows) in ROWS {
        for row in rows {
            assert_eq!(decided(id, *row), row.0, "{id}: {row:?}");
        }
    }
}

#[test]
fn every_entry_with_a_policy_has_requests_that_it_allows_and_others_that_it_does_not() {
    let entries = Gallery::ready().entries().iter();
    let with_policy = entries.filter(|entry| entry.kind != EntryKind::Managed);
    assert!(with_policy.map(|entry| entry.id.as_str()).eq(ROWS.map(|(id, _)| id)));
    for (id, rows) in ROWS {
        for outcome in [Allowed, Denied] {
            assert!(rows.iter().any(|row| row.0 == outcome), "{id}: {outcome:?}");
        }
    }
}
