//! The compiled engine and the oracle give the same answer, and the same reason, on whatever is asked.

use crate::dice::Dice;
use crate::engine;
use crate::oracle;
use crate::questions::question;
use crate::trial::holds_for_all;

#[test]
fn the_engine_decides_as_the_oracle_does() {
    holds_for_all(|question, _| {
        let decision = engine::ask(question);
        (decision.verdict(), decision.reason()) == oracle::decide(question)
    });
}

#[test]
fn the_questions_are_of_all_sorts() {
    let mut seen = std::collections::BTreeMap::new();
    for seed in 0..10_000_u64 {
        let (verdict, reason) = oracle::decide(&question(&mut Dice::Seed(seed << 32)));
        *seen.entry(format!("{verdict:?} {reason:?}")).or_insert(0) += 1;
    }
    assert!(seen.len() >= 20 && seen.values().all(|count| *count >= 10), "{seen:#?}");
}
