//! The gallery: policies to start from, each explained, with blanks to fill in.
//!
//! An entry is a file: one policy and what a person needs to know before taking it. The ready ones are part of the
//! binary; an administrator's folder can add others, which are held to the same rules. An entry that could be read has
//! examples for all of its blanks, and filled with them it is a policy that IAM or STS takes.
//!
//! A blank is written `{{name}}`, so that it is not taken for a policy variable of AWS (`${aws:username}`) nor for one
//! of Regent's (`${user.name}`), which both stay as they are.

use std::collections::BTreeSet;
use std::sync::OnceLock;

mod entry;
mod fill;
mod pattern;
mod ready;
mod variable;

pub use entry::{Entry, EntryError, EntryKind};
pub use fill::{FillError, Filled, Values};
pub use pattern::Pattern;
pub use variable::Variable;

/// The most files of a folder.
const MAX_FILES: usize = 256;
/// The longest file, in bytes.
const MAX_FILE_BYTES: usize = 64 << 10;

/// Entries in the order in which they are shown.
#[derive(Debug, Clone, Default)]
pub struct Gallery {
    entries: Vec<Entry>,
}

impl Gallery {
    /// The entries that are part of this crate, read once.
    pub fn ready() -> &'static Self {
        static READY: OnceLock<Gallery> = OnceLock::new();
        // INVARIANT: every file can be read. A test reads them, and a build cannot change them.
        READY.get_or_init(|| {
            let entries = ready::FILES.iter().filter_map(|(id, text)| Entry::read(id, text).ok());
            Self { entries: entries.collect() }
        })
    }

    /// The ready entries, and behind them those of an administrator's folder: pairs of a file's name and its text.
    ///
    /// They come in the order of their names. A file's name without `.json` is the entry's id, and no two entries
    /// share one. One file that cannot be read fails the whole folder: whoever put it there wants to hear of it.
    pub fn with_folder(files: impl IntoIterator<Item = (String, String)>) -> Result<Self, FolderError> {
        let mut gallery = Self::ready().clone();
        let mut ids: BTreeSet<String> = gallery.entries.iter().map(|entry| entry.id.clone()).collect();
        let mut files: Vec<_> = files.into_iter().take(MAX_FILES + 1).collect();
        if files.len() > MAX_FILES {
            return Err(FolderError::TooMany);
        }
        files.sort_unstable();
        for (file, text) in files {
            if text.len() > MAX_FILE_BYTES {
                return Err(FolderError::TooLong { file });
            }
            let Some(id) = file.strip_suffix(".json").filter(|id| entry::is_slug(id)) else {
                return Err(FolderError::NotASlug { file });
            };
            if !ids.insert(id.to_owned()) {
                return Err(FolderError::Taken { id: id.to_owned(), file });
            }
            match Entry::read(id, &text) {
                Ok(entry) => gallery.entries.push(entry),
                Err(source) => return Err(FolderError::Entry { file, source: Box::new(source) }),
            }
        }
        Ok(gallery)
    }

    /// All entries.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of an id.
    pub fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }
}

/// Why a folder of entries is not taken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FolderError {
    /// More files than are read.
    #[error("the gallery's folder holds more than {MAX_FILES} files: take some out")]
    TooMany,
    /// A file that is no entry, or far too wordy.
    #[error("`{file}` is longer than {MAX_FILE_BYTES} bytes")]
    TooLong {
        /// The file.
        file: String,
    },
    /// The name makes no id.
    #[error("`{file}` names no entry: expected 2 to 64 of `a-z`, `0-9` and `-`, and then `.json`")]
    NotASlug {
        /// The file.
        file: String,
    },
    /// The id is that of another entry.
    #[error("`{file}` has the id of another entry, `{id}`: give the file another name")]
    Taken {
        /// The id.
        id: String,
        /// The file.
        file: String,
    },
    /// What the file holds is no entry.
    #[error("`{file}` is no gallery entry")]
    Entry {
        /// The file.
        file: String,
        /// What is wrong with it.
        source: Box<EntryError>,
    },
}
