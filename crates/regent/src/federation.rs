//! AWS's federation protocol, served by Regent itself: temporary credentials become a session in a browser.
//!
//! ```text
//! a script    /federation?Action=getSigninToken   credentials  → SigninToken      exchange.rs
//! a browser   /federation?Action=login            SigninToken  → cookie, redirect  login.rs
//! a browser   /console/api/aws                    cookie       → a call, signed    call.rs
//! a browser   /switchrole                         cookie       → another cookie    switch_role.rs
//! a browser   /federation?Action=logout           cookie       → none              login.rs
//! ```
//!
//! The script is the classic one for any AWS account, unchanged but for its endpoints. Nothing is stored: the cookie is
//! sealed and holds the session's token, and a call that a page makes is signed with the session's own secret inside
//! the process and goes the way of every call. There is no second way to be somebody.
//!
//! AWS: IAM User Guide, "Enable custom identity broker access to the AWS console".
//!
//! The module is public for what reads a stranger's bytes in it, so that a fuzzer can hold it in its hands.

use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Response, StatusCode};
use http_body_util::Full;
use jiff::Timestamp;
use regent_store::entity::Seconds;
use regent_wire::protocol::query::{Form, FormLimits, ParseFormError};

use crate::entropy;
use crate::http::listener::Peer;
use crate::pipeline::{as_text, ids};
use crate::server::Server;

mod call;
mod console_session;
mod cookie;
mod destination;
mod event;
mod exchange;
mod login;
mod page;
mod reply;
mod session_json;
mod switch_role;
mod ticket;

pub use destination::{Destination, DestinationError};
pub use session_json::{SessionJson, SessionJsonError};
pub use switch_role::{SwitchRole, SwitchRoleError};

/// Bounds of a form: a token in a URL is the longest thing there is.
const FORM: FormLimits = FormLimits { bytes: 32 << 10, parameters: 32, name_bytes: 64, depth: 8 };

/// A request to one of these paths, and everything about it that is no part of it.
#[derive(Debug)]
struct Visit<'a> {
    server: &'a Arc<Server>,
    parts: &'a Parts,
    body: &'a [u8],
    peer: &'a Peer,
    now: Timestamp,
    request_id: &'a str,
    event_id: &'a str,
}

impl Visit<'_> {
    /// When it came, in seconds.
    fn now(&self) -> Seconds {
        self.now.as_second()
    }

    /// The host and port that the client asked for: what a browser calls this server.
    fn authority(&self) -> &str {
        let asked = || self.parts.headers.get(http::header::HOST)?.to_str().ok();
        self.parts.uri.authority().map(http::uri::Authority::as_str).or_else(asked).unwrap_or_default()
    }

    /// A header's value, if it is there once and a text.
    fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.parts.headers.get_all(name).iter();
        let value = values.next()?.to_str().ok()?;
        values.next().is_none().then_some(value)
    }

    /// The parameters of query string and body. A body of another type than a form has none.
    fn form(&self) -> Result<Form, ParseFormError> {
        let is_form = self.header("content-type").is_some_and(is_form);
        read_form(
            self.parts.uri.query().unwrap_or_default().as_bytes(),
            if is_form { self.body } else { &[] },
        )
    }
}

/// Reads the parameters of a request to these paths: each at most once, and few.
pub fn read_form(query: &[u8], body: &[u8]) -> Result<Form, ParseFormError> {
    Form::parse(query, body, &FORM)
}

fn is_form(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Whether a path is one of these.
pub(crate) fn serves(path: &str) -> bool {
    matches!(path, "/federation" | "/switchrole" | "/console/api/aws" | "/console/api/session")
}

/// Answers a request to one of these paths. Its body was read within the server's bounds.
pub(crate) async fn answer(
    server: &Arc<Server>,
    parts: &Parts,
    body: &[u8],
    peer: &Peer,
) -> Response<Full<Bytes>> {
    let Ok(draw) = entropy::bytes::<32>() else {
        return reply::refusal(StatusCode::SERVICE_UNAVAILABLE, "there is no randomness");
    };
    let (request_id, event_id) = ids(draw);
    let visit = Visit {
        server,
        parts,
        body,
        peer,
        now: server.clock.now(),
        request_id: as_text(&request_id),
        event_id: as_text(&event_id),
    };
    let path = parts.uri.path();
    let is_open = match path {
        "/federation" | "/switchrole" => matches!(parts.method, Method::GET | Method::POST),
        "/console/api/aws" => parts.method == Method::POST,
        _ => parts.method == Method::GET,
    };
    if !is_open {
        return reply::refusal(StatusCode::METHOD_NOT_ALLOWED, "the method is not one of this path's");
    }
    match path {
        "/federation" => federation(&visit).await,
        "/switchrole" => switch_role::answer(&visit).await,
        "/console/api/aws" => call::answer(&visit).await,
        "/console/api/session" => console_session::describe(&visit),
        _ => reply::refusal(StatusCode::NOT_FOUND, "there is nothing at this path"),
    }
}

async fn federation(visit: &Visit<'_>) -> Response<Full<Bytes>> {
    let form = match visit.form() {
        Ok(form) => form,
        Err(error) => return reply::refusal(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    match form.get("Action") {
        Some("getSigninToken") => exchange::answer(visit, &form).await,
        Some("login") => login::answer(visit, &form).await,
        Some("logout") => login::logout(visit, &form).await,
        Some(_) | None => {
            let expected = "`Action` must be `getSigninToken`, `login` or `logout`";
            reply::refusal(StatusCode::BAD_REQUEST, expected)
        }
    }
}
