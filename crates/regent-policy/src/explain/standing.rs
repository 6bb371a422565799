//! What policies say, taken one by one and kind by kind.

use super::trace::{PolicyTrace, StatementTrace};
use crate::decision::{Finding, StatementRef};
use crate::document::Effect;
use crate::kind::PolicyKind;
use crate::policies::{Need, Policies};
use crate::span::offset;

/// What a policy, or all policies of a kind, say to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// There is no such policy.
    Absent,
    /// There is, but it does not concern this sort of caller: a root user has no boundary.
    OutOfReach,
    /// Neither an `Allow` nor a `Deny` applies.
    Silent {
        /// The first level, or for boundaries and endpoints the first policy, that does not allow.
        level: u32,
    },
    /// It does not deny, and more is not asked of it: resource control policies need not allow, since beside them
    /// stands one that allows everything.
    NoObjection,
    /// It allows, by this statement.
    Allows(StatementRef),
    /// It denies, by this statement, whatever else it says.
    Denies(StatementRef),
    /// It cannot be read, or was made to take too long, and so it denies.
    Unusable {
        /// Its level.
        level: u32,
        /// Its index there.
        program: u32,
    },
}

pub(super) fn of_policy(
    level: u32,
    program: u32,
    is_usable: bool,
    statements: &[StatementTrace<'_>],
) -> Standing {
    if !is_usable {
        return Standing::Unusable { level, program };
    }
    let first = |effect| statements.iter().find(|found| found.applies && found.effect == effect);
    match (first(Effect::Deny), first(Effect::Allow)) {
        (Some(deny), _) => Standing::Denies(deny.at),
        (None, Some(allow)) => Standing::Allows(allow.at),
        (None, None) => Standing::Silent { level },
    }
}

/// What the decision found, or, of a kind that it did not ask, what it would have.
pub(super) fn of_kind(
    policies: &Policies<'_>,
    kind: PolicyKind,
    finding: Finding,
    traced: &[PolicyTrace<'_>],
) -> Standing {
    match finding {
        Finding::Absent | Finding::NotAsked => unasked(policies, kind, traced),
        Finding::Silent { level } => Standing::Silent { level },
        Finding::Allows(at) => Standing::Allows(at),
        Finding::Denies(at) => Standing::Denies(at),
        Finding::Unusable { level, program } => Standing::Unusable { level, program },
    }
}

fn unasked(policies: &Policies<'_>, kind: PolicyKind, traced: &[PolicyTrace<'_>]) -> Standing {
    let objects = |standing| matches!(standing, Standing::Denies(_) | Standing::Unusable { .. });
    if let Some(objecting) = traced.iter().find(|policy| objects(policy.standing)) {
        return objecting.standing;
    }
    if kind == PolicyKind::ResourceControl {
        return Standing::NoObjection;
    }
    let is_allowing = |policy: &&PolicyTrace<'_>| matches!(policy.standing, Standing::Allows(_));
    let need = policies.set(kind).map_or(Need::OnePerLevel, |set| set.need);
    if need == Need::Each {
        let silent = traced.iter().find(|policy| !is_allowing(policy));
        return match (silent, traced.last()) {
            (Some(silent), _) => Standing::Silent { level: silent.program },
            (None, last) => last.map_or(Standing::Silent { level: 0 }, |policy| policy.standing),
        };
    }
    let levels = policies.set(kind).map_or(1, |set| offset(set.levels.len()));
    let mut standing = Standing::Silent { level: 0 };
    for level in 0..levels {
        let Some(allowing) = traced.iter().find(|policy| policy.level == level && is_allowing(policy)) else {
            return Standing::Silent { level };
        };
        standing = allowing.standing;
    }
    standing
}
