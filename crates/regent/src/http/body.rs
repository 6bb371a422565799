//! Reading a request's body whole, within its bounds: SigV4 hashes every byte before anything looks at one.

use std::future::Future;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

/// Why a body did not arrive.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    /// More bytes than the server takes.
    #[error("the body is longer than {limit} bytes")]
    TooLarge {
        /// The configured bound.
        limit: usize,
    },
    /// The client stopped sending.
    #[error("the body did not arrive in time")]
    TooSlow,
    /// The connection broke, or the chunks did not add up.
    #[error("the body was cut short")]
    Broken(#[source] hyper::Error),
}

/// Collects `body`, at most `limit` bytes of it and for no longer than `patience`.
///
/// A body that has already arrived, which is nearly every one, costs no timer.
pub(crate) async fn read(body: Incoming, limit: usize, patience: Duration) -> Result<Bytes, BodyError> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    if body.size_hint().lower() > limit as u64 {
        return Err(BodyError::TooLarge { limit });
    }
    let mut collecting = pin!(collect(body, limit));
    let first = std::future::poll_fn(|context| Poll::Ready(collecting.as_mut().poll(context))).await;
    match first {
        Poll::Ready(done) => done,
        Poll::Pending => tokio::time::timeout(patience, collecting).await.unwrap_or(Err(BodyError::TooSlow)),
    }
}

async fn collect(mut body: Incoming, limit: usize) -> Result<Bytes, BodyError> {
    let Some(first) = next_data(&mut body).await? else { return Ok(Bytes::new()) };
    if first.len() > limit {
        return Err(BodyError::TooLarge { limit });
    }
    if body.is_end_stream() {
        return Ok(first);
    }
    let mut whole = BytesMut::from(first);
    while let Some(data) = next_data(&mut body).await? {
        if whole.len() + data.len() > limit {
            return Err(BodyError::TooLarge { limit });
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}

async fn next_data(body: &mut Incoming) -> Result<Option<Bytes>, BodyError> {
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.map_err(BodyError::Broken)?.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}
