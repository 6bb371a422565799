//! The REST API, in process: who may, what is kept, what is refused.

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use crate::support::TestServer;
use crate::support::api::{Api, Reply};

/// An account with a long-term key at the embedded upstream.
async fn account(admin: &Api, name: &str) -> Reply {
    let body = json!({
        "name": name, "kind": "access_key",
        "access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    });
    admin.made("/accounts", body).await
}

fn connector(account: &str, slug: &str) -> Value {
    json!({
        "name": slug, "slug": slug, "account_id": account, "principal_type": "assume_role",
        "role_arn": "arn:aws:iam::123456789012:role/reader",
    })
}

#[tokio::test]
async fn the_first_run_makes_one_administrator_and_no_second() {
    let server = TestServer::new().await;
    let nobody = server.api();
    assert_eq!(nobody.get("/status").await.body["setup"], "required");
    let code = server.server.setup_code().unwrap().to_owned();
    let wrong = json!({ "code": "AAAAA", "name": "ana", "password": "seven green bottles hang" });
    assert_eq!(nobody.post("/setup", wrong).await.shape(), "403 setup_code_wrong");
    let weak = json!({ "code": code, "name": "ana", "password": "password1234" });
    assert_eq!(nobody.post("/setup", weak).await.shape(), "400 password_refused");
    let admin = server.administrator().await;
    let me = admin.get("/me").await;
    assert_eq!(me.body["roles"], json!(["administrator"]));
    assert_eq!(nobody.get("/status").await.body["setup"], "done");
    let told = admin.get("/audit").await.body["items"].take();
    let mut told: Vec<_> =
        told.as_array().unwrap().iter().filter(|event| event["action"] != "login").collect();
    told.sort_by_key(|event| event["seq"].as_u64());
    let actions: Vec<_> = told.iter().map(|event| event["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["user.create", "setup"]);
    for event in told {
        assert_eq!((&event["target"]["id"], &event["client"]["ip"]), (&me.body["id"], &json!("203.0.113.7")));
    }
    let again = json!({ "code": code, "name": "eve", "password": "seven green bottles hang" });
    assert_eq!(nobody.post("/setup", again).await.shape(), "409 setup_done");
}

#[tokio::test]
async fn nothing_is_told_to_nobody() {
    let server = TestServer::new().await;
    for path in ["/me", "/me/connectors", "/connectors", "/accounts"] {
        assert_eq!(server.api().get(path).await.shape(), "401 login_required", "{path}");
        assert_eq!(server.bearer("rgtc_nonsense").get(path).await.shape(), "401 login_required", "{path}");
        assert_eq!(server.bearer("rgt_A_b").get(path).await.shape(), "401 login_required", "{path}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_a_problem_like_any_other() {
    let server = TestServer::new().await;
    let admin = server.administrator().await;
    let not_json = |kind: &str, body: &'static [u8]| {
        let request = Request::post("http://localhost/api/v1/auth/sign-in").header("content-type", kind);
        admin.raw(request.body(Bytes::from_static(body)).unwrap())
    };
    for (reply, expected) in [
        (admin.get("/nowhere").await, "404 not_found"),
        (admin.get("/").await, "404 not_found"),
        (admin.delete("/status").await, "405 method_not_allowed"),
        (admin.get("/connectors?limit=many").await, "400 malformed_query"),
        (admin.get("/connectors?nothing=1").await, "400 malformed_query"),
        (admin.get("/connectors?q=a&q=b").await, "400 malformed_query"),
        (admin.get("/auth/oidc/start").await, "400 malformed_query"),
        (admin.get("/connectors/%ff").await, "400 malformed_path"),
        (not_json("text/plain", b"{}").await, "415 not_json"),
        (not_json("application/json", b"{").await, "400 malformed_body"),
    ] {
        assert_eq!(reply.shape(), expected, "{}", reply.text);
        assert_eq!(reply.headers["content-type"], "application/problem+json", "{expected}");
        assert!(reply.body["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{}", reply.text);
    }
    for path in ["/api", "/api/", "/api/v2/status"] {
        let elsewhere = Request::get(format!("http://localhost{path}")).body(Bytes::new()).unwrap();
        assert_eq!(admin.raw(elsewhere).await.shape(), "404 not_found", "{path}");
    }
}

#[tokio::test]
async fn the_status_tells_what_an_sdk_is_given_as_its_endpoint() {
    let server = TestServer::new().await;
    assert_eq!(server.api().get("/status").await.body["aws_endpoint"], "http://localhost");
    let admin = server.administrator().await;
    let settings = admin.get("/settings").await;
    admin.put("/settings", json!({ "external_url": "https://regent.example" }), &settings).await;
    assert_eq!(server.api().get("/status").await.body["aws_endpoint"], "https://regent.example");
}

#[tokio::test]
async fn a_browser_proves_that_a_write_comes_from_the_console() {
    let server = TestServer::new().await;
    let admin = server.administrator().await;
    let without = Api { csrf: None, ..admin.clone() };
    assert_eq!(without.get("/me").await.status, 200);
    assert_eq!(without.post("/accounts", json!({})).await.shape(), "403 csrf");
    let wrong = Api { csrf: Some("x".to_owned()), ..admin.clone() };
    assert_eq!(wrong.post("/accounts", json!({})).await.shape(), "403 csrf");
    for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let request = http::Request::post("http://localhost/api/v1/accounts")
            .header("host", "localhost")
            .header("cookie", admin.cookie.as_deref().unwrap())
            .header("x-regent-csrf", admin.csrf.as_deref().unwrap())
            .header("content-type", "application/json")
            .header(name, value)
            .body(bytes::Bytes::from("{}"))
            .unwrap();
        assert_eq!(admin.raw(request).await.shape(), "403 csrf", "{name}: {value}");
    }
}

#[tokio::test]
async fn a_sign_in_ends_when_nobody_uses_it_and_after_a_day() {
    let server = TestServer::new().await;
    let admin = server.administrator().await;
    server.advance(479 * 60);
    assert_eq!(admin.get("/me").await.status, 200);
    tokio::task::yield_now().await;
    server.advance(481 * 60);
    assert_eq!(admin.get("/me").await.shape(), "401 login_expired");
}

#[tokio::test]
async fn a_secret_goes_in_and_never_comes_out() {
    let server = TestServer::new().await;
    let admin = server.administrator().await;
    let made = account(&admin, "prod").await;
    for reply in [&made, &admin.get("/accounts").await, &admin.get("/accounts/prod").await] {
        assert!(!reply.text.contains("wJalrXUtnFEMI"), "{}", reply.text);
        assert!(reply.text.contains("secret_set_at"));
    }
    let path = format!("/accounts/{}", made.id());
    let other_key = json!({ "access_key_id": "AKIAIOSFODNN7EXAMPL2" });
    assert_eq!(admin.patch(&path, other_key, &made).await.shape(), "422 invalid");
    let renamed = admin.patch(&path, json!({ "name": "production" }), &made).await;
    assert_eq!(renamed.body["name"], "production");
    assert!(renamed.body["secret_set_at"].is_string());
}

#[tokio::test]
async fn what_is_in_use_stays_and_says_by_whom() {
    let server = TestServer::new().await;
    let admin = server.administrator().await;
    let made = account(&admin, "prod").await;
    let used = admin.made("/connectors", connector(made.id(), "prod-ro")).await;
    let refused = admin.delete("/accounts/prod").await;
    assert_eq!(refused.shape(), "409 account_in_use");
    assert_eq!(refused.body["fields"][0]["name"], used.body["id"]);
    assert_eq!(admin.delete("/connectors/prod-ro").await.status, 204);
    assert_eq!(admin.delete("/accounts/prod").await.status, 204);
    assert_eq!(admin.get("/accounts/prod").await.shape(), "404 not_found");
}

#[tokio::test]
async fn a_change_names_the_revision_it_is_a_change_of() {
    let server = TestServer::new().await;
    let admin = server.administrator().await;
    let made = account(&admin, "prod").await;
    let first = admin.made("/connectors", connector(made.id(), "prod-ro")).await;
    let unnamed =
        admin.send(http::Method::PATCH, "/connectors/prod-ro", Some(json!({ "name": "x" })), None).await;
    assert_eq!(unnamed.shape(), "428 precondition_required");
    let second = admin.patch("/connectors/prod-ro", json!({ "name": "Read only" }), &first).await;
    assert_eq!(second.body["name"], "Read only");
    let late = admin.patch("/connectors/prod-ro", json!({ "name": "Late" }), &first).await;
    assert_eq!(late.shape(), "412 revision_conflict");
    // What was shown can be sent back whole.
    let whole = admin.put("/connectors/prod-ro", second.body.clone(), &second).await;
    assert_eq!(whole.status, 200, "{}", whole.text);
    assert_eq!(whole.body["name"], "Read only");
    let unknown = admin.patch("/connectors/prod-ro", json!({ "naem": "x" }), &whole).await;
    assert_eq!(unknown.shape(), "400 malformed_body");
}

#[tokio::test]
async fn lists_come_in_pages() {
    let server = TestServer::new().await;
    let admin = server.administrator().await;
    let made = account(&admin, "prod").await;
    for slug in ["aa", "bb", "cc"] {
        admin.made("/connectors", connector(made.id(), slug)).await;
    }
    let page = admin.get("/connectors?limit=2").await;
    assert_eq!(page.body["items"].as_array().unwrap().len(), 2);
    let rest = admin
        .get(&format!("/connectors?limit=2&cursor={}", page.body["next_cursor"].as_str().unwrap()))
        .await;
    assert_eq!(rest.body["items"][0]["slug"], "cc");
    assert_eq!(rest.body["next_cursor"], Value::Null);
    assert_eq!(admin.get("/connectors?limit=0").await.shape(), "400 malformed_limit");
    assert_eq!(admin.get("/connectors?q=BB").await.body["items"].as_array().unwrap().len(), 1);
    let mine = admin.get("/me/connectors").await;
    assert_eq!(mine.body["items"][0]["via"], "admin");
    // A role lasts twelve hours; so may its session, under a sign-in that has a day left.
    assert_eq!(mine.body["items"][0]["lifetime"]["max"], 43_200);
}
