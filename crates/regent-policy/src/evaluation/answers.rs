//! The questions of a statement, each answered by itself.
//!
//! A decision stops at the first no. An explanation wants every answer, and gets it from the very functions that
//! decide. Only the allowance is larger: whoever asks everything searches more.

use super::{Evaluation, PrincipalRule};
use crate::condition::Predicate;
use crate::context::Values;
use crate::index::ALL;
use crate::operator::{Family, Operator};
use crate::pool;
use crate::principal::GrantKind;
use crate::program::{List, Program, Statement};
use crate::request::Request;
use crate::scope::Meter;

/// So many times the searching of a decision may be done for an explanation.
const PATIENCE: u32 = 8;

/// How one question came out: `None` if the searching that it takes is not worth it.
pub(crate) type Outcome = Option<bool>;

/// The answer of an element that lists things, and the entry that made it: the one that matches.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listed {
    pub(crate) outcome: Outcome,
    pub(crate) by: Option<u32>,
}

/// All answers of one statement.
#[derive(Clone, Debug)]
pub(crate) struct Answers<'a> {
    pub(crate) is_understood: bool,
    pub(crate) grant: Option<GrantKind>,
    pub(crate) principal: Listed,
    pub(crate) action: Listed,
    pub(crate) resource: Listed,
    /// In the order in which the statement has them.
    pub(crate) conditions: Vec<ConditionAnswer<'a>>,
}

/// The answer of one condition.
#[derive(Clone, Debug)]
pub(crate) struct ConditionAnswer<'a> {
    /// Which of the statement's conditions, as written.
    pub(crate) written: u32,
    pub(crate) operator: Operator,
    pub(crate) key: &'a str,
    pub(crate) got: Option<Values<'a>>,
    pub(crate) outcome: Outcome,
    /// Which of the request's values pass by themselves; nothing for `Null`.
    pub(crate) passes: Vec<bool>,
}

impl<'a> Evaluation<'a> {
    /// An evaluation that has the time to answer everything.
    pub(crate) fn patient(program: &'a Program, request: &'a Request<'a>, rule: PrincipalRule) -> Self {
        let mut evaluation = Self::new(program, request, rule);
        evaluation.scope.meter = Meter::new(program.allowance.saturating_mul(PATIENCE));
        evaluation
    }

    /// Answers every question of a statement.
    pub(crate) fn answers(&mut self, statement: &Statement) -> Answers<'a> {
        let action = self.action_applies(statement, ALL);
        let action = self.listed(action, statement.actions, Self::action_matches);
        let resource = self.resource_applies(statement, ALL);
        let resource = self.listed(resource, statement.resources, Self::resource_matches);
        let grant = self.principal_grant(statement);
        let principal = Listed { outcome: Some(grant.is_some()), by: self.naming_entry(statement) };
        let conditions = self.condition_answers(statement);
        let is_understood = statement.is_understood;
        Answers { is_understood, grant, principal, action, resource, conditions }
    }

    fn outcome(&self, answer: bool) -> Outcome {
        (!self.scope.meter.is_spent()).then_some(answer)
    }

    fn listed(&mut self, answer: bool, list: List, matches: fn(&mut Self, u32) -> bool) -> Listed {
        let outcome = self.outcome(answer);
        let program = self.program;
        let patterns = pool::slice(&program.lists, list.range);
        let by = (0..).zip(patterns).find(|(_, pattern)| matches(self, **pattern)).map(|(number, _)| number);
        Listed { outcome, by }
    }

    /// The entry that names the caller best.
    fn naming_entry(&self, statement: &Statement) -> Option<u32> {
        let (program, request) = (self.program, self.request);
        let entries = pool::slice(&program.principals, statement.principals.range);
        let named = (0..).zip(entries).filter_map(|(number, entry)| {
            let grant = entry.meets(&request.caller, request.canonical_user, &program.pool)?;
            Some((grant, core::cmp::Reverse(number)))
        });
        named.max().map(|(_, core::cmp::Reverse(number))| number)
    }

    fn condition_answers(&mut self, statement: &Statement) -> Vec<ConditionAnswer<'a>> {
        let program = self.program;
        let clauses = pool::slice(&program.clauses, statement.clauses);
        let written = pool::slice(&program.written, statement.clauses);
        let mut answers: Vec<_> = clauses
            .iter()
            .zip(written)
            .filter_map(|(clause, written)| {
                let predicate = program.predicates.get(*clause as usize)?;
                Some(self.condition_answer(predicate, *written))
            })
            .collect();
        answers.sort_unstable_by_key(|answer| answer.written);
        answers
    }

    fn condition_answer(&mut self, predicate: &Predicate, written: u32) -> ConditionAnswer<'a> {
        let holds = self.holds(predicate);
        let outcome = self.outcome(holds);
        let got = self.scope.values(predicate.key);
        let values = got.as_ref().map(Values::as_slice).unwrap_or_default();
        let compared = if predicate.family == Family::Null { &[] } else { values };
        let passes = compared.iter().map(|value| predicate.passes(value, &mut self.scope)).collect();
        let key = self.scope.pool.key(predicate.key).map_or("", |key| key.name());
        ConditionAnswer { written, operator: predicate.operator, key, got, outcome, passes }
    }
}
