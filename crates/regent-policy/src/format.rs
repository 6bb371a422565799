//! Formatting: one layout for every policy, so that a change to one shows as what it is.
//!
//! Elements come in the order of AWS's grammar, two blanks a level, a list on one line where it fits and one
//! value a line where it does not. Values, and every element that is there, stay exactly as they are written.

use crate::document::{DOCUMENT_ELEMENTS, Document, STATEMENT_ELEMENTS};
use crate::grammar::ParsePolicyError;
use crate::json::{self, JsonWriter, Layout, Shape, Tape};

/// How a policy is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Blanks a level.
    pub indent: u8,
    /// The longest line that a list may stay on, in characters.
    pub width: u16,
}

impl Default for Style {
    /// Two blanks, 100 characters.
    fn default() -> Self {
        Self { indent: 2, width: 100 }
    }
}

/// Lays a policy out. What it means does not change, formatting it again changes nothing, and it ends with a line
/// feed.
///
/// ```
/// use regent_policy::format::{Style, format};
///
/// let text = r#"{"Statement":[{"Action":["s3:GetObject","s3:PutObject"],"Effect":"Allow","Resource":"*"}],
///                "Version":"2012-10-17"}"#;
/// let formatted = r#"{
///   "Version": "2012-10-17",
///   "Statement": [
///     {
///       "Effect": "Allow",
///       "Action": ["s3:GetObject", "s3:PutObject"],
///       "Resource": "*"
///     }
///   ]
/// }
/// "#;
/// assert_eq!(format(text, Style::default())?, formatted);
/// # Ok::<(), regent_policy::ParsePolicyError>(())
/// ```
pub fn format(text: &str, style: Style) -> Result<String, ParsePolicyError> {
    Document::parse(text)?;
    let tape = json::read(text, Document::MAX_CHARACTERS)?;
    let json = JsonWriter::new(Layout::Pretty { indent: style.indent });
    let mut formatter = Formatter { tape: &tape, json, width: usize::from(style.width) };
    formatter.value(0, true);
    let mut formatted = formatter.json.finish();
    formatted.push('\n');
    Ok(formatted)
}

struct Formatter<'t> {
    tape: &'t Tape,
    json: JsonWriter,
    width: usize,
}

impl Formatter<'_> {
    /// Writes a value. This recurses, as deep as the reader lets a text nest: sixteen levels.
    ///
    /// Only documents and statements have elements to put in order; a condition key may be called `Resource` too.
    fn value(&mut self, index: u32, has_elements: bool) {
        let tape = self.tape;
        let Some(node) = tape.node(index) else { return };
        match node.shape {
            Shape::Object => {
                self.json.begin_object();
                let mut members: Vec<_> = tape.members(index).collect();
                if has_elements {
                    members.sort_by_key(|(name, _)| rank(tape.str(name)));
                }
                for (name, value) in members {
                    self.json.raw_name(name.span.of(&tape.text));
                    self.value(value, has_elements && tape.str(name) == "Statement");
                }
                self.json.end_object();
            }
            Shape::Array => {
                if let Some(line) = self.on_one_line(index) {
                    self.json.raw(&line);
                    return;
                }
                self.json.begin_array();
                for item in tape.items(index) {
                    self.value(item, has_elements);
                }
                self.json.end_array();
            }
            Shape::Name | Shape::String | Shape::Number | Shape::Bool | Shape::Null => {
                self.json.raw(node.span.of(&tape.text));
            }
        }
    }

    /// A list of plain values, if it fits into what is left of the line; a comma may follow it.
    fn on_one_line(&self, index: u32) -> Option<String> {
        let mut left = self.width.saturating_sub(self.json.column() + 1);
        let mut line = String::from("[");
        for (number, item) in self.tape.items(index).enumerate() {
            let node = self.tape.node(item)?;
            if matches!(node.shape, Shape::Object | Shape::Array) {
                return None;
            }
            let text = node.span.of(&self.tape.text);
            left = left.checked_sub(text.chars().count() + 2)?;
            line.push_str(if number == 0 { "" } else { ", " });
            line.push_str(text);
        }
        line.push(']');
        Some(line)
    }
}

/// Elements that the grammar does not name stay behind the others in their order.
fn rank(name: &str) -> usize {
    let mut elements = DOCUMENT_ELEMENTS.iter().chain(&STATEMENT_ELEMENTS);
    elements.position(|element| *element == name).unwrap_or(usize::MAX)
}
