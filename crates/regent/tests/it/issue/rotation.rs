//! Rotating the key of an account at an upstream that takes its time.

use std::sync::Arc;
use std::task::Poll;

use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::World;
use crate::support::stranger::{Stranger, action, refusal};

const NO_KEYS: &str = "<ListAccessKeysResponse><ListAccessKeysResult><AccessKeyMetadata/></ListAccessKeysResult></ListAccessKeysResponse>";

#[tokio::test]
async fn whoever_hangs_up_while_a_key_is_rotated_leaves_it_to_the_next() {
    let world = World::new().await;
    let patience = Arc::new(Semaphore::new(0));
    let waits = Arc::clone(&patience);
    let stranger = Stranger::new(move |body| {
        let waits = Arc::clone(&waits);
        async move {
            match action(&body) {
                "ListAccessKeys" => return (200, NO_KEYS.to_owned()),
                "UpdateAccessKey" => return (200, "<UpdateAccessKeyResponse/>".to_owned()),
                _ => {}
            }
            let _ = waits.acquire().await;
            refusal(403, "AccessDenied", "no")
        }
    })
    .await;
    let upstream = world.admin.made("/upstreams", stranger.upstream()).await;
    let account = json!({
        "name": "far", "kind": "access_key", "upstream_id": upstream.id(),
        "access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    });
    let account = world.admin.made("/accounts", account).await;
    let path = format!("/accounts/{}/rotate", account.id());
    let asked = stranger.count("GetCallerIdentity");
    let mut leaving = Box::pin(world.admin.post(&path, json!({})));
    while stranger.count("GetCallerIdentity") == asked {
        let answered =
            std::future::poll_fn(|context| Poll::Ready(leaving.as_mut().poll(context).is_ready())).await;
        assert!(!answered, "there was nothing to interrupt");
        tokio::task::yield_now().await;
    }
    drop(leaving);
    assert_eq!(world.admin.post(&path, json!({})).await.shape(), "409 rotation_under_way");
    patience.close();
    let next = loop {
        let next = world.admin.post(&path, json!({})).await.shape();
        if next != "409 rotation_under_way" {
            break next;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(next, "502 rotation_failed");
}

#[tokio::test]
async fn no_change_forgets_a_rotation_in_passing() {
    let world = World::new().await;
    let path = format!("/accounts/{}", world.account);
    let before = world.admin.get(&path).await.body["access_key_id"].clone();
    let rotated = world.admin.post(&format!("{path}/rotate"), json!({})).await;
    assert_eq!(rotated.status, 200, "{}", rotated.text);
    assert_ne!(rotated.body["access_key_id"], before);
    for (patch, name) in [
        (json!({ "kind": "ambient", "access_key_id": null }), "kind"),
        (json!({ "upstream_id": "upst_aws" }), "upstream_id"),
    ] {
        let refused = world.admin.patch(&path, patch, &world.admin.get(&path).await).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        let finding = &refused.body["fields"][0];
        assert_eq!((&finding["name"], &finding["code"]), (&json!(name), &json!("rotation_under_way")));
    }
    let described = json!({ "region": "eu-central-1" });
    assert_eq!(world.admin.patch(&path, described, &world.admin.get(&path).await).await.status, 200);
    // Nor does one with a secret that there is no key for.
    for (patch, name) in [
        (json!({ "kind": "ambient", "access_key_id": null, "secret_access_key": "x" }), "secret_access_key"),
        (json!({ "upstream_id": "upst_aws", "secret_access_key": "x" }), "upstream_id"),
    ] {
        let refused = world.admin.patch(&path, patch, &world.admin.get(&path).await).await;
        assert_eq!(refused.body["fields"][0]["name"], name, "{}", refused.text);
    }
    // Whoever enters another key means it; those that are left are told.
    let enter = async |key: &Value| {
        let other = json!({ "access_key_id": key, "secret_access_key": "x".repeat(40) });
        let now = world.admin.get(&path).await;
        assert_eq!(world.admin.patch(&path, other, &now).await.status, 200);
        let told = world.admin.get("/audit?action=account.abandon_rotation").await;
        told.body["items"][0]["detail"].as_str().unwrap_or_default().to_owned()
    };
    let (before, new) = (before.as_str().unwrap(), rotated.body["access_key_id"].as_str().unwrap());
    assert_eq!(enter(&json!(before)).await, format!("left at the upstream, to be deleted there: {new}"));
}

#[tokio::test]
async fn an_account_that_is_deleted_while_its_key_is_rotated_leaves_keys_that_are_told() {
    let world = World::new().await;
    let path = format!("/accounts/{}", world.account);
    let before = world.admin.get(&path).await.body["access_key_id"].as_str().unwrap().to_owned();
    let rotated = world.admin.post(&format!("{path}/rotate"), json!({})).await;
    assert_eq!(world.admin.delete(&path).await.status, 204);
    let told = world.admin.get("/audit?action=account.abandon_rotation").await;
    let new = rotated.body["access_key_id"].as_str().unwrap();
    let expected = format!("left at the upstream, to be deleted there: {new}, {before}");
    assert_eq!(told.body["items"][0]["detail"], expected, "{}", told.text);
}
