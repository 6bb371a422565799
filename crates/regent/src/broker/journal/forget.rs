//! Old events go, and the chain says where it begins.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use regent_store::directory::Directory;
use regent_store::entity::{ChainLink, Entity};
use regent_store::{Draft, StoreError};

use super::{Action, Actor, Event, KIND, chain};
use crate::entropy;
use crate::server::Server;

/// How many rows are removed at once.
const ROWS: u64 = 10_000;

/// Why old events stay.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ForgetError {
    /// The end of the chain is not one that this server made.
    #[error("the end of the audit chain was changed: `regent audit chain verify` tells more")]
    Unproven,
    /// The event that would be the last to go has no hash.
    #[error(
        "event {0} of the audit chain is missing or cannot be read: `regent audit chain verify` tells more"
    )]
    Unreadable(u64),
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
        let events = self.forget_events(age).await?;
        let sessions = match self.clock.now().checked_sub(age) {
            Ok(before) => self.forget_sessions(before).await?,
            Err(_) => 0, // before there was time
        };
        if events + sessions > 0 {
            tracing::info!(events, sessions, "old records were removed");
        }
        Ok(())
    }

    /// Removes events that are older than this; says how many rows went.
    ///
    /// That they went is an event itself. The newest event always stays.
    pub(crate) async fn forget_events(&self, age: SignedDuration) -> Result<u64, ForgetError> {
        let Ok(before) = self.clock.now().checked_sub(age) else { return Ok(0) };
        let Some(head) = self.store.picture().chain_head().cloned() else { return Ok(0) };
        let last = self.first_event_at(before).await?.min(head.last.number).saturating_sub(1);
        if last > head.forgotten.number {
            self.begin_after(last).await?;
        }
        // Also what an earlier run has begun to remove.
        let forgotten = self.store.picture().chain_head().map_or(0, |head| head.forgotten.number);
        let first = chain::key(forgotten + 1);
        let mut rows = 0;
        loop {
            let step = self.store.forget_archived(KIND, &first, ROWS).await?;
            rows += step.rows;
            if step.is_done {
                return Ok(rows);
            }
        }
    }

    /// Lets the chain begin after this event.
    async fn begin_after(&self, number: u64) -> Result<(), ForgetError> {
        let row = self.store.archived_row(KIND, &chain::key(number)).await?;
        let hash = row.as_ref().and_then(|row| Some(chain::split(&row.body)?.1.into()));
        let link = ChainLink { number, hash: hash.ok_or(ForgetError::Unreadable(number))? };
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
