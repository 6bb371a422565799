use std::fmt::Write as _;

const UNITS: [(u32, &str); 3] = [(3600, "hour"), (60, "minute"), (1, "second")];

/// A length of time for a person: `1 hour 30 minutes`.
pub(crate) fn in_words(seconds: u32) -> String {
    let mut text = String::new();
    let mut left = seconds;
    for (size, unit) in UNITS {
        let count = left / size;
        left %= size;
        if count > 0 || (size == 1 && text.is_empty()) {
            let gap = if text.is_empty() { "" } else { " " };
            let plural = if count == 1 { "" } else { "s" };
            // A `String` takes whatever is written to it.
            let _ = write!(text, "{gap}{count} {unit}{plural}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn a_length_reads_as_one_would_say_it() {
        let cases = [
            (0, "0 seconds"),
            (1, "1 second"),
            (900, "15 minutes"),
            (3600, "1 hour"),
            (5430, "1 hour 30 minutes 30 seconds"),
            (43_200, "12 hours"),
            (129_600, "36 hours"),
        ];
        for (seconds, words) in cases {
            assert_eq!(in_words(seconds), words);
        }
    }
}
