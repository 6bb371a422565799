//! The configuration as a document, requests that are sent twice, and the demonstration.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::support::TestServer;
use crate::support::api::{Api, Reply};

/// A server with one thing of each kind that a document has.
async fn filled() -> Api {
    let admin = TestServer::new().await.administrator().await;
    let source = json!({ "name": "Company", "issuer": "https://idp.example", "client_id": "regent" });
    let source = admin.made("/identity-sources", source).await;
    let upstream = json!({ "name": "lab", "kind": "custom", "sts_url": "https://sts.example" });
    let upstream = admin.made("/upstreams", upstream).await;
    let key = json!({
        "name": "key", "kind": "access_key", "upstream_id": "upst_aws",
        "access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    });
    let key = admin.made("/accounts", key).await;
    // Named before the account behind it.
    let hop = json!({
        "name": "a-hop", "kind": "hop", "upstream_id": upstream.id(),
        "hop": { "base": key.id(), "role_arn": "arn:aws:iam::123456789012:role/hop" },
    });
    admin.made("/accounts", hop).await;
    let me = admin.get("/me").await;
    let dev = admin.made("/groups", json!({ "name": "dev", "members": [me.body["id"]] })).await;
    let mapped = json!({ "source": source.id(), "value": "4711" });
    admin.made("/groups", json!({ "name": "ops", "mapped": mapped, "roles": ["operator"] })).await;
    let auth = json!({
        "kind": "jwt", "issuer": "https://ci.example", "audience": "regent", "matchers": { "sub": "repo:acme/*" },
    });
    let ci =
        admin.made("/system-callers", json!({ "name": "ci", "auth": auth, "owner_group": dev.id() })).await;
    admin.made("/system-callers", json!({ "name": "old-ci" })).await;
    let hours =
        json!({ "days": ["mon", "fri"], "from": "08:00", "to": "18:00", "timezone": "Europe/Berlin" });
    let connector = json!({
        "name": "Read: everything", "slug": "prod-ro", "account_id": key.id(), "principal_type": "assume_role",
        "role_arn": "arn:aws:iam::123456789012:role/reader", "scope": "both", "labels": { "env": "prod", "on": "yes" },
        "description": "Reads.\n\nAnd nothing else.\n",
        "inline_policy": "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": {\n    \"Effect\": \"Allow\", \"Action\": \"s3:Get*\", \"Resource\": \"*\"\n  }\n}",
        "session_tags": { "team": { "template": "${connector.slug}", "lossy": true } },
        "grants": [
            { "subject": { "group": dev.id() }, "conditions": { "hours": hours, "mfa": 10 } },
            { "subject": { "user": me.body["id"] }, "expires_at": "2027-01-01T00:00:00Z" },
            { "subject": { "system_caller": ci.id() } },
        ],
    });
    admin.made("/connectors", connector).await;
    admin
}

async fn apply(admin: &Api, path: &str, document: &str, prune: bool) -> Reply {
    admin.post(path, json!({ "document": document, "prune": prune })).await
}

/// What is done to each thing, those that are kept left out.
fn actions(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 200, "{}", reply.text);
    let changes = reply.body["changes"].as_array().unwrap().iter();
    let told = changes
        .map(|change| format!("{} {} {}", change["action"], change["kind"], change["name"]).replace('"', ""));
    told.filter(|told| !told.starts_with("keep")).collect()
}

#[tokio::test]
async fn what_is_exported_makes_another_server_the_same() {
    let exported = filled().await.get("/config/export").await;
    assert_eq!(exported.headers["content-type"], "text/yaml; charset=utf-8");
    for secret in ["wJalrXUtnFEMI", "rgt_", "argon2"] {
        assert!(!exported.text.contains(secret), "{}", exported.text);
    }
    let other = TestServer::new().await.administrator().await;
    let planned = apply(&other, "/config/plan", &exported.text, false).await;
    assert_eq!(planned.body["done"], false);
    assert_eq!(actions(&planned).len(), 9, "{}", planned.text);
    assert_eq!(other.get("/connectors").await.body["items"], json!([]), "a plan changes nothing");

    let applied = apply(&other, "/config/apply", &exported.text, false).await;
    assert_eq!(applied.body["done"], true, "{}", applied.text);
    assert_eq!(actions(&applied), actions(&planned));
    let again = other.get("/config/export").await;
    assert_eq!(again.text, exported.text);
    assert_eq!(actions(&apply(&other, "/config/apply", &again.text, true).await), Vec::<String>::new());

    // What cannot be in a document is asked for.
    let warned: Vec<&Value> =
        applied.body["warnings"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(warned, ["Company", "key", "old-ci"]);
    let mine = other.get("/me/connectors").await;
    assert_eq!(mine.body["items"][0]["state"], "disabled");
    assert_eq!(mine.body["items"][0]["reason"], "its account has no secret yet");
    let issued = other.post("/connectors/prod-ro/credentials", json!({})).await;
    assert_eq!(issued.status, 403, "{}", issued.text);
}

#[tokio::test]
async fn a_document_changes_what_differs_and_keeps_secrets() {
    let admin = filled().await;
    let document = "version: 1\naccounts:\n  - name: key\n    kind: access_key\n    upstream: AWS\n    access_key_id: AKIAIOSFODNN7EXAMPLE\n    region: eu-west-1\n";
    let planned = apply(&admin, "/config/plan", document, false).await;
    assert_eq!(actions(&planned), ["update account key"]);
    assert_eq!(planned.body["changes"][0]["fields"], json!([{ "name": "region", "after": "eu-west-1" }]));
    let applied = apply(&admin, "/config/apply", document, false).await;
    assert_eq!(applied.body["warnings"], json!([]));
    assert!(admin.get("/accounts/key").await.body["secret_set_at"].is_string());
    // Another key would take the secret along, which no document can bring back.
    let before = admin.get("/accounts/key").await.body;
    let other_key = document.replace("7EXAMPLE", "7EXAMPL2");
    for path in ["/config/plan", "/config/apply"] {
        let refused = apply(&admin, path, &other_key, false).await;
        assert_eq!(refused.shape(), "422 invalid", "{}", refused.text);
        let found = &refused.body["fields"][0];
        assert_eq!(found["name"], "accounts[key].access_key_id");
        assert_eq!(found["code"], "key_has_secret");
        assert!(found["fix"].is_string(), "{}", refused.text);
    }
    // No key named is the one there is.
    let no_key = document.replace("    access_key_id: AKIAIOSFODNN7EXAMPLE\n", "");
    assert_eq!(actions(&apply(&admin, "/config/apply", &no_key, false).await), Vec::<String>::new());
    assert_eq!(admin.get("/accounts/key").await.body, before);
}

#[tokio::test]
async fn whole_ids_of_access_keys_are_for_administrators() {
    let admin = filled().await;
    let eva = admin.made_person("eva").await;
    let auditors = json!({ "name": "auditors", "roles": ["auditor"], "members": [eva.body["id"]] });
    admin.made("/groups", auditors).await;
    let nobody = admin.server.api();
    let sign_in = json!({ "name": "eva", "password": crate::support::api::PASSWORD });
    let eva = nobody.signed_in_by(&nobody.made("/auth/sign-in", sign_in).await);

    let whole = "AKIAIOSFODNN7EXAMPLE";
    for path in ["/accounts", "/accounts/key", "/config/export"] {
        let (ours, theirs) = (admin.get(path).await, eva.get(path).await);
        assert!(ours.status == 200 && ours.text.contains(whole), "{path}: {}", ours.text);
        assert!(theirs.status == 200 && !theirs.text.contains(whole), "{path}: {}", theirs.text);
    }
    assert_eq!(eva.get("/accounts/key").await.body["access_key_id"], "AKIA…MPLE");
    // What they got means the same, applied where it is from.
    let theirs = eva.get("/config/export").await.text;
    assert_eq!(actions(&apply(&admin, "/config/apply", &theirs, true).await), Vec::<String>::new());
    let events = admin.get("/audit?action=export").await;
    let told: Vec<[&Value; 2]> = events.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| [&event["actor"]["name"], &event["detail"]])
        .collect();
    assert_eq!(told, [["eva", "configuration"], ["eva", "configuration"], ["root-admin", "configuration"]]);
}

#[tokio::test]
async fn pruning_deletes_what_the_sections_of_a_document_do_not_name() {
    let admin = filled().await;
    let kept = "version: 1\nconnectors: []\naccounts: []\n";
    assert_eq!(actions(&apply(&admin, "/config/apply", kept, false).await), Vec::<String>::new());
    let pruned = apply(&admin, "/config/apply", kept, true).await;
    let all = ["delete connector prod-ro", "delete account a-hop", "delete account key"];
    assert_eq!(actions(&pruned), all);
    assert_eq!(admin.get("/groups").await.body["items"].as_array().unwrap().len(), 2);
    // Whoever is in use stays, and so does everything else.
    let admin = filled().await;
    let refused = apply(&admin, "/config/apply", "version: 1\naccounts: []\n", true).await;
    assert_eq!(refused.shape(), "409 account_in_use", "{}", refused.text);
    assert_eq!(admin.get("/accounts").await.body["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_document_is_applied_whole_or_not_at_all() {
    let admin = TestServer::new().await.administrator().await;
    let account = "version: 1\naccounts:\n  - {name: host, kind: ambient}\n";
    let connector = "connectors:\n  - {name: x, slug: x-y, account: host, principal_type: assume_role";
    let rows = [
        ("version: 2\n".to_owned(), "400 malformed_document", ""),
        ("version: 1\nnonsense: []\n".to_owned(), "400 malformed_document", ""),
        ("{".to_owned(), "400 malformed_document", ""),
        ("version: 1\naccounts:\n  - {kind: ambient}\n".to_owned(), "422 invalid", "accounts[0].name"),
        (format!("{account}  - {{name: HOST, kind: ambient}}\n"), "422 invalid", "accounts[HOST].name"),
        (format!("{account}{connector}}}\n"), "422 invalid", "connectors[x-y].role_arn"),
        (
            format!("{account}{connector}, grants: [{{subject: {{user: nobody}}}}]}}\n"),
            "422 invalid",
            "connectors[x-y].grants.subject",
        ),
        (
            format!("{account}groups:\n  - {{name: dev, members: [nobody]}}\n"),
            "422 invalid",
            "groups[dev].members",
        ),
        (
            format!("{account}system_callers:\n  - {{name: ci, auth: {{kind: password}}}}\n"),
            "400 malformed_body",
            "",
        ),
        (
            format!("{account}  - {{name: x, kind: ambient, secret_access_key: y}}\n"),
            "400 malformed_body",
            "",
        ),
    ];
    for (document, shape, member) in rows {
        for path in ["/config/plan", "/config/apply"] {
            let refused = apply(&admin, path, &document, false).await;
            assert_eq!(refused.shape(), shape, "{document}: {}", refused.text);
            if !member.is_empty() {
                assert_eq!(refused.body["fields"][0]["name"], member, "{}", refused.text);
            }
        }
        assert_eq!(admin.get("/accounts").await.body["items"], json!([]), "{document}");
    }
}

/// Sends a `POST` with a key.
async fn keyed(api: &Api, path: &str, key: &str, body: &Value) -> Reply {
    let request = http::Request::post(format!("http://localhost/api/v1{path}"))
        .header("host", "localhost")
        .header("cookie", api.cookie.as_deref().unwrap())
        .header("x-regent-csrf", api.csrf.as_deref().unwrap())
        .header("content-type", "application/json")
        .header("idempotency-key", key)
        .body(Bytes::from(body.to_string()))
        .unwrap();
    api.raw(request).await
}

#[tokio::test]
async fn a_request_that_is_sent_twice_is_done_once() {
    let server = TestServer::new().await;
    let admin = server.administrator().await;
    let group = json!({ "name": "dev" });
    let first = keyed(&admin, "/groups", "k1", &group).await;
    assert_eq!(first.status, 201, "{}", first.text);
    let again = keyed(&admin, "/groups", "k1", &group).await;
    assert_eq!((again.status, &again.body, again.tag()), (201, &first.body, first.tag()));
    assert_eq!(again.headers["idempotent-replayed"], "true");
    let other = keyed(&admin, "/groups", "k1", &json!({ "name": "ops" })).await;
    assert_eq!(other.shape(), "422 idempotency_mismatch");
    assert_eq!(keyed(&admin, "/groups", "", &group).await.shape(), "400 malformed_idempotency_key");
    assert_eq!(
        keyed(&admin, "/groups", &"x".repeat(129), &group).await.shape(),
        "400 malformed_idempotency_key"
    );
    // What was refused was not done, and its key is free.
    assert_eq!(keyed(&admin, "/groups", "k2", &group).await.shape(), "409 name_taken");
    assert_eq!(keyed(&admin, "/groups", "k2", &json!({ "name": "ops" })).await.status, 201);
    // What changes nothing is not remembered.
    let policy = json!({ "policy": "{}" });
    for _ in 0..2 {
        let linted = keyed(&admin, "/policies/lint", "k3", &policy).await;
        assert_eq!(
            (linted.status, linted.headers.get("idempotent-replayed")),
            (200, None),
            "{}",
            linted.text
        );
    }
    // Nobody else's request is the same.
    let nobody =
        keyed(&Api { cookie: Some("__Host-regent=x".to_owned()), ..admin.clone() }, "/groups", "k1", &group)
            .await;
    assert_eq!(nobody.shape(), "401 login_required");
    // It is not forever.
    server.advance(23 * 3600);
    assert_eq!(admin.get("/groups").await.shape(), "401 login_expired");
}

#[tokio::test]
async fn whoever_hangs_up_learns_by_the_key_what_came_of_it() {
    let admin = TestServer::new().await.administrator().await;
    let group = json!({ "name": "dev" });
    tokio::select! {
        biased;
        reply = keyed(&admin, "/groups", "k1", &group) => panic!("answered before it was durable: {}", reply.text),
        () = tokio::task::yield_now() => {}
    }
    let reply = loop {
        let reply = keyed(&admin, "/groups", "k1", &group).await;
        if reply.shape() != "409 idempotency_under_way" {
            break reply;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((reply.status, reply.body["name"].as_str()), (201, Some("dev")), "{}", reply.text);
    assert_eq!(reply.headers["idempotent-replayed"], "true");
}

#[tokio::test]
async fn an_answer_with_a_secret_is_given_once() {
    let admin = TestServer::new().await.administrator().await;
    let first = keyed(&admin, "/system-callers", "k1", &json!({ "name": "ci" })).await;
    assert!(first.body["token"].is_string(), "{}", first.text);
    let again = keyed(&admin, "/system-callers", "k1", &json!({ "name": "ci" })).await;
    assert_eq!(again.shape(), "409 idempotency_replayed");
    assert_eq!(admin.get("/system-callers").await.body["items"].as_array().unwrap().len(), 1);
    let own = keyed(&admin, "/me/totp", "k2", &json!({})).await;
    assert_eq!(own.status, 200, "{}", own.text);
    assert_eq!(keyed(&admin, "/me/totp", "k2", &json!({})).await.shape(), "409 idempotency_replayed");
    admin.made("/setup/demo", json!({})).await;
    for path in ["/connectors/regent-demo/credentials", "/connectors/regent-demo/console-url"] {
        let first = keyed(&admin, path, path, &json!({})).await;
        assert_eq!(first.status, 200, "{}", first.text);
        assert_eq!(keyed(&admin, path, path, &json!({})).await.shape(), "409 idempotency_replayed", "{path}");
    }
}

#[tokio::test]
async fn the_demonstration_gives_credentials_that_work() {
    let server = TestServer::new().await;
    let admin = server.administrator().await;
    let made = admin.made("/setup/demo", json!({})).await;
    assert_eq!(made.body["connector"]["slug"], "regent-demo", "{}", made.text);
    let issued = admin.made("/connectors/regent-demo/credentials", json!({})).await.body;
    let text = |name: &str| issued[name].as_str().unwrap().to_owned();
    let token = text("session_token");
    let session = server.client(&text("access_key_id"), &text("secret_access_key"), Some(&token));
    assert_eq!(session.iam("ListUsers", &[]).await.status, 200);
    assert_eq!(session.iam("CreateUser", &[("UserName", "eve")]).await.status, 403);
    assert_eq!(admin.post("/setup/demo", json!({})).await.shape(), "409 name_taken");
}
