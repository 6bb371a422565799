//! What was issued: a record of every session, without anything that could be used.
//!
//! Records lie in the archive. Whether a session goes on follows from the time; that it was revoked is written into its
//! record, and, as long as it would go on, into the list that every node asks when a session makes a request.

use std::collections::BTreeMap;
use std::sync::Arc;

use regent_broker::{Id, PrincipalType, Upstream};
use regent_store::directory::Directory;
use regent_store::entity::{Entity, Revocation, Seconds};
use regent_store::{Archived, Draft, Order, Range, StoreError};
use serde::{Deserialize, Serialize};

use super::journal::{
    Action, Actor, Client, ConnectorName, Ending, Event, Journal, SessionFacts, Target, Text,
};
pub(crate) use find::SessionFilter;

use crate::entropy::EntropyError;
use crate::federation::LONGEST_CONSOLE_SECS;
use crate::server::Server;

mod find;
mod upkeep;

/// What ids of sessions begin with.
pub(crate) const PREFIX: &str = "sess";
const KIND: &str = "issued-session";
/// What people call one.
const WORD: &str = "session";
/// How many records are read at once.
const PAGE: usize = 500;
/// How many sessions one request revokes at most.
const MAX_REVOKED: usize = 10_000;

/// What sessions are found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// Who it was issued to, by id.
    Caller,
    /// The connector, by id.
    Connector,
    /// The temporary access key.
    AccessKeyId,
    /// Who is behind it, as the upstream knows them.
    SourceIdentity,
    /// The sign-in it was issued to, by id.
    Login,
}

impl By {
    const fn label(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Connector => "connector",
            Self::AccessKeyId => "access_key_id",
            Self::SourceIdentity => "source_identity",
            Self::Login => "login",
        }
    }
}

/// A session that was issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IssuedSession {
    /// `sess_…`
    pub(crate) id: Id,
    /// From which connector.
    pub(crate) connector: ConnectorName,
    /// And which revision of it.
    pub(crate) connector_revision: u64,
    /// From whose credentials.
    pub(crate) account_id: Id,
    /// By which STS.
    pub(crate) upstream_id: Id,
    /// To whom.
    pub(crate) caller: Actor,
    /// The sign-in that earned it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) login: Option<Id>,
    /// What allowed it: `grant:grnt_…`, `admin`.
    pub(crate) via: Text,
    /// What kind of session it is.
    pub(crate) principal_type: PrincipalType,
    /// Whose permissions it has: the ARN of the assumed role or the federated user.
    pub(crate) arn: Text,
    /// The upstream's id of that: `AROA…:name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) principal_id: Option<Text>,
    /// The temporary access key. It is no secret, and joins this with the records of AWS.
    pub(crate) access_key_id: Text,
    /// What it is called.
    pub(crate) session_name: Text,
    /// Who is behind it, through every further role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source_identity: Option<Text>,
    /// Its tags.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) tags: BTreeMap<Box<str>, Text>,
    /// The hash of its session policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) policy_sha256: Option<Text>,
    /// How much of the room for policies and tags they took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) packed_policy_percent: Option<u32>,
    /// When it began.
    pub(crate) issued_at: Seconds,
    /// When it ends by itself.
    pub(crate) expires_at: Seconds,
    /// Until when a browser may go on with it that was signed in by it, where that is longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) console_until: Option<Seconds>,
    /// What for: `api`, `console`, `derived:ecr`.
    pub(crate) purpose: Text,
    /// From where it was asked for.
    pub(crate) client: Client,
    /// What the upstream calls its answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) upstream_request_id: Option<Text>,
    /// Set once it is revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) revoked: Option<Revoked>,
}

/// Who revoked a session, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Revoked {
    /// When.
    pub(crate) at: Seconds,
    /// Who.
    pub(crate) by: Actor,
    /// Why, in their words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<Text>,
}

/// Whether a session goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SessionState {
    /// It goes on.
    Active,
    /// It has ended by itself.
    Expired,
    /// It was ended.
    Revoked,
}

/// Why a session was not revoked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RevokeError {
    /// There is none of this id.
    #[error("there is no session `{0}`")]
    NoSession(Box<str>),
    /// It has ended by itself.
    #[error("the session has ended already")]
    Over,
    /// It belongs to an STS that knows no revoking.
    #[error(
        "AWS cannot withdraw a session it has issued: only sessions of Regent's own STS are revoked at once"
    )]
    NotOurs,
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A page of sessions, newest first.
#[derive(Debug)]
pub(crate) struct IssuedPage {
    /// The sessions.
    pub(crate) sessions: Vec<IssuedSession>,
    /// Where the next page begins.
    pub(crate) next: Option<Box<str>>,
}

impl IssuedSession {
    /// Whether it goes on at this time.
    pub(crate) fn state(&self, now: Seconds) -> SessionState {
        if self.revoked.is_some() {
            SessionState::Revoked
        } else if self.ends_at() <= now {
            SessionState::Expired
        } else {
            SessionState::Active
        }
    }

    /// When nothing of it goes on any more: neither its credentials nor a browser.
    pub(crate) fn ends_at(&self) -> Seconds {
        self.console_until.map_or(self.expires_at, |until| until.max(self.expires_at))
    }

    /// Whether it can be ended at once.
    pub(crate) fn is_ours(&self) -> bool {
        self.upstream_id.as_str() == Upstream::EMBEDDED
    }

    /// What an event tells of it.
    pub(crate) fn facts(&self) -> SessionFacts {
        SessionFacts {
            id: (&self.id).into(),
            access_key_id: self.access_key_id.clone(),
            arn: self.arn.clone(),
            session_name: self.session_name.clone(),
            source_identity: self.source_identity.clone(),
            tags: self.tags.clone(),
            seconds: u32::try_from(self.expires_at - self.issued_at).unwrap_or_default(),
            policy_sha256: self.policy_sha256.clone(),
        }
    }

    /// Writes it down as part of a command, over what was written of it before.
    pub(crate) fn archive(&self, draft: &mut Draft<Directory>) {
        // What cannot be written fails the command: a body without a character has no session in it.
        let body = serde_json::to_string(self).unwrap_or_default();
        let mut labels = vec![
            (By::Caller.label(), self.caller.id.as_str()),
            (By::Connector.label(), self.connector.id.as_str()),
            (By::AccessKeyId.label(), self.access_key_id.as_str()),
        ];
        let source_identity = self.source_identity.as_ref().map(Text::as_str);
        labels.extend(source_identity.map(|identity| (By::SourceIdentity.label(), identity)));
        labels.extend(self.login.as_ref().map(|login| (By::Login.label(), login.as_str())));
        let key = if body.is_empty() { "" } else { self.id.as_str() };
        draft.archive(KIND, key, body, &labels);
    }

    /// Ends it as part of a command: in its record, on the list, and in the chain of events.
    fn revoke(&self, draft: &mut Draft<Directory>, journal: &Journal, event: &Event, revoked: &Revoked) {
        if draft.revocation(self.access_key_id.as_str()).is_some() {
            return; // somebody was faster
        }
        let revocation = Revocation {
            access_key_id: self.access_key_id.as_str().into(),
            revoked: revoked.at,
            // A browser's session may be longer than the credentials that opened it.
            expires: self.ends_at().max(revoked.at + LONGEST_CONSOLE_SECS),
        };
        draft.put("", Entity::Revocation(Arc::new(revocation)));
        Self { revoked: Some(revoked.clone()), ..self.clone() }.archive(draft);
        journal.append(draft, event);
    }
}

fn read(row: &Archived) -> Option<IssuedSession> {
    let read = serde_json::from_str(&row.body);
    read.inspect_err(
        |error| tracing::error!(session = %row.key, %error, "the record of a session cannot be read"),
    )
    .ok()
}

impl Server {
    /// The record of a session.
    pub(crate) async fn issued_session(&self, id: &str) -> Result<Option<IssuedSession>, StoreError> {
        Ok(self.store.archived_row(KIND, id).await?.as_ref().and_then(read))
    }

    /// Records of sessions, newest first, from after the one of this id on.
    pub(crate) async fn issued_sessions(
        &self,
        by: Option<(By, &str)>,
        before: Option<&str>,
        limit: usize,
    ) -> Result<IssuedPage, StoreError> {
        let label = by.map(|(by, value)| (by.label(), value));
        let range = Range { label, before, order: Order::NewestFirst, ..Range::default() };
        let page = self.store.archived(KIND, &range, limit).await?;
        let next = page.rows.last().filter(|_| !page.is_last).map(|row| row.key.clone());
        Ok(IssuedPage { sessions: page.rows.iter().filter_map(read).collect(), next })
    }

    /// Ends a session. It makes no further request when this returns; on other nodes, as soon as they follow.
    ///
    /// Sessions that it has opened itself, by assuming further roles, are others and go on.
    pub(crate) async fn revoke_session(
        &self,
        id: &str,
        by: Actor,
        client: Option<Client>,
        reason: Option<&str>,
    ) -> Result<IssuedSession, RevokeError> {
        let session = self.issued_session(id).await?.ok_or_else(|| RevokeError::NoSession(id.into()))?;
        let now = self.clock.now().as_second();
        match session.state(now) {
            SessionState::Revoked => return Ok(session),
            SessionState::Expired => return Err(RevokeError::Over),
            SessionState::Active if !session.is_ours() => return Err(RevokeError::NotOurs),
            SessionState::Active => {}
        }
        let revoked = Revoked { at: now, by, reason: reason.map(Text::from) };
        let event = Event { client, ..self.revoke_event(&session, &revoked)? };
        let journal = self.journal.clone();
        self.store
            .write(move |draft| {
                session.revoke(draft, &journal, &event, &revoked);
                Ok::<_, StoreError>(())
            })
            .await?;
        // As it is written by now: somebody else may have been faster, with another reason.
        self.issued_session(id).await?.ok_or_else(|| RevokeError::NoSession(id.into()))
    }

    /// Ends every session of our own that goes on and is found by this; says how many.
    pub(crate) async fn revoke_sessions(
        &self,
        by: (By, &str),
        actor: &Actor,
        reason: Option<&str>,
    ) -> Result<usize, RevokeError> {
        let now = self.clock.now().as_second();
        let (mut count, mut before) = (0, None::<Box<str>>);
        while count < MAX_REVOKED {
            let page = self.issued_sessions(Some(by), before.as_deref(), PAGE).await?;
            let revoked = Revoked { at: now, by: actor.clone(), reason: reason.map(Text::from) };
            let mut going = Vec::new();
            for session in page.sessions {
                if session.state(now) == SessionState::Active && session.is_ours() {
                    let event = self.revoke_event(&session, &revoked)?;
                    going.push((session, event));
                }
            }
            count += going.len();
            let journal = self.journal.clone();
            self.store
                .write(move |draft| {
                    for (session, event) in &going {
                        session.revoke(draft, &journal, event, &revoked);
                    }
                    Ok::<_, StoreError>(())
                })
                .await?;
            match page.next {
                Some(next) => before = Some(next),
                None => break,
            }
        }
        Ok(count)
    }

    fn revoke_event(&self, session: &IssuedSession, revoked: &Revoked) -> Result<Event, EntropyError> {
        let target =
            Target { kind: WORD.into(), id: (&session.id).into(), name: session.session_name.clone() };
        Ok(Event {
            target: Some(target),
            connector: Some(session.connector.clone()),
            session: Some(session.facts()),
            reason: revoked.reason.clone(),
            result: Ending::Ok,
            ..self.event(revoked.by.clone(), Action::SESSION_REVOKE)?
        })
    }
}

#[cfg(test)]
pub(crate) mod tests;
