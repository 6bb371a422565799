//! When a condition holds: every situation, for every operator.

use regent_policy::{Comparison, Verdict};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{agreed, policy, question, rows};
use crate::cross_product::{Samples, samples};
use crate::oracle::{Held, Question};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    operator: String,
    held: HeldSort,
    wanted: Vec<String>,
    plain: String,
    negated: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum HeldSort {
    Absent(String),
    These(Vec<String>),
}

#[test]
fn a_condition_holds_in_every_situation_as_it_should() {
    for row in rows::<Row>("conditions") {
        for comparison in Comparison::all().filter(|one| one.name() != "Null") {
            check(&row, comparison);
        }
    }
}

fn check(row: &Row, comparison: Comparison) {
    let Samples { policy, unreadable, .. } = samples(comparison);
    // Every text is a text: nothing is unreadable to the operators on strings.
    let all =
        || row.wanted.iter().chain(if let HeldSort::These(held) = &row.held { held.as_slice() } else { &[] });
    if comparison.name().starts_with("String") && all().any(|sort| sort == "unreadable") {
        return;
    }
    let wanted: Vec<&str> = row
        .wanted
        .iter()
        .map(|sort| match sort.as_str() {
            "one" => policy[0],
            "two" => policy[1],
            "unreadable" => unreadable,
            "unresolved" => "${x:none}",
            other => panic!("no sort of policy value is called {other}"),
        })
        .collect();
    let [fit, other] = fitting(comparison);
    let value = |sort: &String| match sort.as_str() {
        "fit" => fit.to_owned(),
        "other" => other.to_owned(),
        "unreadable" => unreadable.to_owned(),
        other => panic!("no sort of value is called {other}"),
    };
    let mut asked = question("ana");
    if let HeldSort::These(held) = &row.held {
        let held = match held.as_slice() {
            [one] if !row.operator.starts_with("For") => Held::One(value(one)),
            many => Held::Many(many.iter().map(value).collect()),
        };
        asked.keys.insert("x:key".to_owned(), held);
    } else if let HeldSort::Absent(word) = &row.held {
        assert_eq!(word, "absent");
    }
    let (qualifier, suffix) = match row.operator.as_str() {
        "plain" => ("", ""),
        "IfExists" => ("", "IfExists"),
        "ForAllValues" => ("ForAllValues:", ""),
        "ForAllValues IfExists" => ("ForAllValues:", "IfExists"),
        "ForAnyValue" => ("ForAnyValue:", ""),
        "ForAnyValue IfExists" => ("ForAnyValue:", "IfExists"),
        other => panic!("no form of operator is called {other}"),
    };
    let operator = format!("{qualifier}{}{suffix}", comparison.name());
    let mut allow = all_allow_if(&operator, &wanted);
    let expected = if comparison.is_negated() { &row.negated } else { &row.plain };
    let holds = |policy: &Value| {
        let asked = Question { identity: vec![policy.clone()], ..asked.clone() };
        agreed(&asked, &operator).0 == Verdict::Allowed
    };
    assert_eq!(holds(&allow), expected == "holds", "{operator} {wanted:?} on {:?}", asked.keys);
    // In an old document the variable is plain text, and the situation is one of an ordinary value.
    allow["Version"] = json!("2008-10-17");
    holds(&allow);
}

pub(super) fn all_allow_if(operator: &str, wanted: &[&str]) -> Value {
    policy(
        &json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {operator: {"x:Key": wanted}}}),
    )
}

/// A value that both of the policy's values, or one of them, are equal to, below or above; and one that is not.
fn fitting(comparison: Comparison) -> [&'static str; 2] {
    let name = comparison.name();
    let date = name.starts_with("Date");
    let (low, high) = if date { ("2001-01-01", "2031-01-01T00:00:00Z") } else { ("5", "100") };
    if name.contains("Less") {
        [low, high]
    } else if name.contains("Greater") {
        [high, low]
    } else {
        let samples = samples(comparison);
        [samples.fitting[0], samples.other[0]]
    }
}
