//! What ends when somebody may do nothing any more.

use std::sync::Arc;

use regent_broker::{Group, Id, Login, Noun as _, Who};
use regent_store::directory::Broker;

use super::change::{BrokerChange, NotChanged};

/// Ends all sign-ins of a person or a system caller. The journal has been told why.
pub(crate) fn end_logins(change: &mut BrokerChange<'_>, who: &Who) {
    end_logins_of(change, |_, login| login.who == *who);
}

/// Ends all sign-ins of the people whom an identity source vouches for.
pub(crate) fn end_logins_from(change: &mut BrokerChange<'_>, source: &Id) {
    end_logins_of(change, |broker, login| match &login.who {
        Who::Person(id) => {
            broker.people.get(id.as_str()).is_some_and(|person| person.value.origin.is_from(source))
        }
        Who::SystemCaller(_) => false,
    });
}

fn end_logins_of(change: &mut BrokerChange<'_>, is_over: impl Fn(&Broker, &Login) -> bool) {
    let broker = change.draft.broker();
    let logins = broker.logins.iter().filter(|held| is_over(broker, &held.entity.value));
    let ids: Vec<Id> = logins.map(|held| held.entity.id.clone()).collect();
    for id in ids {
        change.draft.remove("", Login::KIND, id.as_str());
    }
}

/// Takes a person out of the groups that list them.
pub(crate) fn leave_groups(change: &mut BrokerChange<'_>, person: &Id) -> Result<(), NotChanged> {
    let groups: Vec<_> = change.draft.broker().groups_of(person.as_str()).map(Arc::clone).collect();
    for group in groups {
        let members = group.value.members.iter().filter(|member| *member != person).cloned().collect();
        change.replace(&group, Group { members, ..group.value.clone() })?;
    }
    Ok(())
}
