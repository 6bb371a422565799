//! A request of somebody who is not known yet, and what lets them in.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;
use http::{HeaderMap, Method};
use regent_broker::{Id, Login, LoginKind, Settings, Stored, Who};
use regent_store::Snapshot;
use regent_store::directory::Directory;
use url::Url;

use crate::broker::caller::{BrokerCaller, Circumstances};
use crate::broker::change::Actor;
use crate::broker::journal::{self, Action, Client, Ending, Event};
use crate::broker::login::{Begun, NewLogin};
use crate::rest::asked::Asked;
use crate::rest::caller::{COOKIE_NAME, check_origin, cookie, csrf, token_hash, user_agent};
use crate::rest::cookie;
use crate::rest::me::Me;
use crate::rest::problem::Problem;
use crate::signin::throttle::TooMany;
use crate::signin::ticket::{self, Purpose};

/// A request of somebody who is not known yet. A browser that says it comes from another site is not let near.
#[derive(Debug)]
pub(super) struct Door {
    pub(super) asked: Asked,
    pub(super) directory: Arc<Snapshot<Directory>>,
    pub(super) headers: HeaderMap,
}

/// How somebody has proved who they are.
#[derive(Debug, Clone)]
pub(super) struct Proved {
    /// Who.
    pub(super) who: Who,
    /// `password`, `passkey`, `oidc:idp_…`, `token`.
    pub(super) via: Box<str>,
    /// When a second factor was last given.
    pub(super) mfa_at: Option<i64>,
    /// How long the sign-in may last at most, in seconds.
    pub(super) at_most_secs: Option<i64>,
    /// What the provider calls the session.
    pub(super) sealed_id_token: Option<Box<str>>,
}

impl<S: Send + Sync> FromRequestParts<S> for Door {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let asked = Asked::from_request_parts(parts, state).await?;
        let directory = asked.directory()?;
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            check_origin(&parts.headers, &asked, &directory.broker().settings())?;
        }
        Ok(Self { asked, directory, headers: parts.headers.clone() })
    }
}

impl Door {
    /// When it came, in seconds.
    pub(super) fn now(&self) -> i64 {
        self.asked.seconds()
    }

    /// From where.
    pub(super) fn address(&self) -> IpAddr {
        self.asked.source_ip.parse().unwrap_or(IpAddr::from([0, 0, 0, 0]))
    }

    /// Refuses an address that begins too much. What a stranger begins costs little, and not nothing.
    pub(super) fn allow(&self) -> Result<(), Problem> {
        let address = self.address().to_string();
        Ok(self.asked.server.sign_in.strangers.take(&address, self.asked.now)?)
    }

    /// Where people reach this server.
    pub(super) fn public_url(&self) -> Result<Url, Problem> {
        public_url(&self.asked, &self.directory.broker().settings())
    }

    /// Opens a ticket that is good, and good once.
    pub(super) fn open<T: serde::de::DeserializeOwned>(&self, purpose: Purpose, text: &str) -> Option<T> {
        let server = &self.asked.server;
        let (value, expires) = ticket::open(&server.sealer, purpose, (text, self.now()))?;
        server.sign_in.spent.take(text, expires, self.now()).then_some(value)
    }

    /// Begins a sign-in, and writes down that it began.
    pub(super) async fn begin(
        &self,
        kind: LoginKind,
        proved: Proved,
        continues: Option<Id>,
    ) -> Result<(Begun, BrokerCaller), Problem> {
        let server = &self.asked.server;
        let new = NewLogin {
            who: proved.who,
            kind,
            via: proved.via,
            mfa_at: proved.mfa_at,
            at_most_secs: proved.at_most_secs,
            source_ip: Arc::clone(&self.asked.source_ip),
            user_agent: user_agent(&self.headers),
            continues,
            sealed_id_token: proved.sealed_id_token,
        };
        let begun = server.begin_login(new).await?;
        let picture = server.store.picture();
        let login = picture.broker().logins.get(begun.id.as_str()).ok_or_else(Problem::login_required)?;
        let around = Circumstances {
            source_ip: Arc::clone(&self.asked.source_ip),
            user_agent: user_agent(&self.headers),
            now: self.now(),
        };
        let caller = BrokerCaller::of_login(&picture, login, around).ok_or_else(Problem::login_required)?;
        let event = server.event_of(&caller, Action::LOGIN).map_err(Problem::internal)?;
        server.journal(Event { via: Some((&*login.value.via).into()), ..event }).await?;
        Ok((begun, caller))
    }

    /// Lets a browser in: a new cookie, and the end of the sign-in it came with. A cookie that was known before anybody
    /// signed in, or before a second factor was given, is worth nothing afterwards.
    pub(super) async fn let_in(&self, proved: Proved) -> Result<Response, Problem> {
        self.let_in_again(proved, None).await
    }

    /// The same of a browser that goes on from an earlier sign-in.
    pub(super) async fn let_in_again(
        &self,
        proved: Proved,
        continues: Option<Id>,
    ) -> Result<Response, Problem> {
        let (begun, caller) = self.begin(LoginKind::Browser, proved, continues).await?;
        if let Some(old) = self.login() {
            let by = Actor::silent(caller.id(), self.now());
            self.asked.server.end_login(&old, by, None).await?;
        }
        let settings = self.directory.broker().settings();
        let mut response = Json(Me::of(&caller, &settings, Some(csrf(&begun.token)))).into_response();
        cookie::set(response.headers_mut(), &begun.token);
        Ok(response)
    }

    /// The sign-in whose cookie came along.
    fn login(&self) -> Option<Arc<Stored<Login>>> {
        let token = cookie(&self.headers, COOKIE_NAME)?;
        self.directory.broker().logins.named(&token_hash(&token)).cloned()
    }

    /// Writes down that somebody was not let in. `claimed` is who they say they are.
    pub(super) async fn turned_away(
        &self,
        claimed: &str,
        (code, detail): (&str, &str),
    ) -> Result<(), Problem> {
        let server = &self.asked.server;
        let actor = journal::Actor::anonymous(claimed);
        let event = server.event(actor, Action::LOGIN).map_err(Problem::internal)?;
        let agent = user_agent(&self.headers);
        server
            .journal(Event {
                client: Some(Client::new(&self.asked.source_ip, agent.as_deref())),
                result: Ending::Denied,
                error_code: Some(code.into()),
                detail: (!detail.is_empty()).then(|| detail.into()),
                ..event
            })
            .await?;
        Ok(())
    }
}

impl From<TooMany> for Problem {
    fn from(error: TooMany) -> Self {
        Self::too_many_attempts(error.to_string(), error.after_secs.into())
    }
}

/// Where people reach this server: what somebody has said, or this very machine when it is asked by that name. What a
/// stranger writes as `Host` is nobody's address.
pub(super) fn public_url(asked: &Asked, settings: &Settings) -> Result<Url, Problem> {
    let unknown = || {
        Problem::conflict("external_url_missing", "the server does not know the address people reach it at")
            .fix("set `external_url` in the settings, start with `--external-url`, or open the console as `localhost`")
    };
    if let Some(url) = asked.external_url(settings) {
        return Url::parse(&url).map_err(|_| unknown());
    }
    let url = asked.origin().ok_or_else(unknown)?;
    let is_local = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if is_local { Ok(url) } else { Err(unknown()) }
}
