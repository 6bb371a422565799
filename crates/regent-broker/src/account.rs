use serde::{Deserialize, Serialize};

/// Where base credentials come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// A long-term access key, sealed in the store.
    AccessKey,
    /// What the host provides: environment, container endpoint, instance metadata.
    Ambient,
    /// A role in Regent's own IAM, taken in the process.
    RegentRole,
    /// A role taken with another account's credentials.
    Hop,
}

impl AccountKind {
    /// Whether its credentials are a session's, whatever stands behind them.
    pub const fn is_temporary(self) -> bool {
        match self {
            Self::AccessKey => false,
            Self::Ambient | Self::RegentRole | Self::Hop => true,
        }
    }
}
