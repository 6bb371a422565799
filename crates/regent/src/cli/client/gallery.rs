//! `regent gallery`: ready policies to narrow a connector with.

use clap::Args;
use serde_json::{Value, json};

use super::api::Ask;
use super::refusal::Refusal;
use super::table::{self, plain};
use super::{Reach, Session, hand_out, show_json};

const COLUMNS: [table::Column; 4] =
    [("NO.", "/number"), ("ID", "/id"), ("TITLE", "/title"), ("TAGS", "/tags")];

/// List the ready policies, or print one of them.
#[derive(Debug, Args)]
pub(in crate::cli) struct Gallery {
    /// The policy's id or number
    #[arg(value_name = "POLICY")]
    policy: Option<String>,
    /// Answer in JSON, with explanation and variables
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reach: Reach,
}

impl Gallery {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let session = Session::open(&self.reach).await?;
        let gallery = session.api.ask(Ask::get(&["policies", "gallery"])).await?.json()?;
        let items = gallery.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
        let Some(wanted) = self.policy else {
            if self.json {
                return show_json(&json!(items));
            }
            return hand_out(&table::of(&COLUMNS, &items));
        };
        let is_it = |item: &&Value| {
            item.get("id").and_then(Value::as_str) == Some(&*wanted)
                || item.get("number").map(Value::to_string).as_deref() == Some(&*wanted)
        };
        let Some(item) = items.iter().find(is_it) else {
            let text = format!("there is no policy `{}` in the gallery", plain(&wanted));
            anyhow::bail!(Refusal::failed(text).fix("`regent gallery` lists them"));
        };
        if self.json {
            return show_json(item);
        }
        match item.get("policy") {
            Some(Value::String(policy)) => hand_out(policy),
            Some(policy) => show_json(policy),
            None => anyhow::bail!("the server's answer holds no policy as expected"),
        }
    }
}
