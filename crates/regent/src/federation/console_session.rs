//! A session in a browser: who the cookie says somebody is.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::ORIGIN;
use http::{HeaderMap, Response, StatusCode};
use http_body_util::Full;
use regent_store::directory::Directory;
use regent_store::entity::Seconds;
use regent_wire::Fault;
use regent_wire::secret::Secret;

use super::switch_role::Label;
use super::ticket::{ConsoleTicket, Held};
use super::{Visit, cookie, reply};
use crate::authn::OpenSession;
use crate::caller::{Caller, Principal};
use crate::entropy;
use crate::fault;
use crate::server::Server;
use crate::time;

/// The header in which a page repeats what [`ConsoleSession::csrf`] gave it.
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
    csrf: [u8; 16],
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

    /// What a page must repeat with everything it asks for.
    pub(super) fn csrf(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.csrf)
    }

    /// Whether a request comes from a page of ours: it repeats what only such a page can read, and the browser says so.
    ///
    /// `repeated` is what a form has in place of the header.
    pub(super) fn is_asked_by_own_page(
        &self,
        headers: &HeaderMap,
        authority: &str,
        repeated: Option<&str>,
    ) -> bool {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let repeated = repeated.or_else(|| header(CSRF)).unwrap_or_default();
        let is_known = Secret::new(repeated.to_owned()) == Secret::new(self.csrf());
        let is_own_origin = || {
            let origin = header(ORIGIN.as_str())?;
            let own = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"))?;
            Some(own.eq_ignore_ascii_case(authority))
        };
        // Only a browser can set the first, and every present one does; what does not is asked for the second.
        let is_own = header("sec-fetch-site").map(|site| site == "same-origin");
        is_known && is_own.or_else(is_own_origin).unwrap_or(false)
    }
}

impl Presented {
    /// Reads the cookie. A session is looked at by authentication's own code, as that of a signed call.
    pub(super) fn read(server: &Server, headers: &HeaderMap, now_micros: i64) -> Result<Self, Fault> {
        let Some(text) = cookie::find(headers) else { return Ok(Self::Nothing) };
        let snapshot = server.store.current(now_micros).map_err(fault::from_store)?;
        let directory: &Directory = &snapshot;
        let ring = server.key_ring(directory)?;
        let Some(ticket) = ConsoleTicket::open(&ring, text) else { return Ok(Self::Nothing) };
        let ConsoleTicket { held, csrf, issuer, label } = ticket;
        let now = now_micros.div_euclid(1_000_000);
        let living = server.living_session(directory, &held.access_key_id, &held.token, now);
        let known = living.and_then(|open| Ok((server.session_caller(directory, &open)?, open)));
        Ok(match known {
            Ok((caller, open)) => {
                Self::Living(Box::new(ConsoleSession { caller, open, held, issuer, label, csrf }))
            }
            Err(_) => Self::Ended { issuer },
        })
    }
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
    pub(super) fn cookie(self, visit: &Visit<'_>) -> Result<Option<String>, Fault> {
        let csrf = entropy::bytes().map_err(Fault::internal_failure)?;
        let nonce = entropy::bytes().map_err(Fault::internal_failure)?;
        let ticket = ConsoleTicket { held: self.held, csrf, issuer: self.issuer, label: self.label };
        if ticket.sealed_length() > cookie::MAX_VALUE_BYTES {
            return Ok(None);
        }
        let ring = visit.server.key_ring(&visit.server.store.picture())?;
        let value = ticket.seal(&ring, visit.now(), nonce).map_err(Fault::internal_failure)?;
        Ok(Some(cookie::set(&value, self.expires - visit.now())))
    }
}

/// What a page is told when nobody is signed in, and where they came from if that is known.
pub(super) fn nobody(issuer: Option<&str>) -> Response<Full<Bytes>> {
    let (code, detail) = match issuer {
        Some(_) => ("session_ended", "the session is over: sign in again where it was opened"),
        None => ("login_required", "nobody is signed in: open a login URL"),
    };
    reply::problem(StatusCode::UNAUTHORIZED, code, detail, |json| json.maybe_text("issuer", issuer))
}

/// What a page is told when the server cannot say who is signed in.
pub(super) fn unavailable(visit: &Visit<'_>, fault: &Fault) -> Response<Full<Bytes>> {
    tracing::warn!(request.id = visit.request_id, %fault, cause = fault.cause(), "no console session");
    let detail = "the server cannot answer now; try again later";
    reply::problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail, |_| {})
}

/// `GET /console/api/session`: who is signed in.
pub(super) fn describe(visit: &Visit<'_>) -> Response<Full<Bytes>> {
    let headers = &visit.parts.headers;
    let session = match Presented::read(visit.server, headers, visit.now.as_microsecond()) {
        Ok(Presented::Living(session)) => session,
        Ok(Presented::Ended { issuer }) => return nobody(issuer.as_deref()),
        Ok(Presented::Nothing) => return nobody(None),
        Err(fault) => return unavailable(visit, &fault),
    };
    let ConsoleSession { caller, open, issuer, label, .. } = &*session;
    let instant = |seconds: Seconds| String::from_utf8_lossy(&time::iso(seconds)).into_owned();
    let snapshot = visit.server.store.picture();
    let account = snapshot.account(caller.account).and_then(|view| view.account());
    reply::json(StatusCode::OK, |json| {
        json.text("arn", &caller.arn);
        json.text("account", caller.account.digits().as_str());
        json.maybe_text("account_alias", account.and_then(|account| account.alias.as_deref()));
        json.text("user_id", &caller.user_id);
        json.text("principal_type", caller.principal_type());
        json.maybe_text("source_identity", caller.source_identity());
        json.text("region", &visit.server.config.region);
        json.text("issued_at", &instant(open.session.issued));
        json.text("expires_at", &instant(session.expires()));
        json.maybe_text("issuer", issuer.as_deref());
        json.maybe_text("display_name", label.as_ref().map(|label| &*label.display_name));
        json.maybe_text("color", label.as_ref().and_then(|label| label.color.as_deref()));
        json.boolean("can_switch_role", matches!(caller.principal, Principal::Role(_)));
        json.text("csrf", &session.csrf());
    })
}
