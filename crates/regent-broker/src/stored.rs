use serde::{Deserialize, Serialize};

use crate::id::Id;

/// Something the broker keeps, with who made it what it is, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stored<T> {
    /// Its id, which never changes.
    pub id: Id,
    /// When it was made, in seconds since 1970.
    pub created: i64,
    /// Who made it: the id of a person or a system caller, or a word for the server itself.
    pub created_by: Box<str>,
    /// When it was last changed.
    pub updated: i64,
    /// Who changed it.
    pub updated_by: Box<str>,
    /// What it is.
    pub value: T,
}

/// A kind of thing that the broker keeps.
pub trait Noun: Clone + Send + Sync + 'static {
    /// Its kind in the store: `connector`.
    const KIND: &'static str;
    /// What its ids begin with: `conn`.
    const PREFIX: &'static str;

    /// The name that no two of its kind share, whatever the case.
    fn name(&self) -> &str;
}
