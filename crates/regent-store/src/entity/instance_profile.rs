use serde::{Deserialize, Serialize};

use super::{Seconds, Tag, UniqueId};

/// What carries a role to an instance. Holds at most one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InstanceProfile {
    /// `AIPA…`
    pub id: UniqueId,
    /// Unique in the account, whatever its case.
    pub name: Box<str>,
    /// Begins and ends with `/`.
    pub path: Box<str>,
    /// When it was made.
    pub created: Seconds,
    /// Id of the role it carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<UniqueId>,
    /// Keys are unique whatever their case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
}
