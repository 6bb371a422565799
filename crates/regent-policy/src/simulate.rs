//! Simulation: what a request would come to, and everything about it that IAM's policy simulator tells.
//!
//! [`simulate`] is [`decide_and_collect`] with the answer put in order. It matches nothing by itself: what a
//! simulation says is what enforcement does, trust policies and key policies included, which AWS's own
//! simulator leaves out.
//!
//! Two things around it are here too, because whoever offers a simulator needs them: [`context_keys`] tells
//! which keys a set of policies asks for, and [`ContextKeyType`] reads the values that somebody gives for them.
//!
//! AWS: "IAM policy testing with the IAM policy simulator"; IAM API reference, `SimulateCustomPolicy`.
//!
//! ```
//! use regent_policy::simulate::{eval_decision, missing_context_keys, simulate};
//! use regent_policy::*;
//!
//! let document = Document::parse(
//!     r#"{"Version": "2012-10-17", "Statement": [
//!         {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
//!         {"Effect": "Deny", "Action": "s3:Delete*", "Resource": "*",
//!          "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}]}"#,
//! )?;
//! let program = Program::compile(&document, &Bindings::NONE);
//! let policies = Policies { identity: &[&program], ..Policies::default() };
//! let context = Context::new();
//! let request = Request {
//!     caller: Caller::User { account: "111122223333", arn: "arn:aws:iam::111122223333:user/ana", id: "" },
//!     action: &action!("s3:DeleteObject"),
//!     resource: &Resource::new("arn:aws:s3:::b/o"),
//!     resource_account: Some("111122223333"),
//!     context: &context,
//!     canonical_user: None,
//! };
//! let simulation = simulate(&policies, &request);
//! assert_eq!(eval_decision(simulation.verdict()), "explicitDeny");
//! // One statement allows and one denies. Only the one that settled it counts.
//! let [settled] = simulation.statements() else { panic!() };
//! assert_eq!(settled.at.statement, 1);
//! // It was settled without knowing of MFA, and says so.
//! assert_eq!(missing_context_keys([&document], &context), ["aws:MultiFactorAuthPresent"]);
//! # Ok::<(), ParsePolicyError>(())
//! ```

use crate::decision::{Decision, Finding, MatchedStatement, Verdict, decide_and_collect};
use crate::document::Effect;
use crate::kind::PolicyKind;
use crate::policies::Policies;
use crate::request::Request;

mod context_entry;
mod keys;
#[cfg(feature = "catalogue")]
mod supported;

pub use context_entry::{ContextEntryError, ContextKeyType};
pub use keys::{context_keys, missing_context_keys};
#[cfg(feature = "catalogue")]
pub use supported::supported_form;

/// Simulates a request: one action on one resource.
pub fn simulate(policies: &Policies<'_>, request: &Request<'_>) -> Simulation {
    let mut statements = Vec::new();
    let decision = decide_and_collect(policies, request, &mut |found| statements.push(found));
    let by_kind = PolicyKind::ALL.map(|kind| verdict_of(kind, policies, &decision, &statements));
    let effect = match decision.verdict() {
        Verdict::Allowed => Some(Effect::Allow),
        Verdict::ExplicitlyDenied => Some(Effect::Deny),
        Verdict::ImplicitlyDenied => None,
    };
    statements.retain(|found| Some(found.effect) == effect);
    let is_across_accounts = request.caller.account().is_some() && !request.is_same_account();
    Simulation { verdict: decision.verdict(), decision, statements, by_kind, is_across_accounts }
}

/// What a request would come to.
#[derive(Clone, Debug)]
pub struct Simulation {
    verdict: Verdict,
    decision: Decision,
    statements: Vec<MatchedStatement>,
    by_kind: [Option<Verdict>; PolicyKind::ALL.len()],
    is_across_accounts: bool,
}

impl Simulation {
    /// The decision, as enforcement makes it.
    pub fn decision(&self) -> &Decision {
        &self.decision
    }

    /// The outcome.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// The same for a resource that the action never acts on: nobody will ask, so nothing allows it, and no
    /// statement settled it.
    ///
    /// AWS: "IAM policy testing with the IAM policy simulator".
    #[must_use]
    pub fn on_unsupported_resource(mut self) -> Self {
        self.verdict = Verdict::ImplicitlyDenied;
        self.statements.clear();
        self
    }

    /// The statements that settled it: those that deny, if any does; otherwise those that allow; none, if nothing
    /// that had to allow it did.
    ///
    /// Those of an organization's policies are among them. AWS's simulator keeps them to itself.
    pub fn statements(&self) -> &[MatchedStatement] {
        &self.statements
    }

    /// What the policies of one kind, taken together, have to say; `None` if there are none, or none that reach
    /// the caller.
    ///
    /// Unlike [`Decision::finding`] this is said of every kind, also of those that no longer mattered.
    pub fn by_kind(&self, kind: PolicyKind) -> Option<Verdict> {
        self.by_kind.get(kind as usize).copied().flatten()
    }

    /// Does the permissions boundary let the request through? `None` without one.
    ///
    /// It does if a statement of it allows and none denies, whatever the identity-based policies say.
    pub fn is_allowed_by_boundary(&self) -> Option<bool> {
        self.by_kind(PolicyKind::PermissionsBoundary).map(|verdict| verdict == Verdict::Allowed)
    }

    /// Do the service control policies let the request through? `None` without an organization.
    pub fn is_allowed_by_organization(&self) -> Option<bool> {
        self.by_kind(PolicyKind::ServiceControl).map(|verdict| verdict == Verdict::Allowed)
    }

    /// Are caller and resource in two accounts? Then both sides had to allow.
    pub fn is_across_accounts(&self) -> bool {
        self.is_across_accounts
    }

    /// The kind of a policy that could not be used, if there is one: unreadable, or made to take too long. What
    /// it would say is not known. Enforcement denies; a simulation should say that it could not tell.
    pub fn unusable(&self) -> Option<PolicyKind> {
        PolicyKind::ALL
            .into_iter()
            .find(|kind| matches!(self.decision.finding(*kind), Finding::Unusable { .. }))
    }
}

/// What the policies of a kind say, by all their statements that apply.
fn verdict_of(
    kind: PolicyKind,
    policies: &Policies<'_>,
    decision: &Decision,
    statements: &[MatchedStatement],
) -> Option<Verdict> {
    match decision.finding(kind) {
        Finding::Absent => return None,
        Finding::Unusable { .. } => return Some(Verdict::ExplicitlyDenied),
        Finding::NotAsked | Finding::Silent { .. } | Finding::Allows(_) | Finding::Denies(_) => {}
    }
    let of_kind = || statements.iter().filter(|found| found.kind == kind);
    if of_kind().any(|found| found.effect == Effect::Deny) {
        return Some(Verdict::ExplicitlyDenied);
    }
    // Every level of an organization must allow, and each of several boundaries; elsewhere one policy will do.
    let (sets, in_set): (usize, fn(&MatchedStatement) -> u32) = match kind {
        PolicyKind::ServiceControl => {
            (policies.service_control.map_or(0, <[_]>::len), |found| found.at.level)
        }
        PolicyKind::PermissionsBoundary => (policies.boundaries.len(), |found| found.at.program),
        PolicyKind::Endpoint => (policies.endpoint.len(), |found| found.at.program),
        // Each level holds a policy that allows everything, and nobody can take it away.
        PolicyKind::ResourceControl => return Some(Verdict::Allowed),
        PolicyKind::Identity | PolicyKind::Session | PolicyKind::Resource | PolicyKind::RoleTrust => {
            (1, |_| 0)
        }
    };
    let is_allowed = (0..).take(sets).all(|set| of_kind().any(|found| in_set(found) == set));
    Some(if is_allowed { Verdict::Allowed } else { Verdict::ImplicitlyDenied })
}

/// What the simulator calls an outcome: `allowed`, `explicitDeny` or `implicitDeny`.
pub fn eval_decision(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allowed => "allowed",
        Verdict::ImplicitlyDenied => "implicitDeny",
        Verdict::ExplicitlyDenied => "explicitDeny",
    }
}

/// The outcome of an action on several resources: the most restrictive of theirs, as AWS reports it.
///
/// Of no resource at all nothing is allowed.
///
/// ```
/// use regent_policy::{Verdict, simulate::most_restrictive};
///
/// let verdicts = [Verdict::Allowed, Verdict::ExplicitlyDenied, Verdict::ImplicitlyDenied];
/// assert_eq!(most_restrictive(verdicts), Verdict::ExplicitlyDenied);
/// ```
pub fn most_restrictive(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
    let severity = |verdict: &Verdict| match verdict {
        Verdict::Allowed => 0,
        Verdict::ImplicitlyDenied => 1,
        Verdict::ExplicitlyDenied => 2,
    };
    verdicts.into_iter().max_by_key(severity).unwrap_or(Verdict::ImplicitlyDenied)
}
