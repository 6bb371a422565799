//! Letting in a command line on another machine: `/auth/device`.
//!
//! The device keeps its request itself, sealed. What is kept here is the approval, made by somebody who is signed in; so a stranger
//! who asks writes nothing.
//!
//! RFC 8628, "OAuth 2.0 Device Authorization Grant".

use axum::Json;
use http::StatusCode;
use regent_broker::Id;
use regent_store::Range;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::authorize::browser;
use super::door::Door;
use crate::broker::change::Actor;
use crate::broker::journal::{Action, Event};
use crate::entropy;
use crate::rest::body::JsonBody;
use crate::rest::caller::Known;
use crate::rest::problem::Problem;
use crate::server::Server;
use crate::signin::ticket::{self, Purpose};

/// How long a device waits.
pub(super) const PATIENCE_SECS: i64 = 600;
/// Seconds between two questions of a device.
const INTERVAL_SECS: u32 = 5;
/// Letters that make no words and are not mistaken for others.
///
/// RFC 8628, section 6.1.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const CODE_LETTERS: usize = 8;
const MAX_CLIENT: usize = 128;
/// Approvals, in the archive. They are found by the label `code`.
const KIND: &str = "device-approval";
/// Ids of approvals begin so, and are in the order they were made in.
const PREFIX: &str = "appr";
/// How long approvals are kept after they have lapsed.
const KEPT_MS: i64 = 24 * 3600 * 1000;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(start)).routes(routes!(approve))
}

/// A command line that wants to be let in.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = DeviceWish)]
#[serde(deny_unknown_fields, default)]
struct Wanted {
    /// What it calls itself, for people.
    #[schema(max_length = 128)]
    client: String,
}

/// What the command line shows and keeps.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeviceBegun)]
struct Begun {
    /// What it asks with.
    device_code: String,
    /// What its user types.
    user_code: String,
    /// Where.
    verification_uri: String,
    /// The same with the code in it.
    verification_uri_complete: String,
    /// How many seconds it waits at most.
    expires_in: i64,
    /// How many seconds to wait between two questions.
    interval: u32,
}

/// What a device keeps, sealed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Waiting {
    pub(super) user_code: String,
}

/// The code that a device shows.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = DeviceApproval)]
#[serde(deny_unknown_fields)]
struct Approve {
    /// As it is shown; case and the hyphen do not count.
    #[schema(max_length = 16)]
    user_code: String,
}

/// An approval, in the archive.
#[derive(Debug, Serialize, Deserialize)]
struct Approval {
    login: Id,
    at: i64,
}

/// Begins to let in a command line on another machine.
#[utoipa::path(post, path = "/auth/device", operation_id = "startDevice", tag = "Sign in", request_body = Wanted,
    responses((status = 200, body = Begun), (status = "default", body = Problem)))]
async fn start(door: Door, JsonBody(wanted): JsonBody<Wanted>) -> Result<Json<Begun>, Problem> {
    door.allow()?;
    if wanted.client.len() > MAX_CLIENT {
        return Err(Problem::bad_request("malformed_request", "expected a short `client`"));
    }
    let user_code = user_code()?;
    let waiting = Waiting { user_code: user_code.clone() };
    let server = &door.asked.server;
    let sealed = ticket::seal(&server.sealer, Purpose::Device, (&waiting, door.now() + PATIENCE_SECS));
    // Whoever asks is told the address they have used: it misleads nobody else.
    let here = door.public_url().ok().or_else(|| door.asked.origin());
    let page = here.and_then(|here| here.join("/console/device").ok());
    let page = page.ok_or_else(|| Problem::bad_request("malformed_host", "expected a `Host`"))?;
    let mut complete = page.clone();
    complete.query_pairs_mut().append_pair("user_code", &user_code);
    Ok(Json(Begun {
        device_code: sealed.map_err(Problem::internal)?,
        user_code,
        verification_uri: page.into(),
        verification_uri_complete: complete.into(),
        expires_in: PATIENCE_SECS,
        interval: INTERVAL_SECS,
    }))
}

/// Lets a device in that shows this code, as whoever is signed in in this browser.
#[utoipa::path(post, path = "/auth/device/approve", operation_id = "approveDevice", tag = "Sign in", request_body = Approve,
    responses((status = 204), (status = "default", body = Problem)))]
async fn approve(known: Known, JsonBody(shown): JsonBody<Approve>) -> Result<StatusCode, Problem> {
    let login = browser(&known)?;
    let code = canonical(&shown.user_code).ok_or_else(|| {
        Problem::bad_request("malformed_user_code", "expected a code such as `BCDF-GHJK`")
            .fix("copy it from the device")
    })?;
    let server = &known.asked.server;
    server.sign_in.strangers.take(known.caller.id().as_str(), known.asked.now)?;
    let approval = Approval { login: login.id.clone(), at: known.asked.seconds() };
    let body = serde_json::to_string(&approval).map_err(Problem::internal)?;
    let event = server.event_of(&known.caller, Action::TOKEN_ISSUE).map_err(Problem::internal)?;
    let event = Event { detail: Some(format!("a device that showed {code}").as_str().into()), ..event };
    let key = server.new_id(PREFIX)?;
    server
        .change_broker(Actor::silent(known.caller.id(), known.asked.seconds()), move |change| {
            change.draft.archive(KIND, key.as_str(), body.as_str(), &[("code", &code)]);
            change.journal.append(change.draft, &event);
            Ok(())
        })
        .await?;
    forget(server).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets approvals of long ago.
async fn forget(server: &Server) {
    let before = server.clock.now().as_millisecond().saturating_sub(KEPT_MS);
    let before = Id::new(PREFIX, u64::try_from(before).unwrap_or_default(), [0; 10]);
    if let Err(error) = server.store.forget_archived(KIND, before.as_str(), 1000).await {
        tracing::warn!(%error, "old approvals of devices could not be forgotten");
    }
}

/// The sign-in that approved a code since `begun`, if one has.
pub(super) async fn approved(door: &Door, waiting: &Waiting, begun: i64) -> Result<Option<Id>, Problem> {
    let range = Range { label: Some(("code", &waiting.user_code)), ..Range::default() };
    let page = door.asked.server.store.archived(KIND, &range, 1).await?;
    let row = page.rows.first().and_then(|row| serde_json::from_str::<Approval>(&row.body).ok());
    // The code may have been another device's before; approvals from before this one began are not its own.
    Ok(row.filter(|approval| approval.at >= begun).map(|approval| approval.login))
}

fn user_code() -> Result<String, Problem> {
    let mut letters = Vec::with_capacity(CODE_LETTERS);
    while letters.len() < CODE_LETTERS {
        let [byte] = entropy::bytes::<1>().map_err(Problem::internal)?;
        // Twelve times twenty fit into a byte; the rest would make some letters more likely.
        if byte < 240 {
            letters.extend(LETTERS.get(usize::from(byte % 20)).map(|letter| char::from(*letter)));
        }
    }
    letters.insert(CODE_LETTERS / 2, '-');
    Ok(letters.into_iter().collect())
}

/// A code as it is kept, however it was typed.
fn canonical(typed: &str) -> Option<String> {
    let letters: String =
        typed.chars().filter(|letter| !matches!(letter, '-' | ' ')).collect::<String>().to_ascii_uppercase();
    let is_code = letters.len() == CODE_LETTERS && letters.bytes().all(|letter| LETTERS.contains(&letter));
    let (first, second) = letters.split_at_checked(CODE_LETTERS / 2)?;
    is_code.then(|| format!("{first}-{second}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_typed_in_many_ways() {
        let code = user_code().unwrap();
        assert_eq!(canonical(&code).as_deref(), Some(&*code));
        assert_ne!(user_code().unwrap(), code);
        for (typed, expected) in [
            ("bcdf-ghjk", Some("BCDF-GHJK")),
            (" BCDFGHJK ", Some("BCDF-GHJK")),
            ("BCDF-GHJ", None),
            ("BCDF-GHJA", None),
            ("BCDF-GHJKL", None),
            ("ÄBCDFGHJ", None),
            ("", None),
        ] {
            assert_eq!(canonical(typed).as_deref(), expected, "{typed}");
        }
    }
}
