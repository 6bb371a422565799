//! The text of a policy.

use std::collections::BTreeMap;

use regent_policy::catalogue::Catalogue;
use regent_policy::format::{Style, format};
use regent_policy::validate::{Finding, FindingType, Options, validate};
use regent_policy::{PolicyKind, admit, counted_size};
use serde_json::{Map, Value, json};

use super::principal::{Named, Type};
use super::statement::{self, Group};
use super::{Chosen, Effect, GenerateError, Kind, Wish};
use crate::policy::size::quota;

/// Writes the policy of a wish, and notes what its reader should know.
pub(crate) fn policy(wish: &Wish, notes: &mut Vec<String>) -> Result<String, GenerateError> {
    let mut statements = Vec::new();
    if wish.kind == Kind::Trust && wish.actions.is_empty() {
        trust(wish, notes, &mut statements)?;
    } else {
        for group in statement::groups(wish, notes)? {
            statements.push(written(wish, &group, &wish.principals));
        }
    }
    number(&mut statements, wish.sid.as_deref());
    let document = json!({ "Version": "2012-10-17", "Statement": statements });
    let text = format(&document.to_string(), Style::default())
        .map_err(|error| GenerateError::Refused(error.to_string()))?;
    if let Err(refusal) = admit(&text, wish.policy_kind()) {
        return Err(GenerateError::Refused(refusal.message().to_owned()));
    }
    // What was asked for is written, and what is wrong with it or risky is said.
    let validation = validate(&text, &Options::of(wish.policy_kind()));
    let grave = |finding: &&Finding| finding.finding_type() <= FindingType::SecurityWarning;
    notes.extend(validation.findings().iter().filter(grave).map(|finding| finding.details().to_owned()));
    if let Some(note) = too_long(&text, wish.policy_kind()) {
        notes.push(note);
    }
    Ok(text)
}

/// A statement for each way in which the principals assume a role.
fn trust(wish: &Wish, notes: &mut Vec<String>, statements: &mut Vec<Value>) -> Result<(), GenerateError> {
    let mut by_action: BTreeMap<&str, Vec<Named>> = BTreeMap::new();
    for principal in &wish.principals {
        by_action.entry(principal.of.assumes_by()).or_default().push(principal.clone());
    }
    for (name, principals) in by_action {
        let action = Catalogue::bundled().action(name);
        let unknown = || GenerateError::Unknown(format!("no `{name}` in the catalogue"));
        let action = action.ok_or_else(unknown)?;
        let alone = Wish {
            actions: vec![Chosen { action, is_named: true }],
            conditions: wish.conditions.clone(),
            kind: wish.kind,
            effect: wish.effect,
            ..Wish::default()
        };
        for group in statement::groups(&alone, notes)? {
            statements.push(written(wish, &group, &principals));
        }
    }
    Ok(())
}

fn written(wish: &Wish, group: &Group, principals: &[Named]) -> Value {
    let effect = match wish.effect {
        Effect::Allow => "Allow",
        Effect::Deny => "Deny",
    };
    let mut statement = Map::new();
    statement.insert("Effect".to_owned(), effect.into());
    if !principals.is_empty() {
        statement.insert("Principal".to_owned(), principal(principals));
    }
    statement.insert("Action".to_owned(), one_or_many(&group.actions));
    if !group.resources.is_empty() {
        statement.insert("Resource".to_owned(), one_or_many(&group.resources));
    }
    if !wish.conditions.is_empty() {
        let mut conditions: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
        for wanted in &wish.conditions {
            let keys = conditions.entry(&wanted.operator).or_default();
            keys.insert(wanted.name.clone(), one_or_many(&wanted.values));
        }
        statement.insert("Condition".to_owned(), json!(conditions));
    }
    statement.into()
}

fn principal(principals: &[Named]) -> Value {
    if let [Named { of: Type::Aws, name }] = principals
        && name == "*"
    {
        return name.as_str().into();
    }
    let mut members: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for principal in principals {
        members.entry(principal.of.member()).or_default().push(principal.name.clone());
    }
    members
        .into_iter()
        .map(|(member, names)| (member.to_owned(), one_or_many(&names)))
        .collect::<Map<_, _>>()
        .into()
}

fn one_or_many(values: &[String]) -> Value {
    match values {
        [one] => one.as_str().into(),
        many => many.into(),
    }
}

fn number(statements: &mut [Value], sid: Option<&str>) {
    let Some(sid) = sid else { return };
    let is_alone = statements.len() == 1;
    for (place, statement) in statements.iter_mut().filter_map(Value::as_object_mut).enumerate() {
        let sid = if is_alone { sid.to_owned() } else { format!("{sid}{}", place + 1) };
        statement.insert("Sid".to_owned(), sid.into());
    }
}

fn too_long(text: &str, kind: PolicyKind) -> Option<String> {
    let (what, quota) = match kind {
        PolicyKind::RoleTrust => ("a trust policy", quota(kind)?),
        PolicyKind::Identity => ("a managed policy", quota(kind)?),
        PolicyKind::Resource
        | PolicyKind::PermissionsBoundary
        | PolicyKind::Session
        | PolicyKind::ServiceControl
        | PolicyKind::ResourceControl
        | PolicyKind::Endpoint => return None,
    };
    let size = counted_size(text);
    (size > quota).then(|| format!("the policy has {size} characters, and {what} may have {quota}"))
}

#[cfg(test)]
mod tests {
    use regent_policy::catalogue::ResourceType;

    use super::*;

    /// An ARN of a type: every placeholder is a letter.
    fn filled(arn: &str) -> String {
        arn.replace("${Partition}", "aws").split("${").fold(String::new(), |filled, piece| {
            let rest = piece.split_once('}').map(|(_, rest)| format!("x{rest}"));
            filled + &rest.unwrap_or_else(|| piece.to_owned())
        })
    }

    #[test]
    fn whatever_a_service_has_makes_a_policy_that_iam_takes() {
        let mut refused = Vec::new();
        for service in Catalogue::bundled().services() {
            let everywhere = Wish {
                actions: service.actions().map(|action| Chosen { action, is_named: true }).collect(),
                ..Wish::default()
            };
            policy(&everywhere, &mut Vec::new()).unwrap();
            let arns = service.resource_types().flat_map(ResourceType::arns);
            let covered = Wish {
                actions: service.actions().map(|action| Chosen { action, is_named: false }).collect(),
                resources: arns.map(filled).take(3).collect(),
                ..Wish::default()
            };
            let mut notes = Vec::new();
            match policy(&covered, &mut notes).map_err(|error| error.to_string()) {
                Ok(_) => {}
                Err(error) if error.starts_with("IAM would refuse") => {
                    refused.push((service.prefix(), error));
                }
                Err(error) => assert!(error.ends_with("; nothing is left"), "{service:?}: {error}"),
            }
        }
        // IAM does not take every ARN that it documents: `assumed-role/` is none of its paths.
        let prefixes: Vec<_> = refused.iter().map(|(prefix, _)| *prefix).collect();
        assert_eq!(prefixes, ["iam", "s3"], "{refused:?}");
    }
}
