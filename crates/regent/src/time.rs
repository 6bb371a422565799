//! Times as AWS writes them.

use regent_store::entity::Seconds;

/// Appends `2026-11-21T08:30:00Z`.
///
/// Written by hand because every audit record and every `aws:CurrentTime` needs one and the general formatter costs
/// more than the rest of the record. Years outside 0000 to 9999 are clamped; no clock of ours shows one.
pub(crate) fn write_iso(seconds: Seconds, out: &mut Vec<u8>) {
    out.extend_from_slice(&iso(seconds));
}

/// `2026-11-21T08:30:00Z` on the stack.
pub(crate) fn iso(seconds: Seconds) -> [u8; 20] {
    let seconds = seconds.clamp(-62_167_219_200, 253_402_300_799);
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let mut text = *b"0000-00-00T00:00:00Z";
    let [y1, y2, y3, y4, _, m1, m2, _, d1, d2, _, h1, h2, _, n1, n2, _, s1, s2, _] = &mut text;
    two(year / 100, y1, y2);
    two(year % 100, y3, y4);
    two(month, m1, m2);
    two(day, d1, d2);
    two(second / 3600, h1, h2);
    two(second / 60 % 60, n1, n2);
    two(second % 60, s1, s2);
    text
}

/// The same as a text of its own.
pub(crate) fn iso_text(seconds: Seconds) -> String {
    iso(seconds).iter().map(|byte| char::from(*byte)).collect()
}

fn two(value: i64, tens: &mut u8, ones: &mut u8) {
    let digit = |value: i64| b'0' + u8::try_from(value % 10).unwrap_or(0);
    (*tens, *ones) = (digit(value / 10), digit(value));
}

/// Year, month and day of a count of days since 1970, after the shape of the Gregorian 400-year cycle.
fn civil(days: i64) -> (i64, i64, i64) {
    // Counted from 1 March of year 0, so that the leap day is the last of its year.
    let days = days + 719_468;
    let (cycle, day_of_cycle) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_cycle =
        (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
    let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (cycle * 400 + year_of_cycle + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn times_read_as_the_general_formatter_writes_them(seconds in -62_167_219_200_i64..253_402_300_800) {
            let expected = Timestamp::from_second(seconds).unwrap().to_string();
            prop_assert_eq!(String::from_utf8(iso(seconds).to_vec()).unwrap(), expected);
        }
    }
}
