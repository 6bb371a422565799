//! HTTP: connections in, answers out. Nothing here knows what an operation is.

pub(crate) mod body;
pub(crate) mod listener;
pub(crate) mod tls;
