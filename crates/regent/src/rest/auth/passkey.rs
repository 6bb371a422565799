//! Signing in with a passkey alone: `/auth/passkey`.

use axum::Json;
use axum::response::Response;
use http::StatusCode;
use regent_broker::{Origin, Status, Who};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::door::{Door, Proved};
use super::factor::{self, sign_in_failed};
use crate::rest::body::{JsonBody, take};
use crate::rest::me::Me;
use crate::rest::problem::Problem;
use crate::server::Server;
use crate::signin::passkey::assertion::{self, Asked as AskedFor, AssertionResponse};
use crate::signin::passkey::{Challenge, PasskeyError, RelyingParty};
use crate::signin::ticket::{self, Purpose};

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(start)).routes(routes!(finish))
}

/// Who wants to sign in. Everybody gets the same challenge, and chooses on their device.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = PasskeySignIn)]
#[serde(deny_unknown_fields, default)]
struct Named {
    /// A name. It is not looked at: which passkeys somebody has is nobody's business.
    name: Option<String>,
}

/// A challenge for the browser.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PasskeyBegun)]
pub(super) struct Begun {
    /// What to send back with the answer.
    ceremony: String,
    /// For `PublicKeyCredential.parseRequestOptionsFromJSON` or `parseCreationOptionsFromJSON`.
    public_key: Value,
}

/// The browser's answer.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PasskeyAnswer)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    /// What came with the challenge.
    pub(super) ceremony: String,
    /// The credential's `toJSON()`.
    pub(super) credential: Value,
}

impl Begun {
    /// A challenge, sealed for whoever answers it.
    pub(super) fn new(
        server: &Server,
        options: impl Serialize,
        challenge: &Challenge,
    ) -> Result<Json<Self>, Problem> {
        let sealed = ticket::seal(&server.sealer, Purpose::Passkey, (challenge, challenge.expires));
        let public_key = serde_json::to_value(options).map_err(Problem::internal)?;
        Ok(Json(Self { ceremony: sealed.map_err(Problem::internal)?, public_key }))
    }
}

impl From<PasskeyError> for Problem {
    fn from(error: PasskeyError) -> Self {
        match error {
            PasskeyError::Unavailable => Self::conflict("passkeys_unavailable", error.to_string())
                .fix("reach the server by a host name over https, or as `localhost`"),
            PasskeyError::Malformed(_)
            | PasskeyError::Challenge
            | PasskeyError::Lapsed
            | PasskeyError::Origin(_)
            | PasskeyError::RelyingParty
            | PasskeyError::NotPresent
            | PasskeyError::NotVerified
            | PasskeyError::Key
            | PasskeyError::Signature
            | PasskeyError::Counter
            | PasskeyError::Owner => Self::bad_request("passkey_refused", error.to_string()),
        }
    }
}

/// Begins to sign in with a passkey.
#[utoipa::path(post, path = "/auth/passkey/start", operation_id = "startPasskey", tag = "Sign in", request_body = Named,
    responses((status = 200, body = Begun), (status = "default", body = Problem)))]
async fn start(door: Door, JsonBody(Named { name: _ }): JsonBody<Named>) -> Result<Json<Begun>, Problem> {
    door.allow()?;
    let relying_party = RelyingParty::of(&door.public_url()?)?;
    let (options, challenge) = assertion::begin(&relying_party, AskedFor::Anybody, door.now())?;
    Begun::new(&door.asked.server, options, &challenge)
}

/// Signs in with a passkey. Its holder was verified by their device, so it counts as a second factor, too.
#[utoipa::path(post, path = "/auth/passkey/finish", operation_id = "finishPasskey", tag = "Sign in", request_body = Answer,
    responses((status = 200, body = Me), (status = "default", body = Problem)))]
async fn finish(door: Door, JsonBody(answer): JsonBody<Answer>) -> Result<Response, Problem> {
    door.allow()?;
    let response: AssertionResponse = take(answer.credential)?;
    let claimed = response.user_handle().unwrap_or_default().to_owned();
    match judge(&door, (&answer.ceremony, &response), &claimed).await {
        Ok(proved) => door.let_in(proved).await,
        Err(problem) => {
            door.turned_away(&claimed, (problem.code(), "passkey")).await?;
            Err(problem)
        }
    }
}

async fn judge(
    door: &Door,
    (ceremony, response): (&str, &AssertionResponse),
    claimed: &str,
) -> Result<Proved, Problem> {
    let challenge: Challenge = door.open(Purpose::Passkey, ceremony).ok_or_else(sign_in_failed)?;
    // A challenge for one person who was known already is not one for whoever comes.
    if challenge.person.is_some() {
        return Err(sign_in_failed());
    }
    let relying_party = RelyingParty::of(&door.public_url()?)?;
    let person = door.directory.broker().people.get(claimed);
    let person = person.filter(|person| person.value.status == Status::Active).ok_or_else(sign_in_failed)?;
    factor::spend_passkey(&door.asked, &relying_party, (&challenge, response), person).await?;
    // Only who holds the passkey is told why it is not enough.
    if person.value.origin != Origin::Local {
        return Err(vouched_for_elsewhere());
    }
    Ok(Proved {
        who: Who::Person(person.id.clone()),
        via: "passkey".into(),
        mfa_at: Some(door.now()),
        at_most_secs: None,
        sealed_id_token: None,
    })
}

/// Whether somebody of an identity source is still theirs only the provider can say, so it is asked each time.
fn vouched_for_elsewhere() -> Problem {
    let detail = "an identity provider vouches for you, so a passkey alone does not sign you in";
    Problem::new(StatusCode::FORBIDDEN, "provider_required", detail)
        .fix("sign in by your provider; the passkey goes on serving as a second factor")
}
