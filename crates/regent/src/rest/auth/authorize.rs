//! Letting in a command line on the same machine: `/auth/authorize`.
//!
//! RFC 8252, "OAuth 2.0 for Native Apps". RFC 7636, "Proof Key for Code Exchange".

use axum::Json;
use regent_broker::{Id, Login, LoginKind, Stored};
use serde::{Deserialize, Serialize};
use url::{Host, Url};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::factor;
use crate::rest::body::JsonBody;
use crate::rest::caller::Known;
use crate::rest::problem::Problem;
use crate::signin::ticket::{self, Purpose};

/// How long a code is good: the command line trades it at once.
const CODE_SECS: i64 = 60;
/// Characters of a challenge: 256 bits in base64url.
const CHALLENGE_CHARACTERS: usize = 43;
const MAX_STATE: usize = 512;
const MAX_CLIENT: usize = 128;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(authorize))
}

/// What a command line asks for, by way of its user's browser.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = AuthorizationWish)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Where it listens: `http://127.0.0.1:PORT/callback`.
    #[schema(max_length = 200)]
    redirect_uri: String,
    /// The hash of what it will show.
    #[schema(min_length = 43, max_length = 43)]
    code_challenge: String,
    /// What it knows the answer by.
    #[schema(max_length = 512)]
    state: String,
    /// What it calls itself, for people.
    #[serde(default)]
    #[schema(max_length = 128)]
    client: String,
}

/// Where to send the browser.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuthorizationGranted)]
struct Granted {
    /// The command line's own address, with the code.
    redirect_to: String,
}

/// A code, sealed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Code {
    /// The browser's sign-in, which must go on until the code is traded.
    pub(super) login: Id,
    pub(super) redirect_uri: String,
    /// The hash of what the command line will show.
    pub(super) challenge: String,
}

/// Gives the command line on this machine a code, for whoever is signed in in this browser.
#[utoipa::path(post, path = "/auth/authorize", operation_id = "authorizeCommandLine", tag = "Sign in", request_body = Wanted,
    responses((status = 200, body = Granted), (status = "default", body = Problem)))]
async fn authorize(known: Known, JsonBody(wanted): JsonBody<Wanted>) -> Result<Json<Granted>, Problem> {
    let login = browser(&known)?;
    let mut redirect = loopback(&wanted.redirect_uri).ok_or_else(|| {
        let detail = "expected `redirect_uri` to be `http://127.0.0.1:PORT/…`, a place on this machine";
        Problem::bad_request("malformed_redirect_uri", detail)
    })?;
    let is_challenge = wanted.code_challenge.len() == CHALLENGE_CHARACTERS
        && wanted.code_challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if !is_challenge || wanted.state.len() > MAX_STATE || wanted.client.len() > MAX_CLIENT {
        let detail = "expected `code_challenge` by S256, and a short `state` and `client`";
        return Err(Problem::bad_request("malformed_request", detail));
    }
    let code =
        Code { login: login.id.clone(), redirect_uri: wanted.redirect_uri, challenge: wanted.code_challenge };
    let expires = known.asked.seconds() + CODE_SECS;
    let sealed = ticket::seal(&known.asked.server.sealer, Purpose::Authorization, (&code, expires));
    let sealed = sealed.map_err(Problem::internal)?;
    redirect.query_pairs_mut().append_pair("code", &sealed).append_pair("state", &wanted.state);
    Ok(Json(Granted { redirect_to: redirect.into() }))
}

/// The sign-in of a person's browser: nobody else lets a command line in.
pub(super) fn browser(known: &Known) -> Result<&Stored<Login>, Problem> {
    factor::person(known)?;
    let login = known.caller.login.as_deref().filter(|login| login.value.kind == LoginKind::Browser);
    login.ok_or_else(|| Problem::forbidden("only a browser that is signed in lets a command line in"))
}

/// An address on this machine, by number: a name could be answered for by somebody else.
fn loopback(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|_| text.len() <= 200)?;
    let is_here = match url.host()? {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(_) => false,
    };
    let is_plain = url.scheme() == "http"
        && url.port().is_some()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    (is_here && is_plain).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_goes_to_this_machine_alone() {
        for (uri, expected) in [
            ("http://127.0.0.1:49152/callback", true),
            ("http://[::1]:8000/", true),
            ("http://localhost:49152/callback", false),
            ("https://127.0.0.1:49152/callback", false),
            ("http://127.0.0.1/callback", false),
            ("http://127.0.0.1:1@evil.example:80/", false),
            ("http://evil@127.0.0.1:49152/", false),
            ("http://192.0.2.1:49152/callback", false),
            ("http://127.0.0.1:49152/?code=x", false),
            ("http://127.0.0.1:49152/#x", false),
            ("javascript:alert(1)", false),
            ("", false),
        ] {
            assert_eq!(loopback(uri).is_some(), expected, "{uri}");
        }
    }
}
