//! How often one may try: waits that double after failed sign-ins, and an even flow for issuing.
//!
//! Both are kept in memory and by node: a restart forgives, and ten nodes allow ten times as much, which is still little. Both
//! are bounded whatever comes: neither grows with the number of names somebody makes up.

pub(crate) mod backoff;
pub(crate) mod rate;

/// Not now. After so many seconds it is worth trying again; what HTTP calls `Retry-After`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts; try again in {after_secs} seconds")]
pub(crate) struct TooMany {
    /// Whole seconds, at least one.
    pub(crate) after_secs: u32,
}
