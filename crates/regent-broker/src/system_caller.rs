use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::Id;
use crate::person::Status;
use crate::stored::Noun;

/// A build or an application that uses connectors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemCaller {
    /// Unique, 1 to 64 characters.
    pub name: Box<str>,
    /// For people.
    #[serde(default)]
    pub description: Box<str>,
    /// Who looks after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_group: Option<Id>,
    /// How it proves itself.
    pub auth: SystemAuth,
    /// Suspended callers do nothing.
    #[serde(default)]
    pub status: Status,
}

impl Noun for SystemCaller {
    const KIND: &'static str = "system-caller";
    const PREFIX: &'static str = "sys";

    fn name(&self) -> &str {
        &self.name
    }
}

/// How a system caller proves itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SystemAuth {
    /// A token, of which only a hash is kept.
    Token {
        /// SHA-256 of the token, in hexadecimal.
        hash: Box<str>,
        /// Its first characters, to tell tokens apart.
        prefix: Box<str>,
        /// Until when it counts; at most a year.
        expires_at: i64,
    },
    /// A token that a CI system or a cluster signs for each job.
    Jwt(JobToken),
}

/// Which signed job tokens count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JobToken {
    /// Who signs.
    pub issuer: String,
    /// For whom.
    pub audience: String,
    /// Where the keys are, if the issuer's discovery document does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_url: Option<String>,
    /// What claims must be; `*` and `?` stand for anything. All of them must match.
    pub matchers: BTreeMap<String, String>,
}
