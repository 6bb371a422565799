//! How often a device's codes may be guessed at.
//!
//! A code has six digits, so whoever holds a user's access key could try them all within minutes. The first few wrong
//! codes cost nothing; from then on each doubles the time until another is looked at.
//!
//! It is kept in memory and by node: a restart forgives, and ten nodes allow ten times as much, which is still nothing.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use regent_store::entity::Seconds;

/// Wrong codes that cost nothing: people mistype, and send a code twice.
const FREE: u32 = 5;
/// The longest wait.
const LONGEST_SECS: Seconds = 3600;
/// When nobody has tried for this long after the wait, all is forgotten.
const FORGET_SECS: Seconds = 86_400;
/// Devices that are kept in mind.
const MAX_DEVICES: usize = 10_000;

/// The devices that were guessed at.
#[derive(Debug, Default)]
pub(crate) struct Attempts(Mutex<HashMap<Box<str>, Guesses>>);

#[derive(Debug, Clone, Copy)]
struct Guesses {
    count: u32,
    /// When the next code is looked at.
    next: Seconds,
}

impl Attempts {
    /// Whether a code for this device may be looked at now. It counts as wrong until [`Self::was_right`] says otherwise,
    /// so that codes sent all at once are counted too. One that is not looked at does not count.
    pub(crate) fn begin(&self, device: &str, now: Seconds) -> bool {
        // Every entry is whole at every moment, so a panic elsewhere leaves nothing to fear.
        let mut devices = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let held = devices.get(device).filter(|held| now < held.next + FORGET_SECS);
        let Guesses { count, next } = held.copied().unwrap_or(Guesses { count: 0, next: now });
        if now < next {
            return false;
        }
        let count = count.saturating_add(1);
        let guesses = Guesses { count, next: now + wait(count) };
        if devices.len() >= MAX_DEVICES {
            devices.retain(|_, held| now < held.next + LONGEST_SECS);
        }
        devices.insert(device.into(), guesses);
        true
    }

    /// The code was right: what was guessed before is forgiven.
    pub(crate) fn was_right(&self, device: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(device);
    }
}

/// How long to wait after so many wrong codes.
fn wait(count: u32) -> Seconds {
    match count.checked_sub(FREE) {
        None => 0,
        Some(beyond) => {
            1_i64.checked_shl(beyond).filter(|secs| (1..LONGEST_SECS).contains(secs)).unwrap_or(LONGEST_SECS)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_code_beyond_the_first_few_doubles_the_wait_up_to_an_hour() {
        let waits: Vec<Seconds> = [1, 4, 5, 6, 7, 16, 17, 18, 60, 68, 69, 70, u32::MAX].map(wait).to_vec();
        assert_eq!(waits, [0, 0, 1, 2, 4, 2048, 3600, 3600, 3600, 3600, 3600, 3600, 3600]);
    }

    #[test]
    fn only_so_many_codes_are_looked_at_whatever_is_sent() {
        let attempts = Attempts::default();
        let day = 0..86_400;
        let seen = day.clone().flat_map(|now| [now; 3]).filter(|now| attempts.begin("d", *now)).count();
        assert!((30..50).contains(&seen), "{seen}");
        assert!(attempts.begin("another", 0), "one device's guesses are not another's");
        assert!(!attempts.begin("d", day.end - 1));
        attempts.was_right("d");
        assert!(attempts.begin("d", day.end - 1));
    }

    #[test]
    fn what_is_long_ago_is_forgotten() {
        let attempts = Attempts::default();
        while attempts.begin("d", 0) {}
        assert!(attempts.begin("d", 1) && !attempts.begin("d", 2));
        assert!((0..FREE).all(|_| attempts.begin("d", 3 + FORGET_SECS)));
        assert!(!attempts.begin("d", 3 + FORGET_SECS));
    }
}
