//! `regent system-caller`: builds and services that use connectors without a person.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::api::Ask;
use super::collection::{Collection, Deletion, Listing};
use super::login::tell;
use super::places::{replace, try_replacing};
use super::table::plain;
use super::{Reach, Session, document, hand_out, show_json};

/// Of a file with a token.
const MODE: u32 = 0o600;

pub(super) const SYSTEM_CALLERS: Collection = Collection {
    path: "system-callers",
    noun: "system caller",
    list: "regent system-caller ls",
    columns: &[
        ("NAME", "/name"),
        ("BY", "/auth/kind"),
        ("STATUS", "/status"),
        ("TOKEN ENDS", "/auth/expires_at"),
        ("LAST USED", "/last_used_at"),
        ("ID", "/id"),
    ],
};

/// Look after system callers: builds and services that use connectors without a person.
#[derive(Debug, Args)]
pub(in crate::cli) struct SystemCaller {
    #[command(flatten)]
    reach: Reach,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List them
    Ls(Listing),
    /// Show one of them, in JSON; its token is never shown again
    Show {
        /// Its id or name
        name: String,
    },
    /// Make one; its token is shown once
    Create {
        /// What to call it
        name: Option<String>,
        /// What it is for
        #[arg(long)]
        description: Option<String>,
        /// YAML or JSON with the fields, for what has no option here (a JWT's issuer, for instance); `-` is standard input
        #[arg(short, long, value_name = "FILE")]
        file: Option<PathBuf>,
        #[command(flatten)]
        shown: Shown,
    },
    /// End one
    Delete(Deletion),
    /// Give one a new token, shown once; the old one ends
    RotateToken {
        /// Its id or name
        name: String,
        #[command(flatten)]
        shown: Shown,
    },
}

/// Where a token goes.
#[derive(Debug, Args)]
struct Shown {
    /// Write the token into this file, for this person alone, and do not print it
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

impl SystemCaller {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let session = Session::open(&self.reach).await?;
        match self.command {
            Command::Ls(listing) => SYSTEM_CALLERS.list(&session, &listing).await,
            Command::Show { name } => SYSTEM_CALLERS.show(&session, &name).await,
            Command::Create { name, description, file, shown } => {
                let mut fields = match file {
                    Some(path) => document::object(&path)?.as_object().cloned().unwrap_or_default(),
                    None => Map::new(),
                };
                for (field, value) in [("name", name), ("description", description)] {
                    fields.extend(value.map(|value| (field.to_owned(), Value::from(value))));
                }
                if !fields.contains_key("auth") {
                    fields.insert("auth".to_owned(), json!({ "kind": "token" }));
                }
                let body = Value::Object(fields);
                shown.try_out()?;
                let ask = Ask::post(&[SYSTEM_CALLERS.path], &body).creation();
                shown.show(session.api.ask(ask).await?.json()?)
            }
            Command::Delete(deletion) => SYSTEM_CALLERS.delete(&session, &deletion).await,
            Command::RotateToken { name, shown } => {
                shown.try_out()?;
                shown.show(SYSTEM_CALLERS.act(&session, &name, "rotate-token", &json!({})).await?)
            }
        }
    }
}

impl Shown {
    /// Fails while nothing is made yet if the token could not be written then: there is no second copy of it.
    fn try_out(&self) -> anyhow::Result<()> {
        let Some(path) = &self.token_file else { return Ok(()) };
        try_replacing(path, MODE).with_context(|| format!("cannot write `{}`", path.display()))
    }

    /// Hands over what was made, and the token with it.
    fn show(&self, mut made: Value) -> anyhow::Result<()> {
        let token = made.get("token").and_then(Value::as_str).map(str::to_owned);
        let (Some(path), Some(token)) = (&self.token_file, &token) else {
            return self.print(&made, token.as_deref());
        };
        if let Err(error) = write(path, token) {
            self.print(&made, Some(token))?;
            let text = format!("cannot write `{}`; the token is on standard output instead", path.display());
            return Err(error).context(text);
        }
        if self.json {
            made.as_object_mut().and_then(|made| made.remove("token"));
            return show_json(&made);
        }
        say!("the token is in {}: set REGENT_TOKEN to what is in it", path.display());
        Ok(())
    }

    fn print(&self, made: &Value, token: Option<&str>) -> anyhow::Result<()> {
        if self.json {
            return show_json(made);
        }
        let Some(token) = token else {
            say!("made the system caller {}", plain(&super::collection::id_of(made)?));
            return Ok(());
        };
        tell("this token is shown once; set REGENT_TOKEN to it where the build runs:");
        hand_out(&plain(token))
    }
}

fn write(path: &Path, token: &str) -> io::Result<()> {
    replace(path, MODE, format!("{token}\n").as_bytes())
}
