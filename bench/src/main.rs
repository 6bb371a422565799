//! `make bench`: one table of ratios, measured side by side in one run on this machine.
//!
//! These machines are shared and noisy: CPU time is the truth, of many runs the best counts, and what is compared
//! alternates.

mod cpu;
mod load;
mod requests;
mod server;
mod table;

fn main() -> anyhow::Result<()> {
    let mut rows = Vec::new();
    requests::measure(&mut rows)?;
    let missed = table::print(&rows);
    if missed > 0 {
        println!("\n{missed} of {} missed their goal", rows.len());
    }
    Ok(())
}
