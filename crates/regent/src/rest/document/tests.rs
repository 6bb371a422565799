use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use utoipa::openapi::OpenApi;

use super::served;

/// A document in which `Terms` is sent and shown, with `Part` within.
fn document() -> Value {
    let body = |schema: &str| json!({ "application/json": { "schema": { "$ref": format!("#/components/schemas/{schema}") } } });
    let annotated = json!({
        "openapi": "3.1.0", "info": { "title": "", "version": "1" },
        "paths": { "/things": { "post": {
            "requestBody": { "content": body("New") },
            "responses": {
                "200": { "content": body("Terms") },
                "default": { "content": body("Problem") },
            },
        } } },
        "components": { "schemas": {
            "New": { "allOf": [
                { "$ref": "#/components/schemas/Terms" },
                { "type": "object", "properties": { "secret": { "type": ["string", "null"] } } },
            ] },
            "Terms": {
                "type": "object", "required": ["name"], "additionalProperties": false,
                "properties": {
                    "name": { "type": "string" },
                    "labels": { "type": "array", "items": { "type": "string" }, "default": [] },
                    "note": { "type": ["string", "null"] },
                    "part": { "oneOf": [{ "$ref": "#/components/schemas/Part" }, { "type": "null" }] },
                },
            },
            "Part": {
                "type": "object", "additionalProperties": false,
                "properties": { "on": { "type": "boolean", "default": false } },
            },
            "Problem": { "type": "object", "properties": { "fix": { "type": ["string", "null"] } } },
        } },
    });
    let annotated: OpenApi = serde_json::from_value(annotated).unwrap();
    served(&annotated).unwrap()
}

#[track_caller]
fn check(name: &str, expected: &Value) {
    let found = &document()["components"]["schemas"][name];
    assert_eq!(found, expected, "{found:#}");
}

#[test]
fn an_answer_says_what_has_a_default_and_never_null_for_what_it_leaves_out() {
    check(
        "Terms",
        &json!({
            "type": "object", "required": ["name", "labels"],
            "properties": {
                "name": { "type": "string" },
                "labels": { "type": "array", "items": { "type": "string" } },
                "note": { "type": "string" },
                "part": { "$ref": "#/components/schemas/Part" },
            },
        }),
    );
    check(
        "Part",
        &json!({ "type": "object", "required": ["on"], "properties": { "on": { "type": "boolean" } } }),
    );
}

#[test]
fn a_request_may_leave_out_what_has_a_default_and_repeat_what_was_shown() {
    check(
        "TermsInput",
        &json!({
            "type": "object", "required": ["name"],
            "properties": {
                "name": { "type": "string" },
                "labels": { "type": "array", "items": { "type": "string" }, "default": [] },
                "note": { "type": ["string", "null"] },
                "part": { "oneOf": [{ "$ref": "#/components/schemas/PartInput" }, { "type": "null" }] },
            },
        }),
    );
    check(
        "PartInput",
        &json!({
            "type": "object", "additionalProperties": false,
            "properties": { "on": { "type": "boolean", "default": false } },
        }),
    );
    assert_eq!(
        document()["components"]["schemas"]["New"]["allOf"][0]["$ref"],
        "#/components/schemas/TermsInput"
    );
    assert_eq!(document()["components"]["schemas"]["NewInput"], Value::Null);
}

#[test]
fn what_no_other_status_says_is_a_problem() {
    let responses = &document()["paths"]["/things"]["post"]["responses"];
    assert!(responses["default"]["content"]["application/problem+json"].is_object(), "{responses}");
    assert_eq!(responses["default"]["content"]["application/json"], Value::Null);
    assert!(responses["200"]["content"]["application/json"].is_object(), "{responses}");
    assert_eq!(responses["200"]["description"], "OK");
    assert_eq!(responses["default"]["description"], "A problem");
}

/// The names that the types of a source file have in the document, and where.
fn names(file: &Path, found: &mut BTreeMap<String, Vec<String>>) {
    let text = std::fs::read_to_string(file).unwrap();
    let mut name_given = None;
    let mut is_described = false;
    for (number, line) in text.lines().map(str::trim).enumerate() {
        is_described |= line.starts_with("#[derive") && line.contains("ToSchema");
        if let Some((_, name)) = line.split_once("#[schema(as = ") {
            name_given = name.split([',', ')']).next().map(str::to_owned);
        }
        let item =
            line.trim_start_matches("pub").trim_start_matches("(crate)").trim_start_matches("(super)").trim();
        let name = item.strip_prefix("struct ").or_else(|| item.strip_prefix("enum "));
        if let Some(name) = name {
            let name = name.split(|character: char| !character.is_alphanumeric()).next().unwrap_or_default();
            let name = name_given.take().unwrap_or_else(|| name.to_owned());
            if std::mem::take(&mut is_described) {
                found.entry(name).or_default().push(format!("{}:{}", file.display(), number + 1));
            }
        }
    }
}

fn walk(folder: &Path, found: &mut BTreeMap<String, Vec<String>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            names(&path, found);
        }
    }
}

#[test]
fn no_two_types_share_a_name_of_which_the_document_would_keep_the_last() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = BTreeMap::new();
    for name in ["regent", "regent-broker"] {
        walk(&crates.join(name).join("src"), &mut found);
    }
    assert!(found.len() > 100, "{} types", found.len());
    found.retain(|_, places| places.len() > 1);
    assert_eq!(found, BTreeMap::new());
}
