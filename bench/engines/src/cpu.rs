//! The CPU time of this thread, and the best of many.

use std::fs;

/// What this thread has used so far, in nanoseconds. The scheduler brings its account up to date when a thread yields.
fn spent_ns() -> u64 {
    std::thread::yield_now();
    let account = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    account.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// What so many calls take together.
pub fn batch_ns(calls: u64, call: &mut dyn FnMut() -> bool) -> u64 {
    let start = spent_ns();
    for _ in 0..calls {
        std::hint::black_box(call());
    }
    spent_ns() - start
}

/// How many calls take about two milliseconds, and at least one.
pub fn calls_for_batch(call: &mut dyn FnMut() -> bool) -> u64 {
    let mut calls = 1;
    while batch_ns(calls, call) < 2_000_000 {
        calls *= 2;
    }
    calls
}
