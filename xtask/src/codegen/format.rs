//! Formatting, by `rustfmt` with the repository's rules.

use std::io::Write as _;
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};

pub(super) fn format(text: &str) -> anyhow::Result<String> {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(crate::root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("starting rustfmt")?;
    let mut input = rustfmt.stdin.take().context("rustfmt's input")?;
    let text = text.to_owned();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = rustfmt.wait_with_output()?;
    ensure!(writer.join().is_ok_and(|written| written.is_ok()), "rustfmt did not read its input");
    ensure!(output.status.success(), "rustfmt refused the generated code");
    Ok(String::from_utf8(output.stdout)?)
}
