//! Session tags: passed, handed on, and seen by policies.

use super::{ANA, ROLE, assume, denied, silent, with_ana};
use crate::support::{ACCOUNT, Client, allowing, trust_with, trusting};

/// The parameters of tags, and of which are to be handed on.
fn tags<'a>(pairs: &[(&'a str, &'a str)], transitive: &[&'a str]) -> Vec<(String, &'a str)> {
    let tags = pairs.iter().zip(1..).flat_map(|((key, value), at)| {
        [(format!("Tags.member.{at}.Key"), *key), (format!("Tags.member.{at}.Value"), *value)]
    });
    let transitive = transitive.iter().zip(1..);
    tags.chain(transitive.map(|(key, at)| (format!("TransitiveTagKeys.member.{at}"), *key))).collect()
}

fn borrowed<'a>(params: &'a [(String, &'a str)]) -> Vec<(&'a str, &'a str)> {
    params.iter().map(|(name, value)| (&**name, *value)).collect()
}

/// Makes a role that lets the account in, tags and all, and may go on to any other.
async fn open_role(root: &Client, name: &str) -> String {
    let arn = root.make_role(name, &trust_with(ACCOUNT, "sts:AssumeRole sts:TagSession", "{}")).await;
    root.allow_role(name, &allowing("sts:*")).await;
    arn
}

/// Whether a policy of the session's role with this condition lets it list users.
async fn sees(root: &Client, role: &str, session: &Client, condition: &str) -> bool {
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"sts:*","Resource":"*"}},
            {{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*","Condition":{condition}}}]}}"#
    );
    root.allow_role(role, &policy).await;
    session.iam("ListUsers", &[]).await.status == 200
}

#[tokio::test]
async fn tagging_a_session_needs_leave_of_both_sides() {
    let server = crate::support::TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    root.create_role("deploy").await;
    let tags = tags(&[("team", "a")], &[]);
    let tags = borrowed(&tags);
    let both = "sts:AssumeRole sts:TagSession";
    let refused = |reason: &str| denied(ANA, "sts:TagSession", ROLE, reason);
    for (trust, policy, shape) in [
        ("sts:AssumeRole", both, &*refused("")),
        (both, "sts:AssumeRole", &refused(&silent("sts:TagSession"))),
        (both, both, "200"),
    ] {
        root.allow("ana", &allowing(policy)).await;
        let document = trust_with(ACCOUNT, trust, "{}");
        root.must("UpdateAssumeRolePolicy", &[("RoleName", "deploy"), ("PolicyDocument", &document)]).await;
        assert_eq!(assume(&ana, ROLE, &tags).await.shape(), shape, "{trust} / {policy}");
        assert_eq!(assume(&ana, ROLE, &[]).await.shape(), "200", "without tags nothing more is needed");
    }
}

#[tokio::test]
async fn the_trust_policy_can_say_which_tags() {
    let (_, root, ana) = with_ana().await;
    let condition = r#"{"StringEquals":{"aws:RequestTag/team":"a"},"ForAllValues:StringEquals":{"aws:TagKeys":["team"],"sts:TransitiveTagKeys":["team"]}}"#;
    root.make_role("deploy", &trust_with(ACCOUNT, "sts:AssumeRole sts:TagSession", condition)).await;
    for (pairs, transitive, status) in [
        (&[("team", "a")][..], &[][..], 200),
        (&[("team", "a")], &["team"], 200),
        (&[("team", "b")], &[], 403),
        (&[("team", "a"), ("x", "y")], &[], 403),
        (&[], &[], 403),
    ] {
        let tags = tags(pairs, transitive);
        assert_eq!(assume(&ana, ROLE, &borrowed(&tags)).await.status, status, "{pairs:?} {transitive:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_right_is_refused_in_the_words_of_sts() {
    let (_, root, ana) = with_ana().await;
    open_role(&root, "deploy").await;
    let held = tags(&[("Team", "a")], &["team"]);
    let session = ana.assume(ROLE, "session", &borrowed(&held)).await.unwrap();
    let duplicate = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
    let missing = "The specified transitive tag key must be included in the requested tags.";
    let conflict = "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.";
    for (client, pairs, transitive, message) in [
        (&ana, &[("a", "x"), ("A", "y")][..], &[][..], duplicate),
        (&ana, &[("a", "x")], &["b"], missing),
        (&ana, &[], &["a"], missing),
        (&session, &[("TEAM", "b")], &[], conflict),
        (&session, &[("team", "a")], &["team"], conflict),
        (&ana, &[("AWS:x", "y")], &[], "aws: prefixed tag key names are not allowed for external use."),
    ] {
        let tags = tags(pairs, transitive);
        let answer = assume(client, ROLE, &borrowed(&tags)).await;
        assert_eq!(
            answer.shape(),
            format!("400 InvalidParameterValue: {message}"),
            "{pairs:?} {transitive:?}"
        );
    }
}

#[tokio::test]
async fn a_session_tag_stands_over_the_roles_own() {
    let (_, root, ana) = with_ana().await;
    open_role(&root, "deploy").await;
    root.must(
        "TagRole",
        &[
            ("RoleName", "deploy"),
            ("Tags.member.1.Key", "Team"),
            ("Tags.member.1.Value", "role"),
            ("Tags.member.2.Key", "stage"),
            ("Tags.member.2.Value", "test"),
        ],
    )
    .await;
    let tags = tags(&[("team", "session")], &[]);
    let session = ana.assume(ROLE, "session", &borrowed(&tags)).await.unwrap();
    for (condition, expected) in [
        (r#"{"StringEquals":{"aws:PrincipalTag/TEAM":"session"}}"#, true),
        (r#"{"StringEquals":{"aws:PrincipalTag/team":"role"}}"#, false),
        (r#"{"StringEquals":{"aws:PrincipalTag/stage":"test"}}"#, true),
    ] {
        assert_eq!(sees(&root, "deploy", &session, condition).await, expected, "{condition}");
    }
}

#[tokio::test]
async fn transitive_tags_go_through_every_hop_and_the_others_do_not() {
    let (server, root, ana) = with_ana().await;
    let arns =
        [open_role(&root, "first").await, open_role(&root, "second").await, open_role(&root, "third").await];
    let first = tags(&[("team", "a"), ("once", "x")], &["TEAM"]);
    let first = ana.assume(&arns[0], "one", &borrowed(&first)).await.unwrap();
    let second = tags(&[("stage", "test")], &["stage"]);
    let second = first.assume(&arns[1], "two", &borrowed(&second)).await.unwrap();
    let asked = server.last_record()["requestParameters"].take();
    assert_eq!(asked["incomingTransitiveTags"], serde_json::json!({ "team": "a" }));
    assert_eq!(asked["transitiveTagKeys"], serde_json::json!(["stage"]));
    let third = second.assume(&arns[2], "three", &[]).await.unwrap();
    let asked = server.last_record()["requestParameters"].take();
    assert_eq!(asked["incomingTransitiveTags"], serde_json::json!({ "team": "a", "stage": "test" }));
    let has =
        |key: &str, value: &str| format!(r#"{{"StringEquals":{{"aws:PrincipalTag/{key}":"{value}"}}}}"#);
    for (role, session, expected) in [
        ("first", &first, [true, true, false]),
        ("second", &second, [true, false, true]),
        ("third", &third, [true, false, true]),
    ] {
        let conditions = [has("team", "a"), has("once", "x"), has("stage", "test")];
        for (condition, expected) in conditions.iter().zip(expected) {
            assert_eq!(sees(&root, role, session, condition).await, expected, "{role} {condition}");
        }
    }
}

#[tokio::test]
async fn handing_tags_on_needs_leave_at_every_hop() {
    let (_, root, ana) = with_ana().await;
    let first = open_role(&root, "first").await;
    root.make_role("deploy", &trusting(ACCOUNT)).await;
    let tags = tags(&[("team", "a")], &["team"]);
    let session = ana.assume(&first, "one", &borrowed(&tags)).await.unwrap();
    let who = "arn:aws:sts::123456789012:assumed-role/first/one";
    assert_eq!(assume(&session, ROLE, &[]).await.shape(), denied(who, "sts:TagSession", ROLE, ""));
    // While the role is asked, what is handed on stands over the role's own tags.
    let role_tag = [("RoleName", "deploy"), ("Tags.member.1.Key", "Team"), ("Tags.member.1.Value", "b")];
    root.must("TagRole", &role_tag).await;
    let condition = r#"{"StringEquals":{"aws:ResourceTag/team":"a","aws:RequestTag/team":"a"}}"#;
    let document = trust_with(ACCOUNT, "sts:AssumeRole sts:TagSession", condition);
    root.must("UpdateAssumeRolePolicy", &[("RoleName", "deploy"), ("PolicyDocument", &document)]).await;
    assert_eq!(assume(&session, ROLE, &[]).await.shape(), "200");
    assert_eq!(assume(&ana, ROLE, &[]).await.status, 403);
}
