//! The words the tests are written in.
//!
//! ```ignore
//! let server = TestServer::new().await;
//! let root = server.root();
//! let ana = server.user("ana").await;
//! let denied = ana.iam("CreateGroup", &[("GroupName", "dev")]).await;
//! assert_eq!(denied.shape(), "403 AccessDenied: …");
//! ```

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use regent::Server;
use regent::clock::Clock;
use regent::config::{Config, Settings};
use regent_wire::secret::SecretAccessKey;
use regent_wire::sigv4::{Body, Signer};

pub(crate) mod again;
mod answer;
pub(crate) mod api;
pub(crate) mod stranger;
mod totp;

pub(crate) use answer::Answer;

/// The account every test server has.
pub(crate) const ACCOUNT: &str = "123456789012";
/// When every test begins.
pub(crate) const NOW: &str = "2026-11-21T12:00:00Z";
const ROOT_KEY: &str = "AKIAROOTROOTROOTROOT";
const ROOT_SECRET: &str = "root-secret-root-secret-root-secret-root";

/// A server of its own for every test.
#[derive(Clone)]
pub(crate) struct TestServer {
    pub(crate) server: Arc<Server>,
    clock: Clock,
}

/// Somebody who signs requests to it.
#[derive(Clone)]
pub(crate) struct Client {
    server: TestServer,
    pub(crate) key: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

impl TestServer {
    /// In memory, with one account whose root key is known.
    pub(crate) async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    /// Likewise, with settings that differ.
    pub(crate) async fn with(settings: Settings) -> Self {
        let base = Settings {
            ephemeral: Some(true),
            account_id: Some(ACCOUNT.to_owned()),
            root_access_key_id: Some(ROOT_KEY.to_owned()),
            root_secret_access_key: Some(ROOT_SECRET.to_owned()),
            // A clock that jumps makes the picture look old until the store has looked again.
            max_staleness_secs: Some(u64::from(u32::MAX)),
            ..Settings::default()
        };
        let clock = Clock::manual(NOW.parse().unwrap());
        let config = Config::resolve(settings, base).unwrap();
        let started = Server::start(config, clock.clone()).await.unwrap();
        Self { server: started.server, clock }
    }

    /// The root user of the account.
    pub(crate) fn root(&self) -> Client {
        self.client(ROOT_KEY, ROOT_SECRET, None)
    }

    /// Another account's root user.
    pub(crate) async fn other_root(&self, account: &str) -> Client {
        let made = self.server.create_account(Some(account.parse().unwrap()), None).await.unwrap();
        self.client(&made.access_key_id, made.secret.reveal(), None)
    }

    /// Whoever has these credentials.
    pub(crate) fn client(&self, key: &str, secret: &str, token: Option<&str>) -> Client {
        let token = token.map(str::to_owned);
        Client { server: self.clone(), key: key.to_owned(), secret: secret.to_owned(), token }
    }

    /// A new user with a key and no permissions.
    pub(crate) async fn user(&self, name: &str) -> Client {
        self.root().make_user(name).await
    }

    /// Moves the clock.
    pub(crate) fn advance(&self, seconds: i64) {
        self.clock.advance(seconds);
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The audit records so far, oldest first.
    pub(crate) fn records(&self) -> Vec<serde_json::Value> {
        self.server
            .audit_records()
            .iter()
            .flat_map(|lines| {
                lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>()
            })
            .collect()
    }

    /// The newest audit record.
    pub(crate) fn last_record(&self) -> serde_json::Value {
        self.records().pop().expect("an audit record")
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, request: Request<Bytes>) -> Answer {
        let peer = SocketAddr::from((Ipv4Addr::new(203, 0, 113, 7), 40_000));
        let response = self.server.answer(request, peer).await;
        let (parts, body) = response.into_parts();
        Answer::new(&parts, &body.collect().await.unwrap().to_bytes())
    }
}

impl Client {
    /// Somebody else who calls the same server.
    pub(crate) fn with(&self, key: &str, secret: &str, token: Option<&str>) -> Self {
        self.server.client(key, secret, token)
    }

    /// Calls IAM.
    pub(crate) async fn iam(&self, action: &str, params: &[(&str, &str)]) -> Answer {
        self.call("iam", "2010-05-08", action, params).await
    }

    /// Calls STS.
    pub(crate) async fn sts(&self, action: &str, params: &[(&str, &str)]) -> Answer {
        self.call("sts", "2011-06-15", action, params).await
    }

    /// Calls IAM and expects it to be done.
    #[track_caller]
    pub(crate) fn must<'a>(
        &'a self,
        action: &'a str,
        params: &'a [(&'a str, &'a str)],
    ) -> impl Future<Output = Answer> + use<'a> {
        let caller = std::panic::Location::caller();
        async move {
            let answer = self.iam(action, params).await;
            assert_eq!(answer.status, 200, "{action} at {caller}: {}", answer.body);
            answer
        }
    }

    /// Calls IAM and expects this shape of the answer: status, code and message; of a success `200`.
    #[track_caller]
    pub(crate) fn answers<'a>(
        &'a self,
        action: &'a str,
        params: &'a [(&'a str, &'a str)],
        shape: &'a str,
    ) -> impl Future<Output = Answer> + use<'a> {
        let caller = std::panic::Location::caller();
        async move {
            let answer = self.iam(action, params).await;
            assert_eq!(answer.shape(), shape, "{action} at {caller}");
            answer
        }
    }

    /// Walks a listing in pages of this size and returns the texts of an element, page by page.
    pub(crate) async fn pages(
        &self,
        action: &str,
        params: &[(&str, &str)],
        size: usize,
        element: &str,
    ) -> Vec<Vec<String>> {
        let size = size.to_string();
        let (mut pages, mut marker) = (Vec::new(), None::<String>);
        loop {
            let mut params = params.to_vec();
            params.push(("MaxItems", &size));
            params.extend(marker.as_deref().map(|marker| ("Marker", marker)));
            let answer = self.must(action, &params).await;
            pages.push(answer.all(element));
            marker = answer.find("Marker");
            assert_eq!(answer.text("IsTruncated"), marker.is_some().to_string(), "{}", answer.body);
            if marker.is_none() {
                return pages;
            }
        }
    }

    /// Makes a managed policy that allows these actions on everything, and returns its ARN.
    pub(crate) async fn make_policy(&self, name: &str, actions: &str) -> String {
        let document = allowing(actions);
        let made = self.must("CreatePolicy", &[("PolicyName", name), ("PolicyDocument", &document)]).await;
        made.text("Arn")
    }

    /// Makes a role that trusts the whole account.
    pub(crate) async fn create_role(&self, name: &str) {
        self.make_role(name, &trusting(ACCOUNT)).await;
    }

    /// Makes a role with this trust policy, and returns its ARN.
    pub(crate) async fn make_role(&self, name: &str, trust: &str) -> String {
        let made = self.must("CreateRole", &[("RoleName", name), ("AssumeRolePolicyDocument", trust)]).await;
        made.text("Arn")
    }

    /// Gives a role an inline policy.
    pub(crate) async fn allow_role(&self, role: &str, policy: &str) {
        self.must("PutRolePolicy", &[("RoleName", role), ("PolicyName", "test"), ("PolicyDocument", policy)])
            .await;
    }

    /// Makes a user with a key in the caller's account, and returns it.
    pub(crate) async fn make_user(&self, name: &str) -> Client {
        self.must("CreateUser", &[("UserName", name)]).await;
        self.new_key_of(name).await
    }

    /// Makes a key for a user, and returns the user with it.
    pub(crate) async fn new_key_of(&self, name: &str) -> Client {
        let key = self.must("CreateAccessKey", &[("UserName", name)]).await;
        self.server.client(&key.text("AccessKeyId"), &key.text("SecretAccessKey"), None)
    }

    /// Gives a user an inline policy.
    pub(crate) async fn allow(&self, user: &str, policy: &str) {
        self.must("PutUserPolicy", &[("UserName", user), ("PolicyName", "test"), ("PolicyDocument", policy)])
            .await;
    }

    /// Assumes a role and returns the session.
    pub(crate) async fn assume(
        &self,
        role: &str,
        session: &str,
        more: &[(&str, &str)],
    ) -> Result<Client, Box<Answer>> {
        let mut params = vec![("RoleArn", role), ("RoleSessionName", session)];
        params.extend_from_slice(more);
        self.sts("AssumeRole", &params).await.credentials(&self.server)
    }

    async fn call(&self, service: &str, version: &str, action: &str, params: &[(&str, &str)]) -> Answer {
        let mut body = format!("Action={action}&Version={version}");
        for (name, value) in params {
            body.extend(["&", &escape(name), "=", &escape(value)]);
        }
        self.server.send(self.sign(service, &body)).await
    }

    /// A signed request with this form.
    pub(crate) fn sign(&self, service: &str, body: &str) -> Request<Bytes> {
        let request = Request::post("http://localhost:4599/")
            .header("host", "localhost:4599")
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
            .header("user-agent", "regent-tests")
            .body(Bytes::from(body.to_owned()))
            .unwrap();
        let (mut parts, body) = request.into_parts();
        let secret = SecretAccessKey::new(self.secret.clone());
        let mut signer = Signer::new(&self.key, &secret, "us-east-1", service);
        signer.session_token = self.token.as_deref();
        signer.sign(&mut parts, Body::Bytes(&body), self.server.now().as_second()).unwrap();
        Request::from_parts(parts, body)
    }
}

/// A document that allows these actions, separated by spaces, on everything.
pub(crate) fn allowing(actions: &str) -> String {
    let actions: Vec<&str> = actions.split(' ').collect();
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":{actions:?},"Resource":"*"}}}}"#
    )
}

/// A trust policy that lets somebody in: an account, an ARN, or `*`.
pub(crate) fn trusting(principal: &str) -> String {
    trust_with(principal, "sts:AssumeRole", "{}")
}

/// Likewise, for these actions, separated by spaces, under this condition.
pub(crate) fn trust_with(principal: &str, actions: &str, condition: &str) -> String {
    let actions: Vec<&str> = actions.split(' ').collect();
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":{actions:?},"Condition":{condition}}}}}"#
    )
}

/// Percent-encodes everything but unreserved characters.
pub(crate) fn escape(text: &str) -> String {
    let escaped = |byte: u8| match byte {
        b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escaped).collect()
}
