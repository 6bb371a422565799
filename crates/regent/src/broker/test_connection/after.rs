//! What is asked besides: the role's longest session, a sign-in token, and whether something would be allowed.

use regent_broker::capability::{Answer as Possible, Capability, capability};
use regent_broker::{ConnectorTerms, ConsoleUse, PrincipalType};
use regent_wire::iam::PolicyEvaluationDecisionType as Decision;

use super::base::is_temporary;
use super::report::{Draft, StepName};
use super::{Base, Question, SHORTEST_SECS, TestConnection};
use crate::broker::session_request::SessionRequest;
use crate::upstream::error::CallError;
use crate::upstream::federation::{self, SessionDuration};
use crate::upstream::sts::Session;

/// What a chained role lasts at most.
const HOUR_SECS: u32 = 3600;

impl TestConnection<'_> {
    /// Reads the role's longest session, if it may be read, and holds the connector's against it.
    pub(super) async fn role_max(&self, terms: &ConnectorTerms, base: &Base, report: &mut Draft) {
        let step = StepName::RoleMax;
        let role = terms.role_arn.as_deref().filter(|_| terms.principal_type == PrincipalType::AssumeRole);
        let Some((account, name)) = role.and_then(account_and_name) else {
            report.skip(step, "there is no role");
            return;
        };
        let wanted = terms.max_seconds.unwrap_or(0);
        if is_temporary(&base.credentials, base.kind) && wanted > HOUR_SECS {
            let text =
                format!("the base credentials are temporary, and AWS allows 1 hour then: not {wanted} s");
            let fix = "lower `max_seconds` to 3600, or use an account with an IAM user's access key";
            report.warn(step, "duration_chained", text, fix);
            return;
        }
        report.learned.is_role_silent = true;
        if base.identity.as_ref().is_none_or(|identity| account != identity.account) {
            report.skip(step, "the role is another AWS account's, which does not tell");
            return;
        }
        let read = self.upstream.get_role_max_session_secs(&base.credentials, name).await;
        match read.map(|answer| answer.value.and_then(|secs| u32::try_from(secs).ok())) {
            Ok(Some(most)) => {
                report.learned.is_role_silent = false;
                report.learned.role_max_seconds = Some(most);
                if wanted > most {
                    let text = format!("the role allows {most} s, and the connector {wanted} s");
                    let fix = "raise the role's maximum session duration, or lower `max_seconds`";
                    report.warn(step, "duration_role_max", text, fix);
                } else {
                    report.ok(step, format!("the role allows {most} s"));
                }
            }
            Ok(None) => report.skip(step, "the upstream does not tell"),
            Err(CallError::NoIam) => report.skip(step, "the upstream has no IAM endpoint to ask"),
            Err(_) => report.skip(step, "it cannot be read; allow the account iam:GetRole on the role"),
        }
    }

    /// Gets a sign-in token and throws it away.
    pub(super) async fn console(
        &self,
        terms: &ConnectorTerms,
        base: &Base,
        session: &Session,
        report: &mut Draft,
    ) {
        let step = StepName::Console;
        if terms.console == ConsoleUse::Denied {
            report.skip(step, "the connector opens no console");
            return;
        }
        if let Possible::No { reason, fix } = capability(terms.principal_type, Capability::Console) {
            if terms.console == ConsoleUse::Only {
                report.fail(step, "console_not_possible", reason, fix);
            } else {
                report.skip(step, reason);
            }
            return;
        }
        let Some((transport, endpoint)) = self.signin else {
            report.skip(step, "the upstream has no federation endpoint");
            return;
        };
        let is_chained = is_temporary(&base.credentials, base.kind);
        let secs =
            (terms.principal_type == PrincipalType::AssumeRole && !is_chained).then_some(SHORTEST_SECS);
        match federation::signin_token(transport, endpoint, &session.credentials, secs).await {
            Ok(token) => match token.duration {
                SessionDuration::NotAsked | SessionDuration::Taken => {
                    report.ok(step, "a sign-in token was given, and thrown away");
                }
                SessionDuration::Dropped => report.warn(
                    step,
                    "session_duration_refused",
                    "a sign-in token was given only without a length: the console lasts as long as the credentials",
                    "nothing, unless consoles are to last longer",
                ),
            },
            Err(error) => report.fail(
                step,
                "console_refused",
                error.to_string(),
                "check the upstream's federation endpoint, and that the session's type opens consoles",
            ),
        }
    }

    /// Asks the upstream's simulator.
    pub(super) async fn question(
        &self,
        terms: &ConnectorTerms,
        base: &Base,
        request: &SessionRequest,
        report: &mut Draft,
    ) {
        let step = StepName::Question;
        let Some(question) = &self.question else {
            report.skip(step, "nothing was asked");
            return;
        };
        let principal = match terms.principal_type {
            PrincipalType::AssumeRole => Some(request.role_arn.as_str()),
            PrincipalType::FederatedUser | PrincipalType::IamUserSession | PrincipalType::Provided => {
                let own = base.identity.as_ref().map(|identity| identity.arn.as_str());
                own.filter(|arn| arn.contains(":user/"))
            }
        };
        let Some(principal) = principal else {
            report.skip(step, "a simulation is of a user or a role, and this is neither");
            return;
        };
        match self.decisions(question, principal, request, base).await {
            Ok((own, narrowed)) => answered(question, own, narrowed, request, report),
            Err(_) => report.skip(step, "the upstream does not let this account simulate"),
        }
    }

    /// What the principal's own policies say, and what the inline session policy does.
    async fn decisions(
        &self,
        question: &Question,
        principal: &str,
        request: &SessionRequest,
        base: &Base,
    ) -> Result<(Decision, Option<Decision>), CallError> {
        let Question { action, resource } = question;
        let asked = (action.as_str(), resource.as_str());
        let own = self.upstream.simulate_principal_policy(&base.credentials, principal, asked).await?.value;
        let narrowed = match &request.policy {
            Some(policy) => {
                Some(self.upstream.simulate_custom_policy(&base.credentials, policy, asked).await?.value)
            }
            None => None,
        };
        Ok((own, narrowed))
    }
}

fn answered(
    question: &Question,
    own: Decision,
    narrowed: Option<Decision>,
    request: &SessionRequest,
    report: &mut Draft,
) {
    let step = StepName::Question;
    let Question { action, resource } = question;
    let denied = |by: &str| format!("`{action}` on `{resource}` would be denied by {by}");
    match (own, narrowed) {
        (Decision::Allowed, None) if request.policy_arns.is_empty() => {
            report.ok(step, format!("`{action}` on `{resource}` would be allowed"));
        }
        (Decision::Allowed, Some(Decision::Allowed)) => {
            report.ok(step, format!("`{action}` on `{resource}` would be allowed"));
        }
        // What the one policy does not allow the others may.
        (Decision::Allowed, None | Some(Decision::ImplicitDeny)) if !request.policy_arns.is_empty() => {
            report.warn(
                step,
                "not_simulated",
                format!("`{action}` on `{resource}` depends on the managed session policies, which were not looked at"),
                "simulate them in the policy tools",
            );
        }
        (Decision::Allowed, Some(Decision::ExplicitDeny)) => {
            report.fail(
                step,
                "would_be_denied",
                denied("a statement of the session policy"),
                "change the session policy",
            );
        }
        (Decision::Allowed, None | Some(Decision::ImplicitDeny)) => {
            report.fail(
                step,
                "would_be_denied",
                denied("the session policy, which does not allow it"),
                "allow it in the session policy",
            );
        }
        (Decision::ExplicitDeny, _) => {
            report.fail(
                step,
                "would_be_denied",
                denied("a statement of the principal's policies"),
                "change that statement",
            );
        }
        (Decision::ImplicitDeny, _) => {
            report.fail(
                step,
                "would_be_denied",
                denied("the principal's policies, which do not allow it"),
                "allow it there",
            );
        }
    }
}

/// Account and name of a role's ARN, whatever its path.
fn account_and_name(arn: &str) -> Option<(&str, &str)> {
    let mut parts = arn.splitn(6, ':').skip(4);
    let account = parts.next()?;
    let name = parts.next()?.strip_prefix("role/")?;
    Some((account, name.rsplit('/').next().unwrap_or(name)))
}
