//! IAM's operations and the functions that run them.

use regent_wire::Fault;
use regent_wire::iam::Operation;
use regent_wire::protocol::Head;

use super::dispatch::not_implemented;
use super::run::Run;
use crate::iam::{
    access_key, account_alias, account_summary, authorization_details, boundary, group, group_policy,
    instance_profile, mfa_device, policy, policy_entity, policy_version, role, role_policy, simulation, user,
    user_policy, virtual_mfa_device,
};

#[expect(clippy::too_many_lines, reason = "a table: one arm an operation")]
pub(super) async fn dispatch(operation: Operation, run: Run<'_>) -> Result<Head, Fault> {
    match operation {
        Operation::CreateAccessKey => run.write(access_key::create_access_key).await,
        Operation::DeleteAccessKey => run.write(access_key::delete_access_key).await,
        Operation::GetAccessKeyLastUsed => run.read(access_key::get_access_key_last_used),
        Operation::ListAccessKeys => run.read(access_key::list_access_keys),
        Operation::UpdateAccessKey => run.write(access_key::update_access_key).await,
        Operation::CreateAccountAlias => run.write(account_alias::create_account_alias).await,
        Operation::DeleteAccountAlias => run.write(account_alias::delete_account_alias).await,
        Operation::ListAccountAliases => run.read(account_alias::list_account_aliases),
        Operation::GetAccountSummary => run.read(account_summary::get_account_summary),
        Operation::GetAccountAuthorizationDetails => {
            run.read(authorization_details::get_account_authorization_details)
        }
        Operation::DeleteRolePermissionsBoundary => {
            run.write(boundary::delete_role_permissions_boundary).await
        }
        Operation::DeleteUserPermissionsBoundary => {
            run.write(boundary::delete_user_permissions_boundary).await
        }
        Operation::PutRolePermissionsBoundary => run.write(boundary::put_role_permissions_boundary).await,
        Operation::PutUserPermissionsBoundary => run.write(boundary::put_user_permissions_boundary).await,
        Operation::AddUserToGroup => run.write(group::add_user_to_group).await,
        Operation::CreateGroup => run.write(group::create_group).await,
        Operation::DeleteGroup => run.write(group::delete_group).await,
        Operation::GetGroup => run.read(group::get_group),
        Operation::ListGroups => run.read(group::list_groups),
        Operation::ListGroupsForUser => run.read(group::list_groups_for_user),
        Operation::RemoveUserFromGroup => run.write(group::remove_user_from_group).await,
        Operation::UpdateGroup => run.write(group::update_group).await,
        Operation::AttachGroupPolicy => run.write(group_policy::attach_group_policy).await,
        Operation::DeleteGroupPolicy => run.write(group_policy::delete_group_policy).await,
        Operation::DetachGroupPolicy => run.write(group_policy::detach_group_policy).await,
        Operation::GetGroupPolicy => run.read(group_policy::get_group_policy),
        Operation::ListAttachedGroupPolicies => run.read(group_policy::list_attached_group_policies),
        Operation::ListGroupPolicies => run.read(group_policy::list_group_policies),
        Operation::PutGroupPolicy => run.write(group_policy::put_group_policy).await,
        Operation::AddRoleToInstanceProfile => {
            run.write(instance_profile::add_role_to_instance_profile).await
        }
        Operation::CreateInstanceProfile => run.write(instance_profile::create_instance_profile).await,
        Operation::DeleteInstanceProfile => run.write(instance_profile::delete_instance_profile).await,
        Operation::GetInstanceProfile => run.read(instance_profile::get_instance_profile),
        Operation::ListInstanceProfileTags => run.read(instance_profile::list_instance_profile_tags),
        Operation::ListInstanceProfiles => run.read(instance_profile::list_instance_profiles),
        Operation::ListInstanceProfilesForRole => run.read(instance_profile::list_instance_profiles_for_role),
        Operation::RemoveRoleFromInstanceProfile => {
            run.write(instance_profile::remove_role_from_instance_profile).await
        }
        Operation::TagInstanceProfile => run.write(instance_profile::tag_instance_profile).await,
        Operation::UntagInstanceProfile => run.write(instance_profile::untag_instance_profile).await,
        Operation::DeactivateMFADevice => run.write(mfa_device::deactivate_mfa_device).await,
        Operation::EnableMFADevice => run.write(mfa_device::enable_mfa_device).await,
        Operation::GetMFADevice => run.read(mfa_device::get_mfa_device),
        Operation::ListMFADevices => run.read(mfa_device::list_mfa_devices),
        Operation::ResyncMFADevice => run.write(mfa_device::resync_mfa_device).await,
        Operation::CreatePolicy => run.write(policy::create_policy).await,
        Operation::DeletePolicy => run.write(policy::delete_policy).await,
        Operation::GetPolicy => run.read(policy::get_policy),
        Operation::ListPolicies => run.read(policy::list_policies),
        Operation::ListPolicyTags => run.read(policy::list_policy_tags),
        Operation::TagPolicy => run.write(policy::tag_policy).await,
        Operation::UntagPolicy => run.write(policy::untag_policy).await,
        Operation::ListEntitiesForPolicy => run.read(policy_entity::list_entities_for_policy),
        Operation::CreatePolicyVersion => run.write(policy_version::create_policy_version).await,
        Operation::DeletePolicyVersion => run.write(policy_version::delete_policy_version).await,
        Operation::GetPolicyVersion => run.read(policy_version::get_policy_version),
        Operation::ListPolicyVersions => run.read(policy_version::list_policy_versions),
        Operation::SetDefaultPolicyVersion => run.write(policy_version::set_default_policy_version).await,
        Operation::CreateRole => run.write(role::create_role).await,
        Operation::DeleteRole => run.write(role::delete_role).await,
        Operation::GetRole => run.read(role::get_role),
        Operation::ListRoleTags => run.read(role::list_role_tags),
        Operation::ListRoles => run.read(role::list_roles),
        Operation::TagRole => run.write(role::tag_role).await,
        Operation::UntagRole => run.write(role::untag_role).await,
        Operation::UpdateAssumeRolePolicy => run.write(role::update_assume_role_policy).await,
        Operation::UpdateRole => run.write(role::update_role).await,
        Operation::UpdateRoleDescription => run.write(role::update_role_description).await,
        Operation::AttachRolePolicy => run.write(role_policy::attach_role_policy).await,
        Operation::DeleteRolePolicy => run.write(role_policy::delete_role_policy).await,
        Operation::DetachRolePolicy => run.write(role_policy::detach_role_policy).await,
        Operation::GetRolePolicy => run.read(role_policy::get_role_policy),
        Operation::ListAttachedRolePolicies => run.read(role_policy::list_attached_role_policies),
        Operation::ListRolePolicies => run.read(role_policy::list_role_policies),
        Operation::PutRolePolicy => run.write(role_policy::put_role_policy).await,
        Operation::GetContextKeysForCustomPolicy => run.read(simulation::get_context_keys_for_custom_policy),
        Operation::GetContextKeysForPrincipalPolicy => {
            run.read(simulation::get_context_keys_for_principal_policy)
        }
        Operation::SimulateCustomPolicy => run.read(simulation::simulate_custom_policy),
        Operation::SimulatePrincipalPolicy => run.read(simulation::simulate_principal_policy),
        Operation::CreateUser => run.write(user::create_user).await,
        Operation::DeleteUser => run.write(user::delete_user).await,
        Operation::GetUser => run.read(user::get_user),
        Operation::ListUserTags => run.read(user::list_user_tags),
        Operation::ListUsers => run.read(user::list_users),
        Operation::TagUser => run.write(user::tag_user).await,
        Operation::UntagUser => run.write(user::untag_user).await,
        Operation::UpdateUser => run.write(user::update_user).await,
        Operation::AttachUserPolicy => run.write(user_policy::attach_user_policy).await,
        Operation::DeleteUserPolicy => run.write(user_policy::delete_user_policy).await,
        Operation::DetachUserPolicy => run.write(user_policy::detach_user_policy).await,
        Operation::GetUserPolicy => run.read(user_policy::get_user_policy),
        Operation::ListAttachedUserPolicies => run.read(user_policy::list_attached_user_policies),
        Operation::ListUserPolicies => run.read(user_policy::list_user_policies),
        Operation::PutUserPolicy => run.write(user_policy::put_user_policy).await,
        Operation::CreateVirtualMFADevice => run.write(virtual_mfa_device::create_virtual_mfa_device).await,
        Operation::DeleteVirtualMFADevice => run.write(virtual_mfa_device::delete_virtual_mfa_device).await,
        Operation::ListMFADeviceTags => run.read(virtual_mfa_device::list_mfa_device_tags),
        Operation::ListVirtualMFADevices => run.read(virtual_mfa_device::list_virtual_mfa_devices),
        Operation::TagMFADevice => run.write(virtual_mfa_device::tag_mfa_device).await,
        Operation::UntagMFADevice => run.write(virtual_mfa_device::untag_mfa_device).await,
        // The gaps. docs/gaps.md lists them too, and a test compares.
        Operation::AcceptDelegationRequest
        | Operation::AcquireRole
        | Operation::AddClientIDToOpenIDConnectProvider
        | Operation::AssociateDelegationRequest
        | Operation::ChangePassword
        | Operation::CreateDelegationRequest
        | Operation::CreateLoginProfile
        | Operation::CreateOpenIDConnectProvider
        | Operation::CreateSAMLProvider
        | Operation::CreateServiceLinkedRole
        | Operation::CreateServiceSpecificCredential
        | Operation::DeleteAccountPasswordPolicy
        | Operation::DeleteLoginProfile
        | Operation::DeleteOpenIDConnectProvider
        | Operation::DeleteSAMLProvider
        | Operation::DeleteSSHPublicKey
        | Operation::DeleteServerCertificate
        | Operation::DeleteServiceLinkedRole
        | Operation::DeleteServiceSpecificCredential
        | Operation::DeleteSigningCertificate
        | Operation::DisableOrganizationsRootCredentialsManagement
        | Operation::DisableOrganizationsRootSessions
        | Operation::DisableOutboundWebIdentityFederation
        | Operation::EnableOrganizationsRootCredentialsManagement
        | Operation::EnableOrganizationsRootSessions
        | Operation::EnableOutboundWebIdentityFederation
        | Operation::GenerateCredentialReport
        | Operation::GenerateOrganizationsAccessReport
        | Operation::GenerateServiceLastAccessedDetails
        | Operation::GetAccountPasswordPolicy
        | Operation::GetAccountProperties
        | Operation::GetCredentialReport
        | Operation::GetDelegationRequest
        | Operation::GetHumanReadableSummary
        | Operation::GetLoginProfile
        | Operation::GetOpenIDConnectProvider
        | Operation::GetOrganizationsAccessReport
        | Operation::GetOutboundWebIdentityFederationInfo
        | Operation::GetRoleTemplateVersion
        | Operation::GetSAMLProvider
        | Operation::GetSSHPublicKey
        | Operation::GetServerCertificate
        | Operation::GetServiceLastAccessedDetails
        | Operation::GetServiceLastAccessedDetailsWithEntities
        | Operation::GetServiceLinkedRoleDeletionStatus
        | Operation::ListDelegationRequests
        | Operation::ListOpenIDConnectProviderTags
        | Operation::ListOpenIDConnectProviders
        | Operation::ListOrganizationsFeatures
        | Operation::ListPoliciesGrantingServiceAccess
        | Operation::ListSAMLProviderTags
        | Operation::ListSAMLProviders
        | Operation::ListSSHPublicKeys
        | Operation::ListServerCertificateTags
        | Operation::ListServerCertificates
        | Operation::ListServiceSpecificCredentials
        | Operation::ListSigningCertificates
        | Operation::PutAccountProperties
        | Operation::RejectDelegationRequest
        | Operation::RemoveClientIDFromOpenIDConnectProvider
        | Operation::ResetServiceSpecificCredential
        | Operation::SendDelegationToken
        | Operation::SetSecurityTokenServicePreferences
        | Operation::TagOpenIDConnectProvider
        | Operation::TagSAMLProvider
        | Operation::TagServerCertificate
        | Operation::UntagOpenIDConnectProvider
        | Operation::UntagSAMLProvider
        | Operation::UntagServerCertificate
        | Operation::UpdateAccountPasswordPolicy
        | Operation::UpdateDelegationRequest
        | Operation::UpdateLoginProfile
        | Operation::UpdateOpenIDConnectProviderThumbprint
        | Operation::UpdateSAMLProvider
        | Operation::UpdateSSHPublicKey
        | Operation::UpdateServerCertificate
        | Operation::UpdateServiceSpecificCredential
        | Operation::UpdateSigningCertificate
        | Operation::UploadSSHPublicKey
        | Operation::UploadServerCertificate
        | Operation::UploadSigningCertificate => Err(not_implemented(operation.meta())),
    }
}
