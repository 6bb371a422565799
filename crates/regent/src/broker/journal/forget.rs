//! Old events go, and the chain says where it begins.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use regent_store::directory::Directory;
use regent_store::entity::{ChainHead, ChainLink, Entity};
use regent_store::{Draft, StoreError};
use serde_json::Value;

use super::verify::{Broken, OldPart};
use super::{Action, Actor, Ending, Event, KIND, Question, chain};
use crate::entropy;
use crate::server::Server;

/// How many rows are removed at once.
const ROWS: u64 = 10_000;
/// The longest that a session can go on after it was issued, with a console beyond it, and an hour more.
const LONGEST_SESSION: SignedDuration = SignedDuration::from_hours(49);

/// Why old events stay.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ForgetError {
    /// The end of the chain is not one that this server made.
    #[error("the end of the audit chain was changed: `regent audit chain verify` tells more")]
    Unproven,
    /// An event on the way is not as it was written: what it says of its age counts for nothing.
    #[error("event {} of the audit chain is broken, so nothing is removed that is not signed before: {}", .0.seq, .0.why)]
    Broken(Broken),
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] entropy::EntropyError),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Server {
    /// Removes events, and records of sessions, that are older than this.
    pub(crate) async fn forget_records(&self, age: Duration) -> Result<(), ForgetError> {
        let Ok(age) = SignedDuration::try_from(age) else { return Ok(()) };
        let events = self.forget_events(age).await;
        // Whatever keeps the events: a chain that is broken stays so, and these are not part of it.
        // And what may still be going on has to be found, to be ended.
        let sessions = match self.clock.now().checked_sub(age.max(LONGEST_SESSION)) {
            Ok(before) => self.forget_sessions(before).await?,
            Err(_) => 0, // before there was time
        };
        let removed = *events.as_ref().unwrap_or(&0);
        if removed + sessions > 0 {
            tracing::info!(events = removed, sessions, "old records were removed");
        }
        events.map(drop)
    }

    /// Removes events that are older than this; says how many rows went.
    ///
    /// That they went is an event itself. The newest event always stays. Nothing goes that is not proved to be as it was
    /// written: a changed event would take the traces of its change along. So once one is, it stays, and what follows it.
    pub(crate) async fn forget_events(&self, age: SignedDuration) -> Result<u64, ForgetError> {
        let Ok(before) = self.clock.now().checked_sub(age) else { return Ok(0) };
        let head = self.chain_head().await?.unwrap_or_default();
        if !self.journal.signers().have_tagged(&head) {
            self.tell_kept(&ForgetError::Unproven).await?;
            return Err(ForgetError::Unproven);
        }
        let OldPart { last, broken } = self.old_part(&head, before).await?;
        if let Some(last) = last {
            self.begin_after(last).await?;
        }
        let rows = self.remove_forgotten().await?;
        let Some(broken) = broken.map(ForgetError::Broken) else { return Ok(rows) };
        self.tell_kept(&broken).await?;
        Err(broken)
    }

    /// Removes the rows before the beginning of the chain; says how many.
    async fn remove_forgotten(&self) -> Result<u64, ForgetError> {
        // Also what an earlier run has begun to remove.
        let head = self.chain_head().await?.unwrap_or_default();
        if !self.journal.signers().have_tagged(&head) {
            return Err(ForgetError::Unproven);
        }
        let first = chain::key(head.forgotten.number + 1);
        let mut rows = 0;
        loop {
            let step = self.store.forget_archived(KIND, &first, ROWS).await?;
            rows += step.rows;
            if step.is_done {
                return Ok(rows);
            }
        }
    }

    /// The part that may go.
    async fn old_part(&self, head: &ChainHead, before: Timestamp) -> Result<OldPart, StoreError> {
        let part = self.old_events(head, before).await?;
        let Some(broken) = &part.broken else { return Ok(part) };
        // What another node has removed in the meantime is not missing.
        let forgotten = self.chain_head().await?.map_or(0, |head| head.forgotten.number);
        Ok(if broken.seq > forgotten { part } else { OldPart::default() })
    }

    /// Leaves an event that old events stay, and why: once, as long as nothing else is to be told.
    async fn tell_kept(&self, error: &ForgetError) -> Result<(), ForgetError> {
        let told = error.to_string();
        let question = Question { action: Some(Action::AUDIT_FORGET.as_str().into()), ..Question::default() };
        let newest = self.find_events(question, None, 1).await?;
        let newest = newest.events.first().and_then(|event| serde_json::from_str::<Value>(event).ok());
        if newest.is_some_and(|event| event.get("detail").and_then(Value::as_str) == Some(&told)) {
            return Ok(());
        }
        let event = self.event(Actor::server(), Action::AUDIT_FORGET)?;
        let event = Event { detail: Some(told.as_str().into()), ..event };
        Ok(self.journal(event.ended(Ending::Failed, "chain_broken")).await?)
    }

    /// Lets the chain begin after this event.
    async fn begin_after(&self, link: ChainLink) -> Result<(), ForgetError> {
        let number = link.number;
        let event = Event {
            detail: Some(format!("events up to number {number}").as_str().into()),
            ..self.event(Actor::server(), Action::AUDIT_FORGET)?
        };
        let journal = self.journal.clone();
        let forget = move |draft: &mut Draft<Directory>| {
            let Some(head) = draft.chain_head().cloned() else { return Ok(()) };
            if head.forgotten.number >= link.number {
                return Ok(()); // another node was faster
            }
            let head = chain::begin_after(journal.signers(), &head, link.clone());
            draft.put("", Entity::ChainHead(Arc::new(head.ok_or(ForgetError::Unproven)?)));
            journal.append(draft, &event);
            Ok(())
        };
        self.store.write(forget).await
    }
}
