//! What a policy is for, which settles what is looked at.

use crate::catalogue::Catalogue;
use crate::kind::PolicyKind;

/// The longest service control policy, in characters, blanks included.
const SCP_CHARACTERS: usize = 5_120;

/// The type of a policy, as Access Analyzer tells them apart.
///
/// AWS: IAM Access Analyzer API reference, `ValidatePolicy`, `policyType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PolicyType {
    /// For a user, group or role; permissions boundaries and session policies too.
    Identity,
    /// For a resource; a role's trust policy too.
    Resource,
    /// Service control policy.
    ServiceControl,
    /// Resource control policy.
    ResourceControl,
}

impl PolicyType {
    /// Every type once.
    pub const ALL: [Self; 4] = [Self::Identity, Self::Resource, Self::ServiceControl, Self::ResourceControl];

    /// The name in Access Analyzer's requests: `IDENTITY_POLICY`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "IDENTITY_POLICY",
            Self::Resource => "RESOURCE_POLICY",
            Self::ServiceControl => "SERVICE_CONTROL_POLICY",
            Self::ResourceControl => "RESOURCE_CONTROL_POLICY",
        }
    }
}

/// What a resource-based policy is attached to.
///
/// AWS: IAM Access Analyzer API reference, `ValidatePolicy`, `validatePolicyResourceType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValidatePolicyResourceType {
    /// An S3 bucket.
    S3Bucket,
    /// An S3 access point.
    S3AccessPoint,
    /// An S3 access point of several Regions.
    S3MultiRegionAccessPoint,
    /// An access point of S3 Object Lambda.
    S3ObjectLambdaAccessPoint,
    /// A role: the policy is its trust policy.
    IamAssumeRolePolicyDocument,
    /// A table of DynamoDB.
    DynamoDbTable,
}

impl ValidatePolicyResourceType {
    /// Every type once.
    pub const ALL: [Self; 6] = [
        Self::S3Bucket,
        Self::S3AccessPoint,
        Self::S3MultiRegionAccessPoint,
        Self::S3ObjectLambdaAccessPoint,
        Self::IamAssumeRolePolicyDocument,
        Self::DynamoDbTable,
    ];

    /// The name in Access Analyzer's requests: `AWS::S3::Bucket`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::S3Bucket => "AWS::S3::Bucket",
            Self::S3AccessPoint => "AWS::S3::AccessPoint",
            Self::S3MultiRegionAccessPoint => "AWS::S3::MultiRegionAccessPoint",
            Self::S3ObjectLambdaAccessPoint => "AWS::S3ObjectLambda::AccessPoint",
            Self::IamAssumeRolePolicyDocument => "AWS::IAM::AssumeRolePolicyDocument",
            Self::DynamoDbTable => "AWS::DynamoDB::Table",
        }
    }
}

/// The language that service control policies are written in.
///
/// Until September 2025 they had limits that other policies do not have. Some partitions and copies of AWS
/// Organizations still do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ScpLanguage {
    /// All of the policy language, principals excepted.
    #[default]
    Full,
    /// `Allow` on everything and without conditions, `NotAction` to deny, no `NotResource`, and wildcards in
    /// actions at the end alone.
    Restricted,
}

/// What is known about a policy beside its text.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    kind: PolicyKind,
    resource_type: Option<ValidatePolicyResourceType>,
    scp_language: ScpLanguage,
    scp_characters: usize,
    own_partition: &'a str,
    own_regions: &'a [&'a str],
    catalogue: Option<&'a Catalogue>,
}

impl<'a> Options<'a> {
    /// For a policy of a kind.
    pub fn of(kind: PolicyKind) -> Self {
        let is_trust = kind == PolicyKind::RoleTrust;
        Self {
            kind,
            resource_type: is_trust.then_some(ValidatePolicyResourceType::IamAssumeRolePolicyDocument),
            scp_language: ScpLanguage::Full,
            scp_characters: SCP_CHARACTERS,
            own_partition: "aws",
            own_regions: &[],
            catalogue: None,
        }
    }

    /// As a call of `ValidatePolicy` says it. A resource type only counts for a resource-based policy.
    pub fn new(policy_type: PolicyType, resource_type: Option<ValidatePolicyResourceType>) -> Self {
        let kind = match (policy_type, resource_type) {
            (PolicyType::Identity, _) => PolicyKind::Identity,
            (PolicyType::ServiceControl, _) => PolicyKind::ServiceControl,
            (PolicyType::ResourceControl, _) => PolicyKind::ResourceControl,
            (PolicyType::Resource, Some(ValidatePolicyResourceType::IamAssumeRolePolicyDocument)) => {
                PolicyKind::RoleTrust
            }
            (PolicyType::Resource, _) => PolicyKind::Resource,
        };
        let resource_type = resource_type.filter(|_| policy_type == PolicyType::Resource);
        Self { resource_type, ..Self::of(kind) }
    }

    /// Service control policies are of another language than the current one.
    #[must_use]
    pub fn with_scp_language(self, scp_language: ScpLanguage) -> Self {
        Self { scp_language, ..self }
    }

    /// Service control policies may be of another length than 5,120 characters.
    #[must_use]
    pub fn with_scp_characters(self, scp_characters: usize) -> Self {
        Self { scp_characters, ..self }
    }

    /// Resources may also be of a partition and of Regions that AWS does not have.
    #[must_use]
    pub fn with_places(self, own_partition: &'a str, own_regions: &'a [&'a str]) -> Self {
        Self { own_partition, own_regions, ..self }
    }

    /// Actions and keys are looked up in another catalogue than the bundled one.
    #[must_use]
    pub fn with_catalogue(self, catalogue: &'a Catalogue) -> Self {
        Self { catalogue: Some(catalogue), ..self }
    }

    /// The kind of policy, as the engine tells them apart.
    pub fn kind(&self) -> PolicyKind {
        self.kind
    }

    /// The type of policy, as Access Analyzer tells them apart.
    pub fn policy_type(&self) -> PolicyType {
        match self.kind {
            PolicyKind::Identity | PolicyKind::PermissionsBoundary | PolicyKind::Session => {
                PolicyType::Identity
            }
            PolicyKind::Resource | PolicyKind::RoleTrust | PolicyKind::Endpoint => PolicyType::Resource,
            PolicyKind::ServiceControl => PolicyType::ServiceControl,
            PolicyKind::ResourceControl => PolicyType::ResourceControl,
        }
    }

    pub(super) fn resource_type(&self) -> Option<ValidatePolicyResourceType> {
        self.resource_type
    }

    pub(super) fn is_trust(&self) -> bool {
        self.kind == PolicyKind::RoleTrust
    }

    pub(super) fn scp_language(&self) -> ScpLanguage {
        self.scp_language
    }

    pub(super) fn scp_characters(&self) -> usize {
        self.scp_characters
    }

    pub(super) fn own_partition(&self) -> &'a str {
        self.own_partition
    }

    pub(super) fn own_regions(&self) -> &'a [&'a str] {
        self.own_regions
    }

    pub(super) fn catalogue(&self) -> &'a Catalogue {
        self.catalogue.unwrap_or_else(|| Catalogue::bundled())
    }
}
