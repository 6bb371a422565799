//! Session policies: a session can do less than its role, never more.

use super::{ROLE, assume, with_ana};
use crate::support::{ACCOUNT, Client, allowing, trusting};

const USERS: &str = "iam:ListUsers";

/// Which of three calls a session with these policies may make.
async fn allowed(client: &Client, more: &[(&str, &str)]) -> String {
    let session =
        client.assume(ROLE, "session", more).await.unwrap_or_else(|answer| panic!("{}", answer.body));
    let mut allowed = Vec::new();
    for action in ["ListUsers", "ListGroups", "ListRoles"] {
        let answer = session.iam(action, &[]).await;
        assert!(matches!(answer.status, 200 | 403), "{}", answer.body);
        if answer.status == 200 {
            allowed.push(action);
        }
    }
    allowed.join(" ")
}

#[tokio::test]
async fn a_session_may_do_what_both_its_role_and_its_policies_allow() {
    let (_, root, ana) = with_ana().await;
    root.create_role("deploy").await;
    root.allow_role("deploy", &allowing("iam:ListUsers iam:ListGroups")).await;
    let groups = root.make_policy("groups", "iam:ListGroups").await;
    let roles = root.make_policy("roles", "iam:ListRoles").await;
    let everything = "arn:aws:iam::aws:policy/AdministratorAccess";
    let (users, all) = (allowing(USERS), allowing("*"));
    let denying = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
        {"Effect":"Deny","Action":"iam:ListUsers","Resource":"*"}]}"#;
    let inline = |text| ("Policy", text);
    let (first, second) = (|arn| ("PolicyArns.member.1.arn", arn), |arn| ("PolicyArns.member.2.arn", arn));
    for (more, expected) in [
        (vec![], "ListUsers ListGroups"),
        (vec![inline(&*all)], "ListUsers ListGroups"),
        (vec![inline(&users)], "ListUsers"),
        (vec![inline(&allowing("iam:ListRoles"))], ""),
        (vec![inline(denying)], "ListGroups"),
        (vec![first(&*groups)], "ListGroups"),
        (vec![first(&roles)], ""),
        (vec![first(everything)], "ListUsers ListGroups"),
        (vec![inline(&users), first(&groups)], "ListUsers ListGroups"),
        (vec![first(&groups), second(&*roles)], "ListGroups"),
        (vec![inline(denying), first(everything)], "ListGroups"),
    ] {
        assert_eq!(allowed(&ana, &more).await, expected, "{more:?}");
    }
}

#[tokio::test]
async fn a_refusal_names_the_session_policy() {
    let (_, root, ana) = with_ana().await;
    root.create_role("deploy").await;
    root.allow_role("deploy", &allowing("*")).await;
    let who = "arn:aws:sts::123456789012:assumed-role/deploy/session";
    for (policy, reason) in [
        (allowing("s3:*"), "because no session policy allows the iam:ListUsers action"),
        (allowing("*").replace("Allow", "Deny"), "with an explicit deny in a session policy"),
    ] {
        let session = ana.assume(ROLE, "session", &[("Policy", &policy)]).await.unwrap();
        let refused = format!(
            "403 AccessDenied: User: {who} is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::123456789012:user/ {reason}"
        );
        session.answers("ListUsers", &[], &refused).await;
    }
}

#[tokio::test]
async fn a_session_policy_limits_what_the_session_goes_on_to() {
    let (_, root, ana) = with_ana().await;
    root.create_role("deploy").await;
    root.allow_role("deploy", &allowing("sts:AssumeRole iam:*")).await;
    let next = root.make_role("next", &trusting(ACCOUNT)).await;
    let narrow = allowing("iam:*");
    let session = ana.assume(ROLE, "session", &[("Policy", &narrow)]).await.unwrap();
    let who = "arn:aws:sts::123456789012:assumed-role/deploy/session";
    let reason = "because no session policy allows the sts:AssumeRole action";
    let refused = super::denied(who, "sts:AssumeRole", &next, reason);
    assert_eq!(assume(&session, &next, &[]).await.shape(), refused);
    // Named itself, the session is let in whatever limits it.
    root.must("UpdateAssumeRolePolicy", &[("RoleName", "next"), ("PolicyDocument", &trusting(who))]).await;
    assert_eq!(assume(&session, &next, &[]).await.shape(), "200");
}

#[tokio::test]
async fn a_managed_session_policy_counts_as_it_is_now() {
    let (_, root, ana) = with_ana().await;
    root.create_role("deploy").await;
    root.allow_role("deploy", &allowing("*")).await;
    let policy = root.make_policy("p", USERS).await;
    let session = ana.assume(ROLE, "session", &[("PolicyArns.member.1.arn", &policy)]).await.unwrap();
    session.must("ListUsers", &[]).await;
    let other = allowing("iam:ListGroups");
    root.must(
        "CreatePolicyVersion",
        &[("PolicyArn", &policy), ("PolicyDocument", &other), ("SetAsDefault", "true")],
    )
    .await;
    assert_eq!(session.iam("ListUsers", &[]).await.status, 403);
    session.must("ListGroups", &[]).await;
    // Deleted, it grants nothing; that is not as if none had been passed.
    root.must("DeletePolicyVersion", &[("PolicyArn", &policy), ("VersionId", "v1")]).await;
    root.must("DeletePolicy", &[("PolicyArn", &policy)]).await;
    assert_eq!(session.iam("ListGroups", &[]).await.status, 403);
}

#[tokio::test]
async fn how_much_of_a_session_is_full_is_said_where_there_is_something_to_pack() {
    let (_, root, ana) = with_ana().await;
    root.create_role("deploy").await;
    assert_eq!(assume(&ana, ROLE, &[]).await.find("PackedPolicySize"), None);
    let policy = allowing(USERS);
    let packed = assume(&ana, ROLE, &[("Policy", &policy)]).await.text("PackedPolicySize");
    let percent: i32 = packed.parse().unwrap();
    assert!((1..=10).contains(&percent), "{packed}");
}

#[tokio::test]
async fn what_cannot_be_a_session_policy_is_refused() {
    let (_, root, ana) = with_ana().await;
    root.create_role("deploy").await;
    let other = super::OTHER;
    let foreign = format!("arn:aws:iam::{other}:policy/p");
    let with_principal = trusting(ACCOUNT);
    // Text that does not pack: every action differs from every other.
    let actions: Vec<String> =
        (0..400_u64).map(|n| format!("s3:{:x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15))).collect();
    let large = allowing(&actions.join(" "));
    for (more, shape) in [
        (("Policy", "{"), "400 MalformedPolicyDocument: The policy is not in the valid JSON format."),
        (("Policy", "{}"), "400 MalformedPolicyDocument: Syntax errors in policy."),
        (
            ("Policy", &*with_principal),
            "400 MalformedPolicyDocument: Policy document should not specify a principal.",
        ),
        (
            ("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/Nothing"),
            "400 MalformedPolicyDocument: Policy arn:aws:iam::aws:policy/Nothing does not exist or is not attachable.",
        ),
        (
            ("PolicyArns.member.1.arn", &*foreign),
            "400 MalformedPolicyDocument: Policy arn:aws:iam::210987654321:policy/p does not exist or is not attachable.",
        ),
    ] {
        assert_eq!(assume(&ana, ROLE, &[more]).await.shape(), shape, "{more:?}");
    }
    let refused = assume(&ana, ROLE, &[("Policy", &large)]).await;
    let text = refused.text("Message");
    assert_eq!((refused.status, &*refused.text("Code")), (400, "PackedPolicyTooLarge"), "{text}");
    let percent = text.strip_prefix("Packed policy consumes ").and_then(|rest| rest.split_once('%')).unwrap();
    assert!(percent.0.parse::<u32>().unwrap() > 100, "{text}");
    assert_eq!(percent.1, " of allotted space, please use smaller policy.");
}

#[tokio::test]
async fn ten_managed_policies_may_be_passed_and_no_more() {
    let (_, root, ana) = with_ana().await;
    root.create_role("deploy").await;
    let names: Vec<String> = (1..=11).map(|number| format!("PolicyArns.member.{number}.arn")).collect();
    let policies: Vec<(&str, &str)> =
        names.iter().map(|name| (name.as_str(), "arn:aws:iam::aws:policy/ReadOnlyAccess")).collect();
    assert_eq!(assume(&ana, ROLE, &policies[..10]).await.shape(), "200");
    let refused = "400 ValidationError: 1 validation error detected: Value at 'policyArns' failed to satisfy \
         constraint: Member must have length less than or equal to 10";
    assert_eq!(assume(&ana, ROLE, &policies).await.shape(), refused);
}

#[tokio::test]
async fn a_session_is_not_widened_by_deleting_a_policy_that_narrowed_it() {
    let (_, root, ana) = with_ana().await;
    root.create_role("deploy").await;
    root.allow_role("deploy", &allowing("*")).await;
    let narrow = root.make_policy("narrow", "iam:ListUsers").await;
    let everything = allowing("*");
    let more = [("Policy", everything.as_str()), ("PolicyArns.member.1.arn", narrow.as_str())];
    let session = ana.assume(ROLE, "session", &more).await.unwrap_or_else(|answer| panic!("{}", answer.body));
    assert_eq!(session.iam("ListGroups", &[]).await.status, 200);
    assert_eq!(root.iam("DeletePolicy", &[("PolicyArn", &narrow)]).await.status, 200);
    // It may have denied something, and nobody can tell any more.
    assert_eq!(
        session.iam("ListGroups", &[]).await.shape(),
        format!(
            "403 AccessDenied: User: arn:aws:sts::{ACCOUNT}:assumed-role/deploy/session is not authorized to perform: \
             iam:ListGroups on resource: arn:aws:iam::{ACCOUNT}:group/ with an explicit deny in a session policy"
        )
    );
}
