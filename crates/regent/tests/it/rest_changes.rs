//! Changes of things: what a patch says, which revision it is one of, and what is told of it afterwards.

use regent::config::Settings;
use serde_json::{Value, json};

use crate::support::TestServer;
use crate::support::api::{Api, Reply};

fn connector(account: &Reply) -> Value {
    json!({
        "name": "Read", "slug": "prod-ro", "account_id": account.id(), "principal_type": "assume_role",
        "role_arn": "arn:aws:iam::123456789012:role/reader",
    })
}

#[tokio::test]
async fn null_in_a_patch_means_none_where_nothing_means_a_default() {
    let admin = TestServer::new().await.administrator().await;
    let host = admin.made("/accounts", json!({ "name": "host", "kind": "ambient" })).await;
    let made = admin.made("/connectors", connector(&host)).await;
    assert_eq!(made.body["source_identity_template"], "${user.id_or_email}");
    let patch = json!({ "source_identity_template": null, "external_id": null });
    let none = admin.patch("/connectors/prod-ro", patch, &made).await;
    assert_eq!(none.status, 200, "{}", none.text);
    assert_eq!(none.body["source_identity_template"], Value::Null);
    let kept = admin.patch("/connectors/prod-ro", json!({ "name": "R" }), &none).await;
    assert_eq!(kept.body["source_identity_template"], Value::Null, "{}", kept.text);
}

/// A node on the database in this folder, which looks for others' changes only when it must.
async fn node(folder: &std::path::Path) -> TestServer {
    let settings = Settings {
        ephemeral: Some(false),
        data: Some(folder.to_owned()),
        poll_millis: Some(3_600_000),
        ..Settings::default()
    };
    TestServer::with(settings).await
}

#[tokio::test]
async fn a_patch_of_a_newer_revision_than_the_node_has_takes_nothing_back() {
    let folder = tempfile::tempdir().unwrap();
    let admin = node(folder.path()).await.administrator().await;
    let first = admin.made("/groups", json!({ "name": "dev" })).await;
    let behind = Api { server: node(folder.path()).await, ..admin.clone() };

    let second = admin.patch("/groups/dev", json!({ "description": "of one node" }), &first).await;
    assert_eq!(second.status, 200, "{}", second.text);
    let seen = behind.get("/groups/dev").await;
    assert_eq!(seen.tag(), first.tag(), "the other node is behind");
    let third = behind.patch("/groups/dev", json!({ "roles": ["auditor"] }), &second).await;
    assert_eq!(third.status, 200, "{}", third.text);
    assert_eq!(third.body["description"], "of one node");
    assert_eq!(third.body["roles"], json!(["auditor"]));

    // One of an older revision is refused, and told what there is.
    let late = behind.patch("/groups/dev", json!({ "name": "x" }), &second).await;
    assert_eq!(late.shape(), "412 revision_conflict", "{}", late.text);
    assert_eq!(late.body["current"]["description"], "of one node");
}

/// What the chain tells of these actions, oldest first: the action, to what, and the detail.
async fn told(admin: &Api, actions: &str) -> Vec<(String, String, String)> {
    let events = admin.get(&format!("/audit?action={actions}")).await;
    let text =
        |event: &Value, at: &str| event.pointer(at).and_then(Value::as_str).unwrap_or_default().to_owned();
    let items = events.body["items"].as_array().unwrap().iter().rev();
    items.map(|event| (text(event, "/action"), text(event, "/target/name"), text(event, "/detail"))).collect()
}

#[tokio::test]
async fn who_may_use_what_from_now_on_is_an_event_of_its_own() {
    let admin = TestServer::new().await.administrator().await;
    let host = admin.made("/accounts", json!({ "name": "host", "kind": "ambient" })).await;
    let dev = admin.made("/groups", json!({ "name": "dev" })).await;
    let mia = admin.made("/users", json!({ "name": "mia" })).await;
    let mut body = connector(&host);
    body["grants"] = json!([{ "subject": { "group": dev.id() } }]);
    let made = admin.made("/connectors", body).await;
    let grant = made.body["grants"][0]["id"].as_str().unwrap();
    let mut narrowed = made.body["grants"].clone();
    narrowed[0]["conditions"] = json!({ "mfa": 10 });
    let patch = json!({ "grants": narrowed });
    let second = admin.patch("/connectors/prod-ro", patch, &made).await;
    assert_eq!(second.status, 200, "{}", second.text);
    let other =
        json!({ "grants": [{ "subject": { "user": mia.id() }, "expires_at": "2027-01-01T00:00:00Z" }] });
    let third = admin.patch("/connectors/prod-ro", other, &second).await;
    assert_eq!(third.status, 200, "{}", third.text);
    // What changes no grant tells of none.
    let fourth = admin.patch("/connectors/prod-ro", json!({ "name": "R" }), &third).await;
    assert_eq!(fourth.status, 200, "{}", fourth.text);

    let dev_may = format!("{grant} lets group {} (dev) use", dev.id());
    let later = third.body["grants"][0]["id"].as_str().unwrap();
    let narrow = r#"if {"mfa_minutes":10}"#;
    let expected = [
        ("grant.create", format!("{dev_may}, if {{}}")),
        ("grant.update", format!("{dev_may}, {narrow}; before: {dev_may}, if {{}}")),
        ("grant.delete", format!("{dev_may}, {narrow}")),
        (
            "grant.create",
            format!("{later} lets user {} (mia) use until 2027-01-01T00:00:00Z, if {{}}", mia.id()),
        ),
    ];
    let expected = expected.map(|(action, detail)| (action.to_owned(), "prod-ro".to_owned(), detail));
    assert_eq!(told(&admin, "grant.*").await, expected);
    let of_connector = admin.get("/audit?action=grant.*&connector=prod-ro").await;
    assert_eq!(of_connector.body["items"].as_array().unwrap().len(), 4);
    let all = admin.get("/audit?limit=1000").await;
    let ids: Vec<&str> =
        all.body["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    let distinct: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len(), "{ids:?}");
}

#[tokio::test]
async fn whom_a_provider_puts_into_a_group_is_an_event_of_its_own() {
    let admin = TestServer::new().await.administrator().await;
    let source = json!({ "name": "Company", "issuer": "https://idp.example", "client_id": "regent" });
    let source = admin.made("/identity-sources", source).await;
    let made = admin.made("/groups", json!({ "name": "ops" })).await;
    let mapped = json!({ "mapped": { "source": source.id(), "value": "4711" } });
    let mapped = admin.patch("/groups/ops", mapped, &made).await;
    assert_eq!(mapped.status, 200, "{}", mapped.text);
    let same = admin.patch("/groups/ops", json!({ "description": "x" }), &mapped).await;
    admin.patch("/groups/ops", json!({ "mapped": null }), &same).await;
    let events = told(&admin, "group.map").await;
    assert_eq!(events.len(), 2, "{events:?}");
    assert!(events[0].2.contains("4711") && events[0].2.ends_with("before: nobody"), "{events:?}");
    assert!(events[1].2.starts_with("nobody; before: ") && events[1].2.contains("4711"), "{events:?}");
}
