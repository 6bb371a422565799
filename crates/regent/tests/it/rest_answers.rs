//! Every answer of the REST API that any test here gets is what the OpenAPI document says, and so is every body that was
//! accepted.

use http::{HeaderMap, Method};
use serde_json::Value;

/// What was sent and what came of it.
pub(crate) struct Exchange<'a> {
    pub(crate) method: &'a Method,
    /// Without the query.
    pub(crate) path: &'a str,
    pub(crate) sent: &'a Value,
    pub(crate) status: u16,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) text: &'a str,
}

/// Holds an exchange to the document.
pub(crate) fn hold(document: &Value, exchange: &Exchange<'_>) {
    let found = violations(document, exchange);
    let Exchange { method, path, status, text, .. } = exchange;
    assert!(found.is_empty(), "{method} {path}: {status} is not as documented: {found:#?}\n{text}");
}

fn violations(document: &Value, exchange: &Exchange<'_>) -> Vec<String> {
    let mut check = Check { document, found: Vec::new() };
    let Some(operation) = operation(document, exchange.method, exchange.path) else {
        check.problem(exchange);
        return check.found;
    };
    let responses = &operation["responses"];
    let status = exchange.status.to_string();
    let response = responses.get(&status).unwrap_or(&responses["default"]);
    check.content(&response["content"], exchange);
    let accepted = &operation["requestBody"]["content"]["application/json"]["schema"];
    if exchange.status < 300 && !exchange.sent.is_null() && !accepted.is_null() {
        check.value(accepted, exchange.sent, "request");
    }
    check.found
}

/// What the document says of a method of a path. `{id}` is anything that no other path names.
fn operation<'a>(document: &'a Value, method: &Method, path: &str) -> Option<&'a Value> {
    let paths = document["paths"].as_object().expect("paths");
    let is_like = |template: &str| {
        let (mut wanted, mut given) = (template.split('/'), path.split('/'));
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return true,
                (Some(wanted), Some(given)) if wanted == given || wanted.starts_with('{') => {}
                (_, _) => return false,
            }
        }
    };
    let found = paths.iter().filter(|(template, _)| is_like(template));
    let (_, item) = found.min_by_key(|(template, _)| template.matches('{').count())?;
    item.get(method.as_str().to_ascii_lowercase())
}

struct Check<'a> {
    document: &'a Value,
    found: Vec<String>,
}

impl Check<'_> {
    fn refuse(&mut self, place: &str, why: impl std::fmt::Display) {
        self.found.push(format!("{place}: {why}"));
    }

    /// Where there is no operation there is a problem.
    fn problem(&mut self, exchange: &Exchange<'_>) {
        if exchange.status != 404 && exchange.status != 405 {
            self.refuse("status", "the operation is not documented");
        }
        let content = serde_json::json!({
            "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } },
        });
        self.content(&content, exchange);
    }

    fn content(&mut self, content: &Value, exchange: &Exchange<'_>) {
        let kind = exchange.headers.get("content-type").map(|kind| kind.to_str().expect("a content type"));
        let kind = kind.and_then(|kind| kind.split(';').next());
        let Some(documented) = content.as_object() else {
            if !exchange.text.is_empty() {
                self.refuse("content", "no body is documented");
            }
            return;
        };
        let Some(schema) = kind.and_then(|kind| documented.get(kind)).map(|kind| &kind["schema"]) else {
            return self.refuse("content", format!("{kind:?} is not documented"));
        };
        if kind.is_some_and(|kind| kind.ends_with("json")) {
            let answer: Value = serde_json::from_str(exchange.text).expect("JSON");
            self.value(schema, &answer, "answer");
        }
    }

    fn value(&mut self, schema: &Value, value: &Value, place: &str) {
        let Some(members) = schema.as_object() else {
            return self.refuse(place, "its schema is none");
        };
        for (keyword, wanted) in members {
            self.keyword((keyword, wanted), schema, value, place);
        }
    }

    fn keyword(&mut self, (keyword, wanted): (&str, &Value), schema: &Value, value: &Value, place: &str) {
        let is_kept = match keyword {
            "$ref" => {
                let named = wanted.as_str().and_then(|name| self.document.pointer(name.strip_prefix('#')?));
                return self.value(named.expect("a schema with this name"), value, place);
            }
            "properties" | "additionalProperties" | "items" => {
                return self.parts(keyword, schema, value, place);
            }
            "allOf" => {
                return list(wanted).iter().for_each(|schema| self.value(schema, value, place));
            }
            "oneOf" => list(wanted).iter().filter(|schema| self.holds(schema, value)).count() == 1,
            "anyOf" => list(wanted).iter().any(|schema| self.holds(schema, value)),
            "type" => wanted
                .as_array()
                .map_or_else(|| is_a(wanted, value), |kinds| kinds.iter().any(|kind| is_a(kind, value))),
            "required" => {
                let missing = list(wanted).iter().filter_map(Value::as_str);
                missing.into_iter().all(|name| !value.is_object() || value.get(name).is_some())
            }
            "enum" => list(wanted).contains(value),
            "const" => wanted == value,
            "minimum" => value.as_f64().is_none_or(|number| number >= wanted.as_f64().expect("a number")),
            "maximum" => value.as_f64().is_none_or(|number| number <= wanted.as_f64().expect("a number")),
            "minLength" | "maxLength" | "minItems" | "maxItems" => is_long(keyword, wanted, value),
            "format" => {
                wanted != "date-time"
                    || value.as_str().is_none_or(|text| text.parse::<jiff::Timestamp>().is_ok())
            }
            "description" | "title" | "default" | "example" | "readOnly" | "writeOnly" | "pattern"
            | "propertyNames" => true,
            unknown => panic!("nothing is known of `{unknown}`"),
        };
        if !is_kept {
            self.refuse(place, format!("{value} breaks `{keyword}`: {wanted}"));
        }
    }

    fn parts(&mut self, keyword: &str, schema: &Value, value: &Value, place: &str) {
        let wanted = &schema[keyword];
        match (keyword, value) {
            ("items", Value::Array(items)) => {
                let at = |index: usize| format!("{place}[{index}]");
                items.iter().enumerate().for_each(|(index, item)| self.value(wanted, item, &at(index)));
            }
            ("properties", Value::Object(members)) => {
                for (name, schema) in wanted.as_object().expect("properties") {
                    if let Some(member) = members.get(name) {
                        self.value(schema, member, &format!("{place}.{name}"));
                    }
                }
            }
            ("additionalProperties", Value::Object(members)) => {
                for (name, member) in
                    members.iter().filter(|(name, _)| schema["properties"].get(name).is_none())
                {
                    match wanted.as_bool() {
                        Some(true) => {}
                        Some(false) => self.refuse(place, format!("`{name}` is not documented")),
                        None => self.value(wanted, member, &format!("{place}.{name}")),
                    }
                }
            }
            (_, _) => {}
        }
    }

    fn holds(&self, schema: &Value, value: &Value) -> bool {
        let mut check = Check { document: self.document, found: Vec::new() };
        check.value(schema, value, "");
        check.found.is_empty()
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn is_a(kind: &Value, value: &Value) -> bool {
    match kind.as_str().expect("a type") {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        unknown => panic!("nothing is known of the type `{unknown}`"),
    }
}

fn is_long(keyword: &str, wanted: &Value, value: &Value) -> bool {
    let length = match value {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => return true,
    };
    let wanted = usize::try_from(wanted.as_u64().expect("a length")).unwrap();
    if keyword.starts_with("min") { length >= wanted } else { length <= wanted }
}
