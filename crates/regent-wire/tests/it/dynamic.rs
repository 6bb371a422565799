//! Shapes that are known at run time only, to try the abstractions with models we do not serve.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use regent_wire::Timestamp;
use regent_wire::emit::Emit;
use regent_wire::limit;
use regent_wire::node::{Malformed, Node};
use regent_wire::shape::{Emitted, Member, Part};
use regent_wire::timestamp::TimestampFormat;
use serde_json::{Map, Value};

/// A set of shapes.
#[derive(Clone, Copy)]
pub(crate) struct Shapes<'a> {
    pub(crate) shapes: &'a Value,
    /// Whether flattening means anything.
    pub(crate) is_xml: bool,
}

impl Shapes<'_> {
    /// A structure's member as the generator would make it.
    pub(crate) fn member(self, owner: &str, name: &str, reference: &Value) -> &'static Member {
        let shape = &self.shapes[reference["shape"].as_str().unwrap()];
        let wire = reference["locationName"].as_str().unwrap_or(name);
        let flattened = self.is_xml && (shape["flattened"] == true || reference["flattened"] == true);
        let part = match reference["location"].as_str() {
            _ if self.shapes[owner]["payload"] == name => Part::Payload,
            Some("header") => Part::Header,
            Some("headers") => Part::Headers,
            Some("uri") => Part::Label,
            Some("querystring") => Part::Query,
            Some("statusCode") => Part::Status,
            _ => Part::Body,
        };
        let format = reference["timestampFormat"].as_str().or_else(|| shape["timestampFormat"].as_str());
        leak(Member { part, timestamp: format.map(format_of), flattened, ..named(name, wire) })
    }

    fn list(self, shape: &Value) -> &'static limit::List {
        let item = shape["member"]["locationName"].as_str().unwrap_or("member");
        let format = self.shapes[shape["member"]["shape"].as_str().unwrap()]["timestampFormat"].as_str();
        let item = Member { timestamp: format.map(format_of), ..named("member", item) };
        leak(limit::List { least: None, most: None, item })
    }

    fn map(shape: &Value) -> &'static limit::Map {
        let name = |part: &str| shape[part]["locationName"].as_str().unwrap_or(part).to_owned();
        leak(limit::Map {
            least: None,
            most: None,
            key: named("key", &name("key")),
            keys: limit::Text::ANY,
            value: named("value", &name("value")),
        })
    }

    /// Reads a structure.
    pub(crate) fn read(self, name: &str, node: Node<'_>) -> Result<Value, Malformed> {
        let mut object = Map::new();
        for (member, reference) in self.shapes[name]["members"].as_object().into_iter().flatten() {
            let fact = self.member(name, member, reference);
            if let Some(node) = node.member(fact) {
                object.insert(member.clone(), self.value(reference, fact, node)?);
            }
        }
        Ok(object.into())
    }

    fn value(self, reference: &Value, fact: &Member, node: Node<'_>) -> Result<Value, Malformed> {
        let name = reference["shape"].as_str().unwrap();
        let shape = &self.shapes[name];
        Ok(match shape["type"].as_str().unwrap() {
            _ if shape["document"] == true => node.document()?,
            "structure" => self.read(name, node.structure()?)?,
            "list" => {
                let list = self.list(shape);
                let items = node.list(fact, list)?;
                items
                    .into_iter()
                    .map(|node| self.value(&shape["member"], &list.item, node))
                    .collect::<Result<_, _>>()?
            }
            "map" => {
                let map = Self::map(shape);
                let entries = node.map(fact, map)?.into_iter();
                entries
                    .map(|(key, node)| Ok((key.to_owned(), self.value(&shape["value"], &map.value, node)?)))
                    .collect::<Result<Map<_, _>, _>>()?
                    .into()
            }
            "string" => node.text()?.into(),
            "integer" | "long" => node.integer()?.into(),
            "float" | "double" => float(node.float()?),
            "boolean" => node.boolean()?.into(),
            "timestamp" => node.timestamp(fact)?.seconds().into(),
            "blob" => String::from_utf8(node.blob()?).unwrap().into(),
            other => panic!("a {other}"),
        })
    }
}

/// A value with the shape that says how to write it.
pub(crate) struct Dynamic<'a> {
    pub(crate) shapes: Shapes<'a>,
    pub(crate) name: &'a str,
    pub(crate) value: &'a Value,
}

impl Emitted for Dynamic<'_> {
    fn emit(&self, out: &mut dyn Emit) {
        for (name, reference) in self.shapes.shapes[self.name]["members"].as_object().into_iter().flatten() {
            if let Some(value) = self.value.get(name).filter(|value| !value.is_null()) {
                let member = self.shapes.member(self.name, name, reference);
                emit(self.shapes, reference, member, value, out);
            }
        }
    }
}

fn emit(shapes: Shapes<'_>, reference: &Value, member: &Member, value: &Value, out: &mut dyn Emit) {
    let name = reference["shape"].as_str().unwrap();
    let shape = &shapes.shapes[name];
    match (shape["type"].as_str().unwrap(), value) {
        _ if shape["document"] == true => out.document(member, value),
        ("structure", _) => out.structure(member, &Dynamic { shapes, name, value }),
        ("list", Value::Array(items)) => {
            let list = shapes.list(shape);
            // The elements of a flattened list have the list's name.
            let item = if member.flattened { *member } else { list.item };
            out.list(member, list, &|out| {
                for value in items.iter().filter(|value| !value.is_null()) {
                    emit(shapes, &shape["member"], &item, value, out);
                }
            });
        }
        ("map", Value::Object(entries)) => {
            let map = Shapes::map(shape);
            out.map(member, map, &|out| {
                for (key, value) in entries.iter().filter(|(_, value)| !value.is_null()) {
                    out.entry(member, map, key, &|out| emit(shapes, &shape["value"], &map.value, value, out));
                }
            });
        }
        ("string", Value::String(text)) => out.text(member, text),
        ("integer" | "long", Value::Number(number)) => out.integer(member, number.as_i64().unwrap()),
        ("float" | "double", Value::Number(number)) => out.float(member, number.as_f64().unwrap()),
        ("float" | "double", Value::String(text)) => out.float(member, text.parse().unwrap()),
        ("boolean", Value::Bool(value)) => out.boolean(member, *value),
        #[expect(clippy::cast_possible_truncation, reason = "small numbers")]
        ("timestamp", Value::Number(number)) => {
            out.timestamp(member, Timestamp::from_seconds(number.as_f64().unwrap() as i64));
        }
        ("blob", Value::String(text)) => out.blob(member, text.as_bytes()),
        (kind, value) => panic!("{value} for a {kind}"),
    }
}

/// A float as a JSON value; those that JSON cannot say have names.
fn float(value: f64) -> Value {
    let name = if value.is_nan() {
        "NaN"
    } else if value.is_infinite() {
        if value > 0.0 { "Infinity" } else { "-Infinity" }
    } else {
        return value.into();
    };
    name.into()
}

fn format_of(name: &str) -> TimestampFormat {
    match name {
        "iso8601" => TimestampFormat::Iso8601,
        "unixTimestamp" => TimestampFormat::EpochSeconds,
        "rfc822" => TimestampFormat::HttpDate,
        other => panic!("format {other}"),
    }
}

fn named(name: &str, wire: &str) -> Member {
    Member::new(forever(name)).wire(forever(wire))
}

/// The text, for as long as the test runs.
pub(crate) fn forever(text: &str) -> &'static str {
    static TEXTS: LazyLock<Mutex<HashMap<String, &'static str>>> = LazyLock::new(Mutex::default);
    let mut texts = TEXTS.lock().unwrap();
    texts.entry(text.to_owned()).or_insert_with(|| text.to_owned().leak())
}

pub(crate) fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}
