//! `regent audit`.

#![expect(clippy::print_stdout, reason = "what the command answers")]

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead as _, BufReader, ErrorKind, IsTerminal as _, Seek as _, SeekFrom};
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::Value;

use crate::audit::trail::{CURRENT, closed_files};
use crate::config::Settings;

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
}

impl Audit {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let Command::Tail { lines, follow, json, settings } = self.command;
        let (config, _) = super::configure(*settings)?;
        let dir = config.audit.dir.context("an ephemeral server keeps no audit trail: give `--audit-dir`")?;
        let show = |line: &str| if json { println!("{line}") } else { println!("{}", summary(line)) };
        newest(&dir, lines)?.iter().for_each(|line| show(line));
        if follow { super::block_on(follow_trail(&dir.join(CURRENT), show)) } else { Ok(()) }
    }
}

/// The last lines of the trail, oldest first; of its files no more than are needed for them.
fn newest(dir: &Path, lines: usize) -> anyhow::Result<VecDeque<String>> {
    let mut files = closed_files(dir);
    files.push(dir.join(CURRENT));
    let mut newest = VecDeque::new();
    for path in files.iter().rev() {
        let missing = lines - newest.len();
        let older = read_lines(path)?;
        older.into_iter().rev().take(missing).for_each(|line| newest.push_front(line));
        if newest.len() == lines {
            break;
        }
    }
    Ok(newest)
}

fn read_lines(path: &Path) -> anyhow::Result<Vec<String>> {
    match File::open(path) {
        Ok(file) => Ok(BufReader::new(file).lines().collect::<Result<_, _>>()?),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Shows what is appended, also when the file is closed and another begun.
async fn follow_trail(path: &Path, show: impl Fn(&str)) -> anyhow::Result<()> {
    let mut at = path.metadata().map_or(0, |metadata| metadata.len());
    loop {
        tokio::time::sleep(FOLLOW).await;
        let Ok(mut file) = File::open(path) else { continue };
        if file.metadata()?.len() < at {
            at = 0;
        }
        file.seek(SeekFrom::Start(at))?;
        let mut lines = BufReader::new(file);
        let mut line = String::new();
        while lines.read_line(&mut line)? > 0 && line.ends_with('\n') {
            at += line.len() as u64;
            show(line.trim_end());
            line.clear();
        }
    }
}

/// A record as a person reads it: when, who, what, with which outcome.
fn summary(line: &str) -> String {
    let Ok(record) = serde_json::from_str::<Value>(line) else { return line.to_owned() };
    let text = |pointer: &str| record.pointer(pointer).and_then(Value::as_str);
    let source = text("/eventSource").and_then(|source| source.split('.').next()).unwrap_or("-");
    let who =
        ["/userIdentity/arn", "/userIdentity/accessKeyId", "/userIdentity/type"].into_iter().find_map(text);
    let (time, name) = (text("/eventTime").unwrap_or("-"), text("/eventName").unwrap_or("-"));
    let outcome = match text("/errorCode") {
        None => "ok".to_owned(),
        Some(code) => {
            let code = format!("{code}: {}", text("/errorMessage").unwrap_or_default());
            if std::io::stdout().is_terminal() { format!("\x1b[31m{code}\x1b[0m") } else { code }
        }
    };
    format!("{time}  {}  {source}:{name}  {outcome}", who.unwrap_or("-"))
}
