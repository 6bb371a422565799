//! Sessions: temporary credentials that nothing is stored for.
//!
//! A session token is sealed and carries everything about its session; the secret key is derived from the key ring
//! and the access key id. So opening a session writes nothing, and any node with the key ring can check any token.

use std::sync::Arc;

use regent_store::entity::{AccountId, PolicyDocument, Seconds, Tag, UniqueId};

mod codec;
mod key_ring;
mod token;

pub(crate) use key_ring::KeyRing;
pub(crate) use token::{MAX_TOKEN_BYTES, TokenError};

/// Everything a session token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    /// `ASIA…`; the token opens only together with it.
    pub(crate) access_key_id: Box<str>,
    /// The account it acts in.
    pub(crate) account: AccountId,
    /// Whose session it is.
    pub(crate) subject: Subject,
    /// When it was opened: `aws:TokenIssueTime`.
    pub(crate) issued: Seconds,
    /// When it ends.
    pub(crate) expires: Seconds,
    /// Policies given at its opening, which narrow what it may do; none given is not the same as an empty one.
    pub(crate) policies: SessionPolicies,
    /// Session tags, those inherited through role chaining included.
    pub(crate) tags: Vec<SessionTag>,
    /// Set once in a chain of roles and carried through it.
    pub(crate) source_identity: Option<Box<str>>,
    /// When a one-time password was checked for it.
    pub(crate) mfa: Option<Seconds>,
    /// Whether temporary credentials opened it.
    pub(crate) is_chained: bool,
}

/// Whose a session is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The account's root user, through `GetSessionToken`.
    Root,
    /// A user, through `GetSessionToken`.
    User(UniqueId),
    /// A role, under a session name.
    Role {
        /// `AROA…`
        id: UniqueId,
        /// What the caller named the session.
        session_name: Box<str>,
    },
    /// A federated user of a user, or of root where there is none.
    Federated {
        /// The user whose permissions bound it.
        issuer: Option<UniqueId>,
        /// What the caller named the federated user.
        name: Box<str>,
    },
}

/// Policies passed when a session is opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SessionPolicies {
    /// The policy given as text.
    pub(crate) inline: Option<Arc<PolicyDocument>>,
    /// ARNs of managed policies, read in their default version when they are asked.
    pub(crate) managed: Vec<Arc<str>>,
}

impl SessionPolicies {
    /// Whether none was given: a role session is then limited by none, a federated user granted nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.inline.is_none() && self.managed.is_empty()
    }
}

/// A tag of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SessionTag {
    /// Key and value.
    pub(crate) tag: Tag,
    /// Whether a role assumed from this session inherits it.
    pub(crate) is_transitive: bool,
}
