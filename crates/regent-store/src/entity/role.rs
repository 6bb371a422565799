use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{InlinePolicy, PolicyDocument, Seconds, Tag, UniqueId};

/// An identity without credentials of its own: who its trust policy lets in gets a session of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Role {
    /// `AROA…`
    pub id: UniqueId,
    /// Unique in the account, whatever its case.
    pub name: Box<str>,
    /// Begins and ends with `/`.
    pub path: Box<str>,
    /// When it was made.
    pub created: Seconds,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Box<str>>,
    /// Longest session somebody may ask for, in seconds.
    pub max_session_secs: u32,
    /// Who may assume it. Its principals are bound to unique ids.
    pub trust: Arc<PolicyDocument>,
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

impl Role {
    /// Whether it belongs to an AWS service: its path says so, and nobody else may use that path.
    pub fn is_service_linked(&self) -> bool {
        self.path.starts_with("/aws-service-role/")
    }
}
