//! Questions to providers over HTTP: small, short, and answered in JSON.
//!
//! What host may be asked at all is decided by the client that is given: here an answer is bounded in size and time, and one
//! that was moved elsewhere is no answer.

use std::time::Duration;

use http::header;
use regent_wire::secret::SecretAccessKey;
use serde::de::DeserializeOwned;
use url::{Host, Url};
use zeroize::Zeroizing;

/// The longest answer: documents and key sets are a few thousand bytes.
const MAX_ANSWER_BYTES: usize = 256 * 1024;
/// How long an answer may take, all in all.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why there is no answer. It names the host and nothing of what was said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WebError {
    /// No connection, or it broke.
    #[error("`{0}` cannot be reached")]
    Unreachable(String),
    /// It took too long.
    #[error("`{0}` did not answer in time")]
    Slow(String),
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
    #[error("`{0}` answered with more than {MAX_ANSWER_BYTES} bytes")]
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

/// Whoever asks.
#[derive(Debug, Clone)]
pub(crate) struct Web {
    client: reqwest::Client,
}

impl Web {
    /// With this client, which decides what may be reached and whom to trust. It must not follow redirects.
    pub(crate) fn new(client: reqwest::Client) -> Self {
        Self { client }
    }

    /// Asks for a document.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        url: &Url,
        authorization: Authorization<'_>,
    ) -> Result<T, WebError> {
        self.ask(self.client.get(url.clone()), url, authorization).await
    }

    /// Sends a form.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        url: &Url,
        form: &[(&str, &str)],
        authorization: Authorization<'_>,
    ) -> Result<T, WebError> {
        self.ask(self.client.post(url.clone()).form(form), url, authorization).await
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        request: reqwest::RequestBuilder,
        url: &Url,
        authorization: Authorization<'_>,
    ) -> Result<T, WebError> {
        let host = url.host_str().unwrap_or_default();
        if !is_safe(url) {
            return Err(WebError::Scheme(url.as_str().chars().take(200).collect()));
        }
        let request = request.header(header::ACCEPT, "application/json").timeout(PATIENCE);
        let request = match authorization {
            Authorization::None => request,
            Authorization::Basic(id, secret) => {
                request.basic_auth(form_encoded(id), Some(&*Zeroizing::new(form_encoded(secret.reveal()))))
            }
            Authorization::Bearer(token) => request.bearer_auth(token.reveal()),
        };
        let mut response = request.send().await.map_err(|error| lost(host, &error))?;
        let status = response.status().as_u16();
        // A client that follows redirects would ask somebody who was not named.
        if response.url() != url {
            return Err(WebError::Status { host: host.to_owned(), status: 302, code: None });
        }
        let mut body = Zeroizing::new(Vec::with_capacity(MAX_ANSWER_BYTES));
        while let Some(piece) = response.chunk().await.map_err(|error| lost(host, &error))? {
            if body.len() + piece.len() > MAX_ANSWER_BYTES {
                return Err(WebError::Large(host.to_owned()));
            }
            body.extend_from_slice(&piece);
        }
        if status != 200 {
            let code = serde_json::from_slice::<Refusal>(&body).ok().and_then(Refusal::code);
            return Err(WebError::Status { host: host.to_owned(), status, code });
        }
        serde_json::from_slice(&body).map_err(|_| WebError::Form(host.to_owned()))
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
    let is_local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && is_local)
}

/// A client's id and secret are encoded as in a form before they are put together.
///
/// RFC 6749, section 2.3.1.
fn form_encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn lost(host: &str, error: &reqwest::Error) -> WebError {
    tracing::debug!(%host, error = error as &dyn std::error::Error, "a provider did not answer");
    if error.is_timeout() { WebError::Slow(host.to_owned()) } else { WebError::Unreachable(host.to_owned()) }
}
