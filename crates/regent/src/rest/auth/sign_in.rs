//! Signing in with a password: `/auth/sign-in`.

use std::sync::Arc;

use axum::response::Response;
use http::StatusCode;
use regent_broker::{Person, Status, Stored, Who};
use regent_wire::secret::Secret;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::door::{Door, Proved};
use super::factor::{self, sign_in_failed};
use crate::broker::change::Actor;
use crate::rest::asked::Asked;
use crate::rest::body::JsonBody;
use crate::rest::me::Me;
use crate::rest::problem::Problem;
use crate::signin::password::{PasswordError, Verdict};

/// Longer than any name. What is longer is cut before it is counted or written down.
const MAX_NAME: usize = 128;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(sign_in))
}

/// Recorded in place of a name that nobody has: it may be a password, typed into the wrong field. CloudTrail does the same.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// What somebody shows to be let in.
#[derive(Deserialize, ToSchema)]
#[schema(as = PasswordSignIn)]
#[serde(deny_unknown_fields)]
struct Shown {
    /// The name.
    #[schema(max_length = 64)]
    name: String,
    /// The password.
    #[schema(max_length = 1024, write_only)]
    password: String,
    /// A code of the authenticator, when there is one.
    #[serde(default)]
    #[schema(pattern = r"^\d{6}$", write_only)]
    code: Option<String>,
}

/// Signs in with a password, and a code of the authenticator where there is one.
///
/// A name that does not exist, a wrong password and a wrong code have one answer. That a second factor is missing is
/// told only to who knows the password.
#[utoipa::path(post, path = "/auth/sign-in", operation_id = "signIn", tag = "Sign in", request_body = Shown,
    responses((status = 200, body = Me), (status = "default", body = Problem)))]
async fn sign_in(door: Door, JsonBody(shown): JsonBody<Shown>) -> Result<Response, Problem> {
    let password = Secret::new(shown.password);
    let name: String = shown.name.chars().take(MAX_NAME).collect();
    let key = name.to_lowercase();
    door.asked.server.sign_in.throttle.begin(&key, door.address(), door.now())?;
    let judged = judge(&door.asked, (&name, password), shown.code.as_deref()).await;
    let proved = match judged {
        Ok(proved) => proved,
        Err(problem) => {
            let is_known = door.asked.directory()?.broker().people.named(&name).is_some();
            let claimed = if is_known { &*name } else { HIDDEN };
            door.turned_away(claimed, (problem.code(), "")).await?;
            return Err(problem);
        }
    };
    door.asked.server.sign_in.throttle.succeeded(&key, door.address());
    door.let_in(proved).await
}

async fn judge(
    asked: &Asked,
    (name, password): (&str, Secret<String>),
    code: Option<&str>,
) -> Result<Proved, Problem> {
    let picture = asked.directory()?;
    let person = picture.broker().people.named(name).filter(|person| person.value.status == Status::Active);
    let held = person.and_then(|person| person.value.password.as_deref());
    let kept = password.clone();
    let verdict = asked.server.passwords.verify(password, held).await?;
    let Some(person) = person.filter(|_| verdict != Verdict::Wrong) else { return Err(sign_in_failed()) };
    let factors = factor::names(&person.value);
    let mfa_at = match code {
        _ if factors.is_empty() => None,
        Some(code) => {
            factor::spend_code(asked, person, code).await?;
            Some(asked.seconds())
        }
        None => {
            let detail = "this takes a second factor as well";
            return Err(Problem::new(StatusCode::UNAUTHORIZED, "second_factor_required", detail)
                .fix("send a code of the authenticator, or sign in with the passkey")
                .with("factors", factors));
        }
    };
    if verdict == Verdict::RightButDated {
        renew(asked, person, kept).await?;
    }
    Ok(Proved {
        who: Who::Person(person.id.clone()),
        via: "password".into(),
        mfa_at,
        at_most_secs: None,
        sealed_id_token: None,
    })
}

/// Hashes a password anew, as passwords are hashed now.
async fn renew(asked: &Asked, person: &Arc<Stored<Person>>, password: Secret<String>) -> Result<(), Problem> {
    let hash = asked.server.passwords.hash(password).await?;
    let (id, held) = (person.id.clone(), person.value.password.clone());
    let actor = Actor::silent(&id, asked.seconds());
    asked
        .server
        .change_broker(actor, move |change| {
            let old = change.current::<Person>(id.as_str(), None)?;
            // Not over one that was changed in the meantime.
            if old.value.password == held {
                let value = Person { password: Some(hash.clone()), ..old.value.clone() };
                change.put(Stored { value, ..Stored::clone(&old) });
            }
            Ok(())
        })
        .await
}

impl From<PasswordError> for Problem {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::rate_limited(error.to_string(), 5),
            PasswordError::Unavailable => Self::internal(error),
            PasswordError::TooShort
            | PasswordError::TooLong
            | PasswordError::OwnName
            | PasswordError::Common => Self::bad_request("password_refused", error.to_string()),
        }
    }
}
