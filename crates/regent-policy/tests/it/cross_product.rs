//! Every operator in every form against every sort of value, compared with the oracle.
//!
//! Other engines have shipped negation over several values the wrong way round, more than once. Here it cannot
//! hide: absent, empty, one and many values on the request's side meet empty, one, many and unreadable values
//! on the policy's side, under every operator, qualifier and `IfExists`.

use std::collections::BTreeMap;

use regent_policy::Comparison;
use serde_json::{Value, json};

use crate::callers;
use crate::engine;
use crate::oracle::{self, Held, Question};

/// For an operator: two values of a policy that some value fits, values that do and do not, and one that
/// cannot be read as the type.
pub(crate) struct Samples {
    pub(crate) policy: [&'static str; 2],
    pub(crate) fitting: [&'static str; 2],
    pub(crate) other: [&'static str; 2],
    pub(crate) unreadable: &'static str,
}

pub(crate) fn samples(comparison: Comparison) -> Samples {
    let name = comparison.name();
    if name.starts_with("Numeric") {
        Samples { policy: ["10", "20.5"], fitting: ["10.0", "20.5"], other: ["9", "100"], unreadable: "ten" }
    } else if name.starts_with("Date") {
        Samples {
            policy: ["2026-01-01T00:00:00Z", "2026-06-01T12:00:00Z"],
            fitting: ["2026-01-01T00:00:00Z", "2026-06-01T12:00:00Z"],
            other: ["2025-12-31T23:59:59Z", "2027-01-01T00:00:00Z"],
            unreadable: "soon",
        }
    } else if name.contains("Ip") {
        Samples {
            policy: ["10.0.0.0/8", "192.0.2.7"],
            fitting: ["10.1.2.3", "192.0.2.7"],
            other: ["11.0.0.1", "192.0.2.8"],
            unreadable: "here",
        }
    } else if name.starts_with("Arn") {
        Samples {
            policy: ["arn:aws:s3:::a*", "arn:aws:sqs:*:111122223333:q"],
            fitting: ["arn:aws:s3:::abc", "arn:aws:sqs:eu-west-1:111122223333:q"],
            other: ["arn:aws:s3:::b", "arn:aws:sqs:eu-west-1:444455556666:q"],
            unreadable: "abc",
        }
    } else if name == "Bool" || name == "Null" {
        Samples {
            policy: ["true", "TRUE"],
            fitting: ["true", "True"],
            other: ["false", "FALSE"],
            unreadable: "yes",
        }
    } else if name == "BinaryEquals" {
        Samples {
            policy: ["Zm9v", "YmFy"],
            fitting: ["Zm9v", "YmFy"],
            other: ["YmF6", "Zm8="],
            unreadable: "!",
        }
    } else {
        Samples { policy: ["ana", "b*"], fitting: ["ana", "b*"], other: ["eve", "ANA"], unreadable: "bob" }
    }
}

#[test]
fn every_operator_agrees_with_the_oracle_in_every_situation() {
    let mut compared = 0;
    for comparison in Comparison::all() {
        let Samples { policy: [one, two], fitting: [fit, fit_two], other: [no, no_two], unreadable: bad } =
            samples(comparison);
        let wanted: [&[&str]; 7] =
            [&[], &[one], &[two], &[one, two], &[bad], &[one, bad], &["${x:who}", one]];
        let lists: [&[&str]; 11] = [
            &[],
            &[fit],
            &[no],
            &[bad],
            &[fit, fit_two],
            &[fit, no],
            &[no, no_two],
            &[no, fit],
            &[fit, bad],
            &[no, bad],
            &[fit_two, fit, no, no_two],
        ];
        let mut held: Vec<Option<Held>> = vec![None];
        held.extend([fit, fit_two, no, no_two, bad, "*", ""].map(|value| Some(Held::One(value.to_owned()))));
        held.extend(
            lists.map(|list| Some(Held::Many(list.iter().map(|value| (*value).to_owned()).collect()))),
        );
        for prefix in ["", "ForAllValues:", "ForAnyValue:"] {
            for suffix in ["", "IfExists"] {
                if comparison == Comparison::Null && suffix == "IfExists" {
                    continue;
                }
                let operator = format!("{prefix}{}{suffix}", comparison.name());
                for wanted in wanted {
                    for held in &held {
                        for who in [None, Some(fit)] {
                            check(&operator, wanted, held.as_ref(), who);
                            compared += 1;
                        }
                    }
                }
            }
        }
    }
    assert!(compared > 40_000, "{compared}");
}

fn check(operator: &str, wanted: &[&str], held: Option<&Held>, who: Option<&str>) {
    let mut keys = BTreeMap::new();
    if let Some(held) = held {
        keys.insert("x:key".to_owned(), held.clone());
    }
    if let Some(who) = who {
        keys.insert("x:who".to_owned(), Held::One(who.to_owned()));
    }
    let values: Vec<String> = wanted.iter().map(|value| (*value).to_owned()).collect();
    let expected = oracle::holds(operator, "x:key", &values, &keys, true);
    let policy: Value = json!({
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {operator: {"X:Key": wanted}}},
    });
    let question = Question {
        identity: vec![policy],
        keys,
        ..Question::of(callers::named("ana"), "s3:GetObject", "arn:aws:s3:::bucket/key")
    };
    assert_eq!(
        engine::ask(&question).is_allowed(),
        expected,
        "{operator} {wanted:?} on {held:?}, who {who:?}"
    );
}
