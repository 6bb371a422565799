//! IAM: one file a noun, one function an operation, named after it.
//!
//! Operations that read take the picture; operations that change something describe the change as a command on the
//! newest picture ([`Call::write`](crate::call::Call::write)), so that every rule that spans entities holds at the
//! moment of the change, whoever else is writing.

pub(crate) mod access_key;
mod boundary;
mod page;
pub(crate) mod quota;
mod tag;
pub(crate) mod user;
