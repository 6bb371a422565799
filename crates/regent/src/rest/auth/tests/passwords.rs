use http::Method;
use serde_json::json;

use super::{PASSWORD, Site};

#[tokio::test]
async fn a_password_signs_in_and_every_failure_has_one_answer() {
    let (site, _) = Site::with_ana().await;
    let mut browser = site.nobody();
    let wrong = browser.sign_in("another password", None).await;
    let unknown = browser.post("/auth/sign-in", json!({"name": "nobody", "password": PASSWORD})).await;
    let mut answers = [wrong.body, unknown.body].map(|mut body| {
        body["request_id"] = json!(null);
        body
    });
    assert_eq!(answers[0]["code"], "sign_in_failed");
    answers.sort_by_key(ToString::to_string);
    assert_eq!(answers[0], answers[1]);
    assert!(browser.jar.is_empty());
    let me = browser.sign_in(PASSWORD, None).await;
    assert_eq!(
        (me.status, &me.body["name"], &me.body["sign_in"]["via"]),
        (200, &json!("ana"), &json!("password"))
    );
    assert_eq!(me.body["sign_in"]["mfa"], json!(false));
    assert_eq!(browser.get("/auth/session").await.body["signed_in"], json!(true));
    assert_eq!(
        site.journal().await[2..],
        ["login denied sign_in_failed", "login denied sign_in_failed", "login ok"].map(str::to_owned)
    );
}

#[tokio::test]
async fn guessing_takes_longer_and_longer() {
    let (site, _) = Site::with_ana().await;
    let mut browser = site.nobody();
    for _ in 0..5 {
        assert_eq!(browser.sign_in("wrong", None).await.shape(), "401 sign_in_failed");
    }
    let told = browser.sign_in(PASSWORD, None).await;
    assert_eq!(
        (told.shape().as_str(), &told.headers["retry-after"]),
        ("429 too_many_attempts", &"1".parse().unwrap())
    );
    site.clock.advance(1);
    assert_eq!(browser.sign_in(PASSWORD, None).await.status, 200);
}

#[tokio::test]
async fn a_page_of_another_site_signs_nobody_in() {
    let (site, _) = Site::with_ana().await;
    let mut browser = site.nobody();
    let body = json!({"name": "ana", "password": PASSWORD});
    for headers in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let reply = browser.send(Method::POST, "/auth/sign-in", Some(body.clone()), &[headers]).await;
        assert_eq!(reply.shape(), "403 csrf", "{headers:?}");
    }
    let own = [("origin", "http://localhost"), ("sec-fetch-site", "same-origin")];
    assert_eq!(browser.send(Method::POST, "/auth/sign-in", Some(body), &own).await.status, 200);
}

#[tokio::test]
async fn a_cookie_is_another_one_after_signing_in_and_after_a_second_factor() {
    let (site, mut ana) = Site::with_ana().await;
    let before = ana.clone();
    let secret = ana.enroll().await;
    assert_eq!(ana.sign_in(PASSWORD, Some(&site.code(&secret))).await.status, 200);
    assert_eq!(before.clone().get("/me").await.shape(), "401 login_required");
    site.clock.advance(30);
    let before = ana.clone();
    let stepped = ana.post("/auth/step-up", json!({"code": site.code(&secret)})).await;
    assert_eq!((stepped.status, &stepped.body["sign_in"]["mfa"]), (200, &json!(true)));
    assert_ne!(before.jar, ana.jar);
    assert_ne!(before.csrf, ana.csrf);
    assert_eq!(before.clone().get("/me").await.shape(), "401 login_required");
    assert_eq!(ana.get("/me").await.status, 200);
}

#[tokio::test]
async fn stepping_up_does_not_make_a_sign_in_longer() {
    let (site, mut ana) = Site::with_ana().await;
    let secret = ana.enroll().await;
    let ends = ana.get("/me").await.body["sign_in"]["expires_at"].clone();
    site.clock.advance(3600);
    let stepped = ana.post("/auth/step-up", json!({"code": site.code(&secret)})).await;
    assert_eq!(stepped.body["sign_in"]["expires_at"], ends);
}

#[tokio::test]
async fn an_authenticator_is_asked_for_and_each_code_counts_once() {
    let (site, mut ana) = Site::with_ana().await;
    let secret = ana.enroll().await;
    let mut browser = site.nobody();
    let without = browser.sign_in(PASSWORD, None).await;
    assert_eq!(
        (without.shape().as_str(), &without.body["factors"]),
        ("401 second_factor_required", &json!(["totp"]))
    );
    assert_eq!(
        browser.sign_in("wrong", None).await.shape(),
        "401 sign_in_failed",
        "not told that there is one"
    );
    assert_eq!(browser.sign_in(PASSWORD, Some("000000")).await.shape(), "401 sign_in_failed");
    let code = site.code(&secret);
    let me = browser.sign_in(PASSWORD, Some(&code)).await;
    assert_eq!((me.status, &me.body["sign_in"]["mfa"]), (200, &json!(true)));
    assert_eq!(site.nobody().sign_in(PASSWORD, Some(&code)).await.shape(), "401 sign_in_failed");
    let events = site.journal().await;
    assert!(events.contains(&"mfa.enroll ok".to_owned()), "{events:?}");
}

#[tokio::test]
async fn who_has_a_second_factor_gives_it_before_changing_how_they_sign_in() {
    let (site, mut ana) = Site::with_ana().await;
    let secret = ana.enroll().await;
    let change = json!({"current": PASSWORD, "new": "eight green bottles hang"});
    for (path, body) in [("/me/totp", json!({})), ("/me/passkeys/start", json!({})), ("/me/password", change)]
    {
        assert_eq!(ana.post(path, body).await.shape(), "403 mfa_required", "{path}");
    }
    assert_eq!(ana.post("/auth/step-up", json!({"password": PASSWORD})).await.shape(), "403 mfa_required");
    assert_eq!(
        ana.post("/auth/step-up", json!({"password": "x", "code": site.code(&secret)})).await.shape(),
        "401 sign_in_failed"
    );
    assert_eq!(
        ana.post("/auth/step-up", json!({"password": PASSWORD, "code": site.code(&secret)})).await.status,
        200
    );
    assert_eq!(ana.post("/me/passkeys/start", json!({})).await.status, 200);
    site.clock.advance(601);
    assert_eq!(ana.post("/me/passkeys/start", json!({})).await.shape(), "403 mfa_required");
    let code = json!({"code": site.code(&secret)});
    let removed = ana.send(Method::DELETE, "/me/totp", Some(code), &[]).await;
    assert_eq!(removed.shape(), "204");
    assert_eq!(ana.get("/me").await.body["mfa_methods"], json!([]));
}

#[tokio::test]
async fn an_enrollment_is_confirmed_by_its_person_with_its_code_in_time() {
    let (site, mut ana) = Site::with_ana().await;
    assert_eq!(
        ana.post("/me/totp/confirm", json!({"code": "123456"})).await.shape(),
        "400 enrollment_lapsed"
    );
    let begun = ana.post("/me/totp", json!({})).await.body;
    assert!(begun["uri"].as_str().unwrap().starts_with("otpauth://totp/localhost:ana?secret="));
    assert!(begun["qr_svg"].as_str().unwrap().starts_with("<svg"));
    let code = site.code(begun["secret"].as_str().unwrap());
    let wrong = format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000);
    assert_eq!(ana.post("/me/totp/confirm", json!({"code": wrong})).await.shape(), "400 code_wrong");
    site.clock.advance(901);
    let late =
        json!({"code": site.code(begun["secret"].as_str().unwrap()), "enrollment": begun["enrollment"]});
    assert_eq!(ana.post("/me/totp/confirm", late).await.shape(), "400 enrollment_lapsed");
    assert_eq!(ana.get("/me").await.body["mfa_methods"], json!([]));
}

#[tokio::test]
async fn another_password_ends_every_other_sign_in() {
    let (site, mut ana) = Site::with_ana().await;
    let mut other = site.nobody();
    other.sign_in(PASSWORD, None).await;
    let new = "eight green bottles hang";
    for (current, new, expected) in [
        ("wrong", new, "401 sign_in_failed"),
        (PASSWORD, "short", "400 password_refused"),
        (PASSWORD, "password1234", "400 password_refused"),
        (PASSWORD, new, "204"),
    ] {
        let reply = ana.post("/me/password", json!({"current": current, "new": new})).await;
        assert_eq!(reply.shape(), expected, "{new}");
    }
    assert_eq!(other.get("/me").await.shape(), "401 login_required");
    assert_eq!(ana.get("/me").await.status, 200);
    let mut again = site.nobody();
    assert_eq!(again.sign_in(PASSWORD, None).await.shape(), "401 sign_in_failed");
    assert_eq!(again.sign_in(new, None).await.status, 200);
}

#[tokio::test]
async fn signing_out_ends_it_on_the_server() {
    let (_, mut ana) = Site::with_ana().await;
    let stolen = ana.clone();
    assert_eq!(ana.post("/auth/logout", json!({})).await.shape(), "204");
    assert!(ana.jar.is_empty());
    assert_eq!(stolen.clone().get("/me").await.shape(), "401 login_required");
    assert_eq!(ana.get("/auth/session").await.body, json!({"signed_in": false}));
}
