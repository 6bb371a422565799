//! One program against one request: which statements apply?
//!
//! Everything that asks this question asks it here: a decision, which stops at the first statement that
//! settles it, and a simulation, which wants them all. Both match with the same code; they differ in which
//! statements they look at, and looking at more can only find more.

use crate::condition::Predicate;
use crate::document::Effect;
use crate::index::{ALL, Member};
use crate::pattern::Pattern;
use crate::pool;
use crate::principal::{self, GrantKind};
use crate::program::{List, Presence, Program, Statement};
use crate::request::Request;
use crate::scope::{Meter, Scope};

pub(crate) mod answers;

/// Places for the answers of shared conditions, 64 in a word.
const MEMO_WORDS: usize = 4;

/// What a kind of policy does with principals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PrincipalRule {
    /// The policy is about whoever it is attached to. A statement that names a principal all the same is not
    /// understood: it cannot allow, and a `Deny` holds for everybody.
    Unnamed,
    /// Statements name principals; one that names none is about nobody.
    Named {
        /// Does a permissions boundary limit the caller? Then `Deny` with `NotPrincipal` always applies.
        is_bounded: bool,
    },
}

/// The program did more searching than it is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exhausted;

/// One program against one request.
pub(crate) struct Evaluation<'a> {
    program: &'a Program,
    request: &'a Request<'a>,
    rule: PrincipalRule,
    scope: Scope<'a>,
    known: [u64; MEMO_WORDS],
    held: [u64; MEMO_WORDS],
    /// The last patterns tried, and how they came out: neighbours often share theirs.
    last_action: (u32, bool),
    last_resource: (u32, bool),
}

impl<'a> Evaluation<'a> {
    pub(crate) fn new(program: &'a Program, request: &'a Request<'a>, rule: PrincipalRule) -> Self {
        Self {
            program,
            request,
            rule,
            scope: Scope::new(&program.pool, request.context, Meter::new(program.allowance)),
            known: [0; MEMO_WORDS],
            held: [0; MEMO_WORDS],
            last_action: (ALL, false),
            last_resource: (ALL, false),
        }
    }

    /// The first statement of an effect that applies.
    pub(crate) fn first(&mut self, effect: Effect) -> Result<Option<u32>, Exhausted> {
        let mut first = None;
        self.search(effect, |number, _| {
            first = Some(number);
            true
        })?;
        Ok(first)
    }

    /// The strongest grant among the `Allow` statements that apply, and the statement that makes it.
    pub(crate) fn strongest_grant(&mut self) -> Result<Option<(GrantKind, u32)>, Exhausted> {
        let mut best: Option<(GrantKind, u32)> = None;
        self.search(Effect::Allow, |number, grant| {
            if best.is_none_or(|(best, _)| best < grant) {
                best = Some((grant, number));
            }
            grant.is_direct()
        })?;
        Ok(best)
    }

    /// Every statement that applies, in source order.
    pub(crate) fn all(&mut self, mut found: impl FnMut(u32, Effect, GrantKind)) -> Result<(), Exhausted> {
        let program = self.program;
        for (number, statement) in (0..).zip(&program.statements) {
            if let Some(grant) = self.applies(statement, None) {
                found(number, statement.effect, grant);
            }
        }
        self.finish()
    }

    fn search(
        &mut self,
        effect: Effect,
        mut found: impl FnMut(u32, GrantKind) -> bool,
    ) -> Result<(), Exhausted> {
        let program = self.program;
        let index = match effect {
            Effect::Deny => &program.deny,
            Effect::Allow => &program.allow,
        };
        let request = self.request;
        index.search(request.action, request.resource, &mut |member: Member| {
            let number = member.statement();
            let Some(statement) = program.statements.get(number as usize) else { return false };
            match self.applies(statement, Some(member)) {
                Some(grant) => found(number, grant),
                None => self.is_spent(),
            }
        });
        self.finish()
    }

    fn finish(&self) -> Result<(), Exhausted> {
        if self.is_spent() { Err(Exhausted) } else { Ok(()) }
    }

    /// Is the allowance used up? Then searching stops, and no answer since then counts.
    fn is_spent(&self) -> bool {
        self.scope.meter.is_spent()
    }

    /// Does a statement apply? Cheap questions first. `member` tells which patterns led here.
    fn applies(&mut self, statement: &Statement, member: Option<Member>) -> Option<GrantKind> {
        let (action, resource) = member.map_or((ALL, ALL), |member| (member.action, member.resource));
        if !statement.is_understood
            || !self.action_applies(statement, action)
            || !self.resource_applies(statement, resource)
        {
            return None;
        }
        let grant = self.principal_grant(statement)?;
        let applies = self.conditions_hold(statement) && !self.is_spent();
        applies.then_some(grant)
    }

    fn action_applies(&mut self, statement: &Statement, only: u32) -> bool {
        self.list_applies(statement.actions, only, Self::action_matches)
    }

    fn resource_applies(&mut self, statement: &Statement, only: u32) -> bool {
        // Absent: the policy hangs on the resource and means that.
        statement.resources.presence == Presence::Absent
            || self.list_applies(statement.resources, only, Self::resource_matches)
    }

    /// Does a list of patterns take the request in? An empty list names nothing, so its `Not` form names all.
    // CHOICE: so does a `NotResource` whose only variable has no value.
    fn list_applies(&mut self, list: List, only: u32, matches: fn(&mut Self, u32) -> bool) -> bool {
        if only != ALL {
            return matches(self, only);
        }
        let patterns = pool::slice(&self.program.lists, list.range);
        match list.presence {
            Presence::Absent => false,
            Presence::Listed => patterns.iter().any(|pattern| matches(self, *pattern) || self.is_spent()),
            Presence::Excluded => !patterns.iter().any(|pattern| matches(self, *pattern) || self.is_spent()),
        }
    }

    fn action_matches(&mut self, number: u32) -> bool {
        if self.last_action.0 != number {
            let pattern = self.program.pool.pattern(number);
            let matched = pattern.matches_bytes(self.request.action.lowered(), &mut self.scope);
            self.last_action = (number, matched);
        }
        self.last_action.1
    }

    fn resource_matches(&mut self, number: u32) -> bool {
        if self.last_resource.0 != number {
            let pattern: Pattern = self.program.pool.pattern(number);
            let matched = pattern.matches_arn(self.request.resource.arn(), &mut self.scope);
            self.last_resource = (number, matched);
        }
        self.last_resource.1
    }

    fn principal_grant(&self, statement: &Statement) -> Option<GrantKind> {
        let (program, request) = (self.program, self.request);
        let List { presence, range } = statement.principals;
        let is_bounded = match self.rule {
            PrincipalRule::Named { is_bounded } => is_bounded,
            // CHOICE: AWS would not have stored a principal here. What is not understood cannot allow.
            PrincipalRule::Unnamed => {
                let is_understood = presence == Presence::Absent || statement.effect == Effect::Deny;
                return is_understood.then_some(GrantKind::Everyone);
            }
        };
        let entries = pool::slice(&program.principals, range);
        let strongest =
            || principal::strongest(entries, &request.caller, request.canonical_user, &program.pool);
        let applies = match (presence, statement.effect) {
            (Presence::Absent, _) => false,
            (Presence::Listed, _) => return strongest(),
            (Presence::Excluded, Effect::Allow) => strongest().is_none(),
            (Presence::Excluded, Effect::Deny) => {
                is_bounded
                    || !principal::spares(entries, &request.caller, request.canonical_user, &program.pool)
            }
        };
        applies.then_some(GrantKind::Everyone)
    }

    fn conditions_hold(&mut self, statement: &Statement) -> bool {
        let program = self.program;
        pool::slice(&program.clauses, statement.clauses).iter().all(|clause| {
            let predicate = program.predicates.get(*clause as usize);
            predicate.is_some_and(|predicate| self.holds(predicate))
        })
    }

    /// Answers a condition, once a decision if statements share it.
    fn holds(&mut self, predicate: &Predicate) -> bool {
        let (word, bit) = (usize::from(predicate.memo / 64), 1_u64 << (predicate.memo % 64));
        let (Some(known), Some(held)) = (self.known.get_mut(word), self.held.get_mut(word)) else {
            return predicate.holds(&mut self.scope);
        };
        if *known & bit == 0 {
            *known |= bit;
            if predicate.holds(&mut self.scope) {
                *held |= bit;
            }
        }
        *held & bit != 0
    }
}
