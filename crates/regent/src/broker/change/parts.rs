//! Parts of a change that the journal tells of by themselves: who may use what from now on, and who no longer.

use regent_broker::{Account, Connector, Grant, GrantEffect, Group, RotationStep, Stored, Subject};
use regent_store::directory::Broker;

use crate::broker::journal::{Action, ConnectorName};
use crate::time;

/// What something was, and what it is.
#[derive(Debug)]
pub(crate) struct PartChange<'a, T> {
    /// As it is, or was last.
    pub(super) stored: &'a Stored<T>,
    /// None if it is new.
    pub(super) old: Option<&'a T>,
    /// None if it is gone.
    pub(super) new: Option<&'a T>,
    /// Where names are found.
    pub(super) broker: &'a Broker,
}

/// What the journal tells of one part.
#[derive(Debug)]
pub(crate) struct Part {
    pub(super) action: Action,
    pub(super) connector: Option<ConnectorName>,
    pub(super) detail: String,
}

/// The grants of a connector that came, changed and went.
pub(super) fn grants(change: &PartChange<'_, Connector>) -> Vec<Part> {
    let of = |connector: Option<&Connector>| connector.map(|it| it.grants.clone()).unwrap_or_default();
    let (old, new) = (of(change.old), of(change.new));
    let same = |grants: &[Grant], grant: &Grant| grants.iter().find(|other| other.id == grant.id).cloned();
    let part = |verb, detail| Part {
        action: Action::on("grant", verb),
        connector: Some(ConnectorName::from(change.stored)),
        detail,
    };
    let told = |grant: &Grant| tell(change.broker, grant);
    let gone =
        old.iter().filter(|grant| same(&new, grant).is_none()).map(|grant| part("delete", told(grant)));
    let other = new.iter().filter_map(|grant| match same(&old, grant) {
        None => Some(part("create", told(grant))),
        Some(before) if before == *grant => None,
        Some(before) => Some(part("update", format!("{}; before: {}", told(grant), told(&before)))),
    });
    gone.chain(other).collect()
}

/// That an account's credentials are of another AWS account now, and which keys of a rotation are left at the upstream.
pub(super) fn keys(change: &PartChange<'_, Account>) -> Vec<Part> {
    let Some(old) = change.old else { return Vec::new() };
    let part = |verb, detail| Part { action: Action::on("account", verb), connector: None, detail };
    let confirmed = change.new.filter(|new| old.is_other_account(new)).map(|new| {
        let [was, is] = [old, new].map(|account| account.aws_account_id.as_deref().unwrap_or_default());
        part("confirm", format!("its credentials are of the AWS account {is}; before: {was}"))
    });
    let left = old.keys_left_by(change.new);
    let given_up = (!left.is_empty()).then(|| {
        let is_being_made =
            old.rotation.as_ref().is_some_and(|rotation| rotation.step == RotationStep::Creating);
        let perhaps = if is_being_made { ", and perhaps one that was made since" } else { "" };
        let detail = format!("left at the upstream, to be deleted there: {}{perhaps}", left.join(", "));
        part("abandon_rotation", detail)
    });
    confirmed.into_iter().chain(given_up).collect()
}

/// Whom a provider puts into a group, if that is another one now.
pub(super) fn mapping(change: &PartChange<'_, Group>) -> Vec<Part> {
    let of = |group: Option<&Group>| group.and_then(|group| group.mapped.clone());
    let (old, new) = (of(change.old), of(change.new));
    if old == new {
        return Vec::new();
    }
    let told = |mapped| match mapped {
        Some(mapped) => serde_json::to_string(&mapped).unwrap_or_default(),
        None => "nobody".to_owned(),
    };
    let detail = format!("{}; before: {}", told(new), told(old));
    vec![Part { action: Action::on("group", "map"), connector: None, detail }]
}

/// Whom a grant is for, and under which conditions.
fn tell(broker: &Broker, grant: &Grant) -> String {
    let (kind, name) = match &grant.subject {
        Subject::Group(id) => ("group", broker.groups.get(id.as_str()).map(|held| held.value.name.clone())),
        Subject::User(id) => ("user", broker.people.get(id.as_str()).map(|held| held.value.name.to_string())),
        Subject::SystemCaller(id) => {
            ("system caller", broker.system_callers.get(id.as_str()).map(|held| held.value.name.to_string()))
        }
    };
    let effect = match grant.effect {
        GrantEffect::Use => "use",
        GrantEffect::Request => "request",
        GrantEffect::Approve => "approve",
    };
    let until = grant.expires_at.map(|until| format!(" until {}", time::iso_text(until))).unwrap_or_default();
    let conditions = serde_json::to_string(&grant.conditions).unwrap_or_default();
    format!(
        "{} lets {kind} {} ({}) {effect}{until}, if {conditions}",
        grant.id,
        grant.subject.id(),
        name.unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use regent_broker::{AccountTerms, Id};
    use serde_json::json;

    use super::*;

    #[test]
    fn an_account_that_is_another_one_is_told_with_both_numbers() {
        let terms: AccountTerms = serde_json::from_value(json!({ "name": "a", "kind": "ambient" })).unwrap();
        let of = |number: Option<&str>| Account {
            aws_account_id: number.map(Into::into),
            ..Account::new(terms.clone())
        };
        for (old, new, expected) in [
            (None, Some("111122223333"), None),
            (Some("111122223333"), Some("111122223333"), None),
            (
                Some("111122223333"),
                Some("999988887777"),
                Some("its credentials are of the AWS account 999988887777; before: 111122223333"),
            ),
        ] {
            let (old, new) = (of(old), of(new));
            let stored = Stored {
                id: Id::new("acct", 0, [0; 10]),
                created: 0,
                created_by: "a".into(),
                updated: 0,
                updated_by: "a".into(),
                value: new.clone(),
            };
            let broker = Broker::default();
            let change = PartChange { stored: &stored, old: Some(&old), new: Some(&new), broker: &broker };
            let told = keys(&change).into_iter().next();
            assert!(told.iter().all(|part| part.action.as_str() == "account.confirm"));
            assert_eq!(told.map(|part| part.detail).as_deref(), expected);
        }
    }
}
