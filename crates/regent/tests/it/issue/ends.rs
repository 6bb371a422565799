//! How access ends: with the group, the person, the session, the sign-in; and who is not touched by it.

use std::future::Future as _;
use std::task::Poll;

use serde_json::{Value, json};

use super::World;
use crate::support::api::{Api, PASSWORD, Reply};

/// People in one group that the connector is granted to.
struct Shared {
    world: World,
    group: Reply,
    ana: Api,
    ben: Api,
}

impl Shared {
    async fn new() -> Self {
        let world = World::new().await;
        let mut members = Vec::new();
        for name in ["ana", "ben"] {
            members.push(world.admin.made_person(name).await.id().to_owned());
        }
        let group = world.admin.made("/groups", json!({ "name": "readers", "members": members })).await;
        let grants = json!({ "grants": [{ "subject": { "group": group.id() } }] });
        world.connector("reader", grants).await;
        let (ana, ben) = (sign_in(&world, "ana").await, sign_in(&world, "ben").await);
        Self { world, group, ana, ben }
    }
}

pub(super) async fn sign_in(world: &World, name: &str) -> Api {
    let nobody = world.server.api();
    let reply = nobody.made("/auth/sign-in", json!({ "name": name, "password": PASSWORD })).await;
    nobody.signed_in_by(&reply)
}

async fn draw(by: &Api) -> Reply {
    by.post("/connectors/reader/credentials", json!({})).await
}

/// Whether the credentials of an answer still work.
async fn works(world: &World, given: &Reply) -> bool {
    world.given(given).sts("GetCallerIdentity", &[]).await.status == 200
}

#[tokio::test]
async fn who_leaves_the_group_is_refused_the_next_time() {
    let Shared { world, group, ana, ben } = Shared::new().await;
    assert_eq!(draw(&ana).await.status, 200);
    let only_ben = json!({ "members": [group.body["members"][1]] });
    assert_eq!(world.admin.patch("/groups/readers", only_ben, &group).await.status, 200);
    // What is not shared with somebody is not there for them.
    assert_eq!(draw(&ana).await.shape(), "404 not_found");
    assert_eq!(ana.get("/me/connectors").await.body["items"], json!([]));
    assert_eq!(draw(&ben).await.status, 200);
}

#[tokio::test]
async fn a_revoked_person_is_denied_and_nobody_else() {
    let Shared { world, ana, ben, .. } = Shared::new().await;
    let (hers, other, his) = (draw(&ana).await, draw(&ana).await, draw(&ben).await);
    for session in [&hers, &other] {
        let path = format!("/sessions/{}/revoke", session.body["session_id"].as_str().unwrap());
        let theirs = ben.post(&path, json!({ "reason": "mischief" })).await;
        assert_eq!(theirs.shape(), "404 not_found", "only the owner and operators");
        assert_eq!(world.admin.post(&path, json!({ "reason": "left the company" })).await.status, 200);
    }
    assert!(!works(&world, &hers).await && !works(&world, &other).await);
    assert!(works(&world, &his).await);
}

#[tokio::test]
async fn what_a_sign_in_earned_ends_when_it_is_signed_out() {
    let Shared { world, ana, ben, .. } = Shared::new().await;
    let elsewhere = sign_in(&world, "ana").await;
    let (here, there, his) = (draw(&ana).await, draw(&elsewhere).await, draw(&ben).await);
    assert_eq!(ana.post("/auth/logout", Value::Null).await.status, 204);
    assert!(!works(&world, &here).await);
    assert!(works(&world, &there).await && works(&world, &his).await);
    assert_eq!(draw(&ana).await.shape(), "401 login_required");
}

/// Lets time pass and uses the sign-in, until that is written down, which nobody waits for. Tells when it ends,
/// whatever happens.
async fn used_after(world: &World, by: &Api, seconds: i64) -> Value {
    let sign_in = async || by.get("/me").await.body["sign_in"].take();
    let before = sign_in().await;
    world.server.advance(seconds);
    loop {
        let now = sign_in().await;
        if now["idle_expires_at"] != before["idle_expires_at"] {
            assert_eq!(now["expires_at"], before["expires_at"]);
            return now["expires_at"].clone();
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_browser_that_is_used_all_day_signs_in_again_after_it() {
    let Shared { world, ana, .. } = Shared::new().await;
    let begun = world.server.now().as_second();
    for _ in 0..16 {
        used_after(&world, &ana, 3600).await;
    }
    // From here on it is not for want of use that anything ends.
    let admin = sign_in(&world, "root-admin").await;
    let settings = admin.get("/settings").await;
    assert_eq!(admin.put("/settings", json!({ "idle_minutes": 1440 }), &settings).await.status, 200);
    world.server.advance(begun + 86_400 - 1 - world.server.now().as_second());
    assert_eq!(ana.get("/me").await.status, 200);
    world.server.advance(1);
    assert_eq!(ana.get("/me").await.shape(), "401 login_expired");
    assert_eq!(draw(&ana).await.shape(), "401 login_expired");
}

#[tokio::test]
async fn whoever_hangs_up_while_signing_out_is_signed_out_all_the_same() {
    let Shared { world, ana, .. } = Shared::new().await;
    let given = draw(&ana).await;
    let mut leaving = Box::pin(ana.post("/auth/logout", Value::Null));
    let answered =
        std::future::poll_fn(|context| Poll::Ready(leaving.as_mut().poll(context).is_ready())).await;
    assert!(!answered, "there was nothing to interrupt");
    drop(leaving);
    while ana.get("/me").await.status == 200 || works(&world, &given).await {
        tokio::task::yield_now().await;
    }
    assert_eq!(ana.get("/me").await.shape(), "401 login_required");
    assert!(!works(&world, &given).await);
}

#[tokio::test]
async fn credentials_do_not_outlive_the_sign_in() {
    let Shared { world, ana, .. } = Shared::new().await;
    // Used now and then, a sign-in lasts a day in all.
    let mut ends = Value::Null;
    for _ in 0..3 {
        ends = used_after(&world, &ana, 470 * 60).await;
    }
    let given = draw(&ana).await;
    assert_eq!(given.body["warnings"][0]["code"], "login_left", "{}", given.text);
    let end = |text: &Value| text.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert!(end(&given.body["expiration"]) <= end(&ends), "{ends}: {}", given.text);
    world.server.advance(901);
    assert_eq!(draw(&ana).await.shape(), "409 too_little_time_left");
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let Shared { world, .. } = Shared::new().await;
    let nobody = world.server.api();
    let mut refusals = Vec::new();
    for guess in 0..12 {
        let body = json!({ "name": "ana", "password": format!("not her password {guess}") });
        refusals.push(nobody.post("/auth/sign-in", body).await);
    }
    assert_eq!(refusals[0].shape(), "401 sign_in_failed");
    let last = refusals.pop().unwrap();
    assert_eq!(last.status, 429, "{}", last.text);
    assert!(last.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn a_second_factor_in_between_does_not_part_a_sign_in_from_what_it_earned() {
    let Shared { world, ana, .. } = Shared::new().await;
    let before = draw(&ana).await;
    let begun = ana.made("/me/totp", json!({})).await;
    let seed = data_encoding::BASE64.encode(begun.body["secret"].as_str().unwrap().as_bytes());
    let code = || json!({ "code": world.server.root().code(&seed, 0) });
    // The browser keeps the seed until it is confirmed, sealed, in a cookie of its own.
    let cookies = [ana.cookie.clone(), ana.signed_in_by(&begun).cookie].map(Option::unwrap).join("; ");
    let enrolling = Api { cookie: Some(cookies), ..ana.clone() };
    assert_eq!(enrolling.post("/me/totp/confirm", code()).await.status, 204);
    world.server.advance(60);
    let stepped_up = ana.signed_in_by(&ana.made("/auth/step-up", code()).await);
    assert_eq!(draw(&ana).await.shape(), "401 login_required", "the cookie of before is worth nothing");
    let after = draw(&stepped_up).await;
    assert_eq!(stepped_up.post("/auth/logout", Value::Null).await.status, 204);
    assert!(!works(&world, &before).await && !works(&world, &after).await);
}
