//! Who the command line is to a server: a token from the environment, a build's JWT, or the login that was kept.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use regent_wire::secret::Secret;
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;
use zeroize::Zeroizing;

use super::api::{Api, Ask};
use super::moment::Moment;
use super::places::{Places, private_folder, read, replace};
use super::refusal::{Refusal, Status};
use super::vault::{self, Vault};
use super::{Reach, environment};

/// A login that ends within this many seconds has ended: an answer takes its time.
const MARGIN: SignedDuration = SignedDuration::from_secs(10);

/// A token of somebody, and who that is.
pub(super) struct Login {
    pub(super) token: Secret<String>,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) who: Who,
    /// The file with the JWT that it was exchanged for, which is read again when it has ended.
    pub(super) jwt_file: Option<PathBuf>,
    /// When it was kept.
    pub(super) at: Timestamp,
}

/// The caller, as the server told.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Who {
    pub(super) id: String,
    pub(super) name: String,
}

/// A login on the disk, once sealed.
#[derive(Serialize, Deserialize)]
struct Kept<'a> {
    #[serde(borrow)]
    token: Cow<'a, str>,
    expires_at: Option<Moment>,
    who: Who,
    jwt_file: Option<PathBuf>,
    at: Moment,
}

/// What the server answers to a grant.
#[derive(Deserialize)]
struct Token<'a> {
    #[serde(borrow, rename = "access_token")]
    text: Cow<'a, str>,
    #[serde(default)]
    expires_in: Option<i64>,
    #[serde(default)]
    me: Who,
}

impl Login {
    /// The login in a server's answer to a grant, at `now`.
    pub(super) fn of_answer(text: &str, now: Timestamp) -> anyhow::Result<Self> {
        let token: Token<'_> = serde_json::from_str(text)
            .map_err(|_| Refusal::failed("the server's answer holds no token as expected"))?;
        let lasts = token.expires_in.map(SignedDuration::from_secs);
        Ok(Self {
            token: Secret::new(token.text.into_owned()),
            expires_at: lasts.and_then(|lasts| now.checked_add(lasts).ok()),
            who: token.me,
            jwt_file: None,
            at: now,
        })
    }

    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end.duration_since(now) < MARGIN)
    }

    pub(super) fn load(vault: &Vault, name: &str) -> Option<Self> {
        let plain = vault.read(name)?;
        let kept: Kept<'_> = serde_json::from_slice(&plain).ok()?;
        Some(Self {
            token: Secret::new(kept.token.into_owned()),
            expires_at: kept.expires_at.map(|end| end.0),
            who: kept.who,
            jwt_file: kept.jwt_file,
            at: kept.at.0,
        })
    }

    pub(super) fn keep(&self, vault: &Vault, name: &str) -> anyhow::Result<()> {
        let (who, jwt_file) = (self.who.clone(), self.jwt_file.clone());
        let (token, expires_at) = (Cow::Borrowed(self.token.reveal().as_str()), self.expires_at.map(Moment));
        let kept = Kept { token, expires_at, who, jwt_file, at: Moment(self.at) };
        let mut plain = Zeroizing::new(Vec::with_capacity(16 * 1024));
        serde_json::to_writer(&mut *plain, &kept)?;
        vault.write(name, &plain)
    }
}

/// The name under which a server's login is kept.
pub(super) fn login_name(server: &Url) -> String {
    format!("login-{}", vault::name(&[server.as_str()]))
}

/// A token in the environment, which wins over every login.
pub(super) fn environment_token() -> Option<Secret<String>> {
    environment::text("REGENT_TOKEN").map(|token| Secret::new(token.trim().to_owned()))
}

/// The server: named, or that of the last login.
pub(super) fn server(reach: &Reach, places: &Places) -> anyhow::Result<Url> {
    if let Some(url) = &reach.server {
        return Ok(url.clone());
    }
    last_server(places)?.ok_or_else(|| {
        Refusal::new(Status::LoginNeeded, "no server is known")
            .fix("`regent login --server https://regent.example.com`, or set REGENT_SERVER")
            .into()
    })
}

/// The server of the last login.
pub(super) fn last_server(places: &Places) -> anyhow::Result<Option<Url>> {
    let path = places.config.join("server");
    let Some(text) = read(&path).with_context(|| format!("cannot read `{}`", path.display()))? else {
        return Ok(None);
    };
    let text = std::str::from_utf8(&text).unwrap_or_default();
    let url = super::api::server_url(text.trim()).map_err(anyhow::Error::msg);
    url.map(Some).with_context(|| format!("`{}` names no server", path.display()))
}

/// Makes a server the one that is meant when none is named.
pub(super) fn remember_server(places: &Places, server: &Url) -> anyhow::Result<()> {
    let path = places.config.join("server");
    private_folder(&places.config)
        .and_then(|()| replace(&path, 0o600, format!("{server}\n").as_bytes()))
        .with_context(|| format!("cannot write `{}`", path.display()))
}

/// A build's JWT.
fn jwt(file: &Path) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let shown = file.display();
    let jwt = read(file).with_context(|| format!("cannot read the JWT file `{shown}`"))?;
    let missing = || Refusal::failed(format!("there is no JWT file `{shown}`")).fix("`--jwt-file` names it");
    Ok(jwt.ok_or_else(missing)?)
}

/// Exchanges a build's JWT for a token of the system caller it belongs to.
pub(super) async fn exchange(server: &Url, file: &Path, now: Timestamp) -> anyhow::Result<Login> {
    let jwt = jwt(file)?;
    let assertion = std::str::from_utf8(&jwt)
        .with_context(|| format!("the JWT file `{}` is no text", file.display()))?
        .trim();
    let grant =
        json!({ "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion });
    let answer = Api::new(server.clone(), None).ask(Ask::post(&["auth", "token"], &grant)).await?;
    let mut login = Login::of_answer(answer.text()?, now)?;
    login.jwt_file = Some(std::path::absolute(file)?);
    Ok(login)
}

/// The token to use for a server: of the environment, of a build's JWT, or kept; and whose it is, for the cache.
pub(super) async fn find(
    reach: &Reach,
    server: &Url,
    vault: Option<&Vault>,
    now: Timestamp,
) -> anyhow::Result<(Secret<String>, String)> {
    if let Some(token) = environment_token() {
        let whose = vault::name(&["token", token.reveal()]);
        return Ok((token, whose));
    }
    let name = match &reach.jwt_file {
        // By what is in the file: another build's JWT in the same place is another caller.
        Some(file) => {
            let jwt = jwt(file)?;
            format!("login-{}", vault::name(&["jwt", server.as_str(), &String::from_utf8_lossy(&jwt)]))
        }
        None => login_name(server),
    };
    let login = match vault {
        Some(vault) => renewed(reach, server, vault, &name, now).await?,
        None => match &reach.jwt_file {
            Some(file) => exchange(server, file, now).await?,
            None => anyhow::bail!(nobody(server, "no login is kept")),
        },
    };
    Ok((login.token, vault::name(&["who", &login.who.id])))
}

/// The login that is kept under a name; exchanged anew when it has ended and there is a JWT to do that with.
async fn renewed(
    reach: &Reach,
    server: &Url,
    vault: &Vault,
    name: &str,
    now: Timestamp,
) -> anyhow::Result<Login> {
    let kept = Login::load(vault, name);
    let file = reach.jwt_file.clone().or_else(|| kept.as_ref()?.jwt_file.clone());
    match (kept, file) {
        (Some(login), _) if !login.is_over(now) => Ok(login),
        (_, Some(file)) => {
            let _lock = super::places::Lock::take(vault.lock_path(name)).await?;
            if let Some(login) = Login::load(vault, name).filter(|login| !login.is_over(now)) {
                return Ok(login);
            }
            let login = exchange(server, &file, now).await?;
            login.keep(vault, name)?;
            Ok(login)
        }
        (Some(_), None) => anyhow::bail!(nobody(server, "the login has ended")),
        (None, None) => anyhow::bail!(nobody(server, "nobody is signed in")),
    }
}

fn nobody(server: &Url, what: &str) -> Refusal {
    Refusal::new(Status::LoginNeeded, format!("{what} at {server}"))
        .fix(format!("`regent login --server {server}`, or set REGENT_TOKEN"))
}
