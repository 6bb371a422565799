//! Who a request of the REST API comes from: by cookie or by bearer token.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::{constant_time, hmac};
use axum::extract::FromRequestParts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use data_encoding::HEXLOWER;
use http::header::{AUTHORIZATION, COOKIE, HeaderName, ORIGIN, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use regent_broker::{Login, Origin, Settings, Stored, SystemAuth, Who};
use regent_store::Snapshot;
use regent_store::directory::Directory;

use super::asked::Asked;
use super::auth::refresh;
use super::body::if_match;
use super::problem::Problem;
use crate::broker::access::Access;
use crate::broker::caller::{BrokerCaller, Circumstances, Subject};
use crate::broker::change::Actor;
use crate::broker::journal::Action;
use crate::broker::usage;

/// The cookie of a browser that is signed in.
pub(crate) const COOKIE_NAME: &str = "__Host-regent";
static CSRF_HEADER: HeaderName = HeaderName::from_static("x-regent-csrf");
static FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// Longer than any token Regent makes.
const MAX_TOKEN: usize = 4096;
const MAX_USER_AGENT: usize = 256;
/// How exactly it is known when a sign-in was last used.
const SEEN_RESOLUTION_SECS: i64 = 60;

/// A request of somebody who is known, and everything there was when it came.
#[derive(Debug)]
pub(crate) struct Known {
    /// The request.
    pub(crate) asked: Asked,
    /// Who.
    pub(crate) caller: BrokerCaller,
    /// The picture it sees from start to end.
    pub(crate) directory: Arc<Snapshot<Directory>>,
    /// What a browser must send with every write.
    pub(crate) csrf: Option<String>,
}

/// Where a token was.
enum Presented {
    Cookie(String),
    Bearer(String),
}

impl Known {
    /// Refuses what the caller's roles do not allow.
    pub(crate) fn must(
        &self,
        action: &regent_policy::Action<'_>,
        noun: &str,
        id: &str,
    ) -> Result<(), Problem> {
        if Access::new(self.directory.broker(), &self.caller).may(action, noun, id) {
            return Ok(());
        }
        let detail = format!("{} may not perform {} on {noun} {id}", self.caller.name(), action.name());
        Err(Problem::forbidden(detail).fix("ask an administrator for a role that may"))
    }

    /// Refuses whoever goes on with a password that somebody else has chosen, and so knows.
    fn must_have_own_password(&self, parts: &Parts) -> Result<(), Problem> {
        let Subject::Person(person) = &self.caller.subject else { return Ok(()) };
        let is_owed = person.value.origin == Origin::Local && person.value.must_change_password;
        if !is_owed || leads_to_own_password(&parts.method, parts.uri.path()) {
            return Ok(());
        }
        let detail = "the password was set by somebody else and has to be changed first";
        Err(Problem::new(StatusCode::FORBIDDEN, "password_change_required", detail)
            .fix("change it with POST /api/v1/me/password"))
    }

    /// Whoever sends the request, as this picture knows them.
    fn on(asked: Asked, directory: Arc<Snapshot<Directory>>, parts: &Parts) -> Result<Self, Problem> {
        let presented = presented(&parts.headers)?.ok_or_else(Problem::login_required)?;
        let around = Circumstances {
            source_ip: Arc::clone(&asked.source_ip),
            user_agent: user_agent(&parts.headers),
            now: asked.seconds(),
        };
        let (caller, csrf) = match presented {
            Presented::Cookie(token) => {
                let caller = signed_in(&asked, &directory, &token, around)?;
                let csrf = csrf(&token);
                if !matches!(parts.method, Method::GET | Method::HEAD) {
                    check_origin(&parts.headers, &asked, &directory.broker().settings())?;
                    check_csrf(&parts.headers, &csrf)?;
                }
                (caller, Some(csrf))
            }
            Presented::Bearer(token) if token.starts_with("rgt_") => {
                let caller = system_caller(&directory, &token, around)?;
                let who = Who::SystemCaller(caller.id().clone());
                usage::note_caller(&asked.server, &who, asked.seconds());
                (caller, None)
            }
            Presented::Bearer(token) => (signed_in(&asked, &directory, &token, around)?, None),
        };
        let known = Self { asked, caller, directory, csrf };
        known.must_have_own_password(parts)?;
        Ok(known)
    }

    /// The same on a picture that has the revision which a change names: another node may have shown it.
    async fn caught_up(self, parts: &Parts) -> Result<Self, Problem> {
        let is_change = matches!(parts.method, Method::PUT | Method::PATCH | Method::DELETE);
        let seen = self.directory.seq().number();
        let named = if_match(&parts.headers).ok().flatten();
        if !is_change || named.is_none_or(|revision| revision <= seen) {
            return Ok(self);
        }
        self.asked.server.catch_up().await?;
        let directory = self.asked.directory()?;
        // What the caller may do can be another as well.
        Self::on(self.asked, directory, parts)
    }

    /// Who changes something, for the records.
    pub(crate) fn actor(&self) -> Result<Actor, Problem> {
        // What was done, and to what, is put in its place by the change.
        let event = self.asked.server.event_of(&self.caller, Action::on("", ""));
        let event = Some(Box::new(event.map_err(Problem::internal)?));
        Ok(Actor { id: self.caller.id().as_str().into(), now: self.asked.seconds(), event })
    }
}

impl<S: Sync> FromRequestParts<S> for Known {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let asked = Asked::from_request_parts(parts, state).await?;
        let directory = asked.directory()?;
        let known = Self::on(asked, directory, parts)?.caught_up(parts).await?;
        if known.caller.has_stale_groups { refresh::groups(known).await } else { Ok(known) }
    }
}

/// Whether a request is of those that lead to a password of one's own, or out: what a page for it asks, too.
fn leads_to_own_password(method: &Method, path: &str) -> bool {
    match path {
        "/me" | "/auth/session" => matches!(*method, Method::GET | Method::HEAD),
        "/me/password" | "/auth/logout" => *method == Method::POST,
        other => other == "/auth/step-up" || other.starts_with("/auth/step-up/"),
    }
}

/// Somebody, or nobody: for what both may ask.
#[derive(Debug)]
pub(crate) struct MaybeKnown(pub(crate) Option<Known>);

impl<S: Sync> FromRequestParts<S> for MaybeKnown {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Known::from_request_parts(parts, state).await {
            Ok(known) => Ok(Self(Some(known))),
            Err(problem) if problem.is_unauthorized() => Ok(Self(None)),
            Err(problem) => Err(problem),
        }
    }
}

fn presented(headers: &HeaderMap) -> Result<Option<Presented>, Problem> {
    if let Some(value) = headers.get(AUTHORIZATION) {
        let text = value.to_str().ok().filter(|text| text.len() <= MAX_TOKEN);
        let token = text.and_then(|text| {
            let (scheme, token) = text.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
        });
        return match token {
            Some(token) if !token.is_empty() => Ok(Some(Presented::Bearer(token))),
            _ => Err(Problem::login_required()),
        };
    }
    Ok(cookie(headers, COOKIE_NAME).map(Presented::Cookie))
}

/// The value of a cookie.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).find_map(|line| {
        line.split(';').find_map(|pair| {
            let (found, value) = pair.trim().split_once('=')?;
            (found == name && value.len() <= MAX_TOKEN).then(|| value.to_owned())
        })
    })
}

/// What the store knows a token by.
pub(crate) fn token_hash(token: &str) -> String {
    HEXLOWER.encode(digest(&SHA256, token.as_bytes()).as_ref())
}

/// Whose sign-in a token belongs to, if it goes on. It is in use then, and goes on for longer.
fn signed_in(
    asked: &Asked,
    directory: &Directory,
    token: &str,
    around: Circumstances,
) -> Result<BrokerCaller, Problem> {
    let broker = directory.broker();
    let login = broker.logins.named(&token_hash(token)).ok_or_else(Problem::login_required)?;
    let now = asked.seconds();
    let idle = i64::from(broker.settings().idle_minutes) * 60;
    let seen = login.value.seen;
    if now >= login.value.expires || now.saturating_sub(seen) >= idle {
        return Err(Problem::login_expired());
    }
    let caller = BrokerCaller::of_login(directory, login, around).ok_or_else(Problem::login_required)?;
    if now.saturating_sub(seen) >= SEEN_RESOLUTION_SECS {
        see(asked, login, now);
    }
    Ok(caller)
}

/// Notes that a sign-in is in use. Nobody waits for it: the next request would note it again.
fn see(asked: &Asked, login: &Stored<Login>, now: i64) {
    let server = Arc::clone(&asked.server);
    let id = login.id.clone();
    tokio::spawn(async move {
        let actor = Actor::server(now);
        let seen = server
            .change_broker(actor, move |change| {
                let Ok(old) = change.current::<Login>(id.as_str(), None) else { return Ok(()) };
                if old.value.seen < now {
                    let value = Login { seen: now, ..old.value.clone() };
                    change.put(Stored { value, ..Stored::clone(&old) });
                }
                Ok(())
            })
            .await;
        if let Err(problem) = seen {
            tracing::warn!(code = problem.code(), "the use of a sign-in could not be noted");
        }
    });
}

/// The system caller whose own token this is: `rgt_`, its id's ULID, `_`, and a secret.
fn system_caller(directory: &Directory, token: &str, around: Circumstances) -> Result<BrokerCaller, Problem> {
    let ulid = token.strip_prefix("rgt_").and_then(|rest| rest.split_once('_')).map(|(ulid, _)| ulid);
    let id = format!("sys_{}", ulid.unwrap_or_default());
    let held = directory.broker().system_callers.get(&id).ok_or_else(Problem::login_required)?;
    let SystemAuth::Token { hash, expires_at, .. } = &held.value.auth else {
        return Err(Problem::login_required());
    };
    let presented = token_hash(token);
    constant_time::verify_slices_are_equal(presented.as_bytes(), hash.as_bytes())
        .map_err(|_| Problem::login_required())?;
    if around.now >= *expires_at {
        return Err(Problem::login_expired());
    }
    BrokerCaller::of_system_caller(held, around).map_err(|_| Problem::login_required())
}

/// What a browser must send with every write: known to whoever can read the API's answers, and to no other site.
pub(crate) fn csrf(token: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, token.as_bytes());
    URL_SAFE_NO_PAD.encode(hmac::sign(&key, b"regent csrf 1").as_ref())
}

fn check_csrf(headers: &HeaderMap, expected: &str) -> Result<(), Problem> {
    let given = headers.get(&CSRF_HEADER).map(http::HeaderValue::as_bytes).unwrap_or_default();
    constant_time::verify_slices_are_equal(given, expected.as_bytes()).map_err(|_| {
        Problem::new(
            StatusCode::FORBIDDEN,
            "csrf",
            "the request does not prove that it comes from the console",
        )
        .fix("send `X-Regent-CSRF` with what `/auth/session` tells")
    })
}

/// A browser says where a write comes from; another site is refused.
pub(crate) fn check_origin(headers: &HeaderMap, asked: &Asked, settings: &Settings) -> Result<(), Problem> {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let foreign = || Problem::new(StatusCode::FORBIDDEN, "csrf", "the request comes from another site");
    match text(&FETCH_SITE) {
        // The browser's own word, which no page can write: it knows what it calls this server, whatever stands between.
        Some("same-origin") => return Ok(()),
        Some("none") | None => {}
        Some(_) => return Err(foreign()),
    }
    match text(&ORIGIN) {
        Some(origin) if !asked.is_own_origin(origin, settings) => Err(foreign()),
        Some(_) | None => Ok(()),
    }
}

/// With what.
pub(crate) fn user_agent(headers: &HeaderMap) -> Option<Box<str>> {
    let text = headers.get(USER_AGENT)?.to_str().ok()?;
    Some(text.chars().take(MAX_USER_AGENT).collect::<String>().into())
}
