//! Patterns with variables: pieces that are resolved while matching, never put together as text.

use crate::fold;
use crate::scope::Scope;
use crate::span::Span;

/// What a step costs, in units of the [`Meter`](crate::scope::Meter).
const STEP: usize = 6;

/// A piece of such a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// A piece of the pool's text.
    Literal(Span),
    /// `*`.
    AnyRun,
    /// `?`.
    AnyOne,
    /// The value of one of the pool's keys, or else the default, if there is one.
    Variable { key: u32, default: Option<Span> },
}

impl Token {
    /// The text it stands for: `None` for a variable without a value.
    fn text<'a>(self, scope: &mut Scope<'a>) -> Option<&'a str> {
        let pool = scope.pool;
        match self {
            Self::Literal(span) => Some(span.of(&pool.text)),
            Self::Variable { key, default } => {
                scope.variable(key).or_else(|| default.map(|span| span.of(&pool.text)))
            }
            Self::AnyRun | Self::AnyOne => None,
        }
    }
}

/// Do the tokens cover the text from end to end?
///
/// A variable without a value makes the whole pattern match nothing, not even as an empty text.
pub(super) fn cover(tokens: &[Token], text: &str, scope: &mut Scope<'_>) -> bool {
    let (mut rest, mut tail) = (tokens, text);
    // Where to resume: after the last star, and the text that it has not taken yet.
    let mut star: Option<(&[Token], &str)> = None;
    loop {
        let step = match rest.split_first() {
            None if tail.is_empty() => return true,
            None => None,
            Some((Token::AnyRun, after)) => {
                star = Some((after, tail));
                Some((after, tail))
            }
            Some((Token::AnyOne, after)) => without_first(tail).map(|tail| (after, tail)),
            Some((token, after)) => {
                let Some(piece) = token.text(scope) else { return false };
                scope.meter.spend(piece.len() / 32);
                tail.strip_prefix(piece).map(|tail| (after, tail))
            }
        };
        if !scope.meter.spend(STEP) {
            return false;
        }
        if let Some(next) = step {
            (rest, tail) = next;
            continue;
        }
        // No fit: the last star takes one character more.
        let resumed = star.and_then(|(after, text)| without_first(text).map(|text| (after, text)));
        let Some(resume) = resumed else { return false };
        star = Some(resume);
        (rest, tail) = resume;
    }
}

fn without_first(text: &str) -> Option<&str> {
    let mut characters = text.chars();
    characters.next().map(|_| characters.as_str())
}

/// Are the tokens, which hold no wildcards, the text without regard to case?
pub(super) fn equal_folded(tokens: &[Token], text: &str, scope: &mut Scope<'_>) -> bool {
    let mut rest = text;
    for token in tokens {
        let Some(piece) = token.text(scope) else { return false };
        let head = rest.as_bytes().get(..piece.len()).unwrap_or(rest.as_bytes());
        let is_plain = piece.is_ascii() && head.is_ascii();
        let folding = if is_plain { piece.len() / 16 } else { fold::FOLDING * piece.len() };
        if !scope.meter.spend(STEP + folding) {
            return false;
        }
        let Some(left) = fold::strip_prefix(rest, piece) else { return false };
        rest = left;
    }
    rest.is_empty()
}
