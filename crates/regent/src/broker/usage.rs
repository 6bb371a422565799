//! When a connector was last used. Noted past the change log.

use regent_broker::Id;

use crate::server::Server;

const KIND: &str = "connector-used";

/// Notes that a connector was used.
pub(crate) fn note(server: &Server, connector: &Id, now: i64) {
    if let Err(error) = server.store.facts().record("", KIND, connector.as_str(), &now.to_string()) {
        tracing::warn!(%error, "a use could not be noted");
    }
}

/// When a connector was last used, in seconds.
pub(crate) fn of_connector(server: &Server, connector: &Id) -> Option<i64> {
    server.store.facts().get("", KIND, connector.as_str())?.value.parse().ok()
}
