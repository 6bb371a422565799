//! Signing in from the outside: requests, cookies, and what is written down. Browsers, an authenticator and a provider are played.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use http_body_util::BodyExt as _;
use regent_broker::{Noun, Stored};
use regent_store::entity::BrokerEntity;
use serde_json::{Value, json};

use crate::broker::change::{Actor, Kept};
use crate::clock::Clock;
use crate::config::{Config, Settings};
use crate::mfa::totp::{Seed, step_at};
use crate::server::Server;

mod catch_up;
mod command_line;
mod jobs;
mod openid;
mod passkeys;
mod passwords;

const PASSWORD: &str = "seven green bottles hang";
const NOW: &str = "2026-11-21T12:00:00Z";

/// A server that stands still in time.
#[derive(Clone)]
struct Site {
    server: Arc<Server>,
    clock: Clock,
}

/// A browser, or any other client: what it keeps and what it sends.
#[derive(Clone)]
struct Browser {
    site: Site,
    jar: BTreeMap<String, String>,
    csrf: Option<String>,
    bearer: Option<String>,
    /// From where.
    address: [u8; 4],
}

struct Reply {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Site {
    async fn new() -> Self {
        let settings = Settings {
            ephemeral: Some(true),
            max_staleness_secs: Some(u64::from(u32::MAX)),
            ..Settings::default()
        };
        let config = Config::resolve(settings, Settings::default()).unwrap();
        let clock = Clock::manual(NOW.parse().unwrap());
        Self { server: Server::start(config, clock.clone()).await.unwrap().server, clock }
    }

    fn nobody(&self) -> Browser {
        Browser {
            site: self.clone(),
            jar: BTreeMap::new(),
            csrf: None,
            bearer: None,
            address: [203, 0, 113, 7],
        }
    }

    /// A site whose first person, `ana`, has just set it up.
    async fn with_ana() -> (Self, Browser) {
        let site = Self::new().await;
        let mut ana = site.nobody();
        let code = site.server.setup_code().unwrap().to_owned();
        let made = ana.post("/setup", json!({"code": code, "name": "ana", "password": PASSWORD})).await;
        assert_eq!(made.status, 200, "{}", made.body);
        (site, ana)
    }

    fn seconds(&self) -> i64 {
        self.clock.now().as_second()
    }

    /// Puts something into the store, and returns its id.
    async fn put<T: Kept>(&self, value: T) -> regent_broker::Id
    where
        BrokerEntity: From<Stored<T>>,
    {
        let id = self.server.new_id(<T as Noun>::PREFIX).unwrap();
        let (made, actor) = (id.clone(), Actor::server(self.seconds()));
        let put = self.server.change_broker(actor, move |change| change.create(&made, value.clone())).await;
        assert!(put.is_ok());
        id
    }

    /// What the journal says of sign-ins: action, result and code, oldest first.
    async fn journal(&self) -> Vec<String> {
        let range = regent_store::Range { order: regent_store::Order::OldestFirst, ..Default::default() };
        let page = self.server.store.archived("audit-event", &range, 1000).await.unwrap();
        let events = page.rows.iter().map(|row| serde_json::from_str::<Value>(&row.body).unwrap());
        events
            .map(|row| {
                let event = row.get("event").unwrap_or(&row);
                let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
                format!("{} {} {}", text("action"), text("result"), text("error_code")).trim().to_owned()
            })
            .collect()
    }

    fn code(&self, secret: &str) -> String {
        let seed = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
        Seed::from_bytes(zeroize::Zeroizing::new(seed)).code(step_at(self.seconds())).to_string()
    }
}

impl Browser {
    async fn get(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, None, &[]).await
    }

    async fn post(&mut self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, Some(body), &[]).await
    }

    async fn delete(&mut self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None, &[]).await
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Reply {
        let uri = format!("http://localhost/api/v1{path}");
        let mut request = Request::builder().method(method).uri(uri).header("host", "localhost");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !self.jar.is_empty() {
            let jar: Vec<String> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", jar.join("; "));
        }
        if let Some(csrf) = &self.csrf {
            request = request.header("x-regent-csrf", csrf);
        }
        if let Some(bearer) = &self.bearer {
            request = request.header("authorization", format!("Bearer {bearer}"));
        }
        let body = body.map(|body| Bytes::from(body.to_string()));
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let request = request.body(body.unwrap_or_default()).unwrap();
        let response = self.site.server.answer(request, SocketAddr::from((self.address, 40_000))).await;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        self.keep(&parts.headers);
        if let Some(csrf) = body["csrf"].as_str() {
            self.csrf = Some(csrf.to_owned());
        }
        Reply { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// Keeps cookies as a browser does, and sees that each is one that only this host can have set.
    fn keep(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let (pair, attributes) = cookie.split_once("; ").unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            assert!(name.starts_with("__Host-"), "{name}");
            assert!(attributes.starts_with("Path=/; Secure; HttpOnly; SameSite=Lax"), "{attributes}");
            assert!(cookie.len() <= 4096, "{name} is too long for a browser: {}", cookie.len());
            if attributes.ends_with("Max-Age=0") {
                self.jar.remove(name);
            } else {
                self.jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    async fn sign_in(&mut self, password: &str, code: Option<&str>) -> Reply {
        self.csrf = None;
        let mut body = json!({"name": "Ana", "password": password});
        if let Some(code) = code {
            body["code"] = json!(code);
        }
        self.post("/auth/sign-in", body).await
    }

    /// Enrolls an authenticator, and returns its seed.
    async fn enroll(&mut self) -> String {
        let begun = self.post("/me/totp", json!({})).await;
        let secret = begun.body["secret"].as_str().unwrap().to_owned();
        let code = self.site.code(&secret);
        let confirmed = self.post("/me/totp/confirm", json!({"code": code})).await;
        assert_eq!(confirmed.shape(), "204");
        self.site.clock.advance(30);
        secret
    }
}

impl Reply {
    fn shape(&self) -> String {
        match self.body["code"].as_str() {
            Some(code) => format!("{} {code}", self.status),
            None => self.status.to_string(),
        }
    }

    fn location(&self) -> &str {
        self.headers["location"].to_str().unwrap()
    }
}
