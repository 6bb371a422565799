//! Waits that double with every failed sign-in, by name and by address.
//!
//! Counting by name alone lets one address try one password with every name; counting by address alone lets many addresses
//! try every password with one name. A name that does not exist is counted as any other.

use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use regent_store::entity::Seconds;

use super::TooMany;

/// Slots names and addresses are counted in. Which is whose, nobody outside can work out; two that share one share waits.
const SLOTS: usize = 8192;
/// Wrong passwords for a name that cost nothing: people mistype.
const FREE_BY_NAME: u32 = 5;
/// Failed sign-ins from an address that cost nothing: many people may stand behind one.
const FREE_BY_ADDRESS: u32 = 25;
/// The longest wait. Longer would serve whoever wants to lock somebody out more than it hinders whoever guesses.
const LONGEST_SECS: Seconds = 900;
/// When nobody has tried for this long after the wait, all is forgotten.
const FORGET_SECS: Seconds = 86_400;

/// Counts failed sign-ins, by name and by address.
#[derive(Debug)]
pub(crate) struct SignInThrottle {
    names: Backoff,
    addresses: Backoff,
}

impl Default for SignInThrottle {
    fn default() -> Self {
        Self { names: Backoff::new(FREE_BY_NAME), addresses: Backoff::new(FREE_BY_ADDRESS) }
    }
}

impl SignInThrottle {
    /// Whether an attempt may be looked at now. It counts as failed until [`Self::succeeded`] says otherwise, so that
    /// attempts sent all at once are counted too.
    pub(crate) fn begin(&self, name: &str, address: IpAddr, now: Seconds) -> Result<(), TooMany> {
        // The address first: one that has to wait cannot make others wait by naming them.
        self.addresses.begin(&network(address), now)?;
        self.names.begin(name, now)
    }

    /// The attempt was right. The name is forgiven; of the address only this attempt, or whoever has one account could
    /// go on guessing at others from it.
    pub(crate) fn succeeded(&self, name: &str, address: IpAddr) {
        self.names.forgive(name);
        self.addresses.take_back(&network(address));
    }
}

/// An address as it is counted: in IPv6 everybody has a network of their own.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}

#[derive(Debug)]
struct Backoff {
    slots: Mutex<Box<[Slot]>>,
    hasher: RandomState,
    free: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    count: u32,
    /// When the next attempt is looked at.
    next: Seconds,
}

impl Backoff {
    fn new(free: u32) -> Self {
        let slots = Mutex::new(vec![Slot::default(); SLOTS].into_boxed_slice());
        Self { slots, hasher: RandomState::new(), free }
    }

    fn begin(&self, key: &str, now: Seconds) -> Result<(), TooMany> {
        self.at(key, |slot| {
            if now >= slot.next.saturating_add(FORGET_SECS) {
                *slot = Slot::default();
            }
            if now < slot.next {
                return Err(TooMany { after_secs: u32::try_from(slot.next - now).unwrap_or(u32::MAX) });
            }
            slot.count = slot.count.saturating_add(1);
            slot.next = now + wait(slot.count, self.free);
            Ok(())
        })
        .unwrap_or(Err(TooMany { after_secs: 1 }))
    }

    fn forgive(&self, key: &str) {
        self.at(key, |slot| *slot = Slot::default());
    }

    /// Takes back the attempt that was counted last.
    fn take_back(&self, key: &str) {
        self.at(key, |slot| {
            slot.next -= wait(slot.count, self.free);
            slot.count = slot.count.saturating_sub(1);
        });
    }

    fn at<T>(&self, key: &str, change: impl FnOnce(&mut Slot) -> T) -> Option<T> {
        // Every slot is whole at every moment, so a panic elsewhere leaves nothing to fear.
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let at = usize::try_from(self.hasher.hash_one(key) % (SLOTS as u64)).unwrap_or(0);
        slots.get_mut(at).map(change)
    }
}

/// How long to wait after so many failures of which some are free.
fn wait(count: u32, free: u32) -> Seconds {
    match count.checked_sub(free) {
        None => 0,
        Some(beyond) => {
            1_i64.checked_shl(beyond).filter(|secs| (1..LONGEST_SECS).contains(secs)).unwrap_or(LONGEST_SECS)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));

    /// How many of a day's attempts are looked at when three are made every second.
    fn looked_at(
        throttle: &SignInThrottle,
        name: impl Fn(usize) -> String,
        from: impl Fn(usize) -> IpAddr,
    ) -> usize {
        (0..86_400 * 3)
            .filter(|at| throttle.begin(&name(*at), from(*at), Seconds::try_from(at / 3).unwrap()).is_ok())
            .count()
    }

    fn elsewhere(at: usize) -> IpAddr {
        let [_, a, b, c] = u32::try_from(at).unwrap().to_be_bytes();
        IpAddr::from([10, a, b, c])
    }

    #[test]
    fn each_failure_beyond_the_free_ones_doubles_the_wait_up_to_the_longest() {
        let waits = [1, 4, 5, 6, 7, 14, 15, 16, 68, 69, 70, u32::MAX].map(|count| wait(count, 5));
        assert_eq!(waits, [0, 0, 1, 2, 4, 512, 900, 900, 900, 900, 900, 900]);
    }

    #[test]
    fn one_name_is_guessed_at_a_hundred_times_a_day_from_wherever_it_is() {
        for from in [(|_| HERE) as fn(usize) -> IpAddr, elsewhere] {
            let seen = looked_at(&SignInThrottle::default(), |_| "ana".to_owned(), from);
            assert!((90..130).contains(&seen), "{seen}");
        }
    }

    #[test]
    fn one_address_tries_names_a_hundred_times_a_day_whatever_the_names() {
        let seen = looked_at(&SignInThrottle::default(), |at| format!("name{at}"), |_| HERE);
        assert!((100..150).contains(&seen), "{seen}");
    }

    #[test]
    fn an_address_that_has_to_wait_locks_nobody_out() {
        let throttle = SignInThrottle::default();
        while throttle.begin("somebody", HERE, 0).is_ok() {}
        for at in 0..FREE_BY_ADDRESS {
            let _ = throttle.begin(&format!("name{at}"), HERE, 0);
        }
        for _ in 0..100 {
            assert!(throttle.begin("ana", HERE, 0).is_err());
        }
        assert_eq!(throttle.begin("ana", elsewhere(1), 0), Ok(()));
    }

    #[test]
    fn success_forgives_the_name_and_of_the_address_one_attempt() {
        let throttle = SignInThrottle::default();
        for round in 0..20 {
            for _ in 0..FREE_BY_NAME {
                assert_eq!(throttle.begin("ana", elsewhere(round), 0), Ok(()));
            }
            throttle.succeeded("ana", elsewhere(round));
        }
        let mut guesses = 0;
        while throttle.begin(&format!("victim{guesses}"), HERE, 0).is_ok() {
            guesses += 1;
            if throttle.begin("mallory", HERE, 0).is_ok() {
                throttle.succeeded("mallory", HERE);
            }
            assert!(guesses < 1000, "one's own account must not pay for guesses");
        }
        assert!(guesses <= FREE_BY_ADDRESS, "{guesses}");
    }

    #[test]
    fn a_wait_says_how_long_it_is_and_what_is_long_ago_is_forgotten() {
        let throttle = SignInThrottle::default();
        while throttle.begin("ana", HERE, 0).is_ok() {}
        assert_eq!(throttle.begin("ana", HERE, 0), Err(TooMany { after_secs: 1 }));
        assert_eq!(throttle.begin("ana", HERE, 1), Ok(()));
        assert_eq!(throttle.begin("ana", HERE, 1), Err(TooMany { after_secs: 2 }));
        let later = 3 + FORGET_SECS;
        assert!((0..FREE_BY_NAME).all(|_| throttle.begin("ana", HERE, later).is_ok()));
        assert!(throttle.begin("ana", HERE, later).is_err());
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one() {
        let networks =
            ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1", "::ffff:192.0.2.7", "192.0.2.7"]
                .map(|text| network(text.parse().unwrap()));
        let [one, same, other, mapped, plain] = networks;
        assert!(one == same && same != other && mapped == plain);
    }
}
