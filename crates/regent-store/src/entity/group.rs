use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{InlinePolicy, Seconds, UniqueId};

/// Users who share policies. Never a principal.
///
/// Who is in it is written in the users, so that joining changes one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// `AGPA…`
    pub id: UniqueId,
    /// Unique in the account, whatever its case.
    pub name: Box<str>,
    /// Begins and ends with `/`.
    pub path: Box<str>,
    /// When it was made.
    pub created: Seconds,
    /// Policies that live in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inline: Vec<InlinePolicy>,
    /// ARNs of attached managed policies, in the order of attaching.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attached: Vec<Arc<str>>,
}
