//! What a comparison may look at: the program's pool, the request's context, and how much work is left.

use crate::context::{Context, Values};
use crate::pool::Pool;

/// So many of a program's keys are looked up once at most; any further ones at every use.
const REMEMBERED: usize = 64;
/// What looking up a key costs, in units of the [`Meter`].
const LOOKUP: usize = 16;
/// Not looked up yet.
const UNKNOWN: u16 = u16::MAX;
/// Looked up, and absent.
const ABSENT: u16 = u16::MAX - 1;

/// The work left for one program in one decision.
///
/// Patterns come from strangers, and some are made to be slow. The allowance is proportional to the length of
/// the policy's text and is far above what any honest policy needs; whoever exceeds it is denied (a decision
/// that cannot be finished cannot allow). Only searching is counted; everything else is bounded by the
/// lengths of policy and request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meter {
    left: u32,
}

impl Meter {
    pub(crate) fn new(allowance: u32) -> Self {
        Self { left: allowance }
    }

    #[cfg(test)]
    pub(crate) fn unbounded() -> Self {
        Self::new(u32::MAX)
    }

    /// Counts some work, and tells whether there is any left.
    pub(crate) fn spend(&mut self, units: usize) -> bool {
        self.left = self.left.saturating_sub(u32::try_from(units).unwrap_or(u32::MAX));
        self.left > 0
    }

    pub(crate) fn is_spent(self) -> bool {
        self.left == 0
    }
}

/// The surroundings of a comparison.
pub(crate) struct Scope<'a> {
    pub(crate) pool: &'a Pool,
    context: &'a Context<'a>,
    pub(crate) meter: Meter,
    /// For each of the program's first keys, where the context holds it.
    slots: [u16; REMEMBERED],
}

impl<'a> Scope<'a> {
    pub(crate) fn new(pool: &'a Pool, context: &'a Context<'a>, meter: Meter) -> Self {
        Self { pool, context, meter, slots: [UNKNOWN; REMEMBERED] }
    }

    /// What the request holds under one of the program's keys.
    pub(crate) fn values(&mut self, key: u32) -> Option<Values<'a>> {
        let (pool, context) = (self.pool, self.context);
        let Some(slot) = self.slots.get_mut(key as usize) else {
            self.meter.spend(LOOKUP);
            return context.get(pool.key(key)?);
        };
        if *slot == UNKNOWN {
            let found = context.find(pool.key(key)?);
            *slot = found.map_or(ABSENT, |at| u16::try_from(at).unwrap_or(UNKNOWN));
            return found.and_then(|at| context.at(at));
        }
        if *slot == ABSENT { None } else { context.at(usize::from(*slot)) }
    }

    /// The value of one of the program's keys as a variable.
    ///
    // CHOICE: a multivalued key is no variable, not even with one value (AWS is silent).
    pub(crate) fn variable(&mut self, key: u32) -> Option<&'a str> {
        match self.values(key)? {
            Values::One(value) => Some(value),
            Values::Many(_) => None,
        }
    }
}
