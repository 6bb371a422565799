//! The policies of a group: those that live in it, and those attached to it.

use regent_store::entity::Group;
use regent_wire::iam::{self as wire, op};
use regent_wire::{Fault, Operation};

use super::page::{Listed, Page};
use super::{attachment, inline};
use crate::authz::Authorized;
use crate::call::Call;

/// Puts a policy into a group, over one of the same name if there is one.
///
/// AWS: IAM API reference, PutGroupPolicy.
pub(crate) async fn put_group_policy(
    call: &Call<'_>,
    input: Authorized<op::PutGroupPolicy>,
) -> Result<(), Fault> {
    inline::put::<Group>(call, &input.group_name, &input.policy_name, &input.policy_document).await
}

/// Shows a policy that lives in a group.
///
/// AWS: IAM API reference, GetGroupPolicy.
pub(crate) fn get_group_policy(
    call: &Call<'_>,
    input: &Authorized<op::GetGroupPolicy>,
) -> Result<wire::GetGroupPolicyResponse, Fault> {
    Ok(wire::GetGroupPolicyResponse {
        group_name: input.group_name.clone(),
        policy_name: input.policy_name.clone(),
        policy_document: inline::get::<Group>(call, &input.group_name, &input.policy_name)?,
    })
}

/// Deletes a policy that lives in a group.
///
/// AWS: IAM API reference, DeleteGroupPolicy.
pub(crate) async fn delete_group_policy(
    call: &Call<'_>,
    input: Authorized<op::DeleteGroupPolicy>,
) -> Result<(), Fault> {
    inline::delete::<Group>(call, &input.group_name, &input.policy_name).await
}

/// Lists the names of the policies that live in a group. Those attached to it are listed apart.
///
/// AWS: IAM API reference, ListGroupPolicies.
pub(crate) fn list_group_policies(
    call: &Call<'_>,
    input: &Authorized<op::ListGroupPolicies>,
) -> Result<wire::ListGroupPoliciesResponse, Fault> {
    let (account, operation) = (call.caller.account, op::ListGroupPolicies::META.name);
    let page = Page::read(account, operation, input.marker.as_deref(), input.max_items)?;
    let listed = inline::list::<Group>(call, &input.group_name, &page)?;
    let is_truncated = Some(listed.is_truncated());
    let Listed { items: policy_names, marker } = listed;
    Ok(wire::ListGroupPoliciesResponse { policy_names, is_truncated, marker })
}

/// Attaches a managed policy to a group.
///
/// AWS: IAM API reference, AttachGroupPolicy.
pub(crate) async fn attach_group_policy(
    call: &Call<'_>,
    input: Authorized<op::AttachGroupPolicy>,
) -> Result<(), Fault> {
    attachment::attach::<Group>(call, &input.group_name, &input.policy_arn).await
}

/// Detaches a managed policy from a group.
///
/// AWS: IAM API reference, DetachGroupPolicy.
pub(crate) async fn detach_group_policy(
    call: &Call<'_>,
    input: Authorized<op::DetachGroupPolicy>,
) -> Result<(), Fault> {
    attachment::detach::<Group>(call, &input.group_name, &input.policy_arn).await
}

/// Lists the managed policies attached to a group.
///
/// AWS: IAM API reference, ListAttachedGroupPolicies.
pub(crate) fn list_attached_group_policies(
    call: &Call<'_>,
    input: &Authorized<op::ListAttachedGroupPolicies>,
) -> Result<wire::ListAttachedGroupPoliciesResponse, Fault> {
    let (account, operation) = (call.caller.account, op::ListAttachedGroupPolicies::META.name);
    let page = Page::read(account, operation, input.marker.as_deref(), input.max_items)?;
    let listed = attachment::list::<Group>(call, &input.group_name, input.path_prefix.as_deref(), &page)?;
    let is_truncated = Some(listed.is_truncated());
    let Listed { items, marker } = listed;
    Ok(wire::ListAttachedGroupPoliciesResponse { attached_policies: Some(items), is_truncated, marker })
}
