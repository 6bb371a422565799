//! Points in time as AWS writes them.

use std::fmt;

use jiff::fmt::rfc2822;

/// Seconds since 1970-01-01T00:00:00Z, between the years -9999 and 9999.
///
/// Fractions of a second are dropped on reading: IAM and STS know none, and a token that lives one second
/// longer than its text says is worse than one that lives a fraction less.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// How a timestamp is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimestampFormat {
    /// `2026-01-31T12:00:00Z`: the Query protocol, and query strings.
    Iso8601,
    /// `1769860800`: JSON and CBOR bodies.
    EpochSeconds,
    /// `Sat, 31 Jan 2026 12:00:00 GMT`: headers.
    HttpDate,
}

/// Months as records show them.
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Timestamp {
    /// The point `seconds` after 1970-01-01T00:00:00Z. Seconds beyond the supported years become the nearest
    /// supported point, so that an absurd lifetime expires late instead of failing.
    pub fn from_seconds(seconds: i64) -> Self {
        Self(seconds.clamp(jiff::Timestamp::MIN.as_second(), jiff::Timestamp::MAX.as_second()))
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// Reads the format, and nothing else: a number is no ISO 8601 date.
    pub fn parse(text: &str, format: TimestampFormat) -> Option<Self> {
        let parsed = match format {
            TimestampFormat::Iso8601 => floor(text.parse().ok()?),
            TimestampFormat::EpochSeconds => return Self::from_float(text.parse().ok()?),
            TimestampFormat::HttpDate => {
                rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?.as_second()
            }
        };
        Some(Self(parsed))
    }

    /// Epoch seconds with a fraction, as JSON carries them.
    pub(crate) fn from_float(seconds: f64) -> Option<Self> {
        #[expect(clippy::cast_possible_truncation, reason = "saturates, and the result is clamped")]
        seconds.is_finite().then(|| Self::from_seconds(seconds.floor() as i64))
    }

    /// The text for a header.
    pub fn http_date(self) -> String {
        // Years before 0 have no HTTP date; nothing here was ever issued then.
        rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&self.point()).unwrap_or_default()
    }

    /// The text for an audit record: the short date of the United States, in UTC.
    ///
    /// AWS: CloudTrail user guide, "CloudTrail record contents" (examples of `expiration`).
    pub fn record_text(self) -> String {
        let at = jiff::tz::TimeZone::UTC.to_datetime(self.point());
        let month = usize::try_from(at.month()).ok().and_then(|month| MONTHS.get(month.wrapping_sub(1)));
        let half = if at.hour() < 12 { "AM" } else { "PM" };
        let hour = (at.hour() + 11) % 12 + 1;
        let (month, day, year) = (month.copied().unwrap_or_default(), at.day(), at.year());
        format!("{month} {day}, {year}, {hour}:{:02}:{:02} {half}", at.minute(), at.second())
    }

    fn point(self) -> jiff::Timestamp {
        jiff::Timestamp::from_second(self.0).unwrap_or_default()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.point().fmt(f)
    }
}

/// `as_second` rounds towards zero, which before 1970 is towards the future.
fn floor(point: jiff::Timestamp) -> i64 {
    point.as_second() - i64::from(point.subsec_nanosecond() < 0)
}

#[cfg(test)]
mod tests {
    use super::{Timestamp, TimestampFormat};

    #[track_caller]
    fn check(text: &str, format: TimestampFormat, seconds: Option<i64>) {
        assert_eq!(Timestamp::parse(text, format).map(Timestamp::seconds), seconds, "{text}");
    }

    #[test]
    fn timestamps_read_back_in_every_format() {
        use TimestampFormat::{EpochSeconds, HttpDate, Iso8601};
        for seconds in [0, 1_769_860_800, -86_400, 253_402_207_200] {
            let point = Timestamp::from_seconds(seconds);
            check(&point.to_string(), Iso8601, Some(seconds));
            check(&point.http_date(), HttpDate, Some(seconds));
            check(&seconds.to_string(), EpochSeconds, Some(seconds));
        }
        assert_eq!(Timestamp::from_seconds(1_769_860_800).to_string(), "2026-01-31T12:00:00Z");
        assert_eq!(Timestamp::from_seconds(1_769_860_800).http_date(), "Sat, 31 Jan 2026 12:00:00 GMT");
        for (seconds, expected) in [
            (1_570_058_950, "Oct 2, 2019, 11:29:10 PM"),
            (0, "Jan 1, 1970, 12:00:00 AM"),
            (43_200, "Jan 1, 1970, 12:00:00 PM"),
            (1_798_677_307, "Dec 31, 2026, 12:35:07 AM"),
        ] {
            assert_eq!(Timestamp::from_seconds(seconds).record_text(), expected);
        }
    }

    #[test]
    fn fractions_are_dropped_and_offsets_applied() {
        use TimestampFormat::{EpochSeconds, Iso8601};
        check("2019-12-16T23:48:18.987Z", Iso8601, Some(1_576_540_098));
        check("2019-12-16T22:48:18-01:00", Iso8601, Some(1_576_540_098));
        check("1969-12-31T23:59:59.5Z", Iso8601, Some(-1));
        check("1398796238.9", EpochSeconds, Some(1_398_796_238));
    }

    #[test]
    fn another_format_is_refused() {
        use TimestampFormat::{EpochSeconds, HttpDate, Iso8601};
        check("1576540098", Iso8601, None);
        check("2019-12-16T23:48:18Z", EpochSeconds, None);
        check("2019-12-16T23:48:18Z", HttpDate, None);
        check("NaN", EpochSeconds, None);
        check("", Iso8601, None);
    }

    #[test]
    fn seconds_beyond_the_calendar_stay_on_its_last_day() {
        assert_eq!(Timestamp::from_seconds(i64::MAX).to_string(), "9999-12-30T22:00:00Z");
        check("1e300", TimestampFormat::EpochSeconds, Some(253_402_207_200));
    }
}
