//! `regent` as a client: everything that asks a running server, over its REST API.
//!
//! Exit status: 0 done, 1 failed, 2 not understood or a login is needed, 3 not granted, 4 an approval is needed, 5 the STS
//! behind the connector refused. Secrets come from a file, standard input or a prompt, and never from an argument.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use regent_wire::secret::Secret;
use serde_json::Value;
use url::Url;

use self::api::Api;
use self::places::Places;
use self::refusal::{Refusal, Status};
use self::vault::Vault;
use super::{block_on, hand_out};
use crate::clock::Clock;

mod agent;
mod api;
mod broker_account;
mod browser;
mod collection;
mod config;
mod connector;
mod console;
mod credential_process;
mod creds;
mod declare;
mod doctor;
mod document;
mod endpoint;
mod environment;
mod exec;
mod gallery;
mod identity;
mod issue;
mod issued;
mod list;
mod login;
mod loopback;
mod moment;
mod picker;
mod places;
mod refusal;
mod sessions;
mod shell;
mod span;
mod system_caller;
mod table;
mod vault;
mod whoami;

/// Which server, and as whom.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Reach {
    /// The server [default: that of the last login]
    #[arg(long, env = "REGENT_SERVER", value_name = "URL", global = true, value_parser = api::server_url)]
    server: Option<Url>,
    /// A file with a build's JWT, to be exchanged for a token
    #[arg(long, env = "REGENT_JWT_FILE", value_name = "FILE", global = true)]
    jwt_file: Option<PathBuf>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Sign in to a server
    Login(login::Arguments),
    /// End the login, and forget the credentials that came of it
    Logout(whoami::Logout),
    /// Say who is signed in
    Whoami(whoami::Whoami),
    /// List the connectors that I may use
    Ls(list::List),
    /// Print credentials of a connector
    Creds(creds::Creds),
    /// Print the commands that put credentials into this shell
    Env(creds::Env),
    /// Print the commands that take credentials out of this shell
    Unset(creds::Unset),
    /// Run a command with credentials of a connector
    Exec(exec::Exec),
    /// Print credentials for `credential_process` in ~/.aws/config
    CredentialProcess(credential_process::CredentialProcess),
    /// Serve credentials to SDKs over loopback
    Agent(agent::Agent),
    /// Open the web console as a connector's session
    Console(console::Console),
    /// Write profiles for my connectors into ~/.aws/config
    Config(config::Config),
    /// Look for what is wrong, and say what to do about it
    Doctor(doctor::Doctor),
    /// List the sessions that were issued
    Sessions(sessions::Sessions),
    /// End a session before its time
    Revoke(sessions::Revoke),
    /// Look after the broker's accounts: where base credentials come from
    BrokerAccount(broker_account::BrokerAccount),
    /// Look after connectors
    Connector(connector::Connector),
    /// Look after system callers
    SystemCaller(system_caller::SystemCaller),
    /// List the ready policies, or print one
    Gallery(gallery::Gallery),
    /// Say what a configuration document would change
    Plan(declare::Plan),
    /// Make the configuration what a document says
    Apply(declare::Apply),
    /// Print the configuration as a document
    Export(declare::Export),
}

impl Verb {
    /// Runs it and says why if it cannot.
    pub(super) fn run(self) -> ExitCode {
        // Something else runs it, and shows its line.
        let is_quiet = matches!(self, Self::CredentialProcess(_));
        block_on(self.done()).unwrap_or_else(|error| report(&error, is_quiet))
    }

    async fn done(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Login(verb) => verb.run().await,
            Self::Logout(verb) => verb.run().await,
            Self::Whoami(verb) => verb.run().await,
            Self::Ls(verb) => verb.run().await,
            Self::Creds(verb) => verb.run().await,
            Self::Env(verb) => verb.run().await,
            Self::Unset(verb) => verb.run(),
            Self::Exec(verb) => return verb.run().await,
            Self::CredentialProcess(verb) => verb.run().await,
            Self::Agent(verb) => verb.run().await,
            Self::Console(verb) => verb.run().await,
            Self::Config(verb) => verb.run().await,
            Self::Doctor(verb) => verb.run().await,
            Self::Sessions(verb) => verb.run().await,
            Self::Revoke(verb) => verb.run().await,
            Self::BrokerAccount(verb) => verb.run().await,
            Self::Connector(verb) => verb.run().await,
            Self::SystemCaller(verb) => verb.run().await,
            Self::Gallery(verb) => verb.run().await,
            Self::Plan(verb) => verb.run().await,
            Self::Apply(verb) => verb.run().await,
            Self::Export(verb) => verb.run().await,
        }
        .map(|()| ExitCode::SUCCESS)
    }
}

/// What `regent` without a command does; nothing where no server is known.
pub(super) fn bare() -> Option<ExitCode> {
    block_on(picker::run()).unwrap_or_else(|error| Some(report(&error, false)))
}

/// Says why a command stopped, and with which exit status.
#[expect(clippy::print_stderr, reason = "this is where a command says why it failed")]
fn report(error: &anyhow::Error, is_quiet: bool) -> ExitCode {
    let Some(refusal) = error.downcast_ref::<Refusal>() else {
        if is_quiet {
            eprintln!("regent: {}", format!("{error:#}").replace('\n', " "));
        } else {
            super::report(error);
        }
        return ExitCode::from(Status::Failed.code());
    };
    let context = Some(error.to_string()).filter(|context| *context != refusal.text);
    match (is_quiet, context) {
        (true, _) => eprintln!("regent: {}", refusal.line()),
        (false, None) => eprintln!("{}", refusal.lines()),
        (false, Some(context)) => eprintln!("regent: {context}\n  because {}", refusal.line()),
    }
    ExitCode::from(refusal.status.code())
}

/// A server that knows who asks.
struct Session {
    api: Api,
    server: Url,
    /// Encrypted files; none where nothing can be written, as in some containers of builds.
    vault: Option<Vault>,
    /// Names the caller in the names of cached files.
    whose: String,
}

impl Session {
    /// Finds the server and the login.
    async fn open(reach: &Reach) -> anyhow::Result<Self> {
        let places = Places::find()?;
        let server = identity::server(reach, &places)?;
        let vault = Vault::open(&places).ok();
        let (token, whose) = identity::find(reach, &server, vault.as_ref(), now()).await?;
        Ok(Self::new(server, token, vault, whose))
    }

    fn new(server: Url, token: Secret<String>, vault: Option<Vault>, whose: String) -> Self {
        Self { api: Api::new(server.clone(), Some(token)), server, vault, whose }
    }
}

/// This moment.
fn now() -> Timestamp {
    Clock::System.now()
}

/// Shows JSON as somebody may want to read it.
fn show_json(value: &Value) -> anyhow::Result<()> {
    hand_out(&serde_json::to_string_pretty(value)?)
}
