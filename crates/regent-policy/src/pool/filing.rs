//! Reading a pattern's text: its shape, its fields, and the literal it begins with.

use super::Reading;
use crate::hash::{self, Case, Prefixes};
use crate::pattern::Shape;

/// Where an index files a pattern: under the literal that every match begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filing {
    /// A match is this text and nothing else.
    Whole { hash: u64 },
    /// A match begins with this many bytes, which hash to this.
    Prefix { len: usize, hash: u64 },
    /// Nothing matches.
    Nowhere,
}

impl Filing {
    /// For patterns that say nothing about how a match begins.
    pub(crate) const ANYWHERE: Self = Self::Prefix { len: 0, hash: hash::EMPTY };
}

pub(super) fn of_action(lowered: &str) -> Filing {
    file::<8>(lowered, literal_len(lowered, Reading::Plain))
}

/// A resource is filed whole only if it was compiled to be compared whole: one of fewer than six fields is
/// completed with stars.
pub(super) fn of_resource(raw: &str, reading: Reading, shape: Option<Shape>) -> Filing {
    match (shape, literal_len(raw, reading)) {
        (Some(Shape::Never) | None, _) => Filing::Nowhere,
        (Some(Shape::Exact), len) => file::<16>(raw, len),
        (_, len) => file::<16>(raw, Some(len.unwrap_or(raw.len()))),
    }
}

/// The length of the literal beginning, or `None` if the text is literal to its end.
fn literal_len(raw: &str, reading: Reading) -> Option<usize> {
    let wild = raw.find(['*', '?']);
    let variable = raw.find("${").filter(|_| reading == Reading::Variables);
    wild.into_iter().chain(variable).min()
}

fn file<const WORDS: usize>(text: &str, literal_len: Option<usize>) -> Filing {
    let prefixes = Prefixes::<WORDS>::new(text.as_bytes(), Case::Kept);
    match literal_len {
        None => Filing::Whole { hash: prefixes.whole() },
        Some(0) => Filing::ANYWHERE,
        Some(len) => {
            let len = len.min(Prefixes::<WORDS>::LONGEST);
            Filing::Prefix { len, hash: prefixes.prefix(len).unwrap_or_default() }
        }
    }
}

/// The cheapest shape that says what a text with wildcards says, and the literal part of it.
pub(super) fn shape_of(raw: &str) -> (Shape, &str) {
    let inner = raw.trim_start_matches('*');
    let opens = inner.len() < raw.len();
    let literal = inner.trim_end_matches('*');
    let closes = literal.len() < inner.len();
    match (opens, closes, literal) {
        (true, _, "") => (Shape::Any, ""),
        (_, _, literal) if literal.contains(['*', '?']) => (Shape::Glob, raw),
        (false, false, literal) => (Shape::Exact, literal),
        (false, true, literal) => (Shape::Prefix, literal),
        (true, false, literal) => (Shape::Suffix, literal),
        (true, true, literal) => (Shape::Infix, literal),
    }
}

/// Splits an ARN pattern at its first five colons, those inside `${…}` not counted where variables are read.
/// Returns how many fields there are; the others stay as they were.
pub(super) fn split_fields<'a>(raw: &'a str, reading: Reading, fields: &mut [&'a str; 6]) -> usize {
    let mut rest = Some(raw);
    let mut count = 0;
    for (index, field) in fields.iter_mut().enumerate() {
        let Some(text) = rest else { break };
        let colon = if index == 5 { None } else { field_end(text, reading) };
        let (head, tail) = colon.and_then(|colon| text.split_at_checked(colon)).unwrap_or((text, ""));
        *field = head;
        rest = tail.strip_prefix(':');
        count += 1;
    }
    count
}

fn field_end(text: &str, reading: Reading) -> Option<usize> {
    if reading == Reading::Plain || !text.contains("${") {
        return text.find(':');
    }
    let mut is_inside = false;
    let mut before = '\0';
    text.char_indices().find_map(|(at, found)| {
        match found {
            '{' if before == '$' => is_inside = true,
            '}' => is_inside = false,
            _ => {}
        }
        before = found;
        (found == ':' && !is_inside).then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_takes_its_cheapest_shape() {
        for (raw, expected) in [
            ("", (Shape::Exact, "")),
            ("abc", (Shape::Exact, "abc")),
            ("*", (Shape::Any, "")),
            ("***", (Shape::Any, "")),
            ("abc*", (Shape::Prefix, "abc")),
            ("**abc", (Shape::Suffix, "abc")),
            ("*abc**", (Shape::Infix, "abc")),
            ("a*c", (Shape::Glob, "a*c")),
            ("a?*", (Shape::Glob, "a?*")),
            ("?", (Shape::Glob, "?")),
        ] {
            assert_eq!(shape_of(raw), expected, "{raw}");
        }
    }

    #[test]
    fn fields_end_at_colons_outside_of_variables() {
        let mut fields = ["*"; 6];
        let raw = "arn:aws:iam::${aws:PrincipalAccount}:user/${aws:username}:x";
        assert_eq!(split_fields(raw, Reading::Variables, &mut fields), 6);
        assert_eq!(fields, ["arn", "aws", "iam", "", "${aws:PrincipalAccount}", "user/${aws:username}:x"]);
        let mut fields = ["*"; 6];
        assert_eq!(split_fields("arn:aws:sqs", Reading::Variables, &mut fields), 3);
        assert_eq!(fields, ["arn", "aws", "sqs", "*", "*", "*"]);
    }
}
