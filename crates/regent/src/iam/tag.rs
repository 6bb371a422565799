//! Tags: the rules that are the same for everything that has them.

use regent_store::entity::Tag;
use regent_wire::{Fault, iam as wire};

use super::page::Page;
use super::quota;
use crate::fault;

/// Whoever tags with a key of AWS's own is told this.
const RESERVED: &str = "aws: prefixed tag key names are not allowed for external use.";

/// How the keys of one entity's tags are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyCase {
    /// `team` and `Team` are one key: users, roles, and most else.
    Insensitive,
    /// They are two: customer managed policies.
    Sensitive,
}

impl KeyCase {
    fn is_same(self, one: &str, other: &str) -> bool {
        match self {
            Self::Insensitive => one.to_lowercase() == other.to_lowercase(),
            Self::Sensitive => one == other,
        }
    }
}

/// The tags of a request, for an entity that is about to be made.
pub(crate) fn of_new(tags: Option<&[wire::Tag]>, case: KeyCase) -> Result<Vec<Tag>, Fault> {
    let mut merged = Vec::new();
    merge(&mut merged, tags.unwrap_or_default(), case)?;
    Ok(merged)
}

/// Sets tags: a key that is there gets the new value, and the new spelling.
pub(crate) fn merge(tags: &mut Vec<Tag>, new: &[wire::Tag], case: KeyCase) -> Result<(), Fault> {
    check(new, case)?;
    for wire::Tag { key, value } in new {
        let tag = Tag { key: key.as_str().into(), value: value.as_str().into() };
        match tags.iter_mut().find(|held| case.is_same(&held.key, key)) {
            Some(held) => *held = tag,
            None => tags.push(tag),
        }
    }
    if tags.len() > quota::TAGS {
        return Err(fault::limit_exceeded("The number of tags has reached the maximum limit."));
    }
    Ok(())
}

/// Removes tags; a key that is not there is no error.
pub(crate) fn remove(tags: &mut Vec<Tag>, keys: &[String], case: KeyCase) {
    tags.retain(|held| !keys.iter().any(|key| case.is_same(&held.key, key)));
}

fn check(new: &[wire::Tag], case: KeyCase) -> Result<(), Fault> {
    if new.iter().any(|tag| tag.key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:"))) {
        // CHOICE: the text is what AWS's services are publicly reported to say; of IAM it was not recorded, nor was
        // the code.
        return Err(fault::invalid_input(RESERVED));
    }
    let is_duplicate = |(at, tag): (usize, &wire::Tag)| {
        new.iter().take(at).any(|before| case.is_same(&before.key, &tag.key))
    };
    if new.iter().enumerate().any(is_duplicate) {
        return Err(fault::invalid_input(match case {
            KeyCase::Insensitive => {
                "Duplicate tag keys found. Please note that Tag keys are case insensitive."
            }
            KeyCase::Sensitive => "Duplicate tag keys found.",
        }));
    }
    Ok(())
}

/// Tags as an answer shows them; none where there are none.
pub(crate) fn shown(tags: &[Tag]) -> Option<Vec<wire::Tag>> {
    (!tags.is_empty()).then(|| listed(tags))
}

/// Tags as an answer shows them where it always does.
pub(crate) fn listed(tags: &[Tag]) -> Vec<wire::Tag> {
    tags.iter().map(shown_one).collect()
}

fn shown_one(tag: &Tag) -> wire::Tag {
    wire::Tag { key: tag.key.to_string(), value: tag.value.to_string() }
}

/// A page of tags: the tags, whether there are more, and where they begin.
pub(crate) fn page(page: &Page, tags: &[Tag]) -> (Vec<wire::Tag>, bool, Option<String>) {
    let listed = page.take_from_all(in_order(tags).into_iter(), |tag| place(tag));
    let tags = listed.items.iter().map(|tag| shown_one(tag)).collect();
    (tags, listed.marker.is_some(), listed.marker)
}

/// Tags in the order in which they are listed: shorter keys first, then by their bytes, as AWS was seen to.
fn in_order(tags: &[Tag]) -> Vec<&Tag> {
    let mut tags: Vec<&Tag> = tags.iter().collect();
    tags.sort_by_cached_key(|tag| place(tag));
    tags
}

/// Longest key that stands in a place as it is. A place goes into a marker, and a marker may have 320 characters.
const MAX_PLACE_KEY_BYTES: usize = 128;

/// Where a tag stands in that order, as a text that sorts so.
///
/// A key of 128 characters can have four times as many bytes. What is too long is cut and told apart by its hash.
fn place(tag: &Tag) -> String {
    let (key, length) = (&*tag.key, tag.key.len());
    if length <= MAX_PLACE_KEY_BYTES {
        return format!("{length:04}{key}");
    }
    let mut end = MAX_PLACE_KEY_BYTES - 32;
    while !key.is_char_boundary(end) {
        end -= 1;
    }
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, key.as_bytes());
    let hash = data_encoding::HEXLOWER.encode(digest.as_ref().get(..16).unwrap_or_default());
    format!("{length:04}{}{hash}", key.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_every_tag_is_short_and_its_own() {
        let tag = |key: String| Tag { key: key.into(), value: "".into() };
        let long = |last: char| tag(format!("{}{last}", "\u{20000}".repeat(127)));
        let places = ["a", "b", "ab"].map(|key| place(&tag(key.to_owned())));
        assert!(places.is_sorted(), "{places:?}");
        assert_ne!(place(&long('a')), place(&long('b')));
        for tag in [long('a'), tag("x".repeat(128)), tag("x".repeat(129))] {
            assert!(place(&tag).len() <= 132, "{}", place(&tag));
        }
    }
}
