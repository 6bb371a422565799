//! The command line: one file a subcommand.
//!
//! Exit status: 0 done, 1 failed, 2 not understood, 3 done and the answer is no. What asks a server has some more: see
//! `client.rs`.

use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{CommandFactory as _, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::Server;
use crate::clock::Clock;
use crate::config::{Config, LogFormat, Settings, Storage};

/// Says something about what was done. Whoever has stopped listening is not told, and nobody is stopped for it: a server whose
/// greeting was read in part goes on. What a command was asked for goes out by [`hand_out`].
macro_rules! say {
    ($($argument:tt)*) => {
        // Nothing can be said about what cannot be said.
        let _ = std::io::Write::write_fmt(&mut std::io::stdout(), format_args!("{}\n", format_args!($($argument)*)));
    };
}

mod account;
mod audit;
mod client;
mod keys;
mod policy;
mod serve;

/// An organization's own AWS-compatible identity plane: STS and IAM that every AWS SDK, CLI and tool uses unchanged.
#[derive(Debug, Parser)]
#[command(name = "regent", version, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the server
    Serve(Box<Settings>),
    /// Make and list accounts, and keys of their root users
    Account(account::Account),
    /// Read the audit trail
    Audit(audit::Audit),
    /// Look after the keys that seal session tokens
    Keys(keys::Keys),
    /// Ask, check, test and write policies: on files, without a server
    Policy(policy::Policy),
    #[command(flatten)]
    Client(Box<client::Verb>),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// How a command ended that did what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Exit status 0: done, and if something was asked, the answer is yes.
    Done,
    /// Exit status 1: some of it could not be done, and has been said.
    Failed,
    /// Exit status 3: done, and the answer is no: denied, invalid, not as expected.
    No,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => Self::SUCCESS,
            Outcome::Failed => Self::FAILURE,
            Outcome::No => Self::from(3),
        }
    }
}

/// Runs what the arguments say.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = |()| Outcome::Done;
    let Some(command) = arguments.command else { return client::bare().unwrap_or_else(usage) };
    let ran = match command {
        Command::Serve(settings) => serve::run(*settings).map(done),
        Command::Account(account) => account.run().map(done),
        Command::Audit(audit) => audit.run(),
        Command::Keys(keys) => keys.run().map(done),
        Command::Policy(policy) => policy.run(),
        Command::Client(verb) => return verb.run(),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "regent", &mut script);
            hand_out(String::from_utf8_lossy(&script).trim_end()).map(done)
        }
    };
    ran.unwrap_or_else(|error| {
        report(&error);
        Outcome::Failed
    })
    .into()
}

/// Says what commands there are to somebody who gave none: not understood, as every other misuse.
#[expect(clippy::print_stderr, reason = "this is where a misuse is told")]
fn usage() -> ExitCode {
    eprintln!("{}", Arguments::command().render_help());
    ExitCode::from(2)
}

/// Prints what a command was asked for. Whoever has had enough of it has broken off, and that is no failure; anything else
/// is: a file with a part of it looks like the whole.
fn hand_out(answer: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{answer}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to standard output")
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Tells a person what went wrong, the cause of it under it.
#[expect(clippy::print_stderr, reason = "this is where a command says why it failed")]
fn report(error: &anyhow::Error) {
    if let Some(excerpt) = error.downcast_ref::<crate::policy::excerpt::Excerpt>() {
        eprintln!("{excerpt}");
        return;
    }
    eprintln!("regent: {error}");
    for cause in error.chain().skip(1) {
        eprintln!("  because {cause}");
    }
}

/// Reads the configuration file, if one is named, and fills in what was not given.
fn configure(settings: Settings) -> anyhow::Result<(Config, Logging)> {
    let file = match &settings.config {
        Some(path) => Settings::from_file(path)?,
        None => Settings::default(),
    };
    let logging = Logging {
        format: settings.log_format.or(file.log_format).unwrap_or(LogFormat::Text),
        filter: settings.log.clone().or_else(|| file.log.clone()).unwrap_or_else(|| "info".to_owned()),
    };
    Ok((Config::resolve(settings, file)?, logging))
}

/// How and what to log.
struct Logging {
    format: LogFormat,
    filter: String,
}

impl Logging {
    /// Sends log lines to standard error from here on.
    fn begin(&self) -> anyhow::Result<()> {
        let filter = EnvFilter::try_new(&self.filter).with_context(|| {
            format!("`{}` is not a log filter: expected one like `info` or `regent=debug`", self.filter)
        })?;
        let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
        match self.format {
            LogFormat::Text => lines.with_target(false).with_ansi(std::io::stderr().is_terminal()).init(),
            LogFormat::Json => lines.json().flatten_event(true).init(),
        }
        Ok(())
    }
}

/// A runtime for a command that is over soon.
fn block_on<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future)
}

/// Opens the store of a server for a command, and closes it in good order. There must be one: a mistyped folder is a
/// mistake, not a wish for an empty store.
fn with_existing_server<T>(
    settings: Settings,
    work: impl AsyncFnOnce(&Server) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let (config, _) = configure(settings.clone())?;
    if let Some(file) = config.storage.file().filter(|file| !file.exists()) {
        anyhow::bail!(
            "there is no store at `{}`: give the `data` folder of a server, or start one with `regent serve`",
            file.display()
        );
    }
    with_server(settings, work)
}

/// Opens the store for a command, and closes it in good order.
fn with_server<T>(
    settings: Settings,
    work: impl AsyncFnOnce(&Server) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let (mut config, _) = configure(settings)?;
    if config.storage == Storage::Ephemeral {
        anyhow::bail!(
            "nothing would be left of it: give the `data` folder or the `database-url` of a server"
        );
    }
    // The trail is the running server's alone, which may be in the middle of a line.
    config.audit.dir = None;
    block_on(async {
        let server = Server::open(config, Clock::System).await?;
        let worked = work(&server).await;
        server.store.shutdown().await?;
        worked
    })
}
