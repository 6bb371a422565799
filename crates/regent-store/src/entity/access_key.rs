use serde::{Deserialize, Serialize};

use super::{Seconds, UniqueId};

/// A long-term access key of a user or of the account's root user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessKey {
    /// `AKIA…`; unique in the whole deployment.
    pub id: Box<str>,
    /// Whose key it is.
    pub owner: KeyOwner,
    /// Whether it works.
    pub status: KeyStatus,
    /// When it was made.
    pub created: Seconds,
    /// When its status last changed, or when it was made.
    pub rotated: Seconds,
    /// The secret, sealed to this record.
    pub sealed_secret: Box<str>,
}

/// Whose a long-term key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum KeyOwner {
    /// The account's root user.
    Root,
    /// The user with this id.
    User(UniqueId),
}

/// Whether a key works. The names are AWS's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyStatus {
    /// It signs requests.
    Active,
    /// It is kept and signs nothing.
    Inactive,
}

impl KeyStatus {
    /// AWS's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Inactive => "Inactive",
        }
    }
}
