//! HTTP: connections in, answers out. Nothing here knows what an operation is.

pub(crate) mod body;
pub(crate) mod forwarded;
pub(crate) mod listener;
mod patience;
pub(crate) mod tls;
