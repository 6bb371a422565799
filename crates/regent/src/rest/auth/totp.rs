//! One's authenticator: `/me/totp`.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use regent_broker::{Person, Stored};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::door::Door;
use super::factor::{self, must_be_fresh, sign_in_failed};
use crate::broker::change::{Actor, BrokerChange};
use crate::broker::journal::Action;
use crate::rest::body::JsonBody;
use crate::rest::caller::{Known, cookie};
use crate::rest::cookie;
use crate::rest::problem::Problem;
use crate::signin::ticket::{self, Purpose};
use crate::signin::totp::{Enrollment, Holder, TotpError};

/// The cookie that holds an enrollment, sealed, until its first code comes.
const COOKIE: &str = "__Host-regent-totp";
const PATIENCE_SECS: i64 = 15 * 60;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(begin_totp, remove_totp)).routes(routes!(confirm_totp))
}

/// An authenticator to be. Shown this once.
#[derive(Serialize, ToSchema)]
#[schema(as = TotpBegun)]
struct Begun {
    /// The seed, to type.
    secret: String,
    /// The seed and whose it is, as authenticators read it.
    uri: String,
    /// The URI as a picture to scan.
    qr_svg: String,
    /// What to send back with the first code, for clients without cookies.
    enrollment: String,
}

/// The first code of an authenticator.
#[derive(Deserialize, ToSchema)]
#[schema(as = TotpConfirmation)]
#[serde(deny_unknown_fields)]
struct First {
    /// Six digits.
    #[schema(pattern = r"^\d{6}$", write_only)]
    code: String,
    /// What came with the seed, for clients without cookies.
    #[serde(default)]
    enrollment: Option<String>,
}

/// A code of the authenticator.
#[derive(Deserialize, ToSchema)]
#[schema(as = TotpCode)]
#[serde(deny_unknown_fields)]
struct Code {
    /// Six digits.
    #[schema(pattern = r"^\d{6}$", write_only)]
    code: String,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    person: Box<str>,
    enrollment: Enrollment,
}

/// Begins to enroll an authenticator. It counts once its first code has come.
#[utoipa::path(post, path = "/me/totp", operation_id = "beginMyTotp", tag = "Me",
    responses((status = 200, body = Begun), (status = "default", body = Problem)))]
async fn begin_totp(known: Known, door: Door) -> Result<Response, Problem> {
    let person = must_be_fresh(&known)?;
    let url = door.public_url().ok();
    let issuer = url.as_ref().and_then(|url| url.host_str()).unwrap_or("Regent");
    let holder = Holder { id: person.id.as_str(), name: &person.value.name, issuer };
    let sealer = &known.asked.server.sealer;
    let now = door.now();
    let (enrollment, shown) = Enrollment::begin(sealer, holder, now).map_err(Problem::internal)?;
    let kept = Kept { person: person.id.as_str().into(), enrollment };
    let sealed = ticket::seal(sealer, Purpose::Totp, (&kept, now + PATIENCE_SECS));
    let sealed = sealed.map_err(Problem::internal)?;
    let body = Begun {
        secret: shown.base32.to_string(),
        uri: shown.uri.to_string(),
        qr_svg: shown.svg.to_string(),
        enrollment: sealed.clone(),
    };
    let mut response = Json(body).into_response();
    cookie::keep(response.headers_mut(), (COOKIE, &sealed), PATIENCE_SECS);
    Ok(response)
}

/// Enrolls the authenticator, by its first code. One there was before counts no more.
#[utoipa::path(post, path = "/me/totp/confirm", operation_id = "confirmMyTotp", tag = "Me", request_body = First,
    responses((status = 204), (status = "default", body = Problem)))]
async fn confirm_totp(
    known: Known,
    door: Door,
    headers: HeaderMap,
    JsonBody(first): JsonBody<First>,
) -> Result<Response, Problem> {
    let person = must_be_fresh(&known)?;
    let lapsed =
        || Problem::bad_request("enrollment_lapsed", "there is no enrollment to confirm").fix("begin again");
    let sealed = first.enrollment.or_else(|| cookie(&headers, COOKIE)).ok_or_else(lapsed)?;
    let sealer = &known.asked.server.sealer;
    // Not used up by a wrong code: people mistype. The sign-in's own limit keeps anybody from trying them all.
    let name = person.value.name.to_lowercase();
    known.asked.server.sign_in.throttle.begin(&name, door.address(), door.now())?;
    let (kept, _) = ticket::open::<Kept>(sealer, Purpose::Totp, (&sealed, door.now())).ok_or_else(lapsed)?;
    if *kept.person != *person.id.as_str() {
        return Err(lapsed());
    }
    let confirmed = kept.enrollment.confirm(sealer, person.id.as_str(), &first.code, door.now());
    let totp = confirmed.map_err(|error| match error {
        TotpError::Wrong => Problem::bad_request("code_wrong", error.to_string()),
        TotpError::Lapsed => lapsed(),
        TotpError::Unavailable => Problem::internal(error),
    })?;
    known.asked.server.sign_in.throttle.succeeded(&name, door.address());
    change(&known, Action::MFA_ENROLL, move |_, person| {
        person.sealed_totp = Some(totp.sealed_seed.clone());
        person.totp_step = totp.spent_step;
        Ok(())
    })
    .await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    cookie::keep(response.headers_mut(), (COOKIE, ""), 0);
    Ok(response)
}

/// Removes the authenticator, by one of its codes.
#[utoipa::path(delete, path = "/me/totp", operation_id = "removeMyTotp", tag = "Me", request_body = Code,
    responses((status = 204), (status = "default", body = Problem)))]
async fn remove_totp(
    known: Known,
    door: Door,
    JsonBody(code): JsonBody<Code>,
) -> Result<StatusCode, Problem> {
    let person = factor::person(&known)?;
    if person.value.sealed_totp.is_none() {
        return Err(Problem::not_found("there is no authenticator"));
    }
    let name = person.value.name.to_lowercase();
    known.asked.server.sign_in.throttle.begin(&name, door.address(), door.now())?;
    factor::spend_code(&known.asked, person, &code.code).await.map_err(|_| sign_in_failed())?;
    known.asked.server.sign_in.throttle.succeeded(&name, door.address());
    change(&known, Action::MFA_REMOVE, |_, person| {
        person.sealed_totp = None;
        Ok(())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Changes the caller's own record, and writes down that it was changed.
pub(super) async fn change(
    known: &Known,
    action: Action,
    edit: impl Fn(&BrokerChange<'_>, &mut Person) -> Result<(), Problem> + Send + 'static,
) -> Result<(), Problem> {
    let server = &known.asked.server;
    let event = server.event_of(&known.caller, action).map_err(Problem::internal)?;
    let id = factor::person(known)?.id.clone();
    server
        .change_broker(Actor::silent(known.caller.id(), known.asked.seconds()), move |change| {
            let old = change.current::<Person>(id.as_str(), None)?;
            let mut value = old.value.clone();
            edit(change, &mut value)?;
            change.put(Stored { value, ..Stored::clone(&old) });
            change.journal.append(change.draft, &event);
            Ok(())
        })
        .await
}
