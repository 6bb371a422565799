//! Signing in and out: `/auth`, and what people change about how they sign in: `/me/password`, `/me/totp`, `/me/passkeys`.
//!
//! What is shown is judged in [`signin`](crate::signin); here it becomes a sign-in, a record and an answer. Whoever fails learns
//! no more than that they failed: not whether the name exists, nor what was wrong.

use std::sync::Arc;

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use regent_broker::{IdentitySource, Login, Stored};
use regent_wire::secret::Secret;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::{Known, MaybeKnown};
use super::cookie;
use super::me::Me;
use super::problem::Problem;
use crate::broker::caller::BrokerCaller;
use crate::broker::change::Actor;
use crate::broker::issued::By;
use crate::broker::journal::{self, Action, Event};
use crate::seal::place;
use crate::server::Server;

mod authorize;
mod device;
mod door;
mod factor;
mod openid;
mod passkey;
mod passkeys;
mod password;
pub(super) mod refresh;
mod sign_in;
mod step_up;
mod token;
mod totp;

#[cfg(test)]
mod tests;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(get_session))
        .routes(routes!(log_out))
        .merge(sign_in::routes())
        .merge(passkey::routes())
        .merge(openid::routes())
        .merge(step_up::routes())
        .merge(authorize::routes())
        .merge(device::routes())
        .merge(token::routes())
        .merge(password::routes())
        .merge(totp::routes())
        .merge(passkeys::routes())
}

/// Whether somebody is signed in, and who.
#[derive(Debug, Serialize, ToSchema)]
struct Session {
    /// Whether somebody is.
    signed_in: bool,
    /// What a browser sends as `X-Regent-CSRF` with every write.
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf: Option<String>,
    /// Who.
    #[serde(skip_serializing_if = "Option::is_none")]
    me: Option<Me>,
}

/// Tells who is signed in, if anybody is.
#[utoipa::path(get, path = "/auth/session", operation_id = "getSession", tag = "Sign in",
    responses((status = 200, body = Session), (status = "default", body = Problem)))]
async fn get_session(MaybeKnown(known): MaybeKnown) -> Json<Session> {
    let Some(known) = known else { return Json(Session { signed_in: false, csrf: None, me: None }) };
    let settings = known.directory.broker().settings();
    let me = Me::of(&known.caller, &settings, known.csrf.clone());
    Json(Session { signed_in: true, csrf: known.csrf, me: Some(me) })
}

/// Where else to sign out.
#[derive(Debug, Serialize, ToSchema)]
struct LoggedOut {
    /// Where the identity provider ends its own session: a page to go to.
    end_session_url: String,
}

/// Ends the sign-in, here and at once. If the identity provider has a page that ends its session too, tells which.
#[utoipa::path(post, path = "/auth/logout", operation_id = "logOut", tag = "Sign in",
    responses((status = 200, body = LoggedOut), (status = 204), (status = "default", body = Problem)))]
async fn log_out(known: Known) -> Result<Response, Problem> {
    let login = known.caller.login.clone().ok_or_else(|| {
        let detail = "a system caller's own token is no sign-in";
        Problem::bad_request("not_a_sign_in", detail).fix("rotate the token, if it must end")
    })?;
    let event = known.asked.server.event_of(&known.caller, Action::LOGOUT).map_err(Problem::internal)?;
    let (server, caller) = (Arc::clone(&known.asked.server), known.caller.clone());
    let (ended, now) = (Arc::clone(&login), known.asked.seconds());
    // A browser that hangs up in the middle signs out all the same.
    let ending = tokio::spawn(async move { end(&server, (&caller, &ended), event, now).await });
    ending.await.map_err(Problem::internal)??;
    let url = end_session_url(&known, &login).await;
    let mut response = match url {
        Some(url) => Json(LoggedOut { end_session_url: url }).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    };
    cookie::clear(response.headers_mut());
    Ok(response)
}

/// Ends a sign-in and, where that is possible, what it earned: that first, so that whoever is told of a failure can sign out
/// again. Once the sign-in is gone, nothing is told as a failure.
async fn end(
    server: &Server,
    (caller, login): (&BrokerCaller, &Stored<Login>),
    event: Event,
    now: i64,
) -> Result<(), Problem> {
    let by = journal::Actor::from(caller);
    let revoke = || server.revoke_sessions((By::Login, login.whole().as_str()), &by, Some("signed out"));
    revoke().await.map_err(Problem::internal)?;
    server.end_login(login, Actor::silent(caller.id(), now), Some(event)).await?;
    // What was drawn in between, too.
    if let Err(error) = revoke().await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "what was drawn while somebody signed out could not be revoked"
        );
    }
    Ok(())
}

/// Where the provider ends its session. Signing out here does not wait for providers that cannot be asked.
async fn end_session_url(known: &Known, login: &Stored<Login>) -> Option<String> {
    let source = login.value.via.strip_prefix("oidc:")?;
    let source = known.directory.broker().identity_sources.get(source)?;
    let server = &known.asked.server;
    let token = login
        .value
        .sealed_id_token
        .as_ref()
        .and_then(|sealed| server.sealer.open_text(&place::id_token(login.value.who.id()), sealed).ok());
    let here = door::public_url(&known.asked, &known.directory.broker().settings()).ok()?;
    let after = here.join("/console/").ok()?;
    let provider = openid::Provider::of(server, source).ok()?;
    let client = provider.client("");
    let now = known.asked.seconds();
    let asked =
        server.sign_in.openid.end_session_url(&provider.web, client, (token.as_ref(), &after), now).await;
    asked.ok().flatten().map(String::from)
}

/// Opens the secret of the client that this server is at a provider.
fn client_secret(
    server: &Server,
    source: &Stored<IdentitySource>,
) -> Result<Option<Secret<String>>, Problem> {
    let Some(sealed) = &source.value.sealed_client_secret else { return Ok(None) };
    let place = place::identity_source(&source.id);
    server.sealer.open_text(&place, sealed).map(Some).map_err(Problem::internal)
}
