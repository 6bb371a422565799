//! Giving a second factor again: `/auth/step-up`.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use regent_broker::{Login, Stored};
use regent_wire::secret::Secret;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::door::Door;
use super::factor::{self, sign_in_failed};
use super::passkey::{Answer, Begun};
use crate::broker::caller::BrokerCaller;
use crate::broker::change::Actor;
use crate::broker::journal::Action;
use crate::rest::body::{JsonBody, take};
use crate::rest::caller::Known;
use crate::rest::me::Me;
use crate::rest::problem::Problem;
use crate::signin::passkey::assertion::{self, Asked as AskedFor, AssertionResponse};
use crate::signin::passkey::{Challenge, RelyingParty, Verification};
use crate::signin::password::Verdict;
use crate::signin::ticket::Purpose;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(step_up))
        .routes(routes!(start_passkey))
        .routes(routes!(finish_passkey))
}

/// What somebody shows again.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = StepUp)]
#[serde(deny_unknown_fields, default)]
struct Shown {
    /// The password. It may be left out; if it is sent it must be right.
    #[schema(max_length = 1024, write_only)]
    password: Option<String>,
    /// A code of the authenticator.
    #[schema(pattern = r"^\d{6}$", write_only)]
    code: Option<String>,
}

/// Gives a second factor again. A browser gets a new cookie.
#[utoipa::path(post, path = "/auth/step-up", operation_id = "stepUp", tag = "Sign in", request_body = Shown,
    responses((status = 200, body = Me), (status = "default", body = Problem)))]
async fn step_up(known: Known, door: Door, JsonBody(shown): JsonBody<Shown>) -> Result<Response, Problem> {
    let person = factor::person(&known)?;
    let server = &known.asked.server;
    let name = person.value.name.to_lowercase();
    server.sign_in.throttle.begin(&name, door.address(), door.now())?;
    if let Some(password) = shown.password {
        let held = person.value.password.as_deref();
        if server.passwords.verify(Secret::new(password), held).await? == Verdict::Wrong {
            return Err(sign_in_failed());
        }
    }
    let Some(code) = shown.code else {
        let detail = "a password alone is no second factor";
        return Err(Problem::new(StatusCode::FORBIDDEN, "mfa_required", detail)
            .fix("send a code of the authenticator, or use a passkey; enroll one if there is none")
            .with("factors", factor::names(&person.value)));
    };
    factor::spend_code(&known.asked, person, &code).await?;
    server.sign_in.throttle.succeeded(&name, door.address());
    factor::stepped_up(&door, &known).await
}

/// Begins to show a passkey again.
#[utoipa::path(post, path = "/auth/step-up/passkey/start", operation_id = "startStepUpPasskey", tag = "Sign in",
    responses((status = 200, body = Begun), (status = "default", body = Problem)))]
async fn start_passkey(known: Known, door: Door) -> Result<Json<Begun>, Problem> {
    let person = factor::person(&known)?;
    let relying_party = RelyingParty::of(&door.public_url()?)?;
    let asked = AskedFor::Person {
        id: person.id.as_str(),
        passkeys: &person.value.passkeys,
        verification: Verification::Required,
    };
    let (options, challenge) = assertion::begin(&relying_party, asked, door.now())?;
    Begun::new(&door.asked.server, options, &challenge)
}

/// Shows a passkey again. A browser gets a new cookie.
#[utoipa::path(post, path = "/auth/step-up/passkey/finish", operation_id = "finishStepUpPasskey", tag = "Sign in", request_body = Answer,
    responses((status = 200, body = Me), (status = "default", body = Problem)))]
async fn finish_passkey(
    known: Known,
    door: Door,
    JsonBody(answer): JsonBody<Answer>,
) -> Result<Response, Problem> {
    let person = factor::person(&known)?;
    let response: AssertionResponse = take(answer.credential)?;
    let challenge: Challenge = door.open(Purpose::Passkey, &answer.ceremony).ok_or_else(sign_in_failed)?;
    if challenge.person.as_deref() != Some(person.id.as_str()) {
        return Err(sign_in_failed());
    }
    let relying_party = RelyingParty::of(&door.public_url()?)?;
    factor::spend_passkey(&known.asked, &relying_party, (&challenge, &response), person).await?;
    factor::stepped_up(&door, &known).await
}

/// Notes a second factor with a sign-in whose token stays as it is: nobody is there to be handed another one.
pub(super) async fn note(door: &Door, known: &Known, now: i64) -> Result<Response, Problem> {
    let login = known.caller.login.as_ref().ok_or_else(Problem::login_required)?;
    let server = &door.asked.server;
    let id = login.id.clone();
    let noted = server
        .change_broker(Actor::silent(known.caller.id(), known.asked.seconds()), move |change| {
            let old = change.current::<Login>(id.as_str(), None)?;
            let value = Login { mfa_at: Some(now), ..old.value.clone() };
            let stored = Stored { value, ..Stored::clone(&old) };
            change.put(stored.clone());
            Ok(stored)
        })
        .await?;
    let event = server.event_of(&known.caller, Action::STEP_UP).map_err(Problem::internal)?;
    server.journal(event).await?;
    let caller = BrokerCaller { login: Some(noted.into()), ..known.caller.clone() };
    Ok(Json(Me::of(&caller, &known.directory.broker().settings(), None)).into_response())
}
