//! The accept loop: one task a connection, bounded in number, time and header size, drained at shutdown.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;

use super::patience::Patient;

/// What a connection may cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Connections open at once; the next one waits in the kernel's queue.
    pub(crate) connections: usize,
    /// How long a client may take to send its request's head, to finish the TLS handshake, or to take any of an answer.
    pub(crate) header_patience: Duration,
    /// How many bytes a request's head may have.
    pub(crate) header_bytes: usize,
    /// How long answers in flight may take once a stop was asked for.
    pub(crate) drain: Duration,
}

/// Who is at the other end, and how.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    /// The address the connection came from, as policies and records write it; an IPv4 address is one, also over IPv6.
    /// Written once a connection, not once a request.
    pub(crate) source_ip: Arc<str>,
    /// Whether the connection is encrypted.
    pub(crate) is_secure: bool,
}

impl Peer {
    pub(crate) fn new(address: SocketAddr, is_secure: bool) -> Self {
        Self { source_ip: address.ip().to_canonical().to_string().into(), is_secure }
    }
}

/// Headers a request may carry: far more than any client sends.
const MAX_HEADERS: usize = 100;
/// How long to wait when the system has no descriptor left for a new connection.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(50);

/// Serves `listener` with `answer` until `stop` resolves, then drains.
pub(crate) async fn run<A, F>(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    limits: Limits,
    answer: A,
    stop: impl Future<Output = ()>,
) where
    A: Fn(Request<Incoming>, Peer) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Response<Full<Bytes>>, Infallible>> + Send + 'static,
{
    let permits = Arc::new(Semaphore::new(limits.connections));
    let connections = GracefulShutdown::new();
    let builder = Arc::new(builder(limits));
    let mut stop = std::pin::pin!(stop);
    loop {
        let (permit, stream, address) = tokio::select! {
            accepted = accept(&listener, &permits) => match accepted {
                Some(accepted) => accepted,
                None => continue,
            },
            () = &mut stop => break,
        };
        let peer = Peer::new(address, tls.is_some());
        let (tls, answer, builder) = (tls.clone(), answer.clone(), Arc::clone(&builder));
        let watcher = connections.watcher();
        tokio::spawn(async move {
            // Not wrapped in a future of its own: each that holds another is as large again, and is moved about.
            let service = service_fn(move |request| answer(request, peer.clone()));
            let ended = match secure(stream, tls, limits.header_patience).await {
                Some(Stream::Plain(stream)) => {
                    let io = TokioIo::new(Patient::new(stream, limits.header_patience));
                    watcher.watch(builder.serve_connection(io, service)).await
                }
                Some(Stream::Tls(stream)) => {
                    let io = TokioIo::new(Patient::new(*stream, limits.header_patience));
                    watcher.watch(builder.serve_connection(io, service)).await
                }
                None => Ok(()),
            };
            if let Err(error) = ended {
                tracing::debug!(%error, peer.address = %address, "a connection ended badly");
            }
            drop(permit);
        });
    }
    drop(listener);
    if tokio::time::timeout(limits.drain, connections.shutdown()).await.is_err() {
        tracing::warn!("some connections did not finish in time and were closed");
    }
}

async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> Option<(OwnedSemaphorePermit, TcpStream, SocketAddr)> {
    let permit = Arc::clone(permits).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, address)) => Some((permit, stream, address)),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(ACCEPT_BACKOFF).await;
            None
        }
    }
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<tokio_rustls::server::TlsStream<TcpStream>>),
}

async fn secure(stream: TcpStream, tls: Option<TlsAcceptor>, patience: Duration) -> Option<Stream> {
    // Answers are one small write: waiting to merge it with another only delays it.
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else { return Some(Stream::Plain(stream)) };
    match tokio::time::timeout(patience, tls.accept(stream)).await {
        Ok(Ok(stream)) => Some(Stream::Tls(Box::new(stream))),
        Ok(Err(error)) => {
            tracing::debug!(%error, "a TLS handshake failed");
            None
        }
        Err(_) => None,
    }
}

fn builder(limits: Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_patience)
        .max_headers(MAX_HEADERS)
        .max_buf_size(limits.header_bytes);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(100)
        .max_header_list_size(u32::try_from(limits.header_bytes).unwrap_or(u32::MAX))
        .keep_alive_interval(Some(limits.header_patience))
        .keep_alive_timeout(limits.header_patience);
    builder
}
