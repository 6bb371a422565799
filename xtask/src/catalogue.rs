//! `xtask catalogue`: packs the catalogue of services, actions, resource types and condition keys for the engine.
//!
//! The form of what is written is described where it is read, in `crates/regent-policy/src/catalogue/read.rs`;
//! where the facts come from, in `crates/regent-policy/data/`. Descriptions are not taken.

mod layout;
mod source;

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::Result;
use flate2::{Compression, GzBuilder};

use crate::package::Package;

/// Fetches the pinned package and writes the catalogue.
pub(crate) fn update(data: &Path) -> Result<()> {
    let pin = Package::pinned(&data.join("SOURCE.toml"))?;
    let scratch = tempfile::tempdir()?;
    let source = source::Source::read(&pin.fetch(scratch.path())?, &data.join("global-keys.toml"))?;
    let text = layout::text(&source)?;
    fs::write(data.join("catalogue.gz"), packed(text.as_bytes())?)?;
    Ok(())
}

/// Compresses without a name or a time, so that the same facts are the same bytes.
fn packed(text: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    encoder.write_all(text)?;
    Ok(encoder.finish()?)
}
