//! The journal: what happened in the broker, event by event, each bound to the one before by its hash.
//!
//! An event is a row of the archive, written in the transaction of the change it tells of: there is no change without its
//! event. The end of the chain is a record of the picture, so the committer puts the events of all nodes into one order.
//! What binds them, who can break it and who would notice is in `docs/adr/0022-audit-chain.md`.
//!
//! ```text
//! command ─► append(draft, event) ─► row: seq, event, prev_hash, hash     the archive
//!                                └─► head: last number and hash, tag      the picture
//! ```

use std::sync::Arc;

use regent_store::directory::Directory;
use regent_store::entity::{ChainHead, ChainLink, Entity};
use regent_store::{Draft, Range, Store, StoreError};

use crate::broker::caller::BrokerCaller;
use crate::entropy::{self, EntropyError};
use crate::server::Server;

mod chain;
pub(crate) mod copy;
pub(crate) mod csv;
mod event;
mod forget;
mod keys;
mod search;
mod verify;
mod witness;

pub(crate) use chain::Signers;
pub(crate) use event::{Action, Actor, Client, ConnectorName, Ending, Event, SessionFacts, Target, Text};
pub(crate) use keys::ChainKeyError;
pub(crate) use keys::Signer;
pub(crate) use search::Question;
#[cfg(test)]
pub(crate) use verify::Report;

/// The kind of events in the archive.
const KIND: &str = "audit-event";

/// What appends events. Clones are cheap, for commands to take along.
#[derive(Debug, Clone, Default)]
pub(crate) struct Journal {
    signers: Signers,
}

impl Journal {
    pub(crate) fn new(signers: Signers) -> Self {
        Self { signers }
    }

    /// Gives a chain that has lost its end another one after the newest event there is: without a tag, so that nothing of it
    /// is proved, and nothing that is there written over.
    pub(crate) async fn recover_end(&self, store: &Store<Directory>) -> Result<(), StoreError> {
        if store.picture().chain_head().is_some() {
            return Ok(());
        }
        tracing::error!("the audit chain has lost its end: `regent audit chain verify` tells more");
        let newest = store.archived(KIND, &Range::default(), 1).await?;
        let last = newest.rows.first().and_then(|row| {
            let hash = chain::split(&row.body).map(|(_, hash)| hash.into()).unwrap_or_default();
            Some(ChainLink { number: row.key.get(..20)?.parse().ok()?, hash })
        });
        let head = Arc::new(ChainHead { last: last.unwrap_or_default(), ..ChainHead::default() });
        let put = move |draft: &mut Draft<Directory>| {
            if draft.chain_head().is_none() {
                draft.put("", Entity::ChainHead(Arc::clone(&head)));
            }
            Ok(())
        };
        store.write(put).await
    }

    pub(crate) fn signers(&self) -> &Signers {
        &self.signers
    }

    /// Appends an event to the chain, as part of a command.
    ///
    /// If it cannot be written, the command fails when it returns, and nothing of it is written.
    pub(crate) fn append(&self, draft: &mut Draft<Directory>, event: &Event) {
        let appended = chain::append(&self.signers, draft.chain_head().map(|head| &**head), event);
        if let Some((line, head)) = appended {
            draft.archive(KIND, &chain::key(head.last.number), line, &event.labels());
            draft.put("", Entity::ChainHead(Arc::new(head)));
        } else {
            draft.archive(KIND, "", "", &[]); // which cannot be stored
        }
    }
}

impl Server {
    /// Something that somebody did just now, and that went well.
    pub(crate) fn event(&self, actor: Actor, action: Action) -> Result<Event, EntropyError> {
        Ok(Event::new(self.clock.now(), entropy::bytes()?, actor, action))
    }

    /// The same, by somebody who uses the broker, with where they are.
    pub(crate) fn event_of(&self, caller: &BrokerCaller, action: Action) -> Result<Event, EntropyError> {
        Ok(Event { client: Some(caller.into()), ..self.event(caller.into(), action)? })
    }

    /// Appends an event that comes with no other change. It is durable when this returns.
    pub(crate) async fn journal(&self, event: Event) -> Result<(), StoreError> {
        let journal = self.journal.clone();
        self.store
            .write(move |draft| {
                journal.append(draft, &event);
                Ok(())
            })
            .await
    }
}

#[cfg(test)]
pub(crate) mod tests;
