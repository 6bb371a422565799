//! What a command works on: the newest picture, and a list of what it changes.

use std::ops::Deref;
use std::sync::Arc;

use crate::picture::{Entity, Picture};
use crate::record::RecordName;
use crate::seq::Seq;

/// The newest picture, for a command to read and change.
///
/// It shows everything that was written before, by whichever node, and what the command itself has
/// changed so far. It dereferences to the picture. If the command fails, the draft is dropped and
/// nothing has happened.
#[derive(Debug)]
pub struct Draft<P: Picture> {
    picture: P,
    seq: Seq,
    edits: Vec<Edit<P::Entity>>,
}

/// One change a command made.
#[derive(Debug)]
pub(crate) struct Edit<E> {
    pub(crate) record: RecordName,
    /// The record's version when the command changed it.
    pub(crate) before: Option<Seq>,
    /// None if it was removed.
    pub(crate) entity: Option<Arc<E>>,
}

impl<P: Picture> Draft<P> {
    pub(crate) fn new(picture: P, seq: Seq) -> Self {
        Self { picture, seq, edits: Vec::new() }
    }

    /// The number of this command, and so the version of whatever it writes.
    ///
    /// A command that writes nothing takes no number; the next one has it.
    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// Writes an entity, new or changed.
    ///
    /// A name or body that cannot be stored fails the command after it has returned, with
    /// [`StoreError::Unstorable`](crate::StoreError::Unstorable).
    pub fn put(&mut self, account: &str, entity: impl Into<Arc<P::Entity>>) {
        let entity = entity.into();
        let record = RecordName::new(account, entity.kind(), &entity.key());
        let before = self.picture.put(account, Arc::clone(&entity), self.seq);
        self.edits.push(Edit { record, before, entity: Some(entity) });
    }

    /// Removes an entity; says whether there was one.
    pub fn remove(&mut self, account: &str, kind: &str, key: &str) -> bool {
        let before = self.picture.remove(account, kind, key);
        if before.is_some() {
            let record = RecordName::new(account, kind, key);
            self.edits.push(Edit { record, before, entity: None });
        }
        before.is_some()
    }

    pub(crate) fn into_parts(self) -> (P, Vec<Edit<P::Entity>>) {
        (self.picture, self.edits)
    }
}

impl<P: Picture> Deref for Draft<P> {
    type Target = P;

    fn deref(&self) -> &P {
        &self.picture
    }
}
