//! Percent-encoding as SigV4 wants it: everything but `A–Z a–z 0–9 - . _ ~`, in upper-case digits.

use std::borrow::Cow;

/// What is wrong with a `%`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EscapeFault {
    /// The text ends before both digits.
    #[error("the text ends inside an escape; `%` and two hexadecimal digits were expected")]
    Incomplete,
    /// The two bytes after `%` are not hexadecimal digits.
    #[error("`%{}{}` is not `%` and two hexadecimal digits", .0[0].escape_ascii(), .0[1].escape_ascii())]
    NotHex([u8; 2]),
}

/// How a `+` reads: in a query it is a space, in a path it is itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Plus {
    Space,
    Literal,
}

/// Whether `/` stays as it is or is encoded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Slash {
    Keep,
    Encode,
}

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn is_plain(byte: u8, slash: Slash) -> bool {
    is_unreserved(byte) || (byte == b'/' && slash == Slash::Keep)
}

fn push(out: &mut Vec<u8>, byte: u8, slash: Slash) {
    if is_plain(byte, slash) {
        out.push(byte);
    } else {
        out.extend([b'%', digit(byte >> 4), digit(byte & 0x0f)]);
    }
}

const fn digit(nibble: u8) -> u8 {
    let letter_gap = (nibble > 9) as u8 * (b'A' - b'0' - 10);
    b'0'.wrapping_add(nibble).wrapping_add(letter_gap)
}

const fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// Encodes the text as it stands: a `%` in it becomes `%25`.
pub(super) fn encode(out: &mut Vec<u8>, text: &str, slash: Slash) {
    for &byte in text.as_bytes() {
        push(out, byte, slash);
    }
}

/// Decodes the text and encodes what comes out, so that `%7e`, `%7E` and `~` all end as `~`.
pub(super) fn recode(out: &mut Vec<u8>, text: &str, plus: Plus, slash: Slash) -> Result<(), EscapeFault> {
    rewrite(out, Decoded::new(text, plus), |byte| is_plain(byte, slash), |out, byte| push(out, byte, slash))
}

/// The text without its escapes. What is not UTF-8 afterwards is replaced, and so matches nothing.
pub(super) fn decode(text: &str) -> Result<Cow<'_, str>, EscapeFault> {
    let is_literal = |byte| !matches!(byte, b'%' | b'+');
    if text.bytes().all(is_literal) {
        return Ok(Cow::Borrowed(text));
    }
    let mut out = Vec::with_capacity(text.len());
    rewrite(&mut out, Decoded::new(text, Plus::Space), is_literal, Vec::push)?;
    let text = String::from_utf8(out);
    Ok(Cow::Owned(text.unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())))
}

/// Copies runs of bytes that stay as they are, and gives each other byte, decoded, to `push`.
fn rewrite(
    out: &mut Vec<u8>,
    mut decoded: Decoded<'_>,
    stays: impl Fn(u8) -> bool,
    push: impl Fn(&mut Vec<u8>, u8),
) -> Result<(), EscapeFault> {
    loop {
        let run = decoded.rest.iter().position(|&byte| !stays(byte)).unwrap_or(decoded.rest.len());
        let (run, tail) = decoded.rest.split_at(run);
        out.extend_from_slice(run);
        decoded.rest = tail;
        let Some(byte) = decoded.next() else { return Ok(()) };
        push(out, byte?);
    }
}

/// Finds the first broken escape.
pub(super) fn check(text: &str) -> Result<(), EscapeFault> {
    let mut rest = text.as_bytes();
    while let Some(percent) = rest.iter().position(|&byte| byte == b'%') {
        let (_, tail) = rest.split_at(percent + 1);
        (_, rest) = escaped(tail)?;
    }
    Ok(())
}

/// The byte that the two digits at the start stand for, and what comes after them.
fn escaped(text: &[u8]) -> Result<(u8, &[u8]), EscapeFault> {
    let Some((&[high, low], rest)) = text.split_first_chunk::<2>() else {
        return Err(EscapeFault::Incomplete);
    };
    let (Some(upper), Some(lower)) = (value(high), value(low)) else {
        return Err(EscapeFault::NotHex([high, low]));
    };
    Ok((upper << 4 | lower, rest))
}

/// The decoded bytes, one at a time. Ends after the first fault.
struct Decoded<'t> {
    rest: &'t [u8],
    plus: Plus,
}

impl<'t> Decoded<'t> {
    fn new(text: &'t str, plus: Plus) -> Self {
        Self { rest: text.as_bytes(), plus }
    }
}

impl Iterator for Decoded<'_> {
    type Item = Result<u8, EscapeFault>;

    fn next(&mut self) -> Option<Self::Item> {
        let (&first, rest) = self.rest.split_first()?;
        let (byte, rest) = match first {
            b'+' if self.plus == Plus::Space => (b' ', rest),
            b'%' => match escaped(rest) {
                Ok(found) => found,
                Err(fault) => {
                    self.rest = &[];
                    return Some(Err(fault));
                }
            },
            byte => (byte, rest),
        };
        self.rest = rest;
        Some(Ok(byte))
    }
}

#[cfg(test)]
mod tests {
    use super::{EscapeFault, Plus, Slash, decode, encode, recode};

    #[track_caller]
    fn check(text: &str, expected: Result<&str, EscapeFault>) {
        let mut out = Vec::new();
        let result = recode(&mut out, text, Plus::Space, Slash::Encode);
        assert_eq!(result.map(|()| String::from_utf8(out).unwrap()).as_deref(), expected.as_ref().copied());
        assert_eq!(super::check(text).err(), expected.err());
        assert_eq!(decode(text).err(), expected.err());
    }

    #[test]
    fn recoding_decodes_first() {
        check("", Ok(""));
        check("AZaz09-._~", Ok("AZaz09-._~"));
        check("%41%7e%2f", Ok("A~%2F"));
        check("a b+c/é*", Ok("a%20b%20c%2F%C3%A9%2A"));
        check("%2B%e1%ff", Ok("%2B%E1%FF"));
        check("%00", Ok("%00"));
    }

    #[test]
    fn a_broken_escape_is_found_wherever_it_stands() {
        check("a%", Err(EscapeFault::Incomplete));
        check("a%4", Err(EscapeFault::Incomplete));
        check("%zz", Err(EscapeFault::NotHex(*b"zz")));
        check("%41%4g", Err(EscapeFault::NotHex(*b"4g")));
        check("%%41", Err(EscapeFault::NotHex(*b"%4")));
        check("%é", Err(EscapeFault::NotHex([0xc3, 0xa9])));
    }

    #[test]
    fn encoding_does_not_decode() {
        let mut out = Vec::new();
        encode(&mut out, "/a%2f+", Slash::Keep);
        assert_eq!(out, b"/a%252f%2B");
    }

    #[test]
    fn decoding_borrows_where_it_can() {
        assert!(matches!(decode("plain").unwrap(), std::borrow::Cow::Borrowed("plain")));
        assert_eq!(decode("a%2Fb+c").unwrap(), "a/b c");
        assert_eq!(decode("%ff").unwrap(), "\u{fffd}");
    }
}
