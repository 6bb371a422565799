//! Trying again: how often, after how long, and what.

use std::time::Duration;

use super::error::{CallError, UpstreamError};
use crate::entropy::{self, EntropyError};

/// How often a call is made and how long is waited in between.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Retry {
    /// How often in all.
    pub(crate) attempts: u32,
    /// The longest first wait; every further one is up to twice as long.
    pub(crate) first_wait: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self { attempts: 3, first_wait: Duration::from_millis(200) }
    }
}

/// What may be done twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Doing it twice is as good as once, or costs nothing but a session nobody has.
    Harmless,
    /// Done twice it leaves something behind, such as a second key: it is repeated only when it surely was not done.
    Harmful,
}

impl Retry {
    /// Whether to try again after the `made`th attempt. Only what asks for patience is asked again: a refusal stays one.
    pub(super) fn is_worthwhile(&self, made: u32, error: &CallError, repeat: Repeat) -> bool {
        made < self.attempts
            && error.refusal().is_some_and(|refusal: &UpstreamError| {
                refusal.is_throttled() || (refusal.is_server_fault() && repeat == Repeat::Harmless)
            })
    }

    /// How long to wait after the `made`th attempt: between half and all of the longest, so that those who were turned
    /// away together do not come back together.
    pub(super) fn wait(&self, made: u32) -> Result<Duration, EntropyError> {
        let longest = self.first_wait.saturating_mul(1 << made.saturating_sub(1).min(4));
        let share = u32::from(u16::from_le_bytes(entropy::bytes()?));
        Ok(longest / 2 + (longest / 2).saturating_mul(share) / u32::from(u16::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_asks_for_patience_is_tried_again_and_never_forever() {
        let refused = |status: u16, code: &str| {
            CallError::Refused(UpstreamError {
                status,
                code: code.to_owned(),
                message: String::new(),
                request_id: None,
                skew_secs: None,
            })
        };
        for (error, harmless, harmful) in [
            (refused(400, "Throttling"), true, true),
            (refused(400, "ThrottlingException"), true, true),
            (refused(503, "SlowDown"), true, true),
            (refused(429, ""), true, true),
            (refused(500, "InternalFailure"), true, false),
            (refused(503, ""), true, false),
            (refused(403, "AccessDenied"), false, false),
            (refused(403, "SignatureDoesNotMatch"), false, false),
            (refused(400, "ValidationError"), false, false),
            (refused(409, "LimitExceeded"), false, false),
            (CallError::NoIam, false, false),
        ] {
            let retry = Retry::default();
            for made in [1, 2] {
                assert_eq!(retry.is_worthwhile(made, &error, Repeat::Harmless), harmless, "{error}");
                assert_eq!(retry.is_worthwhile(made, &error, Repeat::Harmful), harmful, "{error}");
            }
            assert!(!retry.is_worthwhile(3, &error, Repeat::Harmless), "{error}");
        }
    }

    #[test]
    fn waits_grow_and_differ() {
        let retry = Retry::default();
        let waits: Vec<Duration> = (0..64).map(|_| retry.wait(1).unwrap()).collect();
        assert!(waits.iter().all(|wait| (100..=200).contains(&wait.as_millis())), "{waits:?}");
        assert!(waits.iter().any(|wait| *wait != waits[0]));
        assert!((200..=400).contains(&retry.wait(2).unwrap().as_millis()));
    }
}
