//! Regent: an organization's own AWS-compatible identity plane.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A request makes some thirty small things and drops them again, which this allocator does at half the cost of the
/// system's: a tenth of what an answer costs in all.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    regent::cli::main()
}
