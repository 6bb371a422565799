//! What a bench has used of the processor. Wall-clock time lies on a shared machine.

use std::time::Instant;

/// A stretch of time: by the wall clock, and by what the whole process used of the processor.
pub(crate) struct Stopwatch {
    begun: Instant,
    used_before_us: u64,
}

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self { begun: Instant::now(), used_before_us: process_us() }
    }

    /// Microseconds by the wall clock, and of processor time.
    pub(crate) fn read_us(&self) -> (f64, f64) {
        let wall_us = self.begun.elapsed().as_secs_f64() * 1e6;
        (wall_us, (process_us() - self.used_before_us) as f64)
    }
}

/// User and system time of the process, threads that have ended included, in steps of 10 ms.
fn process_us() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, after_name) = stat.rsplit_once(')').unwrap();
    let times = after_name.split_whitespace().skip(11).take(2);
    times.map(|ticks| ticks.parse::<u64>().unwrap() * 10_000).sum()
}
