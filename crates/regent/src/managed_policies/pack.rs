//! The form of the pack: a heading, a compressed index of tab-separated lines, then compressed blocks of documents.
//!
//! ```text
//! "regent-managed-policies-1\n"
//! u32 length of the compressed index, the index
//! u32 number of blocks, then for each: u32 compressed length, the block
//! ```
//! An index line: name, path, version, created, updated, block, offset in the plain block, length.

use std::collections::HashMap;
use std::io::Read as _;
use std::ops::Range;
use std::sync::OnceLock;

use flate2::read::DeflateDecoder;
use regent_store::entity::UniqueId;

use super::{AwsPolicy, Index};

const HEADING: &[u8] = b"regent-managed-policies-1\n";
/// Bound on what anything in a pack may unpack to.
const MAX_PLAIN_BYTES: u64 = 16 << 20;

/// Why a pack cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The file cannot be read.
    #[error("the pack of managed policies cannot be read")]
    Unreadable(#[source] std::io::Error),
    /// It is not a pack, or it is damaged.
    #[error("the pack of managed policies is damaged: {0}")]
    Damaged(&'static str),
}

/// Where a document lies.
#[derive(Debug)]
pub(super) struct Place {
    block: usize,
    text: Range<usize>,
}

/// Reads everything but the documents.
pub(super) fn read_index(bytes: &[u8]) -> Result<Index, PackError> {
    let rest = bytes.strip_prefix(HEADING).ok_or(PackError::Damaged("it has another heading"))?;
    let mut cursor = Cursor { at: bytes.len() - rest.len(), bytes };
    let length = cursor.number()?;
    let compressed = cursor.skip(length)?;
    let text = inflate(bytes.get(compressed).unwrap_or_default())?;
    let text = String::from_utf8(text).map_err(|_| PackError::Damaged("its index is not text"))?;
    let blocks = (0..cursor.number()?)
        .map(|_| {
            let length = cursor.number()?;
            cursor.skip(length)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let policies = text
        .lines()
        .map(|line| policy(line).ok_or(PackError::Damaged("a line of its index is not complete")))
        .collect::<Result<Vec<_>, _>>()?;
    let by_name: HashMap<_, _> =
        policies.iter().enumerate().map(|(at, policy)| (policy.name.clone(), at)).collect();
    if by_name.len() != policies.len() || !policies.is_sorted_by(|a, b| a.name < b.name) {
        return Err(PackError::Damaged("its names are not in order"));
    }
    Ok(Index { blocks, policies, by_name })
}

/// Unpacks one document.
pub(super) fn read_document(
    bytes: &[u8],
    blocks: &[Range<usize>],
    place: &Place,
) -> Result<String, PackError> {
    let block = blocks.get(place.block).cloned().ok_or(PackError::Damaged("a block is missing"))?;
    let plain = inflate(bytes.get(block).unwrap_or_default())?;
    let text = plain.get(place.text.clone()).ok_or(PackError::Damaged("a document is missing"))?;
    String::from_utf8(text.to_vec()).map_err(|_| PackError::Damaged("a document is not text"))
}

fn policy(line: &str) -> Option<AwsPolicy> {
    let mut fields = line.split('\t');
    let mut next = || fields.next();
    let (name, path) = (next()?, next()?);
    let (version, created, updated) = (next()?.parse().ok()?, next()?.parse().ok()?, next()?.parse().ok()?);
    let (block, start, length): (_, usize, usize) =
        (next()?.parse().ok()?, next()?.parse().ok()?, next()?.parse().ok()?);
    let place = Place { block, text: start..start.checked_add(length)? };
    Some(AwsPolicy {
        id: id(name)?,
        name: name.into(),
        path: path.into(),
        version,
        created,
        updated,
        place,
        document: OnceLock::new(),
    })
}

/// An id that is the same in every deployment.
fn id(name: &str) -> Option<UniqueId> {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, name.as_bytes());
    let text = data_encoding::BASE32_NOPAD.encode(digest.as_ref());
    format!("ANPA{}", text.get(..17)?).parse().ok()
}

fn inflate(compressed: &[u8]) -> Result<Vec<u8>, PackError> {
    let mut plain = Vec::new();
    DeflateDecoder::new(compressed)
        .take(MAX_PLAIN_BYTES)
        .read_to_end(&mut plain)
        .map_err(|_| PackError::Damaged("a block does not unpack"))?;
    Ok(plain)
}

struct Cursor<'a> {
    at: usize,
    bytes: &'a [u8],
}

impl Cursor<'_> {
    fn number(&mut self) -> Result<usize, PackError> {
        let range = self.skip(4)?;
        let bytes = self.bytes.get(range).and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
        bytes
            .map(u32::from_le_bytes)
            .and_then(|number| usize::try_from(number).ok())
            .ok_or(PackError::Damaged("it is cut short"))
    }

    fn skip(&mut self, length: usize) -> Result<Range<usize>, PackError> {
        let end = self.at.checked_add(length).filter(|end| *end <= self.bytes.len());
        let end = end.ok_or(PackError::Damaged("it is cut short"))?;
        Ok(std::mem::replace(&mut self.at, end)..end)
    }
}

#[cfg(test)]
mod tests {
    use super::super::ManagedPolicies;

    #[test]
    fn a_damaged_pack_is_refused_when_it_is_brought() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pack");
        let whole = super::super::BUILT_IN;
        for damaged in [&b""[..], b"something else", &whole[..30], &whole[..whole.len() - 100]] {
            std::fs::write(&path, damaged).unwrap();
            assert!(ManagedPolicies::from_file(&path).is_err(), "{} bytes", damaged.len());
        }
        std::fs::write(&path, whole).unwrap();
        assert!(ManagedPolicies::from_file(&path).unwrap().get("/ReadOnlyAccess").is_some());
    }
}
