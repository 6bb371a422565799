//! Second factors, and what each use of one leaves behind in the record of its person, before anybody is let in.

use axum::response::Response;
use http::StatusCode;
use regent_broker::{LoginKind, Passkey, Person, Stored, Who};

use super::door::{Door, Proved};
use crate::broker::caller::Subject;
use crate::broker::change::Actor;
use crate::rest::asked::Asked;
use crate::rest::caller::Known;
use crate::rest::problem::Problem;
use crate::signin::passkey::assertion::{self, AssertionResponse, Held, Proof};
use crate::signin::passkey::{Challenge, RelyingParty};
use crate::signin::totp::Totp;

/// How old a second factor may be for whoever changes how they sign in.
const FRESH_SECS: i64 = 600;

/// Nobody is let in, and nobody learns why.
pub(super) fn sign_in_failed() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "sign_in_failed", "that is not right")
        .fix("check what you typed; an administrator can reset it")
}

/// The names of a person's second factors.
pub(super) fn names(person: &Person) -> Vec<&'static str> {
    let totp = person.sealed_totp.as_ref().map(|_| "totp");
    let passkey = (!person.passkeys.is_empty()).then_some("passkey");
    totp.into_iter().chain(passkey).collect()
}

/// The person of a request, if it is one.
pub(super) fn person(known: &Known) -> Result<&Stored<Person>, Problem> {
    match &known.caller.subject {
        Subject::Person(person) => Ok(person),
        Subject::SystemCaller(_) => Err(Problem::forbidden("this is for people")),
    }
}

/// Refuses whoever has a second factor and has not given it lately: a browser that was left open must not be enough to
/// change how its owner signs in.
pub(super) fn must_be_fresh(known: &Known) -> Result<&Stored<Person>, Problem> {
    let person = person(known)?;
    let now = known.asked.seconds();
    let is_fresh = known.caller.mfa_at().is_some_and(|at| now.saturating_sub(at) <= FRESH_SECS);
    if is_fresh || !known.caller.has_second_factor() {
        return Ok(person);
    }
    Err(Problem::new(StatusCode::FORBIDDEN, "mfa_required", "a second factor was not given lately")
        .fix("give it again with `/auth/step-up`"))
}

/// Takes a code of a person's authenticator. It is used up when this returns.
pub(super) async fn spend_code(asked: &Asked, person: &Stored<Person>, code: &str) -> Result<(), Problem> {
    let Some(sealed_seed) = person.value.sealed_totp.clone() else { return Err(sign_in_failed()) };
    let held = Totp { sealed_seed, spent_step: person.value.totp_step };
    let now = asked.seconds();
    let taken = held.accept(&asked.server.sealer, person.id.as_str(), code, now);
    let step = taken.map_err(|_| sign_in_failed())?.spent_step;
    let id = person.id.clone();
    let actor = Actor::silent(&id, now);
    asked
        .server
        .change_broker(actor, move |change| {
            let old = change.current::<Person>(id.as_str(), None)?;
            // Of two who send the same code at once one is too late.
            if old.value.totp_step >= step {
                return Err(sign_in_failed().into());
            }
            let value = Person { totp_step: step, ..old.value.clone() };
            change.put(Stored { value, ..Stored::clone(&old) });
            Ok(())
        })
        .await
}

/// A person's passkey that an answer names, with its holder.
pub(super) fn passkey<'a>(person: &'a Stored<Person>, response: &AssertionResponse) -> Option<&'a Passkey> {
    let id = response.credential_id();
    person.value.passkeys.iter().find(|passkey| *passkey.credential_id == *id)
}

/// Takes an answer of a person's passkey. Its counter has moved when this returns.
pub(super) async fn spend_passkey(
    asked: &Asked,
    relying_party: &RelyingParty,
    (challenge, response): (&Challenge, &AssertionResponse),
    person: &Stored<Person>,
) -> Result<Proof, Problem> {
    let passkey = passkey(person, response).ok_or_else(sign_in_failed)?;
    let now = asked.seconds();
    let held = Held { person: person.id.as_str(), passkey };
    let proof = assertion::finish(relying_party, challenge, response, (held, now)).map_err(|error| {
        tracing::info!(person.id = person.id.as_str(), %error, "a passkey was refused");
        sign_in_failed()
    })?;
    let (id, credential) = (person.id.clone(), passkey.credential_id.clone());
    let actor = Actor::silent(&id, now);
    asked
        .server
        .change_broker(actor, move |change| {
            let old = change.current::<Person>(id.as_str(), None)?;
            let mut value = old.value.clone();
            let Some(held) = value.passkeys.iter_mut().find(|held| held.credential_id == credential) else {
                return Err(sign_in_failed().into());
            };
            if (proof.counter != 0 || held.counter != 0) && proof.counter <= held.counter {
                return Err(sign_in_failed().into());
            }
            if held.counter != proof.counter {
                held.counter = proof.counter;
                change.put(Stored { value, ..Stored::clone(&old) });
            }
            Ok(())
        })
        .await?;
    Ok(proof)
}

/// A second factor was given just now: a browser gets a new cookie, a bearer's sign-in is noted as it is.
pub(super) async fn stepped_up(door: &Door, known: &Known) -> Result<Response, Problem> {
    let login = known.caller.login.as_ref().ok_or_else(|| Problem::forbidden("this is for people"))?;
    let now = door.now();
    let person = person(known)?;
    let proved = Proved {
        who: Who::Person(person.id.clone()),
        via: login.value.via.clone(),
        mfa_at: Some(now),
        at_most_secs: Some(login.value.expires.saturating_sub(now)),
        sealed_id_token: login.value.sealed_id_token.clone(),
    };
    match login.value.kind {
        LoginKind::Browser => door.let_in_again(proved, Some(login.whole().clone())).await,
        LoginKind::CommandLine | LoginKind::Job => super::step_up::note(door, known, now).await,
    }
}
