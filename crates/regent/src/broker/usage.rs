//! When things were last used. Noted past the change log.

use regent_broker::{Id, Who};

use crate::server::Server;

const CONNECTOR: &str = "connector-used";
const PERSON: &str = "person-signed-in";
const SYSTEM_CALLER: &str = "system-caller-used";
/// How exactly it is known when a token was last used.
const RESOLUTION_SECS: i64 = 60;

/// Notes that a connector was used.
pub(crate) fn note(server: &Server, connector: &Id, now: i64) {
    record(server, CONNECTOR, connector, now);
}

/// When a connector was last used, in seconds.
pub(crate) fn of_connector(server: &Server, connector: &Id) -> Option<i64> {
    get(server, CONNECTOR, connector)
}

/// Notes that somebody has signed in, or shown a token.
pub(crate) fn note_caller(server: &Server, who: &Who, now: i64) {
    let (kind, id) = match who {
        Who::Person(id) => (PERSON, id),
        Who::SystemCaller(id) => (SYSTEM_CALLER, id),
    };
    if get(server, kind, id).is_none_or(|at| now.saturating_sub(at) >= RESOLUTION_SECS) {
        record(server, kind, id, now);
    }
}

/// When somebody last signed in or showed a token, in seconds.
pub(crate) fn of_caller(server: &Server, who: &Who) -> Option<i64> {
    match who {
        Who::Person(id) => get(server, PERSON, id),
        Who::SystemCaller(id) => get(server, SYSTEM_CALLER, id),
    }
}

fn record(server: &Server, kind: &str, id: &Id, now: i64) {
    if let Err(error) = server.store.facts().record("", kind, id.as_str(), &now.to_string()) {
        tracing::warn!(%error, kind, "a use could not be noted");
    }
}

fn get(server: &Server, kind: &str, id: &Id) -> Option<i64> {
    server.store.facts().get("", kind, id.as_str())?.value.parse().ok()
}
