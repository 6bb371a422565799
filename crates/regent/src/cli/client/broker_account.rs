//! `regent broker-account`: where base credentials come from.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value, json};

use super::api::Ask;
use super::collection::{Collection, Deletion, Listing, id_of, show_steps};
use super::refusal::Refusal;
use super::table::plain;
use super::{Reach, Session, document, show_json};

pub(super) const ACCOUNTS: Collection = Collection {
    path: "accounts",
    noun: "broker account",
    list: "regent broker-account ls",
    columns: &[
        ("NAME", "/name"),
        ("KIND", "/kind"),
        ("AWS ACCOUNT", "/aws_account_id"),
        ("PRINCIPAL", "/principal_arn"),
        ("STATUS", "/status/status"),
        ("USED BY", "/used_by"),
        ("ID", "/id"),
    ],
};

/// Look after the broker's accounts: where the base credentials of connectors come from.
///
/// `regent account` is something else: it makes AWS accounts in this server's own IAM, on the store's files.
#[derive(Debug, Args)]
pub(in crate::cli) struct BrokerAccount {
    #[command(flatten)]
    reach: Reach,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List them
    Ls(Listing),
    /// Show one of them, in JSON; its secret is never shown
    Show {
        /// Its id or name
        name: String,
    },
    /// Make one; its secret is asked for, or read from standard input
    Create(Box<Create>),
    /// End one that no connector uses
    Delete(Deletion),
    /// Try its credentials
    Test {
        /// Its id or name
        name: String,
        /// The AWS account that its credentials are of from now on, where they were of another
        #[arg(long, value_name = "ID")]
        confirm_account: Option<String>,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Replace its access key by a new one, and go back if that does not work
    Rotate {
        /// Its id or name
        name: String,
        /// Bring the old key back instead, which is possible for a day, and delete the new one
        #[arg(long)]
        roll_back: bool,
    },
}

/// Where base credentials may come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Kind {
    /// A long-term access key
    AccessKey,
    /// What the server's host provides
    Ambient,
    /// A role in the server's own IAM
    RegentRole,
    /// A role taken with another account's credentials
    Hop,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::AccessKey => "access_key",
            Self::Ambient => "ambient",
            Self::RegentRole => "regent_role",
            Self::Hop => "hop",
        }
    }
}

#[derive(Debug, Args)]
struct Create {
    /// What to call it
    name: Option<String>,
    /// Where the credentials come from
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// The access key's id; its secret is asked for
    #[arg(long, value_name = "ID")]
    access_key_id: Option<String>,
    /// The partition, like `aws-cn` [default: the server's choice]
    #[arg(long)]
    partition: Option<String>,
    /// The upstream, like `upst_embedded` [default: the server's choice]
    #[arg(long, value_name = "ID")]
    upstream: Option<String>,
    /// The region
    #[arg(long)]
    region: Option<String>,
    /// The role in the server's own IAM
    #[arg(long, value_name = "ARN")]
    regent_role_arn: Option<String>,
    /// The ARN of the key's user's MFA device
    #[arg(long, value_name = "ARN")]
    mfa_serial: Option<String>,
    /// YAML or JSON with the fields, for what has no option here; `-` is standard input
    #[arg(short, long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

impl BrokerAccount {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let session = Session::open(&self.reach).await?;
        match self.command {
            Command::Ls(listing) => ACCOUNTS.list(&session, &listing).await,
            Command::Show { name } => ACCOUNTS.show(&session, &name).await,
            Command::Create(create) => create.run(&session).await,
            Command::Delete(deletion) => ACCOUNTS.delete(&session, &deletion).await,
            Command::Test { name, confirm_account, json } => {
                let body = confirm_account.map_or(json!({}), |id| json!({ "confirm_account": id }));
                let tested = ACCOUNTS.act(&session, &name, "test", &body).await?;
                if show_steps(&tested, json)? { Ok(()) } else { Err(failed_test("account").into()) }
            }
            Command::Rotate { name, roll_back } => {
                let id = ACCOUNTS.id(&session, &name).await?;
                let mut path = vec![ACCOUNTS.path, &id, "rotate"];
                path.extend(roll_back.then_some("rollback"));
                show_json(&session.api.ask(Ask::post(&path, &json!({}))).await?.json()?)
            }
        }
    }
}

/// The steps have been shown: one of them failed.
pub(super) fn failed_test(what: &str) -> Refusal {
    Refusal::new(super::Status::UpstreamRefused, format!("the {what} does not work yet"))
        .fix("see the step that failed")
}

impl Create {
    async fn run(self, session: &Session) -> anyhow::Result<()> {
        let mut account = self.fields()?;
        let kind = account.get("kind").and_then(Value::as_str).unwrap_or_default();
        if kind == Kind::AccessKey.name() {
            let secret = document::secret("Secret access key")?;
            account.insert("secret_access_key".to_owned(), Value::from(secret.as_str()));
        }
        let body = Value::Object(account);
        let made = session.api.ask(Ask::post(&[ACCOUNTS.path], &body).creation()).await?.json()?;
        if self.json {
            return show_json(&made);
        }
        let name =
            made.get("name").and_then(Value::as_str).map_or_else(|| id_of(&made), |name| Ok(plain(name)))?;
        say!("made the broker account {name}; `regent broker-account test {name}` tries it");
        Ok(())
    }

    /// The fields of the file, and over them those of the options.
    fn fields(&self) -> anyhow::Result<Map<String, Value>> {
        let mut fields = match &self.file {
            Some(path) => document::object(path)?.as_object().cloned().unwrap_or_default(),
            None => Map::new(),
        };
        if fields.contains_key("secret_access_key") {
            let fix = "leave it out: it is asked for, or read from standard input";
            anyhow::bail!(Refusal::failed("a secret does not belong into a file").fix(fix));
        }
        for (field, value) in [
            ("name", self.name.as_deref()),
            ("kind", self.kind.map(Kind::name)),
            ("access_key_id", self.access_key_id.as_deref()),
            ("partition", self.partition.as_deref()),
            ("upstream_id", self.upstream.as_deref()),
            ("region", self.region.as_deref()),
            ("regent_role_arn", self.regent_role_arn.as_deref()),
            ("mfa_serial", self.mfa_serial.as_deref()),
        ] {
            fields.extend(value.map(|value| (field.to_owned(), Value::from(value))));
        }
        if !fields.contains_key("kind") && fields.contains_key("access_key_id") {
            fields.insert("kind".to_owned(), Value::from(Kind::AccessKey.name()));
        }
        Ok(fields)
    }
}
