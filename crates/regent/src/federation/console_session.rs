//! A session in a browser: who the cookie says somebody is.

use std::sync::Arc;

use aws_lc_rs::constant_time;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use regent_store::directory::Directory;
use regent_store::entity::Seconds;
use regent_wire::Fault;

use super::switch_role::Label;
use super::ticket::{ConsoleTicket, Held};
use super::{Visit, cookie, reply};
use crate::authn::OpenSession;
use crate::caller::{Caller, Principal};
use crate::entropy;
use crate::fault;
use crate::rest::caller as rest_caller;
use crate::rest::problem::Problem;
use crate::server::Server;
use crate::time;

/// The header in which a page repeats what `GET /console/api/session` told it.
const CSRF: &str = "x-regent-csrf";

/// A console session that lives.
#[derive(Debug)]
pub(crate) struct ConsoleSession {
    /// Who it acts as: made by authentication, of the session's own token.
    pub(crate) caller: Caller,
    /// The session.
    pub(super) open: Arc<OpenSession>,
    /// What it signs with.
    pub(super) held: Held,
    /// Where to send the person when it ends.
    pub(crate) issuer: Option<Box<str>>,
    /// What the person calls it.
    pub(super) label: Option<Label>,
    /// What a page must repeat with everything it asks for.
    pub(super) csrf: String,
}

/// What a request's cookie comes to.
#[derive(Debug)]
pub(super) enum Presented {
    /// There is none, or none of ours.
    Nothing,
    /// A session that is over, or whose role or user is gone.
    Ended {
        /// Where the person came from.
        issuer: Option<Box<str>>,
    },
    /// A session.
    Living(Box<ConsoleSession>),
}

impl ConsoleSession {
    /// The session whose cookie a browser sent, if it lives.
    pub(crate) fn from_cookie(server: &Server, headers: &HeaderMap, now_micros: i64) -> Option<Self> {
        match Presented::read(server, headers, now_micros).ok()? {
            Presented::Living(session) => Some(*session),
            Presented::Nothing | Presented::Ended { .. } => None,
        }
    }

    /// When it ends.
    pub(crate) fn expires(&self) -> Seconds {
        self.open.session.expires
    }

    /// Refuses what does not come from a page of ours: such a page repeats what only it can read, and the browser
    /// does not say that another site asks. `repeated` is what a form has in place of the header.
    pub(super) fn check_page(&self, visit: &Visit, repeated: Option<&str>) -> Result<(), Problem> {
        let settings = visit.server().store.picture().broker().settings();
        rest_caller::check_origin(&visit.parts.headers, &visit.asked, &settings)?;
        let given = repeated.or_else(|| visit.header(CSRF)).unwrap_or_default();
        constant_time::verify_slices_are_equal(given.as_bytes(), self.csrf.as_bytes()).map_err(|_| {
            let detail = "the request does not prove that it comes from a page of this server";
            Problem::new(StatusCode::FORBIDDEN, "csrf", detail)
                .fix("send `X-Regent-CSRF` with what `/console/api/session` tells")
        })
    }
}

impl Presented {
    /// Reads the cookie. A session is looked at by authentication's own code, as that of a signed call.
    pub(super) fn read(server: &Server, headers: &HeaderMap, now_micros: i64) -> Result<Self, Fault> {
        let Some(text) = rest_caller::cookie(headers, cookie::NAME) else { return Ok(Self::Nothing) };
        let snapshot = server.store.current(now_micros).map_err(fault::from_store)?;
        let directory: &Directory = &snapshot;
        let ring = server.key_ring(directory)?;
        let Some(ticket) = ConsoleTicket::open(&ring, &text) else { return Ok(Self::Nothing) };
        let ConsoleTicket { held, issuer, label } = ticket;
        let now = now_micros.div_euclid(1_000_000);
        let living = server.living_session(directory, &held.access_key_id, &held.token, now);
        let known = living.and_then(|open| Ok((server.session_caller(directory, &open)?, open)));
        Ok(match known {
            Ok((caller, open)) => {
                let csrf = rest_caller::csrf(&text);
                Self::Living(Box::new(ConsoleSession { caller, open, held, issuer, label, csrf }))
            }
            Err(_) => Self::Ended { issuer },
        })
    }
}

/// The session that a request's cookie opens, for a page that cannot do without.
pub(super) fn required(visit: &Visit) -> Result<Box<ConsoleSession>, Problem> {
    match Presented::read(visit.server(), &visit.parts.headers, visit.asked.now.as_microsecond()) {
        Ok(Presented::Living(session)) => Ok(session),
        Ok(Presented::Ended { issuer }) => {
            let problem = Problem::new(StatusCode::UNAUTHORIZED, "session_ended", "the session is over");
            let issuer = issuer.map(String::from);
            Err(problem.fix("sign in again where it was opened").with("issuer", issuer))
        }
        Ok(Presented::Nothing) => {
            let problem = Problem::new(StatusCode::UNAUTHORIZED, "login_required", "nobody is signed in");
            Err(problem.fix("open a login URL"))
        }
        Err(fault) => Err(unavailable(visit, &fault)),
    }
}

/// What a page is told when the server cannot do what it should be able to.
pub(super) fn unavailable(visit: &Visit, fault: &Fault) -> Problem {
    tracing::warn!(request.id = &*visit.asked.request_id, %fault, cause = fault.cause(), "no console session");
    let detail = "the server cannot answer now";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail).fix("try again in a moment")
}

/// A session about to be put into a browser.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) held: Held,
    pub(super) expires: Seconds,
    pub(super) issuer: Option<Box<str>>,
    pub(super) label: Option<Label>,
}

impl Entry {
    /// The header that sets its cookie; none if it does not fit into one.
    pub(super) fn cookie(self, visit: &Visit) -> Result<Option<String>, Fault> {
        let nonce = entropy::bytes().map_err(Fault::internal_failure)?;
        let ticket = ConsoleTicket { held: self.held, issuer: self.issuer, label: self.label };
        if ticket.sealed_length() > cookie::MAX_VALUE_BYTES {
            return Ok(None);
        }
        let ring = visit.server().key_ring(&visit.server().store.picture())?;
        let value = ticket.seal(&ring, visit.now(), nonce).map_err(Fault::internal_failure)?;
        Ok(Some(cookie::set(&value, self.expires - visit.now())))
    }
}

/// `GET /console/api/session`: who is signed in.
pub(super) fn describe(visit: &Visit) -> Response {
    let session = match required(visit) {
        Ok(session) => session,
        Err(problem) => return problem.into_response(),
    };
    let ConsoleSession { caller, open, issuer, label, .. } = &*session;
    let instant = |seconds: Seconds| String::from_utf8_lossy(&time::iso(seconds)).into_owned();
    let snapshot = visit.server().store.picture();
    let account = snapshot.account(caller.account).and_then(|view| view.account());
    reply::json(StatusCode::OK, |json| {
        json.text("arn", &caller.arn);
        json.text("account", caller.account.digits().as_str());
        json.maybe_text("account_alias", account.and_then(|account| account.alias.as_deref()));
        json.text("user_id", &caller.user_id);
        json.text("principal_type", caller.principal_type());
        json.maybe_text("source_identity", caller.source_identity());
        json.text("region", &visit.server().config.region);
        json.text("issued_at", &instant(open.session.issued));
        json.text("expires_at", &instant(session.expires()));
        json.maybe_text("issuer", issuer.as_deref());
        json.maybe_text("display_name", label.as_ref().map(|label| &*label.display_name));
        json.maybe_text("color", label.as_ref().and_then(|label| label.color.as_deref()));
        json.boolean("can_switch_role", matches!(caller.principal, Principal::Role(_)));
        json.text("csrf", &session.csrf);
    })
}
