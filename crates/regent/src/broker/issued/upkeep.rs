//! What is kept of sessions, and for how long.

use std::sync::Arc;

use jiff::Timestamp;
use regent_broker::Id;
use regent_store::StoreError;
use regent_store::entity::{Entity, Seconds};

use super::{By, IssuedSession, KIND, PREFIX};
use crate::server::Server;

/// How many revocations one command takes off the list.
const PRUNED_AT_ONCE: usize = 1000;
/// How many records go at once.
const FORGOTTEN_AT_ONCE: u64 = 10_000;

impl Server {
    /// Notes that a browser may go on with the session of this access key until `until`, which is longer than its
    /// credentials last: who looks for what still goes on must find it. Nothing is noted of sessions that nobody has
    /// drawn here.
    ///
    /// `until` is not what was asked for but the longest that could be: of two notes at the same time either may stay.
    pub(crate) async fn note_console(&self, access_key_id: &str, until: Seconds) -> Result<(), StoreError> {
        let page = self.issued_sessions(Some((By::AccessKeyId, access_key_id)), None, 1).await?;
        let going = page.sessions.into_iter().next();
        let Some(session) = going.filter(|session| session.revoked.is_none() && session.ends_at() < until)
        else {
            return Ok(());
        };
        let noted = IssuedSession { console_until: Some(until), ..session };
        self.store
            .write(move |draft| {
                // Revoked in the meantime: its record says so, and a key on the list opens nothing.
                if draft.revocation(noted.access_key_id.as_str()).is_none() {
                    noted.archive(draft);
                }
                Ok::<_, StoreError>(())
            })
            .await
    }

    /// Removes the records of sessions that were issued before this; says how many.
    pub(crate) async fn forget_sessions(&self, before: Timestamp) -> Result<u64, StoreError> {
        let first = Id::new(PREFIX, u64::try_from(before.as_millisecond()).unwrap_or_default(), [0; 10]);
        let mut rows = 0;
        loop {
            let step = self.store.forget_archived(KIND, first.as_str(), FORGOTTEN_AT_ONCE).await?;
            rows += step.rows;
            if step.is_done {
                return Ok(rows);
            }
        }
    }

    /// Takes revocations off the list whose sessions would be over by now.
    pub(crate) async fn prune_revocations(&self) -> Result<usize, StoreError> {
        let now = self.clock.now().as_second();
        let mut pruned = 0;
        loop {
            let picture = self.store.picture();
            let over = picture.revocations().filter(|revocation| revocation.expires <= now);
            let over: Vec<Arc<str>> =
                over.map(|held| Arc::clone(&held.access_key_id)).take(PRUNED_AT_ONCE).collect();
            if over.is_empty() {
                return Ok(pruned);
            }
            pruned += over.len();
            self.store
                .write(move |draft| {
                    for id in &over {
                        draft.remove("", Entity::REVOCATION, id);
                    }
                    Ok::<_, StoreError>(())
                })
                .await?;
        }
    }
}
