//! `regent config`: profiles of ~/.aws/config, one for each connector.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::Value;

use self::profile::Profile;
use super::api::Ask;
use super::login::tell;
use super::places::{Lock, Places, private_folder, read, replace};
use super::refusal::Refusal;
use super::table::plain;
use super::{Reach, Session, environment, hand_out, list, shell, vault};

mod block;
mod profile;

/// Look after the profiles of AWS's own configuration file.
#[derive(Debug, Args)]
pub(in crate::cli) struct Config {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a profile for each connector that I may use
    ///
    /// All of them are in one marked block of ~/.aws/config (or AWS_CONFIG_FILE). Nothing outside of it is changed. The file
    /// is replaced in one step, and what it was before is beside it.
    Sync(Sync),
}

#[derive(Debug, Args)]
struct Sync {
    /// Remove the profiles of connectors that I may no longer use
    #[arg(long)]
    prune: bool,
    /// What the names of profiles begin with
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    prefix: String,
    /// Show the block, and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    reach: Reach,
}

impl Config {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Sync(sync) => sync.run().await,
        }
    }
}

impl Sync {
    async fn run(self) -> anyhow::Result<()> {
        if !self.prefix.chars().all(profile::is_name_letter) {
            let fix = "letters, digits, `-`, `_`, `.`, `/`, `@` and `+`";
            anyhow::bail!(
                Refusal::failed(format!("`{}` cannot begin a profile's name", self.prefix)).fix(fix)
            );
        }
        let session = Session::open(&self.reach).await?;
        let wanted = self.wanted(&session).await?;
        let path = file()?;
        let places = Places::find()?;
        private_folder(&places.cache)?;
        let name = vault::name(&["aws-config", &path.to_string_lossy()]);
        let _lock = Lock::take(places.cache.join(format!("{name}.lock"))).await?;
        let before = read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let before = match &before {
            Some(bytes) => {
                std::str::from_utf8(bytes).with_context(|| format!("`{}` is no text", path.display()))?
            }
            None => "",
        };
        let synced = block::sync(before, &wanted, self.prune).map_err(|error| at(&path, &error))?;
        for name in &synced.in_the_way {
            tell(&format!(
                "note: a profile `{}` is there already, outside of the block: it stays as it is",
                plain(name)
            ));
        }
        if self.dry_run {
            return hand_out(synced.text.trim_end());
        }
        if synced.text != before {
            write(&path, before, &synced.text)?;
        }
        let (written, kept) = (wanted.len() - synced.in_the_way.len(), synced.lost.len());
        say!("{written} profiles in {}", path.display());
        if kept > 0 && !self.prune {
            say!(
                "{kept} of connectors that you may no longer use: `regent config sync --prune` removes them"
            );
        } else if kept > 0 {
            say!("removed {kept} of connectors that you may no longer use");
        }
        Ok(())
    }

    /// A profile for each connector that hands out credentials.
    async fn wanted(&self, session: &Session) -> anyhow::Result<Vec<Profile>> {
        let connectors = list::usable(session, None).await?;
        let program = std::env::current_exe().context("cannot tell where this program is")?;
        let program = shell::quote(&program.to_string_lossy());
        let status = session.api.ask(Ask::get(&["status"])).await?.json()?;
        // Where the server's own STS and IAM are: they answer at its URL unless it says otherwise.
        let own = status.get("aws_endpoint").and_then(Value::as_str).unwrap_or(session.server.as_str());
        let text = |connector: &Value, pointer: &str| {
            connector
                .pointer(pointer)
                .and_then(Value::as_str)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let mut profiles: Vec<Profile> = connectors
            .iter()
            .filter(|connector| text(connector, "/console").as_deref() != Some("only"))
            .filter_map(|connector| {
                let slug =
                    text(connector, "/slug").filter(|slug| slug.chars().all(profile::is_name_letter))?;
                let embedded = text(connector, "/account/partition").as_deref() == Some("regent");
                Some(Profile {
                    name: format!("{}{slug}", self.prefix),
                    command: format!("{program} credential-process {slug} --server {}", session.server),
                    region: text(connector, "/region_hint")
                        .or_else(|| text(&status, "/region").filter(|_| embedded)),
                    endpoint_url: embedded.then(|| own.trim_end_matches('/').to_owned()),
                })
            })
            .collect();
        profiles.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(profiles)
    }
}

/// AWS's configuration file; where it is a link, what it leads to.
pub(super) fn file() -> anyhow::Result<PathBuf> {
    let home = || environment::folder("HOME").map(|home| home.join(".aws/config"));
    let path = environment::file("AWS_CONFIG_FILE")
        .or_else(home)
        .context("neither AWS_CONFIG_FILE nor HOME is set")?;
    let path = match path.strip_prefix("~") {
        Ok(under) => environment::folder("HOME").context("HOME is not set")?.join(under),
        Err(_) => path,
    };
    Ok(std::fs::canonicalize(&path).unwrap_or(path))
}

fn at(path: &Path, error: &block::BlockError) -> Refusal {
    let fix = "remove the marks and what is between them, then `regent config sync` writes them anew";
    Refusal::failed(format!("{} in `{}`", error, path.display())).fix(fix)
}

/// Replaces the file in one step, with the rights it has, and keeps what it was.
fn write(path: &Path, before: &str, after: &str) -> anyhow::Result<()> {
    let shown = path.display();
    if let Some(folder) = path.parent()
        && !folder.exists()
    {
        private_folder(folder).with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    }
    let mode = path.metadata().map_or(0o600, |metadata| metadata.permissions().mode() & 0o777);
    if path.exists() {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let backup = path.with_file_name(format!("{name}.before-regent"));
        replace(&backup, mode, before.as_bytes())
            .with_context(|| format!("cannot write `{}`", backup.display()))?;
    }
    replace(path, mode, after.as_bytes()).with_context(|| format!("cannot write `{shown}`"))
}
