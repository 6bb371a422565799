use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use regent_broker::{JobToken, Status, SystemAuth, SystemCaller};
use serde_json::{Value, json};

use super::{Browser, Site};
use crate::signin::oidc::provider::{Answer, Provider, Signer};

/// An issuer of jobs' tokens.
async fn issuer(signer: &Signer) -> Provider {
    let keys = json!({"keys": [signer.public]});
    let url: Arc<Mutex<String>> = Arc::default();
    let known = Arc::clone(&url);
    let provider = Provider::start(move |question| {
        if question.line.contains("/.well-known/") {
            let url = known.lock().unwrap().clone();
            return Answer::json(&json!({
                "issuer": url, "jwks_uri": format!("{url}/keys"), "authorization_endpoint": format!("{url}/a"),
                "token_endpoint": format!("{url}/t"),
            }));
        }
        Answer::json(&keys)
    })
    .await;
    url.lock().unwrap().clone_from(&provider.url);
    provider
}

fn caller(name: &str, issuer: &str, subject: &str) -> SystemCaller {
    SystemCaller {
        name: name.into(),
        description: "".into(),
        owner_group: None,
        auth: SystemAuth::Jwt(JobToken {
            issuer: issuer.to_owned(),
            audience: "regent".to_owned(),
            jwks_url: None,
            matchers: BTreeMap::from([("sub".to_owned(), subject.to_owned())]),
        }),
        status: Status::Active,
    }
}

fn grant(token: &str) -> Value {
    json!({"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": token})
}

#[tokio::test]
async fn a_job_gets_a_token_of_its_own_for_what_its_issuer_signed() {
    let site = Site::new().await;
    let signer = Signer::p256("k1");
    let provider = issuer(&signer).await;
    site.put(caller("deploy", &provider.url, "repo:acme/site:*")).await;
    site.put(caller("other", &provider.url, "repo:acme/other:*")).await;
    let claims = |subject: &str, issuer: &str| {
        let now = site.seconds();
        json!({"iss": issuer, "aud": "regent", "sub": subject, "exp": now + 300, "iat": now})
    };
    let header = json!({"alg": "ES256", "kid": "k1"});
    let sign = |subject: &str| signer.token(&header, &claims(subject, &provider.url));
    let token = site.nobody().post("/auth/token", grant(&sign("repo:acme/site:main"))).await;
    assert_eq!(token.status, 200, "{}", token.body);
    assert_eq!((&token.body["me"]["name"], &token.body["expires_in"]), (&json!("deploy"), &json!(900)));
    let bearer = token.body["access_token"].as_str().unwrap().to_owned();
    assert!(bearer.starts_with("rgtj_"));
    let mut job = Browser { bearer: Some(bearer), ..site.nobody() };
    assert_eq!(job.get("/me").await.body["kind"], "system_caller");
    assert_eq!(job.post("/me/totp", json!({})).await.shape(), "403 forbidden");
    site.clock.advance(900);
    assert_eq!(job.get("/me").await.shape(), "401 login_expired");

    let foreign = signer.token(&header, &claims("repo:acme/site:main", "https://evil.example"));
    let forged = Signer::p256("k1").token(&header, &claims("repo:acme/site:main", &provider.url));
    for (name, token) in [
        ("another job", sign("repo:evil/site:main")),
        ("another issuer", foreign),
        ("another key", forged),
        ("nothing", String::new()),
    ] {
        assert_eq!(
            site.nobody().post("/auth/token", grant(&token)).await.shape(),
            "400 invalid_grant",
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_token_that_fits_several_callers_names_one() {
    let site = Site::new().await;
    let signer = Signer::p256("k1");
    let provider = issuer(&signer).await;
    for name in ["one", "two"] {
        site.put(caller(name, &provider.url, "repo:*")).await;
    }
    let suspended = SystemCaller { status: Status::Suspended, ..caller("three", &provider.url, "repo:*") };
    site.put(suspended).await;
    let now = site.seconds();
    let claims = json!({"iss": provider.url, "aud": "regent", "sub": "repo:x", "exp": now + 300});
    let token = signer.token(&json!({"alg": "ES256", "kid": "k1"}), &claims);
    assert_eq!(site.nobody().post("/auth/token", grant(&token)).await.shape(), "400 ambiguous_grant");
    for (name, expected) in [("Two", "200"), ("three", "400 invalid_grant"), ("four", "400 invalid_grant")] {
        let mut body = grant(&token);
        body["system_caller"] = json!(name);
        assert_eq!(site.nobody().post("/auth/token", body).await.shape(), expected, "{name}");
    }
}

#[tokio::test]
async fn of_very_many_callers_of_one_issuer_a_job_names_its_own() {
    let site = Site::new().await;
    let signer = Signer::p256("k1");
    let provider = issuer(&signer).await;
    for number in 0..25 {
        site.put(caller(&format!("c{number:02}"), &provider.url, &format!("repo:{number:02}"))).await;
    }
    let claims = json!({"iss": provider.url, "aud": "regent", "sub": "repo:23", "exp": site.seconds() + 300});
    let token = signer.token(&json!({"alg": "ES256", "kid": "k1"}), &claims);
    assert_eq!(site.nobody().post("/auth/token", grant(&token)).await.shape(), "400 ambiguous_grant");
    let mut named = grant(&token);
    named["system_caller"] = json!("c23");
    assert_eq!(site.nobody().post("/auth/token", named).await.status, 200);
}
