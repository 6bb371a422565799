//! Who makes a request.

/// The principal behind a request, with everything that a `Principal` element can know it by.
///
/// ARNs and ids come from the server's own records, never from the request.
///
/// AWS: "AWS JSON policy elements: Principal".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller<'a> {
    /// The root user of an account. It needs no policy in its own account, and policies on identities do not
    /// exist for it.
    Root {
        /// The account's id.
        account: &'a str,
        /// `arn:aws:iam::111122223333:root`.
        arn: &'a str,
    },
    /// An IAM user, by a long-term key or a session from `GetSessionToken`, which is the user itself.
    User {
        /// The account's id.
        account: &'a str,
        /// The user's ARN, path included.
        arn: &'a str,
        /// The user's unique id, `AIDA…`.
        id: &'a str,
    },
    /// A session of a role, however it was obtained.
    RoleSession {
        /// The account's id.
        account: &'a str,
        /// The session's ARN, which lacks the role's path: `arn:aws:sts::…:assumed-role/NAME/SESSION`.
        arn: &'a str,
        /// The role's ARN, path included.
        role_arn: &'a str,
        /// The role's unique id, `AROA…`.
        role_id: &'a str,
        /// Service-linked roles are beyond the reach of an organization's policies.
        is_service_linked: bool,
    },
    /// A session from `GetFederationToken`.
    FederatedUser {
        /// The account's id.
        account: &'a str,
        /// `arn:aws:sts::…:federated-user/NAME`. The caller chose the name; it proves nothing.
        arn: &'a str,
        /// Who called `GetFederationToken`.
        issuer: Issuer<'a>,
    },
    /// A session from `AssumeRoot`: a member account's root user, narrowed by a task policy. The task policy
    /// is passed as the session policy.
    RootSession {
        /// The member account's id.
        account: &'a str,
        /// Its root user's ARN.
        arn: &'a str,
    },
    /// Somebody who has a token or an assertion of an identity provider and no AWS identity yet.
    FederatedIdentity {
        /// The provider's ARN, or the name of a built-in one.
        provider: &'a str,
    },
    /// An AWS service that calls for itself.
    Service {
        /// Every name it answers to: `sqs.amazonaws.com`, and regional ones.
        names: &'a [&'a str],
    },
    /// Nobody known.
    Anonymous,
}

/// Who called `GetFederationToken`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issuer<'a> {
    /// The account's root user.
    Root,
    /// An IAM user.
    User {
        /// The user's ARN.
        arn: &'a str,
        /// The user's unique id, `AIDA…`.
        id: &'a str,
    },
}

impl<'a> Caller<'a> {
    /// The account the caller belongs to. Services, federated identities and strangers belong to none.
    pub fn account(&self) -> Option<&'a str> {
        match self {
            Self::Root { account, .. }
            | Self::User { account, .. }
            | Self::RoleSession { account, .. }
            | Self::FederatedUser { account, .. }
            | Self::RootSession { account, .. } => Some(account),
            Self::FederatedIdentity { .. } | Self::Service { .. } | Self::Anonymous => None,
        }
    }

    /// What a denial calls it: the ARN, of a role session the session's.
    pub fn display_name(&self) -> &'a str {
        match self {
            Self::Root { arn, .. }
            | Self::User { arn, .. }
            | Self::RoleSession { arn, .. }
            | Self::FederatedUser { arn, .. }
            | Self::RootSession { arn, .. } => arn,
            Self::FederatedIdentity { provider } => provider,
            Self::Service { names } => names.first().copied().unwrap_or("service"),
            Self::Anonymous => "anonymous",
        }
    }

    /// Does the caller's own account grant everything, so that identity-based policies are not asked?
    pub(crate) fn needs_no_identity_policy(&self) -> bool {
        match self {
            Self::Root { .. }
            | Self::RootSession { .. }
            | Self::FederatedUser { issuer: Issuer::Root, .. } => true,
            Self::User { .. }
            | Self::RoleSession { .. }
            | Self::FederatedUser { issuer: Issuer::User { .. }, .. }
            | Self::FederatedIdentity { .. }
            | Self::Service { .. }
            | Self::Anonymous => false,
        }
    }

    /// Is the session worth nothing without a session policy?
    ///
    /// A federated user has what the user has *and* the session policy allows; without one, nothing.
    pub(crate) fn needs_session_policy(&self) -> bool {
        matches!(self, Self::FederatedUser { .. } | Self::RootSession { .. })
    }

    /// Do organization policies reach it? Service-linked roles are exempt.
    pub(crate) fn is_service_linked(&self) -> bool {
        matches!(self, Self::RoleSession { is_service_linked: true, .. })
    }
}
