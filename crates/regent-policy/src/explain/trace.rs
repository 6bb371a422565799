//! Every question about every statement, asked and answered.

use super::because::Because;
use super::standing::{self, Standing};
use crate::context::Values;
use crate::decision::{self, Decision, StatementRef};
use crate::document::Effect;
use crate::evaluation::answers::{self, Answers};
use crate::evaluation::{Evaluation, PrincipalRule};
use crate::kind::PolicyKind;
use crate::operator::Operator;
use crate::policies::Policies;
use crate::principal::GrantKind;
use crate::program::Program;
use crate::request::Request;

/// How a question came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// It matches, or holds.
    Yes,
    /// It does not.
    No,
    /// Finding out would take more searching than any honest policy needs, so it was given up.
    Unfinished,
}

impl From<answers::Outcome> for Answer {
    fn from(outcome: answers::Outcome) -> Self {
        match outcome {
            Some(true) => Self::Yes,
            Some(false) => Self::No,
            None => Self::Unfinished,
        }
    }
}

/// What became of the policies of one kind.
#[derive(Clone, Debug)]
pub struct KindTrace<'a> {
    /// The kind.
    pub kind: PolicyKind,
    /// What its policies say, taken together. Unlike [`Decision::finding`] it is told of kinds that were not asked any
    /// more, too.
    pub standing: Standing,
    /// The policies; none where they do not reach the caller.
    pub policies: Vec<PolicyTrace<'a>>,
}

/// What became of one policy.
#[derive(Clone, Debug)]
pub struct PolicyTrace<'a> {
    /// For service and resource control policies, the level from the root down; otherwise 0.
    pub level: u32,
    /// Its index there.
    pub program: u32,
    /// What it says by itself.
    pub standing: Standing,
    /// Its statements, in source order.
    pub statements: Vec<StatementTrace<'a>>,
}

/// What became of one statement.
#[derive(Clone, Debug)]
pub struct StatementTrace<'a> {
    /// Where it is.
    pub at: StatementRef,
    /// What it does.
    pub effect: Effect,
    /// Does it apply? Exactly when [`decide_and_collect`](crate::decide_and_collect) reports it.
    pub applies: bool,
    /// False for an `Allow` in a wrong case (`allow`): AWS would not have stored it, and it never applies.
    pub is_understood: bool,
    /// How it names the caller, in kinds of policy that name callers. [`GrantKind::Account`] within an account is a
    /// delegation: the statement applies, and by itself it gives nothing.
    pub grant: Option<GrantKind>,
    /// Is it about the caller? Always yes for kinds that name none.
    pub principal: ListTrace,
    /// Is it about the action?
    pub action: ListTrace,
    /// Is it about the resource?
    pub resource: ListTrace,
    /// Its conditions, in source order.
    pub conditions: Vec<ConditionTrace<'a>>,
}

/// How an element that lists things came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListTrace {
    /// Does it take the request in? In its `Not` form, when nothing that is listed matches.
    pub answer: Answer,
    /// The index of the entry that matches. In the `Not` form it is the reason for a no.
    pub by: Option<u32>,
}

/// How a condition came out.
#[derive(Clone, Debug)]
pub struct ConditionTrace<'a> {
    /// Which of the statement's conditions it is, as [`Statement::conditions`](crate::Statement::conditions) counts.
    pub index: u32,
    /// The operator.
    pub operator: Operator,
    /// The key, in one of the spellings that the policy uses.
    pub key: &'a str,
    /// What the request has under the key; `None` if it is absent.
    pub got: Option<Values<'a>>,
    /// Does it hold?
    pub answer: Answer,
    /// Which of the request's values pass by themselves, in their order. Empty for `Null` and absent keys.
    pub passes: Vec<bool>,
    /// The rule by which it came out so.
    pub because: Because,
}

impl StatementTrace<'_> {
    /// The conditions that do not hold.
    pub fn failing(&self) -> impl Iterator<Item = &ConditionTrace<'_>> {
        self.conditions.iter().filter(|condition| condition.answer == Answer::No)
    }
}

impl<'a> KindTrace<'a> {
    pub(crate) fn policy(&self, level: u32, program: u32) -> Option<&PolicyTrace<'a>> {
        self.policies.iter().find(|policy| (policy.level, policy.program) == (level, program))
    }
}

pub(super) fn trace<'a>(
    policies: &'a Policies<'a>,
    request: &'a Request<'a>,
    decision: &Decision,
) -> Vec<KindTrace<'a>> {
    let in_force = decision::in_force(policies, &request.caller);
    let trace = |kind| {
        let is_there = super::programs(policies, kind).next().is_some() || policies.set(kind).is_some();
        let is_in_force = super::programs(&in_force, kind).next().is_some() || in_force.set(kind).is_some();
        if !is_in_force {
            let standing = if is_there { Standing::OutOfReach } else { Standing::Absent };
            return KindTrace { kind, standing, policies: Vec::new() };
        }
        let rule = decision::principal_rule(&in_force, kind);
        let traced: Vec<PolicyTrace<'a>> = super::programs(policies, kind)
            .map(|(level, number, program)| policy(kind, level, number, program, request, rule))
            .collect();
        let standing = standing::of_kind(policies, kind, decision.finding(kind), &traced);
        KindTrace { kind, standing, policies: traced }
    };
    PolicyKind::ALL.into_iter().map(trace).collect()
}

fn policy<'a>(
    kind: PolicyKind,
    level: u32,
    number: u32,
    program: &'a Program,
    request: &'a Request<'a>,
    rule: PrincipalRule,
) -> PolicyTrace<'a> {
    let mut applying = vec![false; program.statements.len()];
    let finished = Evaluation::new(program, request, rule).all(|statement, _, _| {
        if let Some(applies) = applying.get_mut(statement as usize) {
            *applies = true;
        }
    });
    let mut evaluation = Evaluation::patient(program, request, rule);
    let statements: Vec<StatementTrace<'a>> = (0..)
        .zip(&program.statements)
        .zip(applying)
        .map(|((index, compiled), applies)| {
            let at = StatementRef { level, program: number, statement: index };
            statement(kind, at, compiled.effect, applies, evaluation.answers(compiled))
        })
        .collect();
    let is_usable = finished.is_ok() && !program.is_unreadable;
    let standing = standing::of_policy(level, number, is_usable, &statements);
    PolicyTrace { level, program: number, standing, statements }
}

fn statement(
    kind: PolicyKind,
    at: StatementRef,
    effect: Effect,
    applies: bool,
    answers: Answers<'_>,
) -> StatementTrace<'_> {
    let conditions = answers.conditions.into_iter().map(|condition| ConditionTrace {
        index: condition.written,
        operator: condition.operator,
        key: condition.key,
        because: Because::of(&condition),
        got: condition.got,
        answer: condition.outcome.into(),
        passes: condition.passes,
    });
    StatementTrace {
        at,
        effect,
        applies,
        is_understood: answers.is_understood,
        grant: answers.grant.filter(|_| kind.names_principals()),
        principal: answers.principal.into(),
        action: answers.action.into(),
        resource: answers.resource.into(),
        conditions: conditions.collect(),
    }
}

impl From<answers::Listed> for ListTrace {
    fn from(listed: answers::Listed) -> Self {
        Self { answer: listed.outcome.into(), by: listed.by }
    }
}
