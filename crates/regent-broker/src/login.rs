use serde::{Deserialize, Serialize};

use crate::id::Id;
use crate::stored::{Noun, Stored};

/// Somebody is signed in: a browser, a command line, or a job that has exchanged its token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// SHA-256 of what the client holds, in hexadecimal. Nobody can sign in with it.
    pub hash: Box<str>,
    /// What the client holds.
    pub kind: LoginKind,
    /// Who.
    pub who: Who,
    /// How they proved it.
    pub via: Box<str>,
    /// When a second factor was last given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mfa_at: Option<i64>,
    /// When it began.
    pub began: i64,
    /// When it was last used, to the minute.
    pub seen: i64,
    /// When it ends, whatever happens.
    pub expires: i64,
    /// From where it was made.
    pub source_ip: Box<str>,
    /// With what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<Box<str>>,
    /// The sign-in that this one goes on from: a second factor was given, and the client holds something new since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<Id>,
    /// What the provider calls the session, to end it there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_id_token: Option<Box<str>>,
}

impl Stored<Login> {
    /// The id under which the whole sign-in is known: what it earned ends with it, before a second factor or after.
    pub fn whole(&self) -> &Id {
        self.value.continues.as_ref().unwrap_or(&self.id)
    }
}

impl Noun for Login {
    const KIND: &'static str = "login";
    const PREFIX: &'static str = "login";

    fn name(&self) -> &str {
        &self.hash
    }
}

/// What a client holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginKind {
    /// A cookie.
    Browser,
    /// A bearer token of the command line.
    CommandLine,
    /// A bearer token that a job got for its signed token.
    Job,
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// A person.
    Person(Id),
    /// A system caller.
    SystemCaller(Id),
}

impl Who {
    /// Whose id it is.
    pub fn id(&self) -> &Id {
        match self {
            Self::Person(id) | Self::SystemCaller(id) => id,
        }
    }
}
