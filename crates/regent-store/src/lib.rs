//! Entities, the store contract, the change log and the in-memory directory.
//!
//! A store is a set of versioned records in SQLite or PostgreSQL, and a picture of all of them in
//! memory. Reads ask the picture and never touch the database. Writes are commands: closures that
//! one task, the committer, runs inside a transaction on the newest picture there is. Several nodes
//! may share one database; each follows the others through the change log.
//!
//! ```text
//!              write(command)                                    picture()
//!                    │                                               ▲
//!                    ▼                                               │
//!   other nodes ─► committer ─► record + change + head ─► COMMIT ─► snapshot ◄─ follower ◄─ change
//! ```
//!
//! What the records mean is not this machinery's business: whoever uses it implements [`Entity`]
//! (what one record holds) and [`Picture`] (what is kept in memory, and how it is asked).
//!
//! | promise | kept by |
//! |---|---|
//! | A write that was answered is durable, and its node shows it. | `committer.rs` |
//! | Commands are serializable; one that says no disturbs nobody. | `committer.rs`, `batch.rs` |
//! | A write is made once, even if the answer to its commit was lost. | `committer.rs` (`is_in`) |
//! | The log has no gap: seq 1, 2, 3, in the order of the commits. | `log.rs` |
//! | What a command archives is there if its changes are. | `archive.rs`, `committer.rs` |
//! | A snapshot shows whole commands, never half of one. | `catch_up.rs` |
//! | Nothing is overwritten that this node has not seen. | `record.rs` |
//! | A node that cannot follow says so. | `snapshot.rs`, `follower.rs` |
//!
//! Begin with [`Store`], then `committer.rs`, `log.rs` and `catch_up.rs`. Only `sql.rs` knows the
//! drivers, only `dialect.rs` how the engines differ.
//!
//! ```
//! use std::borrow::Cow;
//! use std::sync::Arc;
//!
//! use regent_store::{
//!     Clock, Draft, Entity, Entropy, Location, Options, OrderedMap, Picture, Record, Seq, Store,
//!     StoreError,
//! };
//!
//! /// A note is its own text, and its body a JSON string.
//! struct Note(String);
//!
//! impl Entity for Note {
//!     type Error = serde_json::Error;
//!
//!     fn kind(&self) -> &str {
//!         "note"
//!     }
//!
//!     fn key(&self) -> Cow<'_, str> {
//!         Cow::Borrowed(&self.0)
//!     }
//!
//!     fn encode(&self) -> Result<String, Self::Error> {
//!         serde_json::to_string(&self.0)
//!     }
//!
//!     fn decode(record: &Record<'_>) -> Result<Option<Self>, Self::Error> {
//!         match record.kind {
//!             "note" => serde_json::from_str(record.body).map(|text| Some(Self(text))),
//!             _ => Ok(None),
//!         }
//!     }
//! }
//!
//! #[derive(Clone, Default)]
//! struct Notes(OrderedMap<String, Seq>);
//!
//! impl Picture for Notes {
//!     type Entity = Note;
//!
//!     fn put(&mut self, _account: &str, note: Arc<Note>, version: Seq) -> Option<Seq> {
//!         self.0.insert(note.0.clone(), version)
//!     }
//!
//!     fn remove(&mut self, _account: &str, _kind: &str, key: &str) -> Option<Seq> {
//!         self.0.remove(key)
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), StoreError> {
//! let options = Options::new(Clock::new(|| 0), Entropy::new(|| 4));
//! let store = Store::<Notes>::open(&Location::Memory, options).await?;
//!
//! let add = |draft: &mut Draft<Notes>| {
//!     draft.put("000000000001", Note("buy milk".into()));
//!     Ok::<_, StoreError>(draft.seq())
//! };
//! let seq = store.write(add).await?;
//!
//! assert_eq!(store.picture().0.get("buy milk"), Some(&seq));
//! store.shutdown().await
//! # }
//! ```

mod archive;
mod batch;
mod catch_up;
mod command;
mod committer;
mod dialect;
pub mod directory;
mod draft;
pub mod entity;
mod error;
mod facts;
mod follower;
mod link;
mod location;
mod log;
mod migrate;
mod multirow;
mod options;
mod ordered_map;
mod picture;
mod record;
mod scan;
mod seq;
mod snapshot;
mod sql;
mod store;
mod trim;

pub use archive::{Archived, Forgotten, Order, Page, Range};
pub use draft::Draft;
pub use error::StoreError;
pub use facts::{Fact, Facts};
pub use location::{Location, ParseLocationError};
pub use options::{Clock, Entropy, Options};
pub use ordered_map::{Iter, OrderedMap};
pub use picture::{Entity, Loaded, Picture, Record};
pub use seq::{ParseSeqError, Seq};
pub use snapshot::{Freshness, Snapshot};
pub use store::Store;
pub use trim::Trimmed;
