//! Which passwords may be chosen.
//!
//! Length is what counts; there are no rules about kinds of characters, which only make people write `Password1!`. What is
//! refused is what a guesser tries first: common passwords, one piece over and over, rows of a keyboard, and the person's own name.

use super::{MAX_BYTES, PasswordError};

/// The shortest password, in characters.
pub(super) const LEAST_CHARACTERS: usize = 12;
/// What must be left of a password without the own name.
const LEAST_BESIDE_NAME: usize = 8;
/// A name this short is in many words.
const SHORTEST_NAME: usize = 4;

/// Common passwords and what they are made of, one a line, in lower case.
const COMMON: &str = include_str!("common.txt");
/// What fingers run along, both ways.
const ROWS: [&str; 8] = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "`1234567890-=",
    "qwertyuiop[]",
    "qwertzuiopü",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "1q2w3e4r5t6y7u8i9o0p",
];

/// Whose password it is to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Person<'a> {
    /// The name they sign in with.
    pub(crate) name: &'a str,
    /// Their address, if there is one.
    pub(crate) email: Option<&'a str>,
}

/// Whether this person may choose this password.
pub(crate) fn acceptable(password: &str, person: Person<'_>) -> Result<(), PasswordError> {
    if password.len() > MAX_BYTES {
        return Err(PasswordError::TooLong);
    }
    if password.chars().count() < LEAST_CHARACTERS {
        return Err(PasswordError::TooShort);
    }
    let lower = password.to_lowercase();
    if names(person).any(|name| lower.replace(&name, "").chars().count() < LEAST_BESIDE_NAME) {
        return Err(PasswordError::OwnName);
    }
    if is_common(&lower) { Err(PasswordError::Common) } else { Ok(()) }
}

/// The name, the address, and the address's part before the `@`.
fn names(person: Person<'_>) -> impl Iterator<Item = String> {
    let local = person.email.and_then(|email| email.split_once('@')).map(|(local, _)| local);
    [Some(person.name), person.email, local]
        .into_iter()
        .flatten()
        .map(str::to_lowercase)
        .filter(|name| name.chars().count() >= SHORTEST_NAME)
}

fn is_common(lower: &str) -> bool {
    let bare = lower.trim_matches(|c: char| !c.is_alphabetic());
    let forms = [lower.to_owned(), unmasked(lower), unmasked(bare)];
    COMMON.lines().any(|common| forms.iter().any(|form| form == common)) || repeats(lower) || runs(lower)
}

/// The text with the usual signs for letters undone.
fn unmasked(lower: &str) -> String {
    let letter = |c| match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    };
    lower.chars().map(letter).collect()
}

/// Whether the text is a short piece over and over: `aaaaaaaaaaaa`, `abc1abc1abc1`.
fn repeats(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    (1..=letters.len() / 3).any(|piece| letters.iter().zip(letters.iter().skip(piece)).all(|(a, b)| a == b))
}

/// Whether the text is nothing but a few runs along rows: `123456789012`, `qwertyuiop12`, `asdfghjklqwe`.
fn runs(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    let turns = letters.windows(2).filter(|pair| !adjacent(pair)).count();
    turns < 3
}

fn adjacent(pair: &[char]) -> bool {
    let [a, b] = pair else { return false };
    a == b
        || ROWS.iter().any(|row| {
            row.chars().zip(row.chars().skip(1)).any(|(x, y)| (x, y) == (*a, *b) || (y, x) == (*a, *b))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(password: &str, expected: &Result<(), PasswordError>) {
        let person = Person { name: "ana.diaz", email: Some("anita@example.com") };
        assert_eq!(&acceptable(password, person), expected, "{password}");
    }

    #[test]
    fn what_a_guesser_tries_first_is_refused() {
        for password in [
            "password1234",
            "P@ssw0rd12345",
            "Passwordpassword",
            "iloveyou!!!!",
            "aaaaaaaaaaaa",
            "abc1abc1abc1",
            "123456789012",
            "210987654321",
            "qwertyuiop12",
            "QWERTYUIOPasdf",
            "1q2w3e4r5t6y",
            "correcthorsebatterystaple",
            "administrator!",
        ] {
            check(password, &Err(PasswordError::Common));
        }
    }

    #[test]
    fn the_own_name_is_not_a_password() {
        for password in
            ["ana.diaz2026!", "Ana.DiazAna.Diaz", "anita@example.com", "anita@example.com1", "1234567anita"]
        {
            check(password, &Err(PasswordError::OwnName));
        }
        check("a short walk with anita", &Ok(()));
    }

    #[test]
    fn a_name_of_few_letters_forbids_nothing() {
        let person = Person { name: "jo", email: None };
        assert_eq!(acceptable("a journey jolted on", person), Ok(()));
    }

    #[test]
    fn length_is_bounded_on_both_sides() {
        check("elevenchars", &Err(PasswordError::TooShort));
        check("twelve chars", &Ok(()));
        check("größeЖ漢字", &Err(PasswordError::TooShort));
        let long = "long words ".repeat(94);
        check(long.split_at(MAX_BYTES).0, &Err(PasswordError::Common));
        check(&format!("{}{}", "x".repeat(2), "y7 Q".repeat(255)), &Ok(()));
        check(&"x".repeat(MAX_BYTES + 1), &Err(PasswordError::TooLong));
    }

    #[test]
    fn words_are_welcome_whatever_characters_they_have() {
        for password in
            ["three green boats", "kaffee am morgen", "мама мыла раму", "tr0mbone-3-slides", "9fX!2kQz#7Lp"]
        {
            check(password, &Ok(()));
        }
    }

    #[test]
    fn the_list_is_in_the_form_it_is_compared_in() {
        for line in COMMON.lines() {
            assert_eq!(line, line.to_lowercase().trim(), "{line}");
        }
    }
}
