//! The way of a request: route, authenticate, decode, authorize, handle, encode, audit, answer.
//!
//! Every AWS operation of every service takes this one way. Nothing here knows what an operation does, and no
//! operation can be reached but through here. The answer leaves only when its audit record is written.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use http::request::Parts;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use jiff::Timestamp;
use regent_wire::Fault;
use regent_wire::protocol::{self, Head};

use crate::audit::trail::TrailError;
use crate::entropy;
use crate::http::body::{self, BodyError};
use crate::http::forwarded;
use crate::http::listener::Peer;
use crate::server::Server;
use crate::web;

mod caught;
mod dispatch;
mod iam;
mod note;
mod route;
mod run;
mod sts;

use caught::caught;
use note::Note;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// A request as it came, with everything about it that is no part of it.
#[derive(Debug)]
pub(crate) struct Exchange<'a> {
    pub(crate) parts: &'a Parts,
    pub(crate) body: &'a [u8],
    pub(crate) source_ip: &'a str,
    pub(crate) is_secure: bool,
    pub(crate) now: Timestamp,
    pub(crate) request_id: &'a str,
    pub(crate) event_id: &'a str,
}

/// What goes back, before it is an HTTP response.
#[derive(Debug)]
struct Answer {
    head: Head,
    body: Vec<u8>,
}

impl Server {
    /// Answers a request that came over a connection. Every request has an answer; the HTTP library wants to be told so.
    pub(crate) async fn serve(
        self: Arc<Self>,
        request: Request<Incoming>,
        peer: Peer,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let (parts, body) = request.into_parts();
        let read = body::read(body, self.config.body_limit_bytes, self.config.client_patience).await;
        Ok(self.exchange(&parts, read, &peer).await)
    }

    /// Answers a request that was made inside the process.
    pub async fn answer(
        self: &Arc<Self>,
        request: Request<Bytes>,
        peer: SocketAddr,
    ) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        let read = if body.len() > self.config.body_limit_bytes {
            Err(BodyError::TooLarge { limit: self.config.body_limit_bytes })
        } else {
            Ok(body)
        };
        self.exchange(&parts, read, &Peer::new(peer, false)).await
    }

    /// Answers at the path that a request names: a browser's, or else AWS's.
    pub(crate) async fn exchange(
        self: &Arc<Self>,
        parts: &Parts,
        read: Result<Bytes, BodyError>,
        peer: &Peer,
    ) -> Response<Full<Bytes>> {
        // One draw a request: both ids come out of it.
        let Ok(draw) = entropy::bytes::<32>() else { return unavailable() };
        let peer = &*forwarded::client(peer, &parts.headers, &self.config.trusted_proxies);
        let (request_id, event_id) = ids(draw);
        if web::is_for(parts) {
            return web::answer(self, parts, read, peer, as_text(&request_id)).await;
        }
        let exchange = Exchange {
            parts,
            body: read.as_deref().unwrap_or_default(),
            source_ip: &peer.source_ip,
            is_secure: peer.is_secure,
            now: self.clock.now(),
            request_id: as_text(&request_id),
            event_id: as_text(&event_id),
        };
        let early = read.as_ref().err().map(refused_body);
        self.recorded(&exchange, async |note| self.respond(&exchange, early, note).await).await
    }

    /// Answers by `respond` and writes the record, whatever becomes of either: a panic is an answer and a record like
    /// any other, and without a record there is no answer but that.
    async fn recorded(
        &self,
        exchange: &Exchange<'_>,
        respond: impl AsyncFnOnce(&mut Note) -> Answer,
    ) -> Response<Full<Bytes>> {
        if let Err(error) = self.trail.check(exchange.now) {
            return withheld(&error, &Note::new(), exchange);
        }
        let mut open = Open::new(self, exchange);
        let answer = {
            let responding = pin!(respond(&mut open.note));
            caught(responding).await
        };
        let answer = answer.unwrap_or_else(|panic| {
            let mut body = Vec::new();
            let fault = Fault::internal_failure(panic);
            let head = refuse(&fault, exchange.request_id, &mut open.note, &mut body);
            Answer { head, body }
        });
        match open.close().await {
            Ok(()) => response(answer, exchange.request_id),
            Err(error) => withheld(&error, &open.note, exchange),
        }
    }

    async fn respond(
        self: &Arc<Self>,
        exchange: &Exchange<'_>,
        early: Option<Fault>,
        note: &mut Note,
    ) -> Answer {
        let mut body = Vec::with_capacity(1024);
        let outcome = match early {
            Some(fault) => Err(fault),
            None => self.route(exchange, note, &mut body).await,
        };
        let head = outcome.unwrap_or_else(|fault| {
            body.clear();
            refuse(&fault, exchange.request_id, note, &mut body)
        });
        Answer { head, body }
    }
}

/// An exchange whose record is not written yet. It is written whatever happens: also when the client goes away and
/// nobody is left to answer.
#[derive(Debug)]
struct Open<'a> {
    server: &'a Server,
    exchange: &'a Exchange<'a>,
    note: Note,
    is_unrecorded: bool,
}

impl<'a> Open<'a> {
    fn new(server: &'a Server, exchange: &'a Exchange<'a>) -> Self {
        Self { server, exchange, note: Note::new(), is_unrecorded: true }
    }

    /// Writes the record. Requests that are answered at the same time share a write.
    async fn close(&mut self) -> Result<(), TrailError> {
        self.is_unrecorded = false;
        self.note.push(self.server, self.exchange).settle().await
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if self.is_unrecorded {
            self.note.abandoned();
            drop(self.note.push(self.server, self.exchange));
        }
    }
}

fn refuse(fault: &Fault, request_id: &str, note: &mut Note, body: &mut Vec<u8>) -> Head {
    if let Some(cause) = fault.cause() {
        tracing::warn!(request.id = request_id, %fault, cause, "a request was refused");
    }
    note.refused(fault);
    protocol::refuse(note.protocol, note.service, fault, request_id, body)
}

fn refused_body(error: &BodyError) -> Fault {
    match error {
        BodyError::TooLarge { limit } => Fault::request_too_large(*limit),
        BodyError::TooSlow => Fault::request_timeout(),
        BodyError::Broken(_) => Fault::incomplete_body(),
    }
}

fn response(answer: Answer, request_id: &str) -> Response<Full<Bytes>> {
    let Answer { head, body } = answer;
    let length = body.len();
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = StatusCode::from_u16(head.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Some(kind) = head.content_type {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID.clone(), id);
    }
    for (name, value) in &head.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name.as_str()), HeaderValue::from_str(value)) {
            headers.insert(name, value);
        }
    }
    response
}

/// The answer in place of one whose record cannot be written.
fn withheld(error: &TrailError, note: &Note, exchange: &Exchange<'_>) -> Response<Full<Bytes>> {
    tracing::error!(
        request.id = exchange.request_id,
        error = error as &dyn std::error::Error,
        "an answer was withheld for want of its audit record"
    );
    let mut body = Vec::new();
    let fault = Fault::service_unavailable("no audit record");
    let head = protocol::refuse(note.protocol, note.service, &fault, exchange.request_id, &mut body);
    response(Answer { head, body }, exchange.request_id)
}

/// The answer when there is no randomness, and so not even an id.
fn unavailable() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}

/// Two random UUIDs in their usual form.
pub(crate) fn ids(draw: [u8; 32]) -> ([u8; UUID_LENGTH], [u8; UUID_LENGTH]) {
    let (mut one, mut other) = ([0; 16], [0; 16]);
    let (first, rest) = draw.split_at(16);
    one.copy_from_slice(first);
    other.copy_from_slice(rest);
    (uuid(one), uuid(other))
}

/// Characters of a UUID.
pub(crate) const UUID_LENGTH: usize = 36;

fn uuid(draw: [u8; 16]) -> [u8; UUID_LENGTH] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    // Where each byte's two digits stand, between hyphens.
    const PLACES: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
    let mut text = [b'-'; UUID_LENGTH];
    for (at, (byte, place)) in draw.into_iter().zip(PLACES).enumerate() {
        let byte = match at {
            6 => byte & 0x0f | 0x40,
            8 => byte & 0x3f | 0x80,
            _ => byte,
        };
        let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0');
        if let Some([high, low]) = text.get_mut(place..place + 2) {
            (*high, *low) = (digit(byte >> 4), digit(byte & 0x0f));
        }
    }
    text
}

/// What was made of hexadecimal digits and hyphens.
pub(crate) fn as_text(id: &[u8; UUID_LENGTH]) -> &str {
    std::str::from_utf8(id).unwrap_or_default()
}

#[cfg(test)]
mod tests;
