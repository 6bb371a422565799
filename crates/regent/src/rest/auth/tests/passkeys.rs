use http::Method;
use serde_json::{Value, json};

use super::{Browser, PASSWORD, Site};
use crate::signin::passkey::software::{Answer, Key, WITH_CREDENTIAL};

/// An answer of an authenticator on a page of this server.
fn answer(ceremony: &str, begun: &Value, key: &Key) -> Answer {
    let challenge = begun["public_key"]["challenge"].as_str().unwrap();
    let mut answer = Answer::new(ceremony, challenge, key);
    answer.client_data["origin"] = json!("http://localhost");
    answer.rp_id = "localhost".to_owned();
    answer
}

pub(super) async fn register(browser: &mut Browser, key: &Key) -> Value {
    let begun = browser.post("/me/passkeys/start", json!({})).await;
    assert_eq!(begun.status, 200, "{}", begun.body);
    let mut answer = answer("webauthn.create", &begun.body, key);
    answer.flags |= WITH_CREDENTIAL;
    let body =
        json!({"ceremony": begun.body["ceremony"], "name": "laptop", "credential": answer.registration()});
    let made = browser.post("/me/passkeys/finish", body.clone()).await;
    assert_eq!(made.status, 200, "{}", made.body);
    assert_eq!(browser.post("/me/passkeys/finish", body).await.shape(), "403 mfa_required");
    made.body
}

pub(super) async fn show(
    browser: &mut Browser,
    key: &Key,
    change: impl FnOnce(&mut Answer),
) -> (Value, super::Reply) {
    browser.csrf = None;
    let begun = browser.post("/auth/passkey/start", json!({"name": "ana"})).await.body;
    assert_eq!(begun["public_key"]["allowCredentials"], json!([]), "which passkeys somebody has is not told");
    let mut answer = answer("webauthn.get", &begun, key);
    change(&mut answer);
    let body = json!({"ceremony": begun["ceremony"], "credential": answer.assertion(key)});
    (body.clone(), browser.post("/auth/passkey/finish", body).await)
}

/// Shows a passkey again, as who is signed in already.
pub(super) async fn step_up(browser: &mut Browser, key: &Key) {
    let begun = browser.post("/auth/step-up/passkey/start", json!({})).await.body;
    let answer = answer("webauthn.get", &begun, key);
    let body = json!({"ceremony": begun["ceremony"], "credential": answer.assertion(key)});
    let stepped = browser.post("/auth/step-up/passkey/finish", body).await;
    assert_eq!(stepped.status, 200, "{}", stepped.body);
}

/// What an answer says that is not so.
type Lie = (&'static str, Box<dyn FnOnce(&mut Answer)>);

pub(super) fn handle(person: &str) -> impl FnOnce(&mut Answer) {
    let person = person.as_bytes().to_vec();
    move |answer| answer.user_handle = Some(person)
}

#[tokio::test]
async fn a_passkey_signs_in_by_itself_and_counts_as_a_second_factor() {
    let (site, mut ana) = Site::with_ana().await;
    let id = ana.get("/me").await.body["id"].as_str().unwrap().to_owned();
    let key = Key::p256();
    register(&mut ana, &key).await;
    let mut browser = site.nobody();
    let (body, me) = show(&mut browser, &key, handle(&id)).await;
    assert_eq!((me.status, &me.body["sign_in"]["via"]), (200, &json!("passkey")), "{}", me.body);
    assert_eq!(me.body["sign_in"]["mfa"], json!(true));
    assert_eq!(me.body["mfa_methods"], json!(["passkey"]));
    let again = site.nobody().post("/auth/passkey/finish", body).await;
    assert_eq!(again.shape(), "401 sign_in_failed", "an answer counts once");
    assert_eq!(site.nobody().sign_in(PASSWORD, None).await.body["factors"], json!(["passkey"]));
}

#[tokio::test]
async fn what_is_not_the_passkey_of_its_person_signs_nobody_in() {
    let (site, mut ana) = Site::with_ana().await;
    let id = ana.get("/me").await.body["id"].as_str().unwrap().to_owned();
    let key = Key::p256();
    register(&mut ana, &key).await;
    let other = Key::p256();
    let lies: Vec<Lie> = vec![
        ("nobody", Box::new(|a| a.user_handle = None)),
        ("another person", Box::new(handle("usr_01JNOBODY"))),
        ("another page", Box::new(|a| a.client_data["origin"] = json!("https://evil.example"))),
        ("another credential", Box::new(|a| a.raw_id = vec![1; 16])),
    ];
    for (name, lie) in lies {
        let id = id.clone();
        let (_, reply) = show(&mut site.nobody(), &key, move |answer| {
            handle(&id)(answer);
            lie(answer);
        })
        .await;
        assert_eq!(reply.shape(), "401 sign_in_failed", "{name}");
    }
    let (_, reply) = show(&mut site.nobody(), &other, handle(&id)).await;
    assert_eq!(reply.shape(), "401 sign_in_failed", "another key");
    let mut late = site.nobody();
    let begun = late.post("/auth/passkey/start", json!({})).await.body;
    let mut answer = answer("webauthn.get", &begun, &key);
    handle(&id)(&mut answer);
    site.clock.advance(301);
    let body = json!({"ceremony": begun["ceremony"], "credential": answer.assertion(&key)});
    assert_eq!(late.post("/auth/passkey/finish", body).await.shape(), "401 sign_in_failed", "too late");
}

#[tokio::test]
async fn a_counter_moves_with_every_sign_in() {
    let (site, mut ana) = Site::with_ana().await;
    let id = ana.get("/me").await.body["id"].as_str().unwrap().to_owned();
    let key = Key::ed25519();
    register(&mut ana, &key).await;
    for (counter, expected) in [(7, 200), (7, 401), (6, 401), (8, 200), (0, 401)] {
        let id = id.clone();
        let (_, reply) = show(&mut site.nobody(), &key, move |answer| {
            handle(&id)(answer);
            answer.counter = counter;
        })
        .await;
        assert_eq!(reply.status, expected, "{counter}");
    }
}

#[tokio::test]
async fn a_passkey_is_shown_again_to_step_up_and_to_remove_it() {
    let (_, mut ana) = Site::with_ana().await;
    let key = Key::p256();
    let made = register(&mut ana, &key).await;
    let path = format!("/me/passkeys/{}", made["id"].as_str().unwrap());
    assert_eq!(ana.send(Method::DELETE, &path, None, &[]).await.shape(), "403 mfa_required");
    let begun = ana.post("/auth/step-up/passkey/start", json!({})).await.body;
    assert_eq!(begun["public_key"]["allowCredentials"][0]["id"], made["id"]);
    let body = json!({"ceremony": begun["ceremony"], "credential": answer("webauthn.get", &begun, &key).assertion(&key)});
    // A challenge for one who is known is none for whoever comes.
    assert_eq!(ana.site.nobody().post("/auth/passkey/finish", body).await.shape(), "401 sign_in_failed");
    step_up(&mut ana, &key).await;
    assert_eq!(ana.get("/me/passkeys").await.body["items"][0]["name"], "laptop");
    assert_eq!(ana.send(Method::DELETE, &path, None, &[]).await.shape(), "204");
    assert_eq!(ana.send(Method::DELETE, &path, None, &[]).await.shape(), "404 not_found");
    assert_eq!(ana.get("/me").await.body["mfa_methods"], json!([]));
}
