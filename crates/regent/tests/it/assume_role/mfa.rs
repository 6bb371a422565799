//! One-time passwords: what they open, and that each opens it once.

use super::{ANA, OTHER, ROLE, assume, denied, with_ana};
use crate::support::{ACCOUNT, Client, TestServer, allowing, trust_with};

const SERIAL: &str = "arn:aws:iam::123456789012:mfa/ana";
const INCOMPLETE: &str = "403 AccessDenied: MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.";
const UNKNOWN: &str = "403 AccessDenied: MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.";
const WRONG: &str = "403 AccessDenied: MultiFactorAuthentication failed with invalid MFA one time pass code.";

/// Makes a device named like its user, gives it to the user, and returns its seed.
async fn give_device(root: &Client, user: &str) -> String {
    let made = root.must("CreateVirtualMFADevice", &[("VirtualMFADeviceName", user)]).await;
    let (serial, seed) = (made.text("SerialNumber"), made.text("Base32StringSeed"));
    let codes = [root.code(&seed, -2), root.code(&seed, -1)];
    root.must(
        "EnableMFADevice",
        &[
            ("UserName", user),
            ("SerialNumber", &serial),
            ("AuthenticationCode1", &codes[0]),
            ("AuthenticationCode2", &codes[1]),
        ],
    )
    .await;
    seed
}

/// A server whose role `deploy` trusts its account under this condition, and `ana` with the seed of her device.
async fn with_device(condition: &str) -> (TestServer, Client, Client, String) {
    let (server, root, ana) = with_ana().await;
    let seed = give_device(&root, "ana").await;
    root.make_role("deploy", &trust_with(ACCOUNT, "sts:AssumeRole", condition)).await;
    (server, root, ana, seed)
}

#[tokio::test]
async fn a_code_opens_a_role_that_asks_for_one_and_only_once() {
    let (server, _, ana, seed) = with_device(r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#).await;
    let (serial, code) = (("SerialNumber", SERIAL), ana.code(&seed, 0));
    let given = [serial, ("TokenCode", &*code)];
    assert_eq!(assume(&ana, ROLE, &[]).await.shape(), denied(ANA, "sts:AssumeRole", ROLE, ""));
    let session = assume(&ana, ROLE, &given).await.credentials(&server).unwrap();
    assert_eq!(server.last_record()["requestParameters"]["serialNumber"], SERIAL);
    assert!(!server.last_record().to_string().contains(&code), "a code is a secret");
    assert_eq!(assume(&ana, ROLE, &given).await.shape(), WRONG);
    // The session does not carry what opened it.
    let identity = session.sts("GetCallerIdentity", &[]).await;
    assert_eq!(identity.status, 200);
    let record = server.last_record();
    assert_eq!(record["userIdentity"]["sessionContext"]["attributes"]["mfaAuthenticated"], "false");
    // The next code is another, and an older one is none any more.
    server.advance(30);
    assert_eq!(assume(&ana, ROLE, &given).await.shape(), WRONG);
    let next = ana.code(&seed, 0);
    assert_eq!(assume(&ana, ROLE, &[serial, ("TokenCode", &next)]).await.shape(), "200");
}

#[tokio::test]
async fn what_is_no_code_of_the_callers_own_device_is_refused() {
    let (_, root, ana, seed) = with_device("{}").await;
    let eva = root.make_user("eva").await;
    root.allow("eva", &allowing("sts:*")).await;
    root.must("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "spare")]).await;
    let session = ana.assume(ROLE, "session", &[]).await.unwrap();
    let (code, late) = (ana.code(&seed, 0), ana.code(&seed, 3));
    let (serial, code) = (("SerialNumber", SERIAL), ("TokenCode", &*code));
    for (client, given, shape) in [
        (&ana, vec![serial], INCOMPLETE),
        (&ana, vec![code], INCOMPLETE),
        (&ana, vec![serial, ("TokenCode", &*late)], WRONG),
        (&ana, vec![("SerialNumber", "arn:aws:iam::123456789012:mfa/spare"), code], UNKNOWN),
        (&ana, vec![("SerialNumber", "arn:aws:iam::123456789012:mfa/none"), code], UNKNOWN),
        (&ana, vec![("SerialNumber", "arn:aws:iam::210987654321:mfa/ana"), code], UNKNOWN),
        (&ana, vec![("SerialNumber", "GAHT12345678"), code], UNKNOWN),
        (&eva, vec![serial, code], UNKNOWN),
        (&session, vec![serial, code], UNKNOWN),
        // None of that has used it up.
        (&ana, vec![serial, code], "200"),
    ] {
        assert_eq!(assume(client, ROLE, &given).await.shape(), shape, "{given:?}");
    }
}

#[tokio::test]
async fn codes_cannot_be_tried_one_after_another() {
    let (server, _, ana, seed) = with_device("{}").await;
    let give =
        async |code: &str| assume(&ana, ROLE, &[("SerialNumber", SERIAL), ("TokenCode", code)]).await.shape();
    let right = ana.code(&seed, 0);
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        assert_eq!(give(wrong).await, WRONG);
    }
    // Whoever guesses does not even learn that this one was right. Those who wait do, and begin afresh.
    assert_eq!(give(&right).await, WRONG);
    server.advance(1);
    assert_eq!(give(&right).await, "200");
    assert_eq!(give(wrong).await, WRONG);
    server.advance(30);
    let next = ana.code(&seed, 0);
    assert_eq!(give(&next).await, "200");
    // What is given without a code of one's own is nobody's guess.
    assert_eq!(assume(&ana, ROLE, &[]).await.shape(), "200");
}

#[tokio::test]
async fn a_session_of_a_user_carries_its_code_and_grows_older() {
    let condition = r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"},"NumericLessThan":{"aws:MultiFactorAuthAge":"600"}}"#;
    let (server, root, ana, seed) = with_device(condition).await;
    root.allow("ana", &allowing("*")).await;
    let code = ana.code(&seed, 0);
    let given = [("SerialNumber", SERIAL), ("TokenCode", &*code)];
    let session = ana.sts("GetSessionToken", &given).await.credentials(&server).unwrap();
    assert_eq!(ana.sts("GetSessionToken", &given).await.shape(), WRONG);
    // With a one-time password behind it, IAM knows the session.
    session.must("ListUsers", &[]).await;
    let record = server.last_record();
    assert_eq!(record["userIdentity"]["sessionContext"]["attributes"]["mfaAuthenticated"], "true");
    assert_eq!(assume(&session, ROLE, &[]).await.shape(), "200");
    server.advance(599);
    assert_eq!(assume(&session, ROLE, &[]).await.shape(), "200");
    server.advance(1);
    assert_eq!(assume(&session, ROLE, &[]).await.shape(), denied(ANA, "sts:AssumeRole", ROLE, ""));
    session.must("ListUsers", &[]).await;
    // Given right now, a code is no second old.
    let code = ana.code(&seed, 0);
    let given = [("SerialNumber", SERIAL), ("TokenCode", &*code)];
    assert_eq!(assume(&session, ROLE, &given).await.shape(), "200");
}

#[tokio::test]
async fn a_condition_that_denies_without_a_code_sees_that_there_is_none() {
    let (server, root, ana, seed) = with_device("{}").await;
    root.allow(
        "ana",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
            {"Effect":"Deny","Action":"iam:*","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}]}"#,
    )
    .await;
    assert_eq!(ana.iam("ListUsers", &[]).await.status, 403);
    let code = ana.code(&seed, 0);
    let given = [("SerialNumber", SERIAL), ("TokenCode", &*code)];
    let session = ana.sts("GetSessionToken", &given).await.credentials(&server).unwrap();
    session.must("ListUsers", &[]).await;
}

#[tokio::test]
async fn a_role_of_another_account_can_ask_for_a_code_too() {
    let server = TestServer::new().await;
    let (root, other) = (server.root(), server.other_root(OTHER).await);
    let eva = other.make_user("eva").await;
    other.allow("eva", &allowing("sts:*")).await;
    let seed = give_device(&other, "eva").await;
    root.make_role(
        "deploy",
        &trust_with(OTHER, "sts:AssumeRole", r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#),
    )
    .await;
    assert_eq!(assume(&eva, ROLE, &[]).await.status, 403);
    let code = eva.code(&seed, 0);
    let given = [("SerialNumber", "arn:aws:iam::210987654321:mfa/eva"), ("TokenCode", &*code)];
    assert_eq!(assume(&eva, ROLE, &given).await.shape(), "200");
}
