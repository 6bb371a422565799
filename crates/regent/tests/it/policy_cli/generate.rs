//! Writing policies.

use serde_json::{Value, json};

use super::{Folder, Said};

fn run(arguments: &[&str]) -> Said {
    Folder::with(&[]).run(&[&["generate"], arguments].concat())
}

/// The statements of what is generated, and what is noted beside.
#[track_caller]
fn check(arguments: &[&str], statements: &Value, notes: &[&str]) {
    let said = run(arguments);
    assert_eq!(said.status, 0, "{arguments:?}: {}", said.stderr);
    let policy: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(policy["Version"], "2012-10-17");
    assert_eq!(policy["Statement"], *statements, "{arguments:?}");
    let found: Vec<_> = said.stderr.lines().collect();
    assert_eq!(found, notes, "{arguments:?}");
    let folder = Folder::with(&[("policy.json", &said.stdout)]);
    folder.run(&["format", "--check", "policy.json"]).says(0, "");
    let valid = folder.run(&["validate", "policy.json"]);
    assert_eq!(valid.status, 0, "{arguments:?}: {}", valid.stdout);
}

#[track_caller]
fn refuses(arguments: &[&str], because: &str) {
    run(arguments).complains(1, &format!("regent: {because}"));
}

const ORDERS: &str = "arn:aws:sqs:eu-west-1:111122223333:orders";

#[test]
fn actions_get_the_resources_that_they_take() {
    let (bucket, objects) = ("arn:aws:s3:::logs", "arn:aws:s3:::logs/*");
    let wanted = json!([
        { "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*" },
        { "Effect": "Allow", "Action": "s3:ListBucket", "Resource": bucket },
        { "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": objects },
    ]);
    let action = "s3:getobject,s3:PutObject,s3:ListBucket,s3:ListAllMyBuckets";
    check(&["--action", action, "--resource", bucket, "--resource", objects], &wanted, &[]);
}

#[test]
fn a_service_and_its_levels_are_opened() {
    let wanted = json!([{ "Effect": "Allow", "Action": "sqs:*", "Resource": "*" }]);
    check(&["--service", "SQS"], &wanted, &[]);
    let level = ["--access-level", "read", "--resource", ORDERS, "--effect", "deny", "--sid", "Look"];
    let said = run(&[&["--service", "sqs"][..], &level].concat());
    let policy: Value = serde_json::from_str(&said.stdout).unwrap();
    let statement = &policy["Statement"][0];
    assert_eq!((&statement["Effect"], &statement["Sid"]), (&json!("Deny"), &json!("Look")), "{said:?}");
    let actions = statement["Action"].as_array().unwrap();
    assert!(actions.contains(&json!("sqs:GetQueueUrl")), "{said:?}");
    assert!(!actions.contains(&json!("sqs:DeleteQueue")), "{said:?}");
}

#[test]
fn what_a_pattern_covers_and_does_not_fit_is_left_out_and_told() {
    let users = "arn:aws:sts::111122223333:federated-user/*";
    let read = ["--access-level", "read", "--resource", users];
    let wanted = json!([{ "Effect": "Allow", "Action": "sts:GetFederationToken", "Resource": users }]);
    let note = "left out, work on `*` alone: sts:GetAccessKeyInfo, sts:GetCallerIdentity";
    let named = "sts:GetFederationToken";
    let pattern = "sts:Get*y*";
    check(
        &[&["--action", pattern, "--action", named][..], &read].concat(),
        &wanted,
        &[&format!("regent: {note}")],
    );
    refuses(&[&["--action", pattern][..], &read].concat(), &format!("{note}; nothing is left"));
}

#[test]
fn what_is_named_and_does_not_fit_is_an_error() {
    refuses(
        &["--action", "sqs:SendMessage", "--resource", "arn:aws:s3:::logs"],
        "`sqs:SendMessage` is about none of the resources: it takes `arn:${Partition}:sqs:${Region}:${Account}:${QueueName}`",
    );
    refuses(
        &["--action", "sqs:SendMessage", "--condition", "StringEquals:iam:PassedToService=ec2.amazonaws.com"],
        "`sqs:SendMessage` never sets `iam:PassedToService`: the condition would not hold",
    );
}

#[test]
fn what_an_action_also_needs_is_told() {
    let said = run(&["--action", "ec2:RunInstances", "--resource", "arn:aws:ec2:*:*:instance/*"]);
    assert_eq!(said.status, 0, "{said:?}");
    assert!(
        said.stderr.starts_with("regent: ec2:RunInstances also needs image (arn:${Partition}:ec2:"),
        "{said:?}"
    );
}

#[test]
fn conditions_are_put_together() {
    let conditions = json!({
        "StringEquals": { "iam:PassedToService": ["ec2.amazonaws.com", "ecs.amazonaws.com"] },
        "IpAddressIfExists": { "aws:SourceIp": "203.0.113.0/24" },
    });
    let role = "arn:aws:iam::111122223333:role/app-*";
    let wanted =
        json!([{ "Effect": "Allow", "Action": "iam:PassRole", "Resource": role, "Condition": conditions }]);
    let mut arguments = vec!["--action", "iam:PassRole", "--resource", role];
    for condition in [
        "StringEquals:iam:PassedToService=ec2.amazonaws.com",
        "IpAddressIfExists:aws:sourceip=203.0.113.0/24",
        "stringequals:IAM:passedtoservice=ecs.amazonaws.com",
    ] {
        arguments.extend(["--condition", condition]);
    }
    check(&arguments, &wanted, &[]);
}

#[test]
fn a_condition_that_would_be_none_is_refused() {
    let refuses = |condition: &str, because: &str| {
        refuses(&["--action", "sqs:SendMessage", "--condition", condition], because);
    };
    refuses("whatever", "`whatever` is no condition: expected `StringEquals:aws:PrincipalTag/team=dev`");
    refuses("StringEqual:aws:SourceVpc=vpc-1", "`StringEqual` is no condition operator");
    refuses(
        "StringEquals:aws:SourceVpcs=vpc-1",
        "`aws:SourceVpcs` is no condition key: did you mean `aws:SourceVpc`, `aws:SourceVpce` or `aws:SourceIp`?",
    );
    refuses(
        "Bool:aws:SourceIp=true",
        "`Bool` does not compare what `aws:SourceIp` holds: its type is IPAddress",
    );
    refuses(
        "StringEquals:aws:TagKeys=a",
        "`aws:TagKeys` can hold several values: put `ForAnyValue:` or `ForAllValues:` before `StringEquals`",
    );
    refuses(
        "ForAllValues:StringEquals:aws:SourceVpc=a",
        "`aws:SourceVpc` holds one value: leave `ForAllValues:` and `ForAnyValue:` out",
    );
    refuses(
        "StringEquals:aws:PrincipalTag/${TagKey}=a",
        "`aws:PrincipalTag/${TagKey}` has a placeholder: fill it in",
    );
}

#[test]
fn policies_of_resources_and_trust_policies_name_principals() {
    let principals = json!({ "AWS": "111122223333", "Service": "events.amazonaws.com" });
    let wanted = json!([{ "Effect": "Allow", "Principal": principals, "Action": "sqs:SendMessage", "Resource": ORDERS }]);
    let who = ["--principal", "111122223333", "--principal", "events.amazonaws.com"];
    check(
        &[&["--kind", "resource", "--action", "sqs:SendMessage", "--resource", ORDERS][..], &who].concat(),
        &wanted,
        &[
            "regent: `events.amazonaws.com` acts for all of its customers, and all of them are let in. Add a condition on \
           `aws:SourceArn`, `aws:SourceAccount`, `aws:SourceOrgID` or `aws:SourceOrgPaths`.",
        ],
    );

    let github = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
    let condition = "StringLike:token.actions.githubusercontent.com:sub=repo:acme/*";
    let wanted = json!([{
        "Effect": "Allow",
        "Principal": { "Federated": github },
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": { "StringLike": { "token.actions.githubusercontent.com:sub": "repo:acme/*" } },
    }]);
    check(&["--kind", "trust", "--principal", github, "--condition", condition], &wanted, &[]);
    let wanted = json!([{ "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole" }]);
    check(&["--kind", "trust", "--principal", "ec2.amazonaws.com"], &wanted, &[]);
}

#[test]
fn what_cannot_be_written_is_said() {
    refuses(
        &[],
        "there is no terminal to ask on: say what to allow, with --service, --action or --principal",
    );
    refuses(&["--service", "s4"], "`s4` is no service: did you mean `s3`?");
    refuses(&["--action", "s3:GetObjct"], "`s3:GetObjct` covers no action: did you mean `s3:GetObject`?");
    refuses(
        &["--kind", "trust", "--action", "sts:AssumeRole"],
        "a policy of this kind says who: give --principal",
    );
    refuses(
        &["--principal", "ana", "--kind", "resource"],
        "`ana` is no principal: expected an account, an ARN, a service such as `ec2.amazonaws.com`, or `*`",
    );
    refuses(
        &["--principal", "*", "--action", "s3:GetObject"],
        "an identity policy names no principals: it is about whoever has it",
    );
    refuses(&["--resource", "*"], "say what to allow: give --service or --action");
    assert_eq!(run(&["--effect", "perhaps"]).status, 2);
}
