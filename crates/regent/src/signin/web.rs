//! Questions to providers over HTTP: small, short, and answered in JSON.
//!
//! They take the same guarded way as calls to an upstream. An identity provider often stands in a network of one's own, so names
//! may lead to private addresses; to this machine only if it was named itself, and to metadata services never.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderValue, Request, header};
use regent_wire::secret::SecretAccessKey;
use serde::de::DeserializeOwned;
use url::{Host, Url};
use zeroize::Zeroizing;

use crate::upstream::client::{Client, ClientError, Failure, Limits, Route, Trust};
use crate::upstream::guard::Reach;

/// What an answer may cost: documents and key sets are a few thousand bytes.
const LIMITS: Limits = Limits { time: Duration::from_secs(10), body_bytes: 256 * 1024 };
/// Ways that are kept open: one for each set of certificate authorities, and one to this machine.
const MAX_WAYS: usize = 64;

/// Why there is no answer. It names the host and nothing of what was said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WebError {
    /// No connection, or it broke.
    #[error("`{host}` cannot be reached: {why}")]
    Unreachable {
        /// Who was asked.
        host: String,
        /// What happened.
        why: String,
    },
    /// It took too long.
    #[error("`{0}` did not answer in time")]
    Slow(String),
    /// It sends us elsewhere, and nobody is followed.
    #[error("`{0}` sends elsewhere; configure the URL that it sends to")]
    Moved(String),
    /// Another status than 200. The second part is OAuth's code for what is wrong, if there was one.
    #[error("`{host}` answered with status {status}{}", .code.as_deref().map(|code| format!(" and `{code}`")).unwrap_or_default())]
    Status {
        /// Who answered.
        host: String,
        /// With what.
        status: u16,
        /// OAuth's `error`.
        code: Option<String>,
    },
    /// More than is read.
    #[error("`{0}` answered with more than is read")]
    Large(String),
    /// Not JSON of the form the standard gives it.
    #[error("`{0}` answered with something else than the standard's JSON")]
    Form(String),
    /// Not encrypted, or no URL that can be asked.
    #[error("`{0}` is not an `https` URL")]
    Scheme(String),
    /// It failed a moment ago.
    #[error("it failed a moment ago; it is tried again in a few seconds")]
    TooSoon,
}

/// How a question is authorized.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Authorization<'a> {
    /// Not at all, or by what is in the form.
    None,
    /// A client's id and secret.
    Basic(&'a str, &'a SecretAccessKey),
    /// A token.
    Bearer(&'a SecretAccessKey),
}

/// Whoever asks: a way to the providers that are reached by it.
#[derive(Debug, Clone)]
pub(crate) struct Web {
    client: Client,
}

impl Web {
    fn by(route: &Route) -> Result<Self, ClientError> {
        Ok(Self { client: Client::with(route, LIMITS)? })
    }

    /// Asks for a document.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        url: &Url,
        authorization: Authorization<'_>,
    ) -> Result<T, WebError> {
        self.ask(Request::get(url.as_str()), url, (authorization, Bytes::new())).await
    }

    /// Sends a form.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        url: &Url,
        form: &[(&str, &str)],
        authorization: Authorization<'_>,
    ) -> Result<T, WebError> {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request =
            Request::post(url.as_str()).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(request, url, (authorization, form.into())).await
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        request: http::request::Builder,
        url: &Url,
        (authorization, body): (Authorization<'_>, Bytes),
    ) -> Result<T, WebError> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let refused = || WebError::Scheme(url.as_str().chars().take(200).collect());
        if !is_safe(url) {
            return Err(refused());
        }
        let mut request = request.header(header::ACCEPT, "application/json");
        if let Some(authorization) = authorization.header() {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let request = request.body(body).map_err(|_| refused())?;
        let reply =
            self.client.send(url, request).await.map_err(|error| lost(host.clone(), &error.failure))?;
        if reply.status != 200 {
            let code = serde_json::from_slice::<Refusal>(&reply.body).ok().and_then(Refusal::code);
            return Err(WebError::Status { host, status: reply.status, code });
        }
        serde_json::from_slice(&reply.body).map_err(|_| WebError::Form(host))
    }
}

impl Authorization<'_> {
    fn header(self) -> Option<HeaderValue> {
        let text = match self {
            Self::None => return None,
            Self::Basic(id, secret) => {
                let secret = Zeroizing::new(form_encoded(secret.reveal()));
                let pair = Zeroizing::new(format!("{}:{}", form_encoded(id), *secret));
                Zeroizing::new(format!("Basic {}", *Zeroizing::new(STANDARD.encode(pair.as_bytes()))))
            }
            Self::Bearer(token) => Zeroizing::new(format!("Bearer {}", token.reveal())),
        };
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

/// Ways that were taken before, so that connections are kept.
#[derive(Debug, Default)]
pub(crate) struct Ways(Mutex<HashMap<Route, Web>>);

impl Ways {
    /// The way to an issuer, by these certificate authorities or those of the system. From an issuer on this machine
    /// nothing but this machine is reached.
    pub(crate) fn to(&self, issuer: &str, ca_pem: Option<&str>) -> Result<Web, WebError> {
        let refused = || WebError::Scheme(issuer.chars().take(200).collect());
        let url = Url::parse(issuer).map_err(|_| refused())?;
        let trust = match (url.scheme(), ca_pem) {
            ("http", _) => Trust::Nobody,
            (_, Some(pem)) => Trust::Authorities(pem.to_owned()),
            (_, None) => Trust::System,
        };
        let reach = if is_local(&url) { Reach::Loopback } else { Reach::Private };
        let route = Route { reach, trust, proxy: None };
        let mut ways = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(way) = ways.get(&route) {
            return Ok(way.clone());
        }
        if ways.len() >= MAX_WAYS {
            ways.clear();
        }
        let way = Web::by(&route).map_err(|error| WebError::Unreachable {
            host: url.host_str().unwrap_or_default().to_owned(),
            why: error.to_string(),
        })?;
        ways.insert(route, way.clone());
        Ok(way)
    }
}

/// OAuth's form of a refusal.
#[derive(Debug, serde::Deserialize)]
struct Refusal {
    error: String,
}

impl Refusal {
    fn code(self) -> Option<String> {
        let is_code =
            self.error.len() <= 64 && self.error.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        is_code.then_some(self.error)
    }
}

/// Whether a URL is one that is asked: encrypted, or on this very machine.
pub(crate) fn is_safe(url: &Url) -> bool {
    url.host().is_some() && (url.scheme() == "https" || (url.scheme() == "http" && is_local(url)))
}

fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A client's id and secret are encoded as in a form before they are put together.
///
/// RFC 6749, section 2.3.1.
fn form_encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn lost(host: String, failure: &Failure) -> WebError {
    match failure {
        Failure::Timeout(_) => WebError::Slow(host),
        Failure::TooLarge(_) => WebError::Large(host),
        Failure::Redirect(_) => WebError::Moved(host),
        Failure::Guard(_) | Failure::Connect(_) | Failure::Tls(_) | Failure::Interrupted(_) => {
            WebError::Unreachable { host, why: failure.to_string() }
        }
    }
}
