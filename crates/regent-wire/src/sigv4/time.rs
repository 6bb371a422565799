//! The moment a request says it was signed at.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;

/// Twice what the longest sensible date takes.
const MAX_DATE_BYTES: usize = 64;

/// 0000-01-01T00:00:00Z.
const YEAR_ZERO_SECONDS: i64 = -62_167_219_200;

/// A second of time, together with its spelling in ISO 8601 "basic" form: `20150830T123600Z`.
///
/// Both are kept, because the spelling is signed and the second is compared with the clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RequestTime {
    seconds: i64,
    basic: [u8; 16],
}

impl RequestTime {
    /// Seconds since 1970; what four digits of a year cannot hold becomes the nearest they can.
    pub fn from_seconds(seconds: i64) -> Self {
        let seconds = seconds.clamp(YEAR_ZERO_SECONDS, Timestamp::MAX.as_second());
        let moment = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
        let text = moment.strftime("%Y%m%dT%H%M%SZ").to_string();
        let basic = text.as_bytes().try_into().unwrap_or(*b"99991231T235959Z");
        Self { seconds, basic }
    }

    /// Reads `20150830T123600Z` and nothing else.
    pub fn from_basic(text: &str) -> Option<Self> {
        let basic: [u8; 16] = text.as_bytes().try_into().ok()?;
        let [y1, y2, y3, y4, m1, m2, d1, d2, b'T', h1, h2, n1, n2, s1, s2, b'Z'] = basic else {
            return None;
        };
        let year = number([y1, y2])?.checked_mul(100)?.checked_add(number([y3, y4])?)?;
        let small = |pair| number(pair).and_then(|value| i8::try_from(value).ok());
        let moment = DateTime::new(
            year,
            small([m1, m2])?,
            small([d1, d2])?,
            small([h1, h2])?,
            small([n1, n2])?,
            small([s1, s2])?,
            0,
        );
        let seconds = TimeZone::UTC.to_timestamp(moment.ok()?).ok()?.as_second();
        Some(Self { seconds, basic })
    }

    /// Reads what an `X-Amz-Date` header may hold: the basic form or `2015-08-30T12:36:00Z`.
    pub fn from_iso(text: &str) -> Option<Self> {
        Self::from_basic(text).or_else(|| {
            let bytes: [u8; 20] = text.as_bytes().try_into().ok()?;
            let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, t, h1, h2, b':', n1, n2, b':', s1, s2, z] =
                bytes
            else {
                return None;
            };
            let basic = [y1, y2, y3, y4, m1, m2, d1, d2, t, h1, h2, n1, n2, s1, s2, z];
            Self::from_basic(std::str::from_utf8(&basic).ok()?)
        })
    }

    /// Reads what a `Date` header may hold: any of the above or `Sun, 30 Aug 2015 12:36:00 GMT`.
    ///
    /// HTTP knows no zone but `GMT`; botocore nevertheless sends `-0000`, as mail does.
    pub fn from_http(text: &str) -> Option<Self> {
        Self::from_iso(text).or_else(|| {
            let is_utc = ["GMT", "-0000", "+0000"].iter().any(|zone| text.ends_with(zone));
            if !is_utc || text.len() > MAX_DATE_BYTES {
                return None;
            }
            let seconds = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?.as_second();
            (seconds >= 0).then(|| Self::from_seconds(seconds))
        })
    }

    /// Seconds since 1970.
    pub const fn seconds(&self) -> i64 {
        self.seconds
    }

    /// `20150830T123600Z`, as the second line of the string to sign.
    pub fn basic(&self) -> &str {
        std::str::from_utf8(&self.basic).unwrap_or_default()
    }

    /// `20150830`, as in the credential's scope.
    pub fn date(&self) -> &str {
        self.basic().get(..8).unwrap_or_default()
    }
}

/// Two decimal digits.
fn number([tens, ones]: [u8; 2]) -> Option<i16> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| i16::from(byte - b'0'));
    Some(digit(tens)? * 10 + digit(ones)?)
}

#[cfg(test)]
mod tests {
    use super::RequestTime;

    const SUITE: i64 = 1_440_938_160; // 2015-08-30T12:36:00Z

    #[track_caller]
    fn check(read: fn(&str) -> Option<RequestTime>, text: &str, expected: Option<i64>) {
        let time = read(text);
        assert_eq!(time.map(|time| time.seconds()), expected, "{text}");
        if let Some(time) = time {
            assert_eq!(RequestTime::from_seconds(time.seconds()), time, "{text}");
        }
    }

    #[test]
    fn the_basic_form_is_exact() {
        check(RequestTime::from_basic, "20150830T123600Z", Some(SUITE));
        check(RequestTime::from_basic, "20240229T235959Z", Some(1_709_251_199));
        check(RequestTime::from_basic, "00010101T000000Z", Some(-62_135_596_800));
        for text in [
            "",
            "20150830",
            "20150830T123600",
            "20150830t123600z",
            "20150830 123600Z",
            "2015-08-30T12:36:00Z",
            "20150830T123600.0Z",
            "20150830T123600+0",
            "20150230T123600Z",
            "20151330T123600Z",
            "20150830T243600Z",
            "20150830T126000Z",
            "20150830T123660Z",
            "2015083éT123600Z",
            " 20150830T123600Z",
        ] {
            check(RequestTime::from_basic, text, None);
        }
    }

    #[test]
    fn a_header_may_also_hold_the_extended_form() {
        check(RequestTime::from_iso, "20150830T123600Z", Some(SUITE));
        check(RequestTime::from_iso, "2015-08-30T12:36:00Z", Some(SUITE));
        check(RequestTime::from_iso, "2015-08-30 12:36:00Z", None);
        check(RequestTime::from_iso, "2015-08-30T12:36:00+00:00", None);
        check(RequestTime::from_iso, "Sun, 30 Aug 2015 12:36:00 GMT", None);
    }

    #[test]
    fn the_date_header_may_also_hold_the_form_of_http() {
        check(RequestTime::from_http, "20150830T123600Z", Some(SUITE));
        check(RequestTime::from_http, "2015-08-30T12:36:00Z", Some(SUITE));
        check(RequestTime::from_http, "Sun, 30 Aug 2015 12:36:00 GMT", Some(SUITE));
        check(RequestTime::from_http, "Mon, 30 Aug 2015 12:36:00 GMT", None);
        check(RequestTime::from_http, "Sun, 30 Aug 2015 12:36:00 -0000", Some(SUITE));
        check(RequestTime::from_http, "Sun, 30 Aug 2015 14:36:00 +0200", None);
        check(RequestTime::from_http, &format!("Sun, 30 Aug 2015 12:36:00 {}", "(x)".repeat(20)), None);
        check(RequestTime::from_http, "yesterday GMT", None);
    }

    #[test]
    fn date_and_spelling_come_from_the_same_moment() {
        let time = RequestTime::from_seconds(SUITE);
        assert_eq!((time.date(), time.basic()), ("20150830", "20150830T123600Z"));
    }

    #[test]
    fn a_moment_outside_the_calendar_is_its_end() {
        assert_eq!(RequestTime::from_seconds(i64::MAX).date(), "99991230");
        assert_eq!(RequestTime::from_seconds(i64::MIN).basic(), "00000101T000000Z");
    }
}
