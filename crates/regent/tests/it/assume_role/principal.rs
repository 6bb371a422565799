//! Whom a trust policy lets in, and what else that takes.

use super::{ANA, OTHER, ROLE, assume, denied, silent, with_ana};
use crate::support::{ACCOUNT, TestServer, allowing, trusting};

const ASSUME: &str = "sts:AssumeRole";

#[tokio::test]
async fn within_an_account_naming_the_user_is_enough_and_naming_the_account_is_not() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    root.must("CreateUser", &[("UserName", "eva")]).await;
    root.create_role("deploy").await;
    let nothing = allowing("iam:ListUsers");
    let everything = allowing("*");
    let (nobody, denies) = (silent(ASSUME), allowing(ASSUME).replace("Allow", "Deny"));
    let refused = |reason: &str| denied(ANA, ASSUME, ROLE, reason);
    let explicit = refused("with an explicit deny in an identity-based policy");
    for (principal, policy, shape) in [
        (ANA, &nothing, "200"),
        (ANA, &everything, "200"),
        (ANA, &denies, &*explicit),
        ("*", &nothing, "200"),
        ("*", &denies, &explicit),
        (ACCOUNT, &nothing, &refused(&nobody)),
        (ACCOUNT, &everything, "200"),
        (ACCOUNT, &denies, &explicit),
        ("arn:aws:iam::123456789012:root", &nothing, &refused(&nobody)),
        ("arn:aws:iam::123456789012:root", &everything, "200"),
        ("arn:aws:iam::123456789012:user/eva", &nothing, &refused(&nobody)),
        ("arn:aws:iam::123456789012:user/eva", &everything, &refused("")),
        ("arn:aws:iam::123456789012:role/deploy", &everything, &refused("")),
    ] {
        root.allow("ana", policy).await;
        let trust = trusting(principal);
        root.must("UpdateAssumeRolePolicy", &[("RoleName", "deploy"), ("PolicyDocument", &trust)]).await;
        assert_eq!(assume(&ana, ROLE, &[]).await.shape(), shape, "{principal} {policy}");
    }
}

#[tokio::test]
async fn a_role_answers_to_its_own_spelling_alone() {
    let (_, root, ana) = with_ana().await;
    root.make_role("deploy", &trusting(ANA)).await;
    let denies = allowing(ASSUME).replace("Allow", "Deny").replace('*', ROLE);
    for policy in [allowing(ASSUME), denies] {
        root.allow("ana", &policy).await;
        for name in ["DEPLOY", "Deploy", "x/deploy"] {
            let role = ROLE.replace("deploy", name);
            let answer = assume(&ana, &role, &[]).await;
            assert_eq!(answer.status, 403, "{name} {policy} {}", answer.body);
        }
    }
}

#[tokio::test]
async fn a_trust_policy_that_denies_is_stronger_than_every_permission() {
    let (_, root, ana) = with_ana().await;
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":[
            {{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}},
            {{"Effect":"Deny","Principal":{{"AWS":"{ANA}"}},"Action":"sts:AssumeRole"}}]}}"#
    );
    root.make_role("deploy", &trust).await;
    assert_eq!(assume(&ana, ROLE, &[]).await.shape(), denied(ANA, ASSUME, ROLE, ""));
    let eva = root.make_user("eva").await;
    assert_eq!(assume(&eva, ROLE, &[]).await.shape(), "200");
}

#[tokio::test]
async fn across_accounts_both_sides_must_agree_whoever_is_named() {
    let server = TestServer::new().await;
    let (root, other) = (server.root(), server.other_root(OTHER).await);
    let eva = other.make_user("eva").await;
    let who = "arn:aws:iam::210987654321:user/eva";
    root.create_role("deploy").await;
    let nothing = allowing("iam:ListUsers");
    let this_role = allowing(ASSUME).replace(r#""*""#, &format!("{ROLE:?}"));
    let another = allowing(ASSUME).replace(r#""*""#, r#""arn:aws:iam::123456789012:role/other""#);
    let refused = |reason: &str| denied(who, ASSUME, ROLE, reason);
    for (principal, policy, shape) in [
        (who, &nothing, &*refused(&silent(ASSUME))),
        (who, &another, &refused(&silent(ASSUME))),
        (who, &this_role, "200"),
        (OTHER, &nothing, &refused(&silent(ASSUME))),
        (OTHER, &this_role, "200"),
        ("*", &nothing, &refused(&silent(ASSUME))),
        ("*", &this_role, "200"),
        (ACCOUNT, &this_role, &refused("")),
    ] {
        other.allow("eva", policy).await;
        let trust = trusting(principal);
        root.must("UpdateAssumeRolePolicy", &[("RoleName", "deploy"), ("PolicyDocument", &trust)]).await;
        let answer = assume(&eva, ROLE, &[]).await;
        assert_eq!(answer.shape(), shape, "{principal} {policy}");
        if let Ok(session) = answer.credentials(&server) {
            let identity = session.sts("GetCallerIdentity", &[]).await;
            assert_eq!(identity.text("Account"), ACCOUNT, "a session is of its role's account");
        }
    }
}

#[tokio::test]
async fn a_session_may_be_named_by_its_role_or_by_itself() {
    let (_, root, ana) = with_ana().await;
    let first = root.make_role("first", &trusting(ACCOUNT)).await;
    root.create_role("deploy").await;
    let session_arn = "arn:aws:sts::123456789012:assumed-role/first/one";
    let session = ana.assume(&first, "one", &[]).await.unwrap();
    let another = ana.assume(&first, "two", &[]).await.unwrap();
    for (principal, one, two) in
        [(&*first, 200, 200), (session_arn, 200, 403), ("*", 200, 200), (ACCOUNT, 403, 403), (ANA, 403, 403)]
    {
        let trust = trusting(principal);
        root.must("UpdateAssumeRolePolicy", &[("RoleName", "deploy"), ("PolicyDocument", &trust)]).await;
        assert_eq!(assume(&session, ROLE, &[]).await.status, one, "{principal}");
        assert_eq!(assume(&another, ROLE, &[]).await.status, two, "{principal}");
    }
    let refused = denied(session_arn, ASSUME, ROLE, &silent(ASSUME));
    assert_eq!(assume(&session, ROLE, &[]).await.shape(), refused);
    root.allow_role("first", &allowing(ASSUME)).await;
    assert_eq!(assume(&session, ROLE, &[]).await.shape(), denied(session_arn, ASSUME, ROLE, ""));
}

#[tokio::test]
async fn a_role_does_not_trust_itself_unless_it_says_so() {
    let (_, root, ana) = with_ana().await;
    root.make_role("deploy", &trusting(ANA)).await;
    root.allow_role("deploy", &allowing("*")).await;
    let session = ana.assume(ROLE, "session", &[]).await.unwrap();
    let who = "arn:aws:sts::123456789012:assumed-role/deploy/session";
    assert_eq!(assume(&session, ROLE, &[]).await.shape(), denied(who, ASSUME, ROLE, ""));
    root.must("UpdateAssumeRolePolicy", &[("RoleName", "deploy"), ("PolicyDocument", &trusting(ROLE))]).await;
    assert_eq!(assume(&session, ROLE, &[]).await.shape(), "200");
}

#[tokio::test]
async fn a_boundary_limits_what_the_account_and_the_role_were_trusted_with() {
    let (_, root, ana) = with_ana().await;
    root.make_policy("bound", "iam:ListUsers").await;
    let bound = ("PermissionsBoundary", "arn:aws:iam::123456789012:policy/bound");
    let first = root.make_role("first", &trusting(ANA)).await;
    let session = ana.assume(&first, "one", &[]).await.unwrap();
    let session_arn = "arn:aws:sts::123456789012:assumed-role/first/one";
    root.allow_role("first", &allowing("sts:*")).await;
    root.must("PutUserPermissionsBoundary", &[("UserName", "ana"), bound]).await;
    root.must("PutRolePermissionsBoundary", &[("RoleName", "first"), bound]).await;
    root.create_role("deploy").await;
    let reason = "because no permissions boundary allows the sts:AssumeRole action";
    let refused = denied(ANA, ASSUME, ROLE, reason);
    let role_refused = denied(session_arn, ASSUME, ROLE, reason);
    for (client, principal, shape) in [
        (&ana, ACCOUNT, &*refused),
        (&ana, ANA, "200"),
        (&ana, "*", "200"),
        (&session, &*first, &role_refused),
        (&session, session_arn, "200"),
    ] {
        let trust = trusting(principal);
        root.must("UpdateAssumeRolePolicy", &[("RoleName", "deploy"), ("PolicyDocument", &trust)]).await;
        assert_eq!(assume(client, ROLE, &[]).await.shape(), shape, "{principal}");
    }
}

#[tokio::test]
async fn root_assumes_no_role() {
    let server = TestServer::new().await;
    let root = server.root();
    root.make_role("deploy", &trusting("*")).await;
    let session = root.sts("GetSessionToken", &[]).await.credentials(&server).unwrap();
    let other = server.other_root(OTHER).await;
    for client in [root, session, other] {
        let answer = assume(&client, ROLE, &[]).await;
        assert_eq!(answer.shape(), "403 AccessDenied: Roles may not be assumed by root accounts.");
    }
}

#[tokio::test]
async fn conditions_on_the_role_and_on_the_session_decide_too() {
    let (_, root, ana) = with_ana().await;
    root.create_role("deploy").await;
    root.must(
        "TagRole",
        &[("RoleName", "deploy"), ("Tags.member.1.Key", "stage"), ("Tags.member.1.Value", "test")],
    )
    .await;
    for (condition, status) in [
        (r#"{"StringEquals":{"sts:RoleSessionName":"${aws:username}"}}"#, 403),
        (r#"{"StringEquals":{"sts:RoleSessionName":"session"}}"#, 200),
        (r#"{"StringEquals":{"aws:ResourceTag/stage":"test"}}"#, 200),
        (r#"{"StringEquals":{"iam:ResourceTag/stage":"prod"}}"#, 403),
        (r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#, 200),
        (r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#, 403),
    ] {
        let trust = crate::support::trust_with(ACCOUNT, ASSUME, condition);
        root.must("UpdateAssumeRolePolicy", &[("RoleName", "deploy"), ("PolicyDocument", &trust)]).await;
        assert_eq!(assume(&ana, ROLE, &[]).await.status, status, "{condition}");
    }
}
