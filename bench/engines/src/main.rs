//! Regent's policy engine and others on equal work.
//!
//! Every engine holds the same statements in its own language, gets them and the request ready beforehand, and must
//! give the right answer to a list of requests before it is timed. Times are CPU time of this thread. Rounds alternate
//! between the engines, and each engine's best round counts.
//!
//! `engines FILE` writes its lines for the one table of `make bench` to a file.

mod cases;
mod cpu;
mod engine;

use std::fmt::Write as _;

use anyhow::{Context as _, ensure};
use cases::Shape;
use engine::{ENTRANTS, Engine, Entrant, REGENT};

const SIZES: [usize; 4] = [5, 100, 1_000, 10_000];
const ROUNDS: usize = 7;
/// An engine that takes longer for a decision is left out at greater sizes.
const DEAREST_NS: f64 = 200e6;

/// Nanoseconds of a decision; `None` where an engine was left out.
type Times = [[Option<f64>; 2 * SIZES.len()]; ENTRANTS.len()];

fn main() -> anyhow::Result<()> {
    let mut times: Times = Default::default();
    for (part, shape) in [Shape::Selective, Shape::Dense].into_iter().enumerate() {
        for (size, count) in SIZES.into_iter().enumerate() {
            let column = part * SIZES.len() + size;
            let too_dear = times.each_ref().map(|row| {
                size > 0 && column > 0 && row[column - 1].is_none_or(|last| last > DEAREST_NS / 10.0)
            });
            let measured =
                measure(shape, count, too_dear).with_context(|| format!("{shape:?}, {count} statements"))?;
            for (row, time) in times.iter_mut().zip(measured) {
                row[column] = time;
            }
        }
    }
    print(&times);
    if let Some(path) = std::env::args().nth(1) {
        std::fs::write(&path, rows(&times)).with_context(|| format!("writing {path}"))?;
    }
    Ok(())
}

/// The best of the rounds for each engine, after all have given the right answers.
fn measure(
    shape: Shape,
    count: usize,
    too_dear: [bool; ENTRANTS.len()],
) -> anyhow::Result<[Option<f64>; ENTRANTS.len()]> {
    let statements = cases::statements(shape, count);
    let questions = cases::questions(shape, count);
    let engines = ENTRANTS
        .iter()
        .zip(too_dear)
        .map(
            |(entrant, too_dear)| {
                if too_dear { Ok(None) } else { ready(entrant, &statements, &questions).map(Some) }
            },
        )
        .collect::<anyhow::Result<Vec<_>>>()?;
    let timed = cases::timed(shape, count);
    let mut calls = Vec::new();
    for engine in &engines {
        calls.push(match engine {
            None => None,
            Some(engine) => {
                let mut call = engine.prepare(&timed)?;
                let batch = cpu::calls_for_batch(&mut *call);
                Some((call, batch))
            }
        });
    }
    let mut best = [None; ENTRANTS.len()];
    for _ in 0..ROUNDS {
        for (call, best) in calls.iter_mut().zip(&mut best) {
            let Some((call, batch)) = call else { continue };
            let each = cpu::batch_ns(*batch, &mut **call) as f64 / *batch as f64;
            *best = Some(best.map_or(each, |best: f64| best.min(each)));
        }
    }
    Ok(best)
}

/// Loads an engine and holds it to the right answers.
fn ready(
    entrant: &Entrant,
    statements: &[cases::Statement],
    questions: &[cases::Question],
) -> anyhow::Result<Box<dyn Engine>> {
    let engine = (entrant.load)(statements).with_context(|| format!("loading {}", entrant.name))?;
    for (number, question) in questions.iter().enumerate() {
        let answer = engine.prepare(question)?();
        ensure!(answer == question.is_allowed, "{} answers {answer} to question {number}", entrant.name);
    }
    Ok(engine)
}

fn print(times: &Times) {
    println!(
        "CPU time of a decision, in µs: a request with 15 context keys, n statements with wildcards and 3 conditions each\n"
    );
    println!(
        "{:<40}{:^40}  {:^40}",
        "", "selective: one statement can match", "dense: conditions decide, the last hold"
    );
    print!("{:<40}", "n");
    for column in 0..2 * SIZES.len() {
        print!("{:>10}{}", SIZES[column % SIZES.len()], if column + 1 == SIZES.len() { "  " } else { "" });
    }
    println!();
    for (entrant, row) in ENTRANTS.iter().zip(times) {
        print!("{:<40}", entrant.name);
        for (column, time) in row.iter().enumerate() {
            let text = time.map_or("-".to_owned(), |ns| match ns / 1e3 {
                us if us < 10.0 => format!("{us:.2}"),
                us if us < 100.0 => format!("{us:.1}"),
                us => format!("{us:.0}"),
            });
            print!("{text:>10}{}", if column + 1 == SIZES.len() { "  " } else { "" });
        }
        println!();
    }
    println!("\n{}", NOTES.trim());
}

const NOTES: &str = r"
All engines hold their policy compiled, and the request is made beforehand, except where a line says otherwise. All answer
the same list of requests rightly before they are timed. `-`: left out, since a decision would take longer than 200 ms.
floor: statements filed by service in a hash table, comparisons written out; it knows these cases and nothing else.
Cedar: its wildcards work on texts, so action and resource travel in the context. Groups of actions and resources, its own
  way of doing the same, cannot stand for a wildcard over names that are not known beforehand.
iam-rs: its limit of 1,000 statements is lifted. Regorus: on its virtual machine; `startswith` stands for wildcards, which are
  all at the end. casbin: `keyMatch` does; keys go by number, as its names hold no colon.
scratchstack-aspen: takes the first statement that applies, whatever its effect; the one `Deny` stands first for its sake.
Cedar, Regorus and casbin have no word for what AWS's language has beside this: variables in patterns, operators by name, several
  kinds of policy in one decision. Nothing of that is asked here.
";

/// Lines for the one table, as `bench/src/table.rs` reads them.
fn rows(times: &Times) -> String {
    let column = |shape: Shape, count: usize| {
        let size = SIZES.iter().position(|size| *size == count).unwrap_or(0);
        if shape == Shape::Dense { size + SIZES.len() } else { size }
    };
    let of = |name: &str, at: usize| {
        ENTRANTS
            .iter()
            .zip(times)
            .find(|(entrant, _)| entrant.name == name)
            .and_then(|(_, row)| row[at])
            .unwrap_or(f64::MAX)
    };
    let is_other = |name: &str| !name.starts_with([' ', 'f']) && name != REGENT;
    let mut lines = String::new();
    for (shape, count, goal) in [(Shape::Selective, 100, 100), (Shape::Dense, 1_000, 10)] {
        let at = column(shape, count);
        let others = ENTRANTS.iter().zip(times).filter(|(entrant, _)| is_other(entrant.name));
        let Some((nearest, time)) = others
            .filter_map(|(entrant, row)| Some((entrant.name, row[at]?)))
            .min_by(|(_, one), (_, other)| one.total_cmp(other))
        else {
            continue;
        };
        let ratio = time / of(REGENT, at);
        let shape = format!("{shape:?}").to_lowercase();
        let _ = writeln!(
            lines,
            "(e) nearest other engine to ours, {count} {shape}\t{ratio:.0}\t×\t>={goal}\t{nearest}"
        );
    }
    lines
}
