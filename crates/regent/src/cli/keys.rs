//! `regent keys`: the keys that seal session tokens, and the one that seals them all.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use crate::Server;
use crate::config::Settings;

/// Look after the keys that seal session tokens, and the master key
#[derive(Debug, Args)]
pub(super) struct Keys {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List them, oldest first
    List {
        #[command(flatten)]
        settings: Box<Settings>,
    },
    /// Seal new sessions under a new key; sessions under the old ones go on
    Rotate {
        #[command(flatten)]
        settings: Box<Settings>,
    },
    /// Seal the store's data key with another master key; no other record is touched, and running nodes go on
    Rewrap {
        /// File of the new master key; made if it is not there
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
        #[command(flatten)]
        settings: Box<Settings>,
    },
}

impl Keys {
    pub(super) fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::List { settings } => super::with_existing_server(*settings, list),
            Command::Rotate { settings } => super::with_existing_server(*settings, rotate),
            Command::Rewrap { to, settings } => {
                super::with_existing_server(*settings, async |server| rewrap(server, &to).await)
            }
        }
    }
}

async fn list(server: &Server) -> anyhow::Result<()> {
    for key in server.store.picture().session_keys() {
        let created = crate::time::iso(key.created);
        say!("{:>4}  made {}", key.id, String::from_utf8_lossy(&created));
    }
    Ok(())
}

async fn rotate(server: &Server) -> anyhow::Result<()> {
    let rotation = server.rotate_session_keys(true).await?;
    if let Some(added) = rotation.added {
        say!("key {added} seals new sessions within a minute; sessions under older keys go on");
    }
    for removed in rotation.removed {
        say!("key {removed} is gone: no living session was sealed with it");
    }
    Ok(())
}

async fn rewrap(server: &Server, to: &Path) -> anyhow::Result<()> {
    let id = server.rewrap(to).await?;
    say!("{id} seals the store now; nodes start with `--master-key-file {}` from here on", to.display());
    say!("keep the old file as long as there are backups that it opens");
    Ok(())
}
