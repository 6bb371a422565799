use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Seconds;

/// Where the chain of audit events ends, and where what is kept of it begins.
///
/// There is one. A command that appends an event moves it, so events of all nodes are in one order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChainHead {
    /// The last event that there is.
    pub last: ChainLink,
    /// The last event that is no longer kept; number 0 as long as all are.
    pub forgotten: ChainLink,
    /// The newest day of any event, in days since 1970.
    pub day: i64,
    /// The number of the key that made the tag.
    pub key: u32,
    /// Proves the rest, in base64.
    pub tag: Box<str>,
}

impl ChainHead {
    /// The key of the one record there is.
    pub const KEY: &'static str = "audit";
}

/// An event of the chain, as others name it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ChainLink {
    /// Its number, from 1.
    pub number: u64,
    /// Its hash, in hexadecimal; empty for number 0.
    pub hash: Box<str>,
}

/// A key that signs the chain of audit events, sealed with the data key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChainKey {
    /// Its number.
    pub id: u32,
    /// When it was made.
    pub created: Seconds,
    /// The key, sealed with the data key.
    pub sealed: Box<str>,
}

/// A session that counts no longer, kept until it would have ended by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Revocation {
    /// The session's access key id.
    pub access_key_id: Arc<str>,
    /// When it was revoked.
    pub revoked: Seconds,
    /// When the session would have ended.
    pub expires: Seconds,
}
