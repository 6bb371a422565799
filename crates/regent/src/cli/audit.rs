//! `regent audit`.

use std::collections::VecDeque;
use std::fs::{File, Metadata};
use std::io::{self, BufRead as _, BufReader, ErrorKind, IsTerminal as _, Seek as _, SeekFrom, Write};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::Value;

use super::Outcome;
use crate::audit::trail::{CURRENT, closed_files};
use crate::config::Settings;

mod chain;

/// Pause between looks for new records.
const FOLLOW: Duration = Duration::from_millis(200);

/// Read the audit trail.
#[derive(Debug, Args)]
pub(super) struct Audit {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the newest records
    Tail {
        /// How many
        #[arg(long, short = 'n', default_value_t = 20)]
        lines: usize,
        /// Go on with what comes
        #[arg(long, short)]
        follow: bool,
        /// Whole records, one a line, as they are in the trail
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        settings: Box<Settings>,
    },
    /// The chain of the broker's events
    Chain(chain::Chain),
}

impl Audit {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let (lines, follow, json, settings) = match self.command {
            Command::Tail { lines, follow, json, settings } => (lines, follow, json, settings),
            Command::Chain(chain) => return chain.run(),
        };
        let (config, _) = super::configure(*settings)?;
        let dir = config.audit.dir.context("an ephemeral server keeps no audit trail: give `--audit-dir`")?;
        let is_terminal = io::stdout().is_terminal();
        let show = |line: &str| {
            let text = if json { line.to_owned() } else { summary(line, is_terminal) };
            let mut out = io::stdout().lock();
            writeln!(out, "{text}").and_then(|()| out.flush())
        };
        match tail(&dir, lines, follow, show) {
            // Whoever reads has seen enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Outcome::Done),
            done => done
                .map(|()| Outcome::Done)
                .with_context(|| format!("cannot read the audit trail in `{}`", dir.display())),
        }
    }
}

/// Shows the last lines of the trail, oldest first, and then those that come.
fn tail(dir: &Path, lines: usize, follow: bool, show: impl Fn(&str) -> io::Result<()>) -> io::Result<()> {
    let mut reader = Reader::open(dir)?;
    let mut newest = VecDeque::new();
    reader.read(|line| {
        newest.push_back(line.to_owned());
        if newest.len() > lines {
            newest.pop_front();
        }
        Ok(())
    })?;
    for path in reader.older()?.iter().rev() {
        if newest.len() == lines {
            break;
        }
        let mut older = Vec::new();
        Reader::of(dir, path)?.read(|line| {
            older.push(line.to_owned());
            Ok(())
        })?;
        let missing = lines - newest.len();
        older.into_iter().rev().take(missing).for_each(|line| newest.push_front(line));
    }
    newest.iter().try_for_each(|line| show(line))?;
    if !follow {
        return Ok(());
    }
    let ticks = async {
        loop {
            reader.follow(&show)?;
            tokio::time::sleep(FOLLOW).await;
        }
    };
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(ticks)
}

/// A file of the trail, read line by line as far as it goes, and then the files after it.
///
/// The file that grows is closed by giving it another name. An open file does not care, so nothing is missed then.
struct Reader<'d> {
    dir: &'d Path,
    /// None while there is no trail.
    file: Option<BufReader<File>>,
    /// The beginning of a line whose end is not written yet.
    begun: Vec<u8>,
}

impl<'d> Reader<'d> {
    /// The file that grows.
    fn open(dir: &'d Path) -> io::Result<Self> {
        Self::of(dir, &dir.join(CURRENT))
    }

    fn of(dir: &'d Path, path: &Path) -> io::Result<Self> {
        let file = match File::open(path) {
            Ok(file) => Some(BufReader::new(file)),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        Ok(Self { dir, file, begun: Vec::new() })
    }

    /// Reads the whole lines that are there and were not read yet.
    fn read(&mut self, mut each: impl FnMut(&str) -> io::Result<()>) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        // A line that could be written only in part is cut off again.
        let at = file.stream_position()?;
        if file.get_ref().metadata()?.len() < at {
            file.seek(SeekFrom::Start(at.saturating_sub(self.begun.len() as u64)))?;
            self.begun.clear();
        }
        while file.read_until(b'\n', &mut self.begun)? > 0 && self.begun.ends_with(b"\n") {
            each(String::from_utf8_lossy(&self.begun).trim_end())?;
            self.begun.clear();
        }
        Ok(())
    }

    /// Reads what came, in this file and in those after it.
    fn follow(&mut self, each: impl Fn(&str) -> io::Result<()>) -> io::Result<()> {
        loop {
            let next = self.next()?;
            // Once there is a next file nothing more is written to this one: what is there now is all.
            self.read(&each)?;
            match next {
                Some(next) if next.file.is_some() => *self = next,
                _ => return Ok(()),
            }
        }
    }

    /// The file after this one; none if this is the one that grows.
    fn next(&self) -> io::Result<Option<Self>> {
        let mut files = closed_files(self.dir);
        files.push(self.dir.join(CURRENT));
        let path = match self.place(&files)? {
            Some(at) => files.get(at + 1),
            None => files.last(),
        };
        path.map(|path| Self::of(self.dir, path)).transpose()
    }

    /// The closed files before this one, oldest first.
    fn older(&self) -> io::Result<Vec<PathBuf>> {
        let mut files = closed_files(self.dir);
        if let Some(at) = self.place(&files)? {
            files.truncate(at);
        }
        Ok(files)
    }

    /// Which of these files this is, whatever its name is by now.
    fn place(&self, files: &[PathBuf]) -> io::Result<Option<usize>> {
        let Some(file) = &self.file else { return Ok(None) };
        let id = |metadata: &Metadata| (metadata.dev(), metadata.ino());
        let ours = id(&file.get_ref().metadata()?);
        Ok(files.iter().position(|path| path.metadata().is_ok_and(|metadata| id(&metadata) == ours)))
    }
}

/// A record as a person reads it: when, who, what, with which outcome.
fn summary(line: &str, is_terminal: bool) -> String {
    let Ok(record) = serde_json::from_str::<Value>(line) else { return visible(line) };
    let text = |pointer: &str| record.pointer(pointer).and_then(Value::as_str).map(visible);
    let source = text("/eventSource").unwrap_or_default();
    let source = source.split('.').next().filter(|source| !source.is_empty()).unwrap_or("-");
    let who =
        ["/userIdentity/arn", "/userIdentity/accessKeyId", "/userIdentity/type"].into_iter().find_map(text);
    let (who, time) = (who.as_deref().unwrap_or("-"), text("/eventTime"));
    let (time, name) = (time.as_deref().unwrap_or("-"), text("/eventName"));
    let outcome = match text("/errorCode") {
        None => "ok".to_owned(),
        Some(code) => {
            let code = format!("{code}: {}", text("/errorMessage").unwrap_or_default());
            if is_terminal { format!("\x1b[31m{code}\x1b[0m") } else { code }
        }
    };
    format!("{time}  {who}  {source}:{}  {outcome}", name.as_deref().unwrap_or("-"))
}

/// The text with everything a terminal would obey spelled out: strangers choose what stands in a record.
fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn say(path: &Path, text: &str) {
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn last(dir: &Path, lines: usize) -> Vec<String> {
        let seen = RefCell::new(Vec::new());
        tail(dir, lines, false, |line| {
            seen.borrow_mut().push(line.to_owned());
            Ok(())
        })
        .unwrap();
        seen.into_inner()
    }

    #[test]
    fn the_last_whole_lines_are_shown_whichever_files_they_are_in() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path();
        assert_eq!(last(dir, 3), [""; 0]);
        say(&dir.join("20260101T000000000000Z.jsonl"), "1\n2\n");
        say(&dir.join("20260102T000000000000Z.jsonl"), "3\n");
        say(&dir.join(CURRENT), "4\n5\nhal");
        assert_eq!(last(dir, 0), [""; 0]);
        assert_eq!(last(dir, 1), ["5"]);
        assert_eq!(last(dir, 4), ["2", "3", "4", "5"]);
        assert_eq!(last(dir, 9), ["1", "2", "3", "4", "5"]);
    }

    #[test]
    fn who_follows_misses_nothing_when_files_are_closed() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path();
        let current = dir.join(CURRENT);
        let mut reader = Reader::open(dir).unwrap();
        let mut come = || {
            let seen = RefCell::new(Vec::new());
            let show = |line: &str| {
                seen.borrow_mut().push(line.to_owned());
                Ok(())
            };
            reader.follow(show).unwrap();
            seen.into_inner()
        };
        assert_eq!(come(), [""; 0]);
        say(&current, "1\n2");
        assert_eq!(come(), ["1"]);
        say(&current, "2\n3\n");
        std::fs::rename(&current, dir.join("20260101T000000000000Z.jsonl")).unwrap();
        say(&current, "4\n");
        std::fs::rename(&current, dir.join("20260102T000000000000Z.jsonl")).unwrap();
        assert_eq!(come(), ["22", "3", "4"]);
        say(&current, "5\n6, of which not");
        assert_eq!(come(), ["5"]);
        // The writer could not write all of it, and cut it off.
        std::fs::OpenOptions::new().write(true).open(&current).unwrap().set_len(2).unwrap();
        say(&current, "7\n");
        assert_eq!(come(), ["7"]);
    }

    #[test]
    fn what_strangers_say_is_shown_and_not_obeyed() {
        let record =
            r#"{"eventTime":"now","eventName":"\u001b[2J\nok","errorCode":"X","errorMessage":"a\u009bb"}"#;
        assert_eq!(summary(record, false), r"now  -  -:\u{1b}[2J\nok  X: a\u{9b}b");
        assert_eq!(summary("no\u{7} record", false), r"no\u{7} record");
    }
}
