//! `regent whoami` and `regent logout`.

use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::api::{Api, Ask};
use super::identity::{self, Login};
use super::places::Places;
use super::refusal::Refusal;
use super::table::{self, plain};
use super::vault::{self, Vault};
use super::{Reach, Session, hand_out, now, show_json, span};

/// Say who is signed in, since when and what that is good for.
#[derive(Debug, Args)]
pub(in crate::cli) struct Whoami {
    #[command(flatten)]
    reach: Reach,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

impl Whoami {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let session = Session::open(&self.reach).await?;
        let me = session.api.ask(Ask::get(&["me"])).await?.json()?;
        if self.json {
            return show_json(&me);
        }
        let text = |pointer: &str| me.pointer(pointer).and_then(Value::as_str).map(plain);
        let names = |pointer: &str, field: &str| {
            let list = me.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
            let names: Vec<_> =
                list.filter_map(|item| item.get(field).unwrap_or(item).as_str()).map(plain).collect();
            if names.is_empty() { "-".to_owned() } else { names.join(", ") }
        };
        let mut rows = vec![
            ("name", text("/name").unwrap_or_default()),
            ("called", text("/display_name").unwrap_or_default()),
            ("server", session.server.to_string()),
            ("from", text("/source").unwrap_or_default()),
            ("roles", names("/roles", "name")),
            ("groups", names("/groups", "name")),
        ];
        if let Some(end) = text("/sign_in/expires_at").and_then(|end| end.parse::<Timestamp>().ok()) {
            rows.push(("signed in", format!("for {}", span::words(end.duration_since(now()).as_secs()))));
        }
        let rows: Vec<_> = rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
        hand_out(&table::draw(&rows))
    }
}

/// End the login, here and on the server, and forget the credentials that came of it.
#[derive(Debug, Args)]
pub(in crate::cli) struct Logout {
    #[command(flatten)]
    reach: Reach,
}

impl Logout {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let places = Places::find()?;
        let server = identity::server(&self.reach, &places)?;
        let vault = Vault::open(&places)?;
        let name = identity::login_name(&server);
        let Some(login) = Login::load(&vault, &name) else {
            say!("nobody is signed in to {server}");
            return Ok(());
        };
        // Here first: whatever becomes of the server, this machine can use it no more.
        vault.remove(&name)?;
        for name in vault.names(&format!("cred-{}", vault::name(&["who", &login.who.id]))) {
            vault.remove(&name)?;
        }
        let over = login.is_over(now());
        let ended =
            Api::new(server.clone(), Some(login.token)).ask(Ask::post(&["auth", "logout"], &json!({}))).await;
        // A system caller's token is no login of the server's: it ends with its own date.
        let no_login = |error: &anyhow::Error| {
            error.downcast_ref::<Refusal>().is_some_and(|refusal| refusal.code == "not_a_sign_in")
        };
        match ended {
            Err(error) if !over && !no_login(&error) => {
                return Err(error.context("forgotten here, and not ended on the server: it ends by itself"));
            }
            Ok(_) | Err(_) => {
                say!("signed out of {server}");
            }
        }
        Ok(())
    }
}
