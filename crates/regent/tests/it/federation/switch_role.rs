//! `/switchrole`: from one role to another.

use super::*;

const OTHER: &str = "210987654321";

fn link(fields: &[(&str, &str)]) -> String {
    format!("/switchrole?{}", form(fields))
}

/// Presses the button of the page that a link opens.
async fn press(browser: &mut Browser, fields: &[(&str, &str)]) -> Answer {
    let csrf = browser.session().await["csrf"].as_str().unwrap_or_default().to_owned();
    browser.submit("/switchrole", &[fields, &[("csrf", &csrf)]].concat()).await
}

/// Two roles, and a browser with a session of the first that lasts this long.
async fn browser(server: &TestServer, lasts: &str) -> Browser {
    let ana = ana(server).await;
    let day = make_role(server, "day", "43200").await;
    make_role(server, "night", "43200").await;
    let session = ana.assume(&day, "ana", &[("DurationSeconds", lasts)]).await.unwrap();
    signed_in(server, &session, &[]).await
}

#[tokio::test]
async fn a_link_asks_and_a_press_switches() {
    let server = TestServer::new().await;
    let mut browser = browser(&server, "43200").await;
    let fields =
        [("account", ACCOUNT), ("roleName", "night"), ("displayName", "Night <shift>"), ("color", "99BCE3")];
    let before = browser.cookie.clone();
    let page = browser.open_from("cross-site", &link(&fields)).await;
    assert_eq!((page.status, page.text("h1")), (200, "Switch role".to_owned()));
    assert_eq!(
        page.all("dd")[..3],
        [&format!("arn:aws:sts::{ACCOUNT}:assumed-role/day/ana"), ACCOUNT, "night"]
    );
    assert!(page.body.contains("Night &lt;shift&gt;"), "{}", page.body);
    assert_eq!(browser.cookie, before, "a link alone switches nothing");
    // With no referrer at all, a browser would send the form without an origin.
    assert_eq!(header(&page.headers, "referrer-policy"), Some("same-origin"));

    let answer = press(&mut browser, &fields).await;
    assert_eq!((answer.status, header(&answer.headers, "location")), (303, Some("/console/session")));
    let session = browser.session().await;
    assert_eq!(session["arn"], format!("arn:aws:sts::{ACCOUNT}:assumed-role/night/ana"));
    assert_eq!((&session["display_name"], &session["color"]), (&json!("Night <shift>"), &json!("99bce3")));
    assert_eq!(session["issuer"], "https://sso.example.com/");
    assert_eq!(browser.rest().await, 3600);
    assert_eq!(browser.call("iam", &[("Action", "ListRoles")]).await.status, 200);

    let records = server.records();
    let named = |name: &str| records.iter().rfind(|record| record["eventName"] == name).unwrap();
    let assumed = named("AssumeRole");
    assert_eq!(assumed["sessionCredentialFromConsole"], "true");
    assert_eq!(assumed["requestParameters"]["durationSeconds"], 3600);
    let switched = named("SwitchRole");
    assert_eq!(switched["eventType"], "AwsConsoleSignIn");
    assert_eq!(switched["responseElements"], json!({ "SwitchRole": "Success" }));
    assert_eq!(
        switched["additionalEventData"]["SwitchFrom"],
        format!("arn:aws:sts::{ACCOUNT}:assumed-role/day/ana")
    );
    assert_eq!(switched["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"], "night");
}

#[tokio::test]
async fn a_switch_ends_with_the_sign_in_it_came_from() {
    let server = TestServer::new().await;
    let mut browser = browser(&server, "1200").await;
    server.advance(600);
    assert_eq!(press(&mut browser, &[("account", ACCOUNT), ("roleName", "night")]).await.status, 303);
    assert_eq!(browser.rest().await, 600);
    assert_eq!(browser.session().await["display_name"], format!("night @ {ACCOUNT}"));
    server.advance(600);
    assert_eq!(browser.session().await["code"], "session_ended");
}

#[tokio::test]
async fn another_account_is_named_by_its_alias() {
    let server = TestServer::new().await;
    let mut browser = browser(&server, "3600").await;
    let other = server.other_root(OTHER).await;
    other.must("CreateAccountAlias", &[("AccountAlias", "production")]).await;
    other
        .must(
            "CreateRole",
            &[("Path", "/team/"), ("RoleName", "deploy"), ("AssumeRolePolicyDocument", &trusting(ACCOUNT))],
        )
        .await;
    let fields = [("account", "production"), ("roleName", "team/deploy")];
    assert_eq!(press(&mut browser, &fields).await.status, 303);
    assert_eq!(browser.session().await["arn"], format!("arn:aws:sts::{OTHER}:assumed-role/deploy/ana"));
}

#[tokio::test]
async fn a_role_that_may_not_be_assumed_is_told_so_and_changes_nothing() {
    let server = TestServer::new().await;
    let mut browser = browser(&server, "3600").await;
    server.root().make_role("closed", &trusting(OTHER)).await;
    server
        .root()
        .make_role(
            "tagged",
            &crate::support::trust_with(
                ACCOUNT,
                "sts:AssumeRole",
                r#"{"StringEquals":{"sts:ExternalId":"x"}}"#,
            ),
        )
        .await;
    let before = browser.cookie.clone();
    for (account, role) in
        [(ACCOUNT, "closed"), (ACCOUNT, "absent"), (ACCOUNT, "tagged"), (OTHER, "night"), ("nobody", "night")]
    {
        let answer = press(&mut browser, &[("account", account), ("roleName", role)]).await;
        assert_eq!(answer.status, 403, "{account} {role}");
        assert!(answer.text("p").starts_with("The role cannot be assumed: "), "{}", answer.body);
        assert_eq!(browser.cookie, before);
        let record = server.last_record();
        assert_eq!(
            (&record["eventName"], &record["errorCode"]),
            (&json!("SwitchRole"), &json!("AccessDenied"))
        );
    }
}

#[tokio::test]
async fn only_a_session_of_a_role_switches() {
    let server = TestServer::new().await;
    let ana = ana(&server).await;
    make_role(&server, "night", "3600").await;
    let fields = [("account", ACCOUNT), ("roleName", "night")];
    for user in [ana, server.root()] {
        let params = [("Name", "bob"), ("Policy", &*allowing("sts:AssumeRole"))];
        let bob = user.sts("GetFederationToken", &params).await.credentials(&server).unwrap();
        let mut browser = signed_in(&server, &bob, &[]).await;
        for answer in [browser.open(&link(&fields)).await, press(&mut browser, &fields).await] {
            let expected = "Only sessions of roles can switch: sign in with credentials of AssumeRole.";
            assert_eq!((answer.status, answer.text("p")), (403, expected.to_owned()));
        }
    }
    let mut nobody = Browser::new(&server);
    for answer in [nobody.open(&link(&fields)).await, press(&mut nobody, &fields).await] {
        assert_eq!((answer.status, answer.text("p")), (401, "Nobody is signed in here.".to_owned()));
    }
}

#[tokio::test]
async fn only_the_page_itself_switches() {
    let server = TestServer::new().await;
    let mut browser = browser(&server, "3600").await;
    let csrf = browser.session().await["csrf"].as_str().unwrap().to_owned();
    let body = |csrf: &str| form(&[("account", ACCOUNT), ("roleName", "night"), ("csrf", csrf)]);
    for (csrf, site) in
        [("", "same-origin"), ("x", "same-origin"), (&*csrf, "cross-site"), (&*csrf, "same-site")]
    {
        let request = Request::post("/switchrole")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", site);
        let answer = browser.send(request, body(csrf)).await;
        assert_eq!(answer.status, 403, "{csrf} {site}");
        assert!(browser.session().await["arn"].as_str().unwrap().contains("/day/"));
    }
}

#[tokio::test]
async fn a_link_that_names_no_role_says_what_is_wrong() {
    let server = TestServer::new().await;
    let mut browser = browser(&server, "3600").await;
    let (long, wide) = ("r".repeat(65), "ü".repeat(65));
    for (account, role, name, color, expected) in [
        ("", "night", "", "", "`account`"),
        ("12", "night", "", "", "`account`"),
        ("Production", "night", "", "", "`account`"),
        (ACCOUNT, "", "", "", "`roleName`"),
        (ACCOUNT, &long, "", "", "`roleName`"),
        (ACCOUNT, "a//b", "", "", "`roleName`"),
        (ACCOUNT, "night:x", "", "", "`roleName`"),
        (ACCOUNT, "night*", "", "", "`roleName`"),
        (ACCOUNT, "night", &wide, "", "`displayName`"),
        (ACCOUNT, "night", "a\nb", "", "`displayName`"),
        (ACCOUNT, "night", "", "red", "`color`"),
        (ACCOUNT, "night", "", "99BCE3;x", "`color`"),
    ] {
        let fields = [("account", account), ("roleName", role), ("displayName", name), ("color", color)];
        let answer = browser.open(&link(&fields)).await;
        assert_eq!(answer.status, 400, "{fields:?}");
        assert!(answer.text("p").starts_with(expected), "{}", answer.body);
    }
    let exact = "r".repeat(64);
    for role in [&*exact, "/night", "a/b/night"] {
        assert_eq!(browser.open(&link(&[("account", ACCOUNT), ("roleName", role)])).await.status, 200);
    }
}
