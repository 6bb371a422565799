//! `logout`: whose wish it is, and where it leads.

use regent::config::Settings;

use super::login::{one_session, page, signin_token};
use super::*;

#[tokio::test]
async fn logging_out_empties_the_browser_and_leads_nowhere_else() {
    let (server, session) = one_session(Settings::default()).await;
    for (uri, location) in [
        ("", None),
        ("&redirect_uri=/console/", Some("/console/")),
        ("&redirect_uri=https://sso.example.com/", Some("https://sso.example.com/")),
        ("&redirect_uri=https://sso.example.com/other", None),
        ("&redirect_uri=https://evil.example/", None),
        ("&redirect_uri=//evil.example/", None),
        ("&redirect_uri=/switchrole?account=123456789012", None),
    ] {
        let mut browser = signed_in(&server, &session, &[]).await;
        let answer = browser.open(&format!("/federation?Action=logout{uri}")).await;
        assert_eq!(header(&answer.headers, "location"), location, "{uri}");
        assert_eq!(
            header(&answer.headers, "set-cookie"),
            Some("__Host-regent-console=; Max-Age=0; Secure; HttpOnly; SameSite=Lax; Path=/")
        );
        let refused = location.is_none() && !uri.is_empty();
        let expected = if location.is_some() {
            302
        } else if refused {
            400
        } else {
            200
        };
        assert_eq!(answer.status, expected, "{uri}");
        assert_eq!(server.last_record()["eventName"], "ConsoleLogout");
        assert_eq!(browser.session().await["code"], "login_required");
    }
    // Who is not signed in may sign out, and leaves no record.
    let before = server.records().len();
    assert_eq!(Browser::new(&server).open("/federation?Action=logout").await.status, 200);
    assert_eq!(server.records().len(), before);
}

/// A browser that `ana` has signed in, and the login URL of somebody else.
async fn two_sessions() -> (TestServer, Browser, String) {
    let (server, session) = one_session(Settings::default()).await;
    let ana = server.root().new_key_of("ana").await;
    let other = ana.assume(&format!("arn:aws:iam::{ACCOUNT}:role/day"), "mallory", &[]).await.unwrap();
    let token = signin_token(&server, &other).await;
    let browser = signed_in(&server, &session, &[]).await;
    (server, browser, url(&[("SigninToken", &token)]))
}

/// The value of a form's hidden field.
fn field(answer: &Answer, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let (_, rest) = answer.body.split_once(&start).unwrap_or_else(|| panic!("no {name}: {}", answer.body));
    rest.split_once('"').unwrap().0.replace("&amp;", "&")
}

#[tokio::test]
async fn another_site_does_not_sign_somebody_out_unasked() {
    let (server, mut browser, _) = two_sessions().await;
    let before = server.records().len();
    let link = "/federation?Action=logout&redirect_uri=/console/";
    let asked = browser.open_from("same-site", link).await;
    assert_eq!(page(&asked), "200 Another site asks to end the session that is open in this browser.");
    let asked = browser.open_from("cross-site", link).await;
    assert_eq!(page(&asked), "200 Another site asks to end the session that is open in this browser.");
    assert_eq!(header(&asked.headers, "set-cookie"), None);
    assert_eq!(server.records().len(), before);
    assert!(browser.session().await["arn"].as_str().unwrap().ends_with("/ana"));
    // Nor by a form, with which no cookie comes.
    let forged = browser.submit_from("cross-site", "/federation", &[("Action", "logout")]).await;
    assert_eq!((forged.status, header(&forged.headers, "set-cookie")), (403, None));
    for csrf in ["", "x"] {
        let forged = browser.submit("/federation", &[("Action", "logout"), ("csrf", csrf)]).await;
        assert_eq!((forged.status, header(&forged.headers, "set-cookie")), (403, None));
    }
    // The button of the page does.
    let csrf = field(&asked, "csrf");
    let fields = [("Action", "logout"), ("redirect_uri", &*field(&asked, "redirect_uri")), ("csrf", &*csrf)];
    let done = browser.submit("/federation", &fields).await;
    assert_eq!(page(&done), "200 The session has left this browser.");
    assert!(done.body.contains("href=\"/console/\""), "{}", done.body);
    assert_eq!(server.last_record()["eventName"], "ConsoleLogout");
    assert_eq!(browser.session().await["code"], "login_required");
    // Nobody is asked who is not signed in.
    let answer = browser.open_from("cross-site", link).await;
    assert_eq!(header(&answer.headers, "location"), Some("/console/"));
}

#[tokio::test]
async fn signing_out_signs_nobody_else_in_but_by_hand() {
    let (_, browser, login) = two_sessions().await;
    let cookie = browser.cookie.clone();
    for target in [login.clone(), format!("https://{HOST}{login}"), "/%66ederation?Action=login".to_owned()] {
        let link = format!("/federation?Action=logout&{}", form(&[("redirect_uri", &target)]));
        // A neighbour's page has the question asked first.
        for (site, status) in [("same-origin", 400), ("same-site", 200)] {
            let mut browser = Browser { cookie: cookie.clone(), server: browser.server.clone() };
            let answer = browser.open_from(site, &link).await;
            assert_eq!(
                (answer.status, header(&answer.headers, "location")),
                (status, None),
                "{site} {target}"
            );
        }
    }
    // Scripts sign out and in again with one address.
    let mut browser = browser;
    let link = format!("/federation?Action=logout&{}", form(&[("redirect_uri", &login)]));
    let answer = browser.open(&link).await;
    assert_eq!(header(&answer.headers, "location"), Some(&*login));
    assert_eq!(browser.open(&login).await.status, 302);
    assert!(browser.session().await["arn"].as_str().unwrap().ends_with("/mallory"));
}
