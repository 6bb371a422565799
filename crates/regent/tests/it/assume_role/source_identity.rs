//! The source identity: set once, and carried through every role after.

use super::{ANA, ROLE, assume, denied, silent, with_ana};
use crate::support::{ACCOUNT, TestServer, allowing, trust_with, trusting};

const SET: &str = "sts:SetSourceIdentity";
const BOTH: &str = "sts:AssumeRole sts:SetSourceIdentity";

#[tokio::test]
async fn setting_one_needs_leave_of_both_sides() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    root.create_role("deploy").await;
    let identity = [("SourceIdentity", "ana@example.com")];
    for (trust, policy, shape) in [
        ("sts:AssumeRole", BOTH, &*denied(ANA, SET, ROLE, "")),
        (BOTH, "sts:AssumeRole", &denied(ANA, SET, ROLE, &silent(SET))),
        (BOTH, BOTH, "200"),
    ] {
        root.allow("ana", &allowing(policy)).await;
        let document = trust_with(ACCOUNT, trust, "{}");
        root.must("UpdateAssumeRolePolicy", &[("RoleName", "deploy"), ("PolicyDocument", &document)]).await;
        assert_eq!(assume(&ana, ROLE, &identity).await.shape(), shape, "{trust} / {policy}");
    }
    let condition = r#"{"StringLike":{"sts:SourceIdentity":"*@example.com"}}"#;
    let document = trust_with(ACCOUNT, BOTH, condition);
    root.must("UpdateAssumeRolePolicy", &[("RoleName", "deploy"), ("PolicyDocument", &document)]).await;
    let answer = assume(&ana, ROLE, &identity).await;
    assert_eq!(answer.text("SourceIdentity"), "ana@example.com");
    assert_eq!(assume(&ana, ROLE, &[("SourceIdentity", "ana@example.org")]).await.status, 403);
    assert_eq!(assume(&ana, ROLE, &[]).await.status, 403);
    assert_eq!(assume(&ana, ROLE, &[("SourceIdentity", "aws:ana")]).await.status, 400);
}

#[tokio::test]
async fn it_is_kept_through_the_chain_cannot_be_changed_and_needs_leave_at_every_hop() {
    let (server, root, ana) = with_ana().await;
    let first = root.make_role("first", &trust_with(ACCOUNT, BOTH, "{}")).await;
    root.allow_role("first", &allowing("sts:*")).await;
    root.make_role("deploy", &trust_with(ACCOUNT, BOTH, "{}")).await;
    let closed = root.make_role("closed", &trusting(ACCOUNT)).await;
    let session = ana.assume(&first, "one", &[("SourceIdentity", "ana")]).await.unwrap();
    let who = "arn:aws:sts::123456789012:assumed-role/first/one";
    for (role, given, shape) in [
        (ROLE, &[][..], "200"),
        (ROLE, &[("SourceIdentity", "ana")], "200"),
        (ROLE, &[("SourceIdentity", "eva")], &*denied(who, SET, ROLE, "")),
        (ROLE, &[("SourceIdentity", "Ana")], &denied(who, SET, ROLE, "")),
        (&closed, &[], &denied(who, SET, &closed, "")),
    ] {
        let answer = assume(&session, role, given).await;
        assert_eq!(answer.shape(), shape, "{role} {given:?}");
        let carried = (answer.status == 200).then(|| "ana".to_owned());
        assert_eq!(answer.find("SourceIdentity"), carried, "{role} {given:?}");
    }
    let next = session.assume(ROLE, "two", &[]).await.unwrap();
    let record = server.last_record();
    assert_eq!(record["userIdentity"]["sessionContext"]["sourceIdentity"], "ana");
    assert_eq!(record["responseElements"]["sourceIdentity"], "ana");
    let policy = allowing("iam:ListUsers").replace(
        r#""Resource":"*""#,
        r#""Resource":"*","Condition":{"StringEquals":{"aws:SourceIdentity":"ana"}}"#,
    );
    root.allow_role("deploy", &policy).await;
    next.must("ListUsers", &[]).await;
    let without = ana.assume(ROLE, "two", &[]).await.unwrap();
    assert_eq!(without.iam("ListUsers", &[]).await.status, 403);
}
