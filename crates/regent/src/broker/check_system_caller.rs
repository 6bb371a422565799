//! What must hold before a system caller is kept.

use regent_broker::{JobToken, SystemAuth, SystemCaller};
use regent_store::directory::Broker;

use super::check::{Findings, check_description, check_name};
use super::check_upstream::check_web_address;
use crate::rest::problem::Problem;

/// The longest life of a token.
pub(crate) const MAX_TOKEN_SECS: i64 = 366 * 24 * 3600;
const MAX_MATCHERS: usize = 20;

/// A system caller, whole.
pub(crate) fn system_caller(broker: &Broker, caller: &SystemCaller) -> Result<(), Problem> {
    let mut findings = Findings::default();
    check_name(&caller.name, &mut findings);
    check_description(&caller.description, &mut findings);
    if let Some(group) = &caller.owner_group
        && broker.groups.get(group.as_str()).is_none()
    {
        findings.add("owner_group", "unknown", format!("there is no group `{group}`"));
    }
    match &caller.auth {
        SystemAuth::Token { .. } => {}
        SystemAuth::Jwt(token) => check_job_token(token, &mut findings),
    }
    findings.settle()
}

/// How long a token counts that is made or changed now.
pub(crate) fn expiry(expires_at: i64, now: i64) -> Result<i64, Problem> {
    let mut findings = Findings::default();
    if expires_at <= now {
        findings.add("auth.expires_at", "past", "expected a time that is not over");
    } else if expires_at.saturating_sub(now) > MAX_TOKEN_SECS {
        findings.fix(
            "auth.expires_at",
            "too_late",
            "a token lasts a year at most",
            "choose an earlier time, or let the caller show a signed token, which nobody has to renew",
        );
    }
    findings.settle().map(|()| expires_at)
}

fn check_job_token(token: &JobToken, findings: &mut Findings) {
    check_web_address("auth.issuer", &token.issuer, findings);
    if let Some(url) = &token.jwks_url {
        check_web_address("auth.jwks_url", url, findings);
    }
    if !is_text(&token.audience, 256) {
        findings.add("auth.audience", "malformed", "expected 1 to 256 characters");
    }
    if token.matchers.len() > MAX_MATCHERS {
        findings.add("auth.matchers", "too_many", "expected at most 20 matchers");
    }
    for (claim, pattern) in &token.matchers {
        if !is_text(claim, 128) || !is_text(pattern, 512) {
            let detail = "expected a claim of 1 to 128 characters and a pattern of 1 to 512";
            findings.add(format!("auth.matchers.{claim}"), "malformed", detail);
        }
    }
    let says_something =
        |pattern: &String| pattern.chars().any(|character| character != '*' && character != '?');
    if !token.matchers.values().any(says_something) {
        findings.fix(
            "auth.matchers",
            "required",
            "every job of the issuer would be this caller",
            "match a claim that tells jobs apart, such as `sub` or `repository`",
        );
    }
}

fn is_text(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}
