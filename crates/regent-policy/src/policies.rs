//! All policies that one decision weighs.

use crate::action::Action;
use crate::kind::PolicyKind;
use crate::program::Program;
use crate::resource::Resource;

/// The policies in force for one request. Whoever asks must bring them all: what is missing limits nothing.
///
/// Start from `Policies::default()`, which is nothing at all and allows nothing.
///
/// AWS: "Policy evaluation logic".
#[derive(Clone, Copy, Debug, Default)]
pub struct Policies<'a> {
    /// The caller's identity-based policies: a user's own, those of its groups, a role's. For a federated user
    /// those of the user who issued it.
    pub identity: &'a [&'a Program],
    /// The permissions boundary of that user or role. AWS has at most one; of several, each must allow.
    pub boundaries: &'a [&'a Program],
    /// The session policies passed when the session was made. They are one set: an `Allow` in any of them is
    /// the set's. `None` says that none were passed, which is not the same as a set that allows nothing.
    pub session: Option<&'a [&'a Program]>,
    /// The policy on the resource itself.
    pub resource: Option<ResourcePolicy<'a>>,
    /// Service control policies on the caller's account, one set for each level from the root down. `None`
    /// where they do not reach: no organization, or its management account.
    pub service_control: Option<&'a [&'a [&'a Program]]>,
    /// Resource control policies on the resource's account, likewise. `None` also for a service that does not
    /// know them.
    pub resource_control: Option<&'a [&'a [&'a Program]]>,
    /// The policies of the VPC endpoints that the request travels through. Each must allow.
    pub endpoint: &'a [&'a Program],
}

/// The policy on a resource.
#[derive(Clone, Copy, Debug)]
pub struct ResourcePolicy<'a> {
    /// The policy.
    pub program: &'a Program,
    /// The rules by which it counts.
    pub rule: ResourceRule,
}

/// How a resource's policy and the account's own policies share the say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResourceRule {
    /// Within an account either side may allow.
    Ordinary,
    /// A role's trust policy must always allow. Naming the caller is enough within the account; naming the
    /// account hands the decision to the caller's identity-based policies, which by themselves are never
    /// enough. Root users cannot assume roles at all.
    RoleTrust,
    /// A KMS key's policy: the same, and the account's root user needs it as well.
    KeyPolicy,
}

impl ResourceRule {
    /// The rule by which the policy of a resource counts for an action: a role's is a trust policy for the actions
    /// that assume it, a key's a key policy for the actions of its service.
    ///
    /// ```
    /// use regent_policy::{Resource, ResourceRule, action};
    ///
    /// let role = Resource::new("arn:aws:iam::111122223333:role/deploy");
    /// assert_eq!(ResourceRule::of(&action!("sts:AssumeRole"), &role), ResourceRule::RoleTrust);
    /// assert_eq!(ResourceRule::of(&action!("iam:GetRole"), &role), ResourceRule::Ordinary);
    /// ```
    pub fn of(action: &Action<'_>, resource: &Resource<'_>) -> Self {
        let name = action.name().to_ascii_lowercase();
        let kind = resource.text().split(':').nth(5).and_then(|rest| rest.split('/').next());
        match name.split_once(':') {
            Some(("sts", action)) if action.starts_with("assumerole") => Self::RoleTrust,
            // Session tags and source identity are asked of the role as well.
            Some(("sts", "tagsession" | "setsourceidentity" | "setcontext")) if kind == Some("role") => {
                Self::RoleTrust
            }
            // Aliases and custom stores have no policies, and neither has `*`.
            Some(("kms", _)) if kind == Some("key") => Self::KeyPolicy,
            _ => Self::Ordinary,
        }
    }
}

impl<'a> ResourcePolicy<'a> {
    /// A policy where either side may allow.
    pub fn ordinary(program: &'a Program) -> Self {
        Self { program, rule: ResourceRule::Ordinary }
    }

    /// A role's trust policy.
    pub fn role_trust(program: &'a Program) -> Self {
        Self { program, rule: ResourceRule::RoleTrust }
    }

    /// A KMS key's policy.
    pub fn key_policy(program: &'a Program) -> Self {
        Self { program, rule: ResourceRule::KeyPolicy }
    }

    /// The kind that messages call it.
    pub fn kind(&self) -> PolicyKind {
        match self.rule {
            ResourceRule::RoleTrust => PolicyKind::RoleTrust,
            ResourceRule::Ordinary | ResourceRule::KeyPolicy => PolicyKind::Resource,
        }
    }
}

/// When is a set of policies satisfied?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// When on every level one of the policies allows.
    OnePerLevel,
    /// When each policy allows.
    Each,
}

/// The policies of one kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Set<'a> {
    pub(crate) levels: &'a [&'a [&'a Program]],
    pub(crate) need: Need,
}

impl<'a> Set<'a> {
    /// Every policy of the set, with the number of its level and its number there.
    pub(crate) fn programs(self) -> impl Iterator<Item = (u32, u32, &'a Program)> {
        (0..).zip(self.levels).flat_map(|(level, programs)| {
            (0..).zip(*programs).map(move |(number, program)| (level, number, *program))
        })
    }
}

impl<'a> Policies<'a> {
    /// The policies of a kind, except the resource's own; `None` if there are none.
    pub(crate) fn set(&'a self, kind: PolicyKind) -> Option<Set<'a>> {
        let one_level =
            |programs: &'a &'a [&'a Program], need| Set { levels: core::slice::from_ref(programs), need };
        match kind {
            PolicyKind::Identity => {
                (!self.identity.is_empty()).then(|| one_level(&self.identity, Need::OnePerLevel))
            }
            PolicyKind::PermissionsBoundary => {
                (!self.boundaries.is_empty()).then(|| one_level(&self.boundaries, Need::Each))
            }
            PolicyKind::Session => self.session.as_ref().map(|session| one_level(session, Need::OnePerLevel)),
            PolicyKind::Endpoint => {
                (!self.endpoint.is_empty()).then(|| one_level(&self.endpoint, Need::Each))
            }
            PolicyKind::ServiceControl => {
                self.service_control.map(|levels| Set { levels, need: Need::OnePerLevel })
            }
            PolicyKind::ResourceControl => {
                self.resource_control.map(|levels| Set { levels, need: Need::OnePerLevel })
            }
            PolicyKind::Resource | PolicyKind::RoleTrust => None,
        }
    }
}
