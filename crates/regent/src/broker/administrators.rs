//! Somebody stays who can let others in.

use regent_broker::{BrokerRole, Group, Origin, Person, Status, Stored};
use regent_store::directory::Broker;

use crate::rest::problem::Problem;

/// Whether there is an administrator who can sign in.
///
/// Whoever is one only because a provider says so does not count: the provider may say otherwise tomorrow.
pub(crate) fn is_any(broker: &Broker) -> bool {
    broker.people.iter().any(|held| is_one(broker, &held.entity))
}

/// What is said to somebody who would be the last to go.
pub(crate) fn last() -> Problem {
    Problem::conflict("last_administrator", "nobody would be left who is an administrator and can sign in")
        .fix("make somebody else an administrator first")
}

fn is_one(broker: &Broker, person: &Stored<Person>) -> bool {
    let by_group = || {
        let is_one =
            |group: &std::sync::Arc<Stored<Group>>| group.value.roles.contains(&BrokerRole::Administrator);
        broker.groups_of(person.id.as_str()).any(is_one)
    };
    person.value.status == Status::Active
        && can_sign_in(broker, &person.value)
        && (person.value.roles.contains(&BrokerRole::Administrator) || by_group())
}

fn can_sign_in(broker: &Broker, person: &Person) -> bool {
    match &person.origin {
        Origin::Local => person.password.is_some() || !person.passkeys.is_empty(),
        Origin::Oidc { source, .. } => {
            broker.identity_sources.get(source.as_str()).is_some_and(|source| !source.value.terms.disabled)
        }
    }
}
