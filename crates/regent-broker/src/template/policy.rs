//! The places of a policy where a variable may stand.
//!
//! Everything but the strings that have variables is kept as it was written, to the byte: what is issued is what the
//! administrator reviewed.

use serde_json::Value;

use super::scan::{Piece, not_here, pieces as scan};
use super::{ParseTemplateError, TemplatePurpose, Variable};

/// The elements of a statement whose values may have variables. In an action a value could choose what is allowed, in
/// an effect whether, in a name which condition is asked.
const ELEMENTS: [&str; 3] = ["Resource", "NotResource", "Condition"];

/// Takes a policy apart.
pub(super) fn pieces(text: &str) -> Result<Vec<Piece>, ParseTemplateError> {
    // The walk below trusts the text to be JSON.
    serde_json::from_str::<Value>(text).map_err(|error| ParseTemplateError::NotJson {
        text: error.to_string(),
        line: error.line(),
        column: error.column(),
    })?;
    let mut walk = Walk { text, at: 0, copied: 0, containers: Vec::new(), pieces: Vec::new() };
    walk.run()?;
    walk.copy_to(text.len());
    Ok(walk.pieces)
}

enum Container {
    Array,
    Object { member: String, is_name_next: bool },
}

struct Walk<'t> {
    text: &'t str,
    at: usize,
    /// How much of the text is in the pieces.
    copied: usize,
    containers: Vec<Container>,
    pieces: Vec<Piece>,
}

impl Walk<'_> {
    fn run(&mut self) -> Result<(), ParseTemplateError> {
        while let Some(byte) = self.text.as_bytes().get(self.at) {
            match byte {
                b'{' => self.containers.push(Container::Object { member: String::new(), is_name_next: true }),
                b'[' => self.containers.push(Container::Array),
                b'}' | b']' => drop(self.containers.pop()),
                b',' => self.expect_name(true),
                b':' => self.expect_name(false),
                b'"' => {
                    self.string()?;
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
        Ok(())
    }

    fn expect_name(&mut self, expected: bool) {
        if let Some(Container::Object { is_name_next, .. }) = self.containers.last_mut() {
            *is_name_next = expected;
        }
    }

    /// A string, from its quote to behind its other quote.
    fn string(&mut self) -> Result<(), ParseTemplateError> {
        let start = self.at;
        let end = end_of_string(self.text.as_bytes(), start);
        self.at = end;
        let written = self.text.get(start..end).unwrap_or_default();
        // An escape may hide a `$`, so it is the value that is looked at.
        let value: String = serde_json::from_str(written).map_err(|_| ParseTemplateError::Unclosed)?;
        let parts = scan(&value, TemplatePurpose::Policy)?;
        let first = parts.iter().find_map(|part| match part {
            Piece::Text(_) => None,
            Piece::Variable(variable) => Some(variable),
        });
        if let Some(Container::Object { member, is_name_next: true }) = self.containers.last_mut() {
            *member = value;
            return first.map_or(Ok(()), |variable| Err(misplaced(variable)));
        }
        let Some(first) = first else { return Ok(()) };
        if !self.is_open() {
            return Err(misplaced(first));
        }
        self.copy_to(start);
        self.copied = end;
        self.pieces.push(Piece::Text("\"".to_owned()));
        self.pieces.extend(parts.into_iter().map(|part| match part {
            Piece::Text(literal) => Piece::Text(escaped(&literal)),
            Piece::Variable(variable) => Piece::Variable(variable),
        }));
        self.pieces.push(Piece::Text("\"".to_owned()));
        Ok(())
    }

    /// Whether the values here are those of a resource or a condition of a statement.
    fn is_open(&self) -> bool {
        let mut members = self.containers.iter().filter_map(|container| match container {
            Container::Array => None,
            Container::Object { member, .. } => Some(member.as_str()),
        });
        members.next() == Some("Statement")
            && members.next().is_some_and(|element| ELEMENTS.contains(&element))
    }

    fn copy_to(&mut self, end: usize) {
        match self.text.get(self.copied..end) {
            Some(text) if !text.is_empty() => self.pieces.push(Piece::Text(text.to_owned())),
            _ => {}
        }
        self.copied = end;
    }
}

fn misplaced(variable: &Variable) -> ParseTemplateError {
    not_here(
        &variable.to_string(),
        "in a policy it has a place in the values of resources and conditions alone",
    )
}

/// Behind the closing quote of the string that opens at `start`.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    loop {
        match bytes.get(at) {
            None => return bytes.len(),
            Some(b'"') => return at + 1,
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
        }
    }
}

/// The inside of a JSON string.
fn escaped(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or_default().to_owned()
}
