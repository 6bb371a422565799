//! Sessions and events over the API: who sees what, and who may end it.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use regent_broker::{BrokerRole, Id, Login, LoginKind, Origin, Person, Status, Stored, Upstream, Who};
use regent_store::entity::{BrokerEntity, Entity};
use serde_json::{Value, json};

use super::super::caller::token_hash;
use super::*;
use crate::Server;
use crate::broker::issued::tests::{issue, server, session};
use crate::node::tests::{IDENTITY, ask, open};

/// Somebody with these roles, who is signed in and bears this token.
async fn sign_in(server: &Server, name: &str, roles: &[BrokerRole]) -> String {
    let now = server.clock.now().as_second();
    let id: Id = format!("usr_{name}").parse().unwrap();
    let token = format!("rgtc_{name}");
    let person = Person {
        name: name.into(),
        display_name: name.into(),
        email: None,
        origin: Origin::Local,
        attributes: BTreeMap::new(),
        status: Status::Active,
        roles: roles.to_vec(),
        password: None,
        must_change_password: false,
        sealed_totp: None,
        totp_step: 0,
        passkeys: Vec::new(),
        claimed_groups: None,
    };
    let login = Login {
        hash: token_hash(&token).into(),
        kind: LoginKind::CommandLine,
        who: Who::Person(id.clone()),
        via: "password".into(),
        mfa_at: None,
        began: now,
        seen: now,
        expires: now + 86_400,
        source_ip: "127.0.0.1".into(),
        user_agent: None,
        continues: None,
        sealed_id_token: None,
    };
    let login_id: Id = format!("login_{name}").parse().unwrap();
    server
        .store
        .write(move |draft| {
            draft.put("", Entity::Broker(BrokerEntity::from(stored(&id, now, person.clone()))));
            draft.put("", Entity::Broker(BrokerEntity::from(stored(&login_id, now, login.clone()))));
            Ok::<_, regent_store::StoreError>(())
        })
        .await
        .unwrap();
    token
}

fn stored<T>(id: &Id, now: i64, value: T) -> Stored<T> {
    let by = "server";
    Stored { id: id.clone(), created: now, created_by: by.into(), updated: now, updated_by: by.into(), value }
}

/// Status, text and headers of an answer.
async fn send(server: &Arc<Server>, token: &str, request: &str, body: Value) -> (u16, String) {
    let (method, path) = request.split_once(' ').unwrap();
    let request = http::Request::builder()
        .method(method)
        .uri(format!("http://localhost/api/v1{path}"))
        .header("host", "localhost")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(Bytes::from(if method == "GET" { String::new() } else { body.to_string() }))
        .unwrap();
    let answer = server.answer(request, SocketAddr::from(([203, 0, 113, 7], 40_000))).await;
    let status = answer.status().as_u16();
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

async fn get(server: &Arc<Server>, token: &str, path: &str) -> (u16, Value) {
    let (status, text) = send(server, token, &format!("GET {path}"), Value::Null).await;
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

fn keys(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["access_key_id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn everybody_sees_and_ends_their_own_sessions_and_operators_all() {
    let (server, _, root) = server().await;
    let ana = sign_in(&server, "ana", &[]).await;
    let bob = sign_in(&server, "bob", &[]).await;
    let auditor = sign_in(&server, "audrey", &[BrokerRole::Auditor]).await;
    let operator = sign_in(&server, "olaf", &[BrokerRole::Operator]).await;
    let live = open(&server, &root).await;
    let records = [
        session(&server, 1, "usr_ana", &live.0),
        session(&server, 2, "usr_bob", "ASIABOB"),
        session(&server, 3, "usr_ana", "ASIAANA"),
        IssuedSession {
            upstream_id: Id::built_in(Upstream::AWS),
            ..session(&server, 4, "usr_ana", "ASIAAWS")
        },
    ];
    for record in &records {
        issue(&server, record).await;
    }
    let path = |record: &IssuedSession| format!("/sessions/{}", record.id);

    for list in ["/sessions", "/me/sessions", "/sessions?user=ana"] {
        assert_eq!(keys(&get(&server, &ana, list).await.1), ["ASIAAWS", "ASIAANA", &live.0], "{list}");
    }
    assert_eq!(keys(&get(&server, &ana, "/sessions?user=bob").await.1), [""; 0]);
    assert_eq!(keys(&get(&server, &auditor, "/sessions").await.1).len(), 4);
    assert_eq!(keys(&get(&server, &auditor, "/sessions?user=bob").await.1), ["ASIABOB"]);
    assert_eq!(keys(&get(&server, &auditor, "/sessions?access_key_id=ASIAANA").await.1), ["ASIAANA"]);
    assert_eq!(get(&server, &ana, &path(&records[1])).await.0, 404);
    assert_eq!(get(&server, &auditor, &path(&records[1])).await.0, 200);
    let (_, page) = get(&server, &operator, "/sessions?limit=3").await;
    let next = page["next_cursor"].as_str().unwrap();
    let (_, rest) = get(&server, &operator, &format!("/sessions?limit=3&cursor={next}")).await;
    assert_eq!((keys(&page).len(), keys(&rest), &rest["next_cursor"]), (3, vec![&*live.0], &Value::Null));

    let revoke = |token: String, record: &IssuedSession| {
        let (server, request) = (Arc::clone(&server), format!("POST {}/revoke", path(record)));
        async move { send(&server, &token, &request, json!({ "reason": "lost" })).await }
    };
    assert_eq!(revoke(bob.clone(), &records[0]).await.0, 404);
    assert_eq!(revoke(auditor.clone(), &records[0]).await.0, 404);
    assert_eq!(ask(&server, &live, IDENTITY).await.0, 200);
    let (status, text) = revoke(ana.clone(), &records[0]).await;
    let shown: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &shown["state"], &shown["revocable"]), (200, &json!("revoked"), &json!(false)));
    assert_eq!(shown["revoked"]["by"]["name"], "ana");
    assert_eq!(ask(&server, &live, IDENTITY).await.0, 403);
    let (status, text) = revoke(operator.clone(), &records[3]).await;
    assert!(status == 409 && text.contains("not_revocable"), "{text}");
    assert_eq!(revoke(operator.clone(), &records[1]).await.0, 200);
    assert_eq!(keys(&get(&server, &auditor, "/sessions?state=revoked").await.1), ["ASIABOB", &live.0]);
    assert_eq!(get(&server, &operator, "/sessions/sess_none").await.0, 404);
    assert_eq!(get(&server, &operator, "/sessions?colour=red").await.0, 400);
}

#[tokio::test]
async fn auditors_read_export_and_verify_what_happened() {
    let (server, ..) = server().await;
    let ana = sign_in(&server, "ana", &[]).await;
    let auditor = sign_in(&server, "audrey", &[BrokerRole::Auditor]).await;
    let record = session(&server, 1, "usr_ana", "ASIAANA");
    issue(&server, &record).await;
    assert_eq!(send(&server, &ana, &format!("POST /sessions/{}/revoke", record.id), json!({})).await.0, 200);

    for path in ["/audit", "/audit/export", "/audit/verify"] {
        assert_eq!(get(&server, &ana, path).await.0, 403, "{path}");
    }
    let (status, list) = get(&server, &auditor, "/audit?action=revoke.*&actor=ana").await;
    assert_eq!(status, 200, "{list}");
    let event = &list["items"][0];
    assert_eq!(event["session"]["access_key_id"], "ASIAANA");
    assert_eq!(event["client"]["ip"], "203.0.113.7");
    assert_eq!(
        (&event["seq"], &event["result"], &list["next_cursor"]),
        (&json!(1), &json!("ok"), &Value::Null)
    );
    assert_eq!(get(&server, &auditor, "/audit?connector=nowhere").await.1["items"], json!([]));
    for wrong in ["/audit?from=yesterday", "/audit?limit=0", "/audit?cursor=x", "/audit?colour=red"] {
        assert_eq!(get(&server, &auditor, wrong).await.0, 400, "{wrong}");
    }

    let (_, lines) = send(&server, &auditor, "GET /audit/export", Value::Null).await;
    let actions: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(actions.len(), 2); // and its own
    assert_eq!((&actions[0]["action"], &actions[1]["action"]), (&json!("revoke.session"), &json!("export")));
    let (_, table) =
        send(&server, &auditor, "GET /audit/export?format=csv&action=revoke.session", Value::Null).await;
    assert_eq!(table.lines().count(), 2, "{table}");
    assert!(table.starts_with("seq,at,id,") && table.contains(",ASIAANA,"), "{table}");
    let (_, verified) = get(&server, &auditor, "/audit/verify").await;
    assert_eq!(verified, json!({ "ok": true, "events": 3, "first": 1, "anchors": 0 }));
}
