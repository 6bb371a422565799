use serde::{Deserialize, Serialize};

use super::{AccountId, Seconds};

/// A tenant: everything else belongs to one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// What people call it; only shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Box<str>>,
    /// The one alias it may have; unique in the deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<Box<str>>,
    /// When it was made.
    pub created: Seconds,
}
