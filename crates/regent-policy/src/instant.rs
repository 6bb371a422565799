//! Instants, in every form that IAM's date conditions take.
//!
//! A library for dates would refuse much of this: IAM takes years up to 292 million on both sides of zero,
//! a bare `01T`, hours of one digit, and offsets of two. Missing parts are the earliest.
//!
//! AWS: "IAM JSON policy elements: Condition operators", Date condition operators.

/// The years that fit into 64 bits of milliseconds, which is what IAM's writer accepts.
const YEARS: core::ops::RangeInclusive<i64> = -292_275_054..=292_278_993;
const DAY_SECS: i64 = 86_400;

/// A point in time: seconds since 1970 and the nanoseconds within.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant {
    secs: i64,
    nanos: u32,
}

impl Instant {
    /// Reads a date, a date and time, or seconds since 1970.
    ///
    /// An unsigned number of exactly four digits is a year; any other is seconds.
    // CHOICE: AWS documents `YYYY` and integer seconds and does not say where one ends and the other begins.
    // CHOICE: a time without an offset is UTC.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number && text.len() != 4 {
            return text.parse().ok().map(|secs| Self { secs, nanos: 0 });
        }
        let mut cursor = Cursor { rest: text };
        let days = cursor.date()?;
        let (mut secs, mut nanos) = (0, 0);
        if cursor.take_any(&['T', 't']) {
            (secs, nanos) = cursor.time()?;
        }
        cursor.rest.is_empty().then_some(Self { secs: days * DAY_SECS + secs, nanos })
    }
}

struct Cursor<'a> {
    rest: &'a str,
}

impl Cursor<'_> {
    /// `[-]YYYY[-MM[-DD]]` as days since 1970.
    fn date(&mut self) -> Option<i64> {
        let sign = if self.take('-') { -1 } else { 1 };
        let year = sign * self.number(9)?;
        let month = if self.take('-') { self.number(2)? } else { 1 };
        let day = if self.take('-') { self.number(2)? } else { 1 };
        let is_date = YEARS.contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
        // CHOICE: 31 February passes IAM's check of days; here it is the third of March.
        is_date.then(|| days_before_month(year, month) + day - 1)
    }

    /// `[hh[:mm[:ss[.fraction]]]][offset]` as seconds and nanoseconds.
    fn time(&mut self) -> Option<(i64, u32)> {
        let (mut secs, mut nanos) = (0, 0);
        if self.rest.starts_with(|first: char| first.is_ascii_digit()) {
            let hour = self.number(2).filter(|hour| *hour <= 23)?;
            secs = hour * 3_600;
            if self.take(':') {
                secs += 60 * self.number(2).filter(|minute| *minute <= 59)?;
                (secs, nanos) = self.second(secs)?;
            }
        }
        Some((secs - self.offset()?, nanos))
    }

    /// `[:ss[.fraction]]`, added to what stands before it.
    ///
    // CHOICE: only seconds have a fraction. ISO 8601 lets hours and minutes have one too; AWS does not document it.
    fn second(&mut self, before: i64) -> Option<(i64, u32)> {
        if !self.take(':') {
            return Some((before, 0));
        }
        let second = self.number(2).filter(|second| *second <= 59)?;
        let nanos = if self.take_any(&['.', ',']) { self.fraction()? } else { 0 };
        Some((before + second, nanos))
    }

    fn fraction(&mut self) -> Option<u32> {
        let before = self.rest.len();
        let value = u32::try_from(self.number(9)?).ok()?;
        let digits = u32::try_from(before - self.rest.len()).ok()?;
        Some(value * 10_u32.pow(9 - digits))
    }

    /// `Z`, `±hh`, `±hhmm` or `±hh:mm`, in seconds east of Greenwich; nothing is UTC.
    fn offset(&mut self) -> Option<i64> {
        if self.rest.is_empty() || self.take_any(&['Z', 'z']) {
            return Some(0);
        }
        let sign = match self.rest.chars().next()? {
            '+' => 1,
            '-' => -1,
            _ => return None,
        };
        self.rest = self.rest.get(1..)?;
        let hours = self.two_digits()?;
        let has_colon = self.take(':');
        let minutes = if has_colon || !self.rest.is_empty() { self.two_digits()? } else { 0 };
        (hours <= 23 && minutes <= 59).then_some(sign * (hours * 3_600 + minutes * 60))
    }

    fn two_digits(&mut self) -> Option<i64> {
        let (digits, rest) = self.rest.split_at_checked(2)?;
        let value = digits.parse().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
        self.rest = rest;
        Some(value)
    }

    /// Up to `most` digits, at least one; more digits than that are an error.
    fn number(&mut self, most: usize) -> Option<i64> {
        let count = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        if count > most {
            return None;
        }
        let (digits, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        digits.parse().ok()
    }

    fn take(&mut self, wanted: char) -> bool {
        self.take_any(&[wanted])
    }

    fn take_any(&mut self, wanted: &[char]) -> bool {
        let rest = self.rest.strip_prefix(wanted);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
}

/// Days from 1970-01-01 to the first of a month, by the Gregorian calendar in both directions.
fn days_before_month(year: i64, month: i64) -> i64 {
    // Years that begin in March put the leap day at their end.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * month + 2) / 5;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, secs: i64, nanos: u32) {
        assert_eq!(Instant::parse(text), Some(Instant { secs, nanos }), "{text}");
    }

    #[test]
    fn all_forms_of_one_instant_are_equal() {
        for text in [
            "2026-11-21T12:30:00Z",
            "2026-11-21T12:30:00z",
            "2026-11-21t12:30Z",
            "2026-11-21T12:30",
            "2026-11-21T12:30:00.000Z",
            "2026-11-21T14:30:00+02:00",
            "2026-11-21T14:30:00+0200",
            "2026-11-21T14:30:00+02",
            "2026-11-21T00:30:00-12:00",
            "1795264200",
        ] {
            check(text, 1_795_264_200, 0);
        }
    }

    #[test]
    fn missing_parts_are_the_earliest() {
        check("1970", 0, 0);
        check("2026", 1_767_225_600, 0);
        check("2026-11", 1_793_491_200, 0);
        check("2026-11-21", 1_795_219_200, 0);
        check("2026-11-21T", 1_795_219_200, 0);
        check("2026-11-21T12Z", 1_795_262_400, 0);
        check("1970-01-01T00:00:00.5Z", 0, 500_000_000);
        check("1970-01-01T00:00:00.123456789Z", 0, 123_456_789);
    }

    #[test]
    fn what_iam_stores_can_be_read() {
        check("01T", -62_135_596_800, 0);
        check("2016-12-13t2:00:00.593194+23", 1_481_511_600, 593_194_000);
        check("0", 0, 0);
        check("9223372036854775807", i64::MAX, 0);
        for text in ["-292275054", "292278993-12-31T23:59:59Z", "-0001-02-31", "2024-02-29"] {
            assert!(Instant::parse(text).is_some(), "{text}");
        }
    }

    #[test]
    fn the_calendar_is_gregorian_in_both_directions() {
        check("0000-03-01", -62_162_035_200, 0);
        check("1900-03-01", -2_203_891_200, 0);
        check("2000-02-29", 951_782_400, 0);
        check("-0400-02-29", Instant::parse("2000-02-29").unwrap().secs - 6 * 146_097 * DAY_SECS, 0);
    }

    #[test]
    fn what_iam_refuses_is_no_date() {
        for text in [
            "",
            "234-13",
            "+1",
            "-",
            "T",
            "2026-00",
            "2026-13",
            "2026-01-32",
            "2026-01-00",
            "2026-01-01T24:00Z",
            "2026-01-01T00:60Z",
            "2026-01-01T00:00:60Z",
            "2026-01-01T00:00:00.1234567890Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00+2",
            "2026-01-01T00:00:00+02:0",
            "2026-01-01T00:00:00+24:00",
            "2026-01-01 00:00:00Z",
            "2026-01-01Z",
            "292278994-01-01",
            "-292275055",
            "9223372036854775808",
            "1.5",
            "tomorrow",
        ] {
            assert_eq!(Instant::parse(text), None, "{text}");
        }
    }
}
