//! The rule by which a condition came out as it did. Most are plain comparisons; the others surprise people.

use std::fmt;

use crate::context::Values;
use crate::evaluation::answers::ConditionAnswer;
use crate::operator::{Family, Qualifier, Sense};

/// Why a condition holds or fails.
///
/// Its `Display` is a sentence without its full stop, for a person.
///
/// AWS: "IAM JSON policy elements: Condition operators", "Set operators for multivalued context keys".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Because {
    /// The request's value was compared with the policy's values.
    Compared,
    /// The key is absent, and this operator needs it.
    KeyAbsent,
    /// The key is absent, and a value that is not there differs from every other: a negated operator holds.
    AbsentDiffers,
    /// The key is absent, and `IfExists` is content with that.
    AbsentIfExists,
    /// The request has no values under the key, and so none that fails: `ForAllValues` holds.
    NoValueFails,
    /// The request has no values under the key, and so none that passes: `ForAnyValue` fails.
    NoValuePasses,
    /// `Null` asks whether the key is there.
    Presence,
    /// `Null` under a qualifier always comes out the same.
    NullIsConstant,
    /// The key has several values and the operator no qualifier: one that passes is enough, or if the operator is
    /// negated all must.
    SeveralWithoutQualifier,
    /// The request's value cannot be read as what the operator compares: a number, a date, an address, an ARN.
    NotOfType,
}

impl Because {
    pub(super) fn of(answer: &ConditionAnswer<'_>) -> Self {
        let row = answer.operator.comparison.row();
        let values = answer.got.as_ref().map(Values::as_slice).unwrap_or_default();
        if row.family == Family::Null {
            return match answer.operator.qualifier {
                Qualifier::Single => Self::Presence,
                Qualifier::ForAllValues | Qualifier::ForAnyValue => Self::NullIsConstant,
            };
        }
        match (answer.operator.qualifier, values) {
            (Qualifier::ForAllValues, []) => Self::NoValueFails,
            (Qualifier::ForAnyValue, []) if answer.outcome == Some(true) => Self::AbsentIfExists,
            (Qualifier::ForAnyValue, []) => Self::NoValuePasses,
            (Qualifier::Single, []) if answer.operator.if_exists => Self::AbsentIfExists,
            (Qualifier::Single, []) if row.sense == Sense::Negated => Self::AbsentDiffers,
            (Qualifier::Single, []) => Self::KeyAbsent,
            (_, values) if values.iter().any(|value| !row.family.reads(value)) => Self::NotOfType,
            (Qualifier::Single, [_, _, ..]) => Self::SeveralWithoutQualifier,
            (_, _) => Self::Compared,
        }
    }

    /// Is it worth a word? A plain comparison explains itself.
    pub fn is_surprising(self) -> bool {
        !matches!(self, Self::Compared | Self::Presence | Self::KeyAbsent)
    }
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Compared => "the request's value was compared with the policy's values",
            Self::KeyAbsent => "the request does not have the key",
            Self::AbsentDiffers => {
                "the request does not have the key, and what is not there differs from every value"
            }
            Self::AbsentIfExists => "the request does not have the key, and `IfExists` is content with that",
            Self::NoValueFails => {
                "the request has no values under the key, so none of them fails `ForAllValues`"
            }
            Self::NoValuePasses => {
                "the request has no values under the key, so none of them passes `ForAnyValue`"
            }
            Self::Presence => "`Null` asks whether the key is absent",
            Self::NullIsConstant => "`Null` under `ForAllValues` always holds, and under `ForAnyValue` never",
            Self::SeveralWithoutQualifier => {
                "the key has several values, and the operator neither `ForAnyValue` nor `ForAllValues`"
            }
            Self::NotOfType => "a value of the request cannot be read as what the operator compares",
        })
    }
}

impl Family {
    /// Can a value be read as what the family compares?
    pub(crate) fn reads(self, value: &str) -> bool {
        match self {
            Self::Literal | Self::Folded | Self::Glob | Self::Null => true,
            Self::Number => crate::decimal::Decimal::parse(value).is_some(),
            Self::Date => crate::instant::Instant::parse(value).is_some(),
            Self::Bool => value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false"),
            Self::Binary => crate::base64::decode(value).all(|byte| byte.is_ok()),
            Self::Address => crate::network::Address::parse(value).is_some(),
            Self::Arn => crate::arn::Arn::new(value).fields.is_some(),
        }
    }
}
