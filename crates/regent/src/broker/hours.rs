//! The time of day where somebody wrote a rule about it.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The day of the week, as grants write it, and the minutes since midnight in a time zone. None for a zone nobody knows.
pub(crate) fn local(now: i64, zone: &str) -> Option<(&'static str, u32)> {
    let zone = TimeZone::get(zone).ok()?;
    let local = Timestamp::from_second(now).ok()?.to_zoned(zone);
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let day = usize::try_from(local.weekday().to_monday_zero_offset()).ok()?;
    let minutes = u32::try_from(local.hour()).ok()? * 60 + u32::try_from(local.minute()).ok()?;
    Some((days.get(day)?, minutes))
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn the_time_of_day_is_that_of_the_zone() {
        let now = "2026-11-22T23:30:00Z".parse::<jiff::Timestamp>().unwrap().as_second(); // a Sunday
        assert_eq!(local(now, "UTC"), Some(("sun", 23 * 60 + 30)));
        assert_eq!(local(now, "Europe/Berlin"), Some(("mon", 30)));
        assert_eq!(local(now, "America/New_York"), Some(("sun", 18 * 60 + 30)));
        assert_eq!(local(now, "Middle/Earth"), None);
    }
}
