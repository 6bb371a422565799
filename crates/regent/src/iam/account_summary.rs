//! How much of everything an account has, and how much it may have.

use std::collections::BTreeMap;

use regent_store::directory::AccountView;
use regent_store::entity::KeyOwner;
use regent_wire::Fault;
use regent_wire::iam::{self as wire, op};

use super::quota;
use crate::authz::Authorized;
use crate::call::Call;

/// The quotas, under AWS's names for them.
const QUOTAS: [(&str, usize); 19] = [
    ("AccessKeysPerUserQuota", quota::ACCESS_KEYS_PER_USER),
    ("AssumeRolePolicySizeQuota", quota::TRUST_POLICY_SIZE),
    ("AttachedPoliciesPerGroupQuota", quota::ATTACHED_POLICIES),
    ("AttachedPoliciesPerRoleQuota", quota::ATTACHED_POLICIES),
    ("AttachedPoliciesPerUserQuota", quota::ATTACHED_POLICIES),
    ("GroupPolicySizeQuota", quota::GROUP_POLICY_SIZE),
    ("GroupsPerUserQuota", quota::GROUPS_PER_USER),
    ("GroupsQuota", quota::GROUPS),
    ("InstanceProfilesQuota", quota::INSTANCE_PROFILES),
    ("PoliciesQuota", quota::POLICIES),
    ("PolicySizeQuota", quota::POLICY_SIZE),
    ("PolicyVersionsInUseQuota", quota::POLICY_VERSIONS_IN_USE),
    ("RolePolicySizeQuota", quota::ROLE_POLICY_SIZE),
    ("RolesQuota", quota::ROLES),
    ("ServerCertificatesQuota", quota::SERVER_CERTIFICATES),
    ("SigningCertificatesPerUserQuota", quota::SIGNING_CERTIFICATES_PER_USER),
    ("UserPolicySizeQuota", quota::USER_POLICY_SIZE),
    ("UsersQuota", quota::USERS),
    ("VersionsPerPolicyQuota", quota::VERSIONS_PER_POLICY),
];

/// What Regent has none of, so that there is nothing to count.
const NONE_OF: [&str; 4] =
    ["AccountPasswordPresent", "AccountSigningCertificatesPresent", "Providers", "ServerCertificates"];

/// Counts what the account has, beside the quotas.
///
/// AWS: IAM API reference, GetAccountSummary.
pub(crate) fn get_account_summary(
    call: &Call<'_>,
    _: &Authorized<op::GetAccountSummary>,
) -> Result<wire::GetAccountSummaryResponse, Fault> {
    let counts = counts(call.account()?);
    let all = QUOTAS.into_iter().chain(counts).chain(NONE_OF.map(|name| (name, 0)));
    let shown = |number| i32::try_from(number).unwrap_or(i32::MAX);
    let summary: BTreeMap<String, i32> = all.map(|(name, number)| (name.to_owned(), shown(number))).collect();
    Ok(wire::GetAccountSummaryResponse { summary_map: Some(summary) })
}

fn counts(account: &AccountView) -> [(&'static str, usize); 11] {
    let has_mfa = account.mfa_devices_of(KeyOwner::Root).next().is_some();
    let has_keys = account.key_ids(KeyOwner::Root).next().is_some();
    [
        ("AccountAccessKeysPresent", usize::from(has_keys)),
        ("AccountMFAEnabled", usize::from(has_mfa)),
        // Of the session tokens of the global endpoint: what AWS says of an account that was never told otherwise.
        ("GlobalEndpointTokenVersion", 1),
        ("Groups", account.groups.len()),
        ("InstanceProfiles", account.instance_profiles.len()),
        ("MFADevices", account.mfa_device_count()),
        ("MFADevicesInUse", account.mfa_devices_in_use()),
        ("Policies", account.policies.len()),
        // CHOICE: of a policy that somebody has, AWS's or the account's, the one version that counts is in use.
        ("PolicyVersionsInUse", account.policy_uses().count()),
        ("Roles", account.roles.len()),
        ("Users", account.users.len()),
    ]
}
