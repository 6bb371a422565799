//! An even flow: so many a minute, all at once or one by one (the generic cell rate algorithm).

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::TooMany;

/// How often one caller may use one connector, a minute.
pub(crate) const EACH_A_MINUTE: NonZeroU32 = NonZeroU32::new(30).expect("not zero");
/// How often all callers may use all connectors of one upstream, a minute.
pub(crate) const ALL_A_MINUTE: NonZeroU32 = NonZeroU32::new(3000).expect("not zero");
const MINUTE_MICROS: i64 = 60_000_000;
/// Flows that are kept in mind. One that has nothing to pay back is forgotten, so in a minute there are no more than
/// are let through altogether; this is for settings that let through more.
const MAX_FLOWS: usize = 100_000;

/// How often credentials are issued: a flow for each caller and connector, and one for all of each upstream, so that a
/// throng at one does not keep anybody from another.
#[derive(Debug)]
pub(crate) struct IssueLimit {
    each: RateLimit,
    all: RateLimit,
}

impl Default for IssueLimit {
    fn default() -> Self {
        Self::new(EACH_A_MINUTE, ALL_A_MINUTE)
    }
}

impl IssueLimit {
    /// So many a minute for each caller and connector, and so many for all of an upstream.
    pub(crate) fn new(each: NonZeroU32, all: NonZeroU32) -> Self {
        Self { each: RateLimit::per_minute(each), all: RateLimit::per_minute(all) }
    }

    /// Whether `caller` may use `connector` once more now, which asks `upstream`. What is refused does not count.
    pub(crate) fn take(
        &self,
        (caller, connector): (&str, &str),
        upstream: &str,
        now: Timestamp,
    ) -> Result<(), TooMany> {
        // Their own flow first: one caller who asks too often must not use up everybody's.
        self.each.take(&format!("{caller}\n{connector}"), now)?;
        self.all.take(upstream, now)
    }
}

/// A flow for each key.
#[derive(Debug)]
pub(crate) struct RateLimit {
    /// Time between two when they come evenly.
    interval: i64,
    /// How far ahead of the even flow one may be.
    ahead: i64,
    /// By key: when what has been taken is paid back, in microseconds.
    paid_back: Mutex<HashMap<Box<str>, i64>>,
}

impl RateLimit {
    /// So many a minute for each key.
    pub(crate) fn per_minute(count: NonZeroU32) -> Self {
        let interval = (MINUTE_MICROS / i64::from(count.get())).max(1);
        Self { interval, ahead: MINUTE_MICROS - interval, paid_back: Mutex::default() }
    }

    /// Whether `key` may take one now. What is refused does not count.
    pub(crate) fn take(&self, key: &str, now: Timestamp) -> Result<(), TooMany> {
        let now = now.as_microsecond();
        let mut flows = self.paid_back.lock().unwrap_or_else(PoisonError::into_inner);
        let from = flows.get(key).map_or(now, |paid_back| now.max(*paid_back));
        let early = from - now - self.ahead;
        if early > 0 {
            let after = early.div_euclid(1_000_000) + 1;
            return Err(TooMany { after_secs: u32::try_from(after).unwrap_or(u32::MAX) });
        }
        if flows.len() >= MAX_FLOWS {
            flows.retain(|_, paid_back| *paid_back > now);
            if flows.len() >= MAX_FLOWS {
                return Err(TooMany { after_secs: 60 });
            }
        }
        flows.insert(key.into(), from + self.interval);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_microsecond(1_800_000_000_000_000 + micros).unwrap()
    }

    #[test]
    fn thirty_at_once_and_then_one_every_two_seconds() {
        let limit = IssueLimit::default();
        let taken = (0..100).filter(|_| limit.take(("ana", "prod"), "aws", at(0)).is_ok()).count();
        assert_eq!(taken, 30);
        assert_eq!(limit.take(("ana", "prod"), "aws", at(0)), Err(TooMany { after_secs: 3 }));
        assert_eq!(limit.take(("ana", "prod"), "aws", at(1_999_999)), Err(TooMany { after_secs: 1 }));
        assert_eq!(limit.take(("ana", "prod"), "aws", at(2_000_000)), Ok(()));
        assert!(limit.take(("ana", "prod"), "aws", at(2_000_000)).is_err());
        assert_eq!(limit.take(("ana", "dev"), "aws", at(0)), Ok(()), "another connector");
        assert_eq!(limit.take(("ben", "prod"), "aws", at(0)), Ok(()), "another caller");
    }

    #[test]
    fn in_any_time_no_more_flows_than_the_burst_and_the_rate() {
        let limit = IssueLimit::default();
        let taken = (0..600)
            .filter(|second| limit.take(("ana", "prod"), "aws", at(second * 1_000_000)).is_ok())
            .count();
        assert_eq!(taken, 30 + 299);
    }

    #[test]
    fn all_together_have_a_limit_that_one_cannot_use_up_with_refusals() {
        let limit = IssueLimit::new(NonZeroU32::new(2).unwrap(), NonZeroU32::new(5).unwrap());
        for _ in 0..100 {
            let _ = limit.take(("mallory", "prod"), "aws", at(0));
        }
        let others: Vec<bool> = ["a", "b", "c", "d", "e"]
            .map(|caller| limit.take((caller, "prod"), "aws", at(0)).is_ok())
            .to_vec();
        assert_eq!(others, [true, true, true, false, false]);
        assert_eq!(limit.take(("d", "dev"), "embedded", at(0)), Ok(()), "another upstream");
    }

    #[test]
    fn names_that_are_made_up_take_no_memory_for_long() {
        let limit = RateLimit::per_minute(EACH_A_MINUTE);
        for name in 0..MAX_FLOWS + 10 {
            let _ = limit.take(&name.to_string(), at(0));
        }
        assert_eq!(limit.paid_back.lock().unwrap().len(), MAX_FLOWS);
        assert!(limit.take("new", at(0)).is_err());
        assert!(limit.take("new", at(2_000_000)).is_ok());
        assert_eq!(limit.paid_back.lock().unwrap().len(), 1);
    }
}
