use std::sync::Arc;

use super::Versioned;
use crate::entity::{ChainHead, ChainKey, Revocation};
use crate::ordered_map::OrderedMap;
use crate::seq::Seq;

/// What the chain of audit events and the list of revoked sessions hold on to.
#[derive(Debug, Clone, Default)]
pub(super) struct Chain {
    pub(super) head: Option<Versioned<ChainHead>>,
    pub(super) keys: OrderedMap<u32, Versioned<ChainKey>>,
    /// By access key id.
    pub(super) revocations: OrderedMap<Arc<str>, Versioned<Revocation>>,
}

impl Chain {
    pub(super) fn put_head(&mut self, head: &Arc<ChainHead>, version: Seq) -> Option<Seq> {
        self.head.replace(Versioned { entity: Arc::clone(head), version }).map(|old| old.version)
    }

    pub(super) fn put_key(&mut self, key: &Arc<ChainKey>, version: Seq) -> Option<Seq> {
        self.keys.insert(key.id, Versioned { entity: Arc::clone(key), version }).map(|old| old.version)
    }

    pub(super) fn put_revocation(&mut self, revocation: &Arc<Revocation>, version: Seq) -> Option<Seq> {
        let held = Versioned { entity: Arc::clone(revocation), version };
        self.revocations.insert(Arc::clone(&revocation.access_key_id), held).map(|old| old.version)
    }
}
