//! Sessions: temporary credentials that nothing is stored for.
//!
//! A session token is sealed and carries everything about its session; the secret key is derived from the key ring
//! and the access key id. So opening a session writes nothing, and any node with the key ring can check any token.
//!
//! The same keys seal what a denial tells to those who may decode it, [`DenialMessage`]: nothing is stored for that
//! either.
//!
//! The module is public although nothing outside of this crate needs it to serve a request: whoever holds the
//! keys can read a token with it, and the reader behind the seal can be held against bytes that no server of ours
//! ever sealed.
//!
//! ```
//! use regent::session::{KeyRing, Session};
//!
//! let ring = KeyRing::new(&[(1, 0, [7; 32].into())])?;
//! assert!(ring.open("no token at all", "ASIAQNZGKIQY56JQ7WML").is_err());
//! assert!(Session::from_plain(b"nor its inside", "ASIAQNZGKIQY56JQ7WML").is_none());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::sync::Arc;

use regent_store::entity::{AccountId, PolicyDocument, Seconds, Tag, UniqueId};

mod codec;
mod denial;
mod key_ring;
mod sealed;
mod token;

pub(crate) use codec::{Reader, Writer};
pub use denial::{DenialMessage, DenialMessageError, MAX_MESSAGE_BYTES};
pub use key_ring::{KeyBytes, KeyRing, RingKeyError};
pub(crate) use sealed::{Purpose, sealed_length};
pub use token::{MAX_TOKEN_BYTES, TokenError};

/// Everything a session token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// `ASIA…`; the token opens only together with it.
    pub access_key_id: Box<str>,
    /// The account it acts in.
    pub account: AccountId,
    /// Whose session it is.
    pub subject: Subject,
    /// When it was opened: `aws:TokenIssueTime`.
    pub issued: Seconds,
    /// When it ends.
    pub expires: Seconds,
    /// Policies given at its opening, which narrow what it may do; none given is not the same as an empty one.
    pub policies: SessionPolicies,
    /// Session tags, those inherited through role chaining included.
    pub tags: Vec<SessionTag>,
    /// Set once in a chain of roles and carried through it.
    pub source_identity: Option<Box<str>>,
    /// When a one-time password was checked for it.
    pub mfa: Option<Seconds>,
    /// Whether temporary credentials opened it.
    pub is_chained: bool,
    /// Whether it is a browser's: opened by signing in to the console, its keys given to nobody.
    pub is_console: bool,
}

/// Whose a session is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
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
pub struct SessionPolicies {
    /// The policy given as text.
    pub inline: Option<Arc<PolicyDocument>>,
    /// ARNs of managed policies, read in their default version when they are asked.
    pub managed: Vec<Arc<str>>,
}

impl SessionPolicies {
    /// Whether none was given: a role session is then limited by none, a federated user granted nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.inline.is_none() && self.managed.is_empty()
    }
}

/// A tag of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionTag {
    /// Key and value.
    pub tag: Tag,
    /// Whether a role assumed from this session inherits it.
    pub is_transitive: bool,
}
