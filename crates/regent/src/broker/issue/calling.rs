//! The call that gives the credentials.

use std::sync::Arc;

use super::super::change::{Actor, BrokerChange};
use super::super::session_request::{Mfa, SessionRequest};
use super::super::upstream_failure;
use super::Asking;
use crate::upstream::credentials::Credentials;
use crate::upstream::error::CallError;
use crate::upstream::sts::Session;
use crate::upstream::{Answer, Upstream};
use regent_broker::plan::Plan;
use regent_broker::upstream_error::{Attempt, UpstreamCode, UpstreamError};
use regent_broker::{Connector, PrincipalType, RequireMfa, Stored};

/// What the upstream gave.
#[derive(Debug)]
pub(super) struct Called {
    pub(super) credentials: Credentials,
    pub(super) expires_at: Option<i64>,
    pub(super) arn: String,
    pub(super) principal_id: Option<String>,
    pub(super) packed_policy_percent: Option<u32>,
    pub(super) request_id: Option<String>,
}

/// Calls what the connector's type says.
pub(super) async fn call(
    asking: &Asking<'_>,
    upstream: &Upstream,
    base: &Credentials,
    plan: &Plan,
    rendered: &SessionRequest,
) -> Result<Called, CallError> {
    let seconds = plan.send_duration.then_some(plan.seconds);
    let terms = &asking.connector.entity.value.terms;
    let answer = match terms.principal_type {
        PrincipalType::AssumeRole => {
            upstream.assume_role(base, &rendered.assume_role(seconds, mfa(asking))).await?
        }
        PrincipalType::FederatedUser => {
            upstream.get_federation_token(base, &rendered.federation_token(seconds)).await?
        }
        PrincipalType::IamUserSession => {
            let input = SessionRequest::session_token(seconds, mfa(asking));
            upstream.get_session_token(base, &input).await?
        }
        PrincipalType::Provided => return Ok(provided(asking, base)),
    };
    Ok(called(asking, answer))
}

fn called(asking: &Asking<'_>, answer: Answer<Session>) -> Called {
    let Answer { value: session, request_id, .. } = answer;
    Called {
        expires_at: Some(session.expires_at.as_second()),
        arn: session.arn.unwrap_or_else(|| own_arn(asking)),
        principal_id: session.id,
        packed_policy_percent: session.packed_policy_percent.and_then(|percent| u32::try_from(percent).ok()),
        credentials: session.credentials,
        request_id,
    }
}

/// The host's credentials as they are.
fn provided(asking: &Asking<'_>, base: &Credentials) -> Called {
    Called {
        credentials: base.clone(),
        expires_at: base.expires_at.map(jiff::Timestamp::as_second),
        arn: own_arn(asking),
        principal_id: None,
        packed_policy_percent: None,
        request_id: None,
    }
}

/// A session of the account's own principal is that principal.
fn own_arn(asking: &Asking<'_>) -> String {
    asking.account.entity.value.principal_arn.as_deref().unwrap_or_default().to_owned()
}

/// Whether the call carries a one-time password, which is good once.
pub(super) fn sends_code(asking: &Asking<'_>) -> bool {
    asking.connector.entity.value.terms.require_mfa == RequireMfa::Upstream
}

fn mfa(asking: &Asking<'_>) -> Mfa {
    if !sends_code(asking) {
        return Mfa::default();
    }
    Mfa {
        serial_number: asking.account.entity.value.terms.mfa_serial.clone(),
        token_code: asking.wish.mfa_code.as_ref().map(|code| code.reveal().clone()),
    }
}

/// What a failure means, in the broker's codes.
pub(super) fn understood(error: &CallError, seconds: Option<u32>) -> UpstreamError {
    upstream_failure::understood(error, &Attempt { tries: 1, seconds, passes_without: None })
}

/// Whether the role allows less than was asked for.
pub(super) fn says_role_max(error: &CallError) -> bool {
    understood(error, None).code == UpstreamCode::DurationRoleMax
}

/// Whether the base credentials have ended before their time.
pub(super) fn says_expired(error: &CallError) -> bool {
    matches!(
        understood(error, None).code,
        UpstreamCode::BaseKeyExpired | UpstreamCode::BaseKeyInvalid | UpstreamCode::BaseKeyWrong
    )
}

/// How long the role allows, which is less than was refused; none where IAM may not be asked.
pub(super) async fn role_max(
    asking: &Asking<'_>,
    upstream: &Upstream,
    base: &Credentials,
    refused: u32,
) -> Option<u32> {
    let arn = asking.connector.entity.value.terms.role_arn.as_deref().unwrap_or_default();
    let own = match &asking.account.entity.value.aws_account_id {
        Some(known) => Some(known.to_string()),
        None => upstream.get_caller_identity(base).await.ok().map(|answer| answer.value.account),
    };
    // IAM is asked for a role of the base's account, and one of the same name there is another role.
    if own.is_none() || arn.split(':').nth(4) != own.as_deref() {
        return None;
    }
    let name = arn.rsplit('/').next().unwrap_or_default();
    let told = upstream.get_role_max_session_secs(base, name).await.ok()?.value?;
    u32::try_from(told).ok().filter(|seconds| *seconds < refused)
}

/// Remembers what IAM told of the role, so that the next one need not find out.
pub(super) async fn learn_role_max(asking: &Asking<'_>, most: u32) {
    let asked = Arc::clone(&asking.connector.entity);
    let actor = Actor::server(asking.known.asked.seconds());
    let learned = asking.known.asked.server.change_broker(actor, move |change| {
        keep_role_max(change, &asked, Some(most));
        Ok(())
    });
    if let Err(problem) = learned.await {
        tracing::warn!(code = problem.code(), "what a role allows could not be remembered");
    }
}

/// Keeps what is known of the role of a connector, unless it is for another one by now.
pub(crate) fn keep_role_max(change: &mut BrokerChange<'_>, asked: &Stored<Connector>, most: Option<u32>) {
    let Ok(now) = change.current::<Connector>(asked.id.as_str(), None) else { return };
    if now.value.role_max_seconds == most || now.value.terms.source() != asked.value.terms.source() {
        return;
    }
    let value = Connector { role_max_seconds: most, ..now.value.clone() };
    change.put(Stored { value, ..Stored::clone(&now) });
}
