//! Making a connector: from options, from a file, or from both.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value, json};

use super::{CONNECTORS, id_of};
use crate::cli::client::api::Ask;
use crate::cli::client::broker_account::ACCOUNTS;
use crate::cli::client::{Session, document, show_json, span};

/// Make a connector.
#[derive(Debug, Args)]
pub(super) struct Create {
    /// Its slug, which is what people type
    slug: Option<String>,
    /// What to call it [default: its slug]
    #[arg(long)]
    name: Option<String>,
    /// What it is for
    #[arg(long)]
    description: Option<String>,
    /// The broker account whose credentials it derives from: its id or name
    #[arg(long)]
    account: Option<String>,
    /// What is derived: `assume_role`, `federated_user`, `iam_user_session` or `provided` [default: assume_role, if there
    /// is a role]
    #[arg(long = "type", value_name = "TYPE")]
    principal_type: Option<String>,
    /// The role
    #[arg(long, value_name = "ARN")]
    role_arn: Option<String>,
    /// The external id that the role's trust policy wants
    #[arg(long, value_name = "ID")]
    external_id: Option<String>,
    /// A file with the session policy
    #[arg(long, value_name = "FILE")]
    policy_file: Option<PathBuf>,
    /// A managed policy for the session; may be repeated
    #[arg(long, value_name = "ARN")]
    policy_arn: Vec<String>,
    /// The longest session, like `4h`
    #[arg(long, value_name = "DURATION", value_parser = span::parse)]
    max: Option<u32>,
    /// The session of those who do not say, like `1h`
    #[arg(long, value_name = "DURATION", value_parser = span::parse)]
    default: Option<u32>,
    /// Who may be granted it: `user`, `system` or `both`
    #[arg(long)]
    scope: Option<String>,
    /// The region it begins in
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// YAML or JSON with the fields, for what has no option here; `-` is standard input
    #[arg(short, long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

impl Create {
    pub(super) async fn run(self, session: &Session) -> anyhow::Result<()> {
        let mut fields = match &self.file {
            Some(path) => document::object(path)?.as_object().cloned().unwrap_or_default(),
            None => Map::new(),
        };
        self.add_to(&mut fields)?;
        if let Some(account) = &self.account {
            fields.insert("account_id".to_owned(), ACCOUNTS.id(session, account).await?.into());
        }
        let body = Value::Object(fields);
        let made = session.api.ask(Ask::post(&[CONNECTORS.path], &body).creation()).await?.json()?;
        if self.json {
            return show_json(&made);
        }
        let name = made
            .get("slug")
            .and_then(Value::as_str)
            .map_or_else(|| id_of(&made), |slug| Ok(slug.to_owned()))?;
        say!(
            "made the connector {name}; `regent connector test {name}` tries it, `… grant {name}` lets somebody use it"
        );
        Ok(())
    }

    /// Puts the options over the fields of the file.
    fn add_to(&self, fields: &mut Map<String, Value>) -> anyhow::Result<()> {
        let name = self.name.as_ref().or(self.slug.as_ref().filter(|_| !fields.contains_key("name")));
        let is_role = self.role_arn.is_some() && !fields.contains_key("principal_type");
        let kind = self.principal_type.as_deref().or(is_role.then_some("assume_role"));
        for (field, value) in [
            ("slug", self.slug.as_deref()),
            ("name", name.map(String::as_str)),
            ("description", self.description.as_deref()),
            ("principal_type", kind),
            ("role_arn", self.role_arn.as_deref()),
            ("external_id", self.external_id.as_deref()),
            ("scope", self.scope.as_deref()),
            ("region_hint", self.region.as_deref()),
        ] {
            fields.extend(value.map(|value| (field.to_owned(), Value::from(value))));
        }
        for (field, seconds) in [("max_seconds", self.max), ("default_seconds", self.default)] {
            fields.extend(seconds.map(|seconds| (field.to_owned(), Value::from(seconds))));
        }
        if let Some(path) = &self.policy_file {
            fields.insert("inline_policy".to_owned(), document::text(path)?.into());
        }
        if !self.policy_arn.is_empty() {
            fields.insert("policy_arns".to_owned(), json!(self.policy_arn));
        }
        Ok(())
    }
}
