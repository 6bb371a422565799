//! The OpenAPI document, as it is served.
//!
//! The annotations know one shape of a type, and JSON alone. So some things are said here that they cannot say:
//!
//! - A problem is `application/problem+json`, and every answer has a description, as OpenAPI 3.1 wants it.
//! - What a request may say and what an answer says are two shapes of one type. A member with a default may be left out of a
//!   request and is in every answer; a member that an answer leaves out is never null there; and an answer may get members
//!   that older clients do not know, where a request with one is refused. A type that is in both and differs is told twice:
//!   `Network` is what answers say, `NetworkInput` what requests may. What was shown can be sent back as it is: a request
//!   that is such a type as a whole may repeat the members that only the server writes.

use std::collections::{BTreeMap, BTreeSet};

use http::StatusCode;
use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

/// What is behind the name of a type that requests and answers have in different shapes.
const INPUT: &str = "Input";
const REFERENCE: &str = "#/components/schemas/";

/// Named schemas.
type Schemas = Map<String, Value>;

/// The document.
pub(super) fn served(annotated: &OpenApi) -> serde_json::Result<Value> {
    let mut document = serde_json::to_value(annotated)?;
    let schemas = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    let schemas = schemas.map(std::mem::take).unwrap_or_default();
    for_each_operation(&mut document, name_problem);
    for_each_operation(&mut document, describe_answers);

    let (mut asked, mut answered) = (BTreeSet::new(), BTreeSet::new());
    let mut wholes = BTreeSet::new();
    for_each_operation(&mut document, |operation| {
        requests(operation).for_each(|schema| reach(schema, &schemas, &mut asked));
        wholes.extend(requests(operation).filter_map(|schema| reference(schema).map(str::to_owned)));
        answers(operation).for_each(|schema| reach(schema, &schemas, &mut answered));
    });
    let both: BTreeSet<String> = asked.intersection(&answered).cloned().collect();
    let shown: BTreeMap<&String, Value> =
        schemas.iter().map(|(name, schema)| (name, in_answers(schema.clone()))).collect();
    let twofold = twofold(&both, &schemas, &shown);
    let mut opened: BTreeSet<String> = wholes.intersection(&twofold).cloned().collect();
    schemas.values().for_each(|schema| composed(&mut schema.clone(), &mut opened));

    for_each_operation(&mut document, |operation| {
        requests(operation).for_each(|schema| name_inputs(schema, &twofold));
        answers(operation).for_each(|schema| *schema = in_answers(schema.take()));
    });
    let mut told = Schemas::new();
    for (name, schema) in &schemas {
        if asked.contains(name) {
            let mut input = schema.clone();
            name_inputs(&mut input, &twofold);
            if opened.contains(name) {
                open(&mut input);
            }
            let suffix = if twofold.contains(name) { INPUT } else { "" };
            told.insert(format!("{name}{suffix}"), input);
        }
        if let Some(shown) = shown.get(name).filter(|_| answered.contains(name)) {
            told.insert(name.clone(), shown.clone());
        }
    }
    if let Some(place) = document.pointer_mut("/components/schemas") {
        *place = Value::Object(told);
    }
    Ok(document)
}

fn for_each_operation(document: &mut Value, mut work: impl FnMut(&mut Value)) {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    let items = paths.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut);
    items
        .flat_map(Map::values_mut)
        .filter(|operation| operation.get("responses").is_some())
        .for_each(&mut work);
}

/// What is neither said nor denied by a status of its own is a problem.
fn name_problem(operation: &mut Value) {
    let content = operation.pointer_mut("/responses/default/content").and_then(Value::as_object_mut);
    if let Some(content) = content
        && let Some(problem) = content.remove("application/json")
    {
        content.insert("application/problem+json".to_owned(), problem);
    }
}

/// Says in words what a status says in digits.
fn describe_answers(operation: &mut Value) {
    let responses = operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten();
    for (status, response) in responses {
        let status = StatusCode::from_bytes(status.as_bytes()).ok();
        let words = status.map_or(Some("A problem"), |status| status.canonical_reason());
        if let Some(members) = response.as_object_mut() {
            members.entry("description").or_insert_with(|| json!(words));
        }
    }
}

/// The schemas of what an operation is asked with.
fn requests(operation: &mut Value) -> impl Iterator<Item = &mut Value> {
    operation.get_mut("requestBody").into_iter().flat_map(schemas_of)
}

/// The schemas of what an operation answers.
fn answers(operation: &mut Value) -> impl Iterator<Item = &mut Value> {
    let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
    responses.into_iter().flat_map(Map::values_mut).flat_map(schemas_of)
}

fn schemas_of(body: &mut Value) -> impl Iterator<Item = &mut Value> {
    let content = body.get_mut("content").and_then(Value::as_object_mut);
    content.into_iter().flat_map(Map::values_mut).filter_map(|kind| kind.get_mut("schema"))
}

/// The schemas right within a schema. A member may be called `items`: names of members are not looked at.
fn parts(schema: &mut Value) -> Vec<&mut Value> {
    let members = schema.as_object_mut().into_iter().flatten();
    let parts = members.flat_map(|(keyword, value)| match (keyword.as_str(), value) {
        ("properties", Value::Object(named)) => named.values_mut().collect(),
        ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(all)) => all.iter_mut().collect(),
        ("items" | "additionalProperties" | "propertyNames", schema) => vec![schema],
        _ => Vec::new(),
    });
    parts.collect()
}

fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(REFERENCE)
}

/// Adds the names that a schema leads to.
fn reach(schema: &mut Value, schemas: &Schemas, reached: &mut BTreeSet<String>) {
    if let Some(name) = reference(schema)
        && reached.insert(name.to_owned())
        && let Some(named) = schemas.get(name)
    {
        reach(&mut named.clone(), schemas, reached);
    }
    for part in parts(schema) {
        reach(part, schemas, reached);
    }
}

/// Adds the names of what others are made of: a part that is closed would refuse the members of the other parts.
fn composed(schema: &mut Value, names: &mut BTreeSet<String>) {
    let together = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
    names.extend(together.filter_map(|part| reference(part).map(str::to_owned)));
    for part in parts(schema) {
        composed(part, names);
    }
}

/// Which of the types in `both` have two shapes: those that differ, and those that lead to one that does.
fn twofold(both: &BTreeSet<String>, schemas: &Schemas, shown: &BTreeMap<&String, Value>) -> BTreeSet<String> {
    let leads = |name: &String| {
        let mut reached = BTreeSet::from([name.clone()]);
        if let Some(schema) = schemas.get(name) {
            reach(&mut schema.clone(), schemas, &mut reached);
        }
        reached.iter().any(|name| schemas.get(name) != shown.get(name))
    };
    both.iter().filter(|name| leads(name)).cloned().collect()
}

/// Has a request's schema name the shapes that requests have.
fn name_inputs(schema: &mut Value, twofold: &BTreeSet<String>) {
    if let Some(name) = reference(schema).filter(|name| twofold.contains(*name)) {
        let input = json!(format!("{REFERENCE}{name}{INPUT}"));
        schema.as_object_mut().map(|members| members.insert("$ref".to_owned(), input));
    }
    for part in parts(schema) {
        name_inputs(part, twofold);
    }
}

/// A schema as it is in answers.
fn in_answers(mut schema: Value) -> Value {
    for part in parts(&mut schema) {
        *part = in_answers(part.take());
    }
    open(&mut schema);
    let Value::Object(members) = &mut schema else { return schema };
    let mut required = match members.remove("required") {
        Some(Value::Array(names)) => names,
        _ => Vec::new(),
    };
    let properties = members.get_mut("properties").and_then(Value::as_object_mut);
    for (name, property) in properties.into_iter().flatten() {
        let default = property.as_object_mut().and_then(|property| property.remove("default"));
        let is_required = required.iter().any(|required| required == name);
        if !is_required && default.is_some_and(|default| !default.is_null()) {
            required.push(json!(name));
        } else if !is_required {
            leave_out_null(property);
        }
    }
    if !required.is_empty() {
        members.insert("required".to_owned(), Value::Array(required));
    }
    schema
}

/// Has a schema allow members that it does not name.
fn open(schema: &mut Value) {
    if let Some(members) = schema.as_object_mut()
        && members.get("additionalProperties") == Some(&Value::Bool(false))
    {
        members.remove("additionalProperties");
    }
}

/// Takes null away from what a member may be.
fn leave_out_null(property: &mut Value) {
    let Value::Object(members) = property else { return };
    if let Some(kinds) = members.get_mut("type").and_then(Value::as_array_mut) {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_slice() {
            let only = only.clone();
            members.insert("type".to_owned(), only);
        }
    }
    let Some(choices) = members.get_mut("oneOf").and_then(Value::as_array_mut) else { return };
    choices.retain(|choice| choice.get("type").is_none_or(|kind| kind != "null"));
    if let [only] = choices.as_slice() {
        *property = only.clone();
    }
}

#[cfg(test)]
mod tests;
