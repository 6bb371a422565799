//! A small HTTP server on loopback, for a browser that comes back and for SDKs that ask for credentials.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Connections at a time.
const CONNECTIONS: usize = 64;
/// How long the head of a request may take.
const HEAD_PATIENCE: Duration = Duration::from_secs(5);
/// How long a connection may live: nobody here asks twice over one.
const CONNECTION_PATIENCE: Duration = Duration::from_mins(2);
/// A head larger than this is refused.
const HEAD_LIMIT_BYTES: usize = 16 * 1024;

/// What somebody asked for. Bodies are not read.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) headers: HeaderMap,
}

/// What is answered.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) status: StatusCode,
    pub(super) kind: &'static str,
    pub(super) body: Vec<u8>,
    pub(super) location: Option<String>,
}

impl Told {
    pub(super) fn json(status: StatusCode, body: Vec<u8>) -> Self {
        Self { status, kind: "application/json", body, location: None }
    }

    /// A page that says one thing to a person. `text` is ours: it is not escaped.
    pub(super) fn page(status: StatusCode, text: &str) -> Self {
        let body = format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Regent</title>\
             <body style=\"font:16px/1.5 system-ui;margin:4rem auto;max-width:32rem;padding:0 1rem\">\
             <h1 style=\"font-size:1.25rem\">Regent</h1><p>{text}</p>"
        );
        Self { status, kind: "text/html; charset=utf-8", body: body.into_bytes(), location: None }
    }

    pub(super) fn redirect(to: String) -> Self {
        Self { status: StatusCode::SEE_OTHER, kind: "text/plain", body: Vec::new(), location: Some(to) }
    }
}

/// Who answers.
pub(super) trait Answers: Send + Sync + 'static {
    fn answer(&self, asked: Asked) -> impl Future<Output = Told> + Send;
}

/// A port of this machine that nobody else can reach; 0 is any that is free.
pub(super) async fn listen(port: u16) -> anyhow::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .with_context(|| format!("cannot listen on port {port} of 127.0.0.1"))?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Answers until it is dropped.
pub(super) async fn serve(listener: TcpListener, answers: Arc<impl Answers>) {
    let Ok(address) = listener.local_addr() else { return };
    let permits = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else {
            // Out of descriptors, for instance: others give theirs back.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let answers = Arc::clone(&answers);
        tokio::spawn(async move {
            let service = service_fn(|request: Request<Incoming>| respond(&*answers, address, request));
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_PATIENCE)
                .max_buf_size(HEAD_LIMIT_BYTES)
                .keep_alive(false)
                .serve_connection(TokioIo::new(stream), service);
            // Whoever broke it off knows; nobody else is told.
            let _ = tokio::time::timeout(CONNECTION_PATIENCE, connection).await;
            drop(permit);
        });
    }
}

async fn respond(
    answers: &impl Answers,
    address: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let told = if is_ours(&request, address) {
        let (head, _) = request.into_parts();
        let query = head.uri.query().unwrap_or_default().to_owned();
        let path = head.uri.path().to_owned();
        answers.answer(Asked { method: head.method, path, query, headers: head.headers }).await
    } else {
        Told::page(StatusCode::MISDIRECTED_REQUEST, "This is not the host you asked for.")
    };
    let mut response = Response::new(Full::new(Bytes::from(told.body)));
    *response.status_mut() = told.status;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, told.kind),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
        ),
    ] {
        headers.insert(name, http::HeaderValue::from_static(value));
    }
    if let Some(location) = told.location.and_then(|location| location.parse().ok()) {
        headers.insert(header::LOCATION, location);
    }
    Ok(response)
}

/// Whether the request names this host: a page elsewhere whose name was made to mean 127.0.0.1 does not.
fn is_ours(request: &Request<Incoming>, address: SocketAddr) -> bool {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let port = address.port();
    host == format!("127.0.0.1:{port}") || host == format!("localhost:{port}")
}
