//! Permissions boundaries: one managed policy that limits what all others of a user or role may grant.

use std::sync::Arc;

use regent_store::entity::{Role, User};
use regent_wire::iam::{error, op};
use regent_wire::{Fault, iam as wire};

use super::identity::{self, Identity};
use super::managed::{self, Managed};
use crate::authz::Authorized;
use crate::call::Call;
use crate::change::Change;
use crate::fault;
use crate::managed_policies::ManagedPolicies;

/// Bounds a user, or gives it another boundary.
///
/// AWS: IAM API reference, PutUserPermissionsBoundary.
pub(crate) async fn put_user_permissions_boundary(
    call: &Call<'_>,
    input: Authorized<op::PutUserPermissionsBoundary>,
) -> Result<(), Fault> {
    put::<User>(call, &input.user_name, &input.permissions_boundary, |user| &mut user.boundary).await
}

/// Takes a user's boundary away: from the next request on its policies grant what they say.
///
/// AWS: IAM API reference, DeleteUserPermissionsBoundary.
pub(crate) async fn delete_user_permissions_boundary(
    call: &Call<'_>,
    input: Authorized<op::DeleteUserPermissionsBoundary>,
) -> Result<(), Fault> {
    delete::<User>(call, &input.user_name, |user| &mut user.boundary).await
}

/// Bounds a role, or gives it another boundary. Sessions that are open are bound too.
///
/// AWS: IAM API reference, PutRolePermissionsBoundary.
pub(crate) async fn put_role_permissions_boundary(
    call: &Call<'_>,
    input: Authorized<op::PutRolePermissionsBoundary>,
) -> Result<(), Fault> {
    put::<Role>(call, &input.role_name, &input.permissions_boundary, |role| &mut role.boundary).await
}

/// Takes a role's boundary away.
///
/// AWS: IAM API reference, DeleteRolePermissionsBoundary.
pub(crate) async fn delete_role_permissions_boundary(
    call: &Call<'_>,
    input: Authorized<op::DeleteRolePermissionsBoundary>,
) -> Result<(), Fault> {
    delete::<Role>(call, &input.role_name, |role| &mut role.boundary).await
}

async fn put<T: Identity>(
    call: &Call<'_>,
    identity: &str,
    arn: &str,
    boundary: fn(&mut T) -> &mut Option<Arc<str>>,
) -> Result<(), Fault> {
    let aws = call.managed_policies();
    let (identity, arn) = (identity.to_owned(), arn.to_owned());
    call.write(move |change| {
        let mut holder = identity::to_change::<T>(change, &identity)?;
        *boundary(&mut holder) = find(change, &aws, Some(&arn))?;
        holder.put(change);
        Ok(())
    })
    .await
}

async fn delete<T: Identity>(
    call: &Call<'_>,
    identity: &str,
    boundary: fn(&mut T) -> &mut Option<Arc<str>>,
) -> Result<(), Fault> {
    let identity = identity.to_owned();
    call.write(move |change| {
        let mut holder = identity::to_change::<T>(change, &identity)?;
        // CHOICE: whether AWS misses a boundary that is not there is not recorded. It is gone either way.
        if boundary(&mut holder).take().is_some() {
            holder.put(change);
        }
        Ok(())
    })
    .await
}

/// The managed policy that is to bound an entity: it must exist, as AWS's or in the account.
pub(super) fn find(
    change: &Change<'_>,
    aws: &ManagedPolicies,
    arn: Option<&str>,
) -> Result<Option<Arc<str>>, Fault> {
    let Some(arn) = arn else { return Ok(None) };
    if managed::parse(arn).is_none() {
        return Err(fault::invalid_input(format!("ARN {arn} is not valid.")));
    }
    let Some(policy) = Managed::of_change(change, aws, arn)? else {
        let message = format!("Scope ARN: {arn} does not exist or is not attachable.");
        return Err(fault::no_such_entity(message));
    };
    if policy.is_for_service_linked_roles() {
        // CHOICE: the code is the model's, the text by analogy with the one for attaching to a role.
        let message = "Cannot use a Service Role Policy as a permissions boundary.";
        return Err(Fault::new(&error::POLICY_NOT_ATTACHABLE, message));
    }
    Ok(Some(arn.into()))
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
