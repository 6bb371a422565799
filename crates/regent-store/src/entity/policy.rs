use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{PolicyDocument, Seconds, Tag, UniqueId};

/// A customer managed policy: up to five versions, one of which counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ManagedPolicy {
    /// `ANPA…`
    pub id: UniqueId,
    /// Unique in the account, whatever its case or path.
    pub name: Box<str>,
    /// Begins and ends with `/`.
    pub path: Box<str>,
    /// When it was made.
    pub created: Seconds,
    /// When a version was last made.
    pub updated: Seconds,
    /// Free text, fixed at creation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Box<str>>,
    /// The number of the version that counts.
    pub default_version: u32,
    /// The number the next version gets; numbers never come back.
    pub next_version: u32,
    /// Oldest first.
    pub versions: Vec<PolicyVersion>,
    /// Keys are case-sensitive here, unlike those of users and roles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
}

/// One version of a managed policy. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyVersion {
    /// `v1` is 1.
    pub number: u32,
    /// When it was made.
    pub created: Seconds,
    /// The document.
    pub document: Arc<PolicyDocument>,
}

impl ManagedPolicy {
    /// The version with this number.
    pub fn version(&self, number: u32) -> Option<&PolicyVersion> {
        self.versions.iter().find(|version| version.number == number)
    }

    /// The document that counts.
    pub fn default_document(&self) -> Option<&Arc<PolicyDocument>> {
        self.version(self.default_version).map(|version| &version.document)
    }
}
