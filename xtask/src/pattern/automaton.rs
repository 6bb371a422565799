//! Patterns that are more than one class: a deterministic automaton.
//!
//! Characters are first sorted into columns (two characters that no class of the pattern tells apart share
//! one), so that a state's row is short. Then the textbook way: steps with empty moves, sets of steps as
//! states.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::ensure;

use super::class::Class;
use super::parse::Expression;

/// States beyond this would be a table nobody wants in a binary.
const MOST_STATES: usize = 4096;

/// The automaton as tables.
///
/// State 0 is dead, and the states from `accepting` on accept. Column 0 holds the characters that no class
/// contains.
#[derive(Debug)]
pub(crate) struct Automaton {
    /// The column of each ASCII character.
    pub(crate) ascii: [u8; 128],
    /// The columns of the ranges beyond ASCII, sorted.
    pub(crate) wide: Vec<(u32, u32, u8)>,
    /// Columns per state.
    pub(crate) width: usize,
    /// `next[state * width + column]`.
    pub(crate) next: Vec<u16>,
    pub(crate) start: u16,
    pub(crate) accepting: u16,
}

impl Automaton {
    pub(super) fn new(expression: &Expression) -> anyhow::Result<Self> {
        let mut steps = Steps::default();
        let end = steps.push(Step::End);
        let start = steps.compile(expression, end)?;
        let columns = Columns::new(&steps.classes());
        Self::determinize(&steps, start, &columns)
    }

    fn determinize(steps: &Steps, start: usize, columns: &Columns) -> anyhow::Result<Self> {
        let mut numbers = BTreeMap::from([(BTreeSet::new(), 0), (steps.closure([start]), 1)]);
        let mut sets: Vec<BTreeSet<usize>> = vec![BTreeSet::new(), steps.closure([start])];
        let mut rows: Vec<Vec<usize>> = vec![vec![0; columns.width()]];
        while let Some(set) = sets.get(rows.len()).cloned() {
            let mut row = vec![0];
            for sample in &columns.samples {
                let reached = steps.closure(set.iter().filter_map(|&step| steps.over(step, *sample)));
                let number = *numbers.entry(reached.clone()).or_insert_with(|| {
                    sets.push(reached);
                    sets.len() - 1
                });
                row.push(number);
            }
            rows.push(row);
            ensure!(sets.len() <= MOST_STATES, "more than {MOST_STATES} states");
        }
        let accepts =
            |state: usize| sets.get(state).is_some_and(|set| set.iter().any(|&step| steps.is_end(step)));
        Self::number(&rows, &accepts, columns)
    }

    /// Numbers the states anew, so that those which accept come last.
    fn number(
        rows: &[Vec<usize>],
        accepts: &dyn Fn(usize) -> bool,
        columns: &Columns,
    ) -> anyhow::Result<Self> {
        let (last, first): (Vec<usize>, Vec<usize>) = (0..rows.len()).partition(|&state| accepts(state));
        let accepting = u16::try_from(first.len())?;
        let order: Vec<usize> = first.into_iter().chain(last).collect();
        let mut place = vec![0_u16; order.len()];
        for (new, &old) in order.iter().enumerate() {
            set(&mut place, old, u16::try_from(new)?);
        }
        let place = |old: usize| place.get(old).copied().unwrap_or_default();
        let next =
            order.iter().filter_map(|&old| rows.get(old)).flatten().map(|&target| place(target)).collect();
        Ok(Self {
            ascii: columns.ascii,
            wide: columns.wide.clone(),
            width: columns.width(),
            next,
            start: place(1),
            accepting,
        })
    }

    /// Whether the text as a whole is in the language. The generated tables are walked the same way.
    #[cfg(test)]
    pub(super) fn matches(&self, text: &str) -> bool {
        let mut state = self.start;
        for c in text.chars() {
            let point = u32::from(c);
            let column = match self.ascii.get(point as usize) {
                Some(&column) => column,
                None => self
                    .wide
                    .iter()
                    .find(|range| range.0 <= point && point <= range.1)
                    .map_or(0, |range| range.2),
            };
            state = self.next[usize::from(state) * self.width + usize::from(column)];
        }
        state >= self.accepting
    }
}

/// A move of the automaton before its sets are taken.
#[derive(Debug)]
enum Step {
    /// Consumes one character of the class.
    Over(Class, usize),
    /// Goes on at either, consuming nothing.
    Fork(Vec<usize>),
    End,
}

#[derive(Debug, Default)]
struct Steps(Vec<Step>);

impl Steps {
    fn push(&mut self, step: Step) -> usize {
        self.0.push(step);
        self.0.len() - 1
    }

    /// Compiles the expression so that it goes on at `then`; returns where it begins.
    fn compile(&mut self, expression: &Expression, then: usize) -> anyhow::Result<usize> {
        ensure!(self.0.len() <= 16 * MOST_STATES, "too long for an automaton");
        match expression {
            Expression::Class(class) => Ok(self.push(Step::Over(class.clone(), then))),
            Expression::Sequence(parts) => {
                parts.iter().rev().try_fold(then, |then, part| self.compile(part, then))
            }
            Expression::Choice(alternatives) => {
                let starts =
                    alternatives.iter().map(|part| self.compile(part, then)).collect::<Result<_, _>>()?;
                Ok(self.push(Step::Fork(starts)))
            }
            Expression::Repeat { what, least, most } => self.repeat(what, *least, *most, then),
        }
    }

    fn repeat(
        &mut self,
        what: &Expression,
        least: u32,
        most: Option<u32>,
        then: usize,
    ) -> anyhow::Result<usize> {
        let mut start = match most {
            None => {
                let fork = self.push(Step::Fork(vec![then]));
                let again = self.compile(what, fork)?;
                if let Some(Step::Fork(branches)) = self.0.get_mut(fork) {
                    branches.push(again);
                }
                fork
            }
            Some(most) => (least..most).try_fold(then, |start, _| {
                let once = self.compile(what, start)?;
                anyhow::Ok(self.push(Step::Fork(vec![once, then])))
            })?,
        };
        for _ in 0..least {
            start = self.compile(what, start)?;
        }
        Ok(start)
    }

    /// Every step that can be reached without consuming anything.
    fn closure(&self, from: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut open: Vec<usize> = from.into_iter().collect();
        while let Some(step) = open.pop() {
            if found.insert(step)
                && let Some(Step::Fork(branches)) = self.0.get(step)
            {
                open.extend(branches);
            }
        }
        // Forks have done their work. Without them two equal states are found equal more often.
        found.retain(|&step| !matches!(self.0.get(step), Some(Step::Fork(_))));
        found
    }

    fn over(&self, step: usize, point: u32) -> Option<usize> {
        match self.0.get(step) {
            Some(Step::Over(class, then)) if class.contains(point) => Some(*then),
            _ => None,
        }
    }

    fn is_end(&self, step: usize) -> bool {
        matches!(self.0.get(step), Some(Step::End))
    }

    fn classes(&self) -> Vec<&Class> {
        let mut classes: Vec<&Class> = Vec::new();
        for step in &self.0 {
            if let Step::Over(class, _) = step
                && !classes.iter().any(|known| known.ranges() == class.ranges())
            {
                classes.push(class);
            }
        }
        classes
    }
}

/// The alphabet, cut into pieces that the classes cannot tell apart.
struct Columns {
    ascii: [u8; 128],
    wide: Vec<(u32, u32, u8)>,
    /// A member of each column but the first.
    samples: Vec<u32>,
}

impl Columns {
    fn new(classes: &[&Class]) -> Self {
        let mut cuts: BTreeSet<u32> = BTreeSet::from([0, 128]);
        for (first, last) in classes.iter().flat_map(|class| class.ranges()) {
            cuts.extend([*first, *last + 1]);
        }
        let cuts: Vec<u32> = cuts.into_iter().collect();
        let mut columns = Self { ascii: [0; 128], wide: Vec::new(), samples: Vec::new() };
        let mut known: BTreeMap<Vec<bool>, u8> = BTreeMap::new();
        for window in cuts.windows(2) {
            let &[first, after] = window else { continue };
            let members: Vec<bool> = classes.iter().map(|class| class.contains(first)).collect();
            if !members.contains(&true) {
                continue;
            }
            let column = *known.entry(members).or_insert_with(|| {
                columns.samples.push(first);
                u8::try_from(columns.samples.len()).unwrap_or(u8::MAX)
            });
            columns.assign(first, after - 1, column);
        }
        columns
    }

    fn assign(&mut self, first: u32, last: u32, column: u8) {
        if first >= 128 {
            match self.wide.last_mut() {
                Some(previous) if previous.1 + 1 == first && previous.2 == column => previous.1 = last,
                _ => self.wide.push((first, last, column)),
            }
        }
        for point in first..=last.min(127) {
            if let Some(place) = self.ascii.get_mut(point as usize) {
                *place = column;
            }
        }
    }

    fn width(&self) -> usize {
        self.samples.len() + 1
    }
}

fn set(place: &mut [u16], at: usize, value: u16) {
    if let Some(place) = place.get_mut(at) {
        *place = value;
    }
}
