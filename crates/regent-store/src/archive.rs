//! The archive: rows that commands leave behind, that no picture keeps in memory and no log repeats.
//!
//! What happened is of another kind than what is: there is more of it every day, it is looked at seldom, and never to
//! decide a request. So it stays in the database. A command archives in its own transaction, together with the records it
//! changes: both are there, or neither. Reading is a query, a page at a time, on a connection of its own.
//!
//! A row is found by its key, or by one of its labels; either way in the order of the keys. So keys are made to be in
//! order: see [`Draft::archive`](crate::Draft::archive).
//!
//! INVARIANT: a row's `seq` is in the log. A command that archives and changes no record has a row in the log too, one
//! that removes a record that there never is, so that the log has no gap and a commit can be found by its name.

use std::sync::Arc;

use crate::error::StoreError;
use crate::record::RecordName;
use crate::seq::Seq;

mod read;
mod write;

pub(crate) use read::{Query, forget, page};
pub(crate) use write::{Shelved, write};

const MAX_KIND_BYTES: usize = 64;
const MAX_KEY_BYTES: usize = 128;
const MAX_BODY_BYTES: usize = 256 * 1024;
const MAX_LABELS: usize = 8;
const MAX_LABEL_BYTES: usize = 64;
const MAX_LABEL_VALUE_BYTES: usize = 1024;

/// How many rows a page has at most.
pub(crate) const MAX_PAGE_ROWS: usize = 1000;
/// A page that has reached this takes no further row.
const FULL_PAGE_BYTES: usize = 4 * 1024 * 1024;

/// A row of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archived {
    /// What tells it from others of its kind, and where it stands among them.
    pub key: Box<str>,
    /// The command that last wrote it.
    pub seq: Seq,
    /// What it says.
    pub body: Box<str>,
}

/// Which way to walk through the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// From the lowest key on.
    OldestFirst,
    /// From the highest key back.
    #[default]
    NewestFirst,
}

/// Which rows of a kind to read. The default is all of them, the newest first.
///
/// To go on after a page, put the key of its last row where the walk begins: `after` with the oldest first, `before` with
/// the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Range<'a> {
    /// Only rows with a higher key.
    pub after: Option<&'a str>,
    /// Only rows with a lower key.
    pub before: Option<&'a str>,
    /// Only rows with this label of this value.
    pub label: Option<(&'a str, &'a str)>,
    /// Which way.
    pub order: Order,
}

/// Some rows of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The rows, in the order asked for.
    pub rows: Vec<Archived>,
    /// Whether the range has nothing after them.
    pub is_last: bool,
}

/// What forgetting rows has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forgotten {
    /// How many rows were removed.
    pub rows: u64,
    /// Whether nothing is left to remove.
    pub is_done: bool,
}

/// A row on its way into the archive.
#[derive(Debug, Clone)]
pub(crate) struct Drafted {
    pub(crate) name: Name,
    pub(crate) body: Arc<str>,
    /// Labels and their values.
    pub(crate) labels: Vec<(Arc<str>, Arc<str>)>,
}

/// Kind and key: what tells one row from all others.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Name {
    pub(crate) kind: Arc<str>,
    pub(crate) key: Arc<str>,
}

impl Drafted {
    /// The row, if it can be stored.
    pub(crate) fn new(
        kind: &str,
        key: &str,
        body: Arc<str>,
        labels: &[(&str, &str)],
    ) -> Result<Self, StoreError> {
        let is_word = |text: &str, most| {
            let is_word_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
            (1..=most).contains(&text.len()) && text.bytes().all(is_word_byte)
        };
        let has_control = |text: &str| text.bytes().any(|byte| byte < b' ');
        let is_label = |(label, value): &(&str, &str)| {
            is_word(label, MAX_LABEL_BYTES) && value.len() <= MAX_LABEL_VALUE_BYTES && !has_control(value)
        };
        let reason = if !is_word(kind, MAX_KIND_BYTES) || !is_word(key, MAX_KEY_BYTES) {
            "expected a kind of at most 64 and a key of at most 128 letters, digits, `_` and `-`"
        } else if body.len() > MAX_BODY_BYTES || has_control(&body) {
            "expected a body of at most 256 KiB on one line"
        } else if labels.len() > MAX_LABELS || !labels.iter().all(is_label) {
            "expected at most 8 labels, words of at most 64 bytes, with values of at most 1024 on one line"
        } else {
            let labels = labels.iter().map(|(label, value)| (Arc::from(*label), Arc::from(*value)));
            let name = Name { kind: kind.into(), key: key.into() };
            return Ok(Self { name, body, labels: labels.collect() });
        };
        Err(StoreError::Unstorable { name: format!("archive/{kind}/{key}"), reason })
    }
}

/// What the log says of a command that changed no record: that one was removed which has no key, and so cannot be.
pub(crate) fn nothing_changed() -> RecordName {
    RecordName::new("", "archive", "")
}

#[cfg(test)]
mod tests {
    use super::{Drafted, nothing_changed};

    #[track_caller]
    fn check(kind: &str, key: &str, body: &str, labels: &[(&str, &str)], is_storable: bool) {
        let drafted = Drafted::new(kind, key, body.into(), labels);
        assert_eq!(drafted.is_ok(), is_storable, "{drafted:?}");
    }

    #[test]
    fn keys_are_words_and_everything_has_a_bound() {
        check("event", "00000000000000000001", "{}", &[("actor", "usr_01J Ana <ana@example.com>")], true);
        check("event", &"k".repeat(128), &"é".repeat(128 * 1024), &[("a", &*"v".repeat(1024)); 8], true);
        check("event", "", "{}", &[], false);
        check("", "key", "{}", &[], false);
        check("event", "a/b", "{}", &[], false);
        check("event", &"k".repeat(129), "{}", &[], false);
        check("event", "key", "two\nlines", &[], false);
        check("event", "key", &"b".repeat(256 * 1024 + 1), &[], false);
        check("event", "key", "{}", &[("a", "v"); 9], false);
        check("event", "key", "{}", &[("a", "two\nlines")], false);
        check("event", "key", "{}", &[("a", &*"v".repeat(1025))], false);
        check("event", "key", "{}", &[("", "v")], false);
    }

    #[test]
    fn no_record_can_have_the_name_that_stands_for_none() {
        assert!(nothing_changed().check().is_err());
    }
}
