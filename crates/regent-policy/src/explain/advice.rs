//! What to do about a denial: the smallest edit that allows the request, or why there is none.

use std::fmt;

use super::candidate::{Candidate, Rank, candidates};
use super::grant::Grant;
use super::miss::Denied;
use super::standing::Standing;
use super::verify::{self, Revision};
use super::{Explanation, Source, Sources, edit};
use crate::decision::{Decision, Finding, Reason, StatementRef, Verdict};
use crate::kind::PolicyKind;
use crate::pool::Reading;
use crate::span::Span;

/// So many edits are put together at most. A request that needs more is not one policy short of being allowed.
const MOST_EDITS: usize = 16;
/// So many candidates are tried for each.
const MOST_TRIED: usize = 16;

/// What can be done about a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Nothing: it is allowed.
    Unneeded,
    /// Make all of these edits, and the request is allowed: this has been tried. Each adds this action on this resource
    /// and nothing else.
    Edit(Vec<Edit>),
    /// These statements deny, and as long as one of them does nothing else helps. Whether they should is not for a tool
    /// to say, so no edit is suggested.
    Denied(Vec<Denied>),
    /// No edit is known that allows this request and nothing else.
    Stuck(Obstacle),
}

/// A change to the text of one policy, or a new policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The kind of the policy.
    pub kind: PolicyKind,
    /// For control policies, the level; otherwise 0.
    pub level: u32,
    /// The policy's index there. `None`: there is none that could be changed, and `replacement` is a whole policy.
    pub program: Option<u32>,
    /// The piece of its text that is replaced; of an insertion, an empty piece.
    pub span: Span,
    /// What comes in its place.
    pub replacement: String,
    /// What the edit does, as a request to a person: ``add the action `s3:GetObject` to the statement on line 3``.
    pub what: String,
}

/// Why no edit is suggested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Obstacle {
    /// Root users may not assume roles, whatever any policy says.
    RootMayNotAssumeRoles,
    /// A policy cannot be read or was made to take too long; it denies until it is mended.
    Unusable {
        /// Its kind.
        kind: PolicyKind,
        /// Its level.
        level: u32,
        /// Its index there.
        program: u32,
    },
    /// The caller is anonymous. A policy that lets it in lets everybody in.
    CallerHasNoName,
    /// The resource is no ARN, or has wildcards where no pattern can mean them literally.
    ResourceHasNoPattern,
    /// The policy that is silent is AWS's own, or its text is not known.
    NotEditable {
        /// Its kind.
        kind: PolicyKind,
    },
    /// What was tried did not make it allowed.
    NothingHelped {
        /// The kind that stays silent.
        kind: PolicyKind,
    },
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RootMayNotAssumeRoles => {
                f.write_str("root users may not assume roles, whatever policies say")
            }
            Self::Unusable { kind, .. } => {
                write!(f, "a {} cannot be used, and denies everything until it is mended", kind.name())
            }
            Self::CallerHasNoName => f.write_str("whatever lets an anonymous caller in lets everybody in"),
            Self::ResourceHasNoPattern => f.write_str("no pattern matches this resource and no other"),
            Self::NotEditable { kind } => {
                write!(f, "the {} that would have to allow it cannot be changed from here", kind.name())
            }
            Self::NothingHelped { kind } => write!(f, "no small edit makes the {} allow it", kind.name()),
        }
    }
}

impl Edit {
    /// Makes the edit in the text it is for. A new policy replaces whatever text is given.
    pub fn apply(&self, text: &str) -> Option<String> {
        match self.program {
            Some(_) => edit::apply(text, self.span, &self.replacement),
            None => Some(self.replacement.clone()),
        }
    }
}

/// Where the policies are that have to allow and do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Any policy of the level.
    Level(u32),
    /// This policy and no other: each has to allow.
    Program(u32),
}

impl Place {
    pub(crate) fn holds(self, at: StatementRef) -> bool {
        match self {
            Self::Level(level) => at.level == level,
            Self::Program(program) => at.program == program,
        }
    }

    fn level(self) -> u32 {
        match self {
            Self::Level(level) => level,
            Self::Program(_) => 0,
        }
    }

    /// Where a kind that is silent on a level is silent.
    fn of(kind: PolicyKind, level: u32) -> Self {
        match kind {
            PolicyKind::PermissionsBoundary | PolicyKind::Endpoint => Self::Program(level),
            PolicyKind::Identity
            | PolicyKind::Session
            | PolicyKind::Resource
            | PolicyKind::RoleTrust
            | PolicyKind::ServiceControl
            | PolicyKind::ResourceControl => Self::Level(level),
        }
    }
}

impl Explanation<'_> {
    /// The place where a kind is silent.
    pub(crate) fn silent_place(&self, kind: PolicyKind) -> Option<Place> {
        let Standing::Silent { level } = self.kind(kind)?.standing else { return None };
        Some(Place::of(kind, level))
    }

    /// The smallest edits that together allow this request, or why there are none.
    ///
    /// For each kind of policy that is silent the first of these is taken that makes it allow, and of several the
    /// shortest:
    ///
    /// 1. one more action, resource, principal or condition value in a statement that is about nothing but this request
    ///    otherwise; its conditions stay in force;
    /// 2. a new statement with this action and this resource, without conditions;
    /// 3. a new policy with that statement, where there is none that could be changed.
    ///
    /// What would give more than this action on this resource is never suggested, such as one more action in a statement on
    /// every resource. Every edit is tried: the text is changed, parsed, admitted if it was, compiled and decided by. Of
    /// AWS's own managed policies none is changed.
    pub fn advice(&self, sources: &dyn Sources) -> Advice {
        if self.decision().is_allowed() {
            return Advice::Unneeded;
        }
        let denials = self.denials();
        if let Some(obstacle) = self.unusable() {
            return Advice::Stuck(obstacle);
        }
        if !denials.is_empty() {
            return Advice::Denied(denials);
        }
        match self.edits(sources) {
            Ok(edits) => Advice::Edit(edits),
            Err(obstacle) => Advice::Stuck(obstacle),
        }
    }

    fn unusable(&self) -> Option<Obstacle> {
        self.kinds().iter().find_map(|kind| {
            let Standing::Unusable { level, program } = kind.standing else { return None };
            Some(Obstacle::Unusable { kind: kind.kind, level, program })
        })
    }

    /// Mends one silent kind after the other until the engine says that the request is allowed.
    fn edits(&self, sources: &dyn Sources) -> Result<Vec<Edit>, Obstacle> {
        let mut edits: Vec<Edit> = Vec::new();
        let mut revisions = Vec::new();
        let mut decision = *self.decision();
        for _ in 0..MOST_EDITS {
            if decision.is_allowed() {
                edits.dedup_by(|one, other| is_repeated(one, other, sources));
                return Ok(edits);
            }
            let (kind, place) = silence(&decision)?;
            let (edit, revision, after) = self.edit(kind, place, &revisions, sources)?;
            edits.push(edit);
            revisions.push(revision);
            decision = after;
        }
        Err(silence(&decision).map_or_else(|obstacle| obstacle, |(kind, _)| Obstacle::NothingHelped { kind }))
    }

    /// The best edit of the policies at a place, tried on top of earlier ones.
    fn edit(
        &self,
        kind: PolicyKind,
        place: Place,
        earlier: &[Revision],
        sources: &dyn Sources,
    ) -> Result<(Edit, Revision, Decision), Obstacle> {
        // A caller or a resource that cannot be named cannot be granted to.
        Grant::new(kind, self.request(), Reading::Variables)?;
        let is_known = |level, program| sources.source(kind, level, program);
        let mut found: Vec<(Candidate, u32, Source<'_>)> = Vec::new();
        let policies = self.kind(kind).map(|kind| kind.policies.as_slice()).unwrap_or_default();
        for policy in policies {
            let at = StatementRef { level: policy.level, program: policy.program, statement: 0 };
            let Some(source) = is_known(policy.level, policy.program).filter(|_| place.holds(at)) else {
                continue;
            };
            if source.is_fixed() {
                continue;
            }
            let candidates = candidates(source.document, &policy.statements, kind, self.request());
            found.extend(candidates.into_iter().map(|candidate| (candidate, policy.program, source)));
        }
        found.sort_by_key(|(candidate, program, source)| {
            let is_elsewhere = !is_about_service(*source, self.request().action.name());
            (
                candidate.rank,
                is_elsewhere && candidate.rank == Rank::Statement,
                candidate.change.growth(),
                *program,
            )
        });
        for (candidate, program, source) in found.into_iter().take(MOST_TRIED) {
            let Candidate { change, what, .. } = candidate;
            let level = place.level();
            let edit = Edit {
                kind,
                level,
                program: Some(program),
                span: change.span,
                replacement: change.replacement,
                what,
            };
            if let Some((revision, decision)) = self.attempt(&edit, place, Some(source), earlier) {
                return Ok((edit, revision, decision));
            }
        }
        let edit = self.new_policy(kind, place)?;
        match self.attempt(&edit, place, None, earlier) {
            Some((revision, decision)) => Ok((edit, revision, decision)),
            None => Err(Obstacle::NothingHelped { kind }),
        }
    }

    /// A whole policy, where one can be added.
    fn new_policy(&self, kind: PolicyKind, place: Place) -> Result<Edit, Obstacle> {
        let is_addable = match kind {
            PolicyKind::Identity | PolicyKind::Session | PolicyKind::ServiceControl => true,
            // A resource has one policy; that of a role or a key may be there and empty.
            PolicyKind::Resource | PolicyKind::RoleTrust => {
                let mut programs = super::programs(self.policies, kind);
                programs.all(|(_, _, program)| program.statement_count() == 0)
            }
            // Another one would not make the first allow.
            PolicyKind::PermissionsBoundary | PolicyKind::Endpoint | PolicyKind::ResourceControl => false,
        };
        if !is_addable {
            return Err(Obstacle::NotEditable { kind });
        }
        let grant = Grant::new(kind, self.request(), Reading::Variables)?;
        let article = if kind == PolicyKind::Identity { "an" } else { "a" };
        Ok(Edit {
            kind,
            level: place.level(),
            program: None,
            span: Span::default(),
            replacement: edit::new_policy(&grant.members()),
            what: format!("add {article} {} that allows {}", kind.name(), grant.sentence()),
        })
    }

    /// Makes an edit and decides: `None` if it is no policy any more, or does not get the request past this place.
    fn attempt(
        &self,
        edit: &Edit,
        place: Place,
        source: Option<Source<'_>>,
        earlier: &[Revision],
    ) -> Option<(Revision, Decision)> {
        let text = edit.apply(source.map_or("", |source| source.document.text()))?;
        let mut programs = super::programs(self.policies, edit.kind);
        let old = programs.find(|(level, program, _)| *level == edit.level && Some(*program) == edit.program);
        let old = source.zip(old).map(|(source, (_, _, program))| (source.document, program));
        let compiled = verify::compile(old, &text, edit.kind, self.request())?;
        let revision = Revision { kind: edit.kind, level: edit.level, program: edit.program, compiled };
        let revisions: Vec<&Revision> = earlier.iter().chain([&revision]).collect();
        let decision = verify::decide_with(self.policies, &revisions, self.request());
        let is_past = match decision.verdict() {
            Verdict::Allowed => true,
            Verdict::ImplicitlyDenied => silence(&decision) != Ok((edit.kind, place)),
            Verdict::ExplicitlyDenied => false,
        };
        is_past.then_some((revision, decision))
    }
}

/// The kind that is silent, and where.
fn silence(decision: &Decision) -> Result<(PolicyKind, Place), Obstacle> {
    let kind = match decision.reason() {
        Reason::RootMayNotAssumeRoles => return Err(Obstacle::RootMayNotAssumeRoles),
        Reason::Policy(kind) => kind,
        // Reasons to allow.
        Reason::RootUser | Reason::NoPermissionNeeded => PolicyKind::Identity,
    };
    // A kind that is absent where it is needed is silent on its first level.
    let level = if let Finding::Silent { level } = decision.finding(kind) { level } else { 0 };
    Ok((kind, Place::of(kind, level)))
}

/// Do two edits say the same of one policy that is attached twice?
fn is_repeated(one: &Edit, other: &Edit, sources: &dyn Sources) -> bool {
    let name = |edit: &Edit| {
        let program = edit.program?;
        sources.source(edit.kind, edit.level, program).map(|source| source.name.to_owned())
    };
    one.kind == other.kind
        && (one.span, &one.replacement) == (other.span, &other.replacement)
        && name(one).is_some()
        && name(one) == name(other)
}

/// Does a policy speak of the action's service already? Then a new statement belongs there.
fn is_about_service(source: Source<'_>, action: &str) -> bool {
    let service = action.split(':').next().unwrap_or_default();
    let mut actions = source.document.statements().filter_map(|statement| statement.actions());
    actions.any(|actions| {
        actions.elements().any(|element| {
            let of = element.value().split(':').next().unwrap_or_default();
            of.eq_ignore_ascii_case(service)
        })
    })
}
