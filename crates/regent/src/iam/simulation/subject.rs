//! Who a simulation is about, and which context keys follow from that.

use regent_policy::{self as policy, Context};
use regent_store::entity::{AccountId, Digits, UniqueId};
use regent_wire::Fault;

use super::entity::not_an_entity;
use crate::arn::{Owner, Partition};
use crate::authz::context::{PRINCIPAL_ACCOUNT, PRINCIPAL_TYPE, USER_ID, USERNAME};
use crate::call::Call;

/// The simulated caller.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) account: Digits,
    arn: String,
    /// Of those that are the account's own; of others nothing can be looked up.
    id: Option<UniqueId>,
    kind: Kind,
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    User {
        name: String,
    },
    Group,
    Role {
        is_service_linked: bool,
    },
    /// Nobody said who.
    Unnamed,
}

impl Subject {
    /// Somebody of whom nothing is known: of the account that a resource is of, and of this one if that is not known
    /// either.
    pub(super) fn unnamed(account: AccountId) -> Self {
        Self { account: account.digits(), arn: String::new(), id: None, kind: Kind::Unnamed }
    }

    /// The user, group or role with this ARN, which need not exist.
    pub(super) fn read(call: &Call<'_>, arn: &str) -> Result<Self, Fault> {
        let subject = Self::named(call.arns(), arn)?;
        Ok(Self { id: find_id(call, arn), ..subject })
    }

    /// Likewise, where nobody can be looked up.
    pub(super) fn named(arns: &Partition, arn: &str) -> Result<Self, Fault> {
        let invalid = || not_an_entity(arn);
        let parsed = arns.parse(arn).ok_or_else(invalid)?;
        let Owner::Account(account) = parsed.owner else { return Err(invalid()) };
        let kind = match parsed.word {
            "user" => Kind::User { name: parsed.name().to_owned() },
            "group" => Kind::Group,
            "role" => {
                Kind::Role { is_service_linked: parsed.path_and_name().0.starts_with("/aws-service-role/") }
            }
            _ => return Err(invalid()),
        };
        Ok(Self { account: account.digits(), arn: arn.to_owned(), id: None, kind })
    }

    /// Is it a user? Policies of resources are simulated for users alone.
    pub(super) fn is_user(&self) -> bool {
        matches!(self.kind, Kind::User { .. })
    }

    /// The simulated caller in the engine's terms, before a resource of this owner. What it is not known by, no policy
    /// can name it by.
    pub(super) fn caller<'a>(&'a self, owner: &'a str) -> policy::Caller<'a> {
        let (account, arn) = match self.kind {
            Kind::Unnamed => (owner, ""),
            Kind::User { .. } | Kind::Group | Kind::Role { .. } => (self.account.as_str(), self.arn.as_str()),
        };
        let id = self.id.as_ref().map_or("", UniqueId::as_str);
        match self.kind {
            Kind::User { .. } | Kind::Group | Kind::Unnamed => policy::Caller::User { account, arn, id },
            Kind::Role { is_service_linked } => {
                policy::Caller::RoleSession { account, arn, role_arn: arn, role_id: id, is_service_linked }
            }
        }
    }

    /// Sets the keys that the simulator knows by itself. Every other key is the request's to bring, and one that it
    /// brings counts more than these.
    ///
    /// AWS: "IAM policy testing with the IAM policy simulator", How condition key evaluation works.
    // CHOICE: of AWS's list `aws:PrincipalId` and `aws:Type` are left out: enforcement has no such keys. A role's
    // `aws:userid` ends in the name of a session, and there is none.
    pub(super) fn fill<'a>(&'a self, context: &mut Context<'a>) {
        let r#type = match &self.kind {
            Kind::User { name } => {
                context.set(USERNAME, name);
                if let Some(id) = &self.id {
                    context.set(USER_ID, id.as_str());
                }
                Some("User")
            }
            Kind::Role { .. } => Some("AssumedRole"),
            Kind::Group => None,
            Kind::Unnamed => return,
        };
        if let Some(r#type) = r#type {
            context.set(PRINCIPAL_TYPE, r#type);
        }
        context.set(PRINCIPAL_ACCOUNT, self.account.as_str());
    }
}

fn find_id(call: &Call<'_>, arn: &str) -> Option<UniqueId> {
    let arn = call.arns().parse(arn)?;
    let account = call.account().ok().filter(|account| arn.owner == Owner::Account(account.id()))?;
    let (path, name) = arn.path_and_name();
    match arn.word {
        "user" => account.users.get(name).filter(|user| *user.path == *path).map(|user| user.id),
        "role" => account.roles.get(name).filter(|role| *role.path == *path).map(|role| role.id),
        _ => None,
    }
}
