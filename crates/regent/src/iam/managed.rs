//! Managed policies by their ARN, whosever they are: the account's own, or AWS's.

use std::sync::Arc;

use regent_store::directory::AccountView;
use regent_store::entity::{AccountId, ManagedPolicy};
use regent_wire::Fault;

use crate::arn::{IamArn, Owner, Partition};
use crate::call::Call;
use crate::change::Change;
use crate::fault;
use crate::managed_policies::{AwsPolicy, ManagedPolicies};

/// A managed policy.
#[derive(Debug, Clone, Copy)]
pub(super) enum Managed<'a> {
    /// The account's own.
    Customer(&'a Arc<ManagedPolicy>),
    /// One of AWS's, the same in every account.
    Aws(&'a AwsPolicy),
}

impl<'a> Managed<'a> {
    /// The policy with this ARN, as a request sees it.
    pub(super) fn of_call(call: &'a Call<'_>, arn: &str) -> Result<Option<Self>, Fault> {
        Ok(find(call.account()?, &call.server.managed_policies, call.arns(), arn))
    }

    /// The policy with this ARN, as a command sees it.
    pub(super) fn of_change(
        change: &'a Change<'_>,
        aws: &'a ManagedPolicies,
        arn: &str,
    ) -> Result<Option<Self>, Fault> {
        Ok(find(change.account()?, aws, change.arns(), arn))
    }

    /// Its ARN.
    pub(super) fn arn(self, arns: &Partition, account: AccountId) -> String {
        match self {
            Self::Customer(policy) => arns.policy(account, policy),
            Self::Aws(policy) => arns.aws_policy(&policy.path, &policy.name),
        }
    }

    /// Its path.
    pub(super) fn path(&self) -> &str {
        match self {
            Self::Customer(policy) => &policy.path,
            Self::Aws(policy) => &policy.path,
        }
    }

    /// The number of the version that counts.
    pub(super) fn default_version(self) -> u32 {
        match self {
            Self::Customer(policy) => policy.default_version,
            Self::Aws(policy) => policy.version,
        }
    }

    /// Whether it is made for service-linked roles, which are the only ones that can have it.
    pub(super) fn is_for_service_linked_roles(self) -> bool {
        matches!(self, Self::Aws(policy) if policy.path.starts_with("/aws-service-role/"))
    }
}

fn find<'a>(
    account: &'a AccountView,
    aws: &'a ManagedPolicies,
    arns: &Partition,
    arn: &str,
) -> Option<Managed<'a>> {
    let arn = parse(arn).filter(|arn| arn.partition == arns.name())?;
    match arn.owner {
        Owner::Aws => aws.get(arn.path_and_name).map(Managed::Aws),
        Owner::Account(owner) => {
            let policy = account.policies.get(arn.name()).filter(|_| owner == account.id())?;
            (*policy.path == *arn.path_and_name().0).then_some(Managed::Customer(policy))
        }
    }
}

/// The ARN of a managed policy, taken apart; none if it is not of that form.
pub(super) fn parse(arn: &str) -> Option<IamArn<'_>> {
    IamArn::parse(arn).filter(|arn| arn.word == "policy")
}

/// Refuses what is not the ARN of a managed policy.
// CHOICE: recorded in these words for policies that are looked at; for changes nothing is recorded.
pub(super) fn check_arn(arn: &str) -> Result<IamArn<'_>, Fault> {
    parse(arn).ok_or_else(|| Fault::validation("Invalid ARN:  Could not be parsed!"))
}

/// The account's own policy with this ARN, to change it. Of AWS's policies and those of other accounts `foreign`
/// is said, whether they exist or not.
pub(super) fn to_change<'a>(
    change: &'a Change<'_>,
    arn: &str,
    foreign: &str,
    missing: impl FnOnce() -> Fault,
) -> Result<&'a Arc<ManagedPolicy>, Fault> {
    let account = change.account()?;
    let parts = check_arn(arn)?;
    if parts.owner != Owner::Account(account.id()) {
        return Err(Fault::access_denied(foreign));
    }
    let policy = account.policies.get(parts.name());
    let policy = policy.filter(|policy| change.arns().policy(account.id(), policy) == arn);
    policy.ok_or_else(missing)
}

/// The id of a version: `v1`.
pub(super) fn version_id(number: u32) -> String {
    format!("v{number}")
}

/// There is no policy with this ARN.
pub(super) fn no_such_policy(arn: &str) -> Fault {
    fault::no_such_entity(format!("Policy {arn} was not found."))
}

/// There is no policy with this ARN that somebody could have.
pub(super) fn not_attachable(arn: &str) -> Fault {
    fault::no_such_entity(format!("Policy {arn} does not exist or is not attachable."))
}
