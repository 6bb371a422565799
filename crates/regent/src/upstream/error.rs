//! What comes of a call that was not done.

use regent_wire::protocol::query::ReadReplyError;
use regent_wire::sigv4::SignError;

use super::client::TransportError;
use crate::entropy::EntropyError;

/// Why a call was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// The upstream answered, and said no.
    #[error(transparent)]
    Refused(#[from] UpstreamError),
    /// The upstream did not answer, or nobody asked it.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The upstream answered with a success that cannot be read. Whatever it did, it did.
    #[error("the upstream's answer cannot be read; check that its URL is that of an STS endpoint")]
    Unreadable(#[from] ReadReplyError),
    /// The upstream says that it succeeded and gives no credentials, or something else that was asked for.
    #[error("the upstream's answer holds no {0}")]
    Incomplete(&'static str),
    /// The request cannot be signed.
    #[error("the request cannot be signed")]
    Sign(#[from] SignError),
    /// The upstream has no IAM endpoint.
    #[error("the upstream has no IAM endpoint; enter one to use this")]
    NoIam,
    /// There was no randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

/// What those answer that do not know an action of STS.
const UNKNOWN_ACTION: [&str; 6] = [
    "InvalidAction",
    "UnknownOperation",
    "UnknownOperationException",
    "NotImplemented",
    "UnsupportedOperation",
    "MethodNotAllowed",
];

impl CallError {
    /// Whether the upstream says that it does not know the action at all.
    pub(crate) fn is_of_unknown_action(&self) -> bool {
        self.refusal().is_some_and(|refusal| UNKNOWN_ACTION.contains(&refusal.code.as_str()))
    }

    /// The refusal, if it is one.
    pub(crate) const fn refusal(&self) -> Option<&UpstreamError> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Transport(_)
            | Self::Unreadable(_)
            | Self::Incomplete(_)
            | Self::Sign(_)
            | Self::NoIam
            | Self::Entropy(_) => None,
        }
    }
}

/// What an upstream says when it says no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the upstream answers {status} {code}: {message}")]
pub(crate) struct UpstreamError {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The code; empty if the answer has no error in it, as one of a load balancer has none.
    pub(crate) code: String,
    /// The text, in one line, without what is secret of the credentials that asked.
    pub(crate) message: String,
    /// What the upstream calls the request.
    pub(crate) request_id: Option<String>,
    /// Seconds by which the upstream's clock is ahead of ours, if it told.
    pub(crate) skew_secs: Option<i64>,
}

/// Codes that ask to come back later, whatever their status.
const THROTTLED: [&str; 9] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "SlowDown",
    "PriorRequestNotComplete",
];

impl UpstreamError {
    /// Whether the request was turned away unseen, to be made again later.
    pub(crate) fn is_throttled(&self) -> bool {
        self.status == 429 || THROTTLED.contains(&self.code.as_str())
    }

    /// Whether the fault is the server's; the request may have been done all the same.
    pub(crate) const fn is_server_fault(&self) -> bool {
        self.status >= 500
    }
}
