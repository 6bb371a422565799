//! What it costs to seal a session into its token and to open it again: CPU time of this thread, the best of many runs.
//!
//! `cargo bench -p regent --bench session` prints name, figure, unit and goal, separated by tabs.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a measurement, not the product"
)]

use std::hint::black_box;

use regent::session::{KeyRing, Session, SessionPolicies, Subject};
use regent_store::entity::{AccountId, UniqueId};

const NOW: i64 = 1_800_000_000;
const ACCESS_KEY_ID: &str = "ASIAQNZGKIQY56JQ7WML";
const RUNS: usize = 200;
const CALLS: usize = 1_000;

fn main() {
    let ring = KeyRing::new(&[(1, 0, [7; 32].into())]).unwrap();
    let session = Session {
        access_key_id: ACCESS_KEY_ID.into(),
        account: "123456789012".parse::<AccountId>().unwrap(),
        subject: Subject::Role {
            id: "AROAQNZGKIQYEXAMPLE2A".parse::<UniqueId>().unwrap(),
            session_name: "ana@example.com".into(),
        },
        issued: NOW,
        expires: NOW + 3600,
        policies: SessionPolicies::default(),
        tags: Vec::new(),
        source_identity: Some("ana".into()),
        mfa: Some(NOW - 60),
        is_chained: false,
        is_console: false,
    };
    let (token, _) = ring.seal(&session, NOW, [9; 12], 0).unwrap();
    let seal = best(|| drop(black_box(ring.seal(black_box(&session), NOW, [9; 12], 0).unwrap())));
    let open = best(|| drop(black_box(ring.open(black_box(&token), ACCESS_KEY_ID).unwrap())));
    println!("(b) session token sealed\t{seal:.3}\tµs\t<=0.8\t{} characters", token.len());
    println!("(b) session token opened\t{open:.3}\tµs\t<=0.8\t");
}

/// Microseconds of CPU time per call in the best run.
fn best(mut call: impl FnMut()) -> f64 {
    let mut best = u64::MAX;
    for _ in 0..RUNS {
        let before = on_cpu();
        (0..CALLS).for_each(|_| call());
        best = best.min(on_cpu() - before);
    }
    best as f64 / CALLS as f64 / 1e3
}

/// CPU time of this thread, in nanoseconds. The scheduler brings its account up to date when a thread yields.
fn on_cpu() -> u64 {
    std::thread::yield_now();
    let account = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    account.split(' ').next().unwrap().parse().unwrap()
}
