//! The cookie of a console session.

use regent_store::entity::Seconds;

/// Its name. The prefix makes browsers refuse it from anybody but this very host, and over plain HTTP from any
/// machine but their own.
pub(super) const NAME: &str = "__Host-regent-console";
const ATTRIBUTES: &str = "Secure; HttpOnly; SameSite=Lax; Path=/";
/// The longest value: browsers keep 4,096 bytes of name and value.
pub(super) const MAX_VALUE_BYTES: usize = 4096 - NAME.len() - 1;
/// How much longer than its session a cookie lives, so that somebody whose session is over still sees where it came from.
const AFTERLIFE_SECS: Seconds = 86_400;

/// The header that sets it, for a session of which this much is left.
pub(super) fn set(value: &str, rest: Seconds) -> String {
    format!("{NAME}={value}; Max-Age={}; {ATTRIBUTES}", rest + AFTERLIFE_SECS)
}

/// The header that removes it.
pub(super) fn clear() -> String {
    format!("{NAME}=; Max-Age=0; {ATTRIBUTES}")
}
