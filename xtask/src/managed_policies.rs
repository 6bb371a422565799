//! `xtask managed-policies`: packs the AWS managed policies of the `PyPI` package `moto` for the binary.
//!
//! The form of the pack is described where it is read, in `crates/regent/src/managed_policies/pack.rs`; where the
//! documents come from, in `crates/regent/data/`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::package::Package;

const HEADING: &[u8] = b"regent-managed-policies-1\n";
/// Plain bytes at which a block is closed: large enough to pack well, small enough to unpack for one document.
const BLOCK_BYTES: usize = 128 << 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy<'a> {
    create_date: String,
    update_date: String,
    default_version_id: String,
    path: String,
    #[serde(borrow)]
    document: &'a RawValue,
}

/// Fetches the pinned package and writes the pack.
pub(crate) fn update(data: &Path) -> Result<()> {
    let source = Package::pinned(&data.join("SOURCE.toml"))?;
    let scratch = tempfile::tempdir()?;
    let module = source.fetch(scratch.path())?.join("iam/aws_managed_policies.py");
    let module = fs::read_to_string(&module).with_context(|| format!("reading {}", module.display()))?;
    fs::write(data.join("aws-managed-policies.pack"), pack(&module)?)?;
    Ok(())
}

/// Turns the source of moto's `aws_managed_policies.py`, one JSON text in triple quotes, into a pack.
fn pack(module: &str) -> Result<Vec<u8>> {
    let (_, rest) = module.split_once("\"\"\"").context("no opening quotes")?;
    let (json, _) = rest.rsplit_once("\"\"\"").context("no closing quotes")?;
    // A backslash would be an escape of Python's first and of JSON's then; there is none, and there must be none.
    ensure!(!json.contains('\\'), "the literal has escapes");
    let policies: BTreeMap<String, Policy<'_>> = serde_json::from_str(json).context("not JSON")?;

    let mut index = String::new();
    let mut blocks: Vec<Vec<u8>> = vec![Vec::new()];
    for (name, policy) in &policies {
        if blocks.last().is_some_and(|block| block.len() > BLOCK_BYTES) {
            blocks.push(Vec::new());
        }
        let number = blocks.len() - 1;
        let block = blocks.last_mut().context("no block")?;
        let document: serde_json::Value = serde_json::from_str(policy.document.get())?;
        let text = serde_json::to_string_pretty(&document)?;
        let version: u32 = policy.default_version_id.trim_start_matches('v').parse()?;
        let created = policy.create_date.parse::<jiff::Timestamp>()?.as_second();
        let updated = policy.update_date.parse::<jiff::Timestamp>()?.as_second();
        let (path, offset, length) = (&policy.path, block.len(), text.len());
        writeln!(index, "{name}\t{path}\t{version}\t{created}\t{updated}\t{number}\t{offset}\t{length}")?;
        block.extend_from_slice(text.as_bytes());
    }

    let mut pack = HEADING.to_vec();
    append(&mut pack, &deflate(index.as_bytes())?)?;
    pack.extend_from_slice(&u32::try_from(blocks.len())?.to_le_bytes());
    for block in blocks {
        append(&mut pack, &deflate(&block)?)?;
    }
    Ok(pack)
}

fn append(pack: &mut Vec<u8>, bytes: &[u8]) -> Result<()> {
    pack.extend_from_slice(&u32::try_from(bytes.len())?.to_le_bytes());
    pack.extend_from_slice(bytes);
    Ok(())
}

fn deflate(plain: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain)?;
    Ok(encoder.finish()?)
}
