//! How the last test or use of a connector went. Noted past the change log and beside the record: whoever edits a
//! connector is not told that somebody was faster because somebody used it.
//!
//! Nothing is decided by it: it is for people to see.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use regent_broker::{Account, Connector, Health, Stored};
use serde::{Deserialize, Serialize};

use super::change::BrokerChange;
use crate::server::Server;

const KIND: &str = "connector-health";

/// How it went, and with what: of another role or account it says nothing.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    of: String,
    health: Health,
}

/// How the last test or use of a connector went.
pub(crate) fn of_connector(server: &Server, connector: &Stored<Connector>) -> Health {
    let fact = server.store.facts().get("", KIND, connector.id.as_str());
    let note = fact.and_then(|fact| serde_json::from_str::<Note>(&fact.value).ok());
    note.filter(|note| note.of == source(connector)).map(|note| note.health).unwrap_or_default()
}

/// Notes how a test or a use of a connector went, where that is news.
pub(crate) fn note_connector(server: &Server, connector: &Stored<Connector>, health: &Health) {
    if !is_news(&of_connector(server, connector), health) {
        return;
    }
    let note = Note { of: source(connector), health: health.clone() };
    let noted = serde_json::to_string(&note).map_err(|error| error.to_string()).and_then(|note| {
        let recorded = server.store.facts().record("", KIND, connector.id.as_str(), &note);
        recorded.map_err(|error| error.to_string())
    });
    if let Err(error) = noted {
        tracing::warn!(error, "how it went could not be noted");
    }
}

/// Keeps how a test of an account went, unless it has other credentials by now. That is seldom, and for others to see
/// and to decide by: it stands in the record.
pub(crate) fn keep_account(change: &mut BrokerChange<'_>, tested: &Stored<Account>, health: &Health) {
    let Ok(now) = change.current::<Account>(tested.id.as_str(), None) else { return };
    if is_news(&now.value.health, health) && now.value.terms.source() == tested.value.terms.source() {
        let value = Account { health: health.clone(), ..now.value.clone() };
        change.put(Stored { value, ..Stored::clone(&now) });
    }
}

/// Whether it goes otherwise now. What fails does so since it began to.
fn is_news(known: &Health, health: &Health) -> bool {
    match (known, health) {
        (Health::Ok, Health::Ok) => false,
        (Health::Failing { code: known, .. }, Health::Failing { code, .. }) => known != code,
        (Health::Untested | Health::Ok | Health::Failing { .. }, _) => true,
    }
}

/// What tells one account and role from others, in as much space as a fact has.
fn source(connector: &Stored<Connector>) -> String {
    let text = serde_json::to_vec(&connector.value.terms.source()).unwrap_or_default();
    HEXLOWER.encode(digest(&SHA256, &text).as_ref())
}
