//! What ends when somebody may do nothing any more.

use std::sync::Arc;

use regent_broker::{Group, Id, Login, Noun as _, Who};

use super::change::{BrokerChange, NotChanged};

/// Ends all sign-ins of a person or a system caller. The journal has been told why.
pub(crate) fn end_logins(change: &mut BrokerChange<'_>, who: &Who) {
    let logins = change.draft.broker().logins.iter().filter(|held| held.entity.value.who == *who);
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
