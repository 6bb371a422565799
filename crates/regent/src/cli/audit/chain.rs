//! `regent audit chain`: what happened in the broker, event by event, each bound to the one before.

use std::io::{self, ErrorKind, Write as _};

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use regent_store::Order;
use serde_json::Value;

use super::visible;
use crate::Server;
use crate::broker::journal::{Question, csv};
use crate::cli::{Outcome, hand_out, with_existing_server};
use crate::config::Settings;

/// How many events are asked for at once.
const PAGE: usize = 500;

/// Verify, search and export the chain of the broker's events
#[derive(Debug, Args)]
pub(super) struct Chain {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check every event against the one before, and name the first that is not as it was written
    Verify {
        /// One JSON object instead of a sentence
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        settings: Box<Settings>,
    },
    /// Show the newest events
    Tail {
        /// How many
        #[arg(long, short = 'n', default_value_t = 20)]
        lines: usize,
        /// Whole events, one a line, as they were written
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        settings: Box<Settings>,
    },
    /// Show events that match, the oldest first
    Search {
        #[command(flatten)]
        filter: Filter,
        /// Whole events, one a line, as they were written
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        settings: Box<Settings>,
    },
    /// Write events to standard output, the oldest first
    Export {
        #[command(flatten)]
        filter: Filter,
        /// In which form
        #[arg(long, value_enum, default_value_t = Format::Jsonl)]
        format: Format,
        #[command(flatten)]
        settings: Box<Settings>,
    },
    /// Print the key that the signed ends of days are verified with: Ed25519, in base64
    PublicKey {
        #[command(flatten)]
        settings: Box<Settings>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// One JSON object a line, as they were written
    Jsonl,
    /// A table
    Csv,
}

/// Which events.
#[derive(Debug, Args)]
struct Filter {
    /// Not before this time: `2026-11-22T08:00:00Z`
    #[arg(long, value_name = "TIME")]
    from: Option<Timestamp>,
    /// Before this time
    #[arg(long, value_name = "TIME")]
    to: Option<Timestamp>,
    /// Who did it: an id or a name
    #[arg(long)]
    actor: Option<Box<str>>,
    /// What was done: `credentials.issue`, or `credentials.*`
    #[arg(long)]
    action: Option<Box<str>>,
    /// Through which connector: its id or its slug
    #[arg(long)]
    connector: Option<Box<str>>,
    /// Which session, by its id
    #[arg(long)]
    session: Option<Box<str>>,
}

impl From<Filter> for Question {
    fn from(filter: Filter) -> Self {
        let Filter { from, to, actor, action, connector, session } = filter;
        Self { from, to, actor, action, connector, session, order: Order::OldestFirst }
    }
}

impl Chain {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        match self.command {
            Command::Verify { json, settings } => {
                with_existing_server(*settings, async |server| verify(server, json).await)
            }
            Command::Tail { lines, json, settings } => {
                with_existing_server(*settings, async |server| tail(server, lines, json).await)
            }
            Command::Search { filter, json, settings } => with_existing_server(*settings, async |server| {
                let show = |event: &str| if json { event.to_owned() } else { summary(event) };
                each(server, filter.into(), |event| writeln!(io::stdout().lock(), "{}", show(event))).await
            }),
            Command::Export { filter, format, settings } => {
                with_existing_server(*settings, async |server| export(server, filter, format).await)
            }
            Command::PublicKey { settings } => with_existing_server(*settings, async |server| {
                let signer = server.journal.signers().newest().context("there is no chain key")?;
                hand_out(&signer.public_key()).map(|()| Outcome::Done)
            }),
        }
    }
}

async fn verify(server: &Server, json: bool) -> anyhow::Result<Outcome> {
    let report = server.verify_chain().await?;
    if json {
        hand_out(&serde_json::to_string(&report)?)?;
    } else if let Some(broken) = &report.broken {
        let id = broken.id.as_deref().map(|id| format!(" ({})", visible(id))).unwrap_or_default();
        say!("event {}{id} is broken: {}", broken.seq, broken.why);
        say!("{} events before it are as they were written, from number {} on", report.events, report.first);
    } else {
        say!(
            "{} events are as they were written, from number {} on, with {} signed days",
            report.events,
            report.first,
            report.anchors
        );
    }
    Ok(if report.broken.is_some() { Outcome::No } else { Outcome::Done })
}

async fn tail(server: &Server, lines: usize, json: bool) -> anyhow::Result<Outcome> {
    let mut newest = Vec::new();
    let mut after = None;
    while newest.len() < lines {
        let wanted = PAGE.min(lines - newest.len());
        let found = server.find_events(Question::default(), after, wanted).await?;
        newest.extend(found.events);
        after = found.next;
        if after.is_none() {
            break;
        }
    }
    for event in newest.iter().rev() {
        if json {
            hand_out(event)?;
        } else {
            hand_out(&summary(event))?;
        }
    }
    Ok(Outcome::Done)
}

async fn export(server: &Server, filter: Filter, format: Format) -> anyhow::Result<Outcome> {
    let write = |text: &str| io::stdout().lock().write_all(text.as_bytes());
    match format {
        Format::Jsonl => each(server, filter.into(), |event| write(event).and_then(|()| write("\n"))).await,
        Format::Csv => match write(&csv::header()) {
            Ok(()) => each(server, filter.into(), |event| write(&csv::line(event))).await,
            Err(error) => read_enough(error),
        },
    }
}

/// Does something with every event that is found.
async fn each(
    server: &Server,
    question: Question,
    mut show: impl FnMut(&str) -> io::Result<()>,
) -> anyhow::Result<Outcome> {
    let mut after = None;
    loop {
        let found = server.find_events(question.clone(), after, PAGE).await?;
        for event in &found.events {
            if let Err(error) = show(event) {
                return read_enough(error);
            }
        }
        after = found.next;
        if after.is_none() {
            return Ok(Outcome::Done);
        }
    }
}

/// Whoever reads may have seen enough, which is no failure.
fn read_enough(error: io::Error) -> anyhow::Result<Outcome> {
    if error.kind() == ErrorKind::BrokenPipe {
        return Ok(Outcome::Done);
    }
    Err(error).context("cannot write events to standard output")
}

/// An event as a person reads it: when, who, what, to what, with which outcome.
fn summary(event: &str) -> String {
    let Ok(event) = serde_json::from_str::<Value>(event) else { return visible(event) };
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).map(visible);
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let number = event.pointer("/seq").and_then(Value::as_u64).unwrap_or_default();
    let about = ["/target/name", "/connector/slug", "/session/arn"].into_iter().find_map(text);
    let result = match (text("/result").as_deref(), text("/error_code")) {
        (Some("ok"), _) => "ok".to_owned(),
        (result, code) => format!("{} {}", result.unwrap_or("-"), or_none(code)),
    };
    let via = text("/via").map(|via| format!("  via {via}")).unwrap_or_default();
    format!(
        "{number:>8}  {}  {}  {}  {}{via}  {result}",
        or_none(text("/at")),
        or_none(text("/actor/name")),
        or_none(text("/action")),
        or_none(about),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_shown_on_one_line_and_never_obeyed() {
        let event = r#"{"seq":7,"at":"2026-11-22T06:00:00Z","actor":{"name":"ana\u001b[2J"},"action":"credentials.issue",
                        "connector":{"slug":"prod-ro"},"via":"admin","result":"denied","error_code":"mfa_required"}"#;
        assert_eq!(
            summary(event),
            r"       7  2026-11-22T06:00:00Z  ana\u{1b}[2J  credentials.issue  prod-ro  via admin  denied mfa_required"
        );
        assert_eq!(summary("no event"), "no event");
    }
}
