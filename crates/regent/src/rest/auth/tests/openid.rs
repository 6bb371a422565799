use std::sync::{Arc, Mutex};

use http::Method;
use regent_broker::{
    Claims, CreatePeople, Group, IdentitySource, IdentitySourceTerms, Mapping, Origin, Person, Status, Stored,
};
use serde_json::{Value, json};
use url::Url;

use super::passkeys::{handle, register, show, step_up};
use super::{Browser, PASSWORD, Reply, Site};
use crate::broker::change::Actor;
use crate::signin::oidc::provider::{Answer, Provider, Question, Signer};
use crate::signin::passkey::software::Key;

mod afterwards;

/// A provider, and what it says of whoever comes.
struct House {
    site: Site,
    provider: Provider,
    claims: Arc<Mutex<Value>>,
    source: regent_broker::Id,
}

impl House {
    async fn new(create_people: CreatePeople) -> Self {
        let site = Site::new().await;
        let signer = Signer::p256("k1");
        let claims: Arc<Mutex<Value>> = Arc::new(Mutex::new(json!({
            "aud": "regent", "sub": "248289761001", "preferred_username": "ana", "name": "Ana Díaz",
            "email": "ana@example.com", "email_verified": true, "groups": ["dev"], "amr": ["pwd", "mfa"],
        })));
        let (said, now) = (Arc::clone(&claims), site.clone());
        let answer = move |question: &Question| {
            let said = said.lock().unwrap().clone();
            let url = said["iss"].as_str().unwrap().to_owned();
            let path = question.line.split(' ').nth(1).unwrap().to_owned();
            match path.as_str() {
                "/.well-known/openid-configuration" => Answer::json(&json!({
                    "issuer": url, "jwks_uri": format!("{url}/keys"), "authorization_endpoint": format!("{url}/authorize"),
                    "token_endpoint": format!("{url}/token"), "end_session_endpoint": format!("{url}/logout"),
                })),
                "/keys" => Answer::json(&json!({"keys": [signer.public]})),
                _ if said.get("refusal").is_some() => {
                    let body = json!({"error": said["refusal"]}).to_string().into_bytes();
                    Answer { status: 400, header: "content-type: application/json", body }
                }
                _ => {
                    let mut said = said;
                    (said["iat"], said["exp"]) = (json!(now.seconds()), json!(now.seconds() + 60));
                    if said.get("auth_time").is_none() {
                        said["auth_time"] = said["iat"].clone();
                    }
                    let token = signer.token(&json!({"alg": "ES256", "kid": "k1"}), &said);
                    Answer::json(
                        &json!({"access_token": "a", "token_type": "Bearer", "id_token": token, "refresh_token": "r"}),
                    )
                }
            }
        };
        let provider = Provider::start(answer).await;
        claims.lock().unwrap()["iss"] = json!(provider.url);
        let terms = IdentitySourceTerms {
            name: "company".to_owned(),
            issuer: provider.url.clone(),
            client_id: "regent".to_owned(),
            scopes: vec!["openid".to_owned()],
            claims: Claims::default(),
            group_max_age_seconds: 900,
            create_people,
            ca_pem: None,
            disabled: false,
        };
        let source = site.put(IdentitySource { terms, sealed_client_secret: None }).await;
        let mapped = Some(Mapping { source: source.clone(), value: "dev".to_owned() });
        let group = Group {
            name: "developers".to_owned(),
            description: String::new(),
            roles: vec![],
            members: vec![],
            mapped,
        };
        site.put(group).await;
        Self { site, provider, claims, source }
    }

    fn say(&self, name: &str, value: Value) {
        self.claims.lock().unwrap()[name] = value;
    }

    /// Goes to the provider and comes back, with a change of the query on the way.
    async fn sign_in(&self, browser: &mut Browser, return_to: &str, change: impl FnOnce(&mut Url)) -> Reply {
        let path = format!("/auth/oidc/start?source={}&return_to={return_to}", self.source);
        let sent = browser.get(&path).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
        let url = Url::parse(sent.location()).unwrap();
        assert!(url.as_str().starts_with(&format!("{}/authorize?", self.provider.url)));
        let asked = |name: &str| url.query_pairs().find(|(found, _)| found == name).unwrap().1.into_owned();
        assert_eq!(asked("redirect_uri"), "http://localhost/api/v1/auth/oidc/callback");
        self.say("nonce", json!(asked("nonce")));
        let mut back = Url::parse("http://localhost/auth/oidc/callback").unwrap();
        back.query_pairs_mut().append_pair("code", "c").append_pair("state", &asked("state"));
        change(&mut back);
        browser.get(&back[url::Position::BeforePath..]).await
    }

    async fn fails(&self, expected: &str, change: impl FnOnce(&mut Url)) {
        let mut browser = self.site.nobody();
        let reply = self.sign_in(&mut browser, "/console/", change).await;
        assert_eq!(
            (reply.status, reply.location()),
            (303, format!("/console/sign-in?error={expected}").as_str())
        );
        assert!(browser.jar.is_empty(), "{:?}", browser.jar);
    }

    /// An administrator, who has just set the site up.
    async fn boss(&self) -> Browser {
        let mut boss = self.site.nobody();
        let code = self.site.server.setup_code().unwrap().to_owned();
        let set_up = json!({ "code": code, "name": "boss", "password": PASSWORD });
        assert_eq!(boss.post("/setup", set_up).await.status, 200);
        boss
    }

    /// Has an administrator change what the source says.
    async fn set(&self, edit: impl Fn(&mut IdentitySourceTerms) + Send + 'static) {
        let (id, actor) = (self.source.clone(), Actor::server(self.site.seconds()));
        let changed = self.site.server.change_broker(actor, move |change| {
            let old = change.current::<IdentitySource>(id.as_str(), None)?;
            let mut value = old.value.clone();
            edit(&mut value.terms);
            change.replace(&old, value)
        });
        assert!(changed.await.is_ok());
    }

    fn person(&self) -> Option<Arc<Stored<Person>>> {
        let picture = self.site.server.store.picture();
        picture.broker().person_by_subject(self.source.as_str(), "248289761001").cloned()
    }
}

#[tokio::test]
async fn who_is_in_a_group_of_ours_is_made_a_person_and_comes_back_as_the_same() {
    let house = House::new(CreatePeople::MappedGroup).await;
    let mut browser = house.site.nobody();
    let reply = house.sign_in(&mut browser, "/go/prod-ro", |_| ()).await;
    assert_eq!((reply.status, reply.location()), (303, "/go/prod-ro"));
    assert_eq!(browser.jar.keys().collect::<Vec<_>>(), ["__Host-regent"], "nothing of the way is left");
    let me = browser.get("/me").await.body;
    assert_eq!(
        (&me["name"], &me["display_name"], &me["email"]),
        (&json!("ana"), &json!("Ana Díaz"), &json!("ana@example.com"))
    );
    assert_eq!(
        (&me["source"], &me["sign_in"]["via"]),
        (&json!(format!("oidc:{}", house.source)), &json!(format!("oidc:{}", house.source)))
    );
    assert_eq!((&me["groups"][0]["name"], &me["sign_in"]["mfa"]), (&json!("developers"), &json!(true)));
    let person = house.person().unwrap();
    house.say("groups", json!(["ops"]));
    house.say("name", json!("Ana D. Ruiz"));
    house.say("preferred_username", json!("somebody-else"));
    let mut again = house.site.nobody();
    house.sign_in(&mut again, "/console/", |_| ()).await;
    let me = again.get("/me").await.body;
    assert_eq!(
        (&me["id"], &me["name"], &me["display_name"]),
        (&json!(person.id.as_str()), &json!("ana"), &json!("Ana D. Ruiz"))
    );
    assert_eq!(me["groups"], json!([]));
    let out = again.post("/auth/logout", json!({})).await;
    assert_eq!(out.status, 200);
    let csrf = again.csrf.clone();
    assert!(csrf.is_some());
}

#[tokio::test]
async fn signing_out_tells_where_the_provider_ends_its_session() {
    let house = House::new(CreatePeople::MappedGroup).await;
    let mut browser = house.site.nobody();
    house.sign_in(&mut browser, "/console/", |_| ()).await;
    browser.get("/auth/session").await;
    let out = browser.post("/auth/logout", json!({})).await;
    let url = out.body["end_session_url"].as_str().unwrap();
    let expected = format!(
        "{}/logout?client_id=regent&post_logout_redirect_uri=http%3A%2F%2Flocalhost%2Fconsole%2F&id_token_hint=",
        house.provider.url
    );
    assert!(url.starts_with(&expected), "{url}");
}

#[tokio::test]
async fn who_is_in_no_group_or_suspended_is_told_so_and_not_let_in() {
    let house = House::new(CreatePeople::MappedGroup).await;
    house.say("groups", json!(["strangers"]));
    house.fails("no_group", |_| ()).await;
    assert!(house.person().is_none());
    house.say("groups", json!({"dev": true}));
    house.fails("groups_unavailable", |_| ()).await;
    house.say("groups", json!(["dev"]));
    house.sign_in(&mut house.site.nobody(), "/console/", |_| ()).await;
    let person = house.person().unwrap();
    let value = Person { status: Status::Suspended, ..person.value.clone() };
    let actor = Actor::server(house.site.seconds());
    let suspended = house.site.server.change_broker(actor, move |change| {
        change.put(Stored { value: value.clone(), ..Stored::clone(&person) });
        Ok(())
    });
    assert!(suspended.await.is_ok());
    house.fails("suspended", |_| ()).await;
    let events = house.site.journal().await;
    for event in [
        "login denied no_group",
        "login denied groups_unavailable",
        "login ok",
        "login denied suspended",
        "user.create ok",
    ] {
        assert!(events.contains(&event.to_owned()), "{event}: {events:?}");
    }
}

#[tokio::test]
async fn nobody_is_made_where_an_administrator_makes_people() {
    let house = House::new(CreatePeople::Never).await;
    house.fails("no_group", |_| ()).await;
    let origin = Origin::Oidc { source: house.source.clone(), subject: "248289761001".into() };
    house.site.put(Person { origin, ..Person::new("invited") }).await;
    let mut browser = house.site.nobody();
    house.sign_in(&mut browser, "/console/", |_| ()).await;
    assert_eq!(browser.get("/me").await.body["name"], "invited");
}

#[tokio::test]
async fn a_name_that_is_taken_is_not_taken_over() {
    let house = House::new(CreatePeople::MappedGroup).await;
    house.site.put(Person::new("Ana")).await;
    house.fails("name_taken", |_| ()).await;
    assert!(house.person().is_none());
}

#[tokio::test]
async fn only_the_browser_that_was_sent_comes_back() {
    let house = House::new(CreatePeople::MappedGroup).await;
    house
        .fails("sign_in_lapsed", |url| {
            url.query_pairs_mut().clear().append_pair("code", "c").append_pair("state", "x");
        })
        .await;
    house.fails("sign_in_lapsed", |url| url.set_query(None)).await;
    house
        .fails("provider_refused", |url| {
            let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
            url.query_pairs_mut().clear().append_pair("error", "access_denied").append_pair("state", &state);
        })
        .await;
    house.say("aud", json!("another"));
    house.fails("provider_token_refused", |_| ()).await;
    house.say("aud", json!("regent"));
    let mut browser = house.site.nobody();
    let mut other = house.site.nobody();
    let reply = house
        .sign_in(&mut browser, "/console/", |url| {
            url.query_pairs_mut().append_pair("iss", "https://evil.example");
        })
        .await;
    assert_eq!(reply.location(), "/console/sign-in?error=provider_token_refused");
    let reply = other.get("/auth/oidc/callback?code=c&state=x").await;
    assert_eq!(reply.location(), "/console/sign-in?error=sign_in_lapsed");
    // What one browser was given is worth nothing twice.
    let sent = browser.get(&format!("/auth/oidc/start?source={}", house.source)).await;
    let url = Url::parse(sent.location()).unwrap();
    let asked = |name: &str| url.query_pairs().find(|(found, _)| found == name).unwrap().1.into_owned();
    house.say("nonce", json!(asked("nonce")));
    let kept = browser.clone();
    let back = format!("/auth/oidc/callback?code=c&state={}", asked("state"));
    assert_eq!(browser.get(&back).await.location(), "/console/");
    assert_eq!(kept.clone().get(&back).await.location(), "/console/sign-in?error=sign_in_lapsed");
}

#[tokio::test]
async fn nobody_is_sent_to_a_page_of_somebody_else() {
    let house = House::new(CreatePeople::MappedGroup).await;
    for page in ["https://evil.example", "//evil.example", "/api/v1/me", "/console\\@evil.example"] {
        let reply = house.sign_in(&mut house.site.nobody(), page, |_| ()).await;
        assert_eq!(reply.location(), "/console/", "{page}");
    }
    let unknown = house.site.nobody().get("/auth/oidc/start?source=idp_none").await;
    assert_eq!(unknown.shape(), "404 not_found");
}

#[tokio::test]
async fn groups_are_asked_for_again_when_they_are_too_old() {
    let house = House::new(CreatePeople::MappedGroup).await;
    let mut browser = house.site.nobody();
    house.sign_in(&mut browser, "/console/", |_| ()).await;
    let groups = |body: &Value| body["groups"].as_array().unwrap().len();
    house.say("groups", json!([]));
    house.site.clock.advance(900);
    assert_eq!(groups(&browser.get("/me").await.body), 1, "not too old yet");
    house.site.clock.advance(1);
    assert_eq!(groups(&browser.get("/me").await.body), 0);
    house.say("groups", json!(["dev"]));
    house.site.clock.advance(901);
    let asked = house.provider.count("/token");
    let (mut one, mut two) = (browser.clone(), browser.clone());
    let (one, two) = tokio::join!(one.get("/me"), two.get("/me"));
    assert_eq!((groups(&one.body), groups(&two.body)), (1, 1));
    assert_eq!(house.provider.count("/token"), asked + 1, "together they ask once");
}

#[tokio::test]
async fn groups_that_nobody_tells_of_do_not_count_and_are_not_asked_for_at_will() {
    let house = House::new(CreatePeople::MappedGroup).await;
    let mut browser = house.site.nobody();
    house.sign_in(&mut browser, "/console/", |_| ()).await;
    house.say("sub", json!("somebody-else"));
    house.site.clock.advance(901);
    let asked = house.provider.count("/token");
    for _ in 0..10 {
        assert_eq!(browser.get("/me").await.body["groups"], json!([]));
    }
    assert_eq!(house.provider.count("/token"), asked + 2);
    house.say("sub", json!("248289761001"));
    house.site.clock.advance(60);
    assert_eq!(browser.get("/me").await.body["groups"][0]["name"], "developers");
}

#[tokio::test]
async fn a_second_factor_is_as_old_as_the_provider_says() {
    let house = House::new(CreatePeople::MappedGroup).await;
    let now = house.site.seconds();
    for (auth_time, expected) in [
        (json!(now - 7200), json!("2026-11-21T10:00:00Z")),
        (json!(now + 7200), json!("2026-11-21T12:00:00Z")),
        (Value::Null, Value::Null),
        (json!("lately"), Value::Null),
    ] {
        house.say("auth_time", auth_time.clone());
        let mut browser = house.site.nobody();
        house.sign_in(&mut browser, "/console/", |_| ()).await;
        let told = browser.get("/me").await.body["sign_in"].take();
        assert_eq!((&told["mfa_at"], &told["mfa"]), (&expected, &json!(!expected.is_null())), "{auth_time}");
    }
}

#[tokio::test]
async fn a_passkey_alone_lets_nobody_in_whom_a_provider_vouches_for() {
    let house = House::new(CreatePeople::MappedGroup).await;
    house.say("amr", json!(["pwd"]));
    let mut browser = house.site.nobody();
    house.sign_in(&mut browser, "/console/", |_| ()).await;
    browser.get("/auth/session").await;
    let key = Key::p256();
    register(&mut browser, &key).await;
    let id = house.person().unwrap().id.to_string();
    let mut alone = house.site.nobody();
    let (_, refused) = show(&mut alone, &key, handle(&id)).await;
    assert_eq!(refused.shape(), "403 provider_required");
    assert!(alone.jar.is_empty());
    let (_, stranger) = show(&mut alone, &Key::p256(), handle(&id)).await;
    assert_eq!(stranger.shape(), "401 sign_in_failed", "who has no passkey of theirs learns nothing of them");
    step_up(&mut browser, &key).await;
    assert!(house.site.journal().await.contains(&"login denied provider_required".to_owned()));
}

#[tokio::test]
async fn sign_ins_end_with_their_source_for_good() {
    let house = House::new(CreatePeople::MappedGroup).await;
    let mut boss = house.boss().await;
    let mut browser = house.site.nobody();
    house.sign_in(&mut browser, "/console/", |_| ()).await;
    assert_eq!(browser.get("/me").await.status, 200);
    let path = format!("/identity-sources/{}", house.source);
    for disabled in [true, false] {
        let tag = boss.get(&path).await.headers["etag"].to_str().unwrap().to_owned();
        let patch = Some(json!({ "disabled": disabled }));
        assert_eq!(boss.send(Method::PATCH, &path, patch, &[("if-match", &tag)]).await.status, 200);
        assert_eq!(browser.get("/me").await.shape(), "401 login_required", "disabled: {disabled}");
        assert_eq!(browser.get("/auth/session").await.body["signed_in"], json!(false));
    }
    assert_eq!(boss.get("/me").await.status, 200);
    house.sign_in(&mut browser, "/console/", |_| ()).await;
    assert_eq!(browser.get("/me").await.status, 200);
}
