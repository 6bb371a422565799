//! In which order things happen while issuing, and what happens when one of them cannot.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::World;
use crate::support::api::Api;
use crate::support::stranger::{Stranger, action, identity, session};

async fn actions(admin: &Api, connector: &str) -> Vec<String> {
    let mut events = admin.get(&format!("/audit?connector={connector}")).await.body["items"].take();
    let events = events.as_array_mut().unwrap();
    events.sort_by_key(|event| event["seq"].as_u64());
    events
        .iter()
        .map(|event| format!("{} {}", event["action"].as_str().unwrap(), event["result"].as_str().unwrap()))
        .collect()
}

/// What somebody was asked for, and what stood in the journal then.
type Seen = Arc<Mutex<Vec<(String, Vec<String>)>>>;

/// A stranger that looks into the journal when it is asked for something.
async fn onlooker(seen: &Seen, admin: &Arc<Mutex<Option<Api>>>) -> Stranger {
    let (seen, admin) = (Arc::clone(seen), Arc::clone(admin));
    Stranger::new(move |body| {
        let (seen, admin) = (Arc::clone(&seen), admin.lock().unwrap().clone());
        async move {
            if let Some(admin) = admin {
                let told = actions(&admin, "far").await;
                seen.lock().unwrap().push((action(&body).to_owned(), told));
            }
            match action(&body) {
                "GetCallerIdentity" => identity("user/far"),
                operation => session(operation, "2026-11-21T13:00:00Z".parse().unwrap()),
            }
        }
    })
    .await
}

#[tokio::test]
async fn the_intent_is_durable_before_anybody_outside_is_asked() {
    let world = World::new().await;
    let (seen, admin) = (Arc::default(), Arc::default());
    let stranger = onlooker(&seen, &admin).await;
    world.elsewhere(&stranger, json!({})).await;
    *admin.lock().unwrap() = Some(world.admin.clone());
    let given = world.admin.post("/connectors/far/credentials", json!({})).await;
    assert_eq!(given.status, 200, "{}", given.text);
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    let asked: Vec<&str> = seen.iter().map(|(action, _)| action.as_str()).collect();
    assert_eq!(asked, ["GetCallerIdentity", "AssumeRole"]);
    for (action, told) in &seen {
        assert_eq!(told.last().map(String::as_str), Some("credentials.intent ok"), "{action}: {told:?}");
    }
}

#[tokio::test]
async fn who_has_a_connector_tested_and_as_whom_is_on_record_before_it_is() {
    let world = World::new().await;
    let (seen, admin) = (Arc::default(), Arc::default());
    let stranger = onlooker(&seen, &admin).await;
    world.elsewhere(&stranger, json!({})).await;
    *admin.lock().unwrap() = Some(world.admin.clone());
    let ana = world.admin.made_person("ana").await;
    world.admin.made("/connectors/far/test", json!({ "user_id": ana.id() })).await;
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    for (action, told) in &seen {
        assert_eq!(told.last().map(String::as_str), Some("test.intent ok"), "{action}: {told:?}");
    }
    assert!(seen.iter().any(|(action, _)| action == "AssumeRole"), "{seen:?}");
    *admin.lock().unwrap() = None;
    let events = world.admin.get("/audit?connector=far&action=test*").await;
    let events = events.body["items"].as_array().unwrap();
    assert_eq!(events.len(), 2, "{events:?}");
    for event in events {
        assert_eq!(event["on_behalf"]["id"], ana.id(), "{event}");
    }
    let done = events.iter().find(|event| event["action"] == "test").unwrap();
    // What joins it with the upstream's own records.
    assert_eq!(done["session"]["access_key_id"], "ASIAFARFARFARFARFARF", "{done}");
    assert_eq!(done["session"]["session_name"], "ana");
    assert_eq!(done["upstream_request_id"], "far-request");
}

#[tokio::test]
async fn who_may_stop_things_may_not_try_any_account_on_any_role() {
    let world = World::new().await;
    let ana = world.admin.made_person("ana").await;
    let made = world.connector("reader", json!({})).await;
    let now = world.admin.get(&format!("/users/{}", ana.id())).await;
    let operator =
        world.admin.patch(&format!("/users/{}", ana.id()), json!({ "roles": ["operator"] }), &now).await;
    assert_eq!(operator.status, 200, "{}", operator.text);
    let ana = super::ends::sign_in(&world, "ana").await;
    assert_eq!(ana.post("/connectors/reader/test", json!({})).await.status, 200);
    let unsaved = json!({ "connector": made.body });
    let refused = ana.post("/connectors/test", unsaved.clone()).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert_eq!(world.admin.post("/connectors/test", unsaved).await.status, 200);
}

#[tokio::test]
async fn a_console_that_does_not_open_is_on_record_and_leaves_no_session() {
    let world = World::new().await;
    // More than a browser's cookie holds.
    let tags: serde_json::Map<String, Value> =
        (0..11).map(|at| (format!("key{at}"), json!({ "template": "v".repeat(256) }))).collect();
    world.connector("tagged", json!({ "session_tags": tags, "source_identity_template": null })).await;
    let refused = world.admin.post("/connectors/tagged/console-url", json!({})).await;
    assert_eq!(refused.shape(), "502 console_refused", "{}", refused.text);
    let told = actions(&world.admin, "tagged").await;
    let told: Vec<&str> =
        told.iter().map(String::as_str).skip_while(|told| !told.starts_with("cred")).collect();
    assert_eq!(
        told,
        ["credentials.intent ok", "console.open ok", "console.open failed", "revoke.session ok"]
    );
    let sessions = world.admin.get("/sessions").await;
    assert_eq!(sessions.body["items"][0]["state"], "revoked", "{}", sessions.text);
}

#[tokio::test]
async fn what_cannot_be_is_refused_before_anybody_is_asked() {
    let world = World::new().await;
    let stranger = Stranger::new(|body| async move {
        match action(&body) {
            "GetCallerIdentity" => identity("user/far"),
            operation => session(operation, "2026-11-21T13:00:00Z".parse().unwrap()),
        }
    })
    .await;
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::home/${user.display_name}/*"}}"#;
    let account = world.elsewhere(&stranger, json!({ "inline_policy": policy })).await;
    let session = json!({ "account_id": account, "principal_type": "iam_user_session", "role_arn": null });
    world.connector("session", session).await;
    let me = world.admin.get("/me").await;
    let path =
        format!("/users/{}", me.body["user"]["id"].as_str().or_else(|| me.body["id"].as_str()).unwrap());
    let now = world.admin.get(&path).await;
    let star = world.admin.patch(&path, json!({ "display_name": "*" }), &now).await;
    assert_eq!(star.status, 200, "{}", star.text);
    let refused = world.admin.post("/connectors/far/credentials", json!({})).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert_eq!(refused.body["code"], "template_value_refused", "{}", refused.text);
    let console = world.admin.post("/connectors/session/console-url", json!({})).await;
    assert_eq!(console.body["code"], "console_not_possible", "{}", console.text);
    assert_eq!(
        stranger.count("AssumeRole")
            + stranger.count("GetSessionToken")
            + stranger.count("GetCallerIdentity"),
        0
    );
}
