//! What the simulator refuses, and in which words.

use crate::support::{ACCOUNT, TestServer, allowing};

const RUN: (&str, &str) = ("ActionNames.member.1", "s3:GetObject");
const ENTRY: &str = "ContextEntries.member.1.ContextKeyName";
const TYPE: &str = "ContextEntries.member.1.ContextKeyType";
const VALUE: &str = "ContextEntries.member.1.ContextKeyValues.member.1";

#[tokio::test]
async fn inputs_that_make_no_sense_are_refused() {
    let root = TestServer::new().await.root();
    let (policy, resource_policy) = (
        allowing("s3:*"),
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}}"#,
    );
    let role = format!("arn:aws:iam::{ACCOUNT}:role/deploy");
    let session = format!("arn:aws:sts::{ACCOUNT}:assumed-role/deploy/x");
    for (more, expected) in [
        (
            vec![("ActionNames.member.1", "s3:GetObjct")],
            "Invalid Input Actions: [s3:GetObjct] are not valid.",
        ),
        (vec![("ActionNames.member.1", "s3:Get*")], "Invalid Input Actions: [s3:Get*] are not valid."),
        (
            vec![RUN, ("ActionNames.member.2", "nobody:Knows"), ("ActionNames.member.3", "plain")],
            "Invalid Input Actions: [nobody:Knows,plain] are not valid.",
        ),
        (
            vec![RUN, ("ResourceArns.member.1", "photos")],
            "ResourceNames are not in a valid ARN format: photos.",
        ),
        (vec![RUN, ("PolicyInputList.member.2", "{}")], "PolicyInputList.2: Syntax errors in policy."),
        (
            vec![RUN, ("PolicyInputList.member.2", resource_policy)],
            "PolicyInputList.2: Policy document should not specify a principal.",
        ),
        (
            vec![
                RUN,
                ("PermissionsBoundaryPolicyInputList.member.1", &policy),
                ("PermissionsBoundaryPolicyInputList.member.2", &policy),
            ],
            "PermissionsBoundaryPolicyInputList can hold one policy at most.",
        ),
        (vec![RUN, ("ResourcePolicy", resource_policy)], "CallerArn is required if ResourcePolicy is given."),
        (
            vec![RUN, ("ResourcePolicy", resource_policy), ("CallerArn", &role)],
            "Invalid caller - Caller must be an IAM user in this context.",
        ),
        (
            vec![RUN, ("ResourcePolicy", &policy), ("CallerArn", "arn:aws:iam::123456789012:user/ana")],
            "ResourcePolicy: Missing required field Principal",
        ),
        (
            vec![RUN, ("CallerArn", &session)],
            "Invalid Entity Arn: arn:aws:sts::123456789012:assumed-role/deploy/x does not clearly define entity type and name.",
        ),
        (vec![RUN, ("ResourceOwner", "somebody")], "'somebody' is not a valid as a Resource Owner."),
        (
            vec![
                RUN,
                ("ResourceArns.member.1", "arn:aws:sqs:eu-west-1:111111111111:q"),
                ("ResourceOwner", "222222222222"),
            ],
            "arn:aws:sqs:eu-west-1:111111111111:q is not owned by the Resource Owner '222222222222'.",
        ),
        (
            vec![RUN, ("ResourceHandlingOption", "EC2-Moon")],
            "'EC2-Moon' is not a valid Resource Handling Option.",
        ),
        (
            vec![
                RUN,
                ("ResourceHandlingOption", "EC2-VPC-EBS"),
                ("ResourceArns.member.1", "arn:aws:ec2:eu-west-1:123456789012:instance/*"),
            ],
            "EC2-VPC-EBS needs a resource of the type image.",
        ),
        (
            vec![RUN, (ENTRY, "aws:SourceIp"), (TYPE, "ip"), (VALUE, "home")],
            "The context key aws:SourceIp: expected values of type `ip`, not `home`.",
        ),
        (
            vec![RUN, (ENTRY, "aws:SourceIp"), (TYPE, "string")],
            "The context key aws:SourceIp: expected one value of type `string`, not 0.",
        ),
        (vec![RUN, (TYPE, "string"), (VALUE, "x")], "A context entry must have a ContextKeyName."),
        (
            vec![
                RUN,
                (ENTRY, "aws:userid"),
                (VALUE, "x"),
                ("ContextEntries.member.2.ContextKeyName", "aws:UserId"),
            ],
            "The context key aws:UserId is given more than once.",
        ),
    ] {
        let mut params = vec![("PolicyInputList.member.1", policy.as_str())];
        params.extend(more);
        root.answers("SimulateCustomPolicy", &params, &format!("400 InvalidInput: {expected}")).await;
    }
}

#[tokio::test]
async fn a_source_must_be_somebody_of_the_account() {
    let server = TestServer::new().await;
    let root = server.root();
    server.other_root("444455556666").await.must("CreateUser", &[("UserName", "eve")]).await;
    root.must("CreateUser", &[("UserName", "ana"), ("Path", "/dev/")]).await;
    for operation in ["SimulatePrincipalPolicy", "GetContextKeysForPrincipalPolicy"] {
        for (source, expected) in [
            (
                "arn:aws:iam::123456789012:role/nobody",
                "404 NoSuchEntity: The role with name nobody cannot be found.",
            ),
            (
                "arn:aws:iam::123456789012:group/nobody",
                "404 NoSuchEntity: The group with name nobody cannot be found.",
            ),
            // It is not where the ARN says.
            (
                "arn:aws:iam::123456789012:user/ana",
                "404 NoSuchEntity: The user with name ana cannot be found.",
            ),
            (
                "arn:aws:iam::123456789012:policy/nobody",
                "400 InvalidInput: Invalid Entity Arn: arn:aws:iam::123456789012:policy/nobody does not clearly define entity type and name.",
            ),
            (
                "arn:aws:sts::123456789012:assumed-role/deploy/x",
                "400 InvalidInput: Invalid Entity Arn: arn:aws:sts::123456789012:assumed-role/deploy/x does not clearly define entity type and name.",
            ),
            (
                "a text that is no arn",
                "400 InvalidInput: Invalid Entity Arn: a text that is no arn does not clearly define entity type and name.",
            ),
        ] {
            let params = [("PolicySourceArn", source), RUN];
            let params = if operation.starts_with("Get") { &params[..1] } else { &params[..] };
            root.answers(operation, params, expected).await;
        }
        // Nobody learns whether somebody of another account is there.
        for name in ["eve", "nobody"] {
            let source = format!("arn:aws:iam::444455556666:user/{name}");
            let params = [("PolicySourceArn", source.as_str()), RUN];
            let params = if operation.starts_with("Get") { &params[..1] } else { &params[..] };
            let answer = root.iam(operation, params).await;
            assert_eq!(answer.status, 403, "{}", answer.body);
        }
    }
}

#[tokio::test]
async fn an_exclusion_must_be_written_rightly() {
    let root = TestServer::new().await.root();
    root.must("CreateUser", &[("UserName", "ana")]).await;
    let source = ("PolicySourceArn", "arn:aws:iam::123456789012:user/ana");
    let exclude = |arn| ("PolicyExclusionList.member.1.PolicyArn", arn);
    let invalid = "400 InvalidInput: ARN arn:aws:iam::*:policy/read is not valid.";
    let params = [source, RUN, exclude("arn:aws:iam::*:policy/read")];
    root.answers("SimulatePrincipalPolicy", &params, invalid).await;
    // One that meets nothing is left alone.
    let params = [source, RUN, exclude("arn:aws:iam::123456789012:policy/no?e*")];
    root.answers("SimulatePrincipalPolicy", &params, "200").await;
}
