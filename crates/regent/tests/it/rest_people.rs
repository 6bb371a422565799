//! People, groups, system callers: who there is, what they may be, and what is refused.

use serde_json::{Value, json};

use crate::support::TestServer;
use crate::support::api::{Api, PASSWORD, Reply};

/// An administrator of a server of their own.
async fn admin() -> Api {
    TestServer::new().await.administrator().await
}

/// Expects that a body is refused for one of its members.
#[track_caller]
fn check_refused(reply: &Reply, member: &str, code: &str) {
    assert_eq!(reply.status, 422, "{member}: {}", reply.text);
    let fields = reply.body["fields"].as_array().cloned().unwrap_or_default();
    let found = fields.iter().find(|field| field["name"] == member);
    assert_eq!(found.map(|field| &field["code"]), Some(&json!(code)), "{member}: {}", reply.text);
}

/// A connector that grants something to somebody.
async fn granting(admin: &Api, subject: Value) -> Reply {
    let account = json!({
        "name": "prod", "kind": "access_key",
        "access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    });
    let account = admin.made("/accounts", account).await;
    let connector = json!({
        "name": "Read", "slug": "prod-ro", "account_id": account.id(), "principal_type": "assume_role",
        "role_arn": "arn:aws:iam::123456789012:role/reader", "scope": "both", "grants": [{ "subject": subject }],
    });
    admin.made("/connectors", connector).await
}

#[tokio::test]
async fn a_body_about_somebody_is_refused_member_by_member() {
    let admin = admin().await;
    let far = "2029-01-01T00:00:00Z";
    let jwt = |issuer: &str, matchers: Value| json!({ "kind": "jwt", "issuer": issuer, "audience": "regent", "matchers": matchers });
    let some = json!({ "sub": "repo:acme/*" });
    let rows = [
        ("/users", json!({ "name": "a b" }), "name", "malformed"),
        ("/users", json!({ "name": "bob", "email": "bob" }), "email", "malformed"),
        ("/users", json!({ "name": "bob", "attributes": { "a b": "c" } }), "attributes", "malformed"),
        ("/users", json!({ "name": "bob", "attributes": { "team": "" } }), "attributes.team", "malformed"),
        ("/users", json!({ "name": "bob", "password": "short" }), "password", "password_refused"),
        ("/users", json!({ "name": "bob", "password": "bobbobbobbob" }), "password", "password_refused"),
        ("/groups", json!({ "name": " dev" }), "name", "malformed"),
        ("/groups", json!({ "name": "dev", "members": ["usr_NOBODY"] }), "members", "unknown"),
        (
            "/groups",
            json!({ "name": "dev", "mapped": { "source": "idp_NONE", "value": "x" } }),
            "mapped.source",
            "unknown",
        ),
        ("/system-callers", json!({ "name": "" }), "name", "malformed"),
        ("/system-callers", json!({ "name": "ci", "owner_group": "grp_NONE" }), "owner_group", "unknown"),
        (
            "/system-callers",
            json!({ "name": "ci", "auth": { "kind": "token", "expires_at": far } }),
            "auth.expires_at",
            "too_late",
        ),
        (
            "/system-callers",
            json!({ "name": "ci", "auth": { "kind": "token", "expires_at": "2026-01-01T00:00:00Z" } }),
            "auth.expires_at",
            "past",
        ),
        (
            "/system-callers",
            json!({ "name": "ci", "auth": jwt("http://ci.example", some.clone()) }),
            "auth.issuer",
            "malformed",
        ),
        (
            "/system-callers",
            json!({ "name": "ci", "auth": jwt("https://ci.example", json!({ "sub": "*" })) }),
            "auth.matchers",
            "required",
        ),
    ];
    for (path, body, member, code) in rows {
        check_refused(&admin.post(path, body).await, member, code);
    }
}

#[tokio::test]
async fn only_administrators_change_who_there_is() {
    let admin = admin().await;
    let made =
        admin.made("/users", json!({ "name": "mia", "password": PASSWORD, "roles": ["auditor"] })).await;
    let caller = admin.made("/system-callers", json!({ "name": "ci" })).await;
    let ci = admin.server.bearer(caller.body["token"].as_str().unwrap());
    assert_eq!(ci.get("/me").await.body["name"], "ci");
    for path in ["/users", "/groups", "/system-callers", "/identity-sources", "/upstreams"] {
        assert_eq!(ci.get(path).await.shape(), "403 forbidden", "{path}");
        assert_eq!(ci.post(path, json!({ "name": "x" })).await.shape(), "403 forbidden", "{path}");
    }
    assert_eq!(ci.get("/settings").await.shape(), "403 forbidden");
    assert_eq!(ci.delete(&format!("/users/{}", made.id())).await.shape(), "403 forbidden");
    assert_eq!(ci.post("/users/mia/reset-password", json!({})).await.shape(), "403 forbidden");
}

#[tokio::test]
async fn the_last_administrator_stays_one() {
    let admin = admin().await;
    let me = admin.get("/users/root-admin").await;
    let path = "/users/root-admin";
    for change in [json!({ "status": "suspended" }), json!({ "roles": [] }), json!({ "roles": ["auditor"] })]
    {
        assert_eq!(admin.patch(path, change, &me).await.shape(), "409 last_administrator");
    }
    assert_eq!(admin.delete(path).await.shape(), "409 last_administrator");

    // Somebody who cannot sign in does not count, and neither does a group that nobody is in.
    let bob = admin.made("/users", json!({ "name": "bob", "roles": ["administrator"] })).await;
    admin.made("/groups", json!({ "name": "empty", "roles": ["administrator"] })).await;
    assert_eq!(admin.delete(path).await.shape(), "409 last_administrator");

    // Whoever is one by a group counts as long as they are in it.
    let by_group = admin.made("/users", json!({ "name": "eve", "password": PASSWORD })).await;
    let group = json!({ "name": "admins", "roles": ["administrator"], "members": [by_group.id()] });
    let group = admin.made("/groups", group).await;
    let changed = admin.patch(path, json!({ "roles": ["auditor", "administrator"] }), &me).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(admin.delete("/users/bob").await.status, 204);
    let eve = admin.patch("/users/eve", json!({ "roles": ["administrator"] }), &by_group).await;
    assert_eq!(eve.status, 200, "{}", eve.text);
    let eve = admin.patch("/users/eve", json!({ "roles": [] }), &eve).await;
    assert_eq!(eve.status, 200, "{}", eve.text);
    let stepped_down = admin.patch(path, json!({ "roles": ["auditor"] }), &changed).await;
    assert_eq!(stepped_down.status, 200, "{}", stepped_down.text);
    // From here on nobody but Eve may; she cannot be asked in this test without signing in.
    assert_eq!(
        admin.patch("/groups/admins", json!({ "members": [] }), &group).await.shape(),
        "403 forbidden"
    );
    drop(bob);
}

#[tokio::test]
async fn whoever_is_suspended_is_signed_out_at_once_and_stays_so() {
    let admin = admin().await;
    let made =
        admin.made("/users", json!({ "name": "mia", "password": PASSWORD, "roles": ["auditor"] })).await;
    assert_eq!(made.body["must_change_password"], true);
    let signed_in =
        admin.server.api().post("/auth/sign-in", json!({ "name": "mia", "password": PASSWORD })).await;
    assert_eq!(signed_in.status, 200, "{}", signed_in.text);
    let mia = admin.server.api().signed_in_by(&signed_in);
    assert_eq!(mia.get("/me").await.status, 200);
    assert!(admin.get("/users/mia").await.body["last_login_at"].is_string());

    let off = admin.patch("/users/mia", json!({ "status": "suspended" }), &made).await;
    assert_eq!(off.body["status"], "suspended");
    assert_eq!(mia.get("/me").await.shape(), "401 login_required");
    let on = admin.patch("/users/mia", json!({ "status": "active" }), &off).await;
    assert_eq!(on.status, 200);
    assert_eq!(mia.get("/me").await.shape(), "401 login_required");
}

#[tokio::test]
async fn a_reset_password_is_shown_once_and_ends_sign_ins() {
    let admin = admin().await;
    admin.made("/users", json!({ "name": "mia", "password": PASSWORD })).await;
    let sign_in = |password: &str| {
        let body = json!({ "name": "mia", "password": password });
        let nobody = admin.server.api();
        async move { nobody.post("/auth/sign-in", body).await }
    };
    let mia = admin.server.api().signed_in_by(&sign_in(PASSWORD).await);
    let reset = admin.post("/users/mia/reset-password", json!({})).await;
    assert_eq!(reset.headers["cache-control"], "no-store");
    let password = reset.body["password"].as_str().unwrap().to_owned();
    assert_eq!(mia.get("/me").await.shape(), "401 login_required");
    assert_eq!(sign_in(PASSWORD).await.shape(), "401 sign_in_failed");
    assert_eq!(sign_in(&password).await.status, 200);
    assert!(!admin.get("/users/mia").await.text.contains(&password));

    let chosen =
        admin.post("/users/mia/reset-password", json!({ "password": "eight white horses run" })).await;
    assert_eq!(chosen.body, json!({}));
    let weak = admin.post("/users/mia/reset-password", json!({ "password": "mia" })).await;
    check_refused(&weak, "password", "password_refused");
}

#[tokio::test]
async fn a_password_that_is_set_in_passing_ends_sign_ins_and_is_told_as_one() {
    let admin = admin().await;
    admin.made_person("mia").await;
    for (put, password) in [(false, "nine black cats sleep"), (true, "ten grey wolves sing")] {
        let before = admin.get("/users/mia").await;
        let old = if put { "nine black cats sleep" } else { PASSWORD };
        let old = admin.server.api().made("/auth/sign-in", json!({ "name": "mia", "password": old })).await;
        let mia = admin.server.api().signed_in_by(&old);
        let renamed = admin.patch("/users/mia", json!({ "display_name": "Mia" }), &before).await;
        assert_eq!((renamed.status, mia.get("/me").await.status), (200, 200), "{}", renamed.text);
        let body = json!({ "name": "mia", "password": password });
        let set = if put {
            admin.put("/users/mia", body, &renamed).await
        } else {
            admin.patch("/users/mia", body, &renamed).await
        };
        assert_eq!((set.status, &set.body["must_change_password"]), (200, &json!(true)), "{}", set.text);
        assert_eq!(mia.get("/me").await.shape(), "401 login_required");
        let late = admin.patch("/users/mia", json!({ "password": PASSWORD }), &renamed).await;
        assert_eq!(
            (late.shape().as_str(), &late.body["current"]["id"]),
            ("412 revision_conflict", &set.body["id"])
        );
    }
    let told = admin.get("/audit?action=password.reset").await.body["items"].take();
    let whom: Vec<_> = told.as_array().unwrap().iter().map(|event| event["target"]["name"].clone()).collect();
    assert_eq!(whom, ["mia", "mia"]);
}

#[tokio::test]
async fn whoever_has_a_one_time_password_changes_it_before_anything_else() {
    let admin = admin().await;
    let made = json!({ "name": "mia", "password": PASSWORD, "roles": ["administrator"] });
    admin.made("/users", made).await;
    let nobody = admin.server.api();
    let signed_in = nobody.made("/auth/sign-in", json!({ "name": "mia", "password": PASSWORD })).await;
    assert_eq!(signed_in.body["must_change_password"], true);
    let mia = nobody.signed_in_by(&signed_in);
    for path in ["/users", "/me/connectors", "/me/sessions", "/me/passkeys", "/settings"] {
        let refused = mia.get(path).await;
        assert_eq!(refused.shape(), "403 password_change_required", "{path}");
        assert_eq!(refused.body["fix"], "change it with POST /api/v1/me/password");
    }
    for (path, body) in [("/groups", json!({ "name": "dev" })), ("/me/totp", json!({}))] {
        assert_eq!(mia.post(path, body).await.shape(), "403 password_change_required", "{path}");
    }
    for path in ["/me", "/auth/session"] {
        assert_eq!(mia.get(path).await.status, 200, "{path}");
    }
    assert_eq!(mia.post("/auth/step-up", json!({ "password": PASSWORD })).await.shape(), "403 mfa_required");
    let same = json!({ "current": PASSWORD, "new": PASSWORD });
    assert_eq!(mia.post("/me/password", same).await.shape(), "400 password_unchanged");
    let change = json!({ "current": PASSWORD, "new": "eight white horses run" });
    assert_eq!(mia.post("/me/password", change).await.status, 204);
    assert_eq!(mia.get("/users").await.status, 200);

    // And who wants to go, may.
    admin.post("/users/mia/reset-password", json!({ "password": PASSWORD })).await;
    let again = nobody.made("/auth/sign-in", json!({ "name": "mia", "password": PASSWORD })).await;
    assert_eq!(nobody.signed_in_by(&again).post("/auth/logout", json!({})).await.status, 204);
}

#[tokio::test]
async fn what_a_grant_names_stays() {
    let admin = admin().await;
    let mia = admin.made("/users", json!({ "name": "mia" })).await;
    let dev = admin.made("/groups", json!({ "name": "dev", "members": [mia.id(), mia.id()] })).await;
    assert_eq!(dev.body["members"], json!([mia.id()]));
    assert_eq!(dev.body["member_count"], 1);
    let ci = admin.made("/system-callers", json!({ "name": "ci", "owner_group": dev.id() })).await;
    let connector = granting(&admin, json!({ "user": mia.id() })).await;
    assert_eq!(admin.delete("/users/mia").await.shape(), "409 user_in_use");
    assert_eq!(admin.delete("/groups/dev").await.shape(), "409 group_in_use");

    let grants = json!({ "grants": [{ "subject": { "system_caller": ci.id() } }, { "subject": { "group": dev.id() } }] });
    let granted = admin.put("/connectors/prod-ro/grants", grants, &connector).await;
    assert_eq!(granted.status, 200, "{}", granted.text);
    let refused = admin.delete("/system-callers/ci").await;
    assert_eq!(refused.shape(), "409 system_caller_in_use");
    assert_eq!(refused.body["fields"][0]["name"], connector.body["id"]);
    // Mia is only in a group, which forgets her.
    assert_eq!(admin.delete("/users/mia").await.status, 204);
    assert_eq!(admin.get("/groups/dev").await.body["members"], json!([]));
    assert_eq!(admin.delete("/connectors/prod-ro").await.status, 204);
    assert_eq!(admin.delete("/system-callers/ci").await.status, 204);
    assert_eq!(admin.delete("/groups/dev").await.status, 204);
}

#[tokio::test]
async fn a_token_is_shown_once_and_only_the_newest_counts() {
    let server = TestServer::new().await;
    let admin = server.administrator().await;
    let made = admin.made("/system-callers", json!({ "name": "ci" })).await;
    assert_eq!(made.headers["cache-control"], "no-store");
    let token = made.body["token"].as_str().unwrap().to_owned();
    let ulid = made.id().strip_prefix("sys_").unwrap();
    let secret = token.strip_prefix(&format!("rgt_{ulid}_")).unwrap();
    assert_eq!(secret.len(), 43);
    assert!(token.starts_with(made.body["auth"]["prefix"].as_str().unwrap()));
    let ci = server.bearer(&token);
    assert_eq!(ci.get("/me").await.body["kind"], "system_caller");
    let shown = admin.get("/system-callers/ci").await;
    assert!(!shown.text.contains(secret), "{}", shown.text);
    assert!(shown.body["last_used_at"].is_string());

    let rotated = admin.post("/system-callers/ci/rotate-token", json!({})).await;
    assert_eq!(rotated.headers["cache-control"], "no-store");
    assert_eq!(ci.get("/me").await.shape(), "401 login_required");
    let ci = server.bearer(rotated.body["token"].as_str().unwrap());
    assert_eq!(ci.get("/me").await.status, 200);

    let shown = admin.get("/system-callers/ci").await;
    let off = admin.patch("/system-callers/ci", json!({ "status": "suspended" }), &shown).await;
    assert_eq!(off.status, 200, "{}", off.text);
    assert_eq!(ci.get("/me").await.shape(), "401 login_required");
    let on = admin.patch("/system-callers/ci", json!({ "status": "active" }), &off).await;
    assert_eq!(on.status, 200);
    assert_eq!(ci.get("/me").await.status, 200);
    server.advance(91 * 24 * 3600);
    assert_eq!(ci.get("/me").await.shape(), "401 login_expired");
}

#[tokio::test]
async fn a_caller_with_signed_tokens_has_none_to_rotate() {
    let admin = admin().await;
    let auth = json!({
        "kind": "jwt", "issuer": "https://ci.example", "audience": "regent", "matchers": { "sub": "repo:acme/*" },
    });
    let made = admin.made("/system-callers", json!({ "name": "ci", "auth": auth })).await;
    assert_eq!(made.body["token"], Value::Null);
    assert_eq!(admin.post("/system-callers/ci/rotate-token", json!({})).await.shape(), "409 no_token");
    let token = admin.patch("/system-callers/ci", json!({ "auth": null }), &made).await;
    check_refused(&token, "auth.kind", "not_possible");
    // What was shown can be sent back whole.
    let whole = admin.put("/system-callers/ci", made.body.clone(), &made).await;
    assert_eq!(whole.status, 200, "{}", whole.text);
}

#[tokio::test]
async fn whoever_is_late_sees_what_there_is_now() {
    let admin = admin().await;
    let first = admin.made("/groups", json!({ "name": "dev" })).await;
    let second = admin.patch("/groups/dev", json!({ "description": "who develops" }), &first).await;
    assert_eq!(second.status, 200);
    let late = admin.patch("/groups/dev", json!({ "description": "late" }), &first).await;
    assert_eq!(late.shape(), "412 revision_conflict");
    assert_eq!(late.body["current"]["description"], "who develops");
    assert_eq!(late.body["current"]["revision"], second.body["revision"]);
    assert_eq!(admin.post("/groups", json!({ "name": "DEV" })).await.shape(), "409 name_taken");
}
