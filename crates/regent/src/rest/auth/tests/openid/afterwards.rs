//! What becomes of people and their sign-ins when their provider says something else, or nothing.

use regent_broker::BrokerRole;

use super::*;
use crate::broker::check;

#[tokio::test]
async fn a_session_that_the_provider_has_ended_gives_nothing_until_the_next_sign_in() {
    let house = House::new(CreatePeople::MappedGroup).await;
    let mut browser = house.site.nobody();
    house.sign_in(&mut browser, "/console/", |_| ()).await;
    house.say("refusal", json!("temporarily_unavailable"));
    house.site.clock.advance(901);
    assert_eq!(browser.get("/me").await.status, 200, "it may be there again in a moment");
    house.say("refusal", json!("invalid_grant"));
    house.site.clock.advance(60);
    assert_eq!(browser.get("/me").await.body["groups"], json!([]));
    let refused = browser.post("/connectors/prod/credentials", json!({})).await;
    assert_eq!(refused.shape(), "403 groups_unavailable");
    assert!(refused.body["fix"].as_str().unwrap().starts_with("sign in again"), "{:?}", refused.body);
    let told = house.person().unwrap().value.claimed_groups.clone().unwrap();
    assert_eq!(told.sealed_refresh_token, None, "it is no use any more");
    house.claims.lock().unwrap().as_object_mut().unwrap().remove("refusal");
    let mut again = house.site.nobody();
    house.sign_in(&mut again, "/console/", |_| ()).await;
    assert_eq!(again.get("/me").await.body["groups"][0]["name"], "developers");
}

#[tokio::test]
async fn nothing_is_issued_while_nobody_tells_the_groups() {
    let house = House::new(CreatePeople::MappedGroup).await;
    let mut browser = house.site.nobody();
    house.sign_in(&mut browser, "/console/", |_| ()).await;
    browser.get("/auth/session").await;
    // What hangs on no provider: a grant to the person, a role, a connector that everybody may know.
    let person = house.person().unwrap();
    let value = Person { roles: vec![BrokerRole::Administrator], ..person.value.clone() };
    let actor = Actor::server(house.site.seconds());
    let promoted = house.site.server.change_broker(actor, move |change| {
        change.put(Stored { value: value.clone(), ..Stored::clone(&person) });
        Ok(())
    });
    assert!(promoted.await.is_ok());
    let account = json!({
        "name": "own", "kind": "access_key", "access_key_id": "AKIAIOSFODNN7EXAMPLE",
        "secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    });
    let account = browser.post("/accounts", account).await;
    let id = house.person().unwrap().id.to_string();
    let connector = json!({
        "name": "prod", "slug": "prod", "account_id": account.body["id"], "principal_type": "assume_role",
        "role_arn": "arn:aws:iam::123456789012:role/reader", "grants": [{ "subject": { "user": id } }],
    });
    assert_eq!(browser.post("/connectors", connector).await.status, 201);
    let asked =
        ["/connectors/prod/credentials", "/connectors/prod/console-url", "/connectors/prod/caller-identity"];
    assert_eq!(browser.post(asked[2], json!({})).await.status, 200);
    house.say("refusal", json!("temporarily_unavailable"));
    house.site.clock.advance(901);
    for path in asked.into_iter().chain(["/connectors/nowhere/credentials"]) {
        let refused = browser.post(path, json!({})).await;
        assert_eq!(refused.shape(), "403 groups_unavailable", "{path}");
    }
    assert!(house.site.journal().await.contains(&"credentials.issue denied groups_unavailable".to_owned()));
    // The provider is back.
    house.claims.lock().unwrap().as_object_mut().unwrap().remove("refusal");
    house.site.clock.advance(60);
    assert_eq!(browser.post(asked[2], json!({})).await.status, 200);
    assert_eq!(browser.post("/connectors/nowhere/credentials", json!({})).await.shape(), "404 not_found");
}

#[tokio::test]
async fn attributes_come_with_the_claims_and_go_with_them() {
    let house = House::new(CreatePeople::MappedGroup).await;
    house.set(|terms| terms.claims.attributes = [("team".to_owned(), "org.unit".to_owned())].into()).await;
    house.say("org", json!({ "unit": "blue" }));
    let mut browser = house.site.nobody();
    house.sign_in(&mut browser, "/console/", |_| ()).await;
    let attributes = || house.person().unwrap().value.attributes.clone();
    assert_eq!(attributes(), [("team".to_owned(), "blue".to_owned())].into());
    // What an administrator wrote besides stays.
    let person = house.person().unwrap();
    let mut value = person.value.clone();
    value.attributes.insert("desk".to_owned(), "12".to_owned());
    let actor = Actor::server(house.site.seconds());
    let put = house.site.server.change_broker(actor, move |change| {
        change.put(Stored { value: value.clone(), ..Stored::clone(&person) });
        Ok(())
    });
    assert!(put.await.is_ok());
    house.say("org", json!({ "unit": "red" }));
    house.site.clock.advance(901);
    browser.get("/me").await;
    let expected = [("team", "red"), ("desk", "12")];
    assert_eq!(attributes(), expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    house.say("org", json!({ "unit": ["red", "blue"] }));
    house.sign_in(&mut house.site.nobody(), "/console/", |_| ()).await;
    assert_eq!(attributes(), [("desk".to_owned(), "12".to_owned())].into());
    // Nor does one stay that nobody asks for any more.
    house.say("org", json!({ "unit": "blue" }));
    house.sign_in(&mut house.site.nobody(), "/console/", |_| ()).await;
    assert_eq!(attributes().get("team").map(String::as_str), Some("blue"));
    house.set(|terms| terms.claims.attributes.clear()).await;
    house.sign_in(&mut house.site.nobody(), "/console/", |_| ()).await;
    assert_eq!(attributes(), [("desk".to_owned(), "12".to_owned())].into());
}

#[tokio::test]
async fn what_an_administrator_writes_over_is_theirs() {
    let house = House::new(CreatePeople::MappedGroup).await;
    let mut boss = house.boss().await;
    house.set(|terms| terms.claims.attributes = [("team".to_owned(), "team".to_owned())].into()).await;
    house.say("team", json!("blue"));
    house.sign_in(&mut house.site.nobody(), "/console/", |_| ()).await;
    let path = format!("/users/{}", house.person().unwrap().id);
    // As long as a claim is mapped to it, the provider has the last word.
    for (is_mapped, expected) in [(true, "blue"), (false, "green")] {
        if !is_mapped {
            house.set(|terms| terms.claims.attributes.clear()).await;
        }
        let tag = boss.get(&path).await.headers["etag"].to_str().unwrap().to_owned();
        let patch = Some(json!({ "attributes": { "team": "green" } }));
        assert_eq!(boss.send(Method::PATCH, &path, patch, &[("if-match", &tag)]).await.status, 200);
        house.sign_in(&mut house.site.nobody(), "/console/", |_| ()).await;
        let attributes = house.person().unwrap().value.attributes.clone();
        assert_eq!(attributes, [("team".to_owned(), expected.to_owned())].into());
    }
}

#[tokio::test]
async fn what_a_provider_tells_never_keeps_an_administrator_from_changing_somebody() {
    let house = House::new(CreatePeople::MappedGroup).await;
    house.set(|terms| terms.claims.attributes = [("team".to_owned(), "team".to_owned())].into()).await;
    house.sign_in(&mut house.site.nobody(), "/console/", |_| ()).await;
    let person = house.person().unwrap();
    let mut value = person.value.clone();
    value.attributes = (0..check::MAX_ATTRIBUTES).map(|at| (format!("a{at}"), "x".to_owned())).collect();
    let actor = Actor::server(house.site.seconds());
    let put = house.site.server.change_broker(actor, move |change| {
        change.put(Stored { value: value.clone(), ..Stored::clone(&person) });
        Ok(())
    });
    assert!(put.await.is_ok());
    house.say("team", json!("blue"));
    house.say("email", json!("ana"));
    house.say("name", json!("a".repeat(256)));
    house.sign_in(&mut house.site.nobody(), "/console/", |_| ()).await;
    let told = house.person().unwrap();
    assert!(check::person(&told.value).is_ok());
    assert_eq!((told.value.email.as_deref(), told.value.attributes.get("team")), (None, None));
}

#[tokio::test]
async fn whoever_was_deleted_comes_back_as_somebody_else() {
    let house = House::new(CreatePeople::MappedGroup).await;
    let mut browser = house.site.nobody();
    house.sign_in(&mut browser, "/console/", |_| ()).await;
    let person = house.person().unwrap();
    let group = Group {
        name: "trusted".to_owned(),
        description: String::new(),
        roles: vec![BrokerRole::Administrator],
        members: vec![person.id.clone()],
        mapped: None,
    };
    house.site.put(group).await;
    // Somebody else has to be left who can administer.
    let admin = Person { roles: vec![BrokerRole::Administrator], ..Person::new("root") };
    house.site.put(Person { password: Some("x".into()), ..admin }).await;
    let mut ana = house.site.nobody();
    assert_eq!(browser.get("/me").await.body["roles"], json!(["administrator"]));
    browser.get("/auth/session").await;
    assert_eq!(browser.delete(&format!("/users/{}", person.id)).await.shape(), "204");
    assert_eq!(browser.get("/me").await.shape(), "401 login_required");
    house.sign_in(&mut ana, "/console/", |_| ()).await;
    let again = house.person().unwrap();
    assert_ne!(again.id, person.id);
    let me = ana.get("/me").await.body;
    assert_eq!((&me["roles"], me["groups"].as_array().unwrap().len()), (&json!([]), 1));
    // Where only administrators make people, nobody comes back.
    house.set(|terms| terms.create_people = CreatePeople::Never).await;
    let actor = Actor::server(house.site.seconds());
    let gone = house.site.server.change_broker(actor, move |change| {
        change.remove(&again);
        Ok(())
    });
    assert!(gone.await.is_ok());
    house.fails("no_group", |_| ()).await;
}
