//! The policies of a role: those that live in it, and those attached to it.

use regent_store::entity::Role;
use regent_wire::iam::{self as wire, op};
use regent_wire::{Fault, Operation};

use super::page::{Listed, Page};
use super::{attachment, inline};
use crate::authz::Authorized;
use crate::call::Call;

/// Puts a policy into a role, over one of the same name if there is one.
///
/// AWS: IAM API reference, PutRolePolicy.
pub(crate) async fn put_role_policy(
    call: &Call<'_>,
    input: Authorized<op::PutRolePolicy>,
) -> Result<(), Fault> {
    inline::put::<Role>(call, &input.role_name, &input.policy_name, &input.policy_document).await
}

/// Shows a policy that lives in a role.
///
/// AWS: IAM API reference, GetRolePolicy.
pub(crate) fn get_role_policy(
    call: &Call<'_>,
    input: &Authorized<op::GetRolePolicy>,
) -> Result<wire::GetRolePolicyResponse, Fault> {
    Ok(wire::GetRolePolicyResponse {
        role_name: input.role_name.clone(),
        policy_name: input.policy_name.clone(),
        policy_document: inline::get::<Role>(call, &input.role_name, &input.policy_name)?,
    })
}

/// Deletes a policy that lives in a role.
///
/// AWS: IAM API reference, DeleteRolePolicy.
pub(crate) async fn delete_role_policy(
    call: &Call<'_>,
    input: Authorized<op::DeleteRolePolicy>,
) -> Result<(), Fault> {
    inline::delete::<Role>(call, &input.role_name, &input.policy_name).await
}

/// Lists the names of the policies that live in a role. Those attached to it are listed apart.
///
/// AWS: IAM API reference, ListRolePolicies.
pub(crate) fn list_role_policies(
    call: &Call<'_>,
    input: &Authorized<op::ListRolePolicies>,
) -> Result<wire::ListRolePoliciesResponse, Fault> {
    let (account, operation) = (call.caller.account, op::ListRolePolicies::META.name);
    let page = Page::read(account, operation, input.marker.as_deref(), input.max_items)?;
    let listed = inline::list::<Role>(call, &input.role_name, &page)?;
    let is_truncated = Some(listed.is_truncated());
    let Listed { items: policy_names, marker } = listed;
    Ok(wire::ListRolePoliciesResponse { policy_names, is_truncated, marker })
}

/// Attaches a managed policy to a role.
///
/// AWS: IAM API reference, AttachRolePolicy.
pub(crate) async fn attach_role_policy(
    call: &Call<'_>,
    input: Authorized<op::AttachRolePolicy>,
) -> Result<(), Fault> {
    attachment::attach::<Role>(call, &input.role_name, &input.policy_arn).await
}

/// Detaches a managed policy from a role.
///
/// AWS: IAM API reference, DetachRolePolicy.
pub(crate) async fn detach_role_policy(
    call: &Call<'_>,
    input: Authorized<op::DetachRolePolicy>,
) -> Result<(), Fault> {
    attachment::detach::<Role>(call, &input.role_name, &input.policy_arn).await
}

/// Lists the managed policies attached to a role.
///
/// AWS: IAM API reference, ListAttachedRolePolicies.
pub(crate) fn list_attached_role_policies(
    call: &Call<'_>,
    input: &Authorized<op::ListAttachedRolePolicies>,
) -> Result<wire::ListAttachedRolePoliciesResponse, Fault> {
    let (account, operation) = (call.caller.account, op::ListAttachedRolePolicies::META.name);
    let page = Page::read(account, operation, input.marker.as_deref(), input.max_items)?;
    let listed = attachment::list::<Role>(call, &input.role_name, input.path_prefix.as_deref(), &page)?;
    let is_truncated = Some(listed.is_truncated());
    let Listed { items, marker } = listed;
    Ok(wire::ListAttachedRolePoliciesResponse { attached_policies: Some(items), is_truncated, marker })
}
