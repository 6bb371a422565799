//! A copy of the chain in a file: every event of every node, in order, one line each.
//!
//! The copy follows the chain, not the commands: it is complete whatever happens to the process, goes on after a restart
//! where it stopped, and has what other nodes append. Whoever keeps it elsewhere can tell later what was in the chain.

use std::error::Error;
use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use regent_store::{Order, Range, StoreError};

use super::KIND;
use super::chain::{self, Told};
use crate::audit::trail;
use crate::server::Server;

/// How many events are read at once.
const PAGE: usize = 500;
/// How long to wait for something new before looking anyway.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long to wait after something went wrong.
const PAUSE: Duration = Duration::from_secs(5);
/// More than any line has.
pub(super) const MAX_LINE_BYTES: u64 = 1 << 20;

/// Why the copy is behind.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CopyError {
    /// The chain cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file cannot be written.
    #[error("the copy of the audit chain cannot be written")]
    File(#[from] io::Error),
}

/// The file and how far it has come.
pub(crate) struct Copy {
    file: File,
    bytes: u64,
    /// The number of its last event.
    number: u64,
    /// The hash of that event.
    hash: Box<str>,
}

impl Copy {
    /// Opens a copy; goes on where an earlier run stopped. [`io::ErrorKind::WouldBlock`] if another process keeps it.
    ///
    /// The lock comes first: what looks torn may be a line that the other process is writing.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let mut file = trail::open_to_append(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(error @ TryLockError::WouldBlock) => return Err(error.into()),
            // Not every file system has locks. A reader knows an event that was copied twice.
            Err(TryLockError::Error(error)) => {
                tracing::warn!(%error, "the copy of the audit chain cannot be locked against another process");
            }
        }
        let bytes = trail::cut_torn_line(&file)?;
        file.seek(SeekFrom::Start(bytes.saturating_sub(MAX_LINE_BYTES)))?;
        let mut end = Vec::new();
        file.read_to_end(&mut end)?;
        let end = String::from_utf8_lossy(&end);
        let last = end.lines().next_back().and_then(|line| {
            let (text, hash) = chain::split(line)?;
            Some((serde_json::from_str::<Told>(&text).ok()?.seq, hash.into()))
        });
        let (number, hash) = last.unwrap_or_default();
        Ok(Self { file, bytes, number, hash })
    }

    fn append(&mut self, lines: &str) -> io::Result<()> {
        if let Err(error) = self.file.write_all(lines.as_bytes()) {
            self.file.set_len(self.bytes)?; // no torn line
            return Err(error);
        }
        self.bytes += lines.len() as u64;
        Ok(())
    }
}

impl Server {
    /// Waits until no other process keeps the copy, and keeps it then: one that takes over starts before the old one ends.
    pub(crate) async fn take_over_copy(self: Arc<Self>, path: PathBuf) {
        let mut told = None;
        let copy = loop {
            match Copy::open(&path) {
                Ok(copy) => break copy,
                Err(error) if told == Some(error.kind()) => {}
                Err(error) => {
                    told = Some(error.kind());
                    if error.kind() == io::ErrorKind::WouldBlock {
                        tracing::warn!("another process keeps the copy of the audit chain: this one waits");
                    } else {
                        tracing::error!(%error, "the copy of the audit chain cannot be opened");
                    }
                }
            }
            tokio::time::sleep(PAUSE).await;
        };
        self.keep_copying(copy).await;
    }

    /// Copies what there is and what comes, for as long as somebody wants it to.
    pub(crate) async fn keep_copying(self: Arc<Self>, mut copy: Copy) {
        let mut is_failing = false;
        loop {
            let seen = self.store.picture().seq();
            match self.copy_events(&mut copy).await {
                Ok(()) => {
                    is_failing = false;
                    let _timeout = self.store.wait_for(seen.next(), PATIENCE).await;
                }
                Err(error) => {
                    if !is_failing {
                        tracing::error!(
                            error = &error as &dyn Error,
                            "the copy of the audit chain is behind"
                        );
                    }
                    is_failing = true;
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Copies what the copy does not have.
    pub(crate) async fn copy_events(&self, copy: &mut Copy) -> Result<(), CopyError> {
        self.check_copy(copy).await?;
        loop {
            let head = self.store.picture().chain_head().cloned().unwrap_or_default();
            if head.last.number <= copy.number {
                return Ok(());
            }
            let after = chain::key(copy.number);
            let range = Range { after: Some(&after), order: Order::OldestFirst, ..Range::default() };
            let page = self.store.archived(KIND, &range, PAGE).await?;
            let Some(last) = page.rows.last() else { return Ok(()) };
            let mut lines = String::new();
            for row in &page.rows {
                lines.push_str(&row.body);
                lines.push('\n');
            }
            copy.append(&lines)?;
            copy.number = last.key.parse().unwrap_or(head.last.number);
            copy.hash = chain::split(&last.body).map(|(_, hash)| hash.into()).unwrap_or_default();
        }
    }

    /// Notices that the chain is not the one that was copied. What was copied stays, and the copy goes on with what is.
    async fn check_copy(&self, copy: &mut Copy) -> Result<(), CopyError> {
        let head = self.store.picture().chain_head().cloned().unwrap_or_default();
        if copy.number == 0 || copy.number <= head.forgotten.number {
            return Ok(());
        }
        let row = self.store.archived_row(KIND, &chain::key(copy.number)).await?;
        let hash = row.as_ref().and_then(|row| Some(chain::split(&row.body)?.1));
        if hash != Some(&*copy.hash) {
            tracing::error!(
                event.seq = copy.number,
                "the audit chain is not the one that was copied: it was changed, or restored from a backup"
            );
            copy.number = copy.number.min(head.last.number);
            copy.hash = hash.unwrap_or_default().into();
        }
        Ok(())
    }
}
