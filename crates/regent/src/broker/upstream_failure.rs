//! What a call that failed means to a person: the broker's code, its words, and what to do.

use std::error::Error;

use regent_broker::upstream_error::{Attempt, Failure, UpstreamCode, UpstreamError};

use crate::upstream::error::CallError;

/// Understands why a call was not done.
pub(crate) fn understood(error: &CallError, attempt: &Attempt) -> UpstreamError {
    match error {
        CallError::Refused(refused) => {
            let failure =
                Failure::Answered { status: refused.status, code: &refused.code, message: &refused.message };
            UpstreamError::of(&failure, attempt)
        }
        CallError::Transport(error) => {
            let said = error.failure.to_string();
            let failure =
                Failure::Unreachable { host: &error.host, error: &said, proxy: error.proxy.as_deref() };
            UpstreamError::of(&failure, attempt)
        }
        CallError::Unreadable(source) => UpstreamError {
            upstream: Some(source.to_string()),
            ..strange(error, "check that the upstream's URL is that of an STS endpoint")
        },
        CallError::Incomplete(_) => {
            strange(error, "check that the upstream's URL is that of an STS endpoint")
        }
        CallError::NoIam => strange(error, "enter the upstream's IAM URL"),
        CallError::Sign(_) | CallError::Entropy(_) => UpstreamError {
            upstream: error.source().map(ToString::to_string),
            ..strange(error, "look into the server's log")
        },
    }
}

fn strange(error: &CallError, fix: &'static str) -> UpstreamError {
    UpstreamError { code: UpstreamCode::UpstreamRefused, text: error.to_string(), fix, upstream: None }
}
