//! `regent ls`.

use clap::Args;
use serde_json::{Value, json};

use super::{Reach, Session, hand_out, show_json, span, table};

/// What the table shows.
const COLUMNS: [table::Column; 7] = [
    ("CONNECTOR", "/slug"),
    ("NAME", "/name"),
    ("ACCOUNT", "/account/name"),
    ("UP TO", "/up_to"),
    ("CONSOLE", "/console"),
    ("STATE", "/state"),
    ("WHY", "/reason"),
];

/// List the connectors that I may use.
#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    /// Those with this text in them
    #[arg(short, long, value_name = "TEXT")]
    query: Option<String>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reach: Reach,
}

impl List {
    /// All of them, for a person.
    pub(super) const fn all(reach: Reach) -> Self {
        Self { query: None, json: false, reach }
    }

    pub(super) async fn run(self) -> anyhow::Result<()> {
        let session = Session::open(&self.reach).await?;
        let connectors = usable(&session, self.query.as_deref()).await?;
        if self.json {
            return show_json(&json!(connectors));
        }
        if connectors.is_empty() {
            say!(
                "no connector{}: ask an administrator for a grant",
                if self.query.is_some() { " like that" } else { "" }
            );
            return Ok(());
        }
        let rows: Vec<Value> = connectors.into_iter().map(with_longest).collect();
        hand_out(&table::of(&COLUMNS, &rows))
    }
}

/// The connectors that the caller may use, or could after one more step.
pub(super) async fn usable(session: &Session, query: Option<&str>) -> anyhow::Result<Vec<Value>> {
    let query = query.map(|text| ("q", text.to_owned()));
    session.api.list(&["me", "connectors"], query.as_slice()).await
}

/// Adds the longest duration in words.
fn with_longest(mut connector: Value) -> Value {
    let longest = connector.pointer("/lifetime/max").and_then(Value::as_i64).map(span::words);
    if let Some(fields) = connector.as_object_mut() {
        fields.extend(longest.map(|longest| ("up_to".to_owned(), longest.into())));
    }
    connector
}
