//! The user, group or role whose policies are simulated.

use std::sync::Arc;

use regent_store::entity::{Group, InlinePolicy, Role, User};
use regent_wire::Fault;
use regent_wire::iam::AttachmentType;

use super::exclusion::{Attached, Exclusions};
use super::source::Source;
use crate::arn::Owner;
use crate::call::Call;
use crate::fault::{self, Noun};
use crate::iam::managed;

/// One of the account's.
#[derive(Debug, Clone, Copy)]
pub(super) enum Entity<'a> {
    User(&'a Arc<User>),
    Group(&'a Arc<Group>),
    Role(&'a Arc<Role>),
}

/// Its policies.
#[derive(Debug, Default)]
pub(super) struct Held<'a> {
    pub(super) identity: Vec<Source<'a>>,
    pub(super) boundary: Option<Source<'a>>,
}

impl<'a> Entity<'a> {
    /// Finds what an ARN names.
    ///
    /// Of another account nothing is found, whether it is there or not; only authorization comes before this.
    pub(super) fn find(call: &Call<'a>, arn: &str) -> Result<Self, Fault> {
        let parsed = call.arns().parse(arn).ok_or_else(|| not_an_entity(arn))?;
        let (path, name) = parsed.path_and_name();
        let account = call.account()?;
        let is_own = parsed.owner == Owner::Account(account.id());
        let found = match parsed.word {
            "user" => account.users.get(name).filter(|user| *user.path == *path).map(Self::User),
            "group" => account.groups.get(name).filter(|group| *group.path == *path).map(Self::Group),
            "role" => account.roles.get(name).filter(|role| *role.path == *path).map(Self::Role),
            _ => return Err(not_an_entity(arn)),
        };
        let noun = match parsed.word {
            "user" => Noun::User,
            "group" => Noun::Group,
            _ => Noun::Role,
        };
        found.filter(|_| is_own).ok_or_else(|| fault::no_such(noun, name))
    }

    /// Its policies, of a user also those of its groups, without what is left out of the simulation.
    pub(super) fn held(self, call: &Call<'a>, without: &Exclusions<'_>) -> Result<Held<'a>, Fault> {
        let mut gatherer = Gatherer { call, without, identity: Vec::new() };
        let boundary = match self {
            Self::User(user) => {
                gatherer.take(AttachmentType::User, &user.name, &user.inline, &user.attached)?;
                for group in user.groups.iter().filter_map(|id| call.account().ok()?.groups.by_id(*id)) {
                    gatherer.take(AttachmentType::Group, &group.name, &group.inline, &group.attached)?;
                }
                user.boundary.as_ref()
            }
            Self::Group(group) => {
                gatherer.take(AttachmentType::Group, &group.name, &group.inline, &group.attached)?;
                None
            }
            Self::Role(role) => {
                gatherer.take(AttachmentType::Role, &role.name, &role.inline, &role.attached)?;
                role.boundary.as_ref()
            }
        };
        let boundary = boundary.filter(|_| !without.leave_out(&Attached::Boundary));
        let boundary = boundary.map(|arn| gatherer.managed(arn)).transpose()?;
        Ok(Held { identity: gatherer.identity, boundary })
    }
}

struct Gatherer<'c, 'a> {
    call: &'c Call<'a>,
    without: &'c Exclusions<'c>,
    identity: Vec<Source<'a>>,
}

impl<'a> Gatherer<'_, 'a> {
    fn take(
        &mut self,
        kind: AttachmentType,
        entity: &str,
        inline: &'a [InlinePolicy],
        attached: &[Arc<str>],
    ) -> Result<(), Fault> {
        for policy in inline {
            if !self.without.leave_out(&Attached::Inline { name: &policy.name, kind, entity }) {
                self.identity.push(Source::stored(&policy.name, &policy.document)?);
            }
        }
        for arn in attached {
            if !self.without.leave_out(&Attached::Managed { arn }) {
                self.identity.push(self.managed(arn)?);
            }
        }
        Ok(())
    }

    /// A managed policy, called by its name. One that is not there any more would deny everything.
    fn managed(&self, arn: &str) -> Result<Source<'a>, Fault> {
        let server = self.call.server;
        let document = server.managed_policy(self.call.account()?, arn).unwrap_or(&server.lost);
        Source::stored(managed::parse(arn).map_or(arn, |arn| arn.name()), document)
    }
}

/// An ARN names no user, group or role.
pub(super) fn not_an_entity(arn: &str) -> Fault {
    fault::invalid_input(format!("Invalid Entity Arn: {arn} does not clearly define entity type and name."))
}
