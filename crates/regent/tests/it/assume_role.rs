//! AssumeRole, from request to session: who may, for how long, with what.

use crate::support::{ACCOUNT, Answer, Client, TestServer, allowing, trusting};

mod duration;
mod mfa;
mod principal;
mod session;
mod session_policy;
mod session_tag;
mod source_identity;

/// An account beside the usual one.
const OTHER: &str = "210987654321";
const ANA: &str = "arn:aws:iam::123456789012:user/ana";
const ROLE: &str = "arn:aws:iam::123456789012:role/deploy";

/// The refusal of an action on a role, with the reason given.
fn denied(who: &str, action: &str, role: &str, reason: &str) -> String {
    let text =
        format!("403 AccessDenied: User: {who} is not authorized to perform: {action} on resource: {role}");
    format!("{text} {reason}").trim_end().to_owned()
}

/// The reason given where no policy of the caller's allows the action.
fn silent(action: &str) -> String {
    format!("because no identity-based policy allows the {action} action")
}

/// Asks for a session named `session` of a role.
async fn assume(client: &Client, role: &str, more: &[(&str, &str)]) -> Answer {
    let params = [&[("RoleArn", role), ("RoleSessionName", "session")], more].concat();
    client.sts("AssumeRole", &params).await
}

/// A server, its root user, and a user `ana` who may assume any role that lets her.
async fn with_ana() -> (TestServer, Client, Client) {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), server.user("ana").await);
    root.allow("ana", &allowing("sts:*")).await;
    (server, root, ana)
}

#[tokio::test]
async fn an_answer_has_credentials_and_says_who_one_is_now() {
    let (server, root, ana) = with_ana().await;
    root.create_role("deploy").await;
    let answer = assume(&ana, ROLE, &[]).await;
    let shape = ["Credentials", "AssumedRoleUser", "SessionTokenUtilization", "SessionTokenSize"];
    assert_eq!(answer.children("AssumeRoleResult"), shape);
    let credentials = ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"];
    assert_eq!(answer.children("Credentials"), credentials);
    assert_eq!(answer.text("Arn"), "arn:aws:sts::123456789012:assumed-role/deploy/session");
    let id = root.must("GetRole", &[("RoleName", "deploy")]).await.text("RoleId");
    assert_eq!(answer.text("AssumedRoleId"), format!("{id}:session"));
    assert_eq!(answer.text("Expiration"), "2026-11-21T13:00:00Z");
    assert_eq!(answer.text("SessionTokenSize"), answer.text("SessionToken").len().to_string());
    let session = answer.credentials(&server).unwrap();
    assert!(session.key.starts_with("ASIA"), "{}", session.key);
    assert_eq!(session.sts("GetCallerIdentity", &[]).await.text("UserId"), format!("{id}:session"));
    let padded = assume(&ana, ROLE, &[("MinimumSessionTokenSize", "2000")]).await;
    let size: usize = padded.text("SessionTokenSize").parse().unwrap();
    assert_eq!(size, padded.text("SessionToken").len());
    assert!((2000..2004).contains(&size), "{size}");
    assert_eq!(padded.text("SessionTokenUtilization"), "49");
}

#[tokio::test]
async fn what_cannot_be_right_is_refused_before_anybody_is_asked() {
    let server = TestServer::new().await;
    let ana = server.user("ana").await;
    for (role, session, message) in [
        ("longenoughbutnoarnatall", "session", "longenoughbutnoarnatall is invalid"),
        ("arn:aws:iam::123456789012:", "session", "arn:aws:iam::123456789012: is invalid"),
        (
            "longenoughbutnoarnatall",
            "a:b",
            r"1 validation error detected: Value 'a:b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*",
        ),
        (
            ROLE,
            "a",
            "1 validation error detected: Value 'a' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2",
        ),
    ] {
        let answer = ana.sts("AssumeRole", &[("RoleArn", role), ("RoleSessionName", session)]).await;
        assert_eq!(answer.shape(), format!("400 ValidationError: {message}"), "{role}");
    }
}

#[tokio::test]
async fn a_stranger_cannot_tell_a_missing_role_from_a_closed_one() {
    let server = TestServer::new().await;
    let (root, other) = (server.root(), server.other_root(OTHER).await);
    let eva = other.make_user("eva").await;
    let who = "arn:aws:iam::210987654321:user/eva";
    let closed = root.make_role("closed", &trusting("999999999999")).await;
    // It trusts the other account, and denies there.
    let denying = trusting(OTHER).replace("Allow", "Deny");
    let denying = root.make_role("denying", &denying).await;
    let own = other.make_role("own", &trusting("999999999999")).await;
    let roles = [
        &*closed,
        &denying,
        &own,
        "arn:aws:iam::123456789012:role/missing",
        "arn:aws:iam::123456789012:role/path/closed",
        "arn:aws:iam::210987654321:role/missing",
        "arn:aws:iam::999999999999:role/missing",
        "arn:aws-cn:iam::123456789012:role/closed",
        "arn:aws:iam::123456789012:user/eva",
        "arn:aws:s3:::some-bucket",
    ];
    for (policy, reason) in [
        (allowing("iam:ListUsers"), &*silent("sts:AssumeRole")),
        (allowing("sts:AssumeRole"), ""),
        (allowing("*").replace("Allow", "Deny"), "with an explicit deny in an identity-based policy"),
    ] {
        other.allow("eva", &policy).await;
        for role in roles {
            let answer = assume(&eva, role, &[]).await;
            assert_eq!(answer.shape(), denied(who, "sts:AssumeRole", role, reason), "{policy}");
        }
    }
}

#[tokio::test]
async fn an_external_id_tells_customers_of_one_caller_apart() {
    let (_, root, ana) = with_ana().await;
    let condition = r#"{"StringEquals":{"sts:ExternalId":"customer-1"}}"#;
    root.make_role("deploy", &crate::support::trust_with(ACCOUNT, "sts:AssumeRole", condition)).await;
    let refused = denied(ANA, "sts:AssumeRole", ROLE, "");
    for (given, shape) in [
        (&[][..], &*refused),
        (&[("ExternalId", "customer-2")], &refused),
        (&[("ExternalId", "Customer-1")], &refused),
        (&[("ExternalId", "customer-1")], "200"),
    ] {
        assert_eq!(assume(&ana, ROLE, given).await.shape(), shape, "{given:?}");
    }
    // Nobody minds one that is not asked for.
    root.must("UpdateAssumeRolePolicy", &[("RoleName", "deploy"), ("PolicyDocument", &trusting(ACCOUNT))])
        .await;
    assert_eq!(assume(&ana, ROLE, &[("ExternalId", "customer-2")]).await.shape(), "200");
}

#[tokio::test]
async fn who_crosses_accounts_is_recorded_in_both() {
    let server = TestServer::new().await;
    let (root, other) = (server.root(), server.other_root(OTHER).await);
    let eva = other.make_user("eva").await;
    other.allow("eva", &allowing("sts:AssumeRole")).await;
    root.make_role("deploy", &trusting(OTHER)).await;
    let before = server.records().len();
    assert_eq!(assume(&eva, ROLE, &[]).await.shape(), "200");
    let records = server.records().split_off(before);
    let [own, theirs] = records.as_slice() else { panic!("{} records", records.len()) };
    assert_eq!(own["sharedEventID"], theirs["sharedEventID"]);
    assert!(own["sharedEventID"].is_string() && own["eventID"] != theirs["eventID"]);
    assert_eq!((&own["recipientAccountId"], &theirs["recipientAccountId"]), (&OTHER.into(), &ACCOUNT.into()));
    assert_eq!(own["userIdentity"]["arn"], "arn:aws:iam::210987654321:user/eva");
    let id = other.must("GetUser", &[("UserName", "eva")]).await.text("UserId");
    let stranger = serde_json::json!({ "type": "AWSAccount", "principalId": id, "accountId": OTHER });
    assert_eq!(theirs["userIdentity"], stranger);
    for record in [own, theirs] {
        assert_eq!(record["resources"][0]["ARN"], ROLE);
        assert_eq!(record["resources"][0]["accountId"], ACCOUNT);
        assert_eq!(
            record["responseElements"]["assumedRoleUser"]["arn"],
            "arn:aws:sts::123456789012:assumed-role/deploy/session"
        );
    }
    // A refusal is the caller's affair alone.
    root.must("UpdateAssumeRolePolicy", &[("RoleName", "deploy"), ("PolicyDocument", &trusting(ACCOUNT))])
        .await;
    let before = server.records().len();
    assert_eq!(assume(&eva, ROLE, &[]).await.status, 403);
    assert_eq!(server.records().len(), before + 1);
    assert_eq!(server.last_record()["errorCode"], "AccessDenied");
}
