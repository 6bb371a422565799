//! IAM's default quotas. `GetAccountSummary` shows them under the names in the comments.
//!
//! AWS: IAM User Guide, "IAM and AWS STS quotas".

/// `UsersQuota`
pub(crate) const USERS: usize = 5000;
/// `GroupsQuota`
pub(crate) const GROUPS: usize = 300;
/// `RolesQuota`
pub(crate) const ROLES: usize = 1000;
/// `InstanceProfilesQuota`
pub(crate) const INSTANCE_PROFILES: usize = 1000;
/// `PoliciesQuota`
pub(crate) const POLICIES: usize = 1500;
/// `VersionsPerPolicyQuota`
pub(crate) const VERSIONS_PER_POLICY: usize = 5;
/// `PolicyVersionsInUseQuota`
pub(crate) const POLICY_VERSIONS_IN_USE: usize = 10_000;
/// `GroupsPerUserQuota`
pub(crate) const GROUPS_PER_USER: usize = 10;
/// `AttachedPoliciesPer…Quota`
pub(crate) const ATTACHED_POLICIES: usize = 10;
/// `AccessKeysPerUserQuota`
pub(crate) const ACCESS_KEYS_PER_USER: usize = 2;
/// `SigningCertificatesPerUserQuota`
pub(crate) const SIGNING_CERTIFICATES_PER_USER: usize = 2;
/// `ServerCertificatesQuota`
pub(crate) const SERVER_CERTIFICATES: usize = 20;
/// `PolicySizeQuota`
pub(crate) const POLICY_SIZE: usize = 6144;
/// `AssumeRolePolicySizeQuota`
pub(crate) const TRUST_POLICY_SIZE: usize = 2048;
/// `UserPolicySizeQuota`: the sum of a user's inline policies.
pub(crate) const USER_POLICY_SIZE: usize = 2048;
/// `GroupPolicySizeQuota`
pub(crate) const GROUP_POLICY_SIZE: usize = 5120;
/// `RolePolicySizeQuota`
pub(crate) const ROLE_POLICY_SIZE: usize = 10_240;
/// Not in the summary.
pub(crate) const ROLES_PER_INSTANCE_PROFILE: usize = 1;
/// Not in the summary.
pub(crate) const TAGS: usize = 50;
/// Not in the summary.
pub(crate) const MFA_DEVICES_PER_USER: usize = 8;
/// Not in the summary: as many as users.
pub(crate) const VIRTUAL_MFA_DEVICES: usize = USERS;
