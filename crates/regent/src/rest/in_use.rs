//! What cannot go because something else names it.

use regent_broker::{Connector, Id, Stored};
use regent_store::directory::Broker;

use super::accounts::UsedBy;
use super::problem::{FieldProblem, Problem};

/// How many users of a thing are told.
const TOLD: usize = 100;

/// Refuses if there are users, and tells who they are.
pub(super) fn refuse(code: &'static str, word: &str, users: &[UsedBy]) -> Result<(), Problem> {
    if users.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = users.iter().take(TOLD).map(|user| user.name.as_str()).collect();
    let fields = users.iter().take(TOLD).map(|user| FieldProblem {
        name: user.id.to_string(),
        code: "uses_it".to_owned(),
        detail: format!("{} names this {word}", user.name),
        fix: None,
    });
    Err(Problem::conflict(code, format!("the {word} is named by {}", names.join(", ")))
        .fix("take it out of these first")
        .fields(fields.collect()))
}

/// The connectors that grant something to somebody.
pub(super) fn granting(broker: &Broker, subject: &Id) -> Vec<UsedBy> {
    let names_it = |connector: &Connector| connector.grants.iter().any(|grant| grant.subject.id() == subject);
    let connectors = broker.connectors.iter().filter(|held| names_it(&held.entity.value));
    connectors.map(|held| used_by(&held.entity)).collect()
}

fn used_by(connector: &Stored<Connector>) -> UsedBy {
    UsedBy { id: connector.id.clone(), name: connector.value.terms.name.clone() }
}
