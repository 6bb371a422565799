//! Places in a policy text: byte spans for programs, lines and columns for people.

/// A piece of a policy text, in bytes, the end excluded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
}

/// A line and a column, both counted from 1; a column is a character, not a byte.
///
/// IAM's simulator speaks in these, and in its own way: see [`Statement::start`](crate::Statement::start).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// The line, from 1. Only a line feed ends a line.
    pub line: u32,
    /// The character within the line, from 1.
    pub column: u32,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        Self { start: offset(start), end: offset(end) }
    }

    /// The piece of `text` that it marks; nothing, if it is not one of this text's.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    pub(crate) fn of_bytes(self, text: &str) -> &[u8] {
        text.as_bytes().get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

impl Position {
    /// Where a byte offset of `text` stands. An offset past the end stands at the end.
    pub fn of(text: &str, at: u32) -> Self {
        let before = text.as_bytes().get(..at as usize).unwrap_or(text.as_bytes());
        let lines = before.split(|byte| *byte == b'\n').enumerate();
        let (line, start) = lines.last().map_or((1, before), |(index, start)| (index + 1, start));
        let column = start.iter().filter(|byte| !is_continuation(**byte)).count() + 1;
        Self { line: offset(line), column: offset(column) }
    }
}

/// A byte count as the 32 bits that spans use. Texts are bounded far below that.
pub(crate) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Is this a byte of a UTF-8 character other than its first?
pub(crate) const fn is_continuation(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}
