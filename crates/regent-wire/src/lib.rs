//! AWS on the wire: SigV4, protocols, generated operation types.

pub mod digest;
pub mod secret;
pub mod sigv4;
