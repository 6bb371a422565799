//! Conditions: prepared when the policy is compiled, decided by one algorithm.
//!
//! All conditions of a statement must hold. Within one, the policy's values are alternatives. What surprises
//! people, and what each has a test for:
//!
//! * Negation comes *after* the alternatives are joined: `StringNotEquals: [a, b]` is "neither a nor b".
//! * A negated condition holds when the key is absent. A `Deny` written with one fires for every request that
//!   does not carry the key: the classic way to lock oneself out.
//! * `ForAllValues` holds when there are no values at all.
//! * A `Deny` with `Bool: {"aws:MultiFactorAuthPresent": "false"}` does not fire for long-term keys, because
//!   their requests do not carry the key. `BoolIfExists` does.
//!
//! AWS: "IAM JSON policy elements: Condition operators", "Set operators for multivalued context keys".

use crate::arn::Arn;
use crate::base64;
use crate::context::Values;
use crate::decimal::Decimal;
use crate::instant::Instant;
use crate::network::Address;
use crate::operator::{Family, Operator, Order, Qualifier, Row, Sense};
use crate::pattern::{Pattern, Shape};
use crate::pool;
use crate::scope::Scope;
use crate::span::Span;

/// What trying a pattern costs at least, in units of the [`Meter`](crate::scope::Meter).
const MATCH: usize = 3;

/// A condition of a program. Statements that ask the same share one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Predicate {
    pub(crate) operator: Operator,
    pub(crate) family: Family,
    order: Order,
    sense: Sense,
    /// Where its answer is remembered during a decision; only conditions used more than once have a place.
    pub(crate) memo: u16,
    /// The number of its key in the pool.
    pub(crate) key: u32,
    /// Its values, in the pool's list for the family. For `Null`, not empty means "must be absent".
    values: Span,
}

impl Predicate {
    pub(crate) const NO_MEMO: u16 = u16::MAX;

    pub(crate) fn new(operator: Operator, key: u32, values: Span) -> Self {
        let Row { family, order, sense, .. } = operator.comparison.row();
        Self { operator, family, order, sense, memo: Self::NO_MEMO, key, values }
    }

    /// Does it hold for the request? Once the meter is spent nothing does, and nothing is worth the name of an answer.
    pub(crate) fn holds(&self, scope: &mut Scope<'_>) -> bool {
        let got = scope.values(self.key);
        // The commonest condition by far, one value against one text, is answered on the spot.
        if self.family == Family::Literal
            && let Some(Values::One(value)) = got
            && let [Pattern { shape: Shape::Exact, range }] = scope.pool.patterns(self.values)
        {
            let is_equal = range.of_bytes(&scope.pool.text) == value.as_bytes();
            return is_equal == (self.sense == Sense::Plain) && !scope.meter.is_spent();
        }
        self.is_met(got, scope) && !scope.meter.is_spent()
    }

    fn is_met(&self, got: Option<Values<'_>>, scope: &mut Scope<'_>) -> bool {
        let values = got.as_ref().map(Values::as_slice).unwrap_or_default();
        let Operator { qualifier, if_exists, .. } = self.operator;
        if self.family == Family::Null {
            return self.holds_null(values.is_empty());
        }
        match (qualifier, values) {
            // CHOICE: an empty text is one value that happens to be empty, here and below.
            (Qualifier::ForAllValues, values) => values.iter().all(|value| self.passes(value, scope)),
            // CHOICE: `IfExists` saves an absent key here too, but not one that is present and empty.
            (Qualifier::ForAnyValue, []) => if_exists && got.is_none(),
            (Qualifier::ForAnyValue, values) => values.iter().any(|value| self.passes(value, scope)),
            (Qualifier::Single, []) => if_exists || self.sense == Sense::Negated,
            (Qualifier::Single, [value]) => self.passes(value, scope),
            // CHOICE: several values without a qualifier are a mistake in the policy. A plain comparison is
            // content with one of them; a negated one wants them all to differ.
            (Qualifier::Single, values) => match self.sense {
                Sense::Plain => values.iter().any(|value| self.passes(value, scope)),
                Sense::Negated => values.iter().all(|value| self.passes(value, scope)),
            },
        }
    }

    /// With a qualifier, `Null` is a constant.
    fn holds_null(&self, is_absent: bool) -> bool {
        match self.operator.qualifier {
            Qualifier::ForAllValues => true,
            Qualifier::ForAnyValue => false,
            Qualifier::Single => is_absent == (self.values != Span::default()),
        }
    }

    /// Does one value of the request pass the whole list of the policy?
    // CHOICE: under a set operator too, a negated comparison asks that the value differs from every policy
    // value, and so an empty list lets everything pass.
    pub(crate) fn passes(&self, value: &str, scope: &mut Scope<'_>) -> bool {
        self.matches_any(value, scope) == (self.sense == Sense::Plain)
    }

    /// Is the value equal to, near or inside any of the policy's? What cannot be read as the type is not.
    fn matches_any(&self, value: &str, scope: &mut Scope<'_>) -> bool {
        match self.family {
            Family::Literal | Family::Glob => {
                self.any_pattern(scope, |pattern, scope| pattern.matches(value, scope))
            }
            Family::Folded => self.any_pattern(scope, |pattern, scope| pattern.equals_folded(value, scope)),
            Family::Bool
            | Family::Number
            | Family::Date
            | Family::Address
            | Family::Arn
            | Family::Binary
            | Family::Null => self.matches_typed(value, scope),
        }
    }

    /// Does any of the policy's patterns match? A spent meter ends the search, whatever it says.
    #[inline]
    fn any_pattern<'a>(
        &self,
        scope: &mut Scope<'a>,
        matches: impl Fn(Pattern, &mut Scope<'a>) -> bool,
    ) -> bool {
        let patterns = scope.pool.patterns(self.values);
        scope.meter.spend(patterns.len().saturating_mul(MATCH));
        patterns.iter().any(|pattern| matches(*pattern, scope) || scope.meter.is_spent())
    }

    /// The families whose values are read first.
    ///
    /// Reading a value costs about as much as so many units of searching, and comparing it a unit or two.
    #[inline(never)]
    fn matches_typed(&self, value: &str, scope: &mut Scope<'_>) -> bool {
        let pool = scope.pool;
        let reading = match self.family {
            Family::Number => 8 + value.len() / 4,
            Family::Date => 32 + value.len() / 2,
            Family::Address => 48,
            Family::Literal
            | Family::Folded
            | Family::Glob
            | Family::Bool
            | Family::Arn
            | Family::Binary
            | Family::Null => 4,
        };
        let comparing = (self.values.end - self.values.start) as usize;
        if !scope.meter.spend(reading + 2 * comparing) {
            return false;
        }
        match self.family {
            Family::Literal | Family::Folded | Family::Glob | Family::Null => false,
            Family::Bool => {
                // CHOICE: anything but `true` and `false` equals nothing, and case does not matter.
                let is_bool = value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false");
                is_bool && self.any_pattern(scope, |pattern, scope| pattern.equals_folded(value, scope))
            }
            Family::Arn => {
                let arn = Arn::new(value);
                // What was read is what stands before the last field.
                scope.meter.spend((value.len() - arn.fields.map_or(0, |[.., last]| last.len())) / 2);
                arn.fields.is_some()
                    && self.any_pattern(scope, |pattern, scope| pattern.matches_arn(&arn, scope))
            }
            Family::Number => Decimal::parse(value).is_some_and(|value| {
                let numbers = pool::slice(&pool.numbers, self.values);
                numbers.iter().any(|number| self.order.accepts(value.cmp(&pool.decimal(*number))))
            }),
            Family::Date => Instant::parse(value).is_some_and(|value| {
                let instants = pool::slice(&pool.instants, self.values);
                instants.iter().any(|instant| self.order.accepts(value.cmp(instant)))
            }),
            Family::Address => Address::parse(value).is_some_and(|value| {
                pool::slice(&pool.networks, self.values).iter().any(|network| network.contains(value))
            }),
            // CHOICE: a request's bytes come in base64, as in the simulator: a context holds text.
            Family::Binary => {
                let binaries = pool::slice(&pool.binaries, self.values);
                binaries.iter().any(|binary| {
                    let bytes = pool.binary(*binary);
                    scope.meter.spend(bytes.len().min(value.len()));
                    base64::equals(bytes, value) || scope.meter.is_spent()
                })
            }
        }
    }

    /// How dear it is to evaluate, roughly: cheap ones go first.
    pub(crate) fn cost(&self) -> u32 {
        let one = match self.family {
            Family::Null => 0,
            Family::Bool | Family::Literal => 1,
            Family::Glob => 2,
            Family::Folded | Family::Number => 3,
            Family::Address => 4,
            Family::Date | Family::Binary => 5,
            Family::Arn => 6,
        };
        one * 64 + (self.values.end - self.values.start).min(63)
    }
}
