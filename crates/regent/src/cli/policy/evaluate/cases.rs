//! `regent policy evaluate --cases`: one case a line in, one answer a line out, in the same order.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Write};
use std::path::Path;

use anyhow::{Context as _, anyhow};
use regent_policy::decide;
use serde::Serialize;
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Answer;
use crate::cli::Outcome;
use crate::cli::policy::case::Case;
use crate::policy::question::Asked;

/// The longest line read, its end included.
const MAX_LINE_BYTES: u64 = 64 << 20;

/// What a file may begin with to say that it is UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Finds the name of a case, whatever else it holds: also when what follows is no JSON.
fn id_of(text: &str) -> Option<&RawValue> {
    struct Id<'a, 'f>(&'f mut Option<&'a RawValue>);
    impl<'a> Visitor<'a> for Id<'a, '_> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<M: MapAccess<'a>>(self, mut members: M) -> Result<(), M::Error> {
            while let Some(name) = members.next_key::<Cow<'_, str>>()? {
                if name == "id" {
                    *self.0 = Some(members.next_value()?);
                    break;
                }
                members.next_value::<IgnoredAny>()?;
            }
            Ok(())
        }
    }
    let mut id = None;
    // What is wrong with the line is told by whoever reads all of it.
    let _ = serde_json::Deserializer::from_str(text).deserialize_map(Id(&mut id));
    id
}

#[derive(Debug, Serialize)]
struct Line<'a, T> {
    id: Option<&'a RawValue>,
    #[serde(flatten)]
    rest: T,
}

#[derive(Debug, Serialize)]
struct Broken {
    error: String,
}

/// Answers every case. A broken one is answered with what is wrong, and the run goes on.
pub(super) fn run(path: &Path) -> anyhow::Result<Outcome> {
    let out = BufWriter::new(io::stdout().lock());
    let ran = if path == Path::new("-") {
        answer_all(io::stdin().lock(), out)
    } else {
        let shown = || format!("cannot read `{}`", path.display());
        answer_all(BufReader::new(File::open(path).with_context(shown)?), out)
    };
    match ran {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Outcome::Failed),
        ran => Ok(ran.with_context(|| format!("cannot answer the cases of `{}`", path.display()))?),
    }
}

fn answer_all<R: io::Read>(input: impl Into<Lines<R>>, mut out: impl Write) -> io::Result<Outcome> {
    let mut lines = input.into();
    let mut outcome = Outcome::Done;
    let mut number = 0_u64;
    while let Some(line) = lines.next_line()? {
        number += 1;
        let line = if number == 1 { line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line) } else { line };
        if line.trim_ascii().is_empty() {
            continue;
        }
        let is_answered = if line.len() as u64 > MAX_LINE_BYTES {
            broken(None, number, &anyhow!("a line is longer than 64 MiB"), &mut out)?
        } else {
            answer_one(line, number, &mut out)?
        };
        if !is_answered {
            outcome = Outcome::Failed;
        }
        writeln!(out)?;
        // Somebody may be waiting for this answer before the next question.
        if !lines.has_another() {
            out.flush()?;
        }
    }
    out.flush()?;
    Ok(outcome)
}

/// Answers one case; false, if it is broken.
fn answer_one(line: &[u8], number: u64, out: &mut impl Write) -> io::Result<bool> {
    let text = match std::str::from_utf8(line) {
        Ok(text) => text,
        Err(error) => return broken(None, number, &error.into(), out),
    };
    let id = id_of(text);
    let answered = || -> anyhow::Result<Vec<u8>> {
        let Case { question, bundle } = Case::read(text)?;
        let written = Asked::new(question)?.ask(&bundle, |policies, request| {
            let decision = decide(policies, request);
            serde_json::to_vec(&Line { id, rest: Answer::new(&decision, request, &bundle) })
        });
        Ok(written??)
    };
    match answered() {
        Ok(answer) => out.write_all(&answer).map(|()| true),
        Err(error) => broken(id, number, &error, out),
    }
}

fn broken(
    id: Option<&RawValue>,
    number: u64,
    error: &anyhow::Error,
    out: &mut impl Write,
) -> io::Result<bool> {
    let error = format!("line {number}: {error:#}");
    serde_json::to_writer(out, &Line { id, rest: Broken { error } })?;
    Ok(false)
}

/// Lines of bounded length.
struct Lines<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
}

impl<R: io::Read> From<BufReader<R>> for Lines<R> {
    fn from(reader: BufReader<R>) -> Self {
        Self { reader, line: Vec::new() }
    }
}

impl<'a> From<io::StdinLock<'a>> for Lines<io::StdinLock<'a>> {
    fn from(stdin: io::StdinLock<'a>) -> Self {
        Self { reader: BufReader::new(stdin), line: Vec::new() }
    }
}

impl<R: io::Read> Lines<R> {
    /// The next line, or of a longer one a byte more than is read.
    fn next_line(&mut self) -> io::Result<Option<&[u8]>> {
        self.line.clear();
        let mut bounded = io::Read::take(&mut self.reader, MAX_LINE_BYTES + 1);
        if bounded.read_until(b'\n', &mut self.line)? == 0 {
            return Ok(None);
        }
        if self.line.len() as u64 > MAX_LINE_BYTES && self.line.last() != Some(&b'\n') {
            self.reader.skip_until(b'\n')?;
        }
        Ok(Some(&self.line))
    }

    /// Is a whole line here already?
    fn has_another(&self) -> bool {
        self.reader.buffer().contains(&b'\n')
    }
}
