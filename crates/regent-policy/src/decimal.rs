//! Decimal numbers of any length, compared exactly.
//!
//! Neither as text (`"9"` is less than `"10"`) nor as binary floating point: a number is its sign, its whole
//! digits without leading zeros and its fraction digits without trailing ones, and those compare by length
//! and by digit. No number is too long and none is rounded.

use core::cmp::Ordering;

/// A decimal number, as pieces of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal<'a> {
    pub(crate) is_negative: bool,
    /// Without leading zeros.
    pub(crate) whole: &'a str,
    /// Without trailing zeros.
    pub(crate) fraction: &'a str,
}

impl<'a> Decimal<'a> {
    /// Reads an optional sign, digits, and an optional fraction with at least one digit.
    // CHOICE: no exponents, no bare point (`.5`, `5.`): AWS documents integers and decimals and no more.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (is_minus, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || !is_number(fraction) {
            return None;
        }
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        let is_zero = whole.is_empty() && fraction.is_empty();
        Some(Self { is_negative: is_minus && !is_zero, whole, fraction })
    }

    fn magnitude(&self) -> (usize, &'a str, &'a str) {
        // Fractions without trailing zeros compare as text does.
        (self.whole.len(), self.whole, self.fraction)
    }
}

impl Ord for Decimal<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.is_negative, other.is_negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.magnitude().cmp(&other.magnitude()),
            (true, true) => other.magnitude().cmp(&self.magnitude()),
        }
    }
}

impl PartialOrd for Decimal<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_by_value() {
        let ascending = [
            "-18446744073709551617",
            "-10",
            "-9.5",
            "-9.05",
            "-0.1",
            "0",
            "0.0999999999999999999999",
            "0.1",
            "9",
            "10",
            "10.25",
            "10.5",
            "18446744073709551616",
            "18446744073709551616.0000000000000000000001",
        ];
        for (index, one) in ascending.iter().enumerate() {
            for (other_index, other) in ascending.iter().enumerate() {
                let seen = Decimal::parse(one).unwrap().cmp(&Decimal::parse(other).unwrap());
                assert_eq!(seen, index.cmp(&other_index), "{one} {other}");
            }
        }
    }

    #[test]
    fn a_number_may_be_written_in_many_ways() {
        for (one, other) in [("1", "1.0"), ("+1", "01.00"), ("-0", "0.000"), ("007.10", "7.1")] {
            assert_eq!(Decimal::parse(one), Decimal::parse(other));
            assert!(Decimal::parse(one).is_some(), "{one}");
        }
    }

    #[test]
    fn anything_else_is_no_number() {
        for text in ["", "-", "+", ".", ".5", "5.", "1e3", "0x1", " 1", "1 ", "1,5", "--1", "NaN", "١"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }
}
