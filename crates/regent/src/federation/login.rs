//! `login`: a sign-in token becomes a session in the browser that shows it.

use axum::response::Response;
use http::StatusCode;
use http::header::{LOCATION, SET_COOKIE};
use regent_store::directory::Directory;
use regent_store::entity::Seconds;
use regent_wire::Fault;
use regent_wire::protocol::query::Form;

use super::console_session::{ConsoleSession, Entry};
use super::destination::{self, Destination, DestinationError};
use super::event::Event;
use super::page::Page;
use super::ticket::SigninTicket;
use super::{Visit, reply};
use crate::fault;

/// How long a login URL is good.
const URL_SECS: Seconds = 900;

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
enum LoginError {
    #[error("the sign-in token is missing or not one of this server: get a new login URL")]
    Token,
    #[error("the login URL is older than 15 minutes: get a new one")]
    Late,
    #[error(
        "the session is over, or the role or user behind it is gone: get new credentials and a new login URL"
    )]
    Ended,
    #[error("`Destination` is refused: {0}")]
    Destination(#[from] DestinationError),
    #[error("`Issuer` must be a URL with http or https, of at most 512 bytes")]
    Issuer,
    #[error("another session is open in this browser: sign out first, then open the link again")]
    Other,
    #[error("another site has sent the browser here with a form: open the login URL as a link")]
    Form,
    #[error(
        "the session does not fit into a cookie: use a shorter `Issuer`, or fewer session policies and tags"
    )]
    TooLarge,
    #[error("the server cannot answer now; try again later")]
    Unavailable(#[from] Fault),
}

impl LoginError {
    const fn status(&self) -> StatusCode {
        match self {
            Self::Late | Self::Ended | Self::Form => StatusCode::FORBIDDEN,
            Self::Other => StatusCode::CONFLICT,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Token | Self::Destination(_) | Self::Issuer | Self::TooLarge => StatusCode::BAD_REQUEST,
        }
    }

    /// What records call it.
    const fn code(&self) -> &'static str {
        match self {
            Self::Token => "InvalidClientTokenId",
            Self::Late | Self::Ended => "ExpiredToken",
            Self::Unavailable(_) => "ServiceUnavailable",
            Self::Destination(_) | Self::Issuer | Self::Other | Self::Form | Self::TooLarge => {
                "ValidationError"
            }
        }
    }
}

/// Answers `login`.
///
/// The URL may be opened more than once while it is good. What would forbid that is a note that every node has before it
/// lets anybody in, of something that nothing else is stored for; and a chat or a scanner that looks at the link before
/// the person does would use it up.
pub(super) async fn answer(visit: &Visit, form: &Form) -> Response {
    let mut event = Event::new("ConsoleLogin");
    let answer = match log_in(visit, form, &mut event) {
        Ok((cookie, destination)) => {
            event.tells("LoginTo", destination.without_query());
            let mut answer = reply::new(StatusCode::FOUND, "text/plain", "");
            reply::set(&mut answer, SET_COOKIE, &cookie);
            reply::set(&mut answer, LOCATION, destination.as_str());
            answer
        }
        Err(error) => {
            event.failed(error.code(), &error);
            refusal(visit, &error)
        }
    };
    visit.recorded(event, answer).await
}

fn refusal(visit: &Visit, error: &LoginError) -> Response {
    if let LoginError::Unavailable(fault) = error {
        tracing::warn!(request.id = &*visit.asked.request_id, %fault, cause = fault.cause(), "nobody was signed in");
    }
    let page = Page::new("You are not signed in").says(&sentence(error));
    let page = if matches!(error, LoginError::Other) {
        page.links("/federation?Action=logout", "Sign out")
    } else {
        page
    };
    page.answer(error.status(), &visit.asked.request_id)
}

/// An error as a sentence.
pub(super) fn sentence(error: &dyn std::fmt::Display) -> String {
    let text = error.to_string();
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), rest.as_str()))
}

fn log_in(visit: &Visit, form: &Form, event: &mut Event) -> Result<(String, Destination), LoginError> {
    let (server, now) = (visit.server(), visit.now());
    let snapshot = server.store.current(visit.asked.now.as_microsecond()).map_err(fault::from_store)?;
    let directory: &Directory = &snapshot;
    let ring = server.key_ring(directory)?;
    let token = form.get("SigninToken").unwrap_or_default();
    let SigninTicket { made, held } = SigninTicket::open(&ring, token).ok_or(LoginError::Token)?;
    event.claimed(&held.access_key_id);
    // Nodes' clocks differ a little: a token of the near future is one of now.
    if now - made >= URL_SECS {
        return Err(LoginError::Late);
    }
    let open = server.living_session(directory, &held.access_key_id, &held.token, now);
    let open = open.map_err(|_| LoginError::Ended)?;
    let caller = server.session_caller(directory, &open).map_err(|_| LoginError::Ended)?;
    event.caller = Some(caller);
    let asked = form.get("Destination").unwrap_or_default();
    let destination = Destination::parse(asked, visit.authority(), &visit.listed())?;
    let issuer = match form.get("Issuer").unwrap_or_default() {
        "" => None,
        text => Some(destination::issuer(text).ok_or(LoginError::Issuer)?),
    };
    check_other(visit, &held.access_key_id)?;
    let entry = Entry { held, expires: open.session.expires, issuer, label: None };
    let cookie = entry.cookie(visit)?.ok_or(LoginError::TooLarge)?;
    Ok((cookie, destination))
}

/// Another site must not change in silence who somebody is: what they do next would be done as another.
fn check_other(visit: &Visit, access_key_id: &str) -> Result<(), LoginError> {
    if !visit.is_of_another_site() {
        return Ok(());
    }
    // A browser keeps the cookie to itself when a page of a stranger's site sends a form, and would take another one.
    if !visit.parts.method.is_safe() && visit.header("sec-fetch-site") == Some("cross-site") {
        return Err(LoginError::Form);
    }
    let now_micros = visit.asked.now.as_microsecond();
    match ConsoleSession::from_cookie(visit.server(), &visit.parts.headers, now_micros) {
        Some(session) if *session.held.access_key_id != *access_key_id => Err(LoginError::Other),
        Some(_) | None => Ok(()),
    }
}
