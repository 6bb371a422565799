//! Why a rotation does not go on.

use regent_broker::Id;

use super::OVERTAKEN;
use crate::rest::problem::Problem;
use crate::seal::SealError;
use crate::upstream::error::CallError;

/// Why a rotation did not go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RotationError {
    /// The account is gone.
    #[error("there is no account `{0}`")]
    NoAccount(Id),
    /// The account has no key of its own.
    #[error("only an account with an access key has one to rotate")]
    NoKey,
    /// Another request, or another node, is at it.
    #[error("the key of this account is being rotated just now")]
    UnderWay,
    /// The user has a second key already, and AWS allows two.
    #[error("the user has another access key, `{0}`, and can have two at most; delete it first")]
    SecondKey(String),
    /// The new key is somebody else's.
    #[error("the new key answers as `{found}`, and the old one as `{expected}`; the new one was deleted")]
    Stranger {
        /// Who the old key is.
        expected: String,
        /// Who the new key is.
        found: String,
    },
    /// The upstream refused, and the old key is in use as before.
    #[error("the upstream did not do its part, and the old key is in use as before")]
    Undone(#[source] CallError),
    /// The upstream refused twice: to go on, and to delete the new key.
    #[error("the new key `{key}` is left, and the old one is in use as before: {refused}; {cause}")]
    Left {
        /// The new key.
        key: String,
        /// Why it did not go on.
        refused: Box<CallError>,
        /// Why it could not be deleted.
        cause: Box<CallError>,
    },
    /// The upstream failed, and nobody knows what it did.
    #[error("the upstream did not do its part; try again, and the rotation goes on from here")]
    Interrupted(#[from] CallError),
    /// A secret cannot be sealed or opened.
    #[error("the account's secret cannot be sealed or opened")]
    Seal(#[from] SealError),
    /// The record could not be written, or somebody else has changed it.
    #[error("the account's record could not be changed ({})", .0.code())]
    Record(Box<Problem>),
}

impl RotationError {
    /// What went wrong, with what the upstream said.
    pub(crate) fn told(&self) -> String {
        let cause = std::error::Error::source(self).map(|cause| format!(": {cause}"));
        format!("{self}{}", cause.unwrap_or_default())
    }

    /// Whether somebody else has got hold of the record, or has changed what was to be done.
    pub(super) fn is_overtaken(&self) -> bool {
        matches!(self, Self::Record(problem) if problem.code() == OVERTAKEN)
    }
}
