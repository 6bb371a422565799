//! Regent: an organization's own AWS-compatible identity plane.

use std::process::ExitCode;

fn main() -> ExitCode {
    regent::cli::main()
}
