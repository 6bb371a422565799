//! The steps of a decision, in AWS's order.
//!
//! 1. A `Deny` anywhere ends it.
//! 2. What limits everybody must allow: service control policies, endpoint policies.
//! 3. Within one account: a resource policy that names the caller is enough. Otherwise the caller's
//!    identity-based policies must allow, or a resource policy must name the role; and then the boundary and
//!    the session policies must allow as well.
//! 4. Across accounts both sides must allow, each by itself.

use super::{Decision, Finding, MatchedStatement, Reason, StatementRef, Verdict};
use crate::action::Action;
use crate::caller::Caller;
use crate::document::Effect;
use crate::evaluation::{Evaluation, PrincipalRule};
use crate::kind::PolicyKind;
use crate::policies::{Need, Policies, ResourceRule, Set};
use crate::principal::GrantKind;
use crate::program::Program;
use crate::request::Request;

/// What settles a request before any policy is read.
// CHOICE: one page doubts whether a `Deny` works on `GetSessionToken`; the others say that policies have no say.
static NEEDS_NO_PERMISSION: [Action<'static>; 2] =
    [crate::action!("sts:GetCallerIdentity"), crate::action!("sts:GetSessionToken")];

/// The kinds in the order in which an explicit denial names them.
// CHOICE: AWS names one kind and fixes no order.
const EXPLICIT_ORDER: [PolicyKind; 8] = [
    PolicyKind::ServiceControl,
    PolicyKind::ResourceControl,
    PolicyKind::Resource,
    PolicyKind::RoleTrust,
    PolicyKind::Identity,
    PolicyKind::PermissionsBoundary,
    PolicyKind::Session,
    PolicyKind::Endpoint,
];

pub(super) fn decide(policies: &Policies<'_>, request: &Request<'_>) -> Decision {
    if NEEDS_NO_PERMISSION.iter().any(|action| action == request.action) {
        let findings = [Finding::Absent; 8];
        return Decision { verdict: Verdict::Allowed, reason: Reason::NoPermissionNeeded, findings };
    }
    let policies = in_force(policies, &request.caller);
    let mut decider = Decider::new(&policies, request);
    let (verdict, reason) = match decider.run() {
        Ok(reason) => (Verdict::Allowed, reason),
        Err(Stop::Implicit(reason)) => (Verdict::ImplicitlyDenied, reason),
        Err(Stop::Explicit(kind)) => (Verdict::ExplicitlyDenied, Reason::Policy(kind)),
    };
    Decision { verdict, reason, findings: decider.findings }
}

pub(super) fn collect(
    policies: &Policies<'_>,
    request: &Request<'_>,
    found: &mut dyn FnMut(MatchedStatement),
) {
    let policies = in_force(policies, &request.caller);
    let decider = Decider::new(&policies, request);
    for kind in EXPLICIT_ORDER {
        let mut visit = |level, number, program| {
            // An exhausted or unreadable program has nothing to show; the decision reports it.
            let _ = decider.evaluation(kind, program).all(|statement, effect, grant| {
                let at = StatementRef { level, program: number, statement };
                found(MatchedStatement { kind, at, effect, grant: kind.names_principals().then_some(grant) });
            });
        };
        if let Some(resource) = policies.resource.filter(|resource| resource.kind() == kind) {
            visit(0, 0, resource.program);
        }
        for (level, number, program) in policies.set(kind).into_iter().flat_map(Set::programs) {
            visit(level, number, program);
        }
    }
}

/// The policies that reach a caller of this sort.
pub(crate) fn in_force<'a>(policies: &Policies<'a>, caller: &Caller<'_>) -> Policies<'a> {
    let mut policies = *policies;
    if caller.needs_no_identity_policy() || caller.account().is_none() {
        policies.identity = &[];
        policies.boundaries = &[];
    }
    if matches!(caller, Caller::Root { .. }) || caller.account().is_none() {
        policies.session = None;
    }
    if caller.is_service_linked() {
        policies.resource_control = None;
    }
    if caller.is_service_linked() || caller.account().is_none() {
        policies.service_control = None;
    }
    policies
}

/// What policies of a kind do with principals, given all policies that are in force.
pub(crate) fn principal_rule(policies: &Policies<'_>, kind: PolicyKind) -> PrincipalRule {
    let is_bounded = !policies.boundaries.is_empty();
    if kind.names_principals() { PrincipalRule::Named { is_bounded } } else { PrincipalRule::Unnamed }
}

/// Why a decision ends before it allows.
enum Stop {
    Implicit(Reason),
    Explicit(PolicyKind),
}

impl Stop {
    fn silent(kind: PolicyKind) -> Self {
        Self::Implicit(Reason::Policy(kind))
    }
}

struct Decider<'a> {
    policies: &'a Policies<'a>,
    request: &'a Request<'a>,
    findings: [Finding; 8],
}

impl<'a> Decider<'a> {
    fn new(policies: &'a Policies<'a>, request: &'a Request<'a>) -> Self {
        let findings = PolicyKind::ALL.map(|kind| {
            let is_there = policies.set(kind).is_some()
                || policies.resource.is_some_and(|resource| resource.kind() == kind);
            if is_there { Finding::NotAsked } else { Finding::Absent }
        });
        Self { policies, request, findings }
    }

    fn run(&mut self) -> Result<Reason, Stop> {
        self.no_explicit_deny()?;
        let caller = &self.request.caller;
        let rule = self.policies.resource.map_or(ResourceRule::Ordinary, |resource| resource.rule);
        if rule == ResourceRule::RoleTrust
            && matches!(caller, Caller::Root { .. } | Caller::RootSession { .. })
        {
            return Err(Stop::Implicit(Reason::RootMayNotAssumeRoles));
        }
        self.require(PolicyKind::ServiceControl)?;
        self.require(PolicyKind::Endpoint)?;
        if caller.account().is_none() {
            return self.without_account();
        }
        if self.request.is_same_account() { self.within_account(rule) } else { self.across_accounts() }
    }

    /// A service, a federated identity or a stranger: the resource alone decides.
    fn without_account(&mut self) -> Result<Reason, Stop> {
        let kind = self.resource_kind();
        match self.grant()? {
            Some(grant) if grant.is_direct() => Ok(Reason::Policy(kind)),
            _ => Err(Stop::silent(kind)),
        }
    }

    fn within_account(&mut self, rule: ResourceRule) -> Result<Reason, Stop> {
        let kind = self.resource_kind();
        let caller = &self.request.caller;
        let reason = match self.grant()? {
            Some(grant) if grant.is_direct() => return Ok(Reason::Policy(kind)),
            Some(GrantKind::Role | GrantKind::Issuer) => Reason::Policy(kind),
            // Only KMS keys and roles insist that their policy at least names the account.
            None if rule != ResourceRule::Ordinary => return Err(Stop::silent(kind)),
            _ => self.identity_allows(caller)?,
        };
        self.require_limits(caller)?;
        Ok(reason)
    }

    /// No grant of the resource's side gets past anything on the caller's side.
    fn across_accounts(&mut self) -> Result<Reason, Stop> {
        let kind = self.resource_kind();
        let caller = &self.request.caller;
        if self.grant()?.is_none() {
            return Err(Stop::silent(kind));
        }
        let reason = self.identity_allows(caller)?;
        self.require_limits(caller)?;
        Ok(reason)
    }

    fn identity_allows(&mut self, caller: &Caller<'_>) -> Result<Reason, Stop> {
        if caller.needs_no_identity_policy() {
            return Ok(Reason::RootUser);
        }
        if self.allows(PolicyKind::Identity)? {
            Ok(Reason::Policy(PolicyKind::Identity))
        } else {
            Err(Stop::silent(PolicyKind::Identity))
        }
    }

    /// The limits of the caller itself: boundary and session policies.
    fn require_limits(&mut self, caller: &Caller<'_>) -> Result<(), Stop> {
        self.require(PolicyKind::PermissionsBoundary)?;
        // CHOICE: a grant to the user who issued a federated session without session policies is not enough.
        if caller.needs_session_policy() && self.policies.session.is_none() {
            return Err(Stop::silent(PolicyKind::Session));
        }
        self.require(PolicyKind::Session)
    }

    /// Goes through every kind for a `Deny`.
    fn no_explicit_deny(&mut self) -> Result<(), Stop> {
        for kind in EXPLICIT_ORDER {
            if let Some(resource) = self.policies.resource.filter(|resource| resource.kind() == kind) {
                self.no_deny_in(kind, 0, 0, resource.program)?;
            }
            for (level, number, program) in self.policies.set(kind).into_iter().flat_map(Set::programs) {
                self.no_deny_in(kind, level, number, program)?;
            }
        }
        Ok(())
    }

    fn no_deny_in(
        &mut self,
        kind: PolicyKind,
        level: u32,
        number: u32,
        program: &'a Program,
    ) -> Result<(), Stop> {
        if program.is_unreadable {
            return Err(self.unusable(kind, level, number));
        }
        if !program.deny.concerns(self.request.action) {
            return Ok(());
        }
        match self.evaluation(kind, program).first(Effect::Deny) {
            Ok(None) => Ok(()),
            Ok(Some(statement)) => {
                self.find(kind, Finding::Denies(StatementRef { level, program: number, statement }));
                Err(Stop::Explicit(kind))
            }
            Err(_) => Err(self.unusable(kind, level, number)),
        }
    }

    /// A kind that limits must allow, if there is any policy of it.
    // CHOICE: the order in which these are asked is the order in which an implicit denial names them.
    fn require(&mut self, kind: PolicyKind) -> Result<(), Stop> {
        let is_satisfied = self.policies.set(kind).is_none() || self.allows(kind)?;
        if is_satisfied { Ok(()) } else { Err(Stop::silent(kind)) }
    }

    /// Do the policies of a kind, taken together, allow? Without any, they do not.
    fn allows(&mut self, kind: PolicyKind) -> Result<bool, Stop> {
        let policies = self.policies;
        let Some(Set { levels, need }) = policies.set(kind) else { return Ok(false) };
        for (level, programs) in (0..).zip(levels) {
            let mut is_satisfied = need == Need::Each;
            for (number, program) in (0..).zip(*programs) {
                let allowed = self.allowed_by(kind, level, number, program)?;
                match need {
                    Need::Each if !allowed => {
                        self.find(kind, Finding::Silent { level: number });
                        return Ok(false);
                    }
                    Need::OnePerLevel if allowed => {
                        is_satisfied = true;
                        break;
                    }
                    Need::Each | Need::OnePerLevel => {}
                }
            }
            if !is_satisfied {
                self.find(kind, Finding::Silent { level });
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn allowed_by(
        &mut self,
        kind: PolicyKind,
        level: u32,
        number: u32,
        program: &'a Program,
    ) -> Result<bool, Stop> {
        if !program.allow.concerns(self.request.action) {
            return Ok(false);
        }
        match self.evaluation(kind, program).first(Effect::Allow) {
            Ok(None) => Ok(false),
            Ok(Some(statement)) => {
                self.find(kind, Finding::Allows(StatementRef { level, program: number, statement }));
                Ok(true)
            }
            Err(_) => Err(self.unusable(kind, level, number)),
        }
    }

    /// The strongest grant that the resource's policy makes to the caller.
    fn grant(&mut self) -> Result<Option<GrantKind>, Stop> {
        let Some(resource) = self.policies.resource else { return Ok(None) };
        let kind = resource.kind();
        if !resource.program.allow.concerns(self.request.action) {
            self.find(kind, Finding::Silent { level: 0 });
            return Ok(None);
        }
        match self.evaluation(kind, resource.program).strongest_grant() {
            Ok(None) => {
                self.find(kind, Finding::Silent { level: 0 });
                Ok(None)
            }
            Ok(Some((grant, statement))) => {
                self.find(kind, Finding::Allows(StatementRef { level: 0, program: 0, statement }));
                Ok(Some(grant))
            }
            Err(_) => Err(self.unusable(kind, 0, 0)),
        }
    }

    fn evaluation(&self, kind: PolicyKind, program: &'a Program) -> Evaluation<'a> {
        Evaluation::new(program, self.request, principal_rule(self.policies, kind))
    }

    fn resource_kind(&self) -> PolicyKind {
        self.policies.resource.map_or(PolicyKind::Resource, |resource| resource.kind())
    }

    fn unusable(&mut self, kind: PolicyKind, level: u32, program: u32) -> Stop {
        self.find(kind, Finding::Unusable { level, program });
        Stop::Explicit(kind)
    }

    fn find(&mut self, kind: PolicyKind, finding: Finding) {
        if let Some(slot) = self.findings.get_mut(kind as usize) {
            *slot = finding;
        }
    }
}
