//! Who may use a connector, and why.

use clap::Args;
use http::Method;
use serde_json::{Map, Value, json};

use super::{CONNECTORS, Refusal, Status, id_of, plain};
use crate::cli::client::api::Ask;
use crate::cli::client::collection::Collection;
use crate::cli::client::system_caller::SYSTEM_CALLERS;
use crate::cli::client::{Session, hand_out, show_json, table};

const USERS: Collection =
    Collection { path: "users", noun: "person", list: "the console, People", columns: &[] };
const GROUPS: Collection =
    Collection { path: "groups", noun: "group", list: "the console, Groups", columns: &[] };
const COLUMNS: [table::Column; 5] = [
    ("GRANT", "/id"),
    ("WHO", "/subject"),
    ("EFFECT", "/effect"),
    ("CONDITIONS", "/conditions"),
    ("UNTIL", "/expires_at"),
];

/// Whom it is about.
#[derive(Debug, Args)]
#[group(multiple = false)]
struct Subject {
    /// A group: its id or name
    #[arg(long)]
    group: Option<String>,
    /// A person: the id or name
    #[arg(long)]
    user: Option<String>,
    /// A system caller: its id or name
    #[arg(long)]
    system_caller: Option<String>,
}

impl Subject {
    /// Its kind and its id.
    async fn find(&self, session: &Session) -> anyhow::Result<Option<(&'static str, String)>> {
        Ok(match (&self.group, &self.user, &self.system_caller) {
            (Some(group), _, _) => Some(("group", GROUPS.id(session, group).await?)),
            (_, Some(user), _) => Some(("user", USERS.id(session, user).await?)),
            (_, _, Some(caller)) => Some(("system_caller", SYSTEM_CALLERS.id(session, caller).await?)),
            (None, None, None) => None,
        })
    }
}

#[derive(Debug, Args)]
pub(super) struct Change {
    /// The connector's id, slug or name
    name: String,
    #[command(flatten)]
    subject: Subject,
    /// `use`, `request` or `approve`
    #[arg(long, default_value = "use")]
    effect: String,
    /// Until then, like `2027-01-31T18:00:00Z`
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Only with a second factor given within this many minutes
    #[arg(long, value_name = "MINUTES")]
    mfa_minutes: Option<u32>,
    /// Only from this network, like `192.0.2.0/24`; may be repeated
    #[arg(long, value_name = "CIDR")]
    cidr: Vec<String>,
    /// Take away the grant with this id
    #[arg(long, value_name = "GRANT", conflicts_with_all = ["group", "user", "system_caller"])]
    remove: Option<String>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

impl Change {
    pub(super) async fn run(self, session: &Session) -> anyhow::Result<()> {
        let connector = CONNECTORS.find(session, &self.name).await?;
        let id = id_of(&connector)?;
        let path = [CONNECTORS.path, &id, "grants"];
        let current = session.api.ask(Ask::get(&path)).await?.json()?;
        let mut grants = current.get("grants").and_then(Value::as_array).cloned().unwrap_or_default();
        let added = self.subject.find(session).await?.map(|(kind, subject)| self.grant(kind, &subject));
        let changed = match (&self.remove, added) {
            (Some(remove), _) => {
                let before = grants.len();
                grants.retain(|grant| grant.get("id").and_then(Value::as_str) != Some(remove));
                if grants.len() == before {
                    let text = format!("the connector has no grant `{}`", plain(remove));
                    let fix = format!("`regent connector grant {}` lists them", plain(&self.name));
                    anyhow::bail!(Refusal::failed(text).fix(fix));
                }
                true
            }
            (None, Some(added)) => {
                grants.push(added);
                true
            }
            (None, None) => false,
        };
        if changed {
            let ask = Ask::new(Method::PUT, &path).json(&json!({ "grants": grants }));
            let answer = session.api.ask(ask.if_match(connector.get("revision"))).await?.json()?;
            grants = answer.get("grants").and_then(Value::as_array).cloned().unwrap_or(grants);
        }
        show(grants, self.json)
    }

    fn grant(&self, kind: &str, subject: &str) -> Value {
        let mut conditions = Map::new();
        if let Some(minutes) = self.mfa_minutes {
            conditions.insert("mfa".to_owned(), minutes.into());
        }
        if !self.cidr.is_empty() {
            conditions.insert("cidrs".to_owned(), json!(self.cidr));
        }
        let mut grant = Map::new();
        grant.insert("subject".to_owned(), json!({ kind: subject }));
        grant.insert("effect".to_owned(), self.effect.as_str().into());
        if !conditions.is_empty() {
            grant.insert("conditions".to_owned(), Value::Object(conditions));
        }
        grant.extend(self.until.as_ref().map(|until| ("expires_at".to_owned(), until.as_str().into())));
        Value::Object(grant)
    }
}

fn show(grants: Vec<Value>, json: bool) -> anyhow::Result<()> {
    if json {
        return show_json(&json!(grants));
    }
    if grants.is_empty() {
        say!("nobody may use it");
        return Ok(());
    }
    let words = |mut grant: Value| {
        for field in ["subject", "conditions"] {
            if let Some(value) = grant.get_mut(field)
                && let Value::Object(fields) = &*value
            {
                let text: Vec<String> = fields
                    .iter()
                    .map(|(name, value)| {
                        format!("{name}:{}", value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                    })
                    .collect();
                *value = text.join(" ").into();
            }
        }
        grant
    };
    hand_out(&table::of(&COLUMNS, &grants.into_iter().map(words).collect::<Vec<_>>()))
}

#[derive(Debug, Args)]
pub(super) struct Why {
    /// The connector's id, slug or name
    name: String,
    #[command(flatten)]
    subject: Subject,
    /// Answer in JSON, with the engine's whole explanation
    #[arg(long)]
    json: bool,
}

impl Why {
    pub(super) async fn run(self, session: &Session) -> anyhow::Result<()> {
        let id = CONNECTORS.id(session, &self.name).await?;
        let path = [CONNECTORS.path, &id, "why"];
        let ask = match self.subject.find(session).await? {
            Some(("system_caller", caller)) => Ask::get(&path).query("system_caller_id", Some(caller)),
            Some(("user", user)) => Ask::get(&path).query("user_id", Some(user)),
            Some(_) | None => {
                let fix = "`--user NAME` or `--system-caller NAME`";
                anyhow::bail!(Refusal::failed("somebody has to be named").fix(fix));
            }
        };
        let why = session.api.ask(ask).await?.json()?;
        let text = why.get("text").and_then(Value::as_str).map(plain).unwrap_or_default();
        if self.json {
            show_json(&why)?;
        }
        if why.get("allowed").and_then(Value::as_bool) == Some(true) {
            if !self.json {
                let via = why.get("via").and_then(Value::as_str).map(plain).unwrap_or_default();
                say!("may use it ({via}): {text}");
            }
            return Ok(());
        }
        Err(Refusal::new(
            Status::NotGranted,
            if text.is_empty() { "may not use it".to_owned() } else { text },
        )
        .into())
    }
}
