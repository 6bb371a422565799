//! What the store keeps in memory, and what an entity is to it.
//!
//! The store knows records: an account, a kind, a key, a version and a body. What they mean is
//! the business of whoever implements these two traits.

use std::borrow::Cow;
use std::error::Error;
use std::sync::Arc;

use crate::seq::Seq;

/// One thing the store keeps, as a record.
pub trait Entity: Sized + Send + Sync + 'static {
    /// Why a body could not be written or read.
    ///
    /// Its text goes to the log of the process, so it must not quote the body.
    type Error: Error + Send + Sync + 'static;

    /// What it is, for instance `user`. At most 64 bytes.
    fn kind(&self) -> &str;

    /// What tells it from others of its kind in its account. At most 1,024 bytes, no control
    /// characters. It never changes: an entity that can be renamed needs another key than its name.
    fn key(&self) -> Cow<'_, str>;

    /// The body: JSON on one line, at most 16 MiB.
    fn encode(&self) -> Result<String, Self::Error>;

    /// Reads a body back; `None` for a kind this version of the program does not know.
    ///
    /// Such a record was written by a newer node. It stays in the database untouched and is left
    /// out of the picture. A kind that is known but whose body cannot be read is an error, and the
    /// node refuses to serve: a policy that is silently missing might be the one that denies.
    fn decode(record: &Record<'_>) -> Result<Option<Self>, Self::Error>;
}

/// A record as the database holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// Whose it is; empty for what belongs to no account.
    pub account: &'a str,
    /// What it is.
    pub kind: &'a str,
    /// What tells it from others of its kind in its account.
    pub key: &'a str,
    /// What [`Entity::encode`] wrote.
    pub body: &'a str,
}

/// A record read at the start.
#[derive(Debug)]
pub struct Loaded<E> {
    /// Whose it is.
    pub account: Arc<str>,
    /// The command that last wrote it.
    pub version: Seq,
    /// What the body says.
    pub entity: Arc<E>,
}

/// Everything the store holds, at one moment, ready to be asked.
///
/// A clone is made for every command and thrown away if the command fails, so it must cost next to
/// nothing: build it from persistent maps, such as [`OrderedMap`](crate::OrderedMap). Pictures of
/// one moment must be equal on every node, however they came about, so nothing but its arguments
/// may go into them: no clock, no chance.
pub trait Picture: Clone + Default + Send + Sync + 'static {
    /// What the picture is made of; usually an enum of all kinds.
    type Entity: Entity;

    /// Takes in a new record, or a new version of one it holds; returns the version it replaces.
    ///
    /// The committer expects to find that version in the database before it overwrites anything.
    fn put(&mut self, account: &str, entity: Arc<Self::Entity>, version: Seq) -> Option<Seq>;

    /// Leaves out a record; returns the version it had, or nothing if there was no such record.
    fn remove(&mut self, account: &str, kind: &str, key: &str) -> Option<Seq>;

    /// Builds the picture from all records, in no particular order, once at the start.
    ///
    /// The same record may come twice, with the same content. Runs on a thread that may be busy
    /// for long. Maps that can be built from sorted input in one go deserve an implementation of
    /// their own.
    fn load(records: &mut dyn Iterator<Item = Loaded<Self::Entity>>) -> Self {
        let mut picture = Self::default();
        for record in records {
            picture.put(&record.account, record.entity, record.version);
        }
        picture
    }
}
