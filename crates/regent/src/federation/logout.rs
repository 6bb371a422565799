//! `logout`: the session leaves the browser.

use axum::response::{IntoResponse as _, Response};
use http::header::{LOCATION, SET_COOKIE};
use http::{Method, StatusCode};
use regent_wire::protocol::query::Form;

use super::console_session::{ConsoleSession, Presented, unavailable};
use super::destination::{self, Destination, DestinationError};
use super::event::Event;
use super::login::sentence;
use super::page::Page;
use super::{Visit, cookie, reply};

/// Answers `logout`. With or without a session, the cookie is gone afterwards.
///
/// While somebody is signed in, another site does not sign them out: it could sign in somebody else then. They are
/// asked, and the page's button is a form that only this server's pages can send.
pub(super) async fn answer(visit: &Visit, form: &Form) -> Response {
    let presented = Presented::read(visit.server(), &visit.parts.headers, visit.asked.now.as_microsecond());
    let (session, issuer) = match presented {
        Ok(Presented::Living(session)) => (Some(session), None),
        Ok(Presented::Ended { issuer }) => (None, issuer),
        Err(fault) if visit.is_of_another_site() => return unavailable(visit, &fault).into_response(),
        Ok(Presented::Nothing) | Err(_) => (None, None),
    };
    let is_form = visit.parts.method == Method::POST;
    let is_refused = match &session {
        Some(session) => is_form && session.check_page(visit, form.get("csrf")).is_err(),
        // A browser keeps the cookie to itself when another site sends a form, and would take an empty one.
        None => is_form && visit.is_of_another_site(),
    };
    if is_refused {
        let page = Page::new("You are not signed out")
            .says("The request did not come from the page that asks for it: open the link again.");
        return page.answer(StatusCode::FORBIDDEN, &visit.asked.request_id);
    }
    if let Some(session) = session.as_ref().filter(|_| !is_form && visit.is_of_another_site()) {
        return question(visit, session, form);
    }
    let issuer = session.as_ref().map_or(issuer, |session| session.issuer.clone());
    let asked = form.get("redirect_uri").map(|uri| leave(visit, uri, issuer.as_deref()));
    let page = farewell(issuer.as_deref());
    let mut answer = match asked {
        None => page.answered(visit),
        // The page that asked lets its form lead nowhere but here.
        Some(Ok(to)) if is_form => page.links(&to, "Go on").answered(visit),
        Some(Ok(to)) => {
            let mut answer = reply::new(StatusCode::FOUND, "text/plain", "");
            reply::set(&mut answer, LOCATION, &to);
            answer
        }
        Some(Err(error)) => {
            let why = sentence(&format!("`redirect_uri` is refused: {error}"));
            page.says(&why).answer(StatusCode::BAD_REQUEST, &visit.asked.request_id)
        }
    };
    reply::set(&mut answer, SET_COOKIE, &cookie::clear());
    let Some(session) = session else { return answer };
    let mut event = Event::new("ConsoleLogout");
    event.caller = Some(session.caller);
    visit.recorded(event, answer).await
}

fn question(visit: &Visit, session: &ConsoleSession, form: &Form) -> Response {
    let to = form.get("redirect_uri").unwrap_or_default();
    let fields = [("Action", "logout"), ("redirect_uri", to), ("csrf", &*session.csrf)];
    Page::new("Sign out?")
        .says("Another site asks to end the session that is open in this browser.")
        .lists(&[("Signed in as", &session.caller.arn), ("Afterwards", to)])
        .asks("/federation", &fields, "Sign out")
        .links("/console/session", "Stay signed in")
        .answered(visit)
}

fn farewell(issuer: Option<&str>) -> Page {
    let page = Page::new("You are signed out").says("The session has left this browser.");
    match issuer {
        Some(issuer) => page.links(issuer, "Sign in again"),
        None => page,
    }
}

/// Where to after signing out: a destination like any other, or where the session came from.
///
/// A login URL is one more only for who has opened the link by hand: scripts sign a browser out and in again with one
/// address, because one browser holds one session. A page could do so with a session of its choosing.
fn leave(visit: &Visit, uri: &str, issuer: Option<&str>) -> Result<String, DestinationError> {
    let (authority, listed) = (visit.authority(), visit.listed());
    let is_by_hand = visit.header("sec-fetch-site") == Some("none");
    match Destination::parse(uri, authority, &listed) {
        Ok(read) => Ok(read.as_str().to_owned()),
        Err(DestinationError::Entrance) if is_by_hand => {
            Ok(Destination::login_url(uri, authority, &listed)?.as_str().to_owned())
        }
        Err(error @ DestinationError::Elsewhere) => {
            destination::issuer(uri).filter(|asked| issuer == Some(asked)).map(Into::into).ok_or(error)
        }
        Err(error) => Err(error),
    }
}
