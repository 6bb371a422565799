//! Changes to the text of a policy, in the manner in which it is written.

use super::grant::quoted;
use crate::document::Document;
use crate::json::{JsonWriter, Layout};
use crate::span::Span;

/// A piece of a text, and what comes in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) span: Span,
    pub(super) replacement: String,
}

impl Change {
    /// By how much the text grows.
    pub(super) fn growth(&self) -> usize {
        self.replacement.len().saturating_sub((self.span.end - self.span.start) as usize)
    }
}

/// Replaces a piece of a text.
pub(super) fn apply(text: &str, span: Span, replacement: &str) -> Option<String> {
    let before = text.get(..span.start as usize)?;
    let after = text.get(span.end as usize..)?;
    Some(format!("{before}{replacement}{after}"))
}

/// Adds a string to a list, or makes a list of a single value. `items` are the places of what is there.
pub(super) fn append(text: &str, items: &[Span], value: &str) -> Option<Change> {
    let (first, last) = (items.first()?, items.last()?);
    if before(text, *first).0.ends_with('[') {
        let separator = separator(text, items);
        let at = Span { start: last.end, end: last.end };
        return Some(Change { span: at, replacement: format!("{separator}{}", quoted(value)) });
    }
    Some(Change { span: *last, replacement: format!("[{}, {}]", last.of(text), quoted(value)) })
}

/// Adds a member before the others of an object.
pub(super) fn prepend_member(text: &str, object: Span, name: &str, value: &str) -> Option<Change> {
    let inside = text.get(object.start as usize + 1..object.end as usize)?;
    let content = inside.trim_start();
    let blank = inside.get(..inside.len() - content.len())?;
    let comma = if content.starts_with('}') { "" } else { "," };
    let start = object.start + 1;
    let replacement = format!("{blank}{}: {}{comma}", quoted(name), quoted(value));
    Some(Change { span: Span { start, end: start }, replacement })
}

/// Adds a statement after the last.
pub(super) fn append_statement(document: &Document, members: &[(&str, String)]) -> Option<Change> {
    let text = document.text();
    let spans: Vec<Span> = document.statements().map(|statement| statement.span()).collect();
    let (first, last) = (spans.first()?, spans.last()?);
    let statement = laid_out_like(last.of(text), members);
    if before(text, *first).0.ends_with('[') {
        let separator = separator(text, &spans);
        let at = Span { start: last.end, end: last.end };
        return Some(Change { span: at, replacement: format!("{separator}{statement}") });
    }
    Some(Change { span: *last, replacement: format!("[{}, {statement}]", last.of(text)) })
}

/// A policy with one statement.
pub(super) fn new_policy(members: &[(&str, String)]) -> String {
    let mut json = JsonWriter::new(Layout::Pretty { indent: 2 });
    json.begin_object();
    json.name("Version");
    json.string("2012-10-17");
    json.name("Statement");
    json.begin_array();
    json.begin_object();
    for (name, value) in members {
        json.name(name);
        json.raw(value);
    }
    json.end_object();
    json.end_array();
    json.end_object();
    json.finish()
}

/// What is before a place, and the blanks between.
fn before(text: &str, place: Span) -> (&str, &str) {
    let before = text.get(..place.start as usize).unwrap_or_default();
    let content = before.trim_end();
    (content, before.get(content.len()..).unwrap_or_default())
}

/// The comma between two items, and the blanks around it as the others have them.
fn separator(text: &str, items: &[Span]) -> String {
    if let [.., one, other] = items {
        let between = Span { start: one.end, end: other.start }.of(text);
        if between.trim() == "," {
            return between.to_owned();
        }
    }
    let blank = items.first().map_or("", |first| before(text, *first).1);
    if blank.contains('\n') { format!(",{blank}") } else { ", ".to_owned() }
}

/// A statement on one line, or on several if the other one is.
fn laid_out_like(other: &str, members: &[(&str, String)]) -> String {
    let member = |(name, value): &(&str, String)| format!("{}: {value}", quoted(name));
    let members: Vec<String> = members.iter().map(member).collect();
    let inside = other.get(1..).unwrap_or_default();
    let opening = inside.get(..inside.len() - inside.trim_start().len()).unwrap_or_default();
    let inside = inside.strip_suffix('}').unwrap_or(inside);
    let closing = inside.get(inside.trim_end().len()..).unwrap_or_default();
    if opening.contains('\n') {
        format!("{{{opening}{}{closing}}}", members.join(&format!(",{opening}")))
    } else {
        format!("{{{}}}", members.join(", "))
    }
}
