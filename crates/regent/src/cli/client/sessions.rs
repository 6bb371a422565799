//! `regent sessions` and `regent revoke`.

use clap::Args;
use serde_json::{Value, json};

use super::api::Ask;
use super::table::plain;
use super::{Reach, Session, hand_out, issue, show_json, table};

const COLUMNS: [table::Column; 6] = [
    ("SESSION", "/id"),
    ("CONNECTOR", "/connector/slug"),
    ("CALLER", "/caller/name"),
    ("STATE", "/state"),
    ("UNTIL", "/expires_at"),
    ("ARN", "/arn"),
];

/// List the sessions that were issued to me.
#[derive(Debug, Args)]
pub(in crate::cli) struct Sessions {
    /// Everybody's, for auditors
    #[arg(long)]
    all: bool,
    /// Those of this connector
    #[arg(long, value_name = "CONNECTOR", requires = "all")]
    connector: Option<String>,
    /// Those of this person or system caller
    #[arg(long, value_name = "ID", requires = "all")]
    user: Option<String>,
    /// Only `active`, `expired` or `revoked` ones
    #[arg(long, requires = "all")]
    state: Option<String>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reach: Reach,
}

impl Sessions {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let session = Session::open(&self.reach).await?;
        let path: &[&str] = if self.all { &["sessions"] } else { &["me", "sessions"] };
        let query: Vec<_> = [("connector", self.connector), ("user", self.user), ("state", self.state)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect();
        let sessions = session.api.list(path, &query).await?;
        if self.json {
            return show_json(&json!(sessions));
        }
        hand_out(&table::of(&COLUMNS, &sessions))
    }
}

/// End a session before its time.
#[derive(Debug, Args)]
pub(in crate::cli) struct Revoke {
    /// The session, as `regent sessions` lists it
    #[arg(value_name = "SESSION")]
    session: String,
    /// Why, for the records
    #[arg(long, value_name = "TEXT", default_value = "revoked on the command line")]
    reason: String,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reach: Reach,
}

impl Revoke {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let session = Session::open(&self.reach).await?;
        let path = ["sessions", &self.session, "revoke"];
        let revoked = session.api.ask(Ask::post(&path, &json!({ "reason": self.reason }))).await?.json()?;
        issue::forget(&session, &self.session);
        if self.json {
            return show_json(&revoked);
        }
        // What it does differs between upstreams, and the server says so.
        let note =
            revoked.get("effect_note").and_then(Value::as_str).map(plain).filter(|note| !note.is_empty());
        say!("revoked {}{}", plain(&self.session), note.map(|note| format!(": {note}")).unwrap_or_default());
        Ok(())
    }
}
