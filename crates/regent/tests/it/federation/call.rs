//! Calls of a page, as the session in its cookie: authorized and recorded like any other.

use super::*;

async fn browser(server: &TestServer) -> Browser {
    let ana = ana(server).await;
    let role = make_role(server, "day", "43200").await;
    let session = ana.assume(&role, "ana", &[("DurationSeconds", "900")]).await.unwrap();
    signed_in(server, &session, &[("SessionDuration", "43200")]).await
}

#[tokio::test]
async fn a_page_calls_as_its_session_and_no_more() {
    let server = TestServer::new().await;
    let mut browser = browser(&server).await;
    let answer = browser.call("sts", &[("Action", "GetCallerIdentity")]).await;
    assert_eq!(answer.text("Arn"), format!("arn:aws:sts::{ACCOUNT}:assumed-role/day/ana"));
    assert_eq!(header(&answer.headers, "cache-control"), Some("no-store"));
    assert_eq!(browser.call("iam", &[("Action", "ListRoles")]).await.all("RoleName"), ["day"]);
    let denied = browser.call("iam", &[("Action", "CreateUser"), ("UserName", "eve")]).await;
    assert_eq!(
        denied.shape(),
        format!(
            "403 AccessDenied: User: arn:aws:sts::{ACCOUNT}:assumed-role/day/ana is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::{ACCOUNT}:user/eve because no identity-based policy allows the iam:CreateUser action"
        )
    );
    let record = server.last_record();
    assert_eq!(record["eventName"], "CreateUser");
    assert_eq!(record["eventType"], "AwsApiCall");
    assert_eq!(record["errorCode"], "AccessDenied");
    assert_eq!(record["sessionCredentialFromConsole"], "true");
    assert_eq!(record["sourceIPAddress"], "203.0.113.7");
    assert_eq!(record["userAgent"], "a browser");
    assert_eq!(
        record["userIdentity"]["sessionContext"]["attributes"]["creationDate"],
        "2026-11-21T12:00:00Z"
    );
}

#[tokio::test]
async fn a_console_lives_longer_than_the_credentials_that_opened_it() {
    let server = TestServer::new().await;
    let ana = ana(&server).await;
    let role = make_role(&server, "day", "43200").await;
    let session = ana.assume(&role, "ana", &[("DurationSeconds", "900")]).await.unwrap();
    let mut browser = signed_in(&server, &session, &[("SessionDuration", "43200")]).await;
    server.advance(900);
    assert!(session.sts("GetCallerIdentity", &[]).await.shape().starts_with("403 ExpiredToken"));
    assert_eq!(browser.call("sts", &[("Action", "GetCallerIdentity")]).await.status, 200);
    server.advance(43_200 - 900);
    assert_eq!(browser.call("sts", &[("Action", "GetCallerIdentity")]).await.status, 401);
}

#[tokio::test]
async fn sessions_revoked_by_their_time_are_revoked_in_browsers_too() {
    let server = TestServer::new().await;
    let mut browser = browser(&server).await;
    server.advance(60);
    let revoke = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-11-21T12:00:30Z"}}}]}"#;
    let params = [("RoleName", "day"), ("PolicyName", "AWSRevokeOlderSessions"), ("PolicyDocument", revoke)];
    server.root().must("PutRolePolicy", &params).await;
    let denied = browser.call("iam", &[("Action", "ListRoles")]).await;
    assert!(
        denied.shape().ends_with("with an explicit deny in an identity-based policy"),
        "{}",
        denied.shape()
    );
}

/// AWS: IAM User Guide, "Compare AWS STS credentials": console sessions are spared.
#[tokio::test]
async fn a_federated_user_may_call_iam_in_a_browser_and_nowhere_else() {
    let server = TestServer::new().await;
    let ana = ana(&server).await;
    let params = [("Name", "bob"), ("Policy", &*allowing("iam:ListUsers iam:ListRoles"))];
    let bob = ana.sts("GetFederationToken", &params).await.credentials(&server).unwrap();
    assert!(bob.iam("ListUsers", &[]).await.shape().starts_with("403 InvalidClientTokenId"));
    let mut browser = signed_in(&server, &bob, &[]).await;
    assert_eq!(browser.call("iam", &[("Action", "ListUsers")]).await.all("UserName"), ["ana"]);
    // The session's policy grants nothing that the user behind it may not.
    assert!(browser.call("iam", &[("Action", "ListRoles")]).await.shape().starts_with("403 AccessDenied"));
    let session = browser.call("sts", &[("Action", "GetSessionToken")]).await;
    assert_eq!(session.shape(), "403 AccessDenied: Cannot call GetSessionToken with session credentials");
    assert_eq!(browser.session().await["can_switch_role"], false);
}

#[tokio::test]
async fn only_a_page_of_the_server_may_call() {
    let server = TestServer::new().await;
    let mut browser = browser(&server).await;
    let csrf = browser.session().await["csrf"].as_str().unwrap().to_owned();
    let other = signed_in(
        &server,
        &server
            .root()
            .new_key_of("ana")
            .await
            .assume(&format!("arn:aws:iam::{ACCOUNT}:role/day"), "xx", &[])
            .await
            .unwrap(),
        &[],
    )
    .await
    .session()
    .await["csrf"]
        .as_str()
        .unwrap()
        .to_owned();
    let own = "http://regent.example.com";
    for (csrf, site, origin, expected) in [
        (&*csrf, Some("same-origin"), None, 200),
        (&*csrf, Some("same-origin"), Some(own), 200),
        (&*csrf, None, Some(own), 200),
        // What is no browser has no cookie that another site could use.
        (&*csrf, None, None, 200),
        (&*csrf, Some("cross-site"), None, 403),
        (&*csrf, Some("cross-site"), Some(own), 403),
        (&*csrf, Some("same-site"), None, 403),
        (&*csrf, None, Some("null"), 403),
        (&*csrf, None, Some("https://evil.example"), 403),
        (&*csrf, None, Some("http://regent.example.com.evil.example"), 403),
        (&*csrf, None, Some("http://regent.example.com:8443"), 403),
        (&*csrf, None, Some("https://regent.example.com"), 403),
        ("", Some("same-origin"), Some(own), 403),
        ("x", Some("same-origin"), Some(own), 403),
        (&*other, Some("same-origin"), Some(own), 403),
    ] {
        let mut request = Request::post("/console/api/aws").header("content-type", "application/json");
        for (name, value) in [("x-regent-csrf", Some(csrf)), ("sec-fetch-site", site), ("origin", origin)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let body = r#"{"service":"sts","form":{"Action":"GetCallerIdentity"}}"#;
        let answer = browser.send(request, body.to_owned()).await;
        assert_eq!(answer.status, expected, "{csrf} {site:?} {origin:?}");
        if expected == 403 {
            assert!(answer.body.contains(r#""code":"csrf""#), "{}", answer.body);
        }
    }
}

#[tokio::test]
async fn a_call_is_a_form_or_json_for_a_service_that_there_is() {
    let server = TestServer::new().await;
    let mut browser = browser(&server).await;
    let csrf = browser.session().await["csrf"].as_str().unwrap().to_owned();
    let (form, json) = ("application/x-www-form-urlencoded", "application/json");
    for (kind, body, expected) in [
        (form, "Action=GetCallerIdentity&Version=2011-06-15", 200),
        (json, r#"{"service":"sts","form":{"Action":"GetCallerIdentity"}}"#, 200),
        (json, r#"{"service":"sts","form":{"Action":"GetCallerIdentity","Version":"2011-06-15"}}"#, 200),
        (json, r#"{"service":"iam","form":{"Action":"ListRoles","PathPrefix":"/a&c=d+%/"}}"#, 200),
        (form, "Action=GetCallerIdentity", 400),
        (form, "Action=GetCallerIdentity&Version=1999-01-01", 400),
        (form, "Action=%", 400),
        (json, "", 400),
        (json, "[]", 400),
        (json, r#"{"service":"s3","form":{"Action":"ListBuckets"}}"#, 400),
        (json, r#"{"service":"sts"}"#, 400),
        (json, r#"{"service":"sts","form":{"Action":1}}"#, 400),
        (json, r#"{"service":"sts","form":{},"as":"root"}"#, 400),
        // What the service itself has to say to it.
        (json, r#"{"service":"sts","form":{"Action":"Nothing"}}"#, 400),
    ] {
        let request = Request::post("/console/api/aws")
            .header("content-type", kind)
            .header("sec-fetch-site", "same-origin")
            .header("x-regent-csrf", &csrf);
        let answer = browser.send(request, body.to_owned()).await;
        assert_eq!(answer.status, expected, "{body}: {}", answer.body);
    }
    let answer = browser.open_from("same-origin", "/console/api/aws").await;
    assert_eq!(answer.status, 405);
}

#[tokio::test]
async fn who_accepts_json_is_answered_json() {
    let server = TestServer::new().await;
    let mut browser = browser(&server).await;
    let csrf = browser.session().await["csrf"].as_str().unwrap().to_owned();
    let request = Request::post("/console/api/aws")
        .header("content-type", "application/json")
        .header("accept", "application/json")
        .header("sec-fetch-site", "same-origin")
        .header("x-regent-csrf", &csrf);
    let body = r#"{"service":"sts","form":{"Action":"GetCallerIdentity"}}"#;
    let answer: Value = serde_json::from_str(&browser.send(request, body.to_owned()).await.body).unwrap();
    let result = &answer["GetCallerIdentityResponse"]["GetCallerIdentityResult"];
    assert_eq!(result["Account"], ACCOUNT);
}
