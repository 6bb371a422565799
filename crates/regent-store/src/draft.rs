//! What a command works on: the newest picture, and a list of what it changes.

use std::ops::Deref;
use std::sync::Arc;

use crate::error::StoreError;
use crate::picture::{Entity as _, Picture};
use crate::record::RecordName;
use crate::seq::Seq;

/// How many changes one command may make.
const MAX_CHANGES: usize = 10_000;

/// The newest picture, for a command to read and change.
///
/// It shows everything that was written before, by whichever node, and what the command itself has
/// changed so far. It dereferences to the picture. If the command fails, the draft is dropped and
/// nothing has happened.
#[derive(Debug)]
pub struct Draft<P> {
    picture: P,
    seq: Seq,
    edits: Vec<Edit>,
    /// Why what the command has changed cannot be stored.
    failure: Option<StoreError>,
}

/// One change a command made.
#[derive(Debug)]
pub(crate) struct Edit {
    pub(crate) record: RecordName,
    /// The record's version when the command changed it.
    pub(crate) before: Option<Seq>,
    /// None if it was removed.
    pub(crate) body: Option<Arc<str>>,
}

impl<P: Picture> Draft<P> {
    pub(crate) fn new(picture: P, seq: Seq) -> Self {
        Self { picture, seq, edits: Vec::new(), failure: None }
    }

    /// The number of this command, and so the version of whatever it writes.
    ///
    /// A command that writes nothing takes no number; the next one has it.
    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// Writes an entity, new or changed.
    ///
    /// What cannot be stored, because of its name, its size, or because the command has made 10,000
    /// changes already, fails the command when it returns, with [`StoreError::Unstorable`].
    pub fn put(&mut self, account: &str, entity: impl Into<Arc<P::Entity>>) {
        let entity = entity.into();
        let record = RecordName::new(account, entity.kind(), &entity.key());
        match record.check().and_then(|()| record.encode(&*entity)) {
            Ok(body) => {
                let before = self.picture.put(account, entity, self.seq);
                self.note(Edit { record, before, body: Some(body) });
            }
            Err(error) => self.failure = Some(error),
        }
    }

    /// Removes an entity; says whether there was one.
    pub fn remove(&mut self, account: &str, kind: &str, key: &str) -> bool {
        let before = self.picture.remove(account, kind, key);
        if before.is_some() {
            self.note(Edit { record: RecordName::new(account, kind, key), before, body: None });
        }
        before.is_some()
    }

    fn note(&mut self, edit: Edit) {
        if self.edits.len() < MAX_CHANGES {
            self.edits.push(edit);
        } else {
            let reason = "expected at most 10,000 changes in one command";
            self.failure = Some(StoreError::Unstorable { name: edit.record.to_string(), reason });
        }
    }

    /// The picture after the command, and what it has changed.
    pub(crate) fn finish(self) -> Result<(P, Vec<Edit>), StoreError> {
        self.failure.map_or(Ok((self.picture, self.edits)), Err)
    }
}

impl<P> Deref for Draft<P> {
    type Target = P;

    fn deref(&self) -> &P {
        &self.picture
    }
}
