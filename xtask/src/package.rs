//! Packages from `PyPI`, pinned by digest.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// A pin: a `SOURCE.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Package {
    #[serde(rename = "package")]
    pub(crate) name: String,
    pub(crate) version: String,
    file: String,
    sha256: String,
}

impl Package {
    /// Reads a pin.
    pub(crate) fn pinned(pin: &Path) -> anyhow::Result<Self> {
        toml::from_str(&fs::read_to_string(pin)?).with_context(|| format!("reading {}", pin.display()))
    }

    /// Downloads the package, compares its digest, and unpacks it. Returns its folder.
    pub(crate) fn fetch(&self, scratch: &Path) -> anyhow::Result<PathBuf> {
        let wanted = format!("{}=={}", self.name, self.version);
        let downloads = scratch.join("download");
        python(
            &["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest"],
            &[&downloads.to_string_lossy(), &wanted],
        )?;
        let file = downloads.join(&self.file);
        let bytes = fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
        let found = hexadecimal(&Sha256::digest(bytes));
        ensure!(found == self.sha256, "{} has digest {found}, SOURCE.toml says {}", self.file, self.sha256);
        let unpacked = scratch.join("unpacked");
        python(&["-m", "zipfile", "-e"], &[&file.to_string_lossy(), &unpacked.to_string_lossy()])?;
        Ok(unpacked.join(&self.name))
    }
}

/// Runs Python, which is on every machine that runs the clients we test with.
pub(crate) fn python(options: &[&str], arguments: &[&str]) -> anyhow::Result<()> {
    let status =
        Command::new("python3").args(options).args(arguments).status().context("starting python3")?;
    if !status.success() {
        bail!("python3 {} ended with {status}", options.join(" "));
    }
    Ok(())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    })
}
