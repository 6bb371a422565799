//! Calls to an upstream: an STS, and the IAM beside it, that Regent is a client of.
//!
//! An upstream is Regent itself, AWS, or any other server that speaks the same. All of them are asked in one way: a
//! generated input is written as a form, signed by our own signer, sent, and what comes back is read as the generated
//! output. [`sts`] and [`iam`] have a function for each operation that the broker needs.
//!
//! - *A stranger's answer is bounded* in size, time, depth and count, and what it says is shown in one line at most.
//! - *Nothing is followed*: no redirect, no name that leads inside ([`guard`]).
//! - *No secret is in a URL, a log or an error*: not ours, and not theirs.
//! - *Only what asks for patience is asked again* ([`retry`]), and never a refusal.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, DATE};
use http::{HeaderMap, Request};
use regent_wire::operation::Operation;
use regent_wire::protocol::query::{XmlLimits, read_refusal, read_reply, write_request};
use regent_wire::sigv4::{Body, SignError};
use regent_wire::timestamp::TimestampFormat;
use url::Url;

use crate::clock::Clock;

pub(crate) mod ambient;
mod aws;
pub(crate) mod client;
pub(crate) mod connect;
pub(crate) mod credentials;
pub(crate) mod error;
pub(crate) mod federation;
pub(crate) mod guard;
pub(crate) mod iam;
pub(crate) mod retry;
pub(crate) mod session_cache;
pub(crate) mod single_flight;
pub(crate) mod sts;
pub(crate) mod transport;

use client::{Reply, shown};
use credentials::Credentials;
use error::{CallError, UpstreamError};
use retry::{Repeat, Retry};
use transport::Transport;

/// An upstream, ready to be called.
#[derive(Debug, Clone)]
pub(crate) struct Upstream {
    /// The way to it.
    pub(crate) transport: Transport,
    /// Its STS.
    pub(crate) sts: Endpoint,
    /// Its IAM, if it has one that may be asked.
    pub(crate) iam: Option<Endpoint>,
    /// What requests are dated by and the upstream's clock is held against.
    pub(crate) clock: Clock,
    /// How often is asked.
    pub(crate) retry: Retry,
}

/// Where a service answers, and the region its signatures name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// The URL that requests are posted to.
    pub(crate) url: Url,
    /// The region.
    pub(crate) region: String,
}

/// What an operation gave, and what else its answer told.
#[derive(Debug, Clone)]
pub(crate) struct Answer<T> {
    /// What it gave.
    pub(crate) value: T,
    /// What the upstream calls the request.
    pub(crate) request_id: Option<String>,
    /// Seconds by which the upstream's clock is ahead of ours, if it told.
    pub(crate) skew_secs: Option<i64>,
}

impl<T> Answer<T> {
    /// The same of another value, or the reason why there is none.
    fn try_map<U>(self, map: impl FnOnce(T) -> Result<U, CallError>) -> Result<Answer<U>, CallError> {
        let Self { value, request_id, skew_secs } = self;
        Ok(Answer { value: map(value)?, request_id, skew_secs })
    }
}

impl Upstream {
    /// Calls an operation, again where that is worth while.
    async fn call<O: Operation>(
        &self,
        endpoint: &Endpoint,
        credentials: &Credentials,
        input: &O::Input,
        repeat: Repeat,
    ) -> Result<Answer<O::Output>, CallError> {
        let mut made = 0;
        loop {
            made += 1;
            match self.call_once::<O>(endpoint, credentials, input).await {
                Err(error) if self.retry.is_worthwhile(made, &error, repeat) => {
                    tracing::debug!(operation = O::META.name, %error, "an upstream asks for patience");
                    tokio::time::sleep(self.retry.wait(made)?).await;
                }
                done => return done,
            }
        }
    }

    async fn call_once<O: Operation>(
        &self,
        endpoint: &Endpoint,
        credentials: &Credentials,
        input: &O::Input,
    ) -> Result<Answer<O::Output>, CallError> {
        let body = write_request(O::META, input);
        let service = O::META.service.signing_name;
        let request = self.signed(endpoint, service, credentials, body)?;
        let reply = self.transport.send(&endpoint.url, request).await?;
        let skew_secs = self.skew_secs(&reply.headers);
        if reply.status != 200 {
            return Err(refusal(&reply, credentials, skew_secs).into());
        }
        let read = read_reply::<O>(&reply.body, &XmlLimits::default())?;
        let request_id = read.request_id.or_else(|| named_in(&reply.headers)).map(|id| shown(&id));
        Ok(Answer { value: read.output, request_id, skew_secs })
    }

    fn signed(
        &self,
        endpoint: &Endpoint,
        service: &str,
        credentials: &Credentials,
        body: String,
    ) -> Result<Request<Bytes>, SignError> {
        let request = Request::post(endpoint.url.as_str())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded; charset=utf-8")
            .body(Bytes::from(body))?;
        let (mut parts, body) = request.into_parts();
        let signer = credentials.signer(&endpoint.region, service);
        signer.sign(&mut parts, Body::Bytes(&body), self.clock.now().as_second())?;
        Ok(Request::from_parts(parts, body))
    }

    fn skew_secs(&self, headers: &HeaderMap) -> Option<i64> {
        let date = headers.get(DATE)?.to_str().ok()?;
        let date = regent_wire::Timestamp::parse(date, TimestampFormat::HttpDate)?;
        Some(date.seconds().saturating_sub(self.clock.now().as_second()))
    }
}

fn refusal(reply: &Reply, credentials: &Credentials, skew_secs: Option<i64>) -> UpstreamError {
    let read = read_refusal(&reply.body, &XmlLimits::default()).ok();
    let (code, message, request_id) =
        read.map_or_else(Default::default, |read| (read.code, read.message, read.request_id));
    UpstreamError {
        status: reply.status,
        code: shown(&code),
        message: shown(&credentials.redact(message)),
        request_id: request_id.or_else(|| named_in(&reply.headers)).map(|id| shown(&id)),
        skew_secs,
    }
}

fn named_in(headers: &HeaderMap) -> Option<String> {
    Some(headers.get("x-amzn-requestid")?.to_str().ok()?.to_owned())
}

#[cfg(test)]
pub(crate) mod tests;
