//! What somebody may have meant: the nearest of a few known names.

/// Longer than any name here; nothing longer is compared.
const LONGEST: usize = 48;

/// The known name that the written one is most likely a misspelling of: up to a third of it may be wrong.
pub(super) fn nearest(written: &str, known: &[&'static str]) -> Option<&'static str> {
    if written.len() > LONGEST {
        return None;
    }
    let (distance, name) = known.iter().map(|name| (distance(written, name), *name)).min()?;
    (distance <= 1.max(name.len() / 3)).then_some(name)
}

/// The nearest name as the middle of a sentence, or nothing.
pub(super) fn hint(written: &str, known: &[&'static str]) -> String {
    nearest(written, known).map_or_else(String::new, |name| format!(", but there is `{name}`"))
}

/// How many letters have to be changed, added or removed, case aside.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, wanted) in one.bytes().enumerate() {
        let (mut diagonal, mut left) = (index, index + 1);
        let mut next = vec![left];
        for (found, above) in other.bytes().zip(row.iter().skip(1)) {
            let changed = diagonal + usize::from(!wanted.eq_ignore_ascii_case(&found));
            left = changed.min(left + 1).min(above + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelled_names_find_their_neighbour() {
        let known = ["Action", "NotAction", "Resource", "Effect"];
        for (written, expected) in [
            ("Actions", Some("Action")),
            ("action", Some("Action")),
            ("Efect", Some("Effect")),
            ("Rsource", Some("Resource")),
            ("Comment", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, &known), expected, "{written}");
        }
    }

    #[test]
    fn distances_are_levenshtein_distances() {
        for (one, other, expected) in
            [("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("abc", "ABC", 0), ("flaw", "lawn", 2)]
        {
            assert_eq!(distance(one, other), expected, "{one} {other}");
        }
    }
}
