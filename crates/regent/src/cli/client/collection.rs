//! What accounts, connectors and system callers have in common: a list, one of them, the end of one.

use clap::Args;
use http::Method;
use serde_json::{Value, json};

use super::api::Ask;
use super::refusal::Refusal;
use super::table::{self, Column, plain};
use super::{Session, document, hand_out, show_json};

/// Things of one kind.
pub(super) struct Collection {
    /// Where they are.
    pub(super) path: &'static str,
    /// What one is called.
    pub(super) noun: &'static str,
    /// How they are listed.
    pub(super) list: &'static str,
    pub(super) columns: &'static [Column],
}

/// The arguments of a list.
#[derive(Debug, Args)]
pub(super) struct Listing {
    /// Those with this text in them
    #[arg(short, long, value_name = "TEXT")]
    query: Option<String>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// The arguments of an end.
#[derive(Debug, Args)]
pub(super) struct Deletion {
    /// Its id or name
    #[arg(value_name = "NAME")]
    name: String,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

impl Collection {
    pub(super) async fn list(&self, session: &Session, listing: &Listing) -> anyhow::Result<()> {
        let query = listing.query.clone().map(|text| ("q", text));
        let items = session.api.list(&[self.path], query.as_slice()).await?;
        if listing.json {
            return show_json(&json!(items));
        }
        if items.is_empty() {
            say!("no {}", self.noun);
            return Ok(());
        }
        hand_out(&table::of(self.columns, &items))
    }

    /// The one with this id, slug or name, as the server has it now.
    pub(super) async fn find(&self, session: &Session, name: &str) -> anyhow::Result<Value> {
        let items = session.api.list(&[self.path], &[("q", name.to_owned())]).await?;
        let has = |item: &Value, field: &str| item.get(field).and_then(Value::as_str) == Some(name);
        let mut found = ["id", "slug", "name"]
            .into_iter()
            .map(|field| items.iter().filter(|item| has(item, field)).collect::<Vec<_>>())
            .find(|found| !found.is_empty())
            .unwrap_or_default();
        let (noun, list) = (self.noun, self.list);
        match (found.pop(), found.as_slice()) {
            (Some(item), []) => Ok(item.clone()),
            (Some(_), _) => {
                let text = format!("more than one {noun} is called `{}`", plain(name));
                Err(Refusal::failed(text).fix(format!("give its id: `{list}`")).into())
            }
            // Not every list is searched by id.
            (None, _) if name.contains('_') => {
                Ok(session.api.ask(Ask::get(&[self.path, name])).await?.json()?)
            }
            (None, _) => {
                let text = format!("there is no {noun} `{}`, or it is not visible to you", plain(name));
                Err(Refusal::failed(text).fix(format!("`{list}`")).into())
            }
        }
    }

    /// The id of the one with this name.
    pub(super) async fn id(&self, session: &Session, name: &str) -> anyhow::Result<String> {
        id_of(&self.find(session, name).await?)
    }

    pub(super) async fn show(&self, session: &Session, name: &str) -> anyhow::Result<()> {
        let id = self.id(session, name).await?;
        show_json(&session.api.ask(Ask::get(&[self.path, &id])).await?.json()?)
    }

    pub(super) async fn delete(&self, session: &Session, deletion: &Deletion) -> anyhow::Result<()> {
        let found = self.find(session, &deletion.name).await?;
        let name = plain(&deletion.name);
        document::confirm(&format!("Delete the {} `{name}`?", self.noun), deletion.yes)?;
        let id = id_of(&found)?;
        let path = [self.path, &id];
        session.api.ask(Ask::new(Method::DELETE, &path).if_match(found.get("revision"))).await?;
        say!("deleted the {} {name}", self.noun);
        Ok(())
    }

    /// Does something to one of them.
    pub(super) async fn act(
        &self,
        session: &Session,
        name: &str,
        action: &str,
        body: &Value,
    ) -> anyhow::Result<Value> {
        let id = self.id(session, name).await?;
        session.api.ask(Ask::post(&[self.path, &id, action], body)).await?.json()
    }
}

/// The id in an object of the server.
pub(super) fn id_of(item: &Value) -> anyhow::Result<String> {
    let id = item.get("id").and_then(Value::as_str).map(str::to_owned);
    id.ok_or_else(|| Refusal::failed("the server's answer holds no id as expected").into())
}

/// Shows the steps of a test, and whether it went well.
pub(super) fn show_steps(tested: &Value, json: bool) -> anyhow::Result<bool> {
    let ok = tested.get("ok").and_then(Value::as_bool).unwrap_or(false);
    if json {
        show_json(tested)?;
        return Ok(ok);
    }
    for step in tested.get("steps").and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| step.get(name).and_then(Value::as_str).map(plain).unwrap_or_default();
        say!("{:<7}  {:<24}  {}", text("status"), text("name"), text("text"));
        let fix = text("fix");
        if !fix.is_empty() {
            say!("{:<7}  {:<24}  fix: {fix}", "", "");
        }
    }
    if let Some(arn) = tested.get("arn").and_then(Value::as_str) {
        say!("sessions are {}", plain(arn));
    }
    Ok(ok)
}
