//! Writing JSON: for explanations, messages and formatted policies.
//!
//! The writer keeps commas, blanks and escapes. It writes what it is told, in that order; whoever tells it to
//! close what is not open gets nothing worse than wrong JSON.

use core::fmt::Write as _;

/// How JSON is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// On one line, without blanks.
    Compact,
    /// A member and an item a line, each level indented by so many blanks.
    Pretty {
        /// The blanks.
        indent: u8,
    },
}

/// Writes one JSON value.
#[derive(Debug)]
pub(crate) struct JsonWriter {
    text: String,
    layout: Layout,
    /// The containers that are open, and whether anything is in them yet.
    open: Vec<bool>,
    /// A member's name has been written, and its value comes next.
    is_named: bool,
}

impl JsonWriter {
    pub(crate) fn new(layout: Layout) -> Self {
        Self { text: String::new(), layout, open: Vec::new(), is_named: false }
    }

    /// The text, once everything is closed.
    pub(crate) fn finish(self) -> String {
        self.text
    }

    pub(crate) fn begin_object(&mut self) {
        self.begin('{');
    }

    pub(crate) fn end_object(&mut self) {
        self.end('}');
    }

    pub(crate) fn begin_array(&mut self) {
        self.begin('[');
    }

    pub(crate) fn end_array(&mut self) {
        self.end(']');
    }

    /// The name of a member, whose value is written next.
    pub(crate) fn name(&mut self, name: &str) {
        self.separate();
        write_string(&mut self.text, name);
        self.colon();
    }

    /// The name of a member in the JSON that it stands in somewhere, quotes included.
    pub(crate) fn raw_name(&mut self, name: &str) {
        self.separate();
        self.text.push_str(name);
        self.colon();
    }

    pub(crate) fn string(&mut self, value: &str) {
        self.separate();
        write_string(&mut self.text, value);
    }

    /// A value in the JSON that it stands in somewhere.
    pub(crate) fn raw(&mut self, value: &str) {
        self.separate();
        self.text.push_str(value);
    }

    pub(crate) fn number(&mut self, value: u64) {
        self.separate();
        // Writing to a string cannot fail.
        let _ = write!(self.text, "{value}");
    }

    pub(crate) fn bool(&mut self, value: bool) {
        self.raw(if value { "true" } else { "false" });
    }

    pub(crate) fn null(&mut self) {
        self.raw("null");
    }

    /// The column that the next thing would begin in.
    pub(crate) fn column(&self) -> usize {
        let line = self.text.rsplit('\n').next().unwrap_or_default();
        line.chars().count()
    }

    fn begin(&mut self, bracket: char) {
        self.separate();
        self.text.push(bracket);
        self.open.push(false);
    }

    fn end(&mut self, bracket: char) {
        let was_filled = self.open.pop().unwrap_or(false);
        if was_filled {
            self.break_line();
        }
        self.text.push(bracket);
    }

    fn colon(&mut self) {
        self.text.push_str(if self.layout == Layout::Compact { ":" } else { ": " });
        self.is_named = true;
    }

    /// What stands before a name or a value.
    fn separate(&mut self) {
        if core::mem::take(&mut self.is_named) {
            return;
        }
        let Some(is_filled) = self.open.last_mut() else { return };
        if core::mem::replace(is_filled, true) {
            self.text.push(',');
        }
        self.break_line();
    }

    fn break_line(&mut self) {
        if let Layout::Pretty { indent } = self.layout {
            self.text.push('\n');
            self.text.extend(core::iter::repeat_n(' ', usize::from(indent) * self.open.len()));
        }
    }
}

/// Writes a string with its quotes.
pub(crate) fn write_string(text: &mut String, value: &str) {
    text.push('"');
    for character in value.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            control if control.is_control() => {
                // Writing to a string cannot fail.
                let _ = write!(text, "\\u{:04x}", u32::from(control));
            }
            plain => text.push(plain),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::{JsonWriter, Layout};

    fn written(layout: Layout) -> String {
        let mut json = JsonWriter::new(layout);
        json.begin_object();
        json.name("a \"b\"\n\u{1}");
        json.begin_array();
        json.number(1);
        json.bool(true);
        json.null();
        json.end_array();
        json.name("empty");
        json.begin_object();
        json.end_object();
        json.end_object();
        json.finish()
    }

    #[test]
    fn a_value_is_laid_out_on_one_line_or_on_many() {
        assert_eq!(written(Layout::Compact), r#"{"a \"b\"\n\u0001":[1,true,null],"empty":{}}"#);
        let lines =
            "{\n  \"a \\\"b\\\"\\n\\u0001\": [\n    1,\n    true,\n    null\n  ],\n  \"empty\": {}\n}";
        assert_eq!(written(Layout::Pretty { indent: 2 }), lines);
    }
}
