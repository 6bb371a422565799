//! Comparing text without regard to case.
//!
//! Two texts are equal without case when their characters are equal after Unicode's *simple* case folding:
//! one character to one character, so `ß` is not `ss`, and the Turkish dotless `ı` is not `i`.

use crate::scope::Meter;

/// What a byte beyond ASCII costs, in units of the [`Meter`].
pub(crate) const FOLDING: usize = 24;

/// Are two texts equal without regard to case?
pub(crate) fn equal(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other) || (!(one.is_ascii() && other.is_ascii()) && is_same(one, other))
}

fn is_same(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.chars(), other.chars());
    loop {
        match (one.next(), other.next()) {
            (None, None) => return true,
            (Some(one), Some(other)) if one == other || fold(one) == fold(other) => {}
            _ => return false,
        }
    }
}

/// As [`equal`], for texts that strangers chose.
pub(crate) fn equal_metered(one: &str, other: &str, meter: &mut Meter) -> bool {
    meter.spend(2 + other.len() / 64);
    if one.eq_ignore_ascii_case(other) {
        return true;
    }
    if one.is_ascii() && other.is_ascii() {
        return false;
    }
    meter.spend(FOLDING * one.len().min(other.len())) && is_same(one, other)
}

/// Takes `prefix` off the front of `text`, without regard to case, and returns what is left.
pub(crate) fn strip_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    if let Some((head, rest)) = text.split_at_checked(prefix.len()) {
        if head.eq_ignore_ascii_case(prefix) {
            return Some(rest);
        }
        if head.is_ascii() && prefix.is_ascii() {
            return None;
        }
    } else if text.len() < prefix.len() && text.is_ascii() && prefix.is_ascii() {
        return None;
    }
    let mut rest = text.chars();
    let is_prefix = prefix.chars().all(|wanted| rest.next().is_some_and(|found| fold(found) == fold(wanted)));
    is_prefix.then_some(rest.as_str())
}

/// A character's simple case folding: up, then down, wherever each step yields one character.
pub(crate) fn fold(character: char) -> char {
    if character.is_ascii() {
        return character.to_ascii_lowercase();
    }
    // The dotless i goes up to `I`, but does not fold with it.
    if character == 'ı' {
        return character;
    }
    let upper = single(character.to_uppercase()).unwrap_or(character);
    single(upper.to_lowercase()).unwrap_or(upper)
}

fn single(mut characters: impl Iterator<Item = char>) -> Option<char> {
    let first = characters.next()?;
    characters.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_any_script_fold() {
        for (one, other) in [("Größe", "GRÖßE"), ("ΣΑΣ", "σας"), ("Ж", "ж"), ("K", "\u{212A}"), ("ẞ", "ß")]
        {
            assert!(equal(one, other), "{one} {other}");
            assert_eq!(strip_prefix(one, other), Some(""), "{one} {other}");
        }
    }

    #[test]
    fn nothing_else_does() {
        for (one, other) in [("ß", "ss"), ("ı", "i"), ("İ", "i"), ("a", "á"), ("a", "ab"), ("", "a")] {
            assert!(!equal(one, other), "{one} {other}");
        }
    }
}
