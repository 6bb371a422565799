//! `getSigninToken`: temporary credentials against a token that a browser may show.
//!
//! Who sends the credentials shows their secret, as in AWS's protocol, instead of signing. Key, secret and token must
//! belong together and be alive; what is checked besides is what AWS's table says of their origin:
//!
//! | credentials of | a console session | `SessionDuration` |
//! |---|---|---|
//! | AssumeRole with a long-term key, or with a proof of an identity provider | yes | 900 to 43200 |
//! | AssumeRole with temporary credentials (role chaining) | yes, as long as the credentials | refused |
//! | GetFederationToken | yes, as long as the credentials | refused |
//! | GetSessionToken, long-term keys | no | |
//!
//! AWS: IAM User Guide, "Enable custom identity broker access to the AWS console".

use axum::response::Response;
use http::StatusCode;
use regent_store::directory::Directory;
use regent_store::entity::Seconds;
use regent_wire::Fault;
use regent_wire::fault::Dialect;
use regent_wire::protocol::query::Form;

use super::event::Event;
use super::session_json::{SessionJson, SessionJsonError};
use super::ticket::{ConsoleTicket, Held, SigninTicket};
use super::{Visit, cookie, reply};
use crate::caller::Principal;
use crate::entropy;
use crate::fault;
use crate::server::Server;
use crate::session::{Session, Subject};

/// What temporary access key ids begin with.
const TEMPORARY: &str = "ASIA";
/// The shortest session that may be asked for.
const MIN_SECS: Seconds = 900;
/// The longest session that may be asked for: how much longer than its credentials a console session can be, at most.
pub(crate) const LONGEST_CONSOLE_SECS: Seconds = 43_200;
/// By how much what is asked for may be later than the end of the credentials and still mean that end.
const A_MOMENT_SECS: Seconds = 60;
/// Room for an `Issuer` in the cookie, when only its session is known yet.
const ISSUER_ROOM: usize = 256;

/// Why there is no sign-in token.
#[derive(Debug, thiserror::Error)]
pub(super) enum ExchangeError {
    #[error("`Session` is missing: give the credentials as JSON")]
    MissingSession,
    #[error(transparent)]
    Session(#[from] SessionJsonError),
    #[error(
        "long-term keys cannot sign in: give the credentials that AssumeRole or GetFederationToken answers"
    )]
    LongTermKey,
    #[error("sessions of GetSessionToken cannot sign in: use AssumeRole or GetFederationToken")]
    UserSession,
    #[error("the credentials are not valid: key, secret and token must come from one answer")]
    InvalidCredentials,
    #[error("the credentials are expired: get new ones")]
    Expired,
    #[error(
        "`SessionDuration` is `{0}`, but it must be a number of seconds from {MIN_SECS} to {LONGEST_CONSOLE_SECS}"
    )]
    Duration(String),
    #[error("`SessionDuration` must be left out for a role that was assumed with temporary credentials")]
    DurationOfChain,
    #[error(
        "`SessionDuration` must be left out for credentials of GetFederationToken: they say how long themselves"
    )]
    DurationOfFederatedUser,
    #[error(
        "the session does not fit into a browser's cookie: use fewer or shorter session policies and tags"
    )]
    TooLarge,
    #[error("the server cannot answer now; try again later")]
    Unavailable(#[source] Fault),
}

impl ExchangeError {
    const fn status(&self) -> StatusCode {
        match self {
            Self::InvalidCredentials | Self::Expired => StatusCode::FORBIDDEN,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::MissingSession
            | Self::Session(_)
            | Self::LongTermKey
            | Self::UserSession
            | Self::Duration(_)
            | Self::DurationOfChain
            | Self::DurationOfFederatedUser
            | Self::TooLarge => StatusCode::BAD_REQUEST,
        }
    }

    /// What records call it.
    const fn code(&self) -> &'static str {
        match self {
            Self::InvalidCredentials => "InvalidClientTokenId",
            Self::Expired => "ExpiredToken",
            Self::Unavailable(_) => "ServiceUnavailable",
            Self::MissingSession
            | Self::Session(_)
            | Self::LongTermKey
            | Self::UserSession
            | Self::Duration(_)
            | Self::DurationOfChain
            | Self::DurationOfFederatedUser
            | Self::TooLarge => "ValidationError",
        }
    }
}

/// Answers `getSigninToken`.
pub(super) async fn answer(visit: &Visit, form: &Form) -> Response {
    let mut event = Event::new("GetSigninToken");
    let answer = match granted(visit, form, &mut event).await {
        Ok(token) => reply::json(StatusCode::OK, |json| json.text("SigninToken", &token)),
        Err(error) => {
            if let ExchangeError::Unavailable(fault) = &error {
                tracing::warn!(request.id = &*visit.asked.request_id, %fault, cause = fault.cause(), "no sign-in token");
            }
            event.failed(error.code(), &error);
            reply::refusal(error.status(), &error.to_string())
        }
    };
    visit.recorded(event, answer).await
}

/// A sign-in token, and what has to be noted before anybody gets it.
struct Exchanged {
    token: String,
    access_key_id: Box<str>,
    /// The longest that a browser can go on, where it may go on longer than the credentials.
    longer_until: Option<Seconds>,
}

/// The token, once it is on record that a browser may go on longer than the credentials: what nobody knows of nobody
/// could end.
async fn granted(visit: &Visit, form: &Form, event: &mut Event) -> Result<String, ExchangeError> {
    let server = visit.server();
    let exchanged = exchange(server, form, visit.asked.now.as_microsecond(), event)?;
    if let Some(until) = exchanged.longer_until {
        let noted = server.note_console(&exchanged.access_key_id, until).await;
        noted.map_err(|error| ExchangeError::Unavailable(fault::from_store(error)))?;
    }
    Ok(exchanged.token)
}

fn exchange(
    server: &Server,
    form: &Form,
    now_micros: i64,
    event: &mut Event,
) -> Result<Exchanged, ExchangeError> {
    let now = now_micros.div_euclid(1_000_000);
    let given = SessionJson::parse(form.get("Session").ok_or(ExchangeError::MissingSession)?)?;
    event.claimed(&given.id);
    if !given.id.starts_with(TEMPORARY) {
        return Err(ExchangeError::LongTermKey);
    }
    let token = given.token.as_ref().ok_or(SessionJsonError::Malformed)?.reveal();
    let snapshot = server
        .store
        .current(now_micros)
        .map_err(|error| ExchangeError::Unavailable(fault::from_store(error)))?;
    let directory: &Directory = &snapshot;
    let open = server.living_session(directory, &given.id, token, now).map_err(refused)?;
    if !open.has_secret(&given.key) {
        return Err(ExchangeError::InvalidCredentials);
    }
    let caller = event.caller.insert(server.session_caller(directory, &open).map_err(refused)?);
    let longest = match &caller.principal {
        Principal::Role(role) => role.max_session_secs.into(),
        Principal::Root | Principal::User(_) | Principal::Federated(_) => 0,
    };
    let expires = expiry(&open.session, form.get("SessionDuration"), longest, now)?;
    let session = Session { expires, is_console: true, ..open.session.clone() };
    Ok(Exchanged {
        token: sign_in(server, directory, &session, now)?,
        access_key_id: session.access_key_id,
        // Only the role lets it go beyond the credentials, and no further than this.
        longer_until: (expires > open.session.expires).then_some(now + longest),
    })
}

/// Whatever authentication says, to somebody who has not signed anything.
fn refused(fault: Fault) -> ExchangeError {
    match fault.code_in(Dialect::Query) {
        "ExpiredToken" => ExchangeError::Expired,
        "InvalidClientTokenId" => ExchangeError::InvalidCredentials,
        _ => ExchangeError::Unavailable(fault),
    }
}

/// When the console session ends. `longest` is what the role allows.
///
/// What is asked for may go beyond the credentials: that is how those of an hour open a console for a day's work. It is
/// cut, not refused, at what the role allows: the classic script asks for twelve hours of any role. Time counts from
/// here and not from the login, so nothing lives longer for having been opened late.
fn expiry(
    session: &Session,
    asked: Option<&str>,
    longest: Seconds,
    now: Seconds,
) -> Result<Seconds, ExchangeError> {
    let asked = match (&session.subject, asked) {
        // CHOICE: AWS's table of credentials says no, its page on GetSessionToken yes.
        (Subject::Root | Subject::User(_), _) => return Err(ExchangeError::UserSession),
        (Subject::Role { .. } | Subject::Federated { .. }, None) => return Ok(session.expires),
        (Subject::Federated { .. }, Some(_)) => return Err(ExchangeError::DurationOfFederatedUser),
        (Subject::Role { .. }, Some(_)) if session.is_chained => return Err(ExchangeError::DurationOfChain),
        (Subject::Role { .. }, Some(asked)) => asked,
    };
    let is_number = asked.len() <= 5 && asked.bytes().all(|byte| byte.is_ascii_digit());
    let secs =
        asked.parse().ok().filter(|secs| is_number && (MIN_SECS..=LONGEST_CONSOLE_SECS).contains(secs));
    let secs = secs.ok_or_else(|| {
        let end = asked.floor_char_boundary(32);
        ExchangeError::Duration(asked.get(..end).unwrap_or_default().to_owned())
    })?;
    // CHOICE: whether AWS cuts, refuses or grants more than the role allows is not documented.
    let until = now + secs.min(longest.max(session.expires - now));
    // Scripts ask for as long as they have asked for credentials, a moment later: that is no longer session.
    let is_moment = (0..A_MOMENT_SECS).contains(&(until - session.expires));
    Ok(if is_moment { session.expires } else { until })
}

/// Seals the session for a browser.
fn sign_in(
    server: &Server,
    directory: &Directory,
    session: &Session,
    now: Seconds,
) -> Result<String, ExchangeError> {
    let unavailable = |fault| ExchangeError::Unavailable(fault);
    let held = hold(server, directory, session, now).map_err(unavailable)?;
    let ticket =
        ConsoleTicket { held: held.clone(), issuer: Some("x".repeat(ISSUER_ROOM).into()), label: None };
    if ticket.sealed_length() > cookie::MAX_VALUE_BYTES {
        return Err(ExchangeError::TooLarge);
    }
    let nonce = entropy::bytes().map_err(Fault::internal_failure).map_err(unavailable)?;
    let ring = server.key_ring(directory).map_err(unavailable)?;
    let ticket = SigninTicket { made: now, held };
    ticket.seal(&ring, nonce).map_err(Fault::internal_failure).map_err(unavailable)
}

/// The token of a console session, which the server keeps to itself.
pub(super) fn hold(
    server: &Server,
    directory: &Directory,
    session: &Session,
    now: Seconds,
) -> Result<Held, Fault> {
    let nonce = entropy::bytes().map_err(Fault::internal_failure)?;
    let ring = server.key_ring(directory)?;
    let (token, _) = ring.seal(session, now, nonce, 0).map_err(Fault::internal_failure)?;
    Ok(Held { access_key_id: session.access_key_id.clone(), token })
}

#[cfg(test)]
mod tests {
    use regent_store::entity::{AccountId, UniqueId};

    use super::*;
    use crate::session::SessionPolicies;

    const NOW: Seconds = 1_800_000_000;

    fn session(subject: Subject, is_chained: bool) -> Session {
        Session {
            access_key_id: "ASIAQNZGKIQY56JQ7WML".into(),
            account: AccountId::new(123_456_789_012).unwrap(),
            subject,
            issued: NOW - 600,
            expires: NOW + 3000,
            policies: SessionPolicies::default(),
            tags: Vec::new(),
            source_identity: None,
            mfa: None,
            is_chained,
            is_console: false,
        }
    }

    #[track_caller]
    fn check(session: &Session, asked: Option<&str>, longest: Seconds, expected: Result<Seconds, &str>) {
        let lasts = expiry(session, asked, longest, NOW).map(|expires| expires - NOW);
        assert_eq!(lasts.map_err(|error| error.to_string()), expected.map_err(str::to_owned), "{asked:?}");
    }

    #[test]
    fn a_role_may_ask_for_longer_than_its_credentials_and_no_longer_than_it_allows() {
        let id: UniqueId = "AROAQNZGKIQYEXAMPLE2A".parse().unwrap();
        let role = session(Subject::Role { id, session_name: "ana".into() }, false);
        for (asked, longest, lasts) in [
            (None, 43_200, 3000),
            (Some("900"), 43_200, 900),
            (Some("3600"), 3600, 3600),
            (Some("43200"), 43_200, 43_200),
            (Some("43200"), 7200, 7200),
            (Some("43200"), 2000, 3000),
        ] {
            check(&role, asked, longest, Ok(lasts));
        }
        for asked in ["899", "43201", "", "0", "-900", "+900", "9e2", "900 ", "1000000", "٩٠٠"] {
            let expected = format!(
                "`SessionDuration` is `{asked}`, but it must be a number of seconds from 900 to 43200"
            );
            check(&role, Some(asked), 43_200, Err(&expected));
        }
    }

    #[test]
    fn others_last_as_long_as_their_credentials_or_do_not_sign_in() {
        let id: UniqueId = "AROAQNZGKIQYEXAMPLE2A".parse().unwrap();
        let chained = session(Subject::Role { id, session_name: "ana".into() }, true);
        let federated = session(Subject::Federated { issuer: None, name: "bob".into() }, false);
        for session in [&chained, &federated] {
            check(session, None, 43_200, Ok(3000));
        }
        check(&chained, Some("900"), 43_200, Err(&ExchangeError::DurationOfChain.to_string()));
        check(&federated, Some("900"), 0, Err(&ExchangeError::DurationOfFederatedUser.to_string()));
        for subject in [Subject::Root, Subject::User(id)] {
            check(&session(subject, false), None, 0, Err(&ExchangeError::UserSession.to_string()));
        }
    }
}
