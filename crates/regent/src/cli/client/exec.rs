//! `regent exec`.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Command, ExitCode, ExitStatus};

use clap::Args;
use regent_broker::output::OutputError;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::creds::Of;
use super::endpoint::Endpoint;
use super::issued::Issued;
use super::login::tell;
use super::loopback::{listen, serve};
use super::span;

/// What would make an SDK use other credentials than these, or take these to the STS or IAM where another session's belong,
/// and what the child has no use for. `AWS_ENDPOINT_URL` stays: where a store is that speaks for itself, only its users know.
const REMOVED: [&str; 17] = [
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_ENDPOINT_URL_STS",
    "AWS_ENDPOINT_URL_IAM",
    "REGENT_TOKEN",
    "REGENT_SESSION_ID",
];
/// Makes a kind of signal.
type Kind = fn() -> SignalKind;

/// Signals that a process is sent to do something about, by their names for kill(1).
const PASSED_ON: [(&str, Kind); 6] = [
    ("TERM", SignalKind::terminate),
    ("HUP", SignalKind::hangup),
    ("USR1", SignalKind::user_defined1),
    ("USR2", SignalKind::user_defined2),
    ("INT", SignalKind::interrupt),
    ("QUIT", SignalKind::quit),
];

/// Run a command with a connector's credentials, and let nothing else have them.
///
/// The command takes this one's place: signals, standard streams and exit status are its own. When it may need credentials
/// for longer than one session lives, this one stays and serves new ones over loopback.
#[derive(Debug, Args)]
pub(in crate::cli) struct Exec {
    #[command(flatten)]
    of: Of,
    /// Serve credentials to the command as long as it runs, instead of handing it those of one session
    #[arg(long)]
    refresh: bool,
    /// The command, after `--`
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

impl Exec {
    /// A command with a connector's credentials.
    pub(super) const fn new(of: Of, command: Vec<OsString>) -> Self {
        Self { of, refresh: false, command }
    }

    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let issued = self.of.issue().await?;
        let Some((program, arguments)) = self.command.split_first() else { return Ok(ExitCode::SUCCESS) };
        let mut command = Command::new(program);
        command.args(arguments);
        for name in REMOVED {
            command.env_remove(name);
        }
        let wish = self.of.wish();
        let is_short = wish.seconds.is_some_and(|wished| issued.left(super::now()) + 60 < i64::from(wished));
        if !self.refresh && !is_short {
            command.envs(issued.variables()?.iter().map(|(name, value)| (name, value.as_str())));
            return Ok(cannot_run(&command.exec(), program));
        }
        if is_short && !self.refresh {
            let life = span::words(i64::from(issued.seconds));
            tell(&format!("a session lives for {life}: the command gets new credentials as it needs them"));
        }
        let path = Endpoint::path(&wish.slug);
        let endpoint = Endpoint::new(vec![wish.slug.clone()], wish, self.of.reach, self.of.caching)?;
        let (listener, address) = listen(0).await?;
        let uri = format!("http://{address}{path}");
        command
            .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri)
            .env("AWS_CONTAINER_AUTHORIZATION_TOKEN", endpoint.token().reveal())
            .envs(surroundings(&issued)?);
        // Before there is a child: none of its signals is missed.
        let signals = Signals::new()?;
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => return Ok(cannot_run(&error, program)),
        };
        let id = child.id();
        let ended = tokio::task::spawn_blocking(move || child.wait());
        tokio::select! {
            ended = ended => Ok(status(ended??)),
            () = serve(listener, endpoint) => anyhow::bail!("the endpoint ended before the command"),
            () = signals.pass_on(id) => anyhow::bail!("no more signals arrive"),
        }
    }
}

/// Region and endpoints: all that is not secret.
fn surroundings(issued: &Issued) -> Result<Vec<(String, String)>, OutputError> {
    let is_place = |name: &str| name.ends_with("REGION") || name.starts_with("AWS_ENDPOINT_URL");
    let variables = issued.variables()?.into_iter().filter(|(name, _)| is_place(name));
    Ok(variables.map(|(name, value)| (name, value.to_string())).collect())
}

/// As shells say it: 127 for a command that is not there, 126 for one that does not run.
fn cannot_run(error: &io::Error, program: &OsString) -> ExitCode {
    tell(&format!("regent: cannot run `{}`: {error}", program.to_string_lossy()));
    ExitCode::from(if error.kind() == io::ErrorKind::NotFound { 127 } else { 126 })
}

/// The child's exit status, or 128 and the signal that ended it, as shells say it.
fn status(status: ExitStatus) -> ExitCode {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// The signals that a child gets which are sent to its parent.
struct Signals(Vec<(&'static str, Signal)>);

impl Signals {
    fn new() -> io::Result<Self> {
        PASSED_ON
            .into_iter()
            .map(|(name, kind)| Ok((name, signal(kind())?)))
            .collect::<io::Result<_>>()
            .map(Self)
    }

    async fn pass_on(self, child: u32) {
        // A terminal sends these to the child too; a second one could stop what the first only interrupts.
        let from_terminal = io::stdin().is_terminal();
        let passing = self.0.into_iter().map(|(name, mut signal)| async move {
            while signal.recv().await.is_some() {
                if !(from_terminal && matches!(name, "INT" | "QUIT")) {
                    send(name, child);
                }
            }
        });
        let mut passing: Vec<_> = passing.map(Box::pin).collect();
        std::future::poll_fn(|context| {
            passing.retain_mut(|one| one.as_mut().poll(context).is_pending());
            if passing.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
    }
}

/// Sends a signal with kill(1), which POSIX promises; the standard library cannot.
fn send(name: &str, process: u32) {
    if let Err(error) = Command::new("kill").args(["-s", name, &process.to_string()]).status() {
        tell(&format!("regent: cannot pass on SIG{name}: {error}"));
    }
}
