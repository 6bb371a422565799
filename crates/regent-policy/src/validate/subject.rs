//! What the checks look at, and how much they may still look for.

use core::cell::{Cell, OnceCell};
use std::collections::HashMap;

use super::options::Options;
use super::policy::Policy;
use crate::catalogue::{Catalogue, ConditionKey, ResourceType};

/// What stands for the key of a tag where AWS's tables have no placeholder.
const TAG_KEY: &str = "tag-key";
/// So many misspelled names are compared with all that exist.
const MOST_HINTS: u32 = 32;
/// So many comparisons of one list with another are made, in characters.
const MOST_STEPS: u32 = 4_000_000;

/// A policy with everything that is known about it.
pub(super) struct Subject<'c, 't> {
    pub(super) policy: &'c Policy<'t>,
    pub(super) options: &'c Options<'c>,
    pub(super) catalogue: &'c Catalogue,
    hints: Cell<u32>,
    pub(super) steps: Steps,
    /// The forms of ARNs that stand in the table of another service than their own, by their own.
    foreign_arns: OnceCell<HashMap<&'c str, Vec<&'c str>>>,
}

impl<'c, 't> Subject<'c, 't> {
    pub(super) fn new(policy: &'c Policy<'t>, options: &'c Options<'c>) -> Self {
        Self {
            policy,
            options,
            catalogue: options.catalogue(),
            hints: Cell::new(MOST_HINTS),
            steps: Steps(Cell::new(MOST_STEPS)),
            foreign_arns: OnceCell::new(),
        }
    }

    /// The forms of ARNs of a service that stand in the tables of others.
    pub(super) fn foreign_arns(&self, service: &str) -> &[&'c str] {
        let by_service = self.foreign_arns.get_or_init(|| {
            let mut by_service: HashMap<&str, Vec<&str>> = HashMap::new();
            for service in self.catalogue.services() {
                for arn in service.resource_types().flat_map(ResourceType::arns) {
                    let of = arn.split(':').nth(2).unwrap_or_default();
                    if of != service.prefix() {
                        by_service.entry(of).or_default().push(arn);
                    }
                }
            }
            by_service
        });
        by_service.get(service).map_or(&[], Vec::as_slice)
    }

    /// The key that a name means.
    ///
    /// AWS's tables have a placeholder for the key of a tag, and for some services the word `tag-key`.
    pub(super) fn key(&self, name: &str) -> Option<ConditionKey<'c>> {
        let by_word = || {
            let (before, tag) = name.split_once('/').filter(|(_, tag)| !tag.is_empty())?;
            (tag != TAG_KEY).then(|| self.catalogue.key(&format!("{before}/{TAG_KEY}")))?
        };
        self.catalogue.key(name).or_else(by_word)
    }

    /// Names that somebody may have meant, as the middle of a sentence; nothing when there have been enough.
    pub(super) fn hint<N: ToString>(&self, names: impl FnOnce(&'c Catalogue) -> Vec<N>) -> String {
        let Some(left) = self.hints.get().checked_sub(1) else { return String::new() };
        self.hints.set(left);
        let names: Vec<String> =
            names(self.catalogue).iter().map(|name| format!("`{}`", name.to_string())).collect();
        match names.split_last() {
            None => String::new(),
            Some((only, [])) => format!(", but there is {only}"),
            Some((last, others)) => format!(", but there are {} and {last}", others.join(", ")),
        }
    }
}

/// Work that is left. When it runs out, checks find less and never take longer.
pub(super) struct Steps(Cell<u32>);

impl Steps {
    /// Takes so much of what is left, or says that it is not there.
    pub(super) fn take(&self, steps: usize) -> bool {
        let left = u32::try_from(steps).ok().and_then(|steps| self.0.get().checked_sub(steps));
        self.0.set(left.unwrap_or(0));
        left.is_some()
    }
}
