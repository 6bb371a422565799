//! From bytes to lines, columns and characters, any number of times.

use super::finding::Place;
use crate::span::{Span, is_continuation, offset};

/// So many bytes apart, characters are counted beforehand.
const STRIDE: usize = 128;

/// A text with its lines and characters counted, so that a place costs no more at the end than at the front.
pub(super) struct Places<'t> {
    text: &'t str,
    /// Where each line begins.
    lines: Vec<u32>,
    /// How many characters stand before each stride.
    characters: Vec<u32>,
}

impl<'t> Places<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = core::iter::once(0).chain(breaks.map(|(at, _)| offset(at + 1))).collect();
        let mut before = 0;
        let characters = text
            .as_bytes()
            .chunks(STRIDE)
            .map(|chunk| {
                let after = before + count(chunk);
                core::mem::replace(&mut before, after)
            })
            .collect();
        Self { text, lines, characters }
    }

    pub(super) fn of(&self, span: Span) -> (Place, Place) {
        (self.place(span.start), self.place(span.end))
    }

    fn place(&self, at: u32) -> Place {
        let line = self.lines.partition_point(|start| *start <= at);
        let start = line.checked_sub(1).and_then(|index| self.lines.get(index)).copied().unwrap_or(0);
        let offset = self.characters_before(at);
        Place { line: self::offset(line), column: offset - self.characters_before(start), offset }
    }

    fn characters_before(&self, at: u32) -> u32 {
        let at = (at as usize).min(self.text.len());
        // A text that ends with a stride has no stride after it.
        let stride = (at / STRIDE).min(self.characters.len().saturating_sub(1));
        let before = self.characters.get(stride).copied().unwrap_or(0);
        before + count(self.text.as_bytes().get(stride * STRIDE..at).unwrap_or_default())
    }
}

fn count(bytes: &[u8]) -> u32 {
    offset(bytes.iter().filter(|byte| !is_continuation(**byte)).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_where_counting_from_the_front_finds_it() {
        let long = "é".repeat(300);
        for text in ["", "a", "a\nbé\n\nc", &long, &"x\n".repeat(256), &format!("{long}\n{long}")] {
            let places = Places::new(text);
            for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
                let before = text.get(..at).unwrap();
                let last_line = before.rsplit('\n').next().unwrap();
                let expected = Place {
                    line: offset(before.matches('\n').count() + 1),
                    column: offset(last_line.chars().count()),
                    offset: offset(before.chars().count()),
                };
                assert_eq!(places.place(offset(at)), expected, "{at} of {text:?}");
            }
        }
    }
}
