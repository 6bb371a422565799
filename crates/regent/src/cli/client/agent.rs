//! `regent agent`.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::endpoint::Endpoint;
use super::issue::{Caching, Wish};
use super::loopback::{listen, serve};
use super::places::{Places, private_folder, replace};
use super::{Reach, Session, hand_out, span};

/// Serve credentials to SDKs of this machine, over loopback, for as long as this runs.
///
/// Prints the two variables that an SDK needs. The authorization token is in a file of this person's alone.
#[derive(Debug, Args)]
pub(in crate::cli) struct Agent {
    /// Connectors to serve [default: all that may be used; the variable's path ends in the one that is wanted]
    #[arg(value_name = "CONNECTOR")]
    connectors: Vec<String>,
    /// The port [default: any that is free]
    #[arg(long, value_name = "PORT", default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// How long each credentials live, like `1h` [default: the connector's]
    #[arg(short, long, value_name = "DURATION", value_parser = span::parse)]
    duration: Option<u32>,
    #[command(flatten)]
    caching: Caching,
    #[command(flatten)]
    reach: Reach,
}

impl Agent {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        // What cannot work is said now and not to the first SDK.
        Session::open(&self.reach).await?;
        let wish = Wish { seconds: self.duration, ..Wish::default() };
        let endpoint = Endpoint::new(self.connectors.clone(), wish, self.reach, self.caching)?;
        let (listener, address) = listen(self.port).await?;
        let token = TokenFile::write(address.port(), endpoint.token().reveal())?;
        let connector = match self.connectors.as_slice() {
            [one] => Endpoint::path(one),
            [] | [_, ..] => Endpoint::path("") + "CONNECTOR",
        };
        hand_out(&format!("export AWS_CONTAINER_CREDENTIALS_FULL_URI=http://{address}{connector}"))?;
        let file = super::shell::quote(&token.0.to_string_lossy());
        hand_out(&format!("export AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE={file}"))?;
        let (mut terminate, mut interrupt) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        tokio::select! {
            () = serve(listener, endpoint) => {}
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        Ok(())
    }
}

/// The file with the token; gone when the endpoint is.
struct TokenFile(PathBuf);

impl TokenFile {
    fn write(port: u16, token: &str) -> anyhow::Result<Self> {
        let places = Places::find()?;
        let folder = places.runtime.unwrap_or(places.cache);
        let path = folder.join(format!("agent-{port}.token"));
        private_folder(&folder)
            .and_then(|()| replace(&path, 0o600, token.as_bytes()))
            .with_context(|| format!("cannot write `{}`", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for TokenFile {
    fn drop(&mut self) {
        // It is of no use any more, left behind or not.
        let _ = std::fs::remove_file(&self.0);
    }
}
