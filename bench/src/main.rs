//! `make bench`: one table of ratios, measured side by side in one run on this machine.
//!
//! These machines are shared and noisy: CPU time is the truth, what is compared alternates, and of what is measured
//! alone the best of many runs counts. `bench FILE…` puts the rows that other measurements left in files before its own.

mod broker;
mod cpu;
mod directory;
mod load;
mod requests;
mod server;
mod table;
mod writes;

use anyhow::Context as _;

fn main() -> anyhow::Result<()> {
    let mut rows = Vec::new();
    eprintln!("requests");
    requests::measure(&mut rows)?;
    eprintln!("the broker");
    broker::measure(&mut rows)?;
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path).with_context(|| format!("reading {path}"))?;
        for line in text.lines() {
            rows.push(table::Row::parse(line).with_context(|| format!("`{line}` in {path} is no row"))?);
        }
    }
    eprintln!("durable writes");
    writes::measure(&mut rows)?;
    eprintln!("start, memory and size");
    directory::measure(&mut rows)?;
    let missed = table::print(&rows);
    println!("\n{missed} of {} missed their goal", rows.len());
    Ok(())
}
