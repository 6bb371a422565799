//! Commands run one after another on one picture, and what is to be written for them.

use std::collections::HashMap;

use crate::archive::{self, Drafted, Shelved};
use crate::command::{Command, Verdict};
use crate::draft::{Draft, Edit, Finished};
use crate::log::Change;
use crate::picture::Picture;
use crate::record::{Effect, RecordName};
use crate::seq::Seq;
use crate::snapshot::Snapshot;

/// A batch that has reached one of these takes no further command.
const FULL_CHANGES: usize = 4096;
const FULL_BYTES: usize = 32 * 1024 * 1024;

/// What the commands of one transaction have changed so far.
pub(crate) struct Batch<P> {
    pub(crate) picture: P,
    /// The number of the last command that changed or archived something.
    pub(crate) seq: Seq,
    /// For the log: every change, in order.
    pub(crate) changes: Vec<Change>,
    /// For the records: what remains of them.
    pub(crate) effects: HashMap<RecordName, Effect>,
    /// For the archive: what remains of it.
    pub(crate) shelved: Shelved,
    bytes: usize,
}

impl<P: Picture> Batch<P> {
    pub(crate) fn new(base: &Snapshot<P>) -> Self {
        Self {
            picture: P::clone(base),
            seq: base.seq(),
            changes: Vec::new(),
            effects: HashMap::new(),
            shelved: Shelved::default(),
            bytes: 0,
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.changes.len() + self.shelved.len() >= FULL_CHANGES || self.bytes >= FULL_BYTES
    }

    /// Runs a command. One that fails, panics, or changes and archives nothing leaves no trace.
    pub(crate) fn run(&mut self, command: &mut dyn Command<P>) {
        let mut draft = Draft::new(self.picture.clone(), self.seq.next());
        if command.run(&mut draft) == Verdict::Drop {
            return;
        }
        match draft.finish() {
            Ok(Finished { picture, edits, archived }) if !(edits.is_empty() && archived.is_empty()) => {
                self.picture = picture;
                self.keep(edits);
                self.shelve(archived);
            }
            Ok(_) => {}
            Err(error) => command.fail(error),
        }
    }

    fn keep(&mut self, edits: Vec<Edit>) {
        self.seq = self.seq.next();
        if edits.is_empty() {
            let record = archive::nothing_changed();
            self.changes.push(Change { seq: self.seq, position: 0, record, body: None });
        }
        for (position, Edit { record, before, body }) in (0..).zip(edits) {
            self.bytes += body.as_deref().map_or(0, str::len);
            let after = body.clone().map(|body| (self.seq, body));
            self.effects
                .entry(record.clone())
                .and_modify(|effect| effect.after.clone_from(&after))
                .or_insert(Effect { before, after });
            self.changes.push(Change { seq: self.seq, position, record, body });
        }
    }

    fn shelve(&mut self, archived: Vec<Drafted>) {
        for drafted in archived {
            self.bytes += drafted.body.len();
            self.shelved.put(self.seq, drafted);
        }
    }
}
