//! What a store needs from outside, and its limits.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

/// Tells the time, in microseconds since 1970.
///
/// The store asks it when a fact was seen, how old the picture is, and until when the migrator's
/// lease runs. It should not jump: a step forward makes the picture look stale for one poll, a
/// step back hides its age by as much.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> i64 + Send + Sync>);

impl Clock {
    /// A clock that asks this function.
    pub fn new(now_us: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(now_us))
    }

    pub(crate) fn now_us(&self) -> i64 {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// Deals random numbers.
///
/// They name commits, so that one whose answer was lost can be found again, and spread retries of
/// several nodes in time. Two nodes must not draw the same ones; nobody has to be unable to guess
/// them.
#[derive(Clone)]
pub struct Entropy(Arc<dyn Fn() -> u64 + Send + Sync>);

impl Entropy {
    /// A source that asks this function.
    pub fn new(random: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(random))
    }

    pub(crate) fn number(&self) -> i64 {
        (self.0)().cast_signed()
    }

    /// A pause of this length, give or take half, so that two nodes do not meet again.
    pub(crate) fn jitter(&self, pause: Duration) -> Duration {
        let thousandths = u32::try_from((self.0)() % 1000).unwrap_or_default();
        pause / 2 + pause * thousandths / 1000
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entropy")
    }
}

/// What a store needs from outside, and its limits.
///
/// ```
/// use std::time::Duration;
/// use regent_store::{Clock, Entropy, Options};
///
/// let options = Options {
///     staleness_bound: Duration::from_secs(30),
///     ..Options::new(Clock::new(|| 0), Entropy::new(|| 4))
/// };
/// assert_eq!(options.poll_interval, Duration::from_millis(250));
/// ```
#[derive(Debug, Clone)]
pub struct Options {
    /// The time.
    pub clock: Clock,
    /// Chance.
    pub entropy: Entropy,
    /// How often the head is asked for, so how late another node's change arrives at the latest.
    /// 250 ms.
    pub poll_interval: Duration,
    /// Whether to listen for other nodes' notifications where the database sends them. It costs a
    /// connection, and behind a pooler that shares connections it hears nothing. Yes.
    pub is_listening: bool,
    /// For how long the picture may be used without having been confirmed. 60 s.
    pub staleness_bound: Duration,
    /// How often facts are written, so how much of them a crash loses. 5 s.
    pub facts_flush_interval: Duration,
    /// How often other nodes' facts are read. 30 s.
    pub facts_read_interval: Duration,
    /// How many commands may wait for the committer before callers wait for room. 1024.
    pub queue_commands: usize,
    /// How many commands share one transaction at most. 256.
    pub batch_commands: usize,
}

impl Options {
    /// The defaults, with this clock and this source of chance.
    pub fn new(clock: Clock, entropy: Entropy) -> Self {
        Self {
            clock,
            entropy,
            poll_interval: Duration::from_millis(250),
            is_listening: true,
            staleness_bound: Duration::from_mins(1),
            facts_flush_interval: Duration::from_secs(5),
            facts_read_interval: Duration::from_secs(30),
            queue_commands: 1024,
            batch_commands: 256,
        }
    }
}

/// Ticks at this interval, the first time when it has passed once. Late ticks are not made up for.
pub(crate) fn ticks(every: Duration) -> Interval {
    let every = every.max(Duration::from_millis(1));
    let mut ticks = interval_at(Instant::now() + every, every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
