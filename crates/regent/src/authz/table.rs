//! The authorization table: for every operation its action, its resource, its condition keys, and what else must
//! be allowed.
//!
//! AWS: Service Authorization Reference, "Actions, resources, and condition keys for AWS Identity and Access
//! Management" and "… for AWS Security Token Service".

use regent_policy::Action;

mod iam;
mod sts;

pub(crate) use iam::IAM;
pub(crate) use sts::STS;

/// What must be allowed before an operation runs.
#[derive(Debug)]
pub(crate) struct Row {
    /// The operation: the action without its prefix.
    pub(crate) operation: &'static str,
    /// The action.
    pub(crate) action: Action<'static>,
    /// Read, or change.
    pub(crate) level: Level,
    /// On what.
    pub(crate) on: On,
    /// Condition keys besides the global ones and the tags of the resource, which are always there.
    pub(crate) keys: &'static [KeyRule],
    /// What else must be allowed.
    pub(crate) also: &'static [Also],
}

/// AWS's access levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// Shows one thing.
    Read,
    /// Shows many.
    List,
    /// Changes something.
    Write,
    /// Changes tags alone.
    Tagging,
    /// Changes who may do what.
    PermissionsManagement,
}

impl Level {
    /// Whether it only shows.
    pub(crate) fn is_read_only(self) -> bool {
        matches!(self, Self::Read | Self::List)
    }
}

/// The resource an operation is authorized on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    /// Needs no permission at all, and no policy can deny it.
    Nothing,
    /// No resource: `*`.
    Any,
    /// An existing entity that a member names. Its real path counts; one that does not exist has path `/`.
    Named(Entity, &'static str),
    /// A user a member names, or the caller where it names none.
    UserOrCaller(&'static str),
    /// An entity that is about to be made: member `Path` and the member with its name.
    New(Entity, &'static str),
    /// The collection that a listing walks: the word and member `PathPrefix`.
    All(Entity),
    /// The user, group or role whose ARN a member holds.
    Identity(&'static str),
    /// The managed policy whose ARN a member holds.
    Policy(&'static str),
    /// The virtual MFA device whose serial number a member holds.
    Mfa(&'static str),
    /// The user whose access key a member names.
    KeyOwner(&'static str),
    /// The role whose ARN a member holds, whose trust policy has its say.
    TrustingRole(&'static str),
    /// A federated user that is about to be.
    FederatedUser(&'static str),
}

/// The kinds of entity a row can be about.
pub(crate) use crate::arn::Noun as Entity;

/// A condition key and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyRule {
    /// `aws:RequestTag/K` and `aws:TagKeys`, from member `Tags`.
    RequestTags,
    /// `aws:TagKeys`, from member `TagKeys`.
    RequestTagKeys,
    /// `iam:PermissionsBoundary`, from member `PermissionsBoundary`.
    RequestBoundary,
    /// `iam:PermissionsBoundary`, from the user or role concerned.
    TargetBoundary,
    /// `iam:PolicyARN`, from member `PolicyArn`.
    PolicyArn,
    /// What `sts:AssumeRole` has: external id, session name, source identity, transitive tag keys.
    AssumeRole,
}

/// What else must be allowed, with the same condition keys unless it says otherwise.
#[derive(Debug)]
pub(crate) enum Also {
    /// This action on the same resource, if the request has tags.
    IfTagged(Action<'static>),
    /// The same action on the ARN that the entity is about to have: members with its new path and name.
    Renamed {
        /// The kind of entity.
        entity: Entity,
        /// The member with the new path.
        path: &'static str,
        /// The member with the new name.
        name: &'static str,
    },
    /// `iam:PassRole` on the role a member names.
    PassRole {
        /// The member.
        role: &'static str,
        /// `iam:PassedToService`
        service: &'static str,
        /// The end of `iam:AssociatedResourceArn`, after the account.
        associated: &'static str,
    },
    /// This action on the same resource, if this member is given or the caller's session has a source identity.
    IfSourceIdentity(Action<'static>),
    /// This action on the same resource, if the request has tags or the caller's session hands some on.
    IfSessionTags(Action<'static>),
}

const fn row(
    action: Action<'static>,
    level: Level,
    on: On,
    keys: &'static [KeyRule],
    also: &'static [Also],
) -> Row {
    Row { operation: after_colon(action.name()), action, level, on, keys, also }
}

/// What stands after the colon of an action, which always has one.
const fn after_colon(action: &'static str) -> &'static str {
    let mut rest = action.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first == b':' {
            break;
        }
    }
    match std::str::from_utf8(rest) {
        Ok(name) => name,
        Err(_) => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_one_row_and_the_rows_are_in_order() {
        for table in [IAM, STS] {
            assert!(table.is_sorted_by(|one, next| one.operation < next.operation));
            assert!(table.iter().all(|row| row.action.name().ends_with(&format!(":{}", row.operation))));
        }
    }
}
