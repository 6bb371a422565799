//! How often credentials are issued, as the settings say now.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use crate::signin::throttle::TooMany;
use crate::signin::throttle::rate::IssueLimit;

/// How many callers may be at one upstream at once, each as often as it may.
const CALLERS_AT_ONCE: u32 = 100;

/// The limits in force. Other settings begin with a clean slate.
#[derive(Debug, Default)]
pub(crate) struct IssueLimits(Mutex<Option<(u32, Arc<IssueLimit>)>>);

impl IssueLimits {
    /// Whether `caller` may use `connector` once more now, of so many times a minute; `upstream` is whom it asks.
    pub(crate) fn take(
        &self,
        per_minute: u32,
        (caller, connector): (&str, &str),
        upstream: &str,
        now: Timestamp,
    ) -> Result<(), TooMany> {
        self.in_force(per_minute).take((caller, connector), upstream, now)
    }

    fn in_force(&self, per_minute: u32) -> Arc<IssueLimit> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, limit)) = held.as_ref().filter(|(known, _)| *known == per_minute) {
            return Arc::clone(limit);
        }
        let each = NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN);
        let limit = Arc::new(IssueLimit::new(each, each.saturating_mul(non_zero(CALLERS_AT_ONCE))));
        *held = Some((per_minute, Arc::clone(&limit)));
        limit
    }
}

fn non_zero(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}
