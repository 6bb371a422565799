//! Laws about saying the same in other words.

use regent_policy::Decision;
use serde_json::{Map, Value, json};

use super::{ask, holds_for_all, rewrite, statements, with_statements};
use crate::dice::Dice;
use crate::oracle::{Held, Keys, Question};

fn outcome(decision: &Decision) -> (regent_policy::Verdict, regent_policy::Reason) {
    (decision.verdict(), decision.reason())
}

/// Does the question come out alike when all of its documents are changed?
fn is_same_after(question: &Question, change: impl FnMut(&Value) -> Value) -> bool {
    let mut changed = question.clone();
    rewrite(&mut changed, change);
    outcome(&ask(question)) == outcome(&ask(&changed))
}

#[test]
fn the_order_of_statements_and_policies_and_levels_does_not_matter() {
    holds_for_all(|question, dice| {
        let mut changed = question.clone();
        changed.scps.iter_mut().chain(&mut changed.rcps).for_each(|levels| levels.reverse());
        changed.lists_mut().into_iter().for_each(|documents| documents.reverse());
        rewrite(&mut changed, |document| {
            let mut statements = statements(document);
            let turn = dice.below(statements.len().max(1));
            statements.rotate_left(turn);
            with_statements(document, statements)
        });
        outcome(&ask(question)) == outcome(&ask(&changed))
    });
}

#[test]
fn saying_everything_twice_changes_nothing() {
    holds_for_all(|question, _| {
        is_same_after(question, |document| {
            let statements = statements(document);
            with_statements(document, [statements.clone(), statements].concat())
        })
    });
}

#[test]
fn a_policy_in_pieces_says_the_same() {
    holds_for_all(|question, _| {
        let mut split = question.clone();
        let levels = [&mut split.scps, &mut split.rcps].into_iter().flatten().flatten();
        for documents in levels.chain(&mut split.session).chain([&mut split.identity]) {
            let pieces = |document: &Value| -> Vec<Value> {
                let statements = statements(document).into_iter();
                statements.map(|one| with_statements(document, vec![one])).collect()
            };
            *documents = documents.iter().flat_map(pieces).collect();
        }
        outcome(&ask(question)) == outcome(&ask(&split))
    });
}

/// One statement for each item of a list, where the list is one of alternatives.
fn split(statement: &Value, element: &str) -> Vec<Value> {
    let Some(items) = statement.get(element).and_then(Value::as_array).filter(|items| !items.is_empty())
    else {
        return vec![statement.clone()];
    };
    items
        .iter()
        .map(|item| {
            let mut one = statement.clone();
            one[element] = item.clone();
            one
        })
        .collect()
}

#[test]
fn a_statement_for_each_action_and_resource_says_the_same() {
    holds_for_all(|question, dice| {
        let element = dice.pick(&["Action", "Resource"]);
        is_same_after(question, |document| {
            with_statements(
                document,
                statements(document).iter().flat_map(|one| split(one, element)).collect(),
            )
        })
    });
}

#[test]
fn a_statement_for_each_principal_says_the_same() {
    holds_for_all(|question, _| {
        is_same_after(question, |document| {
            let each = |statement: &Value| -> Vec<Value> {
                let Some(members) = statement.get("Principal").and_then(Value::as_object) else {
                    return vec![statement.clone()];
                };
                let with = |name: &String, value: &Value| {
                    let mut one = statement.clone();
                    one["Principal"] = Value::Object(Map::from_iter([(name.clone(), value.clone())]));
                    split_principal(&one, name)
                };
                members.iter().flat_map(|(name, value)| with(name, value)).collect()
            };
            let pieces: Vec<Value> = statements(document).iter().flat_map(each).collect();
            if pieces.is_empty() { document.clone() } else { with_statements(document, pieces) }
        })
    });
}

fn split_principal(statement: &Value, name: &str) -> Vec<Value> {
    split(&statement["Principal"], name)
        .into_iter()
        .map(|principal| {
            let mut one = statement.clone();
            one["Principal"] = principal;
            one
        })
        .collect()
}

#[test]
fn widening_an_action_or_resource_of_an_allow_never_denies() {
    holds_for_all(|question, dice| {
        let mut wider = question.clone();
        let element = dice.pick(&["Action", "Resource"]);
        rewrite(&mut wider, |document| {
            let mut statements = statements(document);
            let at = dice.below(statements.len().max(1));
            let chosen = statements.get_mut(at).filter(|one| one["Effect"] == "Allow");
            if let Some(value) = chosen.and_then(|one| one.get_mut(element)) {
                *value = json!("*");
            }
            with_statements(document, statements)
        });
        !ask(question).is_allowed() || ask(&wider).is_allowed()
    });
}

/// The text in other letters, at the places where case does not count.
fn shouted(dice: &mut Dice<'_>, text: &str) -> String {
    text.chars()
        .map(
            |letter| {
                if dice.below(2) == 0 { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() }
            },
        )
        .collect()
}

#[test]
fn the_case_of_actions_and_of_keys_does_not_matter() {
    holds_for_all(|question, dice| {
        let mut changed = question.clone();
        changed.action = shouted(dice, &question.action);
        rewrite(&mut changed, |document| {
            let mut statements = statements(document);
            for statement in &mut statements {
                if let Some(actions) = statement.get_mut("Action") {
                    each_text(actions, &mut |text| shouted(dice, text));
                }
                if let Some(actions) = statement.get_mut("NotAction") {
                    each_text(actions, &mut |text| shouted(dice, text));
                }
                let blocks = statement.get_mut("Condition").and_then(Value::as_object_mut);
                for block in blocks.into_iter().flat_map(|blocks| blocks.values_mut()) {
                    let keys = block.as_object().into_iter().flatten();
                    *block = keys.map(|(key, wanted)| (shouted(dice, key), wanted.clone())).collect();
                }
            }
            with_statements(document, statements)
        });
        outcome(&ask(question)) == outcome(&ask(&changed))
    });
}

fn each_text(value: &mut Value, change: &mut impl FnMut(&str) -> String) {
    if let Value::String(text) = value {
        *text = change(text);
    } else if let Some(items) = value.as_array_mut() {
        for item in items {
            each_text(item, change);
        }
    }
}

/// The text with each variable that has a value replaced by that value, its special characters escaped.
fn written_out(text: &str, keys: &Keys) -> String {
    let Some((before, after)) = text.split_once("${") else { return text.to_owned() };
    let Some((variable, rest)) = after.split_once('}') else { return text.to_owned() };
    let name = variable.split([',', ' ']).next().unwrap_or_default().to_lowercase();
    let rest = written_out(rest, keys);
    match keys.get(&name) {
        Some(Held::One(value)) => {
            let escaped = |letter: char| match letter {
                '*' | '?' | '$' => format!("${{{letter}}}"),
                plain => plain.to_string(),
            };
            format!("{before}{}{rest}", value.chars().map(escaped).collect::<String>())
        }
        _ => format!("{before}${{{variable}}}{rest}"),
    }
}

#[test]
fn a_variable_is_its_value_written_out_and_never_a_pattern() {
    holds_for_all(|question, _| {
        is_same_after(question, |document| {
            if document.get("Version") != Some(&json!("2012-10-17")) {
                return document.clone();
            }
            let mut statements = statements(document);
            for statement in &mut statements {
                for element in ["Resource", "NotResource"] {
                    let Some(resources) = statement.get_mut(element) else { continue };
                    // A variable before the fifth colon is none.
                    each_text(resources, &mut |text| {
                        let tail = text.match_indices(':').nth(4).map_or(text.len(), |(at, _)| at);
                        format!("{}{}", &text[..tail], written_out(&text[tail..], &question.keys))
                    });
                }
                let blocks = statement.get_mut("Condition").and_then(Value::as_object_mut);
                for (operator, block) in blocks.into_iter().flatten() {
                    let takes = ["String", "Arn", "Bool"].iter().any(|family| operator.contains(family));
                    let values = block.as_object_mut().into_iter().flat_map(|block| block.values_mut());
                    values.filter(|_| takes).for_each(|wanted| {
                        each_text(wanted, &mut |text| written_out(text, &question.keys));
                    });
                }
            }
            with_statements(document, statements)
        })
    });
}
