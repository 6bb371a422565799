//! How the last test or use of something went. Noted past the change log and beside the records: whoever edits a
//! connector is not told that somebody was faster because somebody used it.
//!
//! Nothing is decided by it: it is for people to see.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use regent_broker::{Account, Connector, Health, Id, Stored};
use serde::{Deserialize, Serialize};

use crate::server::Server;

const CONNECTOR: &str = "connector-health";
const ACCOUNT: &str = "account-health";

/// How it went, and with what: on another role or other credentials it says nothing.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    of: String,
    health: Health,
}

/// How the last test or use of a connector went.
pub(crate) fn of_connector(server: &Server, connector: &Stored<Connector>) -> Health {
    get(server, CONNECTOR, &connector.id, &source(&connector.value.terms.source()))
}

/// How the last test of an account went.
pub(crate) fn of_account(server: &Server, account: &Stored<Account>) -> Health {
    get(server, ACCOUNT, &account.id, &source(&account.value.terms.source()))
}

/// Notes how a test or a use of a connector went, where that is news.
pub(crate) fn note_connector(server: &Server, connector: &Stored<Connector>, health: &Health) {
    note(server, CONNECTOR, &connector.id, source(&connector.value.terms.source()), health);
}

/// Notes how a test of an account went, where that is news.
pub(crate) fn note_account(server: &Server, account: &Stored<Account>, health: &Health) {
    note(server, ACCOUNT, &account.id, source(&account.value.terms.source()), health);
}

/// What tells one source from another, in as much space as a fact has.
fn source(source: &impl Serialize) -> String {
    let text = serde_json::to_vec(source).unwrap_or_default();
    HEXLOWER.encode(digest(&SHA256, &text).as_ref())
}

fn get(server: &Server, kind: &str, id: &Id, of: &str) -> Health {
    let fact = server.store.facts().get("", kind, id.as_str());
    let note = fact.and_then(|fact| serde_json::from_str::<Note>(&fact.value).ok());
    note.filter(|note| note.of == of).map(|note| note.health).unwrap_or_default()
}

fn note(server: &Server, kind: &str, id: &Id, of: String, health: &Health) {
    let is_known = match (get(server, kind, id, &of), health) {
        (Health::Ok, Health::Ok) => true,
        // It fails since it began to.
        (Health::Failing { code: known, .. }, Health::Failing { code, .. }) => known == *code,
        (Health::Untested | Health::Ok | Health::Failing { .. }, _) => false,
    };
    if is_known {
        return;
    }
    let note = Note { of, health: health.clone() };
    let noted = serde_json::to_string(&note).map_err(|error| error.to_string()).and_then(|note| {
        server.store.facts().record("", kind, id.as_str(), &note).map_err(|error| error.to_string())
    });
    if let Err(error) = noted {
        tracing::warn!(error, kind, "how it went could not be noted");
    }
}
