//! Durations as people type them, and as they are told.

/// Reads `4h`, `90m`, `1h30m`, `2d` or a number of seconds.
pub(super) fn parse(text: &str) -> Result<u32, String> {
    let unknown =
        || format!("expected a duration like `4h`, `90m`, `1h30m` or a number of seconds, got `{text}`");
    if let Ok(seconds) = text.parse::<u32>() {
        return if seconds == 0 { Err(unknown()) } else { Ok(seconds) };
    }
    let (mut total, mut number) = (0_u32, None::<u32>);
    for letter in text.chars() {
        let unit = match letter {
            '0'..='9' => {
                let digit = letter.to_digit(10).ok_or_else(unknown)?;
                let next = number.unwrap_or(0).checked_mul(10).and_then(|number| number.checked_add(digit));
                number = Some(next.ok_or_else(unknown)?);
                continue;
            }
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            _ => return Err(unknown()),
        };
        let part = number.take().and_then(|number| number.checked_mul(unit)).ok_or_else(unknown)?;
        total = total.checked_add(part).ok_or_else(unknown)?;
    }
    if number.is_some() || total == 0 { Err(unknown()) } else { Ok(total) }
}

/// `11 h 59 min`, `45 min`, `30 s`: the two largest units.
pub(super) fn words(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, 0, _) => format!("{days} d"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_type_them() {
        for (text, seconds) in
            [("900", 900), ("4h", 14_400), ("90m", 5400), ("1h30m", 5400), ("2d", 172_800), ("45s", 45)]
        {
            assert_eq!(parse(text), Ok(seconds), "{text}");
        }
        for text in ["", "0", "h", "4x", "1h30", "-1", "99999999999", "9999999d", "4 h"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations_are_told_in_their_two_largest_units() {
        for (seconds, text) in [
            (-5, "0 s"),
            (59, "59 s"),
            (2700, "45 min"),
            (3600, "1 h"),
            (43_140, "11 h 59 min"),
            (90_000, "1 d 1 h"),
        ] {
            assert_eq!(words(seconds), text);
        }
    }
}
