//! Packages from public registries, pinned by digest.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// A pin: a `SOURCE.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Package {
    #[serde(default)]
    registry: Registry,
    #[serde(rename = "package")]
    pub(crate) name: String,
    pub(crate) version: String,
    file: String,
    sha256: String,
}

/// Where a package is published.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Registry {
    /// `PyPI`, fetched with pip.
    #[default]
    Pypi,
    /// npm, fetched with `npm pack`, which runs nothing of the package.
    Npm,
}

impl Package {
    /// Reads a pin.
    pub(crate) fn pinned(pin: &Path) -> anyhow::Result<Self> {
        toml::from_str(&fs::read_to_string(pin)?).with_context(|| format!("reading {}", pin.display()))
    }

    /// Downloads the package, compares its digest, and unpacks it. Returns its folder.
    pub(crate) fn fetch(&self, scratch: &Path) -> anyhow::Result<PathBuf> {
        let downloads = scratch.join("download");
        fs::create_dir_all(&downloads)?;
        self.download(&downloads)?;
        let file = downloads.join(&self.file);
        let bytes = fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
        let found = hexadecimal(&Sha256::digest(bytes));
        ensure!(found == self.sha256, "{} has digest {found}, SOURCE.toml says {}", self.file, self.sha256);
        let unpacked = scratch.join("unpacked");
        let (module, folder) = match self.registry {
            Registry::Pypi => ("zipfile", unpacked.join(&self.name)),
            Registry::Npm => ("tarfile", unpacked.join("package")),
        };
        python(&["-m", module, "-e"], &[&file.to_string_lossy(), &unpacked.to_string_lossy()])?;
        Ok(folder)
    }

    fn download(&self, to: &Path) -> anyhow::Result<()> {
        let to = to.to_string_lossy();
        match self.registry {
            Registry::Pypi => python(
                &["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest"],
                &[&to, &format!("{}=={}", self.name, self.version)],
            ),
            Registry::Npm => run(
                "npm",
                &["pack", "--silent", "--pack-destination"],
                &[&to, &format!("{}@{}", self.name, self.version)],
            ),
        }
    }
}

/// Runs Python, which is on every machine that runs the clients we test with.
pub(crate) fn python(options: &[&str], arguments: &[&str]) -> anyhow::Result<()> {
    run("python3", options, arguments)
}

fn run(program: &str, options: &[&str], arguments: &[&str]) -> anyhow::Result<()> {
    let status = Command::new(program)
        .stdout(Stdio::null())
        .args(options)
        .args(arguments)
        .status()
        .with_context(|| format!("starting {program}"))?;
    if !status.success() {
        bail!("{program} {} ended with {status}", options.join(" "));
    }
    Ok(())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    })
}
