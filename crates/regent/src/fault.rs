//! Faults that several operations share, in IAM's words.

use regent_store::StoreError;
use regent_wire::Fault;
use regent_wire::iam::error;
use regent_wire::sigv4::SigV4Error;

/// What a name can fail to name. The words are those of IAM's messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Noun {
    /// A user.
    User,
    /// A group.
    Group,
    /// A role.
    Role,
}

impl Noun {
    /// `user`
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
        }
    }

    /// `User`
    const fn title(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
            Self::Role => "Role",
        }
    }
}

/// No entity of that name.
pub(crate) fn no_such(noun: Noun, name: &str) -> Fault {
    Fault::new(&error::NO_SUCH_ENTITY, format!("The {} with name {name} cannot be found.", noun.word()))
}

/// An entity of that name is there already.
pub(crate) fn already_exists(noun: Noun, name: &str) -> Fault {
    Fault::new(&error::ENTITY_ALREADY_EXISTS, format!("{} with name {name} already exists.", noun.title()))
}

/// No inline policy of that name in the entity.
pub(crate) fn no_such_inline(noun: Noun, policy: &str) -> Fault {
    let message = format!("The {} policy with name {policy} cannot be found.", noun.word());
    Fault::new(&error::NO_SUCH_ENTITY, message)
}

/// A `NoSuchEntity` in other words.
pub(crate) fn no_such_entity(message: impl Into<String>) -> Fault {
    Fault::new(&error::NO_SUCH_ENTITY, message)
}

/// An `EntityAlreadyExists` in other words.
pub(crate) fn entity_already_exists(message: impl Into<String>) -> Fault {
    Fault::new(&error::ENTITY_ALREADY_EXISTS, message)
}

/// Something must go first.
pub(crate) fn delete_conflict(message: impl Into<String>) -> Fault {
    Fault::new(&error::DELETE_CONFLICT, message)
}

/// A value that IAM refuses beyond its model.
pub(crate) fn invalid_input(message: impl Into<String>) -> Fault {
    Fault::new(&error::INVALID_INPUT, message)
}

/// A quota would be exceeded; the message names it as AWS does.
pub(crate) fn quota_exceeded(quota: &str, limit: usize) -> Fault {
    Fault::new(&error::LIMIT_EXCEEDED, format!("Cannot exceed quota for {quota}: {limit}"))
}

/// A limit with a message of its own.
pub(crate) fn limit_exceeded(message: impl Into<String>) -> Fault {
    Fault::new(&error::LIMIT_EXCEEDED, message)
}

/// The store could not do it. What it says goes to the log.
pub(crate) fn from_store(error: StoreError) -> Fault {
    match error {
        StoreError::Stale { .. }
        | StoreError::Database(_)
        | StoreError::Closed
        | StoreError::Behind { .. }
        | StoreError::Migrating { .. } => Fault::service_unavailable(error),
        StoreError::OutcomeUnknown
        | StoreError::Diverged { .. }
        | StoreError::Undecodable { .. }
        | StoreError::Unstorable { .. } => Fault::internal_failure(error),
    }
}

/// What the signature's checks found, as a client sees it.
pub(crate) fn from_sigv4(error: &SigV4Error) -> Fault {
    match error {
        SigV4Error::UnknownAccessKey => Fault::unknown_access_key(),
        SigV4Error::BadSessionToken => Fault::invalid_session_token(),
        SigV4Error::ExpiredToken => Fault::expired_token(),
        SigV4Error::MissingAuthenticationToken => Fault::missing_authentication_token(),
        SigV4Error::MalformedQueryString(_) => Fault::malformed_query_string(error.message()),
        SigV4Error::IncompleteSignature(_) | SigV4Error::BadRequest(_) => {
            Fault::incomplete_signature(error.message())
        }
        SigV4Error::Clock(_) | SigV4Error::SignatureDoesNotMatch(_) => {
            Fault::common(&regent_wire::fault::common::SIGNATURE_DOES_NOT_MATCH, error.message())
        }
    }
}
