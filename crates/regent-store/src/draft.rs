//! What a command works on: the newest picture, and a list of what it changes.

use std::ops::Deref;
use std::sync::Arc;

use crate::archive::Drafted;
use crate::error::StoreError;
use crate::picture::{Entity as _, Picture};
use crate::record::RecordName;
use crate::seq::Seq;

/// How many changes one command may make, rows of the archive counted in.
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
    archived: Vec<Drafted>,
    /// Why what the command has changed cannot be stored.
    failure: Option<StoreError>,
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Finished<P> {
    /// The picture after it.
    pub(crate) picture: P,
    pub(crate) edits: Vec<Edit>,
    pub(crate) archived: Vec<Drafted>,
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
        Self { picture, seq, edits: Vec::new(), archived: Vec::new(), failure: None }
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

    /// Archives a row: a kind and a key, a body of at most 256 KiB on one line, and up to eight labels to find it by.
    ///
    /// It is written in the transaction of the command, shown by no picture, and read with
    /// [`Store::archived`](crate::Store::archived). A row of the same kind and key is written over; its labels
    /// stay, and new ones are added to them.
    ///
    /// Keys of one kind are letters, digits, `_` and `-`, of one length, and differ only in digits and letters of one
    /// case: numbers with leading zeros, or ULIDs behind a prefix. Such keys are in the same order for every database,
    /// whatever language it sorts in.
    ///
    /// What cannot be stored fails the command when it returns, with [`StoreError::Unstorable`].
    pub fn archive(&mut self, kind: &str, key: &str, body: impl Into<Arc<str>>, labels: &[(&str, &str)]) {
        match Drafted::new(kind, key, body.into(), labels) {
            Ok(drafted) if self.has_room() => self.archived.push(drafted),
            Ok(_) => self.failure = Some(too_many(format!("archive/{kind}/{key}"))),
            Err(error) => self.failure = Some(error),
        }
    }

    fn note(&mut self, edit: Edit) {
        if self.has_room() {
            self.edits.push(edit);
        } else {
            self.failure = Some(too_many(edit.record.to_string()));
        }
    }

    fn has_room(&self) -> bool {
        self.edits.len() + self.archived.len() < MAX_CHANGES
    }

    /// What the command has done, unless it cannot be stored.
    pub(crate) fn finish(self) -> Result<Finished<P>, StoreError> {
        let Self { picture, edits, archived, failure, .. } = self;
        failure.map_or(Ok(Finished { picture, edits, archived }), Err)
    }
}

fn too_many(name: String) -> StoreError {
    StoreError::Unstorable { name, reason: "expected at most 10,000 changes in one command" }
}

impl<P> Deref for Draft<P> {
    type Target = P;

    fn deref(&self) -> &P {
        &self.picture
    }
}
