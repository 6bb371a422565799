//! The client: HTTPS to another server, guarded, bounded in size and time, following nothing.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::LOCATION;
use http::{HeaderMap, Request};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Proxy};
use url::Url;
use zeroize::Zeroizing;

use super::guard::{Guard, GuardError, GuardedResolver, Reach};

/// How a server is reached.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Route {
    /// What may be reached at all.
    pub(crate) reach: Reach,
    /// Whose certificates are believed.
    pub(crate) trust: Trust,
    /// What stands between.
    pub(crate) proxy: Option<Url>,
}

/// Whose certificates are believed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Trust {
    /// Those that the machine believes.
    System,
    /// Those of these authorities, in PEM, and nobody else's.
    Authorities(String),
    /// Nobody's: for plain HTTP on this machine.
    Nobody,
}

/// What a call may cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// From the first packet to the last byte.
    pub(crate) time: Duration,
    /// Of an answer.
    pub(crate) body_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { time: Duration::from_secs(10), body_bytes: 1024 * 1024 }
    }
}

/// Headers of an answer that are taken.
const MAX_HEADERS: usize = 100;
const MAX_HEADER_BYTES: u32 = 64 * 1024;

/// Why there is no client for a route.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    /// The route leads where nothing is reached.
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// The authorities cannot be read.
    #[error("the certificate authorities cannot be read; expected certificates in PEM")]
    Authorities(#[source] reqwest::Error),
    /// The proxy cannot be used.
    #[error("the proxy cannot be used; expected a URL such as `http://proxy.example:3128`")]
    Proxy(#[source] reqwest::Error),
    /// The rest does not fit together, such as a machine that believes in no authority at all.
    #[error("the connection cannot be set up")]
    Setup(#[source] reqwest::Error),
}

/// An answer as it came. Its body may hold a secret, and is wiped.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Zeroizing<Vec<u8>>,
}

/// A request that was not answered understandably: who was asked, by which way, and what happened.
#[derive(Debug, thiserror::Error)]
#[error("`{host}`{} {failure}", proxy.as_deref().map(|proxy| format!(" by the proxy `{proxy}`")).unwrap_or_default())]
pub(crate) struct TransportError {
    /// Host and port that were asked.
    pub(crate) host: String,
    /// Host and port of the proxy, if there is one.
    pub(crate) proxy: Option<String>,
    /// What happened.
    #[source]
    pub(crate) failure: Failure,
}

/// What happened to a request.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// It was not made.
    #[error("is not asked: {0}")]
    Guard(#[from] GuardError),
    /// Nobody listens there, or the way is blocked.
    #[error("cannot be reached: {0}")]
    Connect(String),
    /// The two did not agree on an encryption, or the certificate is not believed.
    #[error("is not who it should be: {0}")]
    Tls(String),
    /// It took longer than permitted.
    #[error("did not answer within {} ms", .0.as_millis())]
    Timeout(Duration),
    /// The answer is larger than permitted.
    #[error("answers with more than {0} bytes")]
    TooLarge(usize),
    /// The connection ended before the answer did.
    #[error("broke off: {0}")]
    Interrupted(String),
    /// It sends us elsewhere. A signed request is for one host and goes to no other.
    #[error("redirects to `{0}`; enter the URL of that host, if you trust it")]
    Redirect(String),
}

/// A client for one route. Cheap to clone; connections are kept and shared.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    guard: Arc<Guard>,
    proxy: Option<String>,
    limits: Limits,
}

impl Client {
    /// A client with the usual limits.
    pub(crate) fn new(route: &Route) -> Result<Self, ClientError> {
        Self::with(route, Limits::default())
    }

    /// Likewise, with limits that differ.
    pub(crate) fn with(route: &Route, limits: Limits) -> Result<Self, ClientError> {
        // Whoever comes second finds it done; both mean the same provider.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let guard = Arc::new(Guard::new(route.reach.clone(), route.proxy.as_ref())?);
        let mut builder = reqwest::Client::builder()
            .dns_resolver(GuardedResolver(Arc::clone(&guard)))
            .user_agent(concat!("regent/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .referer(false)
            .no_proxy()
            .timeout(limits.time)
            .http1_max_headers(MAX_HEADERS)
            .http2_max_header_list_size(MAX_HEADER_BYTES)
            .pool_max_idle_per_host(4)
            .pool_idle_timeout(Duration::from_secs(30));
        builder = match &route.trust {
            Trust::System => builder,
            Trust::Authorities(pem) => {
                let roots = Certificate::from_pem_bundle(pem.as_bytes()).map_err(ClientError::Authorities)?;
                builder.tls_certs_only(roots)
            }
            Trust::Nobody => builder.tls_certs_only([]),
        };
        if let Some(proxy) = &route.proxy {
            builder = builder.proxy(Proxy::all(proxy.as_str()).map_err(ClientError::Proxy)?);
        }
        let http = builder.build().map_err(ClientError::Setup)?;
        Ok(Self { http, guard, proxy: route.proxy.as_ref().map(authority), limits })
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn send(&self, url: &Url, request: Request<Bytes>) -> Result<Reply, TransportError> {
        self.exchange(url, request).await.map_err(|failure| TransportError {
            host: authority(url),
            proxy: self.proxy.clone(),
            failure,
        })
    }

    async fn exchange(&self, url: &Url, request: Request<Bytes>) -> Result<Reply, Failure> {
        self.guard.check(url)?;
        let request = reqwest::Request::try_from(request).map_err(|error| self.failure(error))?;
        let mut response = self.http.execute(request).await.map_err(|error| self.failure(error))?;
        let status = response.status().as_u16();
        if response.status().is_redirection() {
            let location = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
            // Its query may repeat ours, so only the host is told.
            let to = location.and_then(|to| url.join(to).ok());
            return Err(Failure::Redirect(to.as_ref().map_or_else(String::new, |to| shown(&authority(to)))));
        }
        let most = self.limits.body_bytes;
        let length = response.content_length().unwrap_or(0);
        if usize::try_from(length).is_ok_and(|length| length > most) {
            return Err(Failure::TooLarge(most));
        }
        let headers = std::mem::take(response.headers_mut());
        let mut body = Zeroizing::new(Vec::with_capacity(usize::try_from(length).unwrap_or(0).max(4096)));
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failure(error))? {
            if chunk.len() > most - body.len() {
                return Err(Failure::TooLarge(most));
            }
            append(&mut body, &chunk);
        }
        Ok(Reply { status, headers, body })
    }

    fn failure(&self, error: reqwest::Error) -> Failure {
        let error = error.without_url();
        let first: &(dyn Error + 'static) = &error;
        let causes = || std::iter::successors(Some(first), |&error| error.source());
        if let Some(guard) = causes().find_map(|cause| cause.downcast_ref::<GuardError>()) {
            return Failure::Guard(guard.clone());
        }
        if error.is_timeout() {
            return Failure::Timeout(self.limits.time);
        }
        if let Some(tls) = causes().find_map(tls_error) {
            return Failure::Tls(shown(&tls.to_string()));
        }
        // The innermost cause says what happened; those around it say that something did.
        let said = shown(&causes().last().map_or_else(String::new, ToString::to_string));
        if error.is_connect() { Failure::Connect(said) } else { Failure::Interrupted(said) }
    }
}

/// Grows by copying into a new allocation and wiping the old one, which `Vec` would leave behind as it is.
fn append(body: &mut Zeroizing<Vec<u8>>, chunk: &[u8]) {
    if body.capacity() - body.len() < chunk.len() {
        let mut larger = Zeroizing::new(Vec::with_capacity((body.len() + chunk.len()) * 2));
        larger.extend_from_slice(body);
        *body = larger;
    }
    body.extend_from_slice(chunk);
}

/// What TLS said, if this cause is it. An error of input and output may hold it, or hold another that does.
fn tls_error<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut cause = cause;
    loop {
        if let Some(error) = cause.downcast_ref::<rustls::Error>() {
            return Some(error);
        }
        cause = cause.downcast_ref::<io::Error>()?.get_ref()?;
    }
}

/// Host and port, without what else a URL holds.
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// A stranger's text as it may be shown: one line, of some length.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 2048;
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().take(MOST).map(plain).collect::<String>().trim().to_owned()
}

impl std::fmt::Debug for Reply {
    /// Leaves out the body, which may hold a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reply").field("status", &self.status).finish_non_exhaustive()
    }
}
