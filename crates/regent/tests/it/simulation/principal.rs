//! Simulating what somebody has.

use super::{OBJECT, outcomes};
use crate::support::{ACCOUNT, Answer, Client, TestServer, allowing};

async fn simulate(client: &Client, source: &str, action: &str, more: &[(&str, &str)]) -> Answer {
    let mut params = vec![("PolicySourceArn", source), ("ActionNames.member.1", action)];
    params.extend_from_slice(more);
    client.must("SimulatePrincipalPolicy", &params).await
}

fn denying(actions: &str) -> String {
    allowing(actions).replace("Allow", "Deny")
}

/// A user with policies of every sort.
async fn ana(root: &Client) -> String {
    root.must("CreateUser", &[("UserName", "ana"), ("Path", "/dev/")]).await;
    root.must("CreateGroup", &[("GroupName", "readers")]).await;
    root.must("AddUserToGroup", &[("GroupName", "readers"), ("UserName", "ana")]).await;
    root.allow("ana", &allowing("sqs:*")).await;
    let home = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::home/${aws:username}/*"}}"#;
    root.must(
        "PutGroupPolicy",
        &[("GroupName", "readers"), ("PolicyName", "home"), ("PolicyDocument", home)],
    )
    .await;
    root.must(
        "AttachUserPolicy",
        &[("UserName", "ana"), ("PolicyArn", "arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess")],
    )
    .await;
    format!("arn:aws:iam::{ACCOUNT}:user/dev/ana")
}

#[tokio::test]
async fn a_user_has_its_own_policies_and_those_of_its_groups() {
    let root = TestServer::new().await.root();
    let ana = ana(&root).await;
    for (action, on, expected, source) in [
        ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:123456789012:jobs", "allowed", Some("test")),
        // The name is known without being told.
        ("s3:GetObject", "arn:aws:s3:::home/ana/letter.txt", "allowed", Some("home")),
        ("s3:GetObject", "arn:aws:s3:::home/bob/letter.txt", "implicitDeny", None),
        ("ec2:DescribeInstances", "*", "allowed", Some("AmazonEC2ReadOnlyAccess")),
        ("ec2:RunInstances", "*", "implicitDeny", None),
    ] {
        let answer = simulate(&root, &ana, action, &[("ResourceArns.member.1", on)]).await;
        assert_eq!(answer.text("EvalDecision"), expected, "{action} {on}");
        assert_eq!(answer.find("SourcePolicyId").as_deref(), source, "{action} {on}");
        assert_eq!(answer.find("SourcePolicyType").as_deref(), source.map(|_| "IAM Policy"));
    }
}

#[tokio::test]
async fn what_is_given_for_a_key_counts_more_than_what_is_known() {
    let root = TestServer::new().await.root();
    let ana = ana(&root).await;
    let answer = simulate(
        &root,
        &ana,
        "s3:GetObject",
        &[
            ("ResourceArns.member.1", "arn:aws:s3:::home/bob/letter.txt"),
            ("ContextEntries.member.1.ContextKeyName", "aws:username"),
            ("ContextEntries.member.1.ContextKeyType", "string"),
            ("ContextEntries.member.1.ContextKeyValues.member.1", "bob"),
        ],
    )
    .await;
    assert_eq!(answer.text("EvalDecision"), "allowed");
}

#[tokio::test]
async fn another_caller_has_the_same_policies_under_its_own_name() {
    let root = TestServer::new().await.root();
    let ana = ana(&root).await;
    let bob = format!("arn:aws:iam::{ACCOUNT}:user/bob");
    let more = [("CallerArn", bob.as_str()), ("ResourceArns.member.1", "arn:aws:s3:::home/bob/letter.txt")];
    assert_eq!(simulate(&root, &ana, "s3:GetObject", &more).await.text("EvalDecision"), "allowed");
}

#[tokio::test]
async fn a_boundary_holds_back_and_another_takes_its_place() {
    let root = TestServer::new().await.root();
    let ana = ana(&root).await;
    let bound = root.make_policy("bound", "s3:*").await;
    root.must("PutUserPermissionsBoundary", &[("UserName", "ana"), ("PermissionsBoundary", &bound)]).await;
    let queue = ("ResourceArns.member.1", "arn:aws:sqs:eu-west-1:123456789012:jobs");
    let answer = simulate(&root, &ana, "sqs:SendMessage", &[queue]).await;
    assert_eq!(answer.text("EvalDecision"), "implicitDeny");
    assert_eq!(answer.all("AllowedByPermissionsBoundary"), ["false", "false"]);
    let (wider, exact) = (allowing("*"), denying("sqs:*"));
    let instead = ("PermissionsBoundaryPolicyInputList.member.1", wider.as_str());
    let answer = simulate(&root, &ana, "sqs:SendMessage", &[queue, instead]).await;
    assert_eq!(outcomes(&answer), ["sqs:SendMessage allowed"]);
    assert_eq!(answer.all("SourcePolicyType")[1], "Permissions Boundary Policy");
    let instead = ("PermissionsBoundaryPolicyInputList.member.1", exact.as_str());
    let answer = simulate(&root, &ana, "sqs:SendMessage", &[queue, instead]).await;
    assert_eq!(outcomes(&answer), ["sqs:SendMessage explicitDeny"]);
    assert_eq!(answer.text("SourcePolicyId"), "PermissionsBoundaryPolicyInputList.1");
    let without = ("PolicyExclusionList.member.1.PolicyType", "permission-boundary");
    let answer = simulate(&root, &ana, "sqs:SendMessage", &[queue, without]).await;
    assert_eq!(outcomes(&answer), ["sqs:SendMessage allowed"]);
    assert_eq!(answer.find("AllowedByPermissionsBoundary"), None);
}

#[tokio::test]
async fn policies_can_be_added_and_left_out() {
    let root = TestServer::new().await.root();
    let ana = ana(&root).await;
    let deny = denying("sqs:*");
    let added = [("PolicyInputList.member.1", deny.as_str())];
    let answer = simulate(&root, &ana, "sqs:ListQueues", &added).await;
    assert_eq!(answer.text("EvalDecision"), "explicitDeny");
    assert_eq!(answer.text("SourcePolicyId"), "PolicyInputList.1");
    let inline = |name| {
        vec![
            ("PolicyExclusionList.member.1.InlinePolicyIdentifier.PolicyName", "test"),
            ("PolicyExclusionList.member.1.InlinePolicyIdentifier.AttachmentType", "user"),
            ("PolicyExclusionList.member.1.InlinePolicyIdentifier.AttachmentName", name),
        ]
    };
    for (action, left_out, expected) in [
        ("sqs:ListQueues", inline("ana"), "implicitDeny"),
        ("sqs:ListQueues", inline("bob"), "allowed"),
        ("sqs:ListQueues", vec![("PolicyExclusionList.member.1.PolicyType", "inline")], "implicitDeny"),
        ("sqs:ListQueues", vec![("PolicyExclusionList.member.1.PolicyType", "aws-managed")], "allowed"),
        (
            "ec2:DescribeInstances",
            vec![("PolicyExclusionList.member.1.PolicyType", "user-managed")],
            "allowed",
        ),
        (
            "ec2:DescribeInstances",
            vec![("PolicyExclusionList.member.1.PolicyType", "aws-managed")],
            "implicitDeny",
        ),
        (
            "ec2:DescribeInstances",
            vec![("PolicyExclusionList.member.1.PolicyArn", "arn:aws:iam::aws:policy/AmazonEC2*")],
            "implicitDeny",
        ),
        (
            "ec2:DescribeInstances",
            vec![("PolicyExclusionList.member.1.PolicyArn", "arn:aws:iam::aws:policy/AmazonS3*")],
            "allowed",
        ),
    ] {
        let answer = simulate(&root, &ana, action, &left_out).await;
        assert_eq!(answer.text("EvalDecision"), expected, "{action} {left_out:?}");
    }
}

#[tokio::test]
async fn groups_and_roles_are_simulated_too() {
    let root = TestServer::new().await.root();
    ana(&root).await;
    root.create_role("deploy").await;
    root.allow_role("deploy", &allowing("s3:*")).await;
    let (group, role) =
        (format!("arn:aws:iam::{ACCOUNT}:group/readers"), format!("arn:aws:iam::{ACCOUNT}:role/deploy"));
    let on = [("ResourceArns.member.1", OBJECT)];
    let answer = simulate(&root, &role, "s3:GetObject", &on).await;
    assert_eq!(outcomes(&answer), ["s3:GetObject allowed"]);
    // A group has no name of a user, and says so.
    let answer = simulate(&root, &group, "s3:GetObject", &on).await;
    assert_eq!(outcomes(&answer), ["s3:GetObject implicitDeny"]);
    assert_eq!(answer.children("MissingContextValues"), ["member"]);
    let params = [("PolicySourceArn", group.as_str())];
    let answer = root.must("GetContextKeysForPrincipalPolicy", &params).await;
    assert_eq!(answer.all("member"), ["aws:username"]);
}

/// The same policies, the same question: what the simulator says is what the server does.
#[tokio::test]
async fn a_simulation_says_what_enforcement_does() {
    let server = TestServer::new().await;
    let root = server.root();
    let bob = server.user("bob").await;
    let policy = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":["iam:GetUser","iam:ListUserTags"],"Resource":"arn:aws:iam::*:user/${aws:username}"},
        {"Effect":"Allow","Action":"iam:List*","Resource":"*"},
        {"Effect":"Deny","Action":"iam:ListUserTags","Resource":"*"}]}"#;
    root.allow("bob", policy).await;
    let arn = |name: &str| format!("arn:aws:iam::{ACCOUNT}:user/{name}");
    root.must("CreateUser", &[("UserName", "eve")]).await;
    for action in ["GetUser", "ListUserTags", "ListGroupsForUser", "DeleteUser"] {
        for name in ["bob", "eve"] {
            if (action, name) == ("DeleteUser", "bob") {
                continue;
            }
            let (on, full) = (arn(name), format!("iam:{action}"));
            let answer = simulate(&root, &arn("bob"), &full, &[("ResourceArns.member.1", &on)]).await;
            let enforced = bob.iam(action, &[("UserName", name)]).await;
            let is_allowed = answer.text("EvalDecision") == "allowed";
            assert_eq!(enforced.status == 200, is_allowed, "{action} {name}: {}", enforced.body);
        }
    }
}
