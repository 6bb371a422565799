use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{InlinePolicy, Seconds, Tag, UniqueId};

/// A person or program with long-term credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// `AIDA…`
    pub id: UniqueId,
    /// Unique in the account, whatever its case.
    pub name: Box<str>,
    /// Begins and ends with `/`.
    pub path: Box<str>,
    /// When it was made.
    pub created: Seconds,
    /// Ids of the groups it is in, in the order it joined.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<UniqueId>,
    /// Policies that live in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inline: Vec<InlinePolicy>,
    /// ARNs of attached managed policies, in the order of attaching.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attached: Vec<Arc<str>>,
    /// ARN of the managed policy that bounds what its policies may grant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boundary: Option<Arc<str>>,
    /// Keys are unique whatever their case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
}
