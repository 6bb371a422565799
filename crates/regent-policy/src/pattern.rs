//! Patterns: what actions, resources and condition values are compared with.
//!
//! One glob language serves everywhere: `*` stands for any run of characters, none included, `?` for exactly
//! one, and everything else for itself. There is no escape character; `${*}` is a literal star.
//!
//! A pattern is compiled to the cheapest shape that says the same. Most are a literal, or a literal with one
//! star at its end, and cost one comparison.

use crate::arn::Arn;
use crate::fold;
use crate::scope::Scope;
use crate::span::Span;

pub(crate) mod glob;
mod tokens;

pub(crate) use tokens::Token;

/// What comparing an ARN by fields costs at least, in units of the [`Meter`](crate::scope::Meter).
const FIELDS: usize = 16;

/// A compiled pattern: a shape, and a range in the pool that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    pub(crate) shape: Shape,
    /// A piece of the pool's text, or for [`Shape::Tokens`] and [`Shape::Fields`] a range of other lists.
    pub(crate) range: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Matches nothing: a pattern that makes no sense.
    Never,
    /// `*`.
    Any,
    /// `text`.
    Exact,
    /// `text*`.
    Prefix,
    /// `*text`.
    Suffix,
    /// `*text*`.
    Infix,
    /// Any other mix of text, `*` and `?`.
    Glob,
    /// With variables or escapes: a range of the pool's tokens.
    Tokens,
    /// An ARN compared field by field: six patterns from `range.start` on.
    Fields,
    /// The same, with a star at the end of one of the first five fields, which may run over colons. A
    /// seventh pattern holds the first five fields in one piece.
    CrossingFields,
}

impl Pattern {
    pub(crate) const NEVER: Self = Self { shape: Shape::Never, range: Span { start: 0, end: 0 } };
    pub(crate) const ANY: Self = Self { shape: Shape::Any, range: Span { start: 0, end: 0 } };

    /// Does it cover the whole text?
    #[inline]
    pub(crate) fn matches(self, text: &str, scope: &mut Scope<'_>) -> bool {
        if self.shape == Shape::Tokens {
            return tokens::cover(scope.pool.tokens(self.range), text, scope);
        }
        self.matches_bytes(text.as_bytes(), scope)
    }

    /// The same for patterns without variables.
    pub(crate) fn matches_bytes(self, text: &[u8], scope: &mut Scope<'_>) -> bool {
        let literal = self.range.of_bytes(&scope.pool.text);
        match self.shape {
            Shape::Any => true,
            Shape::Exact => text == literal,
            Shape::Prefix => text.starts_with(literal),
            Shape::Suffix => text.ends_with(literal),
            Shape::Infix => glob::find(literal, text, &mut scope.meter).is_some(),
            Shape::Glob => glob::covers(literal, text, &mut scope.meter),
            Shape::Never | Shape::Tokens | Shape::Fields | Shape::CrossingFields => false,
        }
    }

    /// Is it the text, without regard to case? Wildcards have no meaning here.
    pub(crate) fn equals_folded(self, text: &str, scope: &mut Scope<'_>) -> bool {
        if self.shape == Shape::Tokens {
            return tokens::equal_folded(scope.pool.tokens(self.range), text, scope);
        }
        self.shape == Shape::Exact
            && fold::equal_metered(self.range.of(&scope.pool.text), text, &mut scope.meter)
    }

    /// Does it, as a `Resource` or an ARN in a condition, cover the ARN?
    pub(crate) fn matches_arn(self, arn: &Arn<'_>, scope: &mut Scope<'_>) -> bool {
        match (self.shape, &arn.fields) {
            (Shape::Any, _) => true,
            // Literal in the first five fields: the comparison as a whole is the comparison by fields.
            (Shape::Exact | Shape::Prefix | Shape::Glob, Some(_)) => self.matches(arn.text, scope),
            (Shape::Fields, Some(fields)) => self.matches_fields(fields, scope),
            (Shape::CrossingFields, Some(fields)) => {
                self.matches_fields(fields, scope)
                    || (arn.has_spare_colons() && self.crosses(arn.text, scope))
            }
            _ => false,
        }
    }

    fn matches_fields(self, fields: &[&str; 6], scope: &mut Scope<'_>) -> bool {
        let pool = scope.pool;
        scope.meter.spend(FIELDS);
        pool.patterns(self.range).iter().zip(fields).all(|(pattern, field)| pattern.matches(field, scope))
    }

    /// The second try for an ARN with more than five colons: AWS lets a `*` that ends one of the first five
    /// fields run on over the following colons.
    ///
    /// AWS: "IAM JSON policy elements: Resource", Using wildcards in resource ARNs.
    // CHOICE: an ARN of fewer than six fields is completed with `*` fields first, so the colons written in
    // the completed pattern all have to be there.
    fn crosses(self, text: &str, scope: &mut Scope<'_>) -> bool {
        let pool = scope.pool;
        scope.meter.spend(FIELDS);
        let [.., last, head] = pool.patterns(self.range) else { return false };
        let head = head.range.of_bytes(&pool.text);
        text.match_indices(':').any(|(colon, _)| match text.split_at_checked(colon) {
            // Whoever asked finds the meter spent, and the answer worth nothing.
            _ if !scope.meter.spend(8) => true,
            Some((front, rest)) => {
                glob::covers_crossing(head, front.as_bytes(), &mut scope.meter)
                    && last.matches(rest.strip_prefix(':').unwrap_or(rest), scope)
            }
            None => false,
        })
    }
}
