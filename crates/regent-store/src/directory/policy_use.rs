use std::sync::Arc;

use crate::entity::{Group, Role, User};
use crate::ordered_map::OrderedMap;

/// How often a managed policy is used in an account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PolicyUse {
    /// Users, groups and roles it is attached to.
    pub attached: u32,
    /// Users and roles it bounds.
    pub boundaries: u32,
}

/// The use of every managed policy in one account, by ARN; one that is not used has no entry.
#[derive(Debug, Clone, Default)]
pub(super) struct PolicyUses(OrderedMap<Arc<str>, PolicyUse>);

/// What uses managed policies.
pub(super) trait PolicyUser {
    fn attached(&self) -> &[Arc<str>];
    fn boundary(&self) -> Option<&Arc<str>>;
}

impl PolicyUser for User {
    fn attached(&self) -> &[Arc<str>] {
        &self.attached
    }

    fn boundary(&self) -> Option<&Arc<str>> {
        self.boundary.as_ref()
    }
}

impl PolicyUser for Role {
    fn attached(&self) -> &[Arc<str>] {
        &self.attached
    }

    fn boundary(&self) -> Option<&Arc<str>> {
        self.boundary.as_ref()
    }
}

impl PolicyUser for Group {
    fn attached(&self) -> &[Arc<str>] {
        &self.attached
    }

    fn boundary(&self) -> Option<&Arc<str>> {
        None
    }
}

impl PolicyUses {
    pub(super) fn get(&self, arn: &str) -> PolicyUse {
        self.0.get(arn).copied().unwrap_or_default()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, PolicyUse)> {
        self.0.iter().map(|(arn, policy_use)| (arn, *policy_use))
    }

    /// Follows an entity from one state to the next; none is: not there.
    pub(super) fn follow(&mut self, old: Option<&impl PolicyUser>, new: Option<&impl PolicyUser>) {
        let before = old.map_or(&[][..], PolicyUser::attached);
        let after = new.map_or(&[][..], PolicyUser::attached);
        if before != after {
            for arn in before {
                self.adjust(arn, |policy_use| policy_use.attached = policy_use.attached.saturating_sub(1));
            }
            for arn in after {
                self.adjust(arn, |policy_use| policy_use.attached += 1);
            }
        }
        let before = old.and_then(PolicyUser::boundary);
        let after = new.and_then(PolicyUser::boundary);
        if before != after {
            if let Some(arn) = before {
                self.adjust(arn, |policy_use| {
                    policy_use.boundaries = policy_use.boundaries.saturating_sub(1);
                });
            }
            if let Some(arn) = after {
                self.adjust(arn, |policy_use| policy_use.boundaries += 1);
            }
        }
    }

    fn adjust(&mut self, arn: &Arc<str>, change: impl FnOnce(&mut PolicyUse)) {
        let mut policy_use = self.get(arn);
        change(&mut policy_use);
        if policy_use == PolicyUse::default() {
            self.0.remove(&**arn);
        } else {
            self.0.insert(Arc::clone(arn), policy_use);
        }
    }
}
