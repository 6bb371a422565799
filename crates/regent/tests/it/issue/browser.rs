//! Browsers that are signed in with what a connector has issued, and what ends them.

use bytes::Bytes;
use http::Request;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use super::World;
use super::ends::sign_in;
use crate::support::api::{Api, Reply};
use crate::support::escape;

/// Opens an address of the federation endpoint, with a cookie if there is one; tells the cookie that comes back too.
async fn open(world: &World, path: &str, cookie: Option<&str>) -> (Value, Option<String>) {
    let mut request = Request::get(path).header("host", "localhost").header("sec-fetch-site", "none");
    if let Some(cookie) = cookie {
        request = request.header("cookie", cookie);
    }
    let peer = std::net::SocketAddr::from(([203, 0, 113, 7], 40_000));
    let answer = world.server.server.answer(request.body(Bytes::new()).unwrap(), peer).await;
    let (parts, body) = answer.into_parts();
    let cookie = parts.headers.get("set-cookie").map(|line| line.to_str().unwrap());
    let cookie = cookie.map(|line| line.split(';').next().unwrap().to_owned());
    let body = body.collect().await.unwrap().to_bytes();
    (serde_json::from_slice(&body).unwrap_or(Value::Null), cookie)
}

/// Signs a browser in with credentials that were drawn; tells its cookie.
async fn console(world: &World, given: &Reply, more: &str) -> String {
    let session = json!({
        "sessionId": given.body["access_key_id"],
        "sessionKey": given.body["secret_access_key"],
        "sessionToken": given.body["session_token"],
    });
    let session = escape(&session.to_string());
    let path = format!("/federation?Action=getSigninToken&Session={session}{more}");
    let (told, _) = open(world, &path, None).await;
    let token = told["SigninToken"].as_str().unwrap_or_else(|| panic!("{told}"));
    let (_, cookie) = open(world, &format!("/federation?Action=login&SigninToken={token}"), None).await;
    cookie.expect("a session")
}

/// What the session behind a cookie says of itself: its ARN, or why there is none.
async fn says(world: &World, cookie: &str) -> String {
    let (told, _) = open(world, "/console/api/session", Some(cookie)).await;
    told["code"].as_str().or(told["arn"].as_str()).unwrap().to_owned()
}

/// Ana, who has drawn credentials of a quarter of an hour of a role that allows half a day.
async fn drawn() -> (World, Api, Reply) {
    let world = World::new().await;
    let most = [("RoleName", "reader"), ("MaxSessionDuration", "43200")];
    world.server.root().must("UpdateRole", &most).await;
    let person = world.admin.made_person("ana").await;
    world.connector("reader", json!({ "grants": [{ "subject": { "user": person.id() } }] })).await;
    let ana = sign_in(&world, "ana").await;
    let given = ana.made("/connectors/reader/credentials", json!({ "duration_seconds": 900 })).await;
    (world, ana, given)
}

async fn shown(by: &Api, given: &Reply) -> Value {
    by.get(&format!("/sessions/{}", given.body["session_id"].as_str().unwrap())).await.body
}

#[tokio::test]
async fn a_browser_that_outlives_its_credentials_is_shown_and_can_be_ended() {
    let (world, ana, given) = drawn().await;
    let browser = console(&world, &given, "&SessionDuration=43200").await;
    let begun = shown(&ana, &given).await;
    assert_eq!(begun["console_until"], "2026-11-22T00:00:00Z", "{begun}");
    world.server.advance(901);
    assert!(says(&world, &browser).await.ends_with("/reader/ana"));
    let going = shown(&ana, &given).await;
    assert_eq!((&going["state"], &going["revocable"]), (&json!("active"), &json!(true)), "{going}");
    assert!(going["effect_note"].as_str().unwrap().starts_with("The credentials have ended."), "{going}");
    let active = ana.get("/me/sessions?state=active").await;
    assert_eq!(active.body["items"][0]["id"], given.body["session_id"], "{}", active.text);
    let path = format!("/sessions/{}/revoke", given.body["session_id"].as_str().unwrap());
    assert_eq!(ana.post(&path, json!({})).await.status, 200);
    assert_eq!(says(&world, &browser).await, "session_ended");
    assert_eq!(shown(&ana, &given).await["state"], "revoked");
}

#[tokio::test]
async fn signing_out_ends_browsers_whose_credentials_have_ended_before() {
    let (world, ana, given) = drawn().await;
    let browser = console(&world, &given, "&SessionDuration=3600").await;
    world.server.advance(901);
    assert!(says(&world, &browser).await.ends_with("/reader/ana"));
    assert_eq!(ana.post("/auth/logout", Value::Null).await.status, 204);
    assert_eq!(says(&world, &browser).await, "session_ended");
}

#[tokio::test]
async fn a_browser_that_lasts_as_long_as_its_credentials_ends_with_them() {
    let (world, ana, given) = drawn().await;
    let browser = console(&world, &given, "").await;
    world.server.advance(901);
    assert_eq!(says(&world, &browser).await, "session_ended");
    let over = shown(&ana, &given).await;
    assert_eq!((&over["state"], &over["console_until"]), (&json!("expired"), &Value::Null), "{over}");
    let path = format!("/sessions/{}/revoke", given.body["session_id"].as_str().unwrap());
    assert_eq!(ana.post(&path, json!({})).await.shape(), "409 session_over");
}
