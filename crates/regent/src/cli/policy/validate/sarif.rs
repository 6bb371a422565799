//! Findings as SARIF 2.1.0, which code scanning reads.
//!
//! OASIS: "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".

use std::collections::BTreeSet;
use std::fmt::Write as _;

use regent_policy::validate::{Finding, FindingType, IssueCode, Location};
use serde_json::{Value, json};

use super::Looked;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// What a refusal by IAM is filed under.
const REFUSAL: &str = "MalformedPolicyDocument";

/// One run with a result a finding.
pub(super) fn log(looked: &[Looked]) -> anyhow::Result<String> {
    let codes: BTreeSet<IssueCode> =
        looked.iter().flat_map(|looked| looked.validation.findings()).map(Finding::code).collect();
    let mut rules: Vec<Value> = codes.into_iter().map(rule).collect();
    if looked.iter().any(|looked| looked.validation.refusal().is_some()) {
        rules.push(json!({
            "id": REFUSAL,
            "shortDescription": {"text": "AWS would not store the policy."},
            "defaultConfiguration": {"level": "error"},
        }));
    }
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "regent", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "results": looked.iter().flat_map(results).collect::<Vec<_>>(),
        }],
    });
    Ok(serde_json::to_string_pretty(&log)?)
}

fn rule(code: IssueCode) -> Value {
    json!({
        "id": code.as_str(),
        "shortDescription": {"text": code.summary()},
        "defaultConfiguration": {"level": level(code.finding_type())},
        "properties": {"findingType": code.finding_type().as_str()},
    })
}

fn level(finding_type: FindingType) -> &'static str {
    match finding_type {
        FindingType::Error => "error",
        FindingType::SecurityWarning | FindingType::Warning => "warning",
        FindingType::Suggestion => "note",
    }
}

fn results(looked: &Looked) -> Vec<Value> {
    let uri = uri(&looked.file.name);
    let refusal = looked.refusal().zip(looked.validation.refusal()).map(|(text, refusal)| {
        let position = refusal.position();
        let region = json!({"startLine": position.line, "startColumn": position.column});
        result(REFUSAL, "error", &text, vec![place(&uri, &region)])
    });
    let findings = looked.validation.findings().iter().map(|finding| {
        let places = finding.locations().iter().map(|location| place(&uri, &region(location))).collect();
        let level = level(finding.finding_type());
        result(finding.code().as_str(), level, finding.details(), places)
    });
    refusal.into_iter().chain(findings).collect()
}

/// The first place is the result's; the others belong to it.
fn result(rule: &str, level: &str, text: &str, mut places: Vec<Value>) -> Value {
    let related = places.split_off(places.len().min(1));
    json!({
        "ruleId": rule,
        "level": level,
        "message": {"text": text},
        "locations": places,
        "relatedLocations": related,
    })
}

fn place(uri: &str, region: &Value) -> Value {
    json!({"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}})
}

/// SARIF counts lines and columns from 1.
fn region(location: &Location) -> Value {
    let (start, end) = (location.start(), location.end());
    json!({
        "startLine": start.line,
        "startColumn": start.column + 1,
        "endLine": end.line,
        "endColumn": end.column + 1,
    })
}

/// A path as a relative reference.
fn uri(path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    path.bytes().fold(String::with_capacity(path.len()), |mut uri, byte| {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            byte => {
                // Writing to a string cannot fail.
                let _ = write!(uri, "%{byte:02X}");
            }
        }
        uri
    })
}
