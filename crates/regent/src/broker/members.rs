//! Who is in a group: those it lists, and those whom a provider has put into it lately.

use regent_broker::{Group, Origin, Person, Stored};
use regent_store::directory::Broker;

/// How many people are in a group now.
pub(crate) fn count(broker: &Broker, group: &Stored<Group>, now: i64) -> usize {
    of(broker, group, now).count()
}

/// The people who are in a group now.
pub(crate) fn of<'a>(
    broker: &'a Broker,
    group: &'a Stored<Group>,
    now: i64,
) -> impl Iterator<Item = &'a Stored<Person>> {
    let listed = group.value.members.iter().filter_map(|id| broker.people.get(id.as_str()));
    let mapped = broker
        .people
        .iter()
        .filter(|_| group.value.mapped.is_some())
        .map(|held| &held.entity)
        .filter(move |person| is_mapped(broker, group, &person.value, now))
        .filter(|person| !group.value.members.contains(&person.id));
    listed.chain(mapped).map(|person| &**person)
}

/// Whether a provider has put a person into a group, not too long ago.
fn is_mapped(broker: &Broker, group: &Stored<Group>, person: &Person, now: i64) -> bool {
    let (Some(mapping), Some(claimed), Origin::Oidc { source, .. }) =
        (&group.value.mapped, &person.claimed_groups, &person.origin)
    else {
        return false;
    };
    let Some(known) = broker.identity_sources.get(source.as_str()) else { return false };
    let is_fresh = now.saturating_sub(claimed.at) <= i64::from(known.value.terms.group_max_age_seconds);
    mapping.source == *source
        && !known.value.terms.disabled
        && is_fresh
        && claimed.values.iter().any(|value| **value == *mapping.value)
}
