//! The number that orders everything.

use std::fmt;
use std::str::FromStr;

/// The number of a command that changed something: 1, 2, 3 and so on, with none left out.
///
/// It serves as the revision of the whole store, as the version of every record the command
/// wrote, and as the place of its changes in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Seq(i64);

/// Why a text is not a [`Seq`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a seq is a whole number from 0 to 9223372036854775807")]
pub struct ParseSeqError;

impl Seq {
    /// Before the first command.
    pub const ZERO: Self = Self(0);

    /// As a number, for those who count in numbers.
    pub const fn number(self) -> u64 {
        self.0.unsigned_abs() // never negative
    }

    pub(crate) const fn from_column(number: i64) -> Self {
        Self(number)
    }

    pub(crate) const fn to_column(self) -> i64 {
        self.0
    }

    /// The number after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// So many commands earlier, but never before the first.
    pub(crate) fn back(self, commands: u64) -> Self {
        Self(self.0.saturating_sub_unsigned(commands).max(0))
    }

    /// So many commands later.
    pub(crate) fn forward(self, commands: u64) -> Self {
        Self(self.0.saturating_add_unsigned(commands))
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Seq {
    type Err = ParseSeqError;

    /// Reads what `Display` wrote, for instance from a client that asks to see its own write.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number: u64 = text.parse().map_err(|_| ParseSeqError)?;
        i64::try_from(number).map(Self).map_err(|_| ParseSeqError)
    }
}

#[cfg(test)]
mod tests {
    use super::Seq;

    #[track_caller]
    fn check(text: &str, expected: Option<i64>) {
        assert_eq!(text.parse::<Seq>().ok().map(Seq::to_column), expected, "{text}");
    }

    #[test]
    fn only_numbers_the_column_can_hold_are_read() {
        check("0", Some(0));
        check("9223372036854775807", Some(i64::MAX));
        check("9223372036854775808", None);
        check("-1", None);
        check("", None);
        check("1e3", None);
    }

    #[test]
    fn going_back_stops_before_the_first() {
        assert_eq!(Seq::from_column(7).back(5), Seq::from_column(2));
        assert_eq!(Seq::from_column(7).back(8), Seq::ZERO);
        assert_eq!(Seq::from_column(7).back(u64::MAX), Seq::ZERO);
    }
}
