//! The decision: what it is, and how its parts are told.

use crate::document::Effect;
use crate::kind::PolicyKind;
use crate::policies::Policies;
use crate::principal::GrantKind;
use crate::request::Request;

mod steps;

pub(crate) use steps::{in_force, principal_rule};

/// Decides a request. Pure and total: the same question has the same answer, and there is always one.
///
/// It does not allocate, does not recurse, reads no clock, and does bounded work.
///
/// AWS: "Policy evaluation logic", "Cross-account policy evaluation logic".
///
/// ```
/// use regent_policy::*;
///
/// let document = Document::parse(
///     r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*",
///         "Resource": "arn:aws:s3:::home/${aws:username}/*"}}"#,
/// )?;
/// let program = Program::compile(&document, &Bindings::NONE);
/// let policies = Policies { identity: &[&program], ..Policies::default() };
///
/// let mut context = Context::new();
/// context.set("aws:username", "ana");
/// let request = Request {
///     caller: Caller::User {
///         account: "111122223333",
///         arn: "arn:aws:iam::111122223333:user/ana",
///         id: "AIDAEXAMPLEANA000000A",
///     },
///     action: &action!("s3:GetObject"),
///     resource: &Resource::new("arn:aws:s3:::home/ana/letter.txt"),
///     resource_account: Some("111122223333"),
///     context: &context,
///     canonical_user: None,
/// };
/// assert!(decide(&policies, &request).is_allowed());
///
/// let other = Resource::new("arn:aws:s3:::home/bob/letter.txt");
/// let decision = decide(&policies, &Request { resource: &other, ..request });
/// assert_eq!(decision.verdict(), Verdict::ImplicitlyDenied);
/// assert_eq!(decision.reason(), Reason::Policy(PolicyKind::Identity));
/// # Ok::<(), ParsePolicyError>(())
/// ```
pub fn decide(policies: &Policies<'_>, request: &Request<'_>) -> Decision {
    steps::decide(policies, request)
}

/// Calls `found` for every statement that applies to the request, of whatever effect, and returns the decision.
///
/// For simulation and explanation. The matching is the decision's own; it only does not stop early.
pub fn decide_and_collect(
    policies: &Policies<'_>,
    request: &Request<'_>,
    found: &mut dyn FnMut(MatchedStatement),
) -> Decision {
    steps::collect(policies, request, found);
    steps::decide(policies, request)
}

/// The outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Allowed.
    Allowed,
    /// Nothing that had to allow it did.
    ImplicitlyDenied,
    /// A statement denies it, or a policy is there that cannot be used.
    ExplicitlyDenied,
}

impl Verdict {
    /// Its name in answers to machines: `ImplicitlyDenied`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "Allowed",
            Self::ImplicitlyDenied => "ImplicitlyDenied",
            Self::ExplicitlyDenied => "ExplicitlyDenied",
        }
    }
}

/// What settled it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// A policy of this kind: by its statement, or because none of its statements allows.
    Policy(PolicyKind),
    /// The account's root user needs no policy there.
    RootUser,
    /// The action needs no permission and no policy can deny it: `sts:GetCallerIdentity` and
    /// `sts:GetSessionToken`.
    NoPermissionNeeded,
    /// Root users may not assume roles, whatever any policy says.
    RootMayNotAssumeRoles,
}

impl Reason {
    /// Its name in answers to machines, the kind of policy left aside.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Policy(_) => "Policy",
            Self::RootUser => "RootUser",
            Self::NoPermissionNeeded => "NoPermissionNeeded",
            Self::RootMayNotAssumeRoles => "RootMayNotAssumeRoles",
        }
    }
}

/// Where a statement is: which policy of its kind, and which statement in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StatementRef {
    /// For service and resource control policies, the level from the root down; otherwise 0.
    pub level: u32,
    /// The policy's index among those that were passed.
    pub program: u32,
    /// The statement's index in the policy.
    pub statement: u32,
}

/// What the policies of one kind had to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Finding {
    /// There is no such policy, or none that reaches this caller.
    Absent,
    /// There is, but the matter was settled without it.
    NotAsked,
    /// They neither allow nor deny.
    Silent {
        /// The first level, or for boundaries and endpoints the first policy, that does not allow.
        level: u32,
    },
    /// They allow, by this statement.
    Allows(StatementRef),
    /// They deny, by this statement.
    Denies(StatementRef),
    /// One of them cannot be read, or was made to take too long. What it would say is not known, so it denies.
    Unusable {
        /// Its level.
        level: u32,
        /// Its index there.
        program: u32,
    },
}

/// A statement that applies to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MatchedStatement {
    /// The kind of its policy.
    pub kind: PolicyKind,
    /// Where it is.
    pub at: StatementRef,
    /// What it does.
    pub effect: Effect,
    /// How it names the caller, where statements of its kind name callers.
    pub grant: Option<GrantKind>,
}

/// An answer, with everything that is needed to explain it: messages, audit records and simulations are all
/// made from this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    verdict: Verdict,
    reason: Reason,
    findings: [Finding; PolicyKind::ALL.len()],
}

impl Decision {
    /// The outcome.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// May it be done?
    pub fn is_allowed(&self) -> bool {
        self.verdict == Verdict::Allowed
    }

    /// What settled it. If several kinds would have, the first in this order is named, as AWS names one only.
    ///
    /// Explicit: service control, resource control, resource or trust, identity, boundary, session, endpoint.
    /// Implicit: service control, endpoint, resource (across accounts), identity, boundary, session.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// What the policies of a kind had to say.
    pub fn finding(&self, kind: PolicyKind) -> Finding {
        self.findings.get(kind as usize).copied().unwrap_or(Finding::Absent)
    }

    /// The kind of policy that settled it and the statement that did, if a statement did.
    pub fn deciding_statement(&self) -> Option<(PolicyKind, StatementRef)> {
        let Reason::Policy(kind) = self.reason else { return None };
        match (self.finding(kind), self.verdict) {
            (Finding::Allows(at), Verdict::Allowed) | (Finding::Denies(at), Verdict::ExplicitlyDenied) => {
                Some((kind, at))
            }
            _ => None,
        }
    }
}
