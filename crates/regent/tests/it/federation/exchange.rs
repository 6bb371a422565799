//! `getSigninToken`: whose credentials sign in, and for how long.

use super::*;

const INVALID: &str = "403 the credentials are not valid: key, secret and token must come from one answer";
const MALFORMED: &str = "400 `Session` must be a JSON object with the texts `sessionId`, `sessionKey` and `sessionToken`, each once, and nothing else";

/// The rows of AWS's table, without a duration and with one.
#[tokio::test]
async fn who_signs_in_is_who_may_and_lasts_as_long_as_allowed() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), ana(&server).await);
    let role = make_role(&server, "day", "43200").await;
    let hour = make_role(&server, "hour", "3600").await;
    let session = async |client: &Client, action, params: &[(&str, &str)]| {
        client.sts(action, params).await.credentials(&server).unwrap()
    };
    let plain = ana.assume(&role, "ana", &[]).await.unwrap();
    let short = ana.assume(&hour, "ana", &[("DurationSeconds", "900")]).await.unwrap();
    let chained = plain.assume(&hour, "ana", &[]).await.unwrap();
    let of_session = session(&ana, "GetSessionToken", &[]).await.assume(&role, "ana", &[]).await.unwrap();
    let federated =
        session(&ana, "GetFederationToken", &[("Name", "bob"), ("DurationSeconds", "129600")]).await;
    let of_root = session(&root, "GetFederationToken", &[("Name", "bob")]).await;

    let chain =
        "400 `SessionDuration` must be left out for a role that was assumed with temporary credentials";
    let own = "400 `SessionDuration` must be left out for credentials of GetFederationToken: they say how long themselves";
    for (client, asked, expected) in [
        (&plain, None, Ok(3600)),
        (&plain, Some("43200"), Ok(43_200)),
        (&plain, Some("900"), Ok(900)),
        (&short, None, Ok(900)),
        (&short, Some("3600"), Ok(3600)),
        (&short, Some("43200"), Ok(3600)),
        (&chained, None, Ok(3600)),
        (&chained, Some("3600"), Err(chain)),
        (&of_session, None, Ok(3600)),
        (&of_session, Some("900"), Err(chain)),
        (&federated, None, Ok(129_600)),
        (&federated, Some("900"), Err(own)),
        (&of_root, None, Ok(3600)),
        (&of_root, Some("900"), Err(own)),
    ] {
        let more = asked.map(|asked| ("SessionDuration", asked));
        let more = more.as_slice();
        match expected {
            Ok(lasts) => {
                let rest = signed_in(&server, client, more).await.rest().await;
                assert_eq!(rest, lasts, "{} {asked:?}", client.key);
            }
            Err(refusal) => assert_eq!(said(&ask(&server, &session_json(client), more).await), refusal),
        }
    }
}

#[tokio::test]
async fn sessions_of_users_and_long_term_keys_do_not_sign_in() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), ana(&server).await);
    for user in [&root, &ana] {
        let session = user.sts("GetSessionToken", &[]).await.credentials(&server).unwrap();
        for more in [&[][..], &[("SessionDuration", "900")]] {
            assert_eq!(
                said(&ask(&server, &session_json(&session), more).await),
                "400 sessions of GetSessionToken cannot sign in: use AssumeRole or GetFederationToken"
            );
        }
        assert_eq!(
            said(&ask(&server, &session_json(user), &[]).await),
            "400 long-term keys cannot sign in: give the credentials that AssumeRole or GetFederationToken answers"
        );
        let with_token = server.client(&user.key, &user.secret, session.token.as_deref());
        assert!(said(&ask(&server, &session_json(&with_token), &[]).await).starts_with("400 long-term keys"));
    }
}

#[tokio::test]
async fn what_is_asked_for_a_moment_later_is_no_longer_session() {
    let server = TestServer::new().await;
    let ana = ana(&server).await;
    let role = make_role(&server, "day", "43200").await;
    let session = ana.assume(&role, "ana", &[]).await.unwrap();
    // After so many seconds, by the credentials' length: a session of so many.
    let mut passed = 0;
    for (after, lasts) in [(0, 3600), (1, 3599), (59, 3541), (60, 3600), (600, 3600)] {
        server.advance(after - passed);
        passed = after;
        let rest = signed_in(&server, &session, &[("SessionDuration", "3600")]).await.rest().await;
        assert_eq!(rest, lasts, "after {after} seconds");
    }
}

#[tokio::test]
async fn a_duration_is_a_number_of_seconds_between_bounds() {
    let server = TestServer::new().await;
    let ana = ana(&server).await;
    let role = make_role(&server, "day", "43200").await;
    let session = session_json(&ana.assume(&role, "ana", &[]).await.unwrap());
    for duration in ["899", "43201", "", "x", "-1", "3600.0", " 3600", "99999999999999999999"] {
        let refusal = said(&ask(&server, &session, &[("SessionDuration", duration)]).await);
        assert_eq!(
            refusal,
            format!(
                "400 `SessionDuration` is `{duration}`, but it must be a number of seconds from 900 to 43200"
            )
        );
    }
    assert_eq!(said(&ask(&server, &session, &[("SessionDuration", "900")]).await), "200");
}

#[tokio::test]
async fn key_secret_and_token_must_belong_together() {
    let (server, other) = (TestServer::new().await, TestServer::new().await);
    let ana = ana(&server).await;
    let role = make_role(&server, "day", "43200").await;
    let one = ana.assume(&role, "one", &[]).await.unwrap();
    let two = ana.assume(&role, "two", &[]).await.unwrap();
    let with = |key: &Client, secret: &Client, token: &Client| {
        session_json(&server.client(&key.key, &secret.secret, token.token.as_deref()))
    };
    assert_eq!(said(&ask(&server, &with(&one, &one, &one), &[]).await), "200");
    for mixed in [
        with(&two, &one, &one),
        with(&one, &two, &one),
        with(&one, &one, &two),
        with(&two, &two, &one),
        with(&ana, &ana, &one).replace(&ana.key, "ASIAQNZGKIQY56JQ7WML"),
    ] {
        assert_eq!(said(&ask(&server, &mixed, &[]).await), INVALID, "{mixed}");
    }
    assert_eq!(said(&ask(&other, &with(&one, &one, &one), &[]).await), INVALID, "another deployment");
    let (token, secret) = (one.token.clone().unwrap(), one.secret.clone());
    for at in (0..token.len()).step_by(7) {
        let mut changed = token.clone();
        let other = if &token[at..=at] == "A" { "B" } else { "A" };
        changed.replace_range(at..=at, other);
        let changed = session_json(&server.client(&one.key, &secret, Some(&changed)));
        assert_eq!(said(&ask(&server, &changed, &[]).await), INVALID, "at {at}");
    }
    for secret in [&secret[1..], &format!("{secret}x"), &secret.to_ascii_lowercase()] {
        let wrong = session_json(&server.client(&one.key, secret, Some(&token)));
        assert_eq!(said(&ask(&server, &wrong, &[]).await), INVALID);
    }
}

#[tokio::test]
async fn credentials_that_are_over_do_not_sign_in() {
    let server = TestServer::new().await;
    let (root, ana) = (server.root(), ana(&server).await);
    let role = make_role(&server, "day", "43200").await;
    let short = session_json(&ana.assume(&role, "ana", &[("DurationSeconds", "900")]).await.unwrap());
    let long = session_json(&ana.assume(&role, "ana", &[]).await.unwrap());
    server.advance(899);
    assert_eq!(said(&ask(&server, &short, &[]).await), "200");
    server.advance(1);
    assert_eq!(said(&ask(&server, &short, &[]).await), "403 the credentials are expired: get new ones");
    root.must("DeleteRolePolicy", &[("RoleName", "day"), ("PolicyName", "test")]).await;
    assert_eq!(said(&ask(&server, &long, &[]).await), "200");
    root.must("DeleteRole", &[("RoleName", "day")]).await;
    assert_eq!(said(&ask(&server, &long, &[]).await), INVALID);
}

#[tokio::test]
async fn a_session_that_is_not_what_it_must_be_is_refused() {
    let server = TestServer::new().await;
    for session in [
        "",
        "{}",
        "null",
        "not json",
        r#"{"sessionId":"ASIAQNZGKIQY56JQ7WML","sessionKey":"k"}"#,
        r#"{"sessionId":"ASIAQNZGKIQY56JQ7WML","sessionKey":"k","sessionToken":"t","sessionToken":"t"}"#,
        r#"{"sessionId":"ASIAQNZGKIQY56JQ7WML","sessionKey":"k","sessionToken":"t","region":"eu"}"#,
        r#"{"sessionId":"ASIAQNZGKIQY56JQ7WML","sessionKey":["k"],"sessionToken":"t"}"#,
    ] {
        assert_eq!(said(&ask(&server, session, &[]).await), MALFORMED, "{session}");
    }
    let long = said(&ask(&server, &"x".repeat(9000), &[]).await);
    assert_eq!(long, "400 `Session` must have at most 8192 bytes");
}

#[tokio::test]
async fn the_request_may_be_a_url_or_a_form_and_nothing_else() {
    let server = TestServer::new().await;
    let ana = ana(&server).await;
    let role = make_role(&server, "day", "43200").await;
    let session = session_json(&ana.assume(&role, "ana", &[]).await.unwrap());
    let whole = form(&[("Action", "getSigninToken"), ("Session", &session)]);
    let form_type = "application/x-www-form-urlencoded; charset=utf-8";
    let unknown = "400 `Action` must be `getSigninToken`, `login` or `logout`";
    for (method, query, kind, body, expected) in [
        ("GET", &*whole, "", "", "200"),
        ("POST", "", form_type, &*whole, "200"),
        ("POST", "Action=getSigninToken", form_type, &*form(&[("Session", &session)]), "200"),
        ("POST", &*whole, "", "", "200"),
        ("POST", "", "text/plain", &*whole, unknown),
        ("GET", "Action=GetSigninToken", "", "", unknown),
        ("GET", "", "", "", unknown),
        ("GET", "Action=getSigninToken", "", "", "400 `Session` is missing: give the credentials as JSON"),
        (
            "GET",
            "Action=login&Action=login",
            "",
            "",
            "400 expected every parameter once, found `Action` again",
        ),
        ("GET", "Action=%", "", "", "400 expected two digits after the last `%`"),
    ] {
        let request = Request::builder().method(method).uri(format!("/federation?{query}"));
        let request = request.header("content-type", kind).body(Bytes::from(body.to_owned())).unwrap();
        let answer = server.send(request).await;
        assert_eq!(said(&answer), expected, "{method} {query} {kind}");
        assert_eq!(header(&answer.headers, "cache-control"), Some("no-store"));
        assert_eq!(header(&answer.headers, "content-type"), Some("application/json"));
    }
    for method in ["PUT", "DELETE", "PATCH"] {
        let request = Request::builder().method(method).uri(format!("/federation?{whole}"));
        let answer = server.send(request.body(Bytes::new()).unwrap()).await;
        assert_eq!(
            (answer.status, header(&answer.headers, "allow")),
            (405, Some("GET,HEAD,POST")),
            "{method}"
        );
    }
}

#[tokio::test]
async fn a_session_too_large_for_a_cookie_is_refused_here_and_not_in_the_browser() {
    let server = TestServer::new().await;
    let ana = ana(&server).await;
    let role = make_role(&server, "day", "43200").await;
    let tagged = async |count: usize| {
        let tags: Vec<(String, String)> = (1..=count)
            .flat_map(|n| {
                let member = |field| format!("Tags.member.{n}.{field}");
                [(member("Key"), format!("key{n}")), (member("Value"), "v".repeat(256))]
            })
            .collect();
        let tags: Vec<(&str, &str)> = tags.iter().map(|(name, value)| (&**name, &**value)).collect();
        ana.assume(&role, "ana", &tags).await.unwrap()
    };
    let fits = tagged(9).await;
    let mut browser = signed_in(&server, &fits, &[]).await;
    assert!(browser.cookie.as_ref().unwrap().len() + COOKIE.len() < 4096);
    assert_eq!(browser.call("sts", &[("Action", "GetCallerIdentity")]).await.status, 200);
    let answer = ask(&server, &session_json(&tagged(11).await), &[]).await;
    assert_eq!(
        said(&answer),
        "400 the session does not fit into a browser's cookie: use fewer or shorter session policies and tags"
    );
}

#[tokio::test]
async fn asking_leaves_a_record_without_a_secret() {
    let server = TestServer::new().await;
    let ana = ana(&server).await;
    let role = make_role(&server, "day", "43200").await;
    let session = ana.assume(&role, "ana", &[]).await.unwrap();
    let answer = ask(&server, &session_json(&session), &[("SessionDuration", "7200")]).await;
    let record = server.last_record();
    assert_eq!(record["eventSource"], "signin.amazonaws.com");
    assert_eq!(record["eventName"], "GetSigninToken");
    assert_eq!(record["eventType"], "AwsConsoleSignIn");
    assert_eq!(record["userIdentity"]["arn"], format!("arn:aws:sts::{ACCOUNT}:assumed-role/day/ana"));
    assert_eq!(record["userIdentity"]["accessKeyId"], session.key);
    assert_eq!(record["sourceIPAddress"], "203.0.113.7");
    assert_eq!(record["responseElements"], json!({ "GetSigninToken": "Success" }));
    assert_eq!(record["additionalEventData"], json!({ "MobileVersion": "No", "MFAUsed": "No" }));
    assert_eq!(record["readOnly"], false);

    let body: Value = serde_json::from_str(&answer.body).unwrap();
    let wrong = server.client(&session.key, "a-secret-that-is-wrong", session.token.as_deref());
    ask(&server, &session_json(&wrong), &[]).await;
    let record = server.last_record();
    assert_eq!(record["userIdentity"], json!({ "type": "Unknown", "accessKeyId": session.key }));
    assert_eq!(
        (&record["errorCode"], &record["responseElements"]),
        (&json!("InvalidClientTokenId"), &json!({ "GetSigninToken": "Failure" }))
    );
    let records = json!(server.records()).to_string();
    for secret in [
        &session.secret,
        session.token.as_ref().unwrap(),
        body["SigninToken"].as_str().unwrap(),
        &wrong.secret,
    ] {
        assert!(!records.contains(secret), "{secret}");
    }
}
