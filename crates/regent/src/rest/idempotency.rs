//! `Idempotency-Key`: a `POST` that is sent again is not done again, but answered as before.
//!
//! Answers are kept in memory, for a day, by caller and key: whoever asks another node, or after a restart, is on their
//! own. What holds a secret is never kept: there the second answer says that the first was given. So it does where the
//! answers of others needed the room.

use std::collections::{BTreeMap, HashMap};
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Body;
use axum::extract::{FromRequestParts as _, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, SET_COOKIE};
use http::{HeaderMap, Method, StatusCode};
use http_body_util::BodyExt as _;

use super::caller::Known;
use super::problem::Problem;
use crate::server::Server;

static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
static REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// Paths whose answers have tokens and seeds in them.
const OWN_AFFAIRS: [&str; 2] = ["/auth/", "/me/"];
const MAX_KEY: usize = 128;
const KEPT_SECS: i64 = 24 * 3600;
/// How many answers are kept: of one caller, and of all.
const MOST_OF_ONE: usize = 256;
const MOST: usize = 8192;
/// The longest answer that is kept.
const MAX_ANSWER: usize = 64 * 1024;
/// How long all answers together may be.
const MOST_BYTES: usize = 32 << 20;
/// Where nothing is changed, and so nothing done twice.
const WITHOUT_CHANGE: [&str; 6] = [
    "/policies/simulate",
    "/policies/lint",
    "/policies/generate",
    "/connectors/preview",
    "/connectors/snippets",
    "/config/plan",
];

/// Whose request, and by which key.
type Name = (Box<str>, Box<str>);

/// Answers that were given.
#[derive(Debug, Default)]
pub(crate) struct Idempotency(Mutex<Given>);

#[derive(Debug, Default)]
struct Given {
    answers: HashMap<Name, Entry>,
    /// In the order in which they came.
    order: BTreeMap<u64, Name>,
    next: u64,
    /// How long all answers are together.
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    number: u64,
    at: i64,
    request: [u8; 32],
    state: State,
}

#[derive(Debug, Clone)]
enum State {
    /// It is being done.
    UnderWay,
    /// It was done, and the answer is nobody's to keep.
    Withheld,
    /// It was done.
    Answered(Kept),
}

impl State {
    /// How much of memory an answer takes.
    fn bytes(&self) -> usize {
        match self {
            Self::Answered(kept) => kept.body.len(),
            Self::UnderWay | Self::Withheld => 0,
        }
    }
}

/// An answer as it is given again.
#[derive(Debug, Clone)]
struct Kept {
    status: StatusCode,
    kind: Option<HeaderValue>,
    tag: Option<HeaderValue>,
    body: Bytes,
}

/// What to do with a request.
enum Turn {
    Do,
    Again(Kept),
    Refuse(Problem),
}

impl Idempotency {
    fn begin(&self, name: &Name, request: [u8; 32], now: i64) -> Turn {
        let mut given = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        given.forget_old(now);
        if let Some(entry) = given.answers.get(name) {
            return entry.turn(&request);
        }
        let of_caller = given.answers.keys().filter(|(caller, _)| *caller == name.0).count();
        let is_own_full = of_caller >= MOST_OF_ONE;
        if is_own_full || given.answers.len() >= MOST {
            // What is under way is not forgotten: it would be done twice.
            let is_over = |name: &Name| {
                given.answers.get(name).is_some_and(|entry| !matches!(entry.state, State::UnderWay))
            };
            let oldest =
                given.order.values().find(|held| (!is_own_full || held.0 == name.0) && is_over(held));
            let Some(oldest) = oldest.cloned() else {
                let detail = "too many requests with an `Idempotency-Key` are under way";
                return Turn::Refuse(Problem::rate_limited(detail, 1));
            };
            given.forget(&oldest);
        }
        let number = given.next;
        given.next += 1;
        given.order.insert(number, name.clone());
        given.answers.insert(name.clone(), Entry { number, at: now, request, state: State::UnderWay });
        Turn::Do
    }

    /// Notes how it ended. What was not done may be tried again under the same key.
    fn end(&self, name: &Name, state: Option<State>) {
        let mut given = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state {
            None => given.forget(name),
            Some(state) => {
                let longer = state.bytes();
                if let Some(entry) = given.answers.get_mut(name) {
                    let shorter = std::mem::replace(&mut entry.state, state).bytes();
                    given.bytes = given.bytes.saturating_add(longer).saturating_sub(shorter);
                }
                given.withhold_old();
            }
        }
    }
}

impl Given {
    fn forget(&mut self, name: &Name) {
        if let Some(entry) = self.answers.remove(name) {
            self.order.remove(&entry.number);
            self.bytes = self.bytes.saturating_sub(entry.state.bytes());
        }
    }

    /// Lets go of the oldest answers where all are too long together. That they were given is still known.
    fn withhold_old(&mut self) {
        for name in self.order.values() {
            if self.bytes <= MOST_BYTES {
                return;
            }
            let Some(entry) = self.answers.get_mut(name) else { continue };
            let freed = entry.state.bytes();
            if freed > 0 {
                entry.state = State::Withheld;
                self.bytes = self.bytes.saturating_sub(freed);
            }
        }
    }

    fn forget_old(&mut self, now: i64) {
        while let Some((_, name)) = self.order.first_key_value() {
            let is_old = self.answers.get(name).is_none_or(|entry| now.saturating_sub(entry.at) >= KEPT_SECS);
            if !is_old {
                return;
            }
            let name = name.clone();
            self.order.pop_first();
            self.forget(&name);
        }
    }
}

impl Entry {
    fn turn(&self, request: &[u8; 32]) -> Turn {
        if self.request != *request {
            let detail = "this `Idempotency-Key` was used for another request";
            let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_mismatch", detail);
            return Turn::Refuse(problem.fix("use a key of its own for each request"));
        }
        match &self.state {
            State::Answered(kept) => Turn::Again(kept.clone()),
            State::UnderWay => {
                let detail = "the same request is being done just now";
                Turn::Refuse(Problem::conflict("idempotency_under_way", detail).fix("try again in a moment"))
            }
            State::Withheld => {
                let detail = "this was done, and its answer is not kept: it was long, or had secrets, which are shown once";
                let problem = Problem::conflict("idempotency_replayed", detail);
                Turn::Refuse(problem.fix("look at what was made, and make new credentials or another token"))
            }
        }
    }
}

/// The name of a request that may be sent again: of somebody who is known, with a key that is one.
async fn name(parts: &mut http::request::Parts) -> Result<Option<(Name, Known)>, Problem> {
    if parts.method != Method::POST || WITHOUT_CHANGE.iter().any(|path| parts.uri.path().ends_with(path)) {
        return Ok(None);
    }
    let Some(key) = parts.headers.get(&IDEMPOTENCY_KEY) else { return Ok(None) };
    let text = key.to_str().ok().filter(|key| (1..=MAX_KEY).contains(&key.len()));
    let key: Box<str> = if let Some(key) = text {
        key.into()
    } else {
        let detail = "expected `Idempotency-Key` to have 1 to 128 visible characters";
        return Err(Problem::bad_request("malformed_idempotency_key", detail));
    };
    // Whoever is not known is refused where the request goes, or does something that anybody may.
    let Ok(known) = Known::from_request_parts(parts, &()).await else { return Ok(None) };
    Ok(Some(((known.caller.id().as_str().into(), key), known)))
}

/// Stands before every route.
pub(super) async fn layer(request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let (name, known) = match name(&mut parts).await {
        Ok(Some(named)) => named,
        Ok(None) => return next.run(Request::from_parts(parts, body)).await,
        Err(problem) => return problem.into_response(),
    };
    let bytes = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => return Problem::bad_request("body_incomplete", error.to_string()).into_response(),
    };
    let server = Arc::clone(&known.asked.server);
    match server.idempotency.begin(&name, request_hash(&parts, &bytes), known.asked.seconds()) {
        Turn::Refuse(problem) => return problem.into_response(),
        Turn::Again(kept) => return kept.into_response(),
        Turn::Do => {}
    }
    let is_own = OWN_AFFAIRS.iter().any(|own| parts.uri.path().contains(own));
    let under_way = UnderWay { server, name, is_own, is_done: false };
    // It goes on without whoever hangs up: they will ask again, by the same key, what came of it.
    let task = tokio::spawn(async move {
        let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
        under_way.end(response).await
    });
    match task.await {
        Ok(response) => response,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(error) => Problem::internal(error).into_response(),
        },
    }
}

fn request_hash(parts: &http::request::Parts, body: &[u8]) -> [u8; 32] {
    let mut text = format!("{}\n", parts.uri).into_bytes();
    text.extend_from_slice(body);
    let hash = digest(&SHA256, &text);
    hash.as_ref().try_into().unwrap_or_default()
}

/// A request that is being done. If it comes to no end, its key is free again.
struct UnderWay {
    server: Arc<Server>,
    name: Name,
    /// It is about how somebody signs in.
    is_own: bool,
    is_done: bool,
}

impl UnderWay {
    async fn end(mut self, response: Response) -> Response {
        self.is_done = true;
        if !response.status().is_success() {
            self.server.idempotency.end(&self.name, None);
            return response;
        }
        if self.is_own || is_secret(response.headers()) {
            self.server.idempotency.end(&self.name, Some(State::Withheld));
            return response;
        }
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        let kept = Kept {
            status: parts.status,
            kind: parts.headers.get(CONTENT_TYPE).cloned(),
            tag: parts.headers.get(ETAG).cloned(),
            body: body.clone(),
        };
        let is_short = body.len() <= MAX_ANSWER;
        self.server
            .idempotency
            .end(&self.name, Some(if is_short { State::Answered(kept) } else { State::Withheld }));
        Response::from_parts(parts, Body::from(body))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if !self.is_done {
            self.server.idempotency.end(&self.name, None);
        }
    }
}

/// What holds a secret says that nobody is to store it.
fn is_secret(headers: &HeaderMap) -> bool {
    headers.contains_key(SET_COOKIE) || headers.contains_key(CACHE_CONTROL)
}

impl Kept {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.body).into_response();
        let headers = response.headers_mut();
        headers.remove(CONTENT_TYPE);
        headers.extend(self.kind.map(|kind| (CONTENT_TYPE, kind)));
        headers.extend(self.tag.map(|tag| (ETAG, tag)));
        headers.insert(REPLAYED.clone(), HeaderValue::from_static("true"));
        response
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::StatusCode;

    use super::{Idempotency, Kept, MAX_ANSWER, MOST_BYTES, MOST_OF_ONE, Name, State, Turn};

    #[test]
    fn answers_are_kept_up_to_a_number_of_bytes_and_what_was_done_is_known_beyond() {
        let held = Idempotency::default();
        let fit = MOST_BYTES / MAX_ANSWER;
        let name = |number: usize| -> Name {
            ((number / MOST_OF_ONE).to_string().into(), (number % MOST_OF_ONE).to_string().into())
        };
        for number in 0..fit + 2 {
            assert!(matches!(held.begin(&name(number), [0; 32], 0), Turn::Do));
            let body = Bytes::from(vec![b'x'; MAX_ANSWER]);
            let kept = Kept { status: StatusCode::OK, kind: None, tag: None, body };
            held.end(&name(number), Some(State::Answered(kept)));
            assert!(held.0.lock().unwrap().bytes <= MOST_BYTES);
        }
        for number in [0, 1] {
            assert!(matches!(held.begin(&name(number), [0; 32], 0), Turn::Refuse(_)), "{number}");
        }
        for number in [2, fit + 1] {
            assert!(matches!(held.begin(&name(number), [0; 32], 0), Turn::Again(_)), "{number}");
        }
        // A day later all of it is forgotten.
        assert!(matches!(held.begin(&name(0), [0; 32], super::KEPT_SECS), Turn::Do));
        assert_eq!(held.0.lock().unwrap().bytes, 0);
    }

    #[test]
    fn the_oldest_answer_makes_room_and_what_is_under_way_stays() {
        let held = Idempotency::default();
        let name = |number: usize| -> Name { ("ana".into(), number.to_string().into()) };
        let is_done = |number| matches!(held.begin(&name(number), [0; 32], 0), Turn::Do);
        assert!((0..MOST_OF_ONE).all(is_done));
        assert!(matches!(held.begin(&name(MOST_OF_ONE), [0; 32], 0), Turn::Refuse(_)));
        held.end(&name(1), Some(State::Withheld));
        assert!(is_done(MOST_OF_ONE) && !is_done(0) && !is_done(2));
        // Nothing is known of it any more, and there is no room for it.
        assert!(matches!(held.begin(&name(1), [0; 32], 0), Turn::Refuse(_)));
        held.end(&name(7), None);
        assert!(is_done(1));
    }
}
