//! Signing in to the console with temporary credentials: the protocol, and what a browser may do afterwards.

use bytes::Bytes;
use http::{HeaderMap, Request};
use serde_json::{Value, json};

use crate::support::{ACCOUNT, Answer, Client, TestServer, allowing, escape, trusting};

mod call;
mod exchange;
mod login;
mod logout;
mod switch_role;

const COOKIE: &str = "__Host-regent-console";
const HOST: &str = "regent.example.com";

/// A browser: it keeps one cookie and says where a request comes from.
struct Browser {
    server: TestServer,
    cookie: Option<String>,
}

impl Browser {
    fn new(server: &TestServer) -> Self {
        Self { server: server.clone(), cookie: None }
    }

    /// Opens an address by itself, as typed into the address bar.
    async fn open(&mut self, target: &str) -> Answer {
        self.open_from("none", target).await
    }

    /// Follows a link from a page of this kind of site.
    async fn open_from(&mut self, site: &str, target: &str) -> Answer {
        let request = Request::get(target).header("sec-fetch-site", site);
        self.send(request, String::new()).await
    }

    /// Sends a form as a page of the server does.
    async fn submit(&mut self, target: &str, fields: &[(&str, &str)]) -> Answer {
        let request = Request::post(target)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header("origin", format!("http://{HOST}"));
        self.send(request, form(fields)).await
    }

    /// Sends a form as a page of this kind of site does: from a stranger's without the cookie, which the browser keeps to
    /// itself.
    async fn submit_from(&mut self, site: &str, target: &str, fields: &[(&str, &str)]) -> Answer {
        let request = Request::post(target)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", site)
            .header("origin", "https://elsewhere.example");
        let kept = if site == "cross-site" { self.cookie.take() } else { None };
        let answer = self.send(request, form(fields)).await;
        self.cookie = self.cookie.take().or(kept);
        answer
    }

    /// Calls an AWS operation as a page of the server does.
    async fn call(&mut self, service: &str, params: &[(&str, &str)]) -> Answer {
        let csrf = self.session().await["csrf"].as_str().unwrap_or_default().to_owned();
        let form: serde_json::Map<String, Value> =
            params.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let request = Request::post("/console/api/aws")
            .header("content-type", "application/json")
            .header("sec-fetch-site", "same-origin")
            .header("x-regent-csrf", csrf);
        self.send(request, json!({ "service": service, "form": form }).to_string()).await
    }

    /// What the server says of the session.
    async fn session(&mut self) -> Value {
        let answer = self.open_from("same-origin", "/console/api/session").await;
        serde_json::from_str(&answer.body).unwrap()
    }

    /// How many seconds the session lasts from now.
    async fn rest(&mut self) -> i64 {
        let session = self.session().await;
        let ends: jiff::Timestamp = session["expires_at"].as_str().expect("a session").parse().unwrap();
        ends.as_second() - self.server.now().as_second()
    }

    async fn send(&mut self, request: http::request::Builder, body: String) -> Answer {
        let mut request = request.header("host", HOST).header("user-agent", "a browser");
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", format!("other=1; {COOKIE}={cookie}"));
        }
        let answer = self.server.send(request.body(Bytes::from(body)).unwrap()).await;
        if let Some(length) = header(&answer.headers, "content-length") {
            assert_eq!(length, answer.body.len().to_string(), "{}", answer.body);
        }
        if let Some(line) = header(&answer.headers, "set-cookie") {
            let (pair, attributes) = line.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            assert_eq!(name, COOKIE);
            self.cookie = (!attributes.contains("Max-Age=0;")).then(|| value.to_owned());
        }
        answer
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap())
}

fn form(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    pairs.join("&")
}

/// Credentials as the classic script writes them down.
fn session_json(client: &Client) -> String {
    json!({ "sessionId": client.key, "sessionKey": client.secret, "sessionToken": client.token }).to_string()
}

/// Asks for a sign-in token, as the classic script does.
async fn ask(server: &TestServer, session: &str, more: &[(&str, &str)]) -> Answer {
    let fields = [&[("Action", "getSigninToken"), ("Session", session)], more].concat();
    server.send(Request::get(format!("/federation?{}", form(&fields))).body(Bytes::new()).unwrap()).await
}

/// Status and error of a refusal; status alone of a success.
fn said(answer: &Answer) -> String {
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    match body["error"].as_str() {
        Some(error) => format!("{} {error}", answer.status),
        None => answer.status.to_string(),
    }
}

/// A login URL's path, for these credentials.
async fn login_url(server: &TestServer, client: &Client, more: &[(&str, &str)]) -> String {
    let answer = ask(server, &session_json(client), more).await;
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    let token = body["SigninToken"].as_str().unwrap_or_else(|| panic!("{}", answer.body));
    url(&[
        ("Issuer", "https://sso.example.com/"),
        ("Destination", "/console/session"),
        ("SigninToken", token),
    ])
}

fn url(fields: &[(&str, &str)]) -> String {
    format!("/federation?Action=login&{}", form(fields))
}

/// A browser that these credentials have signed in.
async fn signed_in(server: &TestServer, client: &Client, more: &[(&str, &str)]) -> Browser {
    let mut browser = Browser::new(server);
    let answer = browser.open(&login_url(server, client, more).await).await;
    assert_eq!(answer.status, 302, "{}", answer.body);
    browser
}

/// A user, `ana`, who may assume any role and make federated users.
async fn ana(server: &TestServer) -> Client {
    let ana = server.user("ana").await;
    server
        .root()
        .allow("ana", &allowing("sts:AssumeRole sts:GetFederationToken sts:TagSession iam:ListUsers"))
        .await;
    ana
}

/// A role, made anew, that may list roles, allows this long a session, and trusts the account.
async fn make_role(server: &TestServer, name: &str, longest: &str) -> String {
    let root = server.root();
    let made = root
        .must(
            "CreateRole",
            &[("RoleName", name), ("AssumeRolePolicyDocument", &trust()), ("MaxSessionDuration", longest)],
        )
        .await;
    root.allow_role(name, &allowing("iam:ListRoles sts:AssumeRole")).await;
    made.text("Arn")
}

fn trust() -> String {
    trusting(ACCOUNT).replace("\"sts:AssumeRole\"", "\"sts:AssumeRole\",\"sts:TagSession\"")
}
