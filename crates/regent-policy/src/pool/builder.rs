//! Filling a pool: every text is compiled to its cheapest pattern, and no pattern or key is stored twice.

use super::filing::{self, Filing};
use super::{Number, Pool};
use crate::base64;
use crate::context::Key;
use crate::decimal::Decimal;
use crate::hash;
use crate::instant::Instant;
use crate::network::Network;
use crate::pattern::{Pattern, Shape, Token};
use crate::span::{Span, offset};
use crate::table::Table;
use crate::variable::{self, Piece};

/// What `${` means in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Nothing: the policy's version is too old, or the element takes no variables.
    Plain,
    /// The beginning of a variable.
    Variables,
}

/// What `*` and `?` mean in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wild {
    Yes,
    No,
}

/// The element a pattern stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Action,
    Resource,
}

/// A pattern that was compiled before, and the text it came from.
#[derive(Clone, Copy, Debug)]
struct Known {
    place: Place,
    source: Span,
    pattern: u32,
}

/// A pool that is being filled.
#[derive(Debug, Default)]
pub(crate) struct PoolBuilder {
    text: String,
    patterns: Vec<Pattern>,
    tokens: Vec<Token>,
    keys: Vec<(Span, u64)>,
    numbers: Vec<Number>,
    instants: Vec<Instant>,
    networks: Vec<Network>,
    bytes: Vec<u8>,
    binaries: Vec<Span>,
    key_table: Table,
    /// Actions and resources met so far.
    known: Vec<Known>,
    known_table: Table,
    /// Room for the values of one condition.
    values: Vec<Pattern>,
}

impl PoolBuilder {
    pub(crate) fn with_capacity(text: usize, values: usize) -> Self {
        Self {
            text: String::with_capacity(text / 2),
            patterns: Vec::with_capacity(values * 2),
            keys: Vec::with_capacity(16),
            key_table: Table::with_capacity(16),
            known: Vec::with_capacity(values),
            known_table: Table::with_capacity(values),
            ..Self::default()
        }
    }

    pub(crate) fn finish(self) -> Pool {
        Pool {
            text: self.text.into(),
            patterns: self.patterns.into(),
            tokens: self.tokens.into(),
            keys: self.keys.into(),
            numbers: self.numbers.into(),
            instants: self.instants.into(),
            networks: self.networks.into(),
            bytes: self.bytes.into(),
            binaries: self.binaries.into(),
        }
    }

    pub(crate) fn text(&mut self, text: &str) -> Span {
        let start = self.text.len();
        self.text.push_str(text);
        Span::new(start, self.text.len())
    }

    /// The number of a key, the same for every spelling of its name.
    pub(crate) fn key(&mut self, name: &str) -> u32 {
        let key = Key::new(name);
        let known = self.key_table.probe(key.hash()).find(|index| {
            let entry = self.keys.get(*index as usize);
            entry.is_some_and(|(known, hash)| Key::hashed(known.of(&self.text), *hash) == key)
        });
        known.unwrap_or_else(|| {
            let index = offset(self.keys.len());
            let span = self.text(name);
            self.keys.push((span, key.hash()));
            self.key_table.insert(key.hash(), index);
            index
        })
    }

    /// An action pattern: the number of its pattern, and where to file it.
    ///
    /// One colon and no white space or comma, or else it never matches; `*` alone is every action.
    pub(crate) fn action(&mut self, raw: &str, lowered: &mut String) -> (u32, Filing) {
        lowered.clear();
        lowered.push_str(raw);
        lowered.make_ascii_lowercase();
        let makes_sense = *lowered == "*"
            || (lowered.bytes().filter(|byte| *byte == b':').count() == 1
                && !lowered.contains(|found: char| found.is_whitespace() || found == ','));
        if !makes_sense {
            return (self.push(Pattern::NEVER), Filing::Nowhere);
        }
        let pattern =
            self.known(Place::Action, lowered, |pool| pool.pattern(lowered, Wild::Yes, Reading::Plain));
        (pattern, filing::of_action(lowered))
    }

    /// A resource pattern: the number of its pattern, and where to file it.
    pub(crate) fn resource(&mut self, raw: &str, reading: Reading) -> (u32, Filing) {
        let pattern = self.known(Place::Resource, raw, |pool| pool.resource_pattern(raw, reading));
        let shape = self.patterns.get(pattern as usize).map(|found| found.shape);
        (pattern, filing::of_resource(raw, reading, shape))
    }

    // CHOICE: the first field is compared like the others. IAM stores `a:b:c`, which matches nothing here.
    fn resource_pattern(&mut self, raw: &str, reading: Reading) -> Pattern {
        if raw.bytes().all(|byte| byte == b'*') && !raw.is_empty() {
            return Pattern::ANY;
        }
        let mut fields = ["*"; 6];
        let count = filing::split_fields(raw, reading, &mut fields);
        self.arn(raw, fields, count, Reading::Plain, reading)
    }

    /// An ARN in a condition: six fields, variables in any of them.
    pub(crate) fn arn_value(&mut self, raw: &str, reading: Reading) -> Pattern {
        let mut fields = ["*"; 6];
        if raw == "*" {
            // CHOICE: `*` alone covers every ARN, and nothing that is not an ARN.
            return self.fields(fields, Reading::Variables, Reading::Variables);
        }
        let count = filing::split_fields(raw, reading, &mut fields);
        if count < 6 {
            return Pattern::NEVER;
        }
        let pattern = self.arn(raw, fields, count, reading, reading);
        // The stars of a condition never cross.
        if pattern.shape == Shape::CrossingFields {
            Pattern { shape: Shape::Fields, ..pattern }
        } else {
            pattern
        }
    }

    fn arn(&mut self, raw: &str, fields: [&str; 6], count: usize, head: Reading, tail: Reading) -> Pattern {
        let [front @ .., last] = fields;
        let is_wild = |field: &str| field.contains(['*', '?']);
        let is_variable =
            |field: &str, reading| reading == Reading::Variables && variable::has_variables(field);
        let is_plain = count == 6 && !front.iter().any(|field| is_wild(field) || is_variable(field, head));
        if is_plain && !is_variable(last, tail) {
            return self.pattern(raw, Wild::Yes, Reading::Plain);
        }
        self.fields(fields, head, tail)
    }

    fn fields(&mut self, fields: [&str; 6], head: Reading, tail: Reading) -> Pattern {
        let [front @ .., last] = fields;
        let start = self.patterns.len();
        for field in front {
            let pattern = self.pattern(field, Wild::Yes, head);
            self.push(pattern);
        }
        let pattern = self.pattern(last, Wild::Yes, tail);
        self.push(pattern);
        if head == Reading::Variables || !front.iter().any(|field| field.ends_with('*')) {
            return Pattern { shape: Shape::Fields, range: Span::new(start, start + 6) };
        }
        let whole_front = self.text(&front.join(":"));
        self.push(Pattern { shape: Shape::Glob, range: whole_front });
        Pattern { shape: Shape::CrossingFields, range: Span::new(start, start + 7) }
    }

    /// A value of `StringEquals` and its like: no wildcards.
    pub(crate) fn literal_value(&mut self, raw: &str, reading: Reading) -> Pattern {
        self.pattern(raw, Wild::No, reading)
    }

    /// A value of `StringLike`.
    pub(crate) fn glob_value(&mut self, raw: &str, reading: Reading) -> Pattern {
        self.pattern(raw, Wild::Yes, reading)
    }

    fn push(&mut self, pattern: Pattern) -> u32 {
        let index = offset(self.patterns.len());
        self.patterns.push(pattern);
        index
    }

    fn pattern(&mut self, raw: &str, wild: Wild, reading: Reading) -> Pattern {
        if reading == Reading::Variables && variable::has_variables(raw) {
            return self.tokens(raw, wild);
        }
        if wild == Wild::No {
            return Pattern { shape: Shape::Exact, range: self.text(raw) };
        }
        let (shape, text) = filing::shape_of(raw);
        Pattern { shape, range: self.text(text) }
    }

    fn tokens(&mut self, raw: &str, wild: Wild) -> Pattern {
        let start = self.tokens.len();
        for piece in variable::pieces(raw) {
            match piece {
                Piece::Text(text) if wild == Wild::Yes => self.wild_tokens(text, start),
                Piece::Text(text) | Piece::Escaped(text) => self.literal_token(text),
                Piece::Variable { key, default } => {
                    let default = default.map(|default| self.text(default));
                    let key = self.key(key);
                    self.tokens.push(Token::Variable { key, default });
                }
                // CHOICE: a text that cannot be read to its end matches nothing, as one with an absent key.
                Piece::Broken => {
                    self.tokens.truncate(start);
                    return Pattern::NEVER;
                }
            }
        }
        Pattern { shape: Shape::Tokens, range: Span::new(start, self.tokens.len()) }
    }

    /// The tokens of a text with wildcards, in a pattern whose tokens begin at `start`.
    fn wild_tokens(&mut self, text: &str, start: usize) {
        for piece in text.split_inclusive(['*', '?']) {
            let literal = piece.trim_end_matches(['*', '?']);
            if !literal.is_empty() {
                self.literal_token(literal);
            }
            let before = self.tokens.get(start..).and_then(<[Token]>::last);
            match piece.bytes().last() {
                Some(b'*') if before != Some(&Token::AnyRun) => self.tokens.push(Token::AnyRun),
                Some(b'?') => self.tokens.push(Token::AnyOne),
                _ => {}
            }
        }
    }

    fn literal_token(&mut self, text: &str) {
        let span = self.text(text);
        self.tokens.push(Token::Literal(span));
    }

    /// A pattern that is compiled only the first time its text is met.
    fn known(&mut self, place: Place, raw: &str, compile: impl FnOnce(&mut Self) -> Pattern) -> u32 {
        let hash = hash::of_text(raw.as_bytes());
        let found = self.known_table.probe(hash).find_map(|index| {
            let known = self.known.get(index as usize)?;
            (known.place == place && known.source.of(&self.text) == raw).then_some(known.pattern)
        });
        if let Some(pattern) = found {
            return pattern;
        }
        let before = self.text.len();
        let compiled = compile(self);
        let pattern = self.push(compiled);
        // The compiled text usually is the source; otherwise the source is kept for comparison.
        let source = if self.text.get(before..) == Some(raw) {
            Span::new(before, self.text.len())
        } else {
            self.text(raw)
        };
        self.known_table.insert(hash, offset(self.known.len()));
        self.known.push(Known { place, source, pattern });
        pattern
    }

    /// Compiles the values of a condition and keeps them side by side.
    pub(crate) fn patterns_of<'t>(
        &mut self,
        texts: impl Iterator<Item = &'t str>,
        compile: impl Fn(&mut Self, &str) -> Pattern,
    ) -> Span {
        // An ARN brings patterns of its own, so the values are collected before any is kept.
        let mut values = core::mem::take(&mut self.values);
        values.extend(texts.map(|text| compile(self, text)));
        let start = self.patterns.len();
        self.patterns.append(&mut values);
        self.values = values;
        Span::new(start, self.patterns.len())
    }

    pub(crate) fn numbers_of<'t>(&mut self, texts: impl Iterator<Item = &'t str>) -> Span {
        let start = self.numbers.len();
        for number in texts.filter_map(Decimal::parse) {
            let (whole, fraction) = (self.text(number.whole), self.text(number.fraction));
            self.numbers.push(Number { is_negative: number.is_negative, whole, fraction });
        }
        Span::new(start, self.numbers.len())
    }

    pub(crate) fn instants_of<'t>(&mut self, texts: impl Iterator<Item = &'t str>) -> Span {
        let start = self.instants.len();
        self.instants.extend(texts.filter_map(Instant::parse));
        Span::new(start, self.instants.len())
    }

    pub(crate) fn networks_of<'t>(&mut self, texts: impl Iterator<Item = &'t str>) -> Span {
        let start = self.networks.len();
        self.networks.extend(texts.filter_map(Network::parse));
        Span::new(start, self.networks.len())
    }

    pub(crate) fn binaries_of<'t>(&mut self, texts: impl Iterator<Item = &'t str>) -> Span {
        let start = self.binaries.len();
        for text in texts {
            let before = self.bytes.len();
            self.bytes.extend(base64::decode(text).map_while(Result::ok));
            if base64::decode(text).any(|byte| byte.is_err()) {
                self.bytes.truncate(before);
            } else {
                self.binaries.push(Span::new(before, self.bytes.len()));
            }
        }
        Span::new(start, self.binaries.len())
    }
}
