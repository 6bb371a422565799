//! Condition keys that an action never carries.

use super::glob::is_pattern;
use super::issue::IssueCode;
use super::policy::{Condition, Statement, Text};
use super::report::{Report, Spot};
use super::subject::Subject;
use crate::catalogue::{CatalogueAction, ConditionKey};
use crate::document::Effect;
use crate::operator::{Comparison, Qualifier};

const RESOURCE_TAG: &str = "aws:ResourceTag/";

pub(super) fn check(subject: &Subject<'_, '_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    for condition in &statement.conditions {
        // Who writes one of these has thought of requests without the key.
        let allows_absence = condition.operator.if_exists
            || condition.operator.comparison == Comparison::Null
            || condition.operator.qualifier == Qualifier::ForAllValues;
        let Some(key) = subject.key(condition.key.str).filter(|_| !allows_absence) else { continue };
        let is_tag = condition
            .key
            .str
            .get(..RESOURCE_TAG.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(RESOURCE_TAG));
        if is_tag {
            check_tag(subject, statement, condition, key, report);
        } else if !subject.options.is_trust() && !key.is_global() && is_of_service(subject, condition.key.str)
        {
            check_actions(subject, statement, condition, key, report);
        }
    }
}

/// Is it a service's key? The others are claims of identity providers, which sessions carry on.
fn is_of_service(subject: &Subject<'_, '_>, key: &str) -> bool {
    key.split_once(':').is_some_and(|(prefix, _)| subject.catalogue.service(prefix).is_some())
}

/// A key of a service in a statement about actions that do not set it: the condition never holds for them, or,
/// negated, always. The actions of a trust policy are one call, which carries the keys of all of them.
fn check_actions(
    subject: &Subject<'_, '_>,
    statement: &Statement<'_>,
    condition: &Condition<'_>,
    key: ConditionKey<'_>,
    report: &mut Report<'_>,
) {
    let lacking: Vec<Text<'_>> = statement
        .listed_actions()
        .iter()
        .filter(|action| !is_pattern(action.str))
        .filter(|action| subject.catalogue.action(action.str).is_some_and(|action| !action.lists(key)))
        .copied()
        .collect();
    if lacking.is_empty() {
        return;
    }
    let spots: Vec<_> = lacking.iter().map(|action| Spot::Value(action.node)).collect();
    let details = format!(
        "Requests for {} carry no `{}`, so the condition means nothing for them. Move them to a statement without it.",
        listed(&lacking),
        condition.key.str
    );
    report.add_all(IssueCode::UnsupportedActionForConditionKey, &spots, details);
}

/// The tags of a resource are there for the actions of services that look at them.
fn check_tag(
    subject: &Subject<'_, '_>,
    statement: &Statement<'_>,
    condition: &Condition<'_>,
    key: ConditionKey<'_>,
    report: &mut Report<'_>,
) {
    let (Some(effect), Some(actions)) = (statement.effect, &statement.actions) else { return };
    let name = condition.key.str;
    if actions.is_excluded() {
        let (code, consequence) = match effect {
            Effect::Allow => {
                (IssueCode::AllowNotActionWithUnsupportedTagConditionKeyForService, "are not allowed")
            }
            Effect::Deny => {
                (IssueCode::DenyNotActionWithUnsupportedTagConditionKeyForService, "are not denied")
            }
        };
        let details = format!(
            "Many actions carry no `{name}`; they {consequence} by this statement. List the actions that are meant with \
             `Action`."
        );
        report.add(code, Spot::Key(condition.key.node), details);
        return;
    }
    let lacking: Vec<_> =
        actions.items.iter().filter(|action| lacks(subject, **action, key)).copied().collect();
    if lacking.is_empty() {
        return;
    }
    let mut services: Vec<_> =
        lacking.iter().filter_map(|action| Some(action.str.split_once(':')?.0)).collect();
    services.sort_unstable();
    services.dedup();
    let services =
        services.iter().take(5).map(|service| format!("`{service}`")).collect::<Vec<_>>().join(", ");
    let (code, consequence) = match effect {
        Effect::Allow => (IssueCode::AllowWithUnsupportedTagConditionKeyForService, "does not allow them"),
        Effect::Deny => (IssueCode::DenyWithUnsupportedTagConditionKeyForService, "does not deny them"),
    };
    let details = format!(
        "Of {services}, the actions {} carry no `{name}`, so this statement {consequence}. Move them to a statement \
         that names resources instead of tags.",
        listed(&lacking)
    );
    let spots: Vec<_> = lacking.iter().map(|action| Spot::Value(action.node)).collect();
    report.add_all(code, &spots, details);
}

/// Does no request for the action carry the key? A pattern lacks it when all its actions do.
fn lacks(subject: &Subject<'_, '_>, action: Text<'_>, key: ConditionKey<'_>) -> bool {
    let Some((prefix, name)) = action.str.split_once(':') else { return false };
    let Some(service) = subject.catalogue.service(prefix) else { return false };
    let lists = |action: CatalogueAction<'_>| action.lists(key);
    if !is_pattern(name) {
        return service.action(name).is_some_and(|action| !lists(action));
    }
    if !subject.steps.take(8 * service.actions().len()) {
        return false;
    }
    let mut matching = subject.catalogue.actions_matching(action.str).peekable();
    matching.peek().is_some() && !matching.any(lists)
}

/// A few of the actions, for a sentence.
fn listed(actions: &[Text<'_>]) -> String {
    const SHOWN: usize = 5;
    let shown =
        actions.iter().take(SHOWN).map(|action| format!("`{}`", action.str)).collect::<Vec<_>>().join(", ");
    match actions.len().checked_sub(SHOWN) {
        None | Some(0) => shown,
        Some(more) => format!("{shown} and {more} more"),
    }
}
