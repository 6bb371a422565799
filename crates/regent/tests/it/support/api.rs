//! The words for the REST API.

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::TestServer;
use crate::rest_answers::{self, Exchange};

/// A password that nobody refuses.
pub(crate) const PASSWORD: &str = "seven green bottles hang";
/// The one that an administrator sets, and that has to be changed.
const FIRST_PASSWORD: &str = "eight white horses run";

/// Somebody who uses the REST API: a browser that is signed in, a bearer of a token, or nobody.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) server: TestServer,
    pub(crate) cookie: Option<String>,
    pub(crate) csrf: Option<String>,
    pub(crate) bearer: Option<String>,
}

/// An answer of the REST API.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl TestServer {
    /// Nobody, at the REST API.
    pub(crate) fn api(&self) -> Api {
        Api { server: self.clone(), cookie: None, csrf: None, bearer: None }
    }

    /// The first administrator, made by the setup code and signed in.
    pub(crate) async fn administrator(&self) -> Api {
        let code = self.server.setup_code().expect("a setup code").to_owned();
        let api = self.api();
        let body = json!({ "code": code, "name": "root-admin", "password": PASSWORD });
        let reply = api.post("/setup", body).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        api.signed_in_by(&reply)
    }

    /// Whoever bears this token.
    pub(crate) fn bearer(&self, token: &str) -> Api {
        Api { bearer: Some(token.to_owned()), ..self.api() }
    }
}

impl Api {
    /// The same browser, with the cookie of an answer.
    pub(crate) fn signed_in_by(&self, reply: &Reply) -> Self {
        let cookie = reply.headers.get("set-cookie").expect("a cookie").to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let csrf = reply.body["csrf"].as_str().map(str::to_owned);
        Self { cookie: Some(cookie), csrf, ..self.clone() }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, Some(body), None).await
    }

    /// Changes something, as a change of the revision that `of` has shown.
    pub(crate) async fn put(&self, path: &str, body: Value, of: &Reply) -> Reply {
        self.send(Method::PUT, path, Some(body), Some(of.tag())).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value, of: &Reply) -> Reply {
        self.send(Method::PATCH, path, Some(body), Some(of.tag())).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None, None).await
    }

    /// Expects that it is done, and returns what was answered.
    pub(crate) async fn made(&self, path: &str, body: Value) -> Reply {
        let reply = self.post(path, body).await;
        assert!((200..300).contains(&reply.status), "{path}: {}", reply.text);
        reply
    }

    /// Makes somebody who has since signed in, chosen their own password and signed out.
    pub(crate) async fn made_person(&self, name: &str) -> Reply {
        let made = self.made("/users", json!({ "name": name, "password": FIRST_PASSWORD })).await;
        let nobody = self.server.api();
        let first = json!({ "name": name, "password": FIRST_PASSWORD });
        let person = nobody.signed_in_by(&nobody.made("/auth/sign-in", first).await);
        person.made("/me/password", json!({ "current": FIRST_PASSWORD, "new": PASSWORD })).await;
        person.made("/auth/logout", json!({})).await;
        made
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        tag: Option<String>,
    ) -> Reply {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("http://localhost/api/v1{path}"))
            .header("host", "localhost");
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        if let Some(csrf) = &self.csrf {
            request = request.header("x-regent-csrf", csrf);
        }
        if let Some(bearer) = &self.bearer {
            request = request.header("authorization", format!("Bearer {bearer}"));
        }
        if let Some(tag) = tag {
            request = request.header("if-match", tag);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        self.raw(request.body(body).unwrap()).await
    }

    /// Sends a request as it is, and holds what comes of it to the OpenAPI document.
    pub(crate) async fn raw(&self, request: Request<Bytes>) -> Reply {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let sent = serde_json::from_slice(request.body()).unwrap_or(Value::Null);
        let reply = self.answer(request).await;
        if let Some(path) = path.strip_prefix("/api/v1") {
            let Reply { status, headers, text, .. } = &reply;
            let exchange = Exchange { method: &method, path, sent: &sent, status: *status, headers, text };
            rest_answers::hold(self.document().await, &exchange);
        }
        reply
    }

    /// What the server says of itself.
    pub(crate) async fn document(&self) -> &'static Value {
        static DOCUMENT: OnceCell<Value> = OnceCell::const_new();
        let ask = async || {
            let uri = "http://localhost/api/v1/openapi.json";
            self.answer(Request::get(uri).body(Bytes::new()).unwrap()).await.body
        };
        DOCUMENT.get_or_init(ask).await
    }

    async fn answer(&self, request: Request<Bytes>) -> Reply {
        let peer = std::net::SocketAddr::from(([203, 0, 113, 7], 40_000));
        let response = self.server.server.answer(request, peer).await;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status: parts.status.as_u16(), headers: parts.headers, body, text }
    }
}

impl Reply {
    /// `409 name_taken`, or the status alone.
    pub(crate) fn shape(&self) -> String {
        match self.body["code"].as_str() {
            Some(code) => format!("{} {code}", self.status),
            None => self.status.to_string(),
        }
    }

    pub(crate) fn id(&self) -> &str {
        self.body["id"].as_str().expect("an id")
    }

    pub(crate) fn tag(&self) -> String {
        self.headers.get("etag").expect("an etag").to_str().unwrap().to_owned()
    }
}
