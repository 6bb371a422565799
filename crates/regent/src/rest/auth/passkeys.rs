//! One's passkeys: `/me/passkeys`.

use axum::Json;
use http::StatusCode;
use regent_broker::Passkey;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::door::Door;
use super::factor::{must_be_fresh, person, sign_in_failed};
use super::passkey::Begun;
use super::totp::change;
use crate::broker::journal::Action;
use crate::rest::body::{JsonBody, take};
use crate::rest::caller::Known;
use crate::rest::parameters::Path;
use crate::rest::problem::Problem;
use crate::signin::passkey::registration::{self, Owner, RegistrationResponse};
use crate::signin::passkey::{Challenge, MAX_PASSKEYS, RelyingParty};
use crate::signin::ticket::Purpose;
use crate::time;

const MAX_NAME: usize = 64;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_passkeys))
        .routes(routes!(start))
        .routes(routes!(finish))
        .routes(routes!(remove_passkey))
}

/// A passkey, to its owner.
#[derive(Debug, Serialize, ToSchema)]
struct PasskeyView {
    /// Its id.
    id: String,
    /// What its owner calls it.
    name: String,
    /// When it was added.
    #[schema(format = DateTime)]
    created_at: String,
}

impl PasskeyView {
    fn of(passkey: &Passkey) -> Self {
        Self {
            id: passkey.credential_id.to_string(),
            name: passkey.name.to_string(),
            created_at: time::iso_text(passkey.created),
        }
    }
}

/// One's passkeys.
#[derive(Debug, Serialize, ToSchema)]
struct Passkeys {
    /// All of them.
    items: Vec<PasskeyView>,
}

/// A new passkey.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewPasskey)]
#[serde(deny_unknown_fields)]
struct New {
    /// What came with the challenge.
    ceremony: String,
    /// What to call it.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
    /// The credential's `toJSON()`.
    credential: Value,
}

/// Lists the caller's passkeys.
#[utoipa::path(get, path = "/me/passkeys", operation_id = "listMyPasskeys", tag = "Me",
    responses((status = 200, body = Passkeys), (status = "default", body = Problem)))]
async fn list_passkeys(known: Known) -> Result<Json<Passkeys>, Problem> {
    let passkeys = &person(&known)?.value.passkeys;
    Ok(Json(Passkeys { items: passkeys.iter().map(PasskeyView::of).collect() }))
}

/// Begins to add a passkey.
#[utoipa::path(post, path = "/me/passkeys/start", operation_id = "startMyPasskey", tag = "Me",
    responses((status = 200, body = Begun), (status = "default", body = Problem)))]
async fn start(known: Known, door: Door) -> Result<Json<Begun>, Problem> {
    let person = must_be_fresh(&known)?;
    let relying_party = RelyingParty::of(&door.public_url()?)?;
    if person.value.passkeys.len() >= MAX_PASSKEYS {
        return Err(too_many());
    }
    let owner = Owner {
        id: person.id.as_str(),
        name: &person.value.name,
        display_name: &person.value.display_name,
        passkeys: &person.value.passkeys,
    };
    let (options, challenge) = registration::begin(&relying_party, owner, door.now())?;
    Begun::new(&door.asked.server, options, &challenge)
}

/// Adds a passkey.
#[utoipa::path(post, path = "/me/passkeys/finish", operation_id = "finishMyPasskey", tag = "Me", request_body = New,
    responses((status = 200, body = PasskeyView), (status = "default", body = Problem)))]
async fn finish(
    known: Known,
    door: Door,
    JsonBody(new): JsonBody<New>,
) -> Result<Json<PasskeyView>, Problem> {
    let person = must_be_fresh(&known)?;
    let name = new.name.trim();
    if !(1..=MAX_NAME).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        return Err(Problem::bad_request("malformed_name", "expected a name of 1 to 64 characters"));
    }
    let response: RegistrationResponse = take(new.credential)?;
    let challenge: Challenge = door.open(Purpose::Passkey, &new.ceremony).ok_or_else(sign_in_failed)?;
    if challenge.person.as_deref() != Some(person.id.as_str()) {
        return Err(sign_in_failed());
    }
    let relying_party = RelyingParty::of(&door.public_url()?)?;
    let passkey = registration::finish(&relying_party, &challenge, &response, (name, door.now()))?;
    let view = PasskeyView::of(&passkey);
    change(&known, Action::MFA_ENROLL, move |change, person| {
        if person.passkeys.len() >= MAX_PASSKEYS {
            return Err(too_many());
        }
        let people = &change.draft.broker().people;
        let is_taken = people
            .iter()
            .flat_map(|held| &held.entity.value.passkeys)
            .any(|held| held.credential_id == passkey.credential_id);
        if is_taken {
            return Err(Problem::conflict("passkey_taken", "this passkey is here already"));
        }
        person.passkeys.push(passkey.clone());
        Ok(())
    })
    .await?;
    Ok(Json(view))
}

/// Removes a passkey.
#[utoipa::path(delete, path = "/me/passkeys/{id}", operation_id = "removeMyPasskey", tag = "Me",
    params(("id" = String, Path)), responses((status = 204), (status = "default", body = Problem)))]
async fn remove_passkey(known: Known, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    must_be_fresh(&known)?;
    change(&known, Action::MFA_REMOVE, move |_, person| {
        let before = person.passkeys.len();
        person.passkeys.retain(|held| *held.credential_id != *id);
        if person.passkeys.len() == before {
            return Err(Problem::not_found("there is no such passkey"));
        }
        Ok(())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn too_many() -> Problem {
    Problem::conflict("too_many_passkeys", format!("there are {MAX_PASSKEYS} passkeys already"))
        .fix("remove one that is not used")
}
