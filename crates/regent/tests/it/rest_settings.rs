//! Settings, identity sources and upstreams: what holds for everybody, and what is refused.

use serde_json::{Value, json};

use crate::support::TestServer;
use crate::support::api::Reply;

#[track_caller]
fn check_refused(reply: &Reply, member: &str) {
    assert_eq!(reply.status, 422, "{member}: {}", reply.text);
    let fields = reply.body["fields"].as_array().cloned().unwrap_or_default();
    assert!(fields.iter().any(|field| field["name"] == member), "{member}: {}", reply.text);
}

#[tokio::test]
async fn settings_are_changed_as_a_whole_and_by_revision() {
    let server = TestServer::new().await;
    let admin = server.administrator().await;
    let first = admin.get("/settings").await;
    assert_eq!(first.tag(), "\"0\"");
    assert_eq!(first.body["idle_minutes"], 480);
    let unnamed = admin.send(http::Method::PUT, "/settings", Some(json!({})), None).await;
    assert_eq!(unnamed.shape(), "428 precondition_required");
    for (member, value) in [
        ("idle_minutes", json!(0)),
        ("absolute_hours", json!(721)),
        ("issue_per_minute", json!(0)),
        ("external_url", json!("http://regent.example")),
        ("external_url", json!("https://regent.example/path")),
        ("external_url", json!("https://user@regent.example")),
        ("external_url", json!("regent.example")),
    ] {
        check_refused(&admin.put("/settings", json!({ (member): value }), &first).await, member);
    }
    let wanted = json!({ "external_url": "https://regent.example/", "admins_use_all_connectors": false });
    let second = admin.put("/settings", wanted, &first).await;
    assert_eq!(second.body["external_url"], "https://regent.example");
    assert_eq!(second.body["admins_use_all_connectors"], false);
    let late = admin.put("/settings", json!({}), &first).await;
    assert_eq!(late.shape(), "412 revision_conflict");
    assert_eq!(late.body["current"]["admins_use_all_connectors"], false);
    // What was shown can be sent back whole.
    let whole = admin.put("/settings", second.body.clone(), &second).await;
    assert_eq!(whole.status, 200, "{}", whole.text);
    let local = json!({ "external_url": "http://127.0.0.1:4599" });
    assert_eq!(admin.put("/settings", local, &whole).await.status, 200);
}

fn source(change: &Value) -> Value {
    let mut source = json!({
        "name": "Company", "issuer": "https://idp.example", "client_id": "regent", "client_secret": "s3cr3t-of-the-client",
    });
    source.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    source
}

#[tokio::test]
async fn an_identity_source_keeps_its_secret_to_itself() {
    let server = TestServer::new().await;
    let admin = server.administrator().await;
    for (member, value) in [
        ("name", json!("")),
        ("issuer", json!("http://idp.example")),
        ("issuer", json!("https://idp.example/?a=b")),
        ("client_id", json!("a b")),
        ("scopes", json!(["open id"])),
        ("claims.groups", json!({ "groups": "" })),
        ("claims.attributes", json!({ "attributes": { "a b": "team" } })),
        ("claims.attributes.team", json!({ "attributes": { "team": "" } })),
        (
            "claims.attributes",
            json!({ "attributes": (0..21).map(|n| (n.to_string(), json!("x"))).collect::<serde_json::Map<_, _>>() }),
        ),
        ("group_max_age_seconds", json!(86_401)),
        ("ca_pem", json!("not a certificate")),
    ] {
        let name = member.split('.').next().unwrap();
        check_refused(&admin.post("/identity-sources", source(&json!({ (name): value }))).await, member);
    }
    let made = admin.made("/identity-sources", source(&json!({}))).await;
    assert_eq!(made.body["client_secret_set"], true);
    assert_eq!(made.body["kind"], "oidc");
    let path = format!("/identity-sources/{}", made.id());
    let renamed = admin.patch(&path, json!({ "name": "Firm" }), &made).await;
    assert_eq!(renamed.body["client_secret_set"], true);
    for reply in [&made, &renamed, &admin.get("/identity-sources").await] {
        assert!(!reply.text.contains("s3cr3t"), "{}", reply.text);
    }
    let public = admin.patch(&path, json!({ "client_secret": null }), &renamed).await;
    assert_eq!(public.body["client_secret_set"], false);

    let mapped = json!({ "source": made.id(), "claim": "groups", "value": "4711" });
    let other = json!({ "source": made.id(), "claim": "roles", "value": "4711" });
    check_refused(&admin.post("/groups", json!({ "name": "ops", "mapped": other })).await, "mapped.claim");
    let group = admin.made("/groups", json!({ "name": "ops", "mapped": mapped })).await;
    assert_eq!(group.body["mapped"]["claim"], "groups");
    let refused = admin.delete(&path).await;
    assert_eq!(refused.shape(), "409 identity_source_in_use");
    assert_eq!(refused.body["fields"][0]["name"], group.body["id"]);
    assert_eq!(admin.delete("/groups/ops").await.status, 204);
    assert_eq!(admin.delete(&path).await.status, 204);
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_is_told_with_a_way_out() {
    let server = TestServer::new().await;
    let admin = server.administrator().await;
    // Nobody listens at the first port.
    let made = admin.made("/identity-sources", source(&json!({ "issuer": "http://127.0.0.1:1" }))).await;
    let tested = admin.post(&format!("/identity-sources/{}/test", made.id()), json!({})).await;
    assert_eq!(tested.status, 200, "{}", tested.text);
    assert_eq!(tested.body["ok"], false);
    let failed = &tested.body["steps"][0];
    assert_eq!((&failed["name"], &failed["status"]), (&json!("discovery"), &json!("fail")));
    assert!(failed["fix"].is_string());
}

#[tokio::test]
async fn the_built_in_upstreams_are_there_and_stay() {
    let server = TestServer::new().await;
    let admin = server.administrator().await;
    let list = admin.get("/upstreams").await;
    let ids: Vec<_> = list.body["items"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!(ids, [json!("upst_aws"), json!("upst_embedded")]);
    // Page by page, they come once, and then those that were made.
    admin
        .made("/upstreams", json!({ "name": "lab", "kind": "custom", "sts_url": "https://sts.example" }))
        .await;
    for limit in [1, 2] {
        let (mut names, mut cursor) = (Vec::new(), String::new());
        for _ in 0..3 {
            let page = admin.get(&format!("/upstreams?limit={limit}&cursor={cursor}")).await;
            let items = page.body["items"].as_array().unwrap();
            names.extend(items.iter().map(|one| one["name"].as_str().unwrap().to_owned()));
            let Some(next) = page.body["next_cursor"].as_str() else { break };
            cursor = next.replace(' ', "%20");
        }
        assert_eq!(names.len(), 3, "{names:?}");
        assert_eq!(
            (names.last().map(String::as_str), names[0] == names[1]),
            (Some("lab"), false),
            "{names:?}"
        );
    }
    for id in ["upst_aws", "upst_embedded"] {
        let path = format!("/upstreams/{id}");
        let shown = admin.get(&path).await;
        assert_eq!(shown.status, 200, "{}", shown.text);
        assert_eq!(admin.patch(&path, json!({ "name": "x" }), &shown).await.shape(), "409 built_in");
        assert_eq!(admin.delete(&path).await.shape(), "409 built_in");
    }
}

#[tokio::test]
async fn an_upstream_leads_nowhere_it_should_not() {
    let server = TestServer::new().await;
    let admin = server.administrator().await;
    let custom = |change: Value| {
        let mut upstream = json!({ "name": "lab", "kind": "custom", "sts_url": "https://sts.example" });
        upstream.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        upstream
    };
    for (member, change) in [
        ("name", json!({ "name": "AWS" })),
        ("kind", json!({ "kind": "embedded" })),
        ("sts_url", json!({ "sts_url": null })),
        ("sts_url", json!({ "sts_url": "http://sts.example" })),
        ("sts_url", json!({ "sts_url": "https://169.254.169.254/" })),
        ("sts_url", json!({ "sts_url": "https://127.0.0.1/" })),
        ("sts_url", json!({ "sts_url": "https://user:pw@sts.example" })),
        ("iam_url", json!({ "iam_url": "https://[fd00:ec2::254]/" })),
        ("signin_url", json!({ "signin_url": "http://signin.example" })),
        ("sts_url", json!({ "sts_url": "nonsense" })),
        ("proxy", json!({ "proxy": "http://169.254.169.254:80" })),
        ("proxy", json!({ "proxy": "http://user:pw@10.0.0.1:3128" })),
        ("proxy", json!({ "proxy": "http://user@10.0.0.1:3128" })),
        ("ca_pem", json!({ "tls": "ca_pem" })),
        ("ca_pem", json!({ "ca_pem": "x" })),
        ("sts_url", json!({ "tls": "insecure_loopback_only" })),
        ("fips", json!({ "fips": true })),
        ("sigv4_region", json!({ "sigv4_region": "evil.example/" })),
        ("sts_url", json!({ "kind": "aws" })),
    ] {
        check_refused(&admin.post("/upstreams", custom(change)).await, member);
    }
    let secret = admin.post("/upstreams", custom(json!({ "proxy": "http://user:pw@10.0.0.1:3128" }))).await;
    assert!(!secret.text.contains("user:pw"), "{}", secret.text);
    assert_eq!(secret.body["fields"][0]["code"], "user_info", "{}", secret.text);
    let made = admin.made("/upstreams", custom(json!({}))).await;
    let account = json!({
        "name": "lab", "kind": "ambient", "upstream_id": made.id(),
    });
    admin.made("/accounts", account).await;
    let path = format!("/upstreams/{}", made.id());
    assert_eq!(admin.delete(&path).await.shape(), "409 upstream_in_use");
    assert_eq!(admin.delete("/accounts/lab").await.status, 204);
    assert_eq!(admin.delete(&path).await.status, 204);
}

#[tokio::test]
async fn a_probe_finds_what_an_upstream_knows() {
    let server = TestServer::new().await;
    let admin = server.administrator().await;
    let probed = admin.post("/upstreams/upst_embedded/probe", json!({})).await;
    assert_eq!(probed.body["ok"], true, "{}", probed.text);
    let all = json!({
        "get_caller_identity": true, "assume_role": true, "get_federation_token": true, "get_session_token": true,
    });
    assert_eq!(probed.body["capabilities"], all);
    let local = json!({
        "name": "gone", "kind": "custom", "sts_url": "http://127.0.0.1:1", "tls": "insecure_loopback_only",
    });
    let made = admin.made("/upstreams", local).await;
    let probed = admin.post(&format!("/upstreams/{}/probe", made.id()), json!({})).await;
    assert_eq!(probed.body["ok"], false);
    assert_eq!(probed.body["steps"][0]["status"], "fail");
}

#[tokio::test]
async fn what_the_document_bounds_is_bounded() {
    let admin = TestServer::new().await.administrator().await;
    let key = json!({ "access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" });
    let base = admin.made("/accounts", account("base", "access_key", &key)).await.id().to_owned();
    let hop = |change: &Value| {
        let mut hop = json!({ "base": base, "role_arn": "arn:aws:iam::123456789012:role/next" });
        hop.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        account("next", "hop", &json!({ "hop": hop }))
    };
    let other = |name: &str, value: Value| {
        let mut account = account("other", "access_key", &key);
        account[name] = value;
        account
    };
    for (body, member) in [
        (hop(&json!({ "duration": 899 })), "hop.duration"),
        (hop(&json!({ "duration": 43_201 })), "hop.duration"),
        (hop(&json!({ "external_id": "ä" })), "hop.external_id"),
        (
            hop(&json!({ "role_arn": format!("arn:{}:iam::123456789012:role/r", "a".repeat(2048)) })),
            "hop.role_arn",
        ),
        (other("rotate_every_days", json!(0)), "rotate_every_days"),
        (other("rotate_every_days", json!(3651)), "rotate_every_days"),
        (other("mfa_serial", json!("arn of mine")), "mfa_serial"),
        (other("region", json!("eu-west-1.example/")), "region"),
    ] {
        check_refused(&admin.post("/accounts", body).await, member);
    }
    let garbage = json!({ "name": "lab", "kind": "custom", "sts_url": "https://sts.example", "tls": "ca_pem", "ca_pem": "none" });
    check_refused(&admin.post("/upstreams", garbage).await, "ca_pem");
    let connector = json!({
        "name": "c", "slug": "c1", "account_id": base, "principal_type": "assume_role",
        "role_arn": "arn:aws:iam::123456789012:role/r",
    });
    admin.made("/connectors", connector).await;
    let long = json!({ "reason": "x".repeat(501) });
    check_refused(&admin.post("/connectors/c1/disable", long).await, "reason");
    let long = json!({ "action": "s3:ListBucket", "resource": "x".repeat(2049) });
    check_refused(&admin.post("/connectors/c1/test", long).await, "resource");
}

fn account(name: &str, kind: &str, more: &Value) -> Value {
    let mut account = json!({ "name": name, "kind": kind });
    account.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    account
}
