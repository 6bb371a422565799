//! `regent serve`.

use std::fmt::Write as _;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use rustix::process::{Resource, Rlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::clock::Clock;
use crate::config::{Config, STORE_FILE, Settings, Storage};
use crate::http::tls;
use crate::{Server, Started};

/// Starts the server and runs it until it is told to stop.
pub(super) fn run(settings: Settings) -> anyhow::Result<()> {
    forbid_core_dumps().context("core dumps cannot be turned off")?;
    let (config, logging) = super::configure(settings)?;
    logging.begin()?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve(config))
}

/// Keeps memory out of core dumps: every key is in it.
fn forbid_core_dumps() -> rustix::io::Result<()> {
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    // A dump that is piped into a program knows no limit.
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    Ok(())
}

async fn serve(config: Config) -> anyhow::Result<()> {
    if let Some((certificate, key)) = &config.tls {
        // Before anything is made, and before a key is shown that nobody could use.
        tls::acceptor(certificate, key)?;
    }
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let started = Server::start(config, Clock::System).await?;
    if let Err(error) = greet(&started, listener.local_addr()?, &mut io::stdout().lock()) {
        // Nobody reads it, which is no reason not to serve.
        tracing::warn!(%error, "the greeting could not be shown; `regent account root-key` makes another root key");
    }
    Arc::clone(&started.server).run(listener, stop()?).await
}

/// Resolves when the process is asked to end.
fn stop() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: answers in flight are finished, then the store is closed");
    })
}

/// Says where the server is, and on the first start how to reach it. The secret is shown this once.
fn greet(started: &Started, address: SocketAddr, out: &mut impl io::Write) -> io::Result<()> {
    let config = &started.server.config;
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    let url = format!("{scheme}://{address}");
    let store = match &config.storage {
        Storage::Ephemeral => "in memory: everything is gone at the end".to_owned(),
        Storage::Embedded(data) => data.join(STORE_FILE).display().to_string(),
        Storage::Postgres { .. } => "PostgreSQL".to_owned(),
    };
    writeln!(out, "Regent {} is ready on {url}", env!("CARGO_PKG_VERSION"))?;
    writeln!(out, "  store   {store}")?;
    writeln!(out, "  console {}/console/", config.external_url.as_ref().unwrap_or(&url))?;
    if let Some(code) = started.server.setup_code() {
        writeln!(out, "  setup   {code} (the console asks for it once)")?;
    }
    // Some clients read one name of the region, some the other.
    let region = &config.region;
    let mut exports =
        format!("export AWS_ENDPOINT_URL={url} AWS_REGION={region} AWS_DEFAULT_REGION={region}");
    if let Some(first) = &started.first {
        writeln!(out, "  account {} (new)", first.account)?;
        if let Some(secret) = &first.secret {
            let (id, secret) = (&first.access_key_id, secret.reveal());
            // Writing to a string cannot fail.
            let _ = write!(exports, " AWS_ACCESS_KEY_ID={id} AWS_SECRET_ACCESS_KEY={secret}");
            writeln!(out, "\nThis root access key is shown once. Paste this line into another terminal:\n")?;
        } else {
            writeln!(out, "\nWith the root access key you gave, paste this line into another terminal:\n")?;
        }
    } else {
        for account in started.server.store.picture().accounts() {
            writeln!(out, "  account {}", account.id())?;
        }
        writeln!(out, "\nPaste this line into another terminal, with an access key of yours:\n")?;
    }
    writeln!(out, "  {exports}\n")?;
    writeln!(out, "Then: aws sts get-caller-identity   (AWS CLI before 2.13: add --endpoint-url {url})")?;
    if started.first.is_none() {
        writeln!(out, "A lost root key is replaced by: regent account root-key ACCOUNT")?;
    }
    writeln!(out)?;
    out.flush()
}
