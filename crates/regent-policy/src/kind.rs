//! The kinds of policy.

/// What a policy is attached to, which settles what it may say and what it can do.
///
/// Only identity-based and resource-based policies (a role's trust policy among them) ever grant. The others
/// set limits: their `Allow` lets a grant through and gives nothing by itself.
///
/// AWS: "Policies and permissions in AWS Identity and Access Management".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PolicyKind {
    /// Inline or managed, on a user, a group or a role. Grants.
    Identity,
    /// One managed policy on a user or a role. It limits what the entity's identity-based policies grant.
    PermissionsBoundary,
    /// Passed when a session is made. It limits that session.
    Session,
    /// On a resource: a bucket, a queue, a key. Grants, and names to whom.
    Resource,
    /// On a role: who may assume it. A resource-based policy with rules of its own.
    RoleTrust,
    /// Service control policy, on an organization's root, unit or account. It limits the principals there.
    ServiceControl,
    /// Resource control policy, at the same places. It limits who can reach the resources there.
    ResourceControl,
    /// On a VPC endpoint. It limits what travels through it.
    Endpoint,
}

impl PolicyKind {
    /// Every kind once.
    pub const ALL: [Self; 8] = [
        Self::Identity,
        Self::PermissionsBoundary,
        Self::Session,
        Self::Resource,
        Self::RoleTrust,
        Self::ServiceControl,
        Self::ResourceControl,
        Self::Endpoint,
    ];

    /// One word for it, in answers to machines and on the command line: `identity`, `boundary`, `scp`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::PermissionsBoundary => "boundary",
            Self::Session => "session",
            Self::Resource => "resource",
            Self::RoleTrust => "trust",
            Self::ServiceControl => "scp",
            Self::ResourceControl => "rcp",
            Self::Endpoint => "endpoint",
        }
    }

    /// AWS's name of the kind, as its denial texts use it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity-based policy",
            Self::PermissionsBoundary => "permissions boundary",
            Self::Session => "session policy",
            Self::Resource => "resource-based policy",
            Self::RoleTrust => "role trust policy",
            Self::ServiceControl => "service control policy",
            Self::ResourceControl => "resource control policy",
            Self::Endpoint => "VPC endpoint policy",
        }
    }

    /// Do the statements of this kind say whom they are about?
    ///
    /// The others are about the principal they are attached to, and may not name one.
    pub fn names_principals(self) -> bool {
        match self {
            Self::Resource | Self::RoleTrust | Self::ResourceControl | Self::Endpoint => true,
            Self::Identity | Self::PermissionsBoundary | Self::Session | Self::ServiceControl => false,
        }
    }
}
