//! The policies of a user: those that live in it, and those attached to it.

use regent_store::entity::User;
use regent_wire::iam::{self as wire, op};
use regent_wire::{Fault, Operation};

use super::page::{Listed, Page};
use super::{attachment, inline};
use crate::authz::Authorized;
use crate::call::Call;

/// Puts a policy into a user, over one of the same name if there is one.
///
/// AWS: IAM API reference, PutUserPolicy.
pub(crate) async fn put_user_policy(
    call: &Call<'_>,
    input: Authorized<op::PutUserPolicy>,
) -> Result<(), Fault> {
    inline::put::<User>(call, &input.user_name, &input.policy_name, &input.policy_document).await
}

/// Shows a policy that lives in a user.
///
/// AWS: IAM API reference, GetUserPolicy.
pub(crate) fn get_user_policy(
    call: &Call<'_>,
    input: &Authorized<op::GetUserPolicy>,
) -> Result<wire::GetUserPolicyResponse, Fault> {
    Ok(wire::GetUserPolicyResponse {
        user_name: input.user_name.clone(),
        policy_name: input.policy_name.clone(),
        policy_document: inline::get::<User>(call, &input.user_name, &input.policy_name)?,
    })
}

/// Deletes a policy that lives in a user.
///
/// AWS: IAM API reference, DeleteUserPolicy.
pub(crate) async fn delete_user_policy(
    call: &Call<'_>,
    input: Authorized<op::DeleteUserPolicy>,
) -> Result<(), Fault> {
    inline::delete::<User>(call, &input.user_name, &input.policy_name).await
}

/// Lists the names of the policies that live in a user. Those attached to it are listed apart.
///
/// AWS: IAM API reference, ListUserPolicies.
pub(crate) fn list_user_policies(
    call: &Call<'_>,
    input: &Authorized<op::ListUserPolicies>,
) -> Result<wire::ListUserPoliciesResponse, Fault> {
    let (account, operation) = (call.caller.account, op::ListUserPolicies::META.name);
    let page = Page::read(account, operation, input.marker.as_deref(), input.max_items)?;
    let listed = inline::list::<User>(call, &input.user_name, &page)?;
    let is_truncated = Some(listed.is_truncated());
    let Listed { items: policy_names, marker } = listed;
    Ok(wire::ListUserPoliciesResponse { policy_names, is_truncated, marker })
}

/// Attaches a managed policy to a user.
///
/// AWS: IAM API reference, AttachUserPolicy.
pub(crate) async fn attach_user_policy(
    call: &Call<'_>,
    input: Authorized<op::AttachUserPolicy>,
) -> Result<(), Fault> {
    attachment::attach::<User>(call, &input.user_name, &input.policy_arn).await
}

/// Detaches a managed policy from a user.
///
/// AWS: IAM API reference, DetachUserPolicy.
pub(crate) async fn detach_user_policy(
    call: &Call<'_>,
    input: Authorized<op::DetachUserPolicy>,
) -> Result<(), Fault> {
    attachment::detach::<User>(call, &input.user_name, &input.policy_arn).await
}

/// Lists the managed policies attached to a user.
///
/// AWS: IAM API reference, ListAttachedUserPolicies.
pub(crate) fn list_attached_user_policies(
    call: &Call<'_>,
    input: &Authorized<op::ListAttachedUserPolicies>,
) -> Result<wire::ListAttachedUserPoliciesResponse, Fault> {
    let (account, operation) = (call.caller.account, op::ListAttachedUserPolicies::META.name);
    let page = Page::read(account, operation, input.marker.as_deref(), input.max_items)?;
    let listed = attachment::list::<User>(call, &input.user_name, input.path_prefix.as_deref(), &page)?;
    let is_truncated = Some(listed.is_truncated());
    let Listed { items, marker } = listed;
    Ok(wire::ListAttachedUserPoliciesResponse { attached_policies: Some(items), is_truncated, marker })
}
