//! Bearer tokens for what somebody has: a code, an approved device, a job's token: `/auth/token`.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::Json;
use http::StatusCode;
use regent_broker::{Login, LoginKind, Status, Stored, SystemAuth, SystemCaller, Who};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::authorize::Code;
use super::device::{self, Waiting};
use super::door::{Door, Proved};
use crate::rest::body::JsonBody;
use crate::rest::me::Me;
use crate::rest::problem::Problem;
use crate::signin::job_token;
use crate::signin::oidc::start::code_challenge;
use crate::signin::ticket::{self, Purpose};

/// How long a job's token lasts.
const JOB_SECS: i64 = 900;
/// System callers that one token is tried for.
const MAX_TRIED: usize = 20;

pub(super) fn routes() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(issue_token))
}

/// What somebody has.
#[derive(Deserialize, ToSchema)]
#[schema(as = TokenGrant)]
#[serde(tag = "grant_type", deny_unknown_fields)]
enum Grant {
    /// A code that a browser has brought.
    #[serde(rename = "authorization_code")]
    AuthorizationCode {
        /// The code.
        code: String,
        /// What its challenge was made from.
        code_verifier: String,
        /// Where the browser brought it.
        redirect_uri: String,
    },
    /// A device that waits.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:device_code")]
    DeviceCode {
        /// What it was given.
        device_code: String,
    },
    /// A job's token.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:jwt-bearer")]
    Jwt {
        /// The token.
        assertion: String,
        /// Which system caller, by name or id, if the token fits several.
        #[serde(default)]
        system_caller: Option<String>,
    },
}

/// A bearer token.
#[derive(Serialize, ToSchema)]
#[schema(as = TokenIssued)]
struct Issued {
    /// What to send as `Authorization: Bearer`.
    access_token: String,
    /// `Bearer`
    token_type: &'static str,
    /// How many seconds it lasts.
    expires_in: i64,
    /// Who its bearer is.
    me: Me,
}

/// Gives a bearer token for a code, an approved device or a job's token.
#[utoipa::path(post, path = "/auth/token", operation_id = "issueToken", tag = "Sign in", request_body = Grant,
    responses((status = 200, body = Issued), (status = "default", body = Problem)))]
async fn issue_token(door: Door, JsonBody(grant): JsonBody<Grant>) -> Result<Json<Issued>, Problem> {
    door.allow()?;
    let judged = match grant {
        Grant::AuthorizationCode { code, code_verifier, redirect_uri } => {
            by_code(&door, &code, (&code_verifier, &redirect_uri))
                .map(|proved| (LoginKind::CommandLine, proved))
        }
        Grant::DeviceCode { device_code } => {
            by_device(&door, &device_code).await.map(|proved| (LoginKind::CommandLine, proved))
        }
        Grant::Jwt { assertion, system_caller } => {
            let by = by_job(&door, &assertion, system_caller.as_deref()).await;
            by.map(|proved| (LoginKind::Job, proved))
        }
    };
    let (kind, proved) = match judged {
        Ok(judged) => judged,
        Err(problem) => {
            if !matches!(problem.code(), "authorization_pending" | "slow_down") {
                door.turned_away("", (problem.code(), problem.detail())).await?;
            }
            return Err(problem);
        }
    };
    let (begun, caller) = door.begin(kind, proved, None).await?;
    Ok(Json(Issued {
        access_token: begun.token.to_string(),
        token_type: "Bearer",
        expires_in: begun.expires - door.now(),
        me: Me::of(&caller, &door.directory.broker().settings(), None),
    }))
}

fn refused(code: &'static str, detail: &'static str) -> Problem {
    Problem::bad_request(code, detail)
}

fn invalid() -> Problem {
    refused("invalid_grant", "this is not good, or not any more").fix("begin again")
}

fn by_code(door: &Door, code: &str, (verifier, redirect_uri): (&str, &str)) -> Result<Proved, Problem> {
    // Used up by the first who shows it, right or wrong: who has half of it must not try the other half.
    let held: Code = door.open(Purpose::Authorization, code).ok_or_else(invalid)?;
    let challenge = code_challenge(verifier);
    let is_theirs = verify_slices_are_equal(challenge.as_bytes(), held.challenge.as_bytes()).is_ok();
    if !is_theirs || held.redirect_uri != redirect_uri || !(43..=128).contains(&verifier.len()) {
        return Err(invalid());
    }
    let login = door.directory.broker().logins.get(held.login.as_str()).ok_or_else(invalid)?;
    Ok(as_in_browser(door, login))
}

async fn by_device(door: &Door, code: &str) -> Result<Proved, Problem> {
    let server = &door.asked.server;
    let opened = ticket::open::<Waiting>(&server.sealer, Purpose::Device, (code, door.now()));
    let Some((waiting, expires)) = opened else {
        return Err(refused("expired_token", "this device has waited too long").fix("begin again"));
    };
    let slow = || refused("slow_down", "this device asks too often");
    server.sign_in.devices.take(&waiting.user_code, door.asked.now).map_err(|_| slow())?;
    let begun = expires - device::PATIENCE_SECS;
    let Some(login) = device::approved(door, &waiting, begun).await? else {
        return Err(refused("authorization_pending", "nobody has let this device in yet"));
    };
    if !server.sign_in.spent.take(code, expires, door.now()) {
        return Err(invalid());
    }
    let login = door.directory.broker().logins.get(login.as_str());
    let login = login.ok_or_else(|| refused("access_denied", "who let this device in has signed out"))?;
    Ok(as_in_browser(door, login))
}

/// The command line is let in as its browser was, and no longer.
fn as_in_browser(door: &Door, login: &Stored<Login>) -> Proved {
    Proved {
        who: login.value.who.clone(),
        via: login.value.via.clone(),
        mfa_at: login.value.mfa_at,
        at_most_secs: Some(login.value.expires.saturating_sub(door.now())),
        sealed_id_token: None,
    }
}

async fn by_job(door: &Door, assertion: &str, named: Option<&str>) -> Result<Proved, Problem> {
    let issuer = job_token::said_issuer(assertion).ok_or_else(invalid)?;
    let callers = &door.directory.broker().system_callers;
    let is_named = |caller: &Stored<SystemCaller>| {
        named.is_none_or(|named| caller.id.as_str() == named || caller.value.name.eq_ignore_ascii_case(named))
    };
    let mut found: Vec<Arc<Stored<SystemCaller>>> = Vec::new();
    let trusting = callers.iter().map(|held| &held.entity).filter(|caller| {
        let trusts = matches!(&caller.value.auth, SystemAuth::Jwt(terms) if terms.issuer == issuer);
        trusts && caller.value.status == Status::Active && is_named(caller)
    });
    let trusting: Vec<_> = trusting.collect();
    if trusting.len() > MAX_TRIED {
        let detail = "too many system callers trust the token's issuer to try them all";
        return Err(refused("ambiguous_grant", detail).fix("name one of them as `system_caller`"));
    }
    let mut why = None;
    for caller in trusting {
        let SystemAuth::Jwt(terms) = &caller.value.auth else { continue };
        let server = &door.asked.server;
        let web = server.sign_in.ways.to(terms.jwks_url.as_deref().unwrap_or(&terms.issuer), None);
        let web = web.map_err(|error| Problem::bad_request("invalid_grant", error.to_string()))?;
        match server.sign_in.openid.job(&web, (assertion, terms), door.now()).await {
            Ok(_) => found.push(Arc::clone(caller)),
            Err(error) => why = Some(error),
        }
    }
    match found.as_slice() {
        [caller] => Ok(Proved {
            who: Who::SystemCaller(caller.id.clone()),
            via: "token".into(),
            mfa_at: None,
            at_most_secs: Some(JOB_SECS),
            sealed_id_token: None,
        }),
        [] => {
            let why =
                why.map_or_else(|| "no system caller trusts its issuer".to_owned(), |why| describe(&why));
            Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "invalid_grant",
                format!("the job is not let in: {why}"),
            )
            .fix("compare the token's claims with what the system caller asks for"))
        }
        [_, _, ..] => Err(refused("ambiguous_grant", "the token fits several system callers")
            .fix("name one of them as `system_caller`")),
    }
}

fn describe(error: &job_token::JobTokenError) -> String {
    let source = std::error::Error::source(error).map(|source| format!(": {source}"));
    format!("{error}{}", source.unwrap_or_default())
}
