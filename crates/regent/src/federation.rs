//! AWS's federation protocol, served by Regent itself: temporary credentials become a session in a browser.
//!
//! ```text
//! a script    /federation?Action=getSigninToken   credentials  → SigninToken      exchange.rs
//! a browser   /federation?Action=login            SigninToken  → cookie, redirect  login.rs
//! a browser   /console/api/aws                    cookie       → a call, signed    call.rs
//! a browser   /switchrole                         cookie       → another cookie    switch_role.rs
//! a browser   /federation?Action=logout           cookie       → none              logout.rs
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

use axum::Router;
use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::response::Response;
use axum::routing::{get, post};
use bytes::Bytes;
use http::StatusCode;
use http::request::Parts;
use http_body_util::BodyExt as _;
use regent_store::entity::Seconds;
use regent_wire::protocol::query::{Form, FormLimits, ParseFormError};

use crate::entropy;
use crate::http::listener::Peer;
use crate::pipeline::{as_text, ids};
use crate::rest::asked::Asked;
use crate::rest::problem::Problem;
use crate::server::Server;

mod call;
mod console_session;
mod cookie;
mod destination;
mod event;
mod exchange;
mod login;
mod logout;
mod page;
mod reply;
mod session_json;
mod switch_role;
mod ticket;

pub use destination::{Destination, DestinationError};
pub use session_json::{SessionJson, SessionJsonError};
pub use switch_role::{SwitchRole, SwitchRoleError};

pub(crate) use exchange::LONGEST_CONSOLE_SECS;

/// Bounds of a form: a token in a URL is the longest thing there is.
const FORM: FormLimits = FormLimits { bytes: 32 << 10, parameters: 32, name_bytes: 64, depth: 8 };

/// A request to one of these paths, and everything about it that is no part of it.
#[derive(Debug)]
struct Visit {
    asked: Asked,
    parts: Parts,
    body: Bytes,
    event_id: Box<str>,
}

impl Visit {
    fn server(&self) -> &Arc<Server> {
        &self.asked.server
    }

    /// When it came, in seconds.
    fn now(&self) -> Seconds {
        self.asked.seconds()
    }

    fn peer(&self) -> Peer {
        Peer { source_ip: Arc::clone(&self.asked.source_ip), is_secure: self.asked.is_secure }
    }

    /// The host and port that the client asked for: what a browser calls this server.
    fn authority(&self) -> &str {
        self.asked.authority()
    }

    /// The origins besides that, which a browser may be sent to: what the operator has listed, and what people call
    /// this server where something stands in front of it.
    fn listed(&self) -> Vec<String> {
        let settings = self.server().store.picture().broker().settings();
        let external = self.asked.external_url(&settings).and_then(|url| url::Url::parse(&url).ok());
        let external = external.map(|url| url.origin().ascii_serialization());
        self.server().config.console_destinations.iter().cloned().chain(external).collect()
    }

    /// Whether the browser says that a page of another origin has sent it here: who serves a neighbour's name is somebody
    /// else as well.
    fn is_of_another_site(&self) -> bool {
        matches!(self.header("sec-fetch-site"), Some("cross-site" | "same-site"))
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
        let body = if is_form { &*self.body } else { &[] };
        read_form(self.parts.uri.query().unwrap_or_default().as_bytes(), body)
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

/// What answers at these paths.
pub(crate) fn routes() -> Router {
    let federation = async |visit: Visit| federation(&visit).await;
    let switch_role = async |visit: Visit| switch_role::answer(&visit).await;
    let call = async |visit: Visit| call::answer(&visit).await;
    let session = async |visit: Visit| console_session::describe(&visit);
    Router::new()
        .route("/federation", get(federation).post(federation))
        .route("/switchrole", get(switch_role).post(switch_role))
        .route("/console/api/aws", post(call))
        .route("/console/api/session", get(session))
}

impl<S: Sync> FromRequest<S> for Visit {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let asked = Asked::from_request_parts(&mut parts, state).await?;
        let (event_id, _) = ids(entropy::bytes().map_err(Problem::internal)?);
        // It was read within the server's bounds before it came here.
        let body = body.collect().await.map_err(Problem::internal)?.to_bytes();
        Ok(Self { asked, parts, body, event_id: as_text(&event_id).into() })
    }
}

async fn federation(visit: &Visit) -> Response {
    let form = match visit.form() {
        Ok(form) => form,
        Err(error) => return reply::refusal(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    match form.get("Action") {
        Some("getSigninToken") => exchange::answer(visit, &form).await,
        Some("login") => login::answer(visit, &form).await,
        Some("logout") => logout::answer(visit, &form).await,
        Some(_) | None => {
            let expected = "`Action` must be `getSigninToken`, `login` or `logout`";
            reply::refusal(StatusCode::BAD_REQUEST, expected)
        }
    }
}
