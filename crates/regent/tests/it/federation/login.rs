//! `login`: what a browser gets, where it is sent, and when it ends.

use regent::config::Settings;

use super::*;

/// A server with one role, and a session of it.
pub(super) async fn one_session(settings: Settings) -> (TestServer, Client) {
    let server = TestServer::with(settings).await;
    let ana = ana(&server).await;
    let role = make_role(&server, "day", "43200").await;
    let session = ana.assume(&role, "ana", &[]).await.unwrap();
    (server, session)
}

pub(super) async fn signin_token(server: &TestServer, session: &Client) -> String {
    let answer = ask(server, &session_json(session), &[]).await;
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    body["SigninToken"].as_str().unwrap().to_owned()
}

/// Status and first paragraph of a page.
pub(super) fn page(answer: &Answer) -> String {
    format!("{} {}", answer.status, answer.find("p").unwrap_or_default())
}

#[tokio::test]
async fn the_classic_script_opens_the_console() {
    let (server, session) = one_session(Settings::default()).await;
    let mut browser = Browser::new(&server);
    let answer = browser.open(&login_url(&server, &session, &[("SessionDuration", "43200")]).await).await;
    assert_eq!(answer.status, 302);
    assert_eq!(header(&answer.headers, "location"), Some("/console/session"));
    assert_eq!(header(&answer.headers, "referrer-policy"), Some("no-referrer"));
    assert_eq!(header(&answer.headers, "cache-control"), Some("no-store"));
    let cookie = header(&answer.headers, "set-cookie").unwrap();
    let (value, attributes) = cookie.split_once("; ").unwrap();
    assert!(value.starts_with("__Host-regent-console=") && value.len() < 600, "{value}");
    // The cookie outlives its session by a day, to say where it came from.
    assert_eq!(attributes, "Max-Age=129600; Secure; HttpOnly; SameSite=Lax; Path=/");

    let mut described = browser.session().await;
    assert!(described["csrf"].take().as_str().is_some_and(|csrf| csrf.len() == 43));
    assert!(described["user_id"].take().as_str().is_some_and(|id| id.ends_with(":ana")));
    assert_eq!(
        described,
        json!({
            "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/day/ana"),
            "account": ACCOUNT,
            "user_id": null,
            "principal_type": "AssumedRole",
            "region": "us-east-1",
            "issued_at": "2026-11-21T12:00:00Z",
            "expires_at": "2026-11-22T00:00:00Z",
            "issuer": "https://sso.example.com/",
            "can_switch_role": true,
            "csrf": null,
        })
    );
}

#[tokio::test]
async fn a_login_leaves_a_record() {
    let (server, session) = one_session(Settings::default()).await;
    let token = signin_token(&server, &session).await;
    let mut browser = Browser::new(&server);
    browser.open(&url(&[("Destination", "/console/?code=secret#x"), ("SigninToken", &token)])).await;
    let record = server.last_record();
    assert_eq!(record["eventName"], "ConsoleLogin");
    assert_eq!(record["eventType"], "AwsConsoleSignIn");
    assert_eq!(record["userAgent"], "a browser");
    assert_eq!(record["userIdentity"]["accessKeyId"], session.key);
    assert_eq!(record["responseElements"], json!({ "ConsoleLogin": "Success" }));
    assert_eq!(record["additionalEventData"]["LoginTo"], "/console/");
    browser.open(&url(&[("Destination", "https://evil.example/"), ("SigninToken", &token)])).await;
    let record = server.last_record();
    assert_eq!(record["errorCode"], "ValidationError");
    assert_eq!(record["responseElements"], json!({ "ConsoleLogin": "Failure" }));
    let records = json!(server.records()).to_string();
    for secret in [&token, browser.cookie.as_ref().unwrap(), "code=secret"] {
        assert!(!records.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_login_url_is_good_for_fifteen_minutes_and_may_be_opened_again() {
    let (server, session) = one_session(Settings::default()).await;
    let url = login_url(&server, &session, &[]).await;
    for wait in [0, 0, 899] {
        server.advance(wait);
        let mut browser = Browser::new(&server);
        assert_eq!(browser.open(&url).await.status, 302);
        // Opened late it ends no later.
        assert_eq!(browser.rest().await, 3600 - wait);
    }
    server.advance(1);
    let answer = Browser::new(&server).open(&url).await;
    assert_eq!(page(&answer), "403 The login URL is older than 15 minutes: get a new one.");
    assert_eq!(header(&answer.headers, "set-cookie"), None);
}

#[tokio::test]
async fn only_a_sign_in_token_of_this_deployment_signs_in() {
    let (server, session) = one_session(Settings::default()).await;
    let (_, other) = one_session(Settings::default()).await;
    let foreign = {
        let (server, session) = one_session(Settings::default()).await;
        signin_token(&server, &session).await
    };
    let token = signin_token(&server, &session).await;
    let cookie = signed_in(&server, &session, &[]).await.cookie.unwrap();
    let mut tokens = vec![
        String::new(),
        "x".to_owned(),
        foreign,
        cookie,
        session.token.clone().unwrap(),
        other.token.clone().unwrap(),
        format!("{token}A"),
        format!("{token}="),
    ];
    for at in (0..token.len()).step_by(11) {
        let mut changed = token.clone();
        changed.replace_range(at..=at, if &token[at..=at] == "A" { "B" } else { "A" });
        tokens.push(changed);
    }
    for token in tokens {
        let answer = Browser::new(&server).open(&url(&[("SigninToken", &token)])).await;
        let expected = "400 The sign-in token is missing or not one of this server: get a new login URL.";
        assert_eq!(page(&answer), expected, "{token}");
        assert_eq!(header(&answer.headers, "set-cookie"), None);
    }
}

#[tokio::test]
async fn a_browser_is_sent_to_the_console_or_to_what_is_listed() {
    let listed = Some(vec!["https://tools.example.com/".to_owned()]);
    let (server, session) =
        one_session(Settings { console_destinations: listed, ..Settings::default() }).await;
    let token = signin_token(&server, &session).await;
    for (destination, location) in [
        ("", Some("/console/session")),
        ("/console/session?x=1", Some("/console/session?x=1")),
        ("https://regent.example.com/console/", Some("/console/")),
        ("http://regent.example.com/console/", Some("/console/")),
        ("https://tools.example.com/a", Some("https://tools.example.com/a")),
        ("https://evil.example/", None),
        ("//evil.example/", None),
        ("/\\evil.example", None),
        ("https://regent.example.com//evil.example/", None),
        ("https://regent.example.com@evil.example/", None),
        ("https://regent.example.com.evil.example/", None),
        ("https://tools.example.com:444/", None),
        ("javascript:alert(1)", None),
        ("/\r\nSet-Cookie: a=b", None),
        ("/federation?Action=logout", None),
        ("https://regent.example.com/switchrole?account=123456789012&roleName=day", None),
    ] {
        let mut browser = Browser::new(&server);
        let answer = browser.open(&url(&[("Destination", destination), ("SigninToken", &token)])).await;
        assert_eq!(header(&answer.headers, "location"), location, "{destination}");
        if location.is_none() {
            assert_eq!(answer.status, 400);
            assert!(page(&answer).contains("`Destination` is refused: the address must"), "{}", answer.body);
            assert_eq!(browser.cookie, None, "{destination}");
        }
    }
}

#[tokio::test]
async fn pages_load_run_and_tell_nothing() {
    let (server, session) = one_session(Settings::default()).await;
    let issuer = "https://sso.example.com/?a=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&b='x'";
    let token = signin_token(&server, &session).await;
    let mut browser = Browser::new(&server);
    browser.open(&url(&[("Issuer", issuer), ("SigninToken", &token)])).await;
    let answer = browser.open("/federation?Action=logout").await;
    assert_eq!(page(&answer), "200 The session has left this browser.");
    assert!(!answer.body.contains("<script") && answer.body.contains("&amp;b=%27x%27"), "{}", answer.body);
    let policy = header(&answer.headers, "content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(policy.ends_with("form-action 'self'; base-uri 'none'; frame-ancestors 'none'"), "{policy}");
    for (name, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("content-type", "text/html; charset=utf-8"),
    ] {
        assert_eq!(header(&answer.headers, name), Some(value));
    }
}

#[tokio::test]
async fn an_issuer_is_an_address_of_the_web_or_nothing() {
    let (server, session) = one_session(Settings::default()).await;
    let token = signin_token(&server, &session).await;
    let long = format!("https://sso.example.com/{}", "x".repeat(500));
    for (issuer, kept) in [
        ("", Some(Value::Null)),
        ("https://sso.example.com/x?y=z", Some(json!("https://sso.example.com/x?y=z"))),
        ("http://127.0.0.1:8000", Some(json!("http://127.0.0.1:8000/"))),
        ("javascript:alert(1)", None),
        ("sso.example.com", None),
        ("https://user:password@sso.example.com/", None),
        (&long, None),
    ] {
        let mut browser = Browser::new(&server);
        let answer = browser.open(&url(&[("Issuer", issuer), ("SigninToken", &token)])).await;
        if let Some(kept) = kept {
            assert_eq!(browser.session().await["issuer"], kept, "{issuer}");
        } else {
            let expected = "400 `Issuer` must be a URL with http or https, of at most 512 bytes.";
            assert_eq!(page(&answer), expected, "{issuer}");
        }
    }
}

#[tokio::test]
async fn a_session_in_a_browser_ends_with_its_time_and_says_where_it_came_from() {
    let (server, session) = one_session(Settings::default()).await;
    let mut browser = signed_in(&server, &session, &[]).await;
    server.advance(3599);
    assert_eq!(browser.rest().await, 1);
    server.advance(1);
    let mut ended = browser.session().await;
    assert!(ended["request_id"].take().is_string());
    assert_eq!(
        ended,
        json!({
            "type": "urn:regent:problem:session_ended",
            "title": "Unauthorized",
            "status": 401,
            "code": "session_ended",
            "detail": "the session is over",
            "fix": "sign in again where it was opened",
            "issuer": "https://sso.example.com/",
            "request_id": null,
        })
    );
    assert_eq!(browser.call("sts", &[("Action", "GetCallerIdentity")]).await.status, 401);
    browser.cookie = None;
    assert_eq!(browser.session().await["code"], "login_required");
}

#[tokio::test]
async fn a_session_in_a_browser_ends_with_its_role() {
    let (server, session) = one_session(Settings::default()).await;
    let url = login_url(&server, &session, &[]).await;
    let mut browser = signed_in(&server, &session, &[]).await;
    let root = server.root();
    root.must("DeleteRolePolicy", &[("RoleName", "day"), ("PolicyName", "test")]).await;
    root.must("DeleteRole", &[("RoleName", "day")]).await;
    assert_eq!(browser.session().await["code"], "session_ended");
    let answer = Browser::new(&server).open(&url).await;
    assert!(page(&answer).starts_with("403 The session is over, or the role or user behind it is gone"));
}

#[tokio::test]
async fn a_changed_cookie_is_nobody() {
    let (server, session) = one_session(Settings::default()).await;
    let mut browser = signed_in(&server, &session, &[]).await;
    let cookie = browser.cookie.clone().unwrap();
    let mut cookies =
        vec![session.token.clone().unwrap(), signin_token(&server, &session).await, "x".repeat(9000)];
    for at in (0..cookie.len()).step_by(13) {
        let mut changed = cookie.clone();
        changed.replace_range(at..=at, if &cookie[at..=at] == "A" { "B" } else { "A" });
        cookies.push(changed);
    }
    for cookie in cookies {
        browser.cookie = Some(cookie.clone());
        assert_eq!(browser.session().await["code"], "login_required", "{cookie}");
    }
}

#[tokio::test]
async fn another_site_does_not_change_who_somebody_is() {
    let (server, session) = one_session(Settings::default()).await;
    let ana = server.root().new_key_of("ana").await;
    let role = format!("arn:aws:iam::{ACCOUNT}:role/day");
    let other = ana.assume(&role, "mallory", &[]).await.unwrap();
    let (own, foreign) = (login_url(&server, &session, &[]).await, login_url(&server, &other, &[]).await);
    let mut browser = Browser::new(&server);
    // A portal of the organization is another site too.
    assert_eq!(browser.open_from("cross-site", &own).await.status, 302);
    assert_eq!(browser.open_from("cross-site", &own).await.status, 302);
    let answer = browser.open_from("cross-site", &foreign).await;
    assert!(page(&answer).starts_with("409 Another session is open in this browser"), "{}", answer.body);
    assert!(browser.session().await["arn"].as_str().unwrap().ends_with("/ana"));
    // One with a neighbour's name is another's as well.
    let answer = browser.open_from("same-site", &foreign).await;
    assert!(page(&answer).starts_with("409 Another session is open in this browser"), "{}", answer.body);
    // Nor does a form, with which no cookie comes; a neighbour's comes with it.
    let token = signin_token(&server, &other).await;
    let fields = [("Action", "login"), ("SigninToken", &*token)];
    for (site, refusal) in [
        ("cross-site", "403 Another site has sent the browser here with a form"),
        ("same-site", "409 Another session is open in this browser"),
    ] {
        let answer = browser.submit_from(site, "/federation", &fields).await;
        assert!(page(&answer).starts_with(refusal), "{}", answer.body);
        assert!(browser.session().await["arn"].as_str().unwrap().ends_with("/ana"));
    }
    let mut neighbour = Browser::new(&server);
    assert_eq!(neighbour.submit_from("same-site", "/federation", &fields).await.status, 302);
    // Who opens the link by hand means it.
    assert_eq!(browser.open(&foreign).await.status, 302);
    assert!(browser.session().await["arn"].as_str().unwrap().ends_with("/mallory"));
    browser.open("/federation?Action=logout").await;
    assert_eq!(browser.open_from("cross-site", &own).await.status, 302);
}
