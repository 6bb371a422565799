//! The ladder: a role that refuses is asked again with less, to learn which part its trust policy does not allow.

use regent_broker::PrincipalType;
use regent_broker::upstream_error::{Attempt, Part, UpstreamError};

use super::report::{Draft, StepName};
use super::{Base, TestConnection};
use crate::broker::session_request::{Mfa, SessionRequest};
use crate::broker::upstream_failure::understood;
use crate::upstream::error::CallError;

/// What is left out, fewest parts first: the first call that goes through leaves out nothing that is not at fault.
const RUNGS: [&[Part]; 7] = [
    &[Part::Tags],
    &[Part::SourceIdentity],
    &[Part::ExternalId],
    &[Part::Tags, Part::SourceIdentity],
    &[Part::Tags, Part::ExternalId],
    &[Part::SourceIdentity, Part::ExternalId],
    &[Part::Tags, Part::SourceIdentity, Part::ExternalId],
];

impl TestConnection<'_> {
    /// Climbs, if the role refused.
    pub(super) async fn ladder(
        &self,
        principal_type: PrincipalType,
        request: &SessionRequest,
        base: &Base,
        refused: &CallError,
        report: &mut Draft,
    ) {
        let is_denied = refused.refusal().is_some_and(|refusal| refusal.code.starts_with("AccessDenied"));
        if principal_type != PrincipalType::AssumeRole || !is_denied {
            report.skip(StepName::Ladder, "it explains a role's refusal, and this is another error");
            return;
        }
        for rung in RUNGS.iter().filter(|rung| rung.iter().all(|part| has(request, *part))) {
            let less = rung.iter().copied().fold(request.clone(), without);
            if self.call(principal_type, &less, base, Mfa::default()).await.is_ok() {
                passed(rung, refused, report);
                return;
            }
        }
        let attempt = Attempt::default();
        let understood = understood(refused, &attempt);
        // A role that asks for another external id refuses a call without one, too.
        let text =
            format!("it refuses without tags, source identity and external id as well: {}", understood.text);
        report.fail(StepName::Ladder, understood.code.name(), text, understood.fix);
    }
}

/// Says what the role passes without, one fix for each part.
fn passed(rung: &[Part], refused: &CallError, report: &mut Draft) {
    let parts: Vec<UpstreamError> = rung
        .iter()
        .map(|part| understood(refused, &Attempt { passes_without: Some(*part), ..Attempt::default() }))
        .collect();
    let texts: Vec<&str> = parts.iter().map(|part| part.text.as_str()).collect();
    let fixes: Vec<&str> = parts.iter().map(|part| part.fix).collect();
    let code = parts.first().map_or("trust_denied", |part| part.code.name());
    report.fail(StepName::Ladder, code, texts.join("; "), &fixes.join("; "));
}

fn has(request: &SessionRequest, part: Part) -> bool {
    match part {
        Part::Tags => !request.tags.is_empty(),
        Part::SourceIdentity => request.source_identity.is_some(),
        Part::ExternalId => request.external_id.is_some(),
    }
}

fn without(mut request: SessionRequest, part: Part) -> SessionRequest {
    match part {
        Part::Tags => {
            request.tags.clear();
            request.transitive.clear();
        }
        Part::SourceIdentity => request.source_identity = None,
        Part::ExternalId => request.external_id = None,
    }
    request
}
