//! Where audit records go: JSON lines in a file that grows to a bound and is then closed and replaced.
//!
//! A record is in the file before its answer leaves, so a full disk stops answers, not records: those of requests that
//! were under way are kept until they can be written, and until then nothing new is begun. A line is never torn: what
//! could only be written in part is cut off again.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::ops::Range;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{Span, Timestamp};

use crate::config::AuditConfig;

/// The file that grows.
pub(crate) const CURRENT: &str = "current.jsonl";
/// Records an in-memory trail remembers.
const MEMORY_RECORDS: usize = 10_000;
/// How often a request looks whether somebody else has written its record before it waits for the writer.
const PATIENCE: usize = 8;
/// Bytes of records that are kept while they cannot be written. Only requests that were under way when the trail
/// failed have any, so this is far more than they need.
const MAX_BACKLOG_BYTES: usize = 64 << 20;

/// The trail could not be opened or written.
#[derive(Debug, thiserror::Error)]
#[error("the audit trail at `{}` cannot be written", .path.display())]
pub struct TrailError {
    path: PathBuf,
    #[source]
    source: std::io::Error,
}

/// The audit trail of one server.
///
/// Records that are pushed while others are in flight share a write. [`Ticket::settle`] returns when a record is in
/// the trail, whoever wrote it.
#[derive(Debug)]
pub(crate) struct Trail {
    /// Locked to copy a record, never while one is written.
    queue: Mutex<Queue>,
    /// Locked while records are written.
    writer: Mutex<Writer>,
    /// The last write failed.
    is_stuck: AtomicBool,
    /// Where it is, for errors.
    dir: PathBuf,
}

#[derive(Debug, Default)]
struct Queue {
    /// Lines that no writer has taken yet.
    pending: Vec<u8>,
    /// How many records were pushed, and how many of them are dealt with.
    pushed: u64,
    settled: u64,
    /// Records that could not be written when they should have been, as ranges; kept while somebody may still ask.
    late: Vec<Range<u64>>,
    /// Records somebody will still ask for.
    awaited: u64,
}

#[derive(Debug)]
struct Writer {
    destination: Destination,
    /// Lines that were taken and are being written, or could not be.
    taken: Vec<u8>,
}

#[derive(Debug)]
enum Destination {
    Memory(VecDeque<Box<[u8]>>),
    Files(Files),
}

#[derive(Debug)]
struct Files {
    dir: PathBuf,
    rotate_bytes: u64,
    keep: usize,
    current: File,
    length: u64,
}

/// A record that was pushed. Dropping it writes the record too, but tells nobody whether that worked.
#[derive(Debug)]
#[must_use = "a record is in the trail once it is settled"]
pub(crate) struct Ticket<'a> {
    trail: &'a Trail,
    number: u64,
    now: Timestamp,
    is_open: bool,
}

impl Ticket<'_> {
    /// Makes sure that the record is in the trail. When this returns an error it is not there yet, and nobody may be
    /// answered as if it were.
    pub(crate) async fn settle(mut self) -> Result<(), TrailError> {
        for _ in 0..PATIENCE {
            // Whoever is being answered at the same time pushes meanwhile, and one write serves all. A request that is
            // given up here still leaves its record: the ticket is open until its outcome is known.
            tokio::task::yield_now().await;
            if let Some(outcome) = self.trail.outcome(self.number) {
                self.is_open = false;
                return outcome;
            }
            if let Ok(mut writer) = self.trail.writer.try_lock() {
                self.is_open = false;
                return self.trail.settle(self.number, &mut writer, self.now);
            }
        }
        self.is_open = false;
        self.trail.settle(self.number, &mut self.trail.writer(), self.now)
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if self.is_open
            && let Err(error) = self.trail.settle(self.number, &mut self.trail.writer(), self.now)
        {
            tracing::error!(%error, "an audit record could not be written yet");
        }
    }
}

impl Trail {
    /// Opens the trail; goes on where an earlier run stopped.
    pub(crate) fn open(config: &AuditConfig) -> Result<Self, TrailError> {
        let destination = match &config.dir {
            None => Destination::Memory(VecDeque::new()),
            Some(dir) => Destination::Files(Files::open(dir, config)?),
        };
        Ok(Self {
            queue: Mutex::default(),
            writer: Mutex::new(Writer { destination, taken: Vec::new() }),
            is_stuck: AtomicBool::new(false),
            dir: config.dir.clone().unwrap_or_default(),
        })
    }

    /// Hands in the lines of one record.
    pub(crate) fn push(&self, lines: &[u8], now: Timestamp) -> Ticket<'_> {
        let mut queue = self.queue();
        queue.pending.extend_from_slice(lines);
        let number = queue.pushed;
        queue.pushed += 1;
        queue.awaited += 1;
        Ticket { trail: self, number, now, is_open: true }
    }

    /// Whether a request may begin: not while records wait that could not be written. Tries to write them first, so
    /// that the request that finds room again is answered.
    pub(crate) fn check(&self, now: Timestamp) -> Result<(), TrailError> {
        if self.is_stuck.load(Ordering::Relaxed) { self.flush(&mut self.writer(), now) } else { Ok(()) }
    }

    /// Writes the record if nobody has.
    fn settle(&self, number: u64, writer: &mut Writer, now: Timestamp) -> Result<(), TrailError> {
        if let Some(outcome) = self.outcome(number) {
            return outcome;
        }
        let flushed = self.flush(writer, now);
        let outcome = self.outcome(number).unwrap_or(Ok(()));
        flushed.and(outcome)
    }

    /// What became of a record; none if it is still to be written. To be asked no more once it is known.
    fn outcome(&self, number: u64) -> Option<Result<(), TrailError>> {
        let mut queue = self.queue();
        if number >= queue.settled {
            return None;
        }
        let is_late = queue.late.iter().any(|range| range.contains(&number));
        queue.awaited -= 1;
        if queue.awaited == 0 {
            queue.late.clear();
        }
        Some(if is_late {
            Err(TrailError { path: self.dir.clone(), source: ErrorKind::StorageFull.into() })
        } else {
            Ok(())
        })
    }

    /// Writes everything that is pending, in one piece. What cannot be written is kept for the next time.
    fn flush(&self, writer: &mut Writer, now: Timestamp) -> Result<(), TrailError> {
        let pushed = {
            let mut queue = self.queue();
            if writer.taken.is_empty() {
                // Both buffers have grown to what is usual, and none is ever allocated again.
                std::mem::swap(&mut writer.taken, &mut queue.pending);
            } else {
                writer.taken.append(&mut queue.pending);
            }
            queue.pushed
        };
        let written = writer.write(now);
        self.is_stuck.store(written.is_err(), Ordering::Relaxed);
        let mut queue = self.queue();
        let records = queue.settled..pushed;
        queue.settled = pushed;
        if written.is_err() && !records.is_empty() {
            queue.late.push(records);
        }
        written
    }

    /// What an in-memory trail remembers, oldest first; nothing for a trail in files.
    pub(crate) fn remembered(&self) -> Vec<String> {
        match &self.writer().destination {
            Destination::Memory(records) => {
                records.iter().map(|record| String::from_utf8_lossy(record).into_owned()).collect()
            }
            Destination::Files(_) => Vec::new(),
        }
    }

    // A panic while holding a lock cannot leave a torn line that the next writer would not cut.

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writer {
    /// Writes what was taken. What cannot be written stays taken.
    fn write(&mut self, now: Timestamp) -> Result<(), TrailError> {
        let written = match &mut self.destination {
            Destination::Memory(remembered) => {
                for line in self.taken.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                    if remembered.len() == MEMORY_RECORDS {
                        remembered.pop_front();
                    }
                    remembered.push_back(line.into());
                }
                Ok(())
            }
            Destination::Files(files) => files.append(&self.taken, now),
        };
        if written.is_ok() {
            self.taken.clear();
        } else if self.taken.len() > MAX_BACKLOG_BYTES {
            tracing::error!(audit.bytes = self.taken.len(), "audit records were lost");
            self.taken.clear();
        }
        written
    }
}

impl Files {
    fn open(dir: &Path, config: &AuditConfig) -> Result<Self, TrailError> {
        let fail = |source| TrailError { path: dir.to_owned(), source };
        std::fs::create_dir_all(dir).map_err(fail)?;
        let (current, length) = open_current(dir).map_err(fail)?;
        let (rotate_bytes, keep) = (config.rotate_bytes, config.keep_files);
        Ok(Self { dir: dir.to_owned(), rotate_bytes, keep, current, length })
    }

    fn append(&mut self, lines: &[u8], now: Timestamp) -> Result<(), TrailError> {
        self.write(lines, now).map_err(|source| TrailError { path: self.dir.clone(), source })
    }

    fn write(&mut self, lines: &[u8], now: Timestamp) -> std::io::Result<()> {
        let added = lines.len() as u64;
        if self.length > 0 && self.length + added > self.rotate_bytes {
            self.rotate(now)?;
        }
        if let Err(error) = self.current.write_all(lines) {
            // Another process may have appended meanwhile, but only whole lines after a torn one of ours.
            self.current.set_len(self.length)?;
            return Err(error);
        }
        self.length += added;
        Ok(())
    }

    fn rotate(&mut self, now: Timestamp) -> std::io::Result<()> {
        match std::fs::rename(self.dir.join(CURRENT), self.free_name(now)) {
            // Somebody moved it, or a rotation got this far and no further.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            renamed => renamed?,
        }
        (self.current, self.length) = open_current(&self.dir)?;
        self.prune();
        Ok(())
    }

    /// A name for a file that is closed now. Two may be closed in one microsecond, and neither replaces the other.
    fn free_name(&self, mut now: Timestamp) -> PathBuf {
        loop {
            let path = self.dir.join(format!("{}.jsonl", now.strftime("%Y%m%dT%H%M%S%6fZ")));
            match now.checked_add(Span::new().microseconds(1)) {
                Ok(later) if path.exists() => now = later,
                _ => return path,
            }
        }
    }

    /// Removes the oldest closed files beyond the number to keep. Failing to remove one is not worth an answer.
    fn prune(&self) {
        if self.keep == 0 {
            return;
        }
        let mut closed = closed_files(&self.dir);
        let surplus = closed.len().saturating_sub(self.keep);
        for path in closed.drain(..surplus) {
            if let Err(error) = std::fs::remove_file(&path) {
                tracing::warn!(%error, audit.file = %path.display(), "an old audit file could not be removed");
            }
        }
    }
}

/// The closed files of a trail, oldest first.
pub(crate) fn closed_files(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let is_closed = |path: &PathBuf| {
        path.extension().is_some_and(|extension| extension == "jsonl")
            && path.file_name().is_some_and(|name| name != CURRENT)
    };
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(is_closed).collect();
    files.sort();
    files
}

/// Opens the growing file.
fn open_current(dir: &Path) -> std::io::Result<(File, u64)> {
    let file = open_to_append(&dir.join(CURRENT))?;
    let whole = cut_torn_line(&file)?;
    Ok((file, whole))
}

/// Opens a file of lines to append to, as it is.
pub(crate) fn open_to_append(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().create(true).append(true).read(true).mode(0o600).open(path)
}

/// Cuts off a last line that a crash tore; says how long the file is then.
pub(crate) fn cut_torn_line(file: &File) -> std::io::Result<u64> {
    let length = file.metadata()?.len();
    let whole = length_of_whole_lines(file, length)?;
    if whole != length {
        tracing::warn!(audit.bytes = length - whole, "cut a torn line off the audit trail");
        file.set_len(whole)?;
    }
    Ok(whole)
}

fn length_of_whole_lines(file: &File, length: u64) -> std::io::Result<u64> {
    use std::os::unix::fs::FileExt as _;
    let mut end = length;
    let mut block = [0; 4096];
    while end > 0 {
        let size = end.min(block.len() as u64);
        let Some(piece) = usize::try_from(size).ok().and_then(|size| block.get_mut(..size)) else {
            return Err(ErrorKind::InvalidData.into());
        };
        file.read_exact_at(piece, end - size)?;
        if let Some(at) = piece.iter().rposition(|byte| *byte == b'\n') {
            return Ok(end - size + at as u64 + 1);
        }
        end -= size;
    }
    Ok(0)
}

#[cfg(test)]
mod tests;
