//! Edits of one policy that would make it allow one request.

use super::edit::{self, Change};
use super::grant::{Grant, escaped};
use super::trace::{Answer, ConditionTrace, StatementTrace};
use super::written::reading;
use crate::context::Values;
use crate::document::{Document, Effect, Listed, Polarity, PrincipalType, Statement};
use crate::kind::PolicyKind;
use crate::operator::{Family, Order, Qualifier, Sense};
use crate::pool::Reading;
use crate::request::Request;
use crate::span::Span;

/// An edit that may do, and how much it gives besides.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) rank: Rank,
    pub(super) change: Change,
    pub(super) what: String,
}

/// The order in which candidates are preferred. All of them allow this action on this resource and nothing else; what
/// would give more is never made: for that there is always the new statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// A statement that is about nothing else takes in one thing more. Its conditions stay in force.
    Element,
    /// A new statement, without conditions.
    Statement,
}

/// Every candidate for one policy.
pub(super) fn candidates(
    document: &Document,
    traces: &[StatementTrace<'_>],
    kind: PolicyKind,
    request: &Request<'_>,
) -> Vec<Candidate> {
    let reading = reading(document);
    let Ok(grant) = Grant::new(kind, request, reading) else { return Vec::new() };
    let maker = Maker { document, grant: &grant, reading };
    let mut candidates: Vec<Candidate> = document
        .statements()
        .zip(traces)
        .filter(|(_, trace)| trace.effect == Effect::Allow && trace.is_understood && !trace.applies)
        .filter_map(|(statement, trace)| maker.element(&statement, trace))
        .collect();
    if let Some(change) = edit::append_statement(document, &grant.members()) {
        let what = format!("add a statement that allows {}", grant.sentence());
        candidates.push(Candidate { rank: Rank::Statement, change, what });
    }
    candidates
}

struct Maker<'a> {
    document: &'a Document,
    grant: &'a Grant<'a>,
    reading: Reading,
}

/// Is an element about the request alone?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// About this and nothing else.
    Exact,
    /// About this and more, or about something else in a way that one more value does not mend.
    Other,
    /// A list of other things, to which this can be added.
    Lacking,
}

impl Maker<'_> {
    /// What a statement lacks, if it lacks one thing and is otherwise about this request alone.
    fn element(&self, statement: &Statement<'_>, trace: &StatementTrace<'_>) -> Option<Candidate> {
        let action = self.action_scope(statement, trace);
        let resource = self.resource_scope(statement, trace);
        let principal = self.principal_scope(statement, trace);
        let failing: Vec<_> = trace.failing().collect();
        match (action, resource, principal, failing.as_slice()) {
            (Scope::Lacking, Scope::Exact, Scope::Exact, []) => {
                let action = self.grant.action;
                let change = self.append_to(statement.actions()?, action)?;
                Some(self.candidate(change, &format!("add the action `{action}` to"), statement))
            }
            (Scope::Exact, Scope::Lacking, Scope::Exact, []) => {
                let resource = self.grant.resource.as_deref()?;
                let change = self.append_to(statement.resources()?, resource)?;
                Some(self.candidate(change, &format!("add the resource `{resource}` to"), statement))
            }
            (Scope::Exact, Scope::Exact, Scope::Lacking, []) => {
                let (_, value) = self.grant.principal?;
                let change = self.add_principal(statement)?;
                Some(self.candidate(change, &format!("add the principal `{value}` to"), statement))
            }
            (Scope::Exact, Scope::Exact, Scope::Exact, [condition]) => {
                let (change, value) = self.add_value(statement, condition)?;
                let what = format!("add `{value}` to the values of `{}` in", condition.key);
                Some(self.candidate(change, &what, statement))
            }
            _ => None,
        }
    }

    fn candidate(&self, change: Change, what: &str, statement: &Statement<'_>) -> Candidate {
        let sid = statement.sid().map(|sid| sid.value()).filter(|sid| !sid.is_empty());
        let line = self.document.position(statement.span().start).line;
        let place = sid.map_or_else(|| format!("on line {line}"), |sid| format!("`{sid}`"));
        let what = format!("{what} the statement {place}");
        Candidate { rank: Rank::Element, change, what }
    }

    fn append_to(&self, listed: Listed<'_>, value: &str) -> Option<Change> {
        let items: Vec<Span> = listed.elements().map(|element| element.span()).collect();
        edit::append(self.document.text(), &items, value)
    }

    fn action_scope(&self, statement: &Statement<'_>, trace: &StatementTrace<'_>) -> Scope {
        let Some(actions) = statement.actions() else { return Scope::Other };
        let is_same = |value: &str| value.eq_ignore_ascii_case(self.grant.action);
        scope(actions, trace.action.answer, is_same)
    }

    fn resource_scope(&self, statement: &Statement<'_>, trace: &StatementTrace<'_>) -> Scope {
        match (statement.resources(), &self.grant.resource) {
            (Some(resources), Some(wanted)) => {
                scope(resources, trace.resource.answer, |value| value == wanted)
            }
            // A trust policy is about its role.
            (None, None) => Scope::Exact,
            _ => Scope::Other,
        }
    }

    fn principal_scope(&self, statement: &Statement<'_>, trace: &StatementTrace<'_>) -> Scope {
        let Some((_, wanted)) = self.grant.principal else { return Scope::Exact };
        let Some(principals) = statement.principals() else { return Scope::Other };
        let mut entries = principals.entries();
        match (principals.polarity(), trace.principal.answer) {
            (Polarity::Listed, Answer::No) => Scope::Lacking,
            (Polarity::Listed, Answer::Yes) => match (entries.next(), entries.next()) {
                (Some(entry), None) if entry.value() == wanted => Scope::Exact,
                _ => Scope::Other,
            },
            _ => Scope::Other,
        }
    }

    fn add_principal(&self, statement: &Statement<'_>) -> Option<Change> {
        let (member, value) = self.grant.principal?;
        let principals = statement.principals()?;
        let is_of_member = |r#type| PrincipalType::from_name(member) == Some(r#type);
        let entries = principals.entries().filter(|entry| is_of_member(entry.r#type()));
        let items: Vec<Span> = entries.map(|entry| entry.span()).collect();
        if items.is_empty() {
            return edit::prepend_member(self.document.text(), principals.span(), member, value);
        }
        edit::append(self.document.text(), &items, value)
    }

    /// Adds the request's value to a condition, where one value more can be the answer.
    ///
    /// Nothing is done about a key that is absent, a negated operator, a bound (a larger bound lets in more than this
    /// request), or a `Bool`, which would lose its meaning.
    fn add_value(&self, statement: &Statement<'_>, trace: &ConditionTrace<'_>) -> Option<(Change, String)> {
        let condition = statement.conditions().nth(trace.index as usize)?;
        let row = trace.operator.comparison.row();
        let is_equality = row.order == Order::Equal && row.sense == Sense::Plain;
        let is_open = !matches!(row.family, Family::Bool | Family::Null);
        let got = trace.got?;
        let missing = match (trace.operator.qualifier, got, got.as_slice()) {
            (Qualifier::Single, Values::One(value), _) => value,
            (Qualifier::ForAnyValue, _, [value, ..]) => value,
            // One that fails can be added; of several, somebody should look at each.
            (Qualifier::ForAllValues, _, values) => {
                let mut failing = values.iter().zip(&trace.passes).filter(|(_, passes)| !**passes);
                let first = failing.next();
                first.filter(|_| failing.next().is_none()).map(|(value, _)| *value)?
            }
            _ => return None,
        };
        if !is_equality || !is_open || !row.family.reads(missing) {
            return None;
        }
        let is_pattern = matches!(row.family, Family::Glob | Family::Arn);
        let has_variables = self.reading == Reading::Variables && row.family.takes_variables();
        let written = match (is_pattern, has_variables) {
            (true, _) => escaped(missing, self.reading)?,
            (false, true) => missing.replace("${", "${$}{"),
            (false, false) => missing.to_owned(),
        };
        let items: Vec<Span> = condition.values().map(|value| value.span()).collect();
        let change = edit::append(self.document.text(), &items, &written)?;
        Some((change, written))
    }
}

fn scope(listed: Listed<'_>, answer: Answer, is_same: impl Fn(&str) -> bool) -> Scope {
    let mut elements = listed.elements();
    match (listed.polarity(), answer) {
        (Polarity::Listed, Answer::No) => Scope::Lacking,
        (Polarity::Listed, Answer::Yes) => match (elements.next(), elements.next()) {
            (Some(element), None) if is_same(element.value()) => Scope::Exact,
            _ => Scope::Other,
        },
        _ => Scope::Other,
    }
}
