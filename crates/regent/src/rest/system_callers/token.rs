//! Tokens of system callers: made here, shown once, and known from then on by their hash.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::CACHE_CONTROL;
use regent_broker::{Id, SystemAuth, SystemCaller};
use regent_policy::action;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use zeroize::Zeroizing;

use crate::broker::change::{Actor, BrokerChange};
use crate::broker::check_system_caller;
use crate::broker::journal::{Action, Event, Target};
use crate::entropy;
use crate::rest::body::OptionalBody;
use crate::rest::caller::{Known, token_hash};
use crate::rest::crud;
use crate::rest::list::moment;
use crate::rest::parameters::Path;
use crate::rest::problem::Problem;
use crate::time;

/// How long a token counts where nobody says.
const DEFAULT_SECS: i64 = 90 * 24 * 3600;
/// Characters of the secret that stay known, to tell tokens of one caller apart. What is left has 234 bits.
const SHOWN_CHARACTERS: usize = 4;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(rotate_token))
}

/// A token, and what is kept of it.
pub(super) struct NewToken {
    pub(super) token: Zeroizing<String>,
    pub(super) auth: SystemAuth,
    expires_at: i64,
}

impl NewToken {
    /// `rgt_`, the ULID of the caller's id, `_`, and 256 bits.
    pub(super) fn make(id: &Id, expires_at: Option<&str>, now: i64) -> Result<Self, Problem> {
        let wanted = expires_at.map(moment).transpose()?.unwrap_or(now + DEFAULT_SECS);
        let expires_at = check_system_caller::expiry(wanted, now)?;
        let random = Zeroizing::new(entropy::bytes::<32>().map_err(Problem::internal)?);
        let secret = Zeroizing::new(URL_SAFE_NO_PAD.encode(*random));
        let ulid = id.as_str().split_once('_').map_or("", |(_, ulid)| ulid);
        let token = Zeroizing::new(format!("rgt_{ulid}_{}", *secret));
        let shown = secret.get(..SHOWN_CHARACTERS).unwrap_or_default();
        let auth = SystemAuth::Token {
            hash: token_hash(&token).into(),
            prefix: format!("rgt_{ulid}_{shown}").into(),
            expires_at,
        };
        Ok(Self { token, auth, expires_at })
    }
}

/// Until when the new token is to count.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct Rotation {
    /// At most a year, and ninety days if nothing is said.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

/// A token, shown this once.
#[derive(Serialize, ToSchema)]
struct ShownToken {
    /// The token.
    token: String,
    /// Until when it counts.
    #[schema(format = DateTime)]
    expires_at: String,
}

/// Gives a system caller another token. The one it had ends at once.
#[utoipa::path(post, path = "/system-callers/{id}/rotate-token", operation_id = "rotateToken", tag = "People",
    params(("id" = String, Path)), request_body = Option<Rotation>,
    responses((status = 200, body = ShownToken), (status = "default", body = Problem)))]
async fn rotate_token(
    known: Known,
    Path(id): Path<String>,
    OptionalBody(body): OptionalBody<Rotation>,
) -> Result<Response, Problem> {
    known.must(&action!("regent:RotateToken"), "system_caller", &id)?;
    let id = crud::find::<SystemCaller>(&known.directory, &id)?.entity.id.clone();
    let NewToken { token, auth, expires_at } =
        NewToken::make(&id, body.expires_at.as_deref(), known.asked.seconds())?;
    let server = &known.asked.server;
    let event = server.event_of(&known.caller, Action::SYSTEM_TOKEN_ROTATE).map_err(Problem::internal)?;
    let change = move |change: &mut BrokerChange<'_>| {
        let old = change.current::<SystemCaller>(id.as_str(), None)?;
        if matches!(old.value.auth, SystemAuth::Jwt(_)) {
            let detail = "this system caller shows tokens that somebody else signs";
            return Err(Problem::conflict("no_token", detail).fix("there is nothing to rotate").into());
        }
        change.replace(&old, SystemCaller { auth: auth.clone(), ..old.value.clone() })?;
        let event = Event { target: Some(Target::of("system caller", &*old)), ..event.clone() };
        change.journal.append(change.draft, &event);
        Ok(())
    };
    server.change_broker(Actor { event: None, ..known.actor()? }, change).await?;
    let shown = ShownToken { token: token.to_string(), expires_at: time::iso_text(expires_at) };
    Ok(([(CACHE_CONTROL, "no-store")], Json(shown)).into_response())
}
