//! What a person hands over: a YAML or JSON document, a secret, a yes.

use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::path::Path;

use anyhow::Context as _;
use serde_json::Value;
use zeroize::Zeroizing;

use super::refusal::Refusal;
use crate::yaml;

/// No document of a person is larger.
const LIMIT_BYTES: u64 = 4 << 20;

/// Reads a text: of a file, or of standard input for `-`.
pub(super) fn text(path: &Path) -> anyhow::Result<String> {
    let shown = path.display();
    let mut text = String::new();
    let read = if path.as_os_str() == "-" {
        io::stdin().take(LIMIT_BYTES + 1).read_to_string(&mut text)
    } else {
        let file = std::fs::File::open(path).with_context(|| format!("cannot read `{shown}`"))?;
        file.take(LIMIT_BYTES + 1).read_to_string(&mut text)
    };
    read.with_context(|| format!("cannot read `{shown}`"))?;
    if text.len() as u64 > LIMIT_BYTES {
        anyhow::bail!(Refusal::failed(format!("`{shown}` is larger than 4 MiB")));
    }
    Ok(text)
}

/// Reads one thing from YAML, of which JSON is a part.
pub(super) fn object(path: &Path) -> anyhow::Result<Value> {
    let value: Value = yaml::read(&text(path)?)
        .map_err(|told| Refusal::failed(format!("`{}` is not YAML: {told}", path.display())))?;
    if value.is_object() {
        return Ok(value);
    }
    Err(Refusal::failed(format!("`{}` holds something else than `field: value` lines", path.display()))
        .into())
}

/// Asks for a secret: of a person without showing it, of anything else as the first line of standard input.
pub(super) fn secret(prompt: &str) -> anyhow::Result<Zeroizing<String>> {
    let read = if io::stdin().is_terminal() {
        Zeroizing::new(
            rpassword::prompt_password(format!("{prompt}: ")).context("cannot ask for the secret")?,
        )
    } else {
        // Large enough not to grow, which would leave a copy behind.
        let mut line = Zeroizing::new(String::with_capacity(8192));
        io::stdin()
            .take(8192)
            .read_to_string(&mut line)
            .context("cannot read the secret from standard input")?;
        Zeroizing::new(line.lines().next().unwrap_or_default().to_owned())
    };
    if read.trim().is_empty() {
        let fix = "type it when asked, or write it to standard input; it is never an argument";
        anyhow::bail!(Refusal::failed("no secret was given").fix(fix));
    }
    Ok(Zeroizing::new(read.trim().to_owned()))
}

/// Asks for a yes. Where nobody can be asked, `--yes` must have been given.
pub(super) fn confirm(question: &str, yes: bool) -> anyhow::Result<()> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        anyhow::bail!(
            Refusal::failed(format!("{question} Nobody is there to say yes")).fix("`--yes` says so")
        );
    }
    let mut out = io::stderr();
    write!(out, "{question} [y/N] ")?;
    out.flush()?;
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    if matches!(line.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        Err(Refusal::failed("nothing was done").into())
    }
}
