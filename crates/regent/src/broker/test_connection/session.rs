//! The real call and its result: steps five to eight.

use regent_broker::capability::check_base;
use regent_broker::template::Subject;
use regent_broker::upstream_error::Attempt;
use regent_broker::{ConnectorTerms, PrincipalType, RequireMfa};

use super::report::{Draft, Opened, StepName};
use super::{Base, Real, SHORTEST_SECS, TestConnection};
use crate::broker::journal::SessionFacts;
use crate::broker::session_request::{Mfa, SessionRequest};
use crate::broker::upstream_failure::understood;
use crate::upstream::Answer;
use crate::upstream::error::CallError;
use crate::upstream::sts::Session;

/// More of the space than this is worth a word.
const PACKED_WARN_PERCENT: i32 = 80;
const NO_CODE: &str = "the connector passes a one-time password on: repeat the test with one";

impl TestConnection<'_> {
    /// Makes the call that issuing would make.
    pub(super) async fn real_call(
        &self,
        terms: &ConnectorTerms,
        subject: &Subject<'_>,
        base: &Base,
        report: &mut Draft,
    ) -> Option<Real> {
        let request = match SessionRequest::render(terms, subject, None) {
            Ok(request) => request,
            Err(error) => {
                report.fail(StepName::Render, error.code, error.to_string(), error.fix);
                return None;
            }
        };
        report.ok(StepName::Render, rendered(&request));
        if let Err(refusal) = check_base(terms.principal_type, self.account.terms.kind, base.kind) {
            report.fail(StepName::Call, refusal.code.name(), refusal.text, refusal.fix);
            return None;
        }
        let passes_code_on = terms.require_mfa == RequireMfa::Upstream;
        if passes_code_on && self.mfa.token_code.is_none() {
            report.skip(StepName::Call, NO_CODE);
            report.skip_rest(NO_CODE);
            return None;
        }
        let mfa = if passes_code_on { self.mfa.clone() } else { Mfa::default() };
        match self.call(terms.principal_type, &request, base, mfa).await {
            Ok(answer) => {
                report.ok(StepName::Call, format!("{} went through", operation(terms.principal_type)));
                if terms.principal_type != PrincipalType::Provided {
                    report.opened = Some(opened(subject.session_id, &request, &answer, base));
                }
                Some(Real { session: answer.value, request })
            }
            Err(error) => {
                let attempt = Attempt { tries: 3, seconds: Some(SHORTEST_SECS), passes_without: None };
                report.failed(StepName::Call, &understood(&error, &attempt));
                if passes_code_on {
                    report.skip(StepName::Ladder, "a one-time password is good for one call");
                    return None;
                }
                self.ladder(terms.principal_type, &request, base, &error, report).await;
                None
            }
        }
    }

    /// One call with the shortest session.
    pub(super) async fn call(
        &self,
        principal_type: PrincipalType,
        request: &SessionRequest,
        base: &Base,
        mfa: Mfa,
    ) -> Result<Answer<Session>, CallError> {
        let (upstream, seconds) = (self.upstream, Some(SHORTEST_SECS));
        match principal_type {
            PrincipalType::AssumeRole => {
                upstream.assume_role(&base.credentials, &request.assume_role(seconds, mfa)).await
            }
            PrincipalType::FederatedUser => {
                upstream.get_federation_token(&base.credentials, &request.federation_token(seconds)).await
            }
            PrincipalType::IamUserSession => {
                let input = SessionRequest::session_token(seconds, mfa);
                upstream.get_session_token(&base.credentials, &input).await
            }
            PrincipalType::Provided => Ok(Answer {
                value: Session {
                    credentials: (*base.credentials).clone(),
                    expires_at: base.credentials.expires_at.unwrap_or(jiff::Timestamp::MAX),
                    arn: base.identity.as_ref().map(|identity| identity.arn.clone()),
                    id: None,
                    packed_policy_percent: None,
                },
                request_id: None,
                skew_secs: None,
            }),
        }
    }

    /// Asks who the session is, and says how much of the space it takes.
    pub(super) async fn session(&self, real: &Real, report: &mut Draft) {
        match self.upstream.get_caller_identity(&real.session.credentials).await {
            Ok(answer) => report.ok(StepName::Result, format!("CloudTrail will show {}", answer.value.arn)),
            Err(error) if error.is_of_unknown_action() => {
                report.skip(StepName::Result, "the upstream does not tell");
            }
            Err(error) => report.failed(StepName::Result, &understood(&error, &Attempt::default())),
        }
        match real.session.packed_policy_percent {
            None => report.skip(
                StepName::PackedSize,
                "nothing of the session takes space, or the upstream does not tell",
            ),
            Some(percent) if percent > PACKED_WARN_PERCENT => report.warn(
                StepName::PackedSize,
                "policy_nearly_too_big",
                format!("policies and tags take {percent} % of the space there is"),
                "drop tags, shorten the policy, or name managed policies instead",
            ),
            Some(percent) => {
                report.ok(
                    StepName::PackedSize,
                    format!("policies and tags take {percent} % of the space there is"),
                );
            }
        }
    }
}

/// What the records tell of a session that nobody is given.
fn opened(id: &str, request: &SessionRequest, answer: &Answer<Session>, base: &Base) -> Opened {
    let Answer { value: session, request_id, .. } = answer;
    let own = base.identity.as_ref().map(|identity| identity.arn.as_str());
    let arn = session.arn.as_deref().or(own).unwrap_or_default();
    Opened {
        session: SessionFacts {
            id: id.into(),
            access_key_id: session.credentials.access_key_id.as_str().into(),
            arn: arn.into(),
            session_name: request.session_name.as_str().into(),
            source_identity: request.source_identity.as_deref().map(Into::into),
            tags: request.tags_for_records(),
            seconds: SHORTEST_SECS,
            policy_sha256: request.policy_sha256().as_deref().map(Into::into),
        },
        request_id: request_id.clone(),
    }
}

fn rendered(request: &SessionRequest) -> String {
    if request.session_name.is_empty() {
        return "this type has no templates".to_owned();
    }
    let source = request.source_identity.as_deref();
    let source = source.map(|source| format!(", source identity `{source}`")).unwrap_or_default();
    let tags: Vec<String> = request.tags.iter().map(|(key, value)| format!("`{key}={value}`")).collect();
    let tags = if tags.is_empty() { String::new() } else { format!(", tags {}", tags.join(", ")) };
    format!("session name `{}`{source}{tags}", request.session_name)
}

pub(super) const fn operation(principal_type: PrincipalType) -> &'static str {
    match principal_type {
        PrincipalType::AssumeRole => "AssumeRole",
        PrincipalType::FederatedUser => "GetFederationToken",
        PrincipalType::IamUserSession => "GetSessionToken",
        PrincipalType::Provided => "handing on the host's credentials",
    }
}
