//! Changing a connector whose circumstances are others by now: nobody is held up by what they do not touch.

use serde_json::json;

use super::World;
use crate::support::ACCOUNT;

#[tokio::test]
async fn what_a_role_turned_out_to_allow_keeps_nobody_from_changing_a_connector() {
    let world = World::new().await;
    world.connector("reader", json!({ "max_seconds": 7200 })).await;
    let long = json!({ "duration_seconds": 7200 });
    assert_eq!(world.admin.post("/connectors/reader/credentials", long).await.status, 200);
    let path = "/connectors/reader";
    let shown = world.admin.get(path).await;
    assert_eq!(shown.body["role_max_seconds"], 3600);
    world.admin.made("/connectors/reader/disable", json!({ "reason": "leaked" })).await;
    world.admin.made("/connectors/reader/enable", json!({})).await;
    for change in [
        json!({}),
        json!({ "description": "Reads." }),
        // Somebody may be about to raise what the role allows.
        json!({ "default_seconds": 5400, "max_seconds": 10_800 }),
    ] {
        let now = world.admin.get(path).await;
        let changed = world.admin.patch(path, change.clone(), &now).await;
        assert_eq!(changed.status, 200, "{change}: {}", changed.text);
    }
    let now = world.admin.get(path).await;
    let grants = world.admin.put("/connectors/reader/grants", json!({ "grants": [] }), &now).await;
    assert_eq!(grants.status, 200, "{}", grants.text);
    // What is exported can be applied again.
    let document = world.admin.get("/config/export").await.text;
    let applied = world.admin.post("/config/apply", json!({ "document": document })).await;
    assert_eq!(applied.status, 200, "{}", applied.text);
    // It binds where credentials are issued, and an editor says so.
    let preview = world
        .admin
        .post("/connectors/preview", json!({ "connector": world.admin.get(path).await.body }))
        .await;
    assert_eq!(preview.body["problems"], json!([]), "{}", preview.text);
    let warnings = preview.body["lifetime"]["warnings"].as_array().unwrap();
    let longest = "1 hour instead of 3 hours: this role allows 1 hour";
    assert!(warnings.iter().any(|warning| warning["text"] == longest), "{warnings:?}");
    let strict = json!({ "duration_seconds": 10_800, "strict": true });
    let refused = world.admin.post("/connectors/reader/credentials", strict).await;
    assert_eq!(refused.shape(), "409 above_maximum");
}

#[tokio::test]
async fn an_account_that_became_another_does_not_hold_up_its_connectors() {
    let world = World::new().await;
    let ana = world.admin.made_person("ana").await;
    let grants = json!([{ "subject": { "user": ana.id() } }]);
    world.connector("reader", json!({ "max_seconds": 7200, "grants": grants })).await;
    let other = world.server.user("other").await;
    let behind = json!({
        "name": "behind", "kind": "access_key", "access_key_id": other.key, "secret_access_key": other.secret,
    });
    let behind = world.admin.made("/accounts", behind).await;
    let hop = json!({ "base": behind.id(), "role_arn": format!("arn:aws:iam::{ACCOUNT}:role/reader") });
    let hop = json!({ "kind": "hop", "access_key_id": null, "hop": hop });
    let own = world.admin.get("/accounts/own").await;
    let moved = world.admin.patch("/accounts/own", hop, &own).await;
    assert_eq!(moved.status, 200, "{}", moved.text);
    // Two hours are not possible any more: that is for whoever edits the lengths.
    let path = "/connectors/reader";
    world.admin.made("/connectors/reader/disable", json!({ "reason": "leaked" })).await;
    let now = world.admin.get(path).await;
    let none = world.admin.put("/connectors/reader/grants", json!({ "grants": [] }), &now).await;
    assert_eq!((none.status, &none.body["grants"]), (200, &json!([])), "{}", none.text);
    let document = world.admin.get("/config/export").await.text;
    let applied = world.admin.post("/config/apply", json!({ "document": document })).await;
    assert_eq!(applied.status, 200, "{}", applied.text);
    for (change, status) in [
        (json!({}), 200),
        (json!({ "description": "Reads." }), 200),
        (json!({ "max_seconds": 7100 }), 422),
        (json!({ "description": "Reads.", "default_seconds": 7000 }), 422),
        (json!({ "account_id": behind.id(), "description": "Reads." }), 200),
        (json!({ "account_id": world.account }), 422),
        (json!({ "max_seconds": 3600 }), 200),
        (json!({ "account_id": world.account }), 200),
    ] {
        let now = world.admin.get(path).await;
        let changed = world.admin.patch(path, change.clone(), &now).await;
        assert_eq!(changed.status, status, "{change}: {}", changed.text);
    }
}
