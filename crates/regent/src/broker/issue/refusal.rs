//! Why nothing was issued, for programs and for people.

use http::StatusCode;
use regent_broker::plan::{Plan, PlanError};
use regent_broker::upstream_error::UpstreamError;
use regent_broker::{Connector, Stored};
use regent_store::StoreError;
use regent_store::directory::Versioned;

use super::super::access::Refusal;
use super::super::base::BaseError;
use super::super::identity::IdentityError;
use super::Wish;
use super::calling::understood;
use crate::rest::problem::Problem;
use crate::upstream::error::CallError;

fn forbidden(code: &'static str, detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, code, detail)
}

/// The engine's no, in words. Who is granted nothing is not told whether there is anything.
pub(super) fn refused(refusal: &Refusal, connector: &Versioned<Stored<Connector>>) -> Problem {
    let slug = &connector.entity.value.terms.slug;
    match refusal {
        Refusal::NotGranted | Refusal::Scope => {
            forbidden("not_granted", format!("no grant lets you use `{slug}`"))
                .fix("ask an administrator to grant it to you or to one of your groups")
        }
        Refusal::Network => {
            forbidden("not_granted", format!("`{slug}` is not for the network you come from"))
        }
        Refusal::RequestRequired => {
            forbidden("request_required", format!("`{slug}` wants somebody's approval first"))
        }
        Refusal::MfaRequired => {
            forbidden("mfa_required", format!("`{slug}` wants a second factor, given just now"))
                .fix("give your second factor again (`regent login`, or the console), then repeat this")
        }
        Refusal::Disabled => {
            let why = connector.entity.value.disabled.as_ref().map(|disabled| disabled.reason.as_str());
            let why = why.filter(|why| !why.is_empty()).map(|why| format!(": {why}")).unwrap_or_default();
            forbidden("disabled", format!("`{slug}` is disabled{why}"))
        }
    }
}

pub(super) fn console_only() -> Problem {
    forbidden("console_only", "this connector opens the console and hands out no credentials")
}

pub(super) fn no_console() -> Problem {
    forbidden("no_console", "this connector hands out credentials and opens no console")
}

pub(super) fn code_required() -> Problem {
    forbidden("mfa_code_required", "this connector passes a one-time password on to AWS")
        .fix("send `mfa_code` with the six digits of the device that the account names")
}

/// A root user's key may do everything, and nobody can narrow it.
pub(super) fn root_not_confirmed(account: &str) -> Problem {
    forbidden("root_not_confirmed", format!("the account `{account}` has the key of a root user"))
        .fix("use an IAM user's key; or let an administrator set `root_confirmed` at the account")
}

/// What the planner refuses.
pub(super) fn from_plan(error: &PlanError) -> Problem {
    Problem::conflict(error.code(), error.to_string()).fix(error.fix())
}

/// What a role refuses of which nobody says how long it allows, where no other length will do.
pub(super) fn above_role_max(error: &CallError, plan: &Plan) -> Problem {
    let understood = understood(error, Some(plan.seconds));
    Problem::conflict("above_maximum", understood.text).fix(understood.fix)
}

/// What a role refuses where the call cannot be made again: its one-time password is spent.
pub(super) fn shorter_with_next_code(error: &CallError, refused: u32, plan: &Plan) -> Problem {
    let text = understood(error, Some(refused)).text;
    let fix = format!("ask for {} seconds at most, with the next code of the device", plan.seconds);
    Problem::conflict("above_maximum", text).fix(fix)
}

/// What the upstream refuses.
pub(super) fn from_call(error: &CallError, plan: &Plan) -> Problem {
    let understood = understood(error, Some(plan.seconds));
    let problem = bad_gateway(&understood);
    match understood.upstream {
        Some(said) => problem.with("upstream", said),
        None => problem,
    }
}

fn bad_gateway(understood: &UpstreamError) -> Problem {
    Problem::new(StatusCode::BAD_GATEWAY, understood.code.name(), understood.text.clone()).fix(understood.fix)
}

/// Why there are no base credentials.
pub(crate) fn from_base(error: &BaseError) -> Problem {
    match error {
        BaseError::Call(error) => bad_gateway(&understood(error, None)),
        BaseError::Shared(error) => from_base(error),
        BaseError::Disabled(_) | BaseError::NoSecret(_) => forbidden("disabled", error.to_string()),
        BaseError::NoAccount(_)
        | BaseError::NoUpstream(_)
        | BaseError::Connect(_)
        | BaseError::Sealed(_)
        | BaseError::Ambient(_)
        | BaseError::AmbientOff
        | BaseError::RegentRole(_)
        | BaseError::Lost(_)
        | BaseError::TooManyHops => {
            Problem::new(StatusCode::BAD_GATEWAY, "base_unavailable", error.to_string())
                .fix("test the account: `regent broker-account test`, or the console")
        }
    }
}

/// Why it is not known whose the base credentials are.
pub(super) fn from_identity(error: &IdentityError) -> Problem {
    match error {
        IdentityError::Call(error) => bad_gateway(&understood(error, None)),
        IdentityError::Changed { .. } => Problem::conflict("account_changed", error.to_string())
            .fix("put the former credentials back, or let an administrator test the account and confirm it"),
        IdentityError::Lost(_) => {
            Problem::new(StatusCode::BAD_GATEWAY, "base_unavailable", error.to_string()).fix("try again")
        }
    }
}

/// Whether the connector or its account is at fault, so that others would fare no better. What somebody brought along
/// themselves may be their own mistake.
pub(super) fn is_of_the_connector(problem: &Problem, wish: &Wish) -> bool {
    let brought_something = wish.mfa_code.is_some() || wish.extra_policy.is_some() || wish.strict;
    match problem.code() {
        "base_key_invalid"
        | "base_key_wrong"
        | "base_key_expired"
        | "base_unavailable"
        | "account_changed"
        | "region_disabled"
        | "upstream_unreachable" => true,
        "trust_denied"
        | "external_id"
        | "tag_denied"
        | "source_identity_denied"
        | "scp_denied"
        | "policy_malformed"
        | "upstream_refused" => !brought_something,
        _ => false,
    }
}

/// What is not recorded is not done.
pub(crate) fn audit_unavailable(error: &StoreError) -> Problem {
    tracing::error!(%error, "nothing was issued for want of its record");
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "audit_unavailable",
        "what happens here cannot be recorded now, and so nothing is issued",
    )
    .fix("try again in a moment")
}
