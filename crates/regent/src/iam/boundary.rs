//! Permissions boundaries.

use std::sync::Arc;

use regent_wire::{Fault, iam as wire};

use crate::arn::{IamArn, Owner};
use crate::change::Change;
use crate::fault;
use crate::managed_policies::ManagedPolicies;

/// The managed policy that is to bound an entity: it must exist, as AWS's or in the account.
pub(super) fn find(
    change: &Change<'_>,
    managed: &ManagedPolicies,
    arn: Option<&str>,
) -> Result<Option<Arc<str>>, Fault> {
    let Some(arn) = arn else { return Ok(None) };
    let invalid = || fault::invalid_input(format!("ARN {arn} is not valid."));
    let parsed = IamArn::parse(arn).filter(|parsed| parsed.word == "policy").ok_or_else(invalid)?;
    let account = change.account()?;
    let exists = match parsed.owner {
        Owner::Aws => managed.get(parsed.path_and_name).is_some(),
        Owner::Account(owner) => {
            let policy = account.policies.get(parsed.name()).filter(|_| owner == account.id());
            policy.is_some_and(|policy| *policy.path == *parsed.path_and_name().0)
        }
    };
    if exists {
        Ok(Some(arn.into()))
    } else {
        Err(fault::no_such_entity(format!("Scope ARN: {arn} does not exist or is not attachable.")))
    }
}

/// A boundary as an answer shows it.
///
/// The type is `Policy` on the wire, whatever the model calls it.
pub(super) fn shown(arn: Option<&str>) -> Option<wire::AttachedPermissionsBoundary> {
    arn.map(|arn| wire::AttachedPermissionsBoundary {
        permissions_boundary_type: Some(wire::PermissionsBoundaryAttachmentType::default()),
        permissions_boundary_arn: Some(arn.to_owned()),
    })
}
