//! Sign-ins: how one begins and ends. What a client holds is never kept, only its hash.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regent_broker::{Id, Login, LoginKind, Stored, Who};
use zeroize::Zeroizing;

use super::change::{Actor, BrokerChange};
use super::journal::Event;
use super::usage;
use crate::entropy;
use crate::rest::caller::token_hash;
use crate::rest::problem::Problem;
use crate::server::Server;

/// How many sign-ins that are over are forgotten with each that begins.
const FORGOTTEN_AT_ONCE: usize = 16;

/// A sign-in that is to begin.
#[derive(Debug, Clone)]
pub(crate) struct NewLogin {
    /// Who.
    pub(crate) who: Who,
    /// What the client will hold.
    pub(crate) kind: LoginKind,
    /// How they proved it: `password`, `passkey`, `oidc:idp_…`, `token`.
    pub(crate) via: Box<str>,
    /// When a second factor was last given.
    pub(crate) mfa_at: Option<i64>,
    /// How long at most, in seconds, where that is less than the settings say.
    pub(crate) at_most_secs: Option<i64>,
    /// From where.
    pub(crate) source_ip: Arc<str>,
    /// With what.
    pub(crate) user_agent: Option<Box<str>>,
    /// What the provider calls the session.
    pub(crate) sealed_id_token: Option<Box<str>>,
    /// The sign-in that it goes on from.
    pub(crate) continues: Option<Id>,
}

/// A sign-in that has begun, and what its client holds from now on.
#[derive(Debug)]
pub(crate) struct Begun {
    /// Its id.
    pub(crate) id: Id,
    /// The cookie or the bearer token, known here this once.
    pub(crate) token: Zeroizing<String>,
    /// When it ends, whatever happens.
    pub(crate) expires: i64,
}

impl Server {
    /// Begins a sign-in.
    pub(crate) async fn begin_login(&self, new: NewLogin) -> Result<Begun, Problem> {
        let now = self.seconds();
        let random = Zeroizing::new(entropy::bytes::<32>().map_err(Problem::internal)?);
        let prefix = match new.kind {
            LoginKind::Browser => "",
            LoginKind::CommandLine => "rgtc_",
            LoginKind::Job => "rgtj_",
        };
        let token = Zeroizing::new(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(*random)));
        let absolute = i64::from(self.store.picture().broker().settings().absolute_hours) * 3600;
        let expires = now + new.at_most_secs.map_or(absolute, |secs| secs.min(absolute));
        let login = Login {
            hash: token_hash(&token).into(),
            kind: new.kind,
            who: new.who.clone(),
            via: new.via,
            mfa_at: new.mfa_at,
            began: now,
            seen: now,
            expires,
            source_ip: (*new.source_ip).into(),
            user_agent: new.user_agent,
            continues: new.continues,
            sealed_id_token: new.sealed_id_token,
        };
        let id = self.broker_id::<Login>()?;
        let made = id.clone();
        // Who signs in, and how, the journal is told by whoever has checked it.
        let actor = Actor { id: new.who.id().as_str().into(), now, event: None };
        usage::note_caller(self, &new.who, now);
        self.change_broker(actor, move |change| {
            forget_some(change, now);
            change.create(&made, login.clone())
        })
        .await?;
        Ok(Begun { id, token, expires })
    }

    /// Ends a sign-in, and tells the journal this with it, if anything.
    pub(crate) async fn end_login(
        &self,
        login: &Stored<Login>,
        by: Actor,
        event: Option<Event>,
    ) -> Result<(), Problem> {
        let id = login.id.clone();
        self.change_broker(by, move |change| {
            if let Ok(old) = change.current::<Login>(id.as_str(), None) {
                change.remove(&old);
                if let Some(event) = &event {
                    change.append(event);
                }
            }
            Ok(())
        })
        .await
    }
}

/// Forgets sign-ins that are over, a few at a time.
fn forget_some(change: &mut BrokerChange<'_>, now: i64) {
    let logins = &change.draft.broker().logins;
    let over: Vec<_> = logins
        .iter()
        .filter(|held| held.entity.value.expires <= now)
        .take(FORGOTTEN_AT_ONCE)
        .map(|held| Arc::clone(&held.entity))
        .collect();
    for login in over {
        change.remove(&login);
    }
}
