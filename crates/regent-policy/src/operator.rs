//! Condition operators: 27 comparisons, two qualifiers, and `IfExists`.

use core::cmp::Ordering;

/// How a condition compares the request's values with the policy's.
///
/// AWS: "IAM JSON policy elements: Condition operators".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// Exact text. `*` is a character.
    StringEquals,
    /// None of the policy's values is the text.
    StringNotEquals,
    /// Text without case, by Unicode's simple folding.
    StringEqualsIgnoreCase,
    /// None of the policy's values is the text, whatever its case.
    StringNotEqualsIgnoreCase,
    /// Text with `*` and `?`; case counts.
    StringLike,
    /// None of the policy's patterns fits.
    StringNotLike,
    /// The same number, however it is written.
    NumericEquals,
    /// None of the policy's numbers.
    NumericNotEquals,
    /// A smaller number. Not the opposite of `NumericGreaterThanEquals`: both fail on an absent key.
    NumericLessThan,
    /// A smaller number or the same.
    NumericLessThanEquals,
    /// A larger number.
    NumericGreaterThan,
    /// A larger number or the same.
    NumericGreaterThanEquals,
    /// The same instant.
    DateEquals,
    /// None of the policy's instants.
    DateNotEquals,
    /// Earlier.
    DateLessThan,
    /// Earlier or the same instant.
    DateLessThanEquals,
    /// Later.
    DateGreaterThan,
    /// Later or the same instant.
    DateGreaterThanEquals,
    /// `true` or `false`. An absent key is neither, which is why `Bool` with `false` misses it.
    Bool,
    /// The same bytes, both sides written in base64.
    BinaryEquals,
    /// Inside one of the networks.
    IpAddress,
    /// Outside all of the networks, and also when the address is not known.
    NotIpAddress,
    /// Six fields, each with `*` and `?`. The same as [`Comparison::ArnLike`].
    ArnEquals,
    /// None of the policy's ARNs. The same as [`Comparison::ArnNotLike`].
    ArnNotEquals,
    /// Six fields, each with `*` and `?`; a `*` stays within its field.
    ArnLike,
    /// None of the policy's ARNs.
    ArnNotLike,
    /// Whether the key is there at all: `true` asks for its absence.
    Null,
}

/// How a condition deals with a key that holds several values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Qualifier {
    /// None given. The key ought to hold one value.
    Single,
    /// Every value of the request must pass. It holds when there is none, which surprises people.
    ForAllValues,
    /// At least one value of the request must pass.
    ForAnyValue,
}

/// A condition operator as written: `ForAnyValue:StringLikeIfExists` is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Operator {
    /// What stands before the colon.
    pub qualifier: Qualifier,
    /// The comparison.
    pub comparison: Comparison,
    /// Does an absent key satisfy it?
    pub if_exists: bool,
}

use Comparison as C;

/// What a comparison reads its values as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Literal,
    Folded,
    Glob,
    Number,
    Date,
    Bool,
    Binary,
    Address,
    Arn,
    Null,
}

/// The order that a comparison asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    pub(crate) fn accepts(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

/// Does a comparison ask for a match, or for none?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sense {
    Plain,
    Negated,
}

/// Everything about a comparison that is a matter of fact.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    comparison: Comparison,
    name: &'static str,
    pub(crate) family: Family,
    pub(crate) order: Order,
    pub(crate) sense: Sense,
}

const fn row(comparison: C, name: &'static str, family: Family, order: Order, sense: Sense) -> Row {
    Row { comparison, name, family, order, sense }
}

/// The comparisons in the order of their enum.
#[rustfmt::skip]
static ROWS: [Row; 27] = [
    row(C::StringEquals, "StringEquals", Family::Literal, Order::Equal, Sense::Plain),
    row(C::StringNotEquals, "StringNotEquals", Family::Literal, Order::Equal, Sense::Negated),
    row(C::StringEqualsIgnoreCase, "StringEqualsIgnoreCase", Family::Folded, Order::Equal, Sense::Plain),
    row(C::StringNotEqualsIgnoreCase, "StringNotEqualsIgnoreCase", Family::Folded, Order::Equal, Sense::Negated),
    row(C::StringLike, "StringLike", Family::Glob, Order::Equal, Sense::Plain),
    row(C::StringNotLike, "StringNotLike", Family::Glob, Order::Equal, Sense::Negated),
    row(C::NumericEquals, "NumericEquals", Family::Number, Order::Equal, Sense::Plain),
    row(C::NumericNotEquals, "NumericNotEquals", Family::Number, Order::Equal, Sense::Negated),
    row(C::NumericLessThan, "NumericLessThan", Family::Number, Order::Less, Sense::Plain),
    row(C::NumericLessThanEquals, "NumericLessThanEquals", Family::Number, Order::LessOrEqual, Sense::Plain),
    row(C::NumericGreaterThan, "NumericGreaterThan", Family::Number, Order::Greater, Sense::Plain),
    row(C::NumericGreaterThanEquals, "NumericGreaterThanEquals", Family::Number, Order::GreaterOrEqual, Sense::Plain),
    row(C::DateEquals, "DateEquals", Family::Date, Order::Equal, Sense::Plain),
    row(C::DateNotEquals, "DateNotEquals", Family::Date, Order::Equal, Sense::Negated),
    row(C::DateLessThan, "DateLessThan", Family::Date, Order::Less, Sense::Plain),
    row(C::DateLessThanEquals, "DateLessThanEquals", Family::Date, Order::LessOrEqual, Sense::Plain),
    row(C::DateGreaterThan, "DateGreaterThan", Family::Date, Order::Greater, Sense::Plain),
    row(C::DateGreaterThanEquals, "DateGreaterThanEquals", Family::Date, Order::GreaterOrEqual, Sense::Plain),
    row(C::Bool, "Bool", Family::Bool, Order::Equal, Sense::Plain),
    row(C::BinaryEquals, "BinaryEquals", Family::Binary, Order::Equal, Sense::Plain),
    row(C::IpAddress, "IpAddress", Family::Address, Order::Equal, Sense::Plain),
    row(C::NotIpAddress, "NotIpAddress", Family::Address, Order::Equal, Sense::Negated),
    row(C::ArnEquals, "ArnEquals", Family::Arn, Order::Equal, Sense::Plain),
    row(C::ArnNotEquals, "ArnNotEquals", Family::Arn, Order::Equal, Sense::Negated),
    row(C::ArnLike, "ArnLike", Family::Arn, Order::Equal, Sense::Plain),
    row(C::ArnNotLike, "ArnNotLike", Family::Arn, Order::Equal, Sense::Negated),
    row(C::Null, "Null", Family::Null, Order::Equal, Sense::Plain),
];

const IF_EXISTS: &str = "IfExists";

impl Comparison {
    /// All 27, in the order of AWS's documentation.
    pub fn all() -> impl Iterator<Item = Self> {
        ROWS.iter().map(|row| row.comparison)
    }

    /// The name that policies use.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Does the comparison ask that no policy value fits?
    ///
    /// Negation comes after the alternatives are joined: `StringNotEquals: [a, b]` is "neither a nor b".
    /// Such a condition also holds when the key is absent. `NumericGreaterThan` is no negation of
    /// `NumericLessThanEquals`: on an absent key both fail.
    pub fn is_negated(self) -> bool {
        self.row().sense == Sense::Negated
    }

    pub(crate) fn row(self) -> Row {
        ROWS.get(self as usize).copied().unwrap_or(row(self, "", Family::Null, Order::Equal, Sense::Plain))
    }
}

/// Did a name come in the exact case that AWS writes?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spelling {
    Exact,
    OtherCase,
}

impl Operator {
    /// Reads an operator's name, or `None` where AWS has no such operator.
    ///
    /// ```
    /// use regent_policy::{Comparison, Operator, Qualifier};
    ///
    /// let operator = Operator::parse("ForAnyValue:StringLikeIfExists").unwrap();
    /// assert_eq!(operator.qualifier, Qualifier::ForAnyValue);
    /// assert_eq!(operator.comparison, Comparison::StringLike);
    /// assert!(operator.if_exists);
    /// assert!(Operator::parse("NullIfExists").is_none());
    /// ```
    pub fn parse(name: &str) -> Option<Self> {
        Self::read(name).map(|(operator, _)| operator)
    }

    /// A number that differs for any two operators.
    pub(crate) fn fingerprint(self) -> u64 {
        (self.comparison as u64) << 8 | (self.qualifier as u64) << 1 | u64::from(self.if_exists)
    }

    /// Reads an operator's name and tells whether its case was AWS's own.
    ///
    // CHOICE: policy-language case rules do not say what a stored `stringequals` means. We evaluate it
    // and refuse it on write.
    pub(crate) fn read(name: &str) -> Option<(Self, Spelling)> {
        let (qualifier, rest, prefix) = qualifier_of(name);
        let (comparison, if_exists, spelled) = ROWS.iter().find_map(|row| {
            let (head, tail) = rest.split_at_checked(row.name.len())?;
            if !head.eq_ignore_ascii_case(row.name) {
                return None;
            }
            let if_exists = tail.eq_ignore_ascii_case(IF_EXISTS);
            let is_whole = tail.is_empty() || (if_exists && row.family != Family::Null);
            let spelled = head == row.name && (tail.is_empty() || tail == IF_EXISTS);
            is_whole.then_some((row.comparison, if_exists, spelled))
        })?;
        let is_exact = spelled && name.starts_with(prefix);
        let spelling = if is_exact { Spelling::Exact } else { Spelling::OtherCase };
        Some((Self { qualifier, comparison, if_exists }, spelling))
    }
}

fn qualifier_of(name: &str) -> (Qualifier, &str, &'static str) {
    for (prefix, qualifier) in
        [("ForAllValues:", Qualifier::ForAllValues), ("ForAnyValue:", Qualifier::ForAnyValue)]
    {
        if let Some((head, rest)) = name.split_at_checked(prefix.len())
            && head.eq_ignore_ascii_case(prefix)
        {
            return (qualifier, rest, prefix);
        }
    }
    (Qualifier::Single, name, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_is_read_in_all_its_forms() {
        let qualifiers = [
            ("", Qualifier::Single),
            ("ForAllValues:", Qualifier::ForAllValues),
            ("ForAnyValue:", Qualifier::ForAnyValue),
        ];
        for comparison in Comparison::all() {
            for (prefix, qualifier) in qualifiers {
                for if_exists in [false, true] {
                    let name =
                        format!("{prefix}{}{}", comparison.name(), if if_exists { IF_EXISTS } else { "" });
                    let expected = Operator { qualifier, comparison, if_exists };
                    let is_known = comparison != C::Null || !if_exists;
                    assert_eq!(
                        Operator::read(&name),
                        is_known.then_some((expected, Spelling::Exact)),
                        "{name}"
                    );
                    let lower = name.to_lowercase();
                    assert_eq!(
                        Operator::read(&lower),
                        is_known.then_some((expected, Spelling::OtherCase)),
                        "{lower}"
                    );
                }
            }
        }
    }

    #[test]
    fn rows_stand_in_the_order_of_the_enum() {
        for (index, row) in ROWS.iter().enumerate() {
            assert_eq!(row.comparison as usize, index, "{}", row.name);
        }
    }

    #[test]
    fn what_aws_has_not_is_no_operator() {
        for name in
            ["", "StringEqual", "StringEqualsX", "ForAnyValue::StringEquals", "ForAny:StringEquals", "é"]
        {
            assert_eq!(Operator::parse(name), None, "{name}");
        }
    }
}
