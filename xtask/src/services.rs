//! The rows of `models/services.toml`: which services are generated, and how each words its refusals.

use std::fs;
use std::path::Path;

use anyhow::Context;
use serde::Deserialize;

/// One service to generate.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Service {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) validation: Validation,
}

/// How the service words a `ValidationError`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Validation {
    pub(crate) value: ValueStyle,
    #[serde(rename = "enum")]
    pub(crate) values: EnumStyle,
}

/// Whether the refused value is repeated to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ValueStyle {
    Echoed,
    Hidden,
}

/// Whether the permitted values are listed to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum EnumStyle {
    Listed,
    Bare,
}

impl Service {
    /// The Rust module's name.
    pub(crate) fn module(&self) -> String {
        self.name.replace('-', "_")
    }

    /// Where the stripped model lies below the models folder.
    pub(crate) fn file(&self) -> String {
        format!("{}/{}.json", self.name, self.version)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    service: Vec<Service>,
}

pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<Service>> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let rows: Rows = toml::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
    Ok(rows.service)
}
