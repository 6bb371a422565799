//! The life of a session, and what kinds of sessions may do at all.

use super::{ROLE, assume, with_ana};
use crate::support::{allowing, trusting};

/// Of a key. AWS ends this text with a full stop, and the same of a token without one.
const UNKNOWN_KEY: &str = "403 InvalidClientTokenId: The security token included in the request is invalid.";
const UNKNOWN: &str = "403 InvalidClientTokenId: The security token included in the request is invalid";
const EXPIRED: &str = "403 ExpiredToken: The security token included in the request is expired";

#[tokio::test]
async fn a_session_ends_on_the_second_and_says_so_before_it_looks_at_the_signature() {
    let (server, root, ana) = with_ana().await;
    root.create_role("deploy").await;
    let session = ana.assume(ROLE, "session", &[("DurationSeconds", "900")]).await.unwrap();
    let mut forged = session.clone();
    forged.secret = "x".repeat(40);
    let identity = async |client: &crate::support::Client| client.sts("GetCallerIdentity", &[]).await;
    server.advance(899);
    assert_eq!(identity(&session).await.shape(), "200");
    assert!(identity(&forged).await.shape().starts_with("403 SignatureDoesNotMatch: "));
    server.advance(1);
    assert_eq!(identity(&session).await.shape(), EXPIRED);
    assert_eq!(identity(&forged).await.shape(), EXPIRED);
    assert_eq!(session.iam("ListUsers", &[]).await.shape(), EXPIRED);
    // One that this node has never seen alive is as dead.
    let unseen = ana.assume(ROLE, "session", &[("DurationSeconds", "900")]).await.unwrap();
    server.advance(900);
    assert_eq!(identity(&unseen).await.shape(), EXPIRED);
}

#[tokio::test]
async fn a_token_belongs_to_its_access_key() {
    let (_, root, ana) = with_ana().await;
    root.create_role("deploy").await;
    let one = ana.assume(ROLE, "session", &[]).await.unwrap();
    let two = ana.assume(ROLE, "session", &[]).await.unwrap();
    for (key, secret, token, shape) in [
        (&one.key, &one.secret, two.token.clone(), UNKNOWN),
        (&two.key, &one.secret, one.token.clone(), UNKNOWN),
        (&ana.key, &ana.secret, one.token.clone(), UNKNOWN),
        (&one.key, &one.secret, Some("x".to_owned()), UNKNOWN),
        (&one.key, &one.secret, None, UNKNOWN_KEY),
    ] {
        let mut mixed = one.clone();
        (mixed.key, mixed.secret, mixed.token) = (key.clone(), secret.clone(), token);
        assert_eq!(mixed.sts("GetCallerIdentity", &[]).await.shape(), shape, "{key}");
    }
}

#[tokio::test]
async fn a_session_dies_with_its_role_or_its_user_and_a_key_stops_when_it_is_disabled() {
    let (server, root, ana) = with_ana().await;
    root.make_role("deploy", &trusting("arn:aws:iam::123456789012:user/ana")).await;
    let of_role = ana.assume(ROLE, "session", &[]).await.unwrap();
    let of_user = ana.sts("GetSessionToken", &[]).await.credentials(&server).unwrap();
    let federated = ana.sts("GetFederationToken", &[("Name", "bob")]).await.credentials(&server).unwrap();
    let key = [("UserName", "ana"), ("AccessKeyId", &*ana.key)];
    root.must("UpdateAccessKey", &[&key[..], &[("Status", "Inactive")]].concat()).await;
    assert_eq!(ana.sts("GetCallerIdentity", &[]).await.shape(), UNKNOWN_KEY);
    // What the key has opened goes on.
    for session in [&of_role, &of_user, &federated] {
        assert_eq!(session.sts("GetCallerIdentity", &[]).await.shape(), "200");
    }
    root.must("UpdateAccessKey", &[&key[..], &[("Status", "Active")]].concat()).await;
    assert_eq!(ana.sts("GetCallerIdentity", &[]).await.shape(), "200");
    root.must("DeleteRole", &[("RoleName", "deploy")]).await;
    assert_eq!(of_role.sts("GetCallerIdentity", &[]).await.shape(), UNKNOWN);
    root.must("DeleteAccessKey", &key).await;
    root.must("DeleteUserPolicy", &[("UserName", "ana"), ("PolicyName", "test")]).await;
    root.must("DeleteUser", &[("UserName", "ana")]).await;
    for session in [&of_user, &federated] {
        assert_eq!(session.sts("GetCallerIdentity", &[]).await.shape(), UNKNOWN);
    }
}

#[tokio::test]
async fn sessions_that_are_open_can_be_revoked_by_when_they_were_opened() {
    let (server, root, ana) = with_ana().await;
    root.create_role("deploy").await;
    root.allow_role("deploy", &allowing("iam:ListUsers")).await;
    let early = ana.assume(ROLE, "session", &[]).await.unwrap();
    server.advance(60);
    let revoking = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*",
        "Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-11-21T12:00:30Z"}}}}"#;
    let put =
        [("RoleName", "deploy"), ("PolicyName", "AWSRevokeOlderSessions"), ("PolicyDocument", revoking)];
    root.must("PutRolePolicy", &put).await;
    assert_eq!(early.iam("ListUsers", &[]).await.status, 403);
    ana.assume(ROLE, "session", &[]).await.unwrap().must("ListUsers", &[]).await;
}

#[tokio::test]
async fn what_kinds_of_credentials_may_call_at_all() {
    let (server, root, ana) = with_ana().await;
    root.create_role("deploy").await;
    root.allow("ana", &allowing("*")).await;
    root.allow_role("deploy", &allowing("*")).await;
    let of_role = ana.assume(ROLE, "session", &[]).await.unwrap();
    let of_user = ana.sts("GetSessionToken", &[]).await.credentials(&server).unwrap();
    let all = allowing("*");
    let federated = ana.sts("GetFederationToken", &[("Name", "bob"), ("Policy", &all)]).await;
    let federated = federated.credentials(&server).unwrap();
    let key = ana.key.clone();
    let info = [("AccessKeyId", &*key)];
    let role = [("RoleArn", ROLE), ("RoleSessionName", "session")];
    let sessions = [&of_role, &of_user, &federated];
    for (action, params, allowed) in [
        ("AssumeRole", &role[..], [true, true, false]),
        ("GetAccessKeyInfo", &info, [true, false, false]),
        ("GetCallerIdentity", &[], [true, true, true]),
        ("GetFederationToken", &[("Name", "eva")], [false, false, false]),
        ("GetSessionToken", &[], [false, false, false]),
    ] {
        let refused = format!("403 AccessDenied: Cannot call {action} with session credentials");
        for (session, allowed) in sessions.iter().zip(allowed) {
            let expected = if allowed { "200" } else { &*refused };
            assert_eq!(session.sts(action, params).await.shape(), expected, "{action} {}", session.key);
        }
    }
    // IAM knows neither a federated user nor, without a one-time password, a session of a user.
    of_role.must("ListUsers", &[]).await;
    for session in [&of_user, &federated] {
        assert_eq!(session.iam("ListUsers", &[]).await.shape(), UNKNOWN);
        assert_eq!(session.iam("GetUser", &[]).await.shape(), UNKNOWN);
    }
    let identity = federated.sts("GetCallerIdentity", &[]).await;
    assert_eq!(identity.text("Arn"), "arn:aws:sts::123456789012:federated-user/bob");
    assert_eq!(identity.text("UserId"), "123456789012:bob");
    let identity = of_user.sts("GetCallerIdentity", &[]).await;
    assert_eq!(identity.text("Arn"), "arn:aws:iam::123456789012:user/ana");
}

#[tokio::test]
async fn nothing_can_keep_somebody_from_asking_who_one_is() {
    let (_, root, ana) = with_ana().await;
    root.create_role("deploy").await;
    let denying = allowing("*").replace("Allow", "Deny");
    root.allow_role("deploy", &denying).await;
    let session = ana.assume(ROLE, "session", &[("Policy", &denying)]).await.unwrap();
    assert_eq!(session.sts("GetCallerIdentity", &[]).await.shape(), "200");
    assert_eq!(assume(&session, ROLE, &[]).await.status, 403);
}
