//! XML, as a tree of names and texts, read and expected.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

use crate::model::Service;

/// An element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    pub(crate) fn leaf(name: &str, text: impl Into<String>) -> Self {
        Self { name: name.to_owned(), text: text.into(), children: Vec::new() }
    }

    pub(crate) fn of(name: &str, children: Vec<Self>) -> Self {
        Self { name: name.to_owned(), text: String::new(), children }
    }

    /// The children by name, since their order is free; a list's stay as they are.
    pub(crate) fn sorted(mut self) -> Self {
        self.children = self.children.into_iter().map(Self::sorted).collect();
        self.children.sort_by(|a, b| a.name.cmp(&b.name));
        self
    }
}

/// Parses a document, which must be well-formed.
#[track_caller]
pub(crate) fn parse(xml: &[u8]) -> Element {
    let mut reader = Reader::from_reader(xml);
    let mut open = vec![Element::of("", Vec::new())];
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                open.push(Element::of(start.local_name().as_ref(), Vec::new()));
            }
            Event::Empty(empty) => {
                let empty = Element::of(empty.local_name().as_ref(), Vec::new());
                open.last_mut().unwrap().children.push(empty);
            }
            Event::End(_) => {
                let closed = open.pop().unwrap();
                open.last_mut().unwrap().children.push(closed);
            }
            Event::Text(text) => open.last_mut().unwrap().text += &text.xml10_content(),
            Event::GeneralRef(reference) => {
                let text = &mut open.last_mut().unwrap().text;
                match reference.resolve_char_ref().unwrap() {
                    Some(c) => text.push(c),
                    None => match reference.as_ref() {
                        "amp" => text.push('&'),
                        "lt" => text.push('<'),
                        "gt" => text.push('>'),
                        "quot" => text.push('"'),
                        other => panic!("unknown entity {other}"),
                    },
                }
            }
            Event::Eof => break,
            other @ (Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_)) => {
                panic!("unexpected {other:?}")
            }
        }
    }
    assert_eq!(open.len(), 1, "unclosed elements");
    let mut root = open.pop().unwrap();
    assert_eq!((root.children.len(), root.text.trim()), (1, ""), "one root element");
    root.children.pop().unwrap()
}

/// What a value of a shape is in XML.
pub(crate) fn element(service: &Service, shape_name: &str, name: &str, value: &Value) -> Element {
    let shape = service.shape(shape_name);
    match (shape["type"].as_str().unwrap(), value) {
        ("structure", Value::Object(members)) => {
            let member = |(member, value): (&String, &Value)| {
                element(service, service.target(&shape["members"][member]).0, member, value)
            };
            Element::of(name, members.iter().map(member).collect())
        }
        ("list", Value::Array(items)) => {
            let item = |item| element(service, service.target(&shape["member"]).0, "member", item);
            Element::of(name, items.iter().map(item).collect())
        }
        ("map", Value::Object(entries)) => {
            let entry = |(key, value): (&String, &Value)| {
                let value = element(service, service.target(&shape["value"]).0, "value", value);
                Element::of("entry", vec![Element::leaf("key", key), value])
            };
            Element::of(name, entries.iter().map(entry).collect())
        }
        ("timestamp", _) => Element::leaf(name, "2026-01-31T12:00:00Z"),
        (_, Value::String(text)) => Element::leaf(name, text),
        (_, other) => Element::leaf(name, other.to_string()),
    }
}
