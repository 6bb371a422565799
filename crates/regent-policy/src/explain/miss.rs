//! The statements that came closest to allowing, and those that deny.

use super::trace::{Answer, StatementTrace};
use super::{Explanation, Sources};
use crate::decision::{Reason, StatementRef, Verdict};
use crate::document::{Effect, Listed, Polarity};
use crate::kind::PolicyKind;

/// So many near misses are told.
const MOST: usize = 3;
/// Two names that differ in so many letters may be a typing error.
const SIMILAR: usize = 2;

/// An `Allow` that does not apply, and everything that it lacks to do so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    /// The kind of its policy.
    pub kind: PolicyKind,
    /// Where it is.
    pub at: StatementRef,
    /// What it lacks, in the order in which a statement is read.
    pub lacks: Vec<Lack>,
}

/// Something that keeps a statement from applying.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lack {
    /// Its `Effect` is written `allow`, or in another wrong case: it never applies.
    Effect,
    /// It is not about the caller.
    Principal,
    /// It is not about the action.
    Action {
        /// The listed action that comes closest, if any is of the same service. In the `Not` form, the one that shuts
        /// the action out.
        closest: Option<u32>,
        /// Is that one only a letter or two away, and likely meant?
        is_similar: bool,
    },
    /// It is not about the resource.
    Resource {
        /// The listed resource that agrees with it for longest. In the `Not` form, the one that shuts it out.
        closest: Option<u32>,
    },
    /// A condition does not hold: its index among the statement's.
    Condition(u32),
}

/// A `Deny` that applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// The kind of its policy.
    pub kind: PolicyKind,
    /// Where it is.
    pub at: StatementRef,
    /// Its conditions: if any one of them did not hold, the statement would not apply. Without conditions, only another
    /// action, resource or principal is spared.
    pub spared_by: Vec<u32>,
}

impl Explanation<'_> {
    /// After an implicit denial: the statements of the kind that did not allow which came closest, closest first, at
    /// most three.
    ///
    /// A statement that lacks one thing is closer than one that lacks two, however many conditions fail. Among equals,
    /// conditions weigh least; then an action that is a typing error away, the resource, the principal; an action that is
    /// merely of the same service weighs most. What is about another service is no near miss, and neither is what lacks
    /// three things. Within an account, where either side may allow, the resource's policy is looked through as well.
    pub fn near_misses(&self, sources: &dyn Sources) -> Vec<NearMiss> {
        let mut found: Vec<(Distance, NearMiss)> = self
            .silent_statements()
            .filter(|(_, statement)| statement.effect == Effect::Allow && !statement.applies)
            .filter_map(|(kind, statement)| self.miss(kind, statement, sources))
            .collect();
        found.sort_by_key(|(distance, miss)| (*distance, miss.kind, miss.at));
        found.into_iter().take(MOST).map(|(_, miss)| miss).collect()
    }

    /// Every statement that denies, the one that settled it first.
    pub fn denials(&self) -> Vec<Denied> {
        let deciding = self.decision().deciding_statement();
        let mut found: Vec<Denied> = self
            .statements()
            .filter(|(_, statement)| statement.applies && statement.effect == Effect::Deny)
            .map(|(kind, statement)| {
                let spared_by = statement.conditions.iter().map(|condition| condition.index).collect();
                Denied { kind, at: statement.at, spared_by }
            })
            .collect();
        found.sort_by_key(|denied| Some((denied.kind, denied.at)) != deciding);
        found
    }

    /// The statements that could have allowed where nothing did.
    fn silent_statements(&self) -> impl Iterator<Item = (PolicyKind, &StatementTrace<'_>)> {
        let kind = match (self.decision().verdict(), self.decision().reason()) {
            (Verdict::ImplicitlyDenied, Reason::Policy(kind)) => Some(kind),
            _ => None,
        };
        let level = kind.and_then(|kind| self.silent_place(kind));
        let is_silent = move |other: PolicyKind, at: StatementRef| {
            let is_alternative = kind == Some(PolicyKind::Identity) && other == PolicyKind::Resource;
            if Some(other) == kind { level.is_none_or(|place| place.holds(at)) } else { is_alternative }
        };
        self.statements().filter(move |(kind, statement)| is_silent(*kind, statement.at))
    }

    fn miss(
        &self,
        kind: PolicyKind,
        statement: &StatementTrace<'_>,
        sources: &dyn Sources,
    ) -> Option<(Distance, NearMiss)> {
        let at = statement.at;
        let source = sources.source(kind, at.level, at.program);
        let written = source.and_then(|source| source.document.statement(at.statement as usize));
        let mut lacks = Vec::new();
        let mut distance = Distance::default();
        if !statement.is_understood {
            lacks.push(Lack::Effect);
            distance.add(0);
        }
        if statement.principal.answer == Answer::No {
            lacks.push(Lack::Principal);
            distance.add(4);
        }
        if statement.action.answer == Answer::No {
            let near = written
                .and_then(|written| written.actions())
                .and_then(|actions| self.nearest_action(actions));
            let is_similar = near.is_some_and(|(_, is_similar)| is_similar);
            lacks.push(Lack::Action { closest: near.map(|(index, _)| index), is_similar });
            distance.add(if is_similar { 2 } else { 5 });
            distance.is_far = near.is_none();
            distance.is_strange = !is_similar;
        }
        if statement.resource.answer == Answer::No {
            let near = source.map(|source| self.nearest_resource(source, at)).unwrap_or_default();
            let closest = statement.resource.by.or(near.map(|(index, _)| index));
            lacks.push(Lack::Resource { closest });
            distance.add(3);
            distance.apart = usize::MAX - near.map_or(0, |(_, common)| common);
        }
        let failing: Vec<u32> = statement.failing().map(|condition| condition.index).collect();
        if !failing.is_empty() {
            distance.add(0);
            distance.weight += failing.len();
            lacks.extend(failing.into_iter().map(Lack::Condition));
        }
        let is_near = !lacks.is_empty() && !distance.is_far && distance.things <= 2;
        let is_near = is_near && (distance.things == 1 || !distance.is_strange);
        is_near.then_some((distance, NearMiss { kind, at, lacks }))
    }

    /// The listed action that comes closest to the request's, and whether it is likely the one that was meant.
    fn nearest_action(&self, actions: Listed<'_>) -> Option<(u32, bool)> {
        let wanted = self.request().action.name().to_ascii_lowercase();
        let (service, name) = wanted.split_once(':')?;
        let distance = |text: &str| {
            let text = text.to_ascii_lowercase();
            let (other_service, other_name) = text.split_once(':')?;
            let is_same = other_service == service;
            match edit_distance(name, other_name) {
                Some(edits) if is_same => Some(edits),
                // The same name under a service that is misspelled.
                Some(0) if edit_distance(service, other_service).is_some() => Some(SIMILAR),
                Some(_) | None => is_same.then_some(SIMILAR + 1),
            }
        };
        let distances = (0..).zip(actions.elements()).filter_map(|(index, element)| {
            // In the `Not` form what matches shuts out, and nothing is misspelled.
            let is_excluded = actions.polarity() == Polarity::Excluded;
            let edits = distance(element.value())?;
            Some((if is_excluded { SIMILAR + 1 } else { edits }, index))
        });
        match distances.min() {
            Some((edits, index)) => Some((index, edits <= SIMILAR)),
            // `*` in a `NotAction` is of every service.
            None => (actions.polarity() == Polarity::Excluded).then_some((0, false)),
        }
    }

    /// The listed resource that agrees with the request's for longest, and for how many characters.
    fn nearest_resource(&self, source: super::Source<'_>, at: StatementRef) -> Option<(u32, usize)> {
        let wanted = self.request().resource.text();
        let common = |text: &str| text.bytes().zip(wanted.bytes()).take_while(|(a, b)| a == b).count();
        let written = self.written_resources(source, at);
        let agreeing = (0..).zip(&written).map(|(index, value)| (common(value.meaning()), index));
        agreeing
            .max_by_key(|(common, index)| (*common, core::cmp::Reverse(*index)))
            .map(|(common, index)| (index, common))
    }
}

/// How far a statement is from applying; smaller is closer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Distance {
    /// The elements that it lacks.
    things: usize,
    weight: usize,
    /// The less its resource agrees, the larger.
    apart: usize,
    /// Its actions are of other services.
    is_far: bool,
    /// Its actions are of the service, and none of them resembles the one asked for.
    is_strange: bool,
}

impl Distance {
    fn add(&mut self, weight: usize) {
        self.things += 1;
        self.weight += weight;
    }
}

/// How many letters have to be changed, added or left out to make one name the other, if they are [`SIMILAR`].
///
/// People get the first letter right, and `Get` and `Put` are two letters apart and no typing error.
fn edit_distance(one: &str, other: &str) -> Option<usize> {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.first() != other.first() || one.len().abs_diff(other.len()) > SIMILAR || one.len() <= SIMILAR {
        return None;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.iter().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        for (cell, candidate) in row.iter_mut().skip(1).zip(other) {
            let changed = diagonal + usize::from(letter != candidate);
            diagonal = *cell;
            left = changed.min(left + 1).min(diagonal + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().filter(|edits| *edits <= SIMILAR)
}

#[cfg(test)]
mod tests {
    use super::edit_distance;

    #[test]
    fn names_that_differ_in_a_letter_or_two_are_similar() {
        for (one, other, expected) in [
            ("getobject", "getobject", Some(0)),
            ("getobject", "getobjects", Some(1)),
            ("getobject", "getobjcet", Some(2)),
            ("getobject", "putobject", None),
            ("getobject", "deleteobject", None),
            ("ab", "abc", None),
        ] {
            assert_eq!(edit_distance(one, other), expected, "{one} {other}");
        }
    }
}
