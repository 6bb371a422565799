//! What a program's statements refer to: texts, patterns, keys, numbers, instants, networks.
//!
//! Everything lies in a few boxed slices and is addressed by 32-bit ranges: a compiled policy is a handful
//! of allocations, and small enough to keep one for every version of every policy in memory.

use crate::context::Key;
use crate::decimal::Decimal;
use crate::instant::Instant;
use crate::network::Network;
use crate::pattern::{Pattern, Token};
use crate::span::Span;

mod builder;
mod filing;

pub(crate) use builder::{PoolBuilder, Reading};
pub(crate) use filing::Filing;

/// A [`Decimal`], as pieces of the pool's text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number {
    is_negative: bool,
    whole: Span,
    fraction: Span,
}

/// The pool of one program.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pool {
    pub(crate) text: Box<str>,
    pub(crate) patterns: Box<[Pattern]>,
    pub(crate) tokens: Box<[Token]>,
    /// Condition keys and variables: the names, as pieces of `text`, and their hashes.
    pub(crate) keys: Box<[(Span, u64)]>,
    pub(crate) numbers: Box<[Number]>,
    pub(crate) instants: Box<[Instant]>,
    pub(crate) networks: Box<[Network]>,
    /// Decoded binary values, one after the other.
    pub(crate) bytes: Box<[u8]>,
    pub(crate) binaries: Box<[Span]>,
}

impl Pool {
    pub(crate) fn str(&self, span: Span) -> &str {
        span.of(&self.text)
    }

    pub(crate) fn pattern(&self, index: u32) -> Pattern {
        self.patterns.get(index as usize).copied().unwrap_or(Pattern::NEVER)
    }

    pub(crate) fn patterns(&self, range: Span) -> &[Pattern] {
        slice(&self.patterns, range)
    }

    pub(crate) fn tokens(&self, range: Span) -> &[Token] {
        slice(&self.tokens, range)
    }

    pub(crate) fn key(&self, index: u32) -> Option<Key<'_>> {
        self.keys.get(index as usize).map(|(name, hash)| Key::hashed(self.str(*name), *hash))
    }

    pub(crate) fn decimal(&self, number: Number) -> Decimal<'_> {
        let (whole, fraction) = (self.str(number.whole), self.str(number.fraction));
        Decimal { is_negative: number.is_negative, whole, fraction }
    }

    pub(crate) fn binary(&self, span: Span) -> &[u8] {
        slice(&self.bytes, span)
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.text.len()
            + size_of_val(&*self.patterns)
            + size_of_val(&*self.tokens)
            + size_of_val(&*self.keys)
            + size_of_val(&*self.numbers)
            + size_of_val(&*self.instants)
            + size_of_val(&*self.networks)
            + size_of_val(&*self.bytes)
            + size_of_val(&*self.binaries)
    }
}

/// A range of a list. Ranges are made together with the lists they point into, so none is ever out of bounds.
pub(crate) fn slice<T>(list: &[T], range: Span) -> &[T] {
    list.get(range.start as usize..range.end as usize).unwrap_or_default()
}
