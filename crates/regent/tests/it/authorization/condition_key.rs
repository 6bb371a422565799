//! Which condition keys are there, for whom, and with what value.

use super::{callers, statement};
use crate::support::{TestServer, allowing};

#[tokio::test]
async fn every_kind_of_caller_has_its_keys_and_no_others() {
    let server = TestServer::new().await;
    let root = server.root();
    let (ana, session, proven) = callers(&server).await;
    let user_id = root.must("GetUser", &[("UserName", "ana")]).await.text("UserId");
    let role_id = root.must("GetRole", &[("RoleName", "deploy")]).await.text("RoleId");
    // Long-term key, session of a role, session of the user with a one-time password.
    for (condition, holds) in [
        (r#"{"StringEquals":{"aws:username":"ana"}}"#.to_owned(), [true, false, true]),
        (r#"{"StringEquals":{"aws:username":"Ana"}}"#.to_owned(), [false; 3]),
        (r#"{"StringEqualsIgnoreCase":{"AWS:UserName":"ANA"}}"#.to_owned(), [true, false, true]),
        (format!(r#"{{"StringEquals":{{"aws:userid":"{user_id}"}}}}"#), [true, false, true]),
        (format!(r#"{{"StringEquals":{{"aws:userid":"{role_id}:build"}}}}"#), [false, true, false]),
        (format!(r#"{{"StringLike":{{"aws:userid":"{role_id}:*"}}}}"#), [false, true, false]),
        (r#"{"StringEquals":{"aws:PrincipalType":"User"}}"#.to_owned(), [true, false, true]),
        (r#"{"StringEquals":{"aws:PrincipalType":"AssumedRole"}}"#.to_owned(), [false, true, false]),
        (r#"{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:user/dev/ana"}}"#.to_owned(), [true, false, true]),
        (r#"{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/ci/deploy"}}"#.to_owned(), [false, true, false]),
        (r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:sts::*:assumed-role/deploy/*"}}"#.to_owned(), [false; 3]),
        (r#"{"StringEquals":{"aws:PrincipalAccount":"123456789012","aws:ResourceAccount":"123456789012"}}"#.to_owned(), [true; 3]),
        (r#"{"StringEquals":{"aws:PrincipalTag/team":"blue"}}"#.to_owned(), [true; 3]),
        (r#"{"StringEquals":{"aws:PrincipalTag/Team":"Blue"}}"#.to_owned(), [false; 3]),
        (r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#.to_owned(), [false, false, true]),
        (r#"{"Bool":{"aws:MultiFactorAuthPresent":"false"}}"#.to_owned(), [false, true, false]),
        (r#"{"BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}}"#.to_owned(), [true, false, true]),
        (r#"{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}"#.to_owned(), [true, true, false]),
        (r#"{"NumericLessThan":{"aws:MultiFactorAuthAge":"60"}}"#.to_owned(), [false, false, true]),
        (r#"{"NumericLessThanIfExists":{"aws:MultiFactorAuthAge":"60"}}"#.to_owned(), [true; 3]),
        (r#"{"Null":{"aws:TokenIssueTime":"true"}}"#.to_owned(), [true, false, false]),
        (r#"{"DateGreaterThan":{"aws:TokenIssueTime":"2026-11-21T11:59:59Z"}}"#.to_owned(), [false, true, true]),
        (r#"{"DateLessThan":{"aws:TokenIssueTime":"2026-11-21T12:00:30Z"}}"#.to_owned(), [false, true, false]),
        (r#"{"DateGreaterThan":{"aws:CurrentTime":"2026-11-21T12:00:00Z"}}"#.to_owned(), [true; 3]),
        (r#"{"DateGreaterThan":{"aws:CurrentTime":"2026-11-21T12:00:30Z"}}"#.to_owned(), [false; 3]),
        (r#"{"NumericLessThan":{"aws:EpochTime":"1795262431"}}"#.to_owned(), [true; 3]),
        (r#"{"NumericLessThan":{"aws:EpochTime":"1795262430"}}"#.to_owned(), [false; 3]),
        (r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#.to_owned(), [true; 3]),
        (r#"{"IpAddress":{"aws:SourceIp":["198.51.100.0/24","::/0"]}}"#.to_owned(), [false; 3]),
        (r#"{"NotIpAddress":{"aws:SourceIp":"203.0.113.7"}}"#.to_owned(), [false; 3]),
        (r#"{"Bool":{"aws:SecureTransport":"true"}}"#.to_owned(), [false; 3]),
        (r#"{"Bool":{"aws:SecureTransport":"false"}}"#.to_owned(), [true; 3]),
        (r#"{"Bool":{"aws:ViaAWSService":"false","aws:PrincipalIsAWSService":"false"}}"#.to_owned(), [true; 3]),
        (r#"{"StringEquals":{"aws:RequestedRegion":"us-east-1"}}"#.to_owned(), [true; 3]),
        (r#"{"StringEquals":{"aws:UserAgent":"regent-tests"}}"#.to_owned(), [true; 3]),
        (r#"{"Null":{"aws:referer":"true","aws:SourceIdentity":"true","aws:PrincipalOrgID":"true","aws:FederatedProvider":"true"}}"#.to_owned(), [true; 3]),
        (r#"{"Null":{"aws:RequestTag/a":"true","aws:TagKeys":"true","iam:PermissionsBoundary":"true","iam:PolicyARN":"true"}}"#.to_owned(), [true; 3]),
        (r#"{"StringEquals":{"aws:Unheard":""}}"#.to_owned(), [false; 3]),
        (r#"{"StringEquals":{"aws:username":[]}}"#.to_owned(), [false; 3]),
    ] {
        let policy = statement("Allow", "iam:ListGroups", r#""Resource":"*""#, &condition);
        root.must("PutUserPolicy", &[("UserName", "ana"), ("PolicyName", "p"), ("PolicyDocument", &policy)]).await;
        root.allow_role("deploy", &policy).await;
        let mut held = [false; 3];
        for (held, caller) in held.iter_mut().zip([&ana, &session, &proven]) {
            *held = caller.iam("ListGroups", &[]).await.status == 200;
        }
        assert_eq!(held, holds, "{condition}");
    }
}

#[tokio::test]
async fn of_tags_that_differ_in_case_alone_the_first_counts() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    root.must(
        "PutUserPolicy",
        &[
            ("UserName", "ana"),
            ("PolicyName", "p"),
            (
                "PolicyDocument",
                r#"{"Version":"2012-10-17","Statement":[
                    {"Effect":"Allow","Action":["iam:CreatePolicy","iam:TagPolicy"],"Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/team":"blue"}}},
                    {"Effect":"Allow","Action":"iam:GetPolicy","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"red"}}}]}"#,
            ),
        ],
    )
    .await;
    let document = allowing("s3:*");
    let make = |name, tags: [&'static str; 4]| {
        let [key, value, other_key, other_value] = tags;
        vec![
            ("PolicyName", name),
            ("PolicyDocument", &*document),
            ("Tags.member.1.Key", key),
            ("Tags.member.1.Value", value),
            ("Tags.member.2.Key", other_key),
            ("Tags.member.2.Value", other_value),
        ]
    };
    let made = ana.iam("CreatePolicy", &make("x", ["Team", "red", "team", "blue"])).await;
    assert_eq!(made.status, 403, "{}", made.body);
    let arn = ana.must("CreatePolicy", &make("y", ["team", "blue", "Team", "red"])).await.text("Arn");
    assert_eq!(ana.iam("GetPolicy", &[("PolicyArn", &arn)]).await.status, 403);
    root.must("UntagPolicy", &[("PolicyArn", &*arn), ("TagKeys.member.1", "team")]).await;
    ana.must("GetPolicy", &[("PolicyArn", &arn)]).await;
}
