//! The policy simulator: inputs, outputs and refusals, and that it decides as enforcement does.

use crate::support::{ACCOUNT, Answer, Client, TestServer, allowing, trusting};

mod principal;
mod refusal;

const OBJECT: &str = "arn:aws:s3:::photos/july.jpg";

/// Simulates policies of the request.
async fn custom(client: &Client, policies: &[&str], more: &[(&str, &str)]) -> Answer {
    let names: Vec<String> = (1..=policies.len()).map(|n| format!("PolicyInputList.member.{n}")).collect();
    let policies = names.iter().map(String::as_str).zip(policies.iter().copied());
    let params: Vec<(&str, &str)> = policies.chain(more.iter().copied()).collect();
    client.must("SimulateCustomPolicy", &params).await
}

/// The results as an outline: an element a line, its text behind it.
fn outline(answer: &Answer) -> String {
    let (mut lines, mut depth) = (Vec::<String>::new(), 0_usize);
    let from = answer.body.find("<EvaluationResults>").unwrap();
    let to = answer.body.find("</EvaluationResults>").unwrap();
    for tag in answer.body[from..to].split('<').skip(2) {
        let (name, text) = tag.split_once('>').unwrap();
        if name.starts_with('/') {
            depth -= 1;
        } else {
            lines.push(
                format!("{}{} {text}", "  ".repeat(depth), name.trim_end_matches('/')).trim_end().to_owned(),
            );
            depth += usize::from(!name.ends_with('/'));
        }
    }
    lines.join("\n")
}

/// Every result in short: `action decision`, and what each resource came to.
fn outcomes(answer: &Answer) -> Vec<String> {
    let actions = answer.all("EvalActionName");
    let decisions = answer.all("EvalDecision");
    actions.iter().zip(&decisions).map(|(action, decision)| format!("{action} {decision}")).collect()
}

#[tokio::test]
async fn an_answer_is_the_one_of_the_reference() {
    let root = TestServer::new().await.root();
    // The example of the command line's reference, with its positions.
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}"#;
    let after = [
        ("ActionNames.member.1", "dynamodb:CreateBackup"),
        ("ContextEntries.member.1.ContextKeyName", "aws:CurrentTime"),
        ("ContextEntries.member.1.ContextKeyType", "date"),
        ("ContextEntries.member.1.ContextKeyValues.member.1", "2019-04-25T11:00:00Z"),
    ];
    let answer = custom(&root, &[policy], &after).await;
    insta::assert_snapshot!("reference-allowed", outline(&answer));
    let mut before = after;
    before[3].1 = "2014-04-25T11:00:00Z";
    let answer = custom(&root, &[policy], &before).await;
    insta::assert_snapshot!("reference-denied", outline(&answer));
}

#[tokio::test]
async fn several_resources_have_one_result_and_a_part_each() {
    let root = TestServer::new().await.root();
    let policy = r#"{"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::photos/*"},
  {"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::secret/*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"x"}}}
]}"#;
    let answer = custom(
        &root,
        &[policy],
        &[
            ("ActionNames.member.1", "s3:GetObject"),
            ("ResourceArns.member.1", OBJECT),
            ("ResourceArns.member.2", "arn:aws:s3:::secret/diary.txt"),
            ("ResourceArns.member.3", "arn:aws:s3:::photos"),
        ],
    )
    .await;
    insta::assert_snapshot!("several-resources", outline(&answer));
}

#[tokio::test]
async fn a_denial_on_one_resource_is_the_result_of_all() {
    let root = TestServer::new().await.root();
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::secret/*"}]}"#;
    let answer = custom(
        &root,
        &[policy],
        &[
            ("ActionNames.member.1", "s3:GetObject"),
            ("ResourceArns.member.1", OBJECT),
            ("ResourceArns.member.2", "arn:aws:s3:::secret/diary.txt"),
        ],
    )
    .await;
    assert_eq!(outcomes(&answer), ["s3:GetObject explicitDeny"]);
    assert_eq!(answer.all("EvalResourceDecision"), ["allowed", "explicitDeny"]);
    assert_eq!(answer.text("EvalResourceName"), "arn:${Partition}:s3:::${BucketName}/${ObjectName}");
    // On top the statement that denies; below it each resource's own.
    assert_eq!(answer.all("SourcePolicyId").len(), 3);
}

#[tokio::test]
async fn a_boundary_and_an_organization_are_told_apart() {
    let root = TestServer::new().await.root();
    let level = |n: u8| {
        format!("OrderedOrganizationPolicyInputList.member.{n}.ServiceControlPolicyInputList.member.1")
    };
    let (first, second) = (level(1), level(2));
    let (s3, all, sqs) = (allowing("s3:*"), allowing("*"), allowing("sqs:*"));
    for (boundary, account, expected) in [
        (&all, &all, ("allowed", "true", "true")),
        (&sqs, &all, ("implicitDeny", "false", "true")),
        (&all, &sqs, ("implicitDeny", "true", "false")),
    ] {
        let more = [
            ("ActionNames.member.1", "s3:GetObject"),
            ("ResourceArns.member.1", OBJECT),
            ("PermissionsBoundaryPolicyInputList.member.1", boundary.as_str()),
            (first.as_str(), all.as_str()),
            (second.as_str(), account.as_str()),
        ];
        let answer = custom(&root, &[&s3], &more).await;
        let found = (
            answer.text("EvalDecision"),
            answer.text("AllowedByPermissionsBoundary"),
            answer.text("AllowedByOrganizations"),
        );
        assert_eq!((found.0.as_str(), found.1.as_str(), found.2.as_str()), expected);
        // Statements of an organization are not shown, and where it does not allow nothing more is explained.
        assert!(answer.all("SourcePolicyId").iter().all(|id| !id.starts_with("Ordered")), "{}", answer.body);
        assert_eq!(answer.find("EvalDecisionDetails").is_some(), expected.2 == "true");
    }
}

#[tokio::test]
async fn across_accounts_both_sides_are_explained() {
    let root = TestServer::new().await.root();
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{ACCOUNT}:user/ana"}},"Action":"s3:PutObject","Resource":"*"}}}}"#
    );
    let caller = format!("arn:aws:iam::{ACCOUNT}:user/ana");
    let more = [
        ("ActionNames.member.1", "s3:GetObject"),
        ("ResourceArns.member.1", OBJECT),
        ("ResourcePolicy", policy.as_str()),
        ("ResourceOwner", "arn:aws:iam::444455556666:root"),
        ("CallerArn", caller.as_str()),
    ];
    let answer = custom(&root, &[&allowing("s3:*")], &more).await;
    insta::assert_snapshot!("across-accounts", outline(&answer));
    // Within the account the policy of the resource is not needed, and there is nothing to explain.
    let within = [more[0], more[1], more[2], more[4]];
    let answer = custom(&root, &[&allowing("s3:*")], &within).await;
    assert_eq!(outcomes(&answer), ["s3:GetObject allowed"]);
    assert!(answer.children("EvalDecisionDetails").is_empty());
}

#[tokio::test]
async fn a_trust_policy_counts_as_one() {
    let root = TestServer::new().await.root();
    let caller = format!("arn:aws:iam::{ACCOUNT}:user/ana");
    let action = ("ActionNames.member.1", "sts:AssumeRole");
    let role = ("ResourceArns.member.1", "arn:aws:iam::123456789012:role/deploy");
    let caller = ("CallerArn", caller.as_str());
    for (trust, expected) in [(trusting(ACCOUNT), "allowed"), (trusting("444455556666"), "implicitDeny")] {
        let answer =
            custom(&root, &[&allowing("sts:*")], &[action, role, caller, ("ResourcePolicy", &trust)]).await;
        assert_eq!(answer.text("EvalDecision"), expected, "{trust}");
    }
    let denying = trusting(ACCOUNT).replace("Allow", "Deny");
    let answer =
        custom(&root, &[&allowing("sts:*")], &[action, role, caller, ("ResourcePolicy", &denying)]).await;
    assert_eq!(outcomes(&answer), ["sts:AssumeRole explicitDeny"]);
    assert_eq!(answer.text("SourcePolicyType"), "Resource Policy");
}

#[tokio::test]
async fn results_come_in_pages() {
    let root = TestServer::new().await.root();
    let actions = ["s3:GetObject", "s3:PutObject", "sqs:SendMessage", "s3:ListBucket", "iam:GetUser"];
    let names: Vec<String> = (1..=actions.len()).map(|n| format!("ActionNames.member.{n}")).collect();
    let policy = allowing("s3:*");
    let mut params = vec![("PolicyInputList.member.1", policy.as_str())];
    params.extend(names.iter().map(String::as_str).zip(actions));
    let pages = root.pages("SimulateCustomPolicy", &params, 2, "EvalActionName").await;
    assert_eq!(pages, [&actions[..2], &actions[2..4], &actions[4..]]);
}

#[tokio::test]
async fn a_page_is_shorter_where_it_would_be_too_much_work() {
    let root = TestServer::new().await.root();
    // A policy of 60 KB against 1,000 resources: no page may hold a hundred actions of that.
    let padding = format!("\"Sid\":\"{}\",", "a".repeat(60_000));
    let policy = allowing("s3:*").replacen("\"Effect\"", &format!("{padding}\"Effect\""), 1);
    let names: Vec<String> = (1..=1000).map(|n| format!("ResourceArns.member.{n}")).collect();
    let mut params = vec![("PolicyInputList.member.1", policy.as_str())];
    params.extend([("ActionNames.member.1", "s3:GetObject"), ("ActionNames.member.2", "s3:PutObject")]);
    params.extend(names.iter().map(|name| (name.as_str(), OBJECT)));
    let answer = root.iam("SimulateCustomPolicy", &params).await;
    assert_eq!(answer.shape(), "400 InvalidInput: There are too many resources for policies of this size.");
    params.truncate(3 + 100);
    let answer = root.must("SimulateCustomPolicy", &params).await;
    assert_eq!(answer.text("IsTruncated"), "true");
    assert_eq!(outcomes(&answer), ["s3:GetObject allowed"]);
}

#[tokio::test]
async fn context_keys_of_policies_are_listed() {
    let root = TestServer::new().await.root();
    // The example of the command line's reference; there the keys stand in another order.
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"arn:aws:dynamodb:us-west-2:123456789012:table/${aws:username}","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2015-08-16T12:00:00Z"}}}}"#;
    let params = [("PolicyInputList.member.1", policy)];
    let answer = root.must("GetContextKeysForCustomPolicy", &params).await;
    assert_eq!(answer.all("member"), ["aws:CurrentTime", "aws:username"]);
    let params = [("PolicyInputList.member.1", allowing("s3:*"))];
    let params = params.each_ref().map(|(name, value)| (*name, value.as_str()));
    let answer = root.must("GetContextKeysForCustomPolicy", &params).await;
    assert!(answer.children("ContextKeyNames").is_empty());
}
