use serde::{Deserialize, Serialize};

use super::Seconds;

/// A key that seals secrets in records, itself sealed with the master key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DataKey {
    /// Its number.
    pub id: u32,
    /// When it was made.
    pub created: Seconds,
    /// The key, sealed with the master key.
    pub sealed: Box<str>,
    /// Which master key that is: an id that tells nothing else of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub master: Option<Box<str>>,
}

/// A key that seals session tokens, itself sealed with the data key.
///
/// The newest seals; the others open until the last session they sealed is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionKey {
    /// Its number, which every token carries.
    pub id: u32,
    /// When it was made.
    pub created: Seconds,
    /// The key, sealed with the data key.
    pub sealed: Box<str>,
}
