//! `regent login`.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use regent_wire::secret::Secret;
use url::Url;

use super::api::{Api, Ask};
use super::identity::{self, Login, Who};
use super::moment::Moment;
use super::places::{Lock, Places};
use super::refusal::Refusal;
use super::table::plain;
use super::vault::Vault;
use super::{Reach, environment, now, span};

mod browser;
mod device;

/// Sign in, and stay so for other commands.
///
/// A browser opens and comes back by itself; `--device` shows a code to type on another machine instead. With a system
/// caller's token in REGENT_TOKEN, or a build's JWT in a file, no person is needed.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    reach: Reach,
    /// Show a code to be typed in a browser on any machine
    #[arg(long, conflicts_with = "jwt_file")]
    device: bool,
    /// Say which page to open, and open none
    #[arg(long)]
    no_browser: bool,
}

/// How a person signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// A browser on this machine is opened.
    Browser,
    /// The same, opened by the person.
    BrowserByHand,
    /// A code, typed anywhere.
    Device,
}

impl Arguments {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let places = Places::find()?;
        let server = identity::server(&self.reach, &places)?;
        let vault = Vault::open(&places)?;
        let token = identity::environment_token();
        let login = if let Some(file) = self.reach.jwt_file {
            keep(&vault, &server, identity::exchange(&server, &file, now()).await?)?
        } else if let Some(token) = token {
            keep(&vault, &server, with_token(&server, token).await?)?
        } else {
            let way = match (self.device, self.no_browser) {
                (true, _) => Way::Device,
                (false, true) => Way::BrowserByHand,
                (false, false) => Way::Browser,
            };
            sign_in(&server, &vault, way).await?
        };
        identity::remember_server(&places, &server)?;
        let until =
            login.expires_at.map(|end| format!(" for {}", span::words(end.duration_since(now()).as_secs())));
        say!("signed in to {server} as {}{}", plain(&login.who.name), until.unwrap_or_default());
        Ok(())
    }
}

fn keep(vault: &Vault, server: &Url, login: Login) -> anyhow::Result<Login> {
    login.keep(vault, &identity::login_name(server))?;
    Ok(login)
}

/// Asks the server whose token this is.
async fn with_token(server: &Url, token: Secret<String>) -> anyhow::Result<Login> {
    #[derive(serde::Deserialize)]
    struct Me {
        #[serde(flatten)]
        who: Who,
        #[serde(default)]
        sign_in: SignIn,
    }
    #[derive(Default, serde::Deserialize)]
    struct SignIn {
        #[serde(default)]
        expires_at: Option<Moment>,
    }
    let me: Me = Api::new(server.clone(), Some(token.clone())).ask(Ask::get(&["me"])).await?.read()?;
    Ok(Login {
        token,
        expires_at: me.sign_in.expires_at.map(|end| end.0),
        who: me.who,
        jwt_file: None,
        at: now(),
    })
}

/// Signs a person in. One at a time: whoever comes second waits for the first and shares what it got, instead of opening
/// another page.
pub(super) async fn sign_in(server: &Url, vault: &Vault, way: Way) -> anyhow::Result<Login> {
    let (name, begun) = (identity::login_name(server), now());
    let path = vault.lock_path(&format!("{name}-person"));
    let mut lock = Lock::try_take(&path)?;
    if lock.is_none() {
        tell("another `regent login` is under way: waiting for it");
        lock = Some(Lock::take(path).await?);
        if let Some(login) = Login::load(vault, &name).filter(|login| login.at >= begun) {
            return Ok(login);
        }
    }
    let api = Api::new(server.clone(), None);
    let login = match way {
        Way::Browser => browser::sign_in(&api, true).await,
        Way::BrowserByHand => browser::sign_in(&api, false).await,
        Way::Device => device::sign_in(&api).await,
    }?;
    let login = keep(vault, server, login)?;
    drop(lock);
    Ok(login)
}

/// Tells a person something while a command is under way. Standard output belongs to the answer.
#[expect(clippy::print_stderr, reason = "what a person is told while standard output belongs to the answer")]
pub(super) fn tell(text: &str) {
    eprintln!("{text}");
}

/// What this machine is called, for the page on which the person consents.
fn host_name() -> String {
    let file = PathBuf::from("/proc/sys/kernel/hostname");
    let name = std::fs::read_to_string(file).ok().map(|name| name.trim().to_owned());
    name.filter(|name| !name.is_empty())
        .or_else(|| environment::text("HOSTNAME"))
        .unwrap_or_else(|| "a command line".to_owned())
}

/// Asks for a token with a grant of a person.
async fn token(api: &Api, grant: &serde_json::Value) -> anyhow::Result<Login> {
    let answer = api.ask(Ask::post(&["auth", "token"], grant)).await?;
    Login::of_answer(answer.text()?, now()).context("the sign-in was not completed")
}

/// The person did not come back.
fn too_late() -> Refusal {
    Refusal::new(super::Status::LoginNeeded, "nobody signed in within ten minutes")
        .fix("`regent login` again; on a machine without a browser `regent login --device`")
}
