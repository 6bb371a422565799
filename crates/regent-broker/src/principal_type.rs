use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a connector makes credentials out of its account's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PrincipalType {
    /// A session of a role, by `AssumeRole`.
    AssumeRole,
    /// A federated user, by `GetFederationToken`.
    FederatedUser,
    /// A session of the account's own IAM user, by `GetSessionToken`.
    IamUserSession,
    /// The account's own temporary credentials, handed on.
    Provided,
}

impl PrincipalType {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::AssumeRole, Self::FederatedUser, Self::IamUserSession, Self::Provided];

    /// As records and the API write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AssumeRole => "assume_role",
            Self::FederatedUser => "federated_user",
            Self::IamUserSession => "iam_user_session",
            Self::Provided => "provided",
        }
    }
}

/// Who stands behind base credentials, as `GetCallerIdentity` tells.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum PrincipalKind {
    /// The root user of an AWS account.
    Root,
    /// An IAM user, by a long-term key.
    IamUser,
    /// A session of a role.
    Role,
    /// A federated user's session.
    Federated,
    /// Nobody has asked yet.
    #[default]
    Unknown,
}

impl PrincipalKind {
    /// Whether the credentials are a session's, so that an `AssumeRole` with them is role chaining.
    pub const fn is_temporary(self) -> bool {
        matches!(self, Self::Role | Self::Federated)
    }
}
