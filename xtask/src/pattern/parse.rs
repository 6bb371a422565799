//! Reading a pattern: the part of Java's notation that service models use.

use std::iter::Peekable;
use std::str::Chars;

use anyhow::{Context, bail, ensure};

use super::class::Class;

/// A parsed pattern.
#[derive(Debug, Clone)]
pub(super) enum Expression {
    Class(Class),
    Sequence(Vec<Self>),
    Choice(Vec<Self>),
    Repeat { what: Box<Self>, least: u32, most: Option<u32> },
}

/// No model counts higher; a greater number would make an automaton nobody wants to read.
const MOST_REPEATS: u32 = 100_000;

pub(super) fn parse(pattern: &str) -> anyhow::Result<Expression> {
    let mut parser = Parser { rest: pattern.chars().peekable() };
    let expression = parser.choice().with_context(|| format!("in the pattern `{pattern}`"))?;
    ensure!(parser.rest.next().is_none(), "unbalanced `)` in the pattern `{pattern}`");
    Ok(expression)
}

struct Parser<'a> {
    rest: Peekable<Chars<'a>>,
}

impl Parser<'_> {
    fn choice(&mut self) -> anyhow::Result<Expression> {
        let mut alternatives = vec![self.sequence()?];
        while self.take('|') {
            alternatives.push(self.sequence()?);
        }
        Ok(match alternatives.pop() {
            Some(only) if alternatives.is_empty() => only,
            last => {
                alternatives.extend(last);
                Expression::Choice(alternatives)
            }
        })
    }

    fn sequence(&mut self) -> anyhow::Result<Expression> {
        let mut parts = Vec::new();
        // A value must match as a whole, so an anchor at an end says nothing. Elsewhere it would.
        self.take('^');
        while let Some(&next) = self.rest.peek() {
            match next {
                '|' | ')' => break,
                '$' => {
                    self.rest.next();
                    ensure!(matches!(self.rest.peek(), None | Some('|' | ')')), "`$` in the middle");
                }
                '^' => bail!("`^` in the middle"),
                _ => {
                    let atom = self.atom()?;
                    parts.push(self.quantified(atom)?);
                }
            }
        }
        Ok(Expression::Sequence(parts))
    }

    fn quantified(&mut self, atom: Expression) -> anyhow::Result<Expression> {
        let (least, most) = match self.rest.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => return self.counted(atom),
            _ => return Ok(atom),
        };
        self.rest.next();
        self.repeat(atom, least, most)
    }

    fn counted(&mut self, atom: Expression) -> anyhow::Result<Expression> {
        self.rest.next();
        let inside: String = self.rest.by_ref().take_while(|&c| c != '}').collect();
        let (least, most) = match inside.split_once(',') {
            None => (inside.parse()?, Some(inside.parse()?)),
            Some((least, "")) => (least.parse()?, None),
            Some((least, most)) => (least.parse()?, Some(most.parse()?)),
        };
        self.repeat(atom, least, most)
    }

    fn repeat(&mut self, atom: Expression, least: u32, most: Option<u32>) -> anyhow::Result<Expression> {
        ensure!(least <= most.unwrap_or(least) && most.unwrap_or(least) <= MOST_REPEATS, "bounds of `{{}}`");
        match self.rest.peek() {
            Some('+') => bail!("possessive quantifiers are not understood"),
            // Reluctant: the same language, found in another order.
            Some('?') => _ = self.rest.next(),
            _ => {}
        }
        Ok(Expression::Repeat { what: Box::new(atom), least, most })
    }

    fn atom(&mut self) -> anyhow::Result<Expression> {
        match self.rest.next().context("an atom")? {
            '(' => self.group(),
            '[' => self.bracket().map(Expression::Class),
            '.' => Ok(Expression::Class(line_breaks().complement())),
            '\\' => self.escape().map(Expression::Class),
            c @ ('*' | '+' | '?' | '{') => bail!("`{c}` repeats nothing"),
            c => Ok(Expression::Class(single(c))),
        }
    }

    fn group(&mut self) -> anyhow::Result<Expression> {
        if self.take('?') {
            ensure!(self.take(':'), "look-around is not understood");
        }
        let inside = self.choice()?;
        ensure!(self.take(')'), "`(` without `)`");
        Ok(inside)
    }

    fn bracket(&mut self) -> anyhow::Result<Class> {
        let negated = self.take('^');
        let mut class = Class::default();
        loop {
            match self.rest.next().context("`[` without `]`")? {
                ']' => break,
                '[' => bail!("a class in a class is not understood"),
                '&' if self.rest.peek() == Some(&'&') => bail!("intersections are not understood"),
                '\\' => {
                    let escaped = self.escape()?;
                    match escaped.ranges() {
                        &[(first, last)] if first == last => class.extend(&self.range_from(first)?),
                        _ => class.extend(&escaped),
                    }
                }
                c => class.extend(&self.range_from(c.into())?),
            }
        }
        Ok(if negated { class.complement() } else { class })
    }

    /// The range that begins with `first`, or `first` alone if no range follows.
    fn range_from(&mut self, first: u32) -> anyhow::Result<Class> {
        let mut ahead = self.rest.clone();
        if ahead.next() != Some('-') || matches!(ahead.peek(), None | Some(']')) {
            return Ok(Class::new(&[(first, first)]));
        }
        self.rest = ahead;
        let last = match self.rest.next().context("the end of a range")? {
            '\\' => match self.escape()?.ranges() {
                &[(point, same)] if point == same => point,
                _ => bail!("a range that ends in a class"),
            },
            c => c.into(),
        };
        ensure!(first <= last, "a range that runs backwards");
        Ok(Class::new(&[(first, last)]))
    }

    fn escape(&mut self) -> anyhow::Result<Class> {
        let escaped = self.rest.next().context("a character behind `\\`")?;
        Ok(match escaped {
            'w' => word(),
            'W' => word().complement(),
            'd' => digits(),
            'D' => digits().complement(),
            's' => white_space(),
            'S' => white_space().complement(),
            't' => single('\t'),
            'n' => single('\n'),
            'r' => single('\r'),
            'u' => {
                let digits: String = self.rest.by_ref().take(4).collect();
                let point = u32::from_str_radix(&digits, 16).with_context(|| format!("`\\u{digits}`"))?;
                Class::new(&[(point, point)])
            }
            'p' => {
                ensure!(self.take('{'), "`\\p` without `{{`");
                let name: String = self.rest.by_ref().take_while(|&c| c != '}').collect();
                Class::property(&name).with_context(|| format!("no property `{name}`"))?
            }
            c if c.is_ascii_alphanumeric() => bail!("`\\{c}` is not understood"),
            c => single(c),
        })
    }

    fn take(&mut self, wanted: char) -> bool {
        self.rest.next_if_eq(&wanted).is_some()
    }
}

fn single(c: char) -> Class {
    Class::new(&[(c.into(), c.into())])
}

fn word() -> Class {
    Class::new(&[(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)])
}

fn digits() -> Class {
    Class::new(&[(0x30, 0x39)])
}

fn white_space() -> Class {
    Class::new(&[(0x09, 0x0D), (0x20, 0x20)])
}

fn line_breaks() -> Class {
    Class::new(&[(0x0A, 0x0A), (0x0D, 0x0D), (0x85, 0x85), (0x2028, 0x2029)])
}
