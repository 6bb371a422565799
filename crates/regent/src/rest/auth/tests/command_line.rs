use serde_json::{Value, json};
use url::Url;

use super::{Browser, Site};
use crate::signin::oidc::start::code_challenge;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const REDIRECT: &str = "http://127.0.0.1:49152/callback";

async fn authorize(browser: &mut Browser) -> String {
    let challenge = code_challenge(VERIFIER);
    let body =
        json!({"redirect_uri": REDIRECT, "code_challenge": challenge, "state": "s t", "client": "laptop"});
    let granted = browser.post("/auth/authorize", body).await;
    assert_eq!(granted.status, 200, "{}", granted.body);
    let url = Url::parse(granted.body["redirect_to"].as_str().unwrap()).unwrap();
    assert!(url.as_str().starts_with(REDIRECT));
    let query: std::collections::BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    assert_eq!(query["state"], "s t");
    query["code"].clone()
}

fn trade(code: &str) -> Value {
    json!({"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER, "redirect_uri": REDIRECT})
}

#[tokio::test]
async fn a_command_line_is_let_in_as_its_browser_was_and_no_longer() {
    let (site, mut ana) = Site::with_ana().await;
    site.clock.advance(3600);
    let code = authorize(&mut ana).await;
    let token = site.nobody().post("/auth/token", trade(&code)).await;
    assert_eq!((token.status, &token.body["token_type"]), (200, &json!("Bearer")), "{}", token.body);
    assert_eq!(token.body["expires_in"], json!(23 * 3600));
    assert_eq!(token.body["me"]["name"], "ana");
    let bearer = token.body["access_token"].as_str().unwrap();
    assert!(bearer.starts_with("rgtc_"));
    let mut cli = Browser { bearer: Some(bearer.to_owned()), ..site.nobody() };
    assert_eq!(cli.get("/me").await.body["sign_in"]["via"], "password");
    // It cannot let in another one.
    let body = json!({"redirect_uri": REDIRECT, "code_challenge": code_challenge(VERIFIER), "state": "", "client": ""});
    assert_eq!(cli.post("/auth/authorize", body).await.shape(), "403 forbidden");
    assert_eq!(cli.post("/auth/logout", json!({})).await.shape(), "204");
    assert_eq!(cli.get("/me").await.shape(), "401 login_required");
}

#[tokio::test]
async fn a_code_is_good_once_for_who_asked_and_for_a_minute() {
    let (site, mut ana) = Site::with_ana().await;
    let other = |name: &str, value: &str, code: &str| {
        let mut body = trade(code);
        body[name] = json!(value);
        body
    };
    for (name, value) in [
        ("code_verifier", "another-verifier-another-verifier-another-ver"),
        ("redirect_uri", "http://127.0.0.1:49153/callback"),
        ("code", "1.AAAA"),
    ] {
        let code = authorize(&mut ana).await;
        let reply = site.nobody().post("/auth/token", other(name, value, &code)).await;
        assert_eq!(reply.shape(), "400 invalid_grant", "{name}");
        if name != "code" {
            let again = site.nobody().post("/auth/token", trade(&code)).await;
            assert_eq!(again.shape(), "400 invalid_grant", "used up by who had half of it");
        }
    }
    let code = authorize(&mut ana).await;
    assert_eq!(site.nobody().post("/auth/token", trade(&code)).await.status, 200);
    assert_eq!(site.nobody().post("/auth/token", trade(&code)).await.shape(), "400 invalid_grant");
    let code = authorize(&mut ana).await;
    site.clock.advance(61);
    assert_eq!(site.nobody().post("/auth/token", trade(&code)).await.shape(), "400 invalid_grant");
    let code = authorize(&mut ana).await;
    ana.post("/auth/logout", json!({})).await;
    assert_eq!(site.nobody().post("/auth/token", trade(&code)).await.shape(), "400 invalid_grant");
    let unknown = json!({"grant_type": "password", "username": "ana"});
    assert_eq!(site.nobody().post("/auth/token", unknown).await.shape(), "400 malformed_body");
}

fn poll(begun: &Value) -> Value {
    json!({"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": begun["device_code"]})
}

#[tokio::test]
async fn a_device_waits_until_somebody_lets_it_in() {
    let (site, mut ana) = Site::with_ana().await;
    let mut device = site.nobody();
    let begun = device.post("/auth/device", json!({"client": "build box"})).await.body;
    let code = begun["user_code"].as_str().unwrap();
    assert_eq!(begun["verification_uri"], "http://localhost/console/device");
    assert_eq!(
        begun["verification_uri_complete"],
        json!(format!("http://localhost/console/device?user_code={code}"))
    );
    assert_eq!(device.post("/auth/token", poll(&begun)).await.shape(), "400 authorization_pending");
    site.clock.advance(5);
    let typed = code.to_lowercase().replace('-', " ");
    assert_eq!(ana.post("/auth/device/approve", json!({"user_code": typed})).await.shape(), "204");
    let token = device.post("/auth/token", poll(&begun)).await;
    assert_eq!((token.status, &token.body["me"]["name"]), (200, &json!("ana")), "{}", token.body);
    site.clock.advance(5);
    assert_eq!(device.post("/auth/token", poll(&begun)).await.shape(), "400 invalid_grant");
}

#[tokio::test]
async fn a_device_that_is_not_let_in_stays_out() {
    let (site, mut ana) = Site::with_ana().await;
    let mut device = Browser { address: [198, 51, 100, 1], ..site.nobody() };
    let begun = device.post("/auth/device", json!({})).await.body;
    let other = device.post("/auth/device", json!({})).await.body;
    assert_eq!(
        ana.post("/auth/device/approve", json!({"user_code": "nonsense"})).await.shape(),
        "400 malformed_user_code"
    );
    ana.post("/auth/device/approve", json!({"user_code": other["user_code"]})).await;
    assert_eq!(
        device.post("/auth/token", poll(&begun)).await.shape(),
        "400 authorization_pending",
        "another's approval"
    );
    let mut shapes: Vec<String> = Vec::new();
    for _ in 0..25 {
        shapes.push(device.post("/auth/token", poll(&begun)).await.shape());
    }
    assert_eq!(shapes.last().unwrap(), "400 slow_down");
    ana.post("/auth/logout", json!({})).await;
    assert_eq!(device.post("/auth/token", poll(&other)).await.shape(), "400 access_denied");
    site.clock.advance(601);
    assert_eq!(device.post("/auth/token", poll(&begun)).await.shape(), "400 expired_token");
    let made_up = json!({"device_code": "1.AAAA"});
    assert_eq!(device.post("/auth/token", poll(&made_up)).await.shape(), "400 expired_token");
    assert_eq!(
        site.nobody().post("/auth/device/approve", json!({"user_code": "BCDF-GHJK"})).await.shape(),
        "401 login_required"
    );
}

#[tokio::test]
async fn a_stranger_begins_only_so_much_in_a_minute() {
    let site = Site::new().await;
    let mut stranger = site.nobody();
    let mut begun = 0;
    while stranger.post("/auth/device", json!({})).await.status == 200 {
        begun += 1;
    }
    assert_eq!(begun, 60);
    assert_eq!(stranger.post("/auth/passkey/start", json!({})).await.shape(), "429 too_many_attempts");
    let mut other = Browser { address: [198, 51, 100, 1], ..site.nobody() };
    assert_eq!(other.post("/auth/device", json!({})).await.status, 200);
}
