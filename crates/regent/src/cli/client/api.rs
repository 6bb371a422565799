//! The server's REST API, as a client: one place where a request is made, bounded in time and size.

use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::Context as _;
use data_encoding::HEXLOWER;
use http::{HeaderValue, Method, StatusCode, header};
use jiff::Timestamp;
use regent_wire::secret::Secret;
use reqwest::{Certificate, redirect};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::{Host, Url};
use zeroize::Zeroizing;

use super::environment;
use super::refusal::{Refusal, Status};
use super::table::plain;
use crate::entropy;

/// An answer larger than this is not read.
const ANSWER_LIMIT_BYTES: usize = 16 << 20;
/// How long a connection may take.
const CONNECT_PATIENCE: Duration = Duration::from_secs(10);
/// How long an answer may take: the server itself waits ten seconds for an STS, and tries three times.
const PATIENCE: Duration = Duration::from_mins(1);
/// A list longer than this many pages is cut, with a word about it.
const PAGES: usize = 200;

/// A server, and the token that it knows the caller by.
pub(super) struct Api {
    /// Made when the first request is: what is cached needs none, and loading the system's certificates takes a while.
    http: OnceLock<reqwest::Client>,
    pub(super) base: Url,
    token: Option<Secret<String>>,
}

/// What is asked for.
#[derive(Debug)]
pub(super) struct Ask<'a> {
    method: Method,
    path: &'a [&'a str],
    query: Vec<(&'a str, String)>,
    body: Option<(&'static str, Vec<u8>)>,
    revision: Option<String>,
    is_creation: bool,
}

impl<'a> Ask<'a> {
    pub(super) fn new(method: Method, path: &'a [&'a str]) -> Self {
        Self { method, path, query: Vec::new(), body: None, revision: None, is_creation: false }
    }

    pub(super) fn get(path: &'a [&'a str]) -> Self {
        Self::new(Method::GET, path)
    }

    pub(super) fn post(path: &'a [&'a str], body: &Value) -> Self {
        Self::new(Method::POST, path).json(body)
    }

    pub(super) fn json(mut self, body: &Value) -> Self {
        self.body = Some(("application/json", body.to_string().into_bytes()));
        self
    }

    pub(super) fn body(mut self, kind: &'static str, bytes: Vec<u8>) -> Self {
        self.body = Some((kind, bytes));
        self
    }

    pub(super) fn query(mut self, name: &'a str, value: Option<impl ToString>) -> Self {
        self.query.extend(value.map(|value| (name, value.to_string())));
        self
    }

    /// Makes something: an answer that is lost on the way may be asked for again, and nothing is made twice.
    pub(super) fn creation(mut self) -> Self {
        self.is_creation = true;
        self
    }

    /// Only if the thing still has this revision.
    pub(super) fn if_match(mut self, revision: Option<&Value>) -> Self {
        self.revision = revision.map(|revision| format!("\"{revision}\""));
        self
    }
}

/// What the server answered.
pub(super) struct Answer(Zeroizing<Vec<u8>>);

impl Answer {
    pub(super) fn read<T: DeserializeOwned>(&self) -> anyhow::Result<T> {
        // What is wrong with it may quote it, and it may be secret.
        serde_json::from_slice(&self.0).map_err(|error| {
            let text = format!(
                "the server's answer is not as expected (line {}, column {})",
                error.line(),
                error.column()
            );
            Refusal::failed(text)
                .fix("check that server and command line are of the same version: `regent doctor`")
                .into()
        })
    }

    pub(super) fn json(&self) -> anyhow::Result<Value> {
        if self.0.is_empty() { Ok(Value::Null) } else { self.read() }
    }

    pub(super) fn text(&self) -> anyhow::Result<&str> {
        std::str::from_utf8(&self.0).context("the server's answer is no text")
    }
}

impl Api {
    /// A client of the server at `base`.
    pub(super) const fn new(base: Url, token: Option<Secret<String>>) -> Self {
        Self { http: OnceLock::new(), base, token }
    }

    fn http(&self) -> anyhow::Result<reqwest::Client> {
        if let Some(http) = self.http.get() {
            return Ok(http.clone());
        }
        // Another client in this process has done so already: all the same.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("regent/", env!("CARGO_PKG_VERSION")))
            // A token is for this server, and not for one that it names.
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_PATIENCE)
            .timeout(PATIENCE);
        if self.base.scheme() == "http" {
            // Loopback: no roots to load, no proxy to ask.
            builder = builder.no_proxy().tls_certs_only([]);
        } else if let Some(bundle) = environment::file("REGENT_CA_BUNDLE") {
            builder = builder.tls_certs_only(certificates(&bundle)?);
        }
        let http = builder.build().context("cannot prepare TLS")?;
        Ok(self.http.get_or_init(|| http).clone())
    }

    /// Asks under `/api/v1`.
    pub(super) async fn ask(&self, ask: Ask<'_>) -> anyhow::Result<Answer> {
        self.send(self.request(ask)?).await.map(|(answer, _)| answer)
    }

    /// The same, with the server's time.
    pub(super) async fn ask_with_date(&self, ask: Ask<'_>) -> anyhow::Result<(Answer, Option<Timestamp>)> {
        self.send(self.request(ask)?).await
    }

    fn request(&self, ask: Ask<'_>) -> anyhow::Result<reqwest::RequestBuilder> {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["api", "v1"]).extend(ask.path);
        }
        if !ask.query.is_empty() {
            url.query_pairs_mut().extend_pairs(ask.query.iter().map(|(name, value)| (name, value)));
        }
        let mut request =
            self.http()?.request(ask.method.clone(), url).header(header::ACCEPT, "application/json");
        if let Some(token) = &self.token {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.reveal()))
                .context("the token holds letters that no token has")?;
            value.set_sensitive(true);
            request = request.header(header::AUTHORIZATION, value);
        }
        if let Some(revision) = ask.revision {
            request = request.header(header::IF_MATCH, revision);
        }
        if ask.is_creation {
            let key = entropy::bytes::<16>()?;
            request = request.header("idempotency-key", HEXLOWER.encode(&key));
        }
        if let Some((kind, bytes)) = ask.body {
            request = request.header(header::CONTENT_TYPE, kind).body(bytes);
        }
        Ok(request)
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> anyhow::Result<(Answer, Option<Timestamp>)> {
        let mut response = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        let date = response.headers().get(header::DATE).and_then(|date| date.to_str().ok());
        let date = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok()).map(|date| date.timestamp());
        let mut body = Zeroizing::new(Vec::with_capacity(16 * 1024));
        while let Some(piece) = response.chunk().await.map_err(|error| self.unreachable(&error))? {
            if body.len() + piece.len() > ANSWER_LIMIT_BYTES {
                anyhow::bail!(Refusal::failed("the server's answer is larger than 16 MiB"));
            }
            body.extend_from_slice(&piece);
        }
        if status == StatusCode::ACCEPTED {
            let text = "an approval is needed, and was asked for";
            anyhow::bail!(Refusal::new(Status::ApprovalPending, text).fix("try again when it is given"));
        }
        if status.is_success() {
            return Ok((Answer(body), date));
        }
        if status.is_redirection() {
            let to = response
                .headers()
                .get(header::LOCATION)
                .and_then(|to| to.to_str().ok())
                .unwrap_or("elsewhere");
            let text = format!(
                "the server sends us to {}, and a token goes nowhere but where it belongs",
                plain(to)
            );
            anyhow::bail!(Refusal::failed(text).fix("give the URL that it really has: `--server`"));
        }
        Err(Refusal::of_answer(status.as_u16(), &body).into())
    }

    fn unreachable(&self, error: &reqwest::Error) -> anyhow::Error {
        let mut cause: &dyn std::error::Error = error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        let why = if error.is_timeout() {
            "it did not answer in time".to_owned()
        } else {
            plain(&cause.to_string())
        };
        let text = format!("cannot reach the server at {}: {why}", self.base);
        let fix = "is it running, and is that its URL? `regent doctor` looks closer";
        Refusal::failed(text).fix(fix).outage().into()
    }

    /// Everything of a list, page by page.
    pub(super) async fn list(&self, path: &[&str], query: &[(&str, String)]) -> anyhow::Result<Vec<Value>> {
        #[derive(serde::Deserialize)]
        struct Page {
            items: Vec<Value>,
            #[serde(default)]
            next_cursor: Option<String>,
        }
        let (mut items, mut cursor) = (Vec::new(), None::<String>);
        for _ in 0..PAGES {
            let mut ask = Ask::get(path).query("limit", Some(1000)).query("cursor", cursor);
            for (name, value) in query {
                ask = ask.query(name, Some(value));
            }
            let page: Page = self.ask(ask).await?.read()?;
            items.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(items);
            }
        }
        anyhow::bail!(
            Refusal::failed("the list is too long to show").fix("ask for less of it, for instance with `-q`")
        )
    }
}

/// The authorities of a PEM file, which are trusted instead of the system's.
fn certificates(bundle: &Path) -> anyhow::Result<Vec<Certificate>> {
    let shown = bundle.display();
    let pem = std::fs::read(bundle).with_context(|| format!("cannot read `{shown}` of REGENT_CA_BUNDLE"))?;
    Certificate::from_pem_bundle(&pem)
        .ok()
        .filter(|certificates| !certificates.is_empty())
        .with_context(|| format!("`{shown}` of REGENT_CA_BUNDLE holds no PEM certificates"))
}

/// Reads a server's URL: `https`, or `http` to this machine alone.
pub(super) fn server_url(text: &str) -> Result<Url, String> {
    let expected = "expected one like `https://regent.example.com`";
    let mut url = Url::parse(text).map_err(|error| format!("`{text}` is not a URL ({error}): {expected}"))?;
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(format!("`{text}` names no host: {expected}")),
    };
    match url.scheme() {
        "https" => {}
        "http" if is_loopback => {}
        "http" => {
            return Err(format!("plain HTTP to `{text}` would send secrets over the network: {expected}"));
        }
        _ => return Err(format!("`{text}` is neither https nor http: {expected}")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!("a server's URL holds no name and no password: {expected}"));
    }
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_goes_to_this_machine_alone() {
        for text in [
            "https://regent.example.com",
            "http://127.0.0.1:4599",
            "http://[::1]:1/",
            "http://localhost:80/base/",
        ] {
            assert!(server_url(text).is_ok(), "{text}");
        }
        for (text, says) in [
            ("http://regent.example.com", "would send secrets over the network"),
            ("http://localhost.example.com", "would send secrets"),
            ("http://10.0.0.1:4599", "would send secrets"),
            ("regent.example.com", "is not a URL"),
            ("ftp://127.0.0.1", "is neither https nor http"),
            ("https://ana:secret@regent.example.com", "holds no name"),
            ("mailto:ana@example.com", "names no host"),
        ] {
            let error = server_url(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
