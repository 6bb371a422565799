//! What could be left out without a difference.

use std::collections::{HashMap, HashSet};

use super::glob::{covers, is_pattern};
use super::issue::IssueCode;
use super::policy::{List, Statement};
use super::report::{Report, Spot};
use super::subject::Subject;

/// What one list of a statement says twice.
pub(super) fn check(subject: &Subject<'_, '_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    let mut check_list = |list: &Option<List<'_>>, code, what, fold: fn(&str) -> String| {
        let Some(list) = list else { return };
        let spots = redundant(subject, list, fold);
        let Some(Spot::Value(first)) = spots.first().copied() else { return };
        let example = list.items.iter().find(|item| item.node == first).map_or("", |item| item.str);
        let others = match spots.len() {
            1 => String::new(),
            count => format!(", and it is not the only one: {count} {what} are"),
        };
        let details =
            format!("`{example}` is covered by the rest of the list{others}. Leave out what is covered.");
        report.add_all(code, &spots, details);
    };
    check_list(&statement.actions, IssueCode::RedundantAction, "actions", str::to_ascii_lowercase);
    check_list(&statement.resources, IssueCode::RedundantResource, "resources", str::to_owned);
}

/// The values that are listed earlier, or covered by a pattern of the list.
fn redundant(subject: &Subject<'_, '_>, list: &List<'_>, fold: fn(&str) -> String) -> Vec<Spot> {
    let folded: Vec<String> = list.items.iter().map(|item| fold(item.str)).collect();
    let patterns: Vec<&str> = folded.iter().map(String::as_str).filter(|text| is_pattern(text)).collect();
    let mut seen = HashSet::new();
    let mut spots = Vec::new();
    for (item, text) in list.items.iter().zip(&folded) {
        let is_repeated = !seen.insert(text.as_str());
        let is_covered = || {
            let mut others = patterns.iter().filter(|pattern| **pattern != text.as_str());
            others.any(|pattern| covers(pattern.as_bytes(), text.as_bytes(), &subject.steps))
        };
        if is_repeated || is_covered() {
            spots.push(Spot::Value(item.node));
        }
    }
    spots
}

/// Statements that say the same as an earlier one, whatever they are called.
pub(super) fn check_statements(subject: &Subject<'_, '_>, report: &mut Report<'_>) {
    let mut seen: HashMap<String, u32> = HashMap::new();
    for statement in &subject.policy.statements {
        let Some(meaning) = meaning(statement) else { continue };
        if let Some(first) = seen.get(&meaning) {
            let details = "This statement says the same as another one. Remove one of them.";
            report.add_all(
                IssueCode::RedundantStatement,
                &[Spot::Value(*first), Spot::Value(statement.node)],
                details,
            );
        } else {
            seen.insert(meaning, statement.node);
        }
    }
}

/// What a statement says, in a form in which order, case and repetition do not show.
fn meaning(statement: &Statement<'_>) -> Option<String> {
    let mut parts = vec![format!("{:?}", statement.effect?)];
    let actions = statement.actions.as_ref().filter(|list| !list.items.is_empty())?;
    parts.push(set(actions.is_excluded(), actions.items.iter().map(|item| item.str.to_ascii_lowercase())));
    if let Some(list) = &statement.resources {
        parts.push(set(list.is_excluded(), list.items.iter().map(|item| item.str.to_owned())));
    }
    if let Some(list) = &statement.principals {
        let entries = list.entries.iter().map(|(kind, text)| format!("{kind:?} {}", text.str));
        parts.push(format!("{:?}{}", list.polarity, set(false, entries)));
    }
    let conditions = statement.conditions.iter().map(|condition| {
        let values = set(false, condition.values.iter().map(|value| value.text.str.to_owned()));
        format!("{:?} {} {values}", condition.operator, condition.key.str.to_ascii_lowercase())
    });
    parts.push(set(false, conditions));
    Some(parts.join("\u{1E}"))
}

fn set(is_excluded: bool, items: impl Iterator<Item = String>) -> String {
    let mut items: Vec<String> = items.collect();
    items.sort_unstable();
    items.dedup();
    format!("{is_excluded}\u{1D}{}", items.join("\u{1F}"))
}
