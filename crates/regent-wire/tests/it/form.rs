//! A client's side of Query: values into forms.

use serde_json::Value;

use crate::model::Service;
use crate::sample::INSTANT;

/// The form of an operation with this input, as a client would send it.
pub(crate) fn request(service: &Service, operation: &str, input: &Value) -> String {
    let mut pairs = vec![
        ("Action".to_owned(), operation.to_owned()),
        ("Version".to_owned(), service.meta.version.to_owned()),
    ];
    if let Some(shape) = service.operations().find(|meta| meta.name == operation).unwrap().input {
        write(service, shape, "", input, &mut pairs);
    }
    pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect::<Vec<_>>()
        .join("&")
}

fn write(service: &Service, name: &str, prefix: &str, value: &Value, pairs: &mut Vec<(String, String)>) {
    let shape = service.shape(name);
    let below = |part: &str| if prefix.is_empty() { part.to_owned() } else { format!("{prefix}.{part}") };
    match (shape["type"].as_str().unwrap(), value) {
        ("structure", Value::Object(members)) => {
            for (member, value) in members {
                write(service, service.target(&shape["members"][member]).0, &below(member), value, pairs);
            }
        }
        ("list", Value::Array(items)) if items.is_empty() => pairs.push((prefix.to_owned(), String::new())),
        ("list", Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                let name = below(&format!("member.{}", index + 1));
                write(service, service.target(&shape["member"]).0, &name, item, pairs);
            }
        }
        ("map", Value::Object(entries)) => {
            for (index, (key, value)) in entries.iter().enumerate() {
                let entry = below(&format!("entry.{}", index + 1));
                pairs.push((format!("{entry}.key"), key.clone()));
                write(service, service.target(&shape["value"]).0, &format!("{entry}.value"), value, pairs);
            }
        }
        ("timestamp", Value::Number(_)) => {
            assert_eq!(value, INSTANT);
            pairs.push((prefix.to_owned(), "2026-01-31T12:00:00Z".to_owned()));
        }
        (_, Value::String(text)) => pairs.push((prefix.to_owned(), text.clone())),
        (_, Value::Number(_) | Value::Bool(_)) => pairs.push((prefix.to_owned(), value.to_string())),
        (kind, value) => panic!("{value} for a {kind}"),
    }
}

/// Percent-encodes all but letters and digits, and writes a space as a plus, as clients do.
pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b' ' => "+".to_owned(),
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}
