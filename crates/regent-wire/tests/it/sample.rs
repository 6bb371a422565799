//! Values that a model permits.
//!
//! A value is a JSON tree as awsJson would carry it: timestamps are numbers, bytes are base64.

use serde_json::{Map, Value, json};

use crate::model::Service;
use crate::oracle;

/// A point in time: 2026-01-31T12:00:00Z.
pub(crate) const INSTANT: i64 = 1_769_860_800;

/// A value of the shape with every member present, and one element in every list.
pub(crate) fn sample(service: &Service, name: &str) -> Value {
    let shape = service.shape(name);
    match shape["type"].as_str().unwrap() {
        "structure" => {
            let members = shape["members"].as_object().into_iter().flatten();
            let count = if shape["union"] == true { 1 } else { usize::MAX };
            members
                .take(count)
                .map(|(member, reference)| (member.clone(), of(service, reference)))
                .collect::<Map<_, _>>()
                .into()
        }
        "list" => {
            let count = usize::try_from(shape["min"].as_i64().unwrap_or(1).max(1)).unwrap();
            vec![of(service, &shape["member"]); count].into()
        }
        "map" => json!({ text(service, service.target(&shape["key"]).0): of(service, &shape["value"]) }),
        "string" => text(service, name).into(),
        "integer" | "long" => shape["min"].as_i64().unwrap_or(7).into(),
        "boolean" => true.into(),
        "timestamp" => INSTANT.into(),
        "blob" => "aGVsbG8=".into(),
        other => panic!("a sample of a {other}"),
    }
}

fn of(service: &Service, reference: &Value) -> Value {
    sample(service, service.target(reference).0)
}

/// Beginnings of texts that patterns want.
const BEGINNINGS: &[&str] = &[
    "a",
    "1",
    "A",
    "/",
    "/a/",
    "v1",
    "https://a.b/c",
    "o-abcdefghij",
    "o-abcdefghij/r-abcd",
    "p-abcdefgh",
    "111122223333",
    "123456",
    "abc",
];

/// The shortest text of the shape that we can think of.
fn text(service: &Service, name: &str) -> String {
    if let Some(first) = service.values(name).first() {
        return (*first).to_owned();
    }
    let shape = service.shape(name);
    let least = usize::try_from(shape["min"].as_i64().unwrap_or(0)).unwrap();
    BEGINNINGS
        .iter()
        .flat_map(|beginning| {
            let last = &beginning[beginning.len() - 1..];
            let padded = format!("{beginning}{}", last.repeat(least.saturating_sub(beginning.len())));
            [(*beginning).to_owned(), padded]
        })
        .find(|text| is_permitted(service, name, text))
        .unwrap_or_else(|| panic!("no sample of `{name}`: {shape}"))
}

/// Whether the model permits a text.
pub(crate) fn is_permitted(service: &Service, name: &str, text: &str) -> bool {
    let shape = service.shape(name);
    let length = i64::try_from(text.chars().count()).unwrap();
    length >= shape["min"].as_i64().unwrap_or(0)
        && length <= service.most(name).unwrap_or(i64::MAX)
        && shape["pattern"].as_str().is_none_or(|pattern| oracle::matches(pattern, text))
}
