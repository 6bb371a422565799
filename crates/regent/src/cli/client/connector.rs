//! `regent connector`: what may be derived from an account, by whom, how narrow and how long.

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::collection::{Collection, Deletion, Listing, id_of, show_steps};
use super::document;
use super::refusal::{Refusal, Status};
use super::table::plain;
use super::{Reach, Session};

mod edit;
mod fields;
mod grant;

pub(super) const CONNECTORS: Collection = Collection {
    path: "connectors",
    noun: "connector",
    list: "regent connector ls",
    columns: &[
        ("CONNECTOR", "/slug"),
        ("NAME", "/name"),
        ("TYPE", "/principal_type"),
        ("SCOPE", "/scope"),
        ("HEALTH", "/health/status"),
        ("DISABLED", "/disabled"),
        ("LAST USED", "/last_used_at"),
        ("ID", "/id"),
    ],
};

/// Look after connectors.
#[derive(Debug, Args)]
pub(in crate::cli) struct Connector {
    #[command(flatten)]
    reach: Reach,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List them
    Ls(Listing),
    /// Show one of them, in JSON
    Show {
        /// Its id, slug or name
        name: String,
    },
    /// Make one
    Create(Box<fields::Create>),
    /// Change one: in $EDITOR, or with a file of the fields that change
    Edit(edit::Edit),
    /// End one
    Delete(Deletion),
    /// Try it, step by step
    Test {
        /// Its id, slug or name
        name: String,
        /// As this person would [default: as I would]
        #[arg(long, value_name = "ID")]
        user: Option<String>,
        /// With a one-time password, which is asked for
        #[arg(long)]
        mfa_code: bool,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Make another like it
    Clone {
        /// Its id, slug or name
        name: String,
        /// The slug of the new one
        slug: String,
        /// What to call the new one [default: its slug]
        #[arg(long)]
        called: Option<String>,
    },
    /// Let nobody use it for now
    Disable {
        /// Its id, slug or name
        name: String,
        /// Why, which is what those are told who try
        #[arg(long)]
        reason: String,
    },
    /// Let it be used again
    Enable {
        /// Its id, slug or name
        name: String,
    },
    /// List who may use it, let somebody, or no longer
    Grant(grant::Change),
    /// Say why somebody may use it, or may not (exit status 3)
    Why(grant::Why),
}

impl Connector {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let session = Session::open(&self.reach).await?;
        match self.command {
            Command::Ls(listing) => CONNECTORS.list(&session, &listing).await,
            Command::Show { name } => CONNECTORS.show(&session, &name).await,
            Command::Create(create) => create.run(&session).await,
            Command::Edit(edit) => edit.run(&session).await,
            Command::Delete(deletion) => CONNECTORS.delete(&session, &deletion).await,
            Command::Test { name, user, mfa_code, json } => {
                let mut body = Map::new();
                body.extend(user.map(|user| ("user_id".to_owned(), user.into())));
                if mfa_code {
                    let code = document::secret("One-time password")?;
                    body.insert("mfa_code".to_owned(), code.as_str().into());
                }
                test(&session, &name, &Value::Object(body), json).await
            }
            Command::Clone { name, slug, called } => {
                let body = json!({ "name": called.unwrap_or_else(|| slug.clone()), "slug": slug });
                let made = CONNECTORS.act(&session, &name, "clone", &body).await?;
                say!("made the connector {} ({})", plain(&slug), id_of(&made)?);
                Ok(())
            }
            Command::Disable { name, reason } => {
                CONNECTORS.act(&session, &name, "disable", &json!({ "reason": reason })).await?;
                say!("disabled {}; `regent connector enable` ends that", plain(&name));
                Ok(())
            }
            Command::Enable { name } => {
                CONNECTORS.act(&session, &name, "enable", &json!({})).await?;
                say!("enabled {}", plain(&name));
                Ok(())
            }
            Command::Grant(change) => change.run(&session).await,
            Command::Why(why) => why.run(&session).await,
        }
    }
}

async fn test(session: &Session, name: &str, body: &Value, json: bool) -> anyhow::Result<()> {
    let tested = CONNECTORS.act(session, name, "test", body).await?;
    if show_steps(&tested, json)? {
        return Ok(());
    }
    Err(super::broker_account::failed_test("connector").into())
}
