//! `regent account`: accounts beyond the first, and root users' keys.

use clap::{Args, Subcommand};
use regent_store::entity::AccountId;

use super::{hand_out, with_existing_server, with_server};
use crate::Server;
use crate::administration::NewKey;
use crate::config::{Config, Settings};

/// Make and list accounts, and keys of their root users.
///
/// These commands open the store themselves; a server that runs on it sees the change within its polling interval.
#[derive(Debug, Args)]
pub(super) struct Account {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make an account and a first key for its root user, shown once
    Create {
        /// Its number [default: random]
        #[arg(value_name = "ACCOUNT")]
        account: Option<AccountId>,
        /// What to call it
        #[arg(long)]
        name: Option<String>,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        settings: Box<Settings>,
    },
    /// List the accounts
    List {
        /// Answer in JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        settings: Box<Settings>,
    },
    /// Make another key for an account's root user, shown once; or delete one
    RootKey {
        /// The account
        #[arg(value_name = "ACCOUNT")]
        account: AccountId,
        /// Delete this key instead
        #[arg(long, value_name = "ACCESS_KEY_ID")]
        delete: Option<String>,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        settings: Box<Settings>,
    },
}

impl Account {
    pub(super) fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Create { account, name, json, settings } => with_server(*settings, async |server| {
                let made = server.create_account(account, name.as_deref()).await?;
                show(&server.config, &made, json)
            }),
            Command::List { json, settings } => {
                with_existing_server(*settings, async |server| list(server, json))
            }
            Command::RootKey { account, delete: Some(id), settings, .. } => {
                with_existing_server(*settings, async |server| {
                    server.delete_root_key(account, &id).await?;
                    say!("deleted {id}");
                    Ok(())
                })
            }
            Command::RootKey { account, delete: None, json, settings } => {
                with_existing_server(*settings, async |server| {
                    let made = server.create_root_key(account).await?;
                    show(&server.config, &made, json)
                })
            }
        }
    }
}

/// Shows a new key: the only time its secret is seen.
fn show(config: &Config, made: &NewKey, json: bool) -> anyhow::Result<()> {
    let (account, id, secret) = (made.account, &made.access_key_id, made.secret.reveal());
    if json {
        let shown = serde_json::json!({ "account": account, "accessKeyId": id, "secretAccessKey": secret });
        return hand_out(&serde_json::to_string_pretty(&shown)?);
    }
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    let (region, listen) = (&config.region, config.listen);
    hand_out(&format!(
        "Account {account}. Its root access key is shown once:\n\n\
         # ~/.aws/credentials\n\
         [root-{account}]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n\n\
         # ~/.aws/config\n\
         [profile root-{account}]\nregion = {region}\nendpoint_url = {scheme}://{listen}"
    ))
}

fn list(server: &Server, json: bool) -> anyhow::Result<()> {
    let snapshot = server.store.picture();
    if json {
        let accounts: Vec<_> = snapshot.accounts().filter_map(|view| view.account()).collect();
        return hand_out(&serde_json::to_string_pretty(&accounts)?);
    }
    say!("{:<12}  {:<20}  {:<20}  {:>6}  {:>6}", "ACCOUNT", "NAME", "ALIAS", "USERS", "ROLES");
    for view in snapshot.accounts() {
        let account = view.account();
        let name = account.and_then(|account| account.name.as_deref()).unwrap_or("-");
        let alias = account.and_then(|account| account.alias.as_deref()).unwrap_or("-");
        let (id, users, roles) = (view.id().to_string(), view.users.len(), view.roles.len());
        say!("{id:<12}  {name:<20}  {alias:<20}  {users:>6}  {roles:>6}");
    }
    Ok(())
}
