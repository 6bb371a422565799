//! `regent plan`, `regent apply` and `regent export`: the broker's configuration as one YAML document, without secrets.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::api::Ask;
use super::table::{self, plain};
use super::{Reach, Session, document, hand_out, show_json};

/// Say what a document would change.
#[derive(Debug, Args)]
pub(in crate::cli) struct Plan {
    /// The document, in YAML or JSON; `-` is standard input
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
    /// Delete what the document does not name
    #[arg(long)]
    prune: bool,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reach: Reach,
}

impl Plan {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let session = Session::open(&self.reach).await?;
        let planned = plan(&session, document::text(&self.file)?, self.prune).await?;
        told(&planned, self.json)
    }
}

/// Make the server's configuration what a document says.
#[derive(Debug, Args)]
pub(in crate::cli) struct Apply {
    /// The document, in YAML or JSON; `-` is standard input
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
    /// Delete what the document does not name
    #[arg(long)]
    prune: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reach: Reach,
}

impl Apply {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let session = Session::open(&self.reach).await?;
        let document = document::text(&self.file)?;
        if !self.yes {
            show(&plan(&session, document.clone(), self.prune).await?)?;
            let also = if self.prune { " and delete what the document does not name" } else { "" };
            document::confirm(&format!("Do that{also}?"), false)?;
        }
        let body = json!({ "document": document, "prune": self.prune });
        let done = session.api.ask(Ask::post(&["config", "apply"], &body)).await?.json()?;
        told(&done, self.json)
    }
}

/// Print the server's configuration as a document for `regent apply`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Export {
    #[command(flatten)]
    reach: Reach,
}

impl Export {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let session = Session::open(&self.reach).await?;
        let exported = session.api.ask(Ask::get(&["config", "export"])).await?;
        hand_out(exported.text()?.trim_end())
    }
}

async fn plan(session: &Session, document: String, prune: bool) -> anyhow::Result<Value> {
    let path = ["config", "plan"];
    let ask = Ask::new(http::Method::POST, &path).query("prune", prune.then_some(true));
    let ask = ask.body("text/yaml", document.into_bytes());
    session.api.ask(ask).await?.json()
}

fn told(planned: &Value, json: bool) -> anyhow::Result<()> {
    if json {
        return show_json(planned);
    }
    show(planned)
}

/// Shows changes, a line each, the fields of a change under it.
fn show(planned: &Value) -> anyhow::Result<()> {
    let changes = planned.get("changes").and_then(Value::as_array).cloned().unwrap_or_default();
    let text =
        |value: &Value, field: &str| value.get(field).and_then(Value::as_str).map(plain).unwrap_or_default();
    let mut rows = Vec::new();
    for change in changes.iter().filter(|change| text(change, "action") != "keep") {
        rows.push(vec![text(change, "action"), text(change, "kind"), text(change, "name")]);
        for field in change.get("fields").and_then(Value::as_array).into_iter().flatten() {
            let value = |side: &str| {
                field.get(side).map_or_else(|| "-".to_owned(), |value| plain(&value.to_string()))
            };
            let change = format!("{} -> {}", value("before"), value("after"));
            rows.push(vec![String::new(), format!("  {}", text(field, "name")), change]);
        }
    }
    hand_out(&if rows.is_empty() { "nothing to change".to_owned() } else { table::draw(&rows) })
}
