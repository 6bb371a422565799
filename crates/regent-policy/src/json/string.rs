//! JSON strings: content, escapes, surrogate pairs.

use core::fmt;

use super::{ReadJsonError, Reader, Shape};
use crate::span::{Span, offset};

/// What is wrong with a JSON string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StringFault {
    /// The text ends inside the string.
    Unclosed,
    /// A control character stands in it unescaped.
    ControlCharacter,
    /// A backslash is followed by no known escape.
    UnknownEscape,
    /// A `\u` escape names half of a character.
    LoneSurrogate,
}

impl fmt::Display for StringFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unclosed => "expected a closing quote",
            Self::ControlCharacter => "expected control characters in strings to be escaped",
            Self::UnknownEscape => "expected a known escape after the backslash",
            Self::LoneSurrogate => "expected both halves of a surrogate pair",
        })
    }
}

impl Reader<'_> {
    /// Takes the string at the cursor, which stands on its opening quote.
    pub(super) fn string(&mut self, shape: Shape) -> Result<(), ReadJsonError> {
        let begin = self.at;
        let content = begin + 1;
        let stop = self.plain_run(content)?;
        if self.byte(stop) == Some(b'"') {
            self.at = stop + 1;
            self.push(shape, Span::new(begin, self.at), Span::new(content, stop));
            return Ok(());
        }
        let resolved_from = self.source.len() + self.resolved.len();
        self.at = content;
        loop {
            let stop = self.plain_run(self.at)?;
            self.resolved.push_str(Span::new(self.at, stop).of(self.source));
            self.at = stop + 1;
            if self.byte(stop) == Some(b'"') {
                break;
            }
            let character = self.escape()?;
            self.resolved.push(character);
        }
        let resolved = Span::new(resolved_from, self.source.len() + self.resolved.len());
        self.push(shape, Span::new(begin, self.at), resolved);
        Ok(())
    }

    /// Where the characters that stand for themselves end: at a quote or a backslash.
    fn plain_run(&self, from: usize) -> Result<usize, ReadJsonError> {
        let rest = self.source.as_bytes().get(from..).unwrap_or_default();
        let run = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1F));
        let stop = from + run.unwrap_or(rest.len());
        match self.byte(stop) {
            Some(b'"' | b'\\') => Ok(stop),
            Some(_) => Err(bad(StringFault::ControlCharacter, stop)),
            None => Err(bad(StringFault::Unclosed, stop)),
        }
    }

    /// The character an escape stands for; the cursor is behind the backslash.
    fn escape(&mut self) -> Result<char, ReadJsonError> {
        let backslash = self.at - 1;
        let letter = self.byte(self.at);
        self.at += 1;
        Ok(match letter {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{C}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(backslash),
            _ => return Err(bad(StringFault::UnknownEscape, backslash)),
        })
    }

    fn unicode(&mut self, backslash: usize) -> Result<char, ReadJsonError> {
        let lone = bad(StringFault::LoneSurrogate, backslash);
        let first = self.four_digits(backslash)?;
        if !(0xD800..0xE000).contains(&first) {
            return char::from_u32(first).ok_or(lone);
        }
        if self.byte(self.at) != Some(b'\\') || self.byte(self.at + 1) != Some(b'u') {
            return Err(lone);
        }
        self.at += 2;
        let second = self.four_digits(backslash)?;
        if first >= 0xDC00 || !(0xDC00..0xE000).contains(&second) {
            return Err(lone);
        }
        char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00)).ok_or(lone)
    }

    fn four_digits(&mut self, backslash: usize) -> Result<u32, ReadJsonError> {
        let digits = Span::new(self.at, self.at + 4).of(self.source);
        let is_hex = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let value = u32::from_str_radix(digits, 16).ok().filter(|_| is_hex);
        self.at += 4;
        value.ok_or_else(|| bad(StringFault::UnknownEscape, backslash))
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.source.as_bytes().get(at).copied()
    }
}

fn bad(fault: StringFault, at: usize) -> ReadJsonError {
    ReadJsonError::BadString { fault, at: offset(at) }
}
