//! A strict JSON reader that remembers where everything stands.
//!
//! Strict, because a policy that two readers understand differently is a hole: a member named twice, a
//! trailing comma, a comment, a byte order mark, a lone surrogate or a raw control character in a string is
//! an error here, never a guess. Positions, because a person wants to be shown the place, and because IAM's
//! simulator reports where a statement begins and ends.
//!
//! The result is a flat tape of nodes in source order. A container's node knows the index of the first node
//! after it, so a reader can step over it. Nothing recurses; depth and size are bounded.

use thiserror::Error;

use crate::span::{Span, offset};

mod string;
mod write;

pub use string::StringFault;
pub use write::Layout;
pub(crate) use write::{JsonWriter, write_string};

/// The longest text that any limit lets through: places are kept in 32 bits.
const MOST_CHARACTERS: usize = 1 << 28;
/// The deepest nesting read. A policy needs six levels.
const MAX_DEPTH: usize = 16;
/// Up to this many members, names are compared in pairs; beyond it they are sorted first.
const FEW_MEMBERS: usize = 12;

/// Why a text is not JSON, or not JSON we are willing to read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReadJsonError {
    /// Longer than we are willing to read.
    #[error("the text has more than {limit} characters")]
    TooLong {
        /// What it may have.
        limit: usize,
    },
    /// Nested deeper than any policy is.
    #[error("nested deeper than {MAX_DEPTH} levels")]
    TooDeep {
        /// Where the container one too deep begins.
        at: u32,
    },
    /// Something else stands where the grammar wants one thing.
    #[error("expected {wanted}")]
    Expected {
        /// What could have stood there.
        wanted: &'static str,
        /// Where.
        at: u32,
    },
    /// A string holds what JSON does not let it hold.
    #[error("{fault}")]
    BadString {
        /// What is wrong with it.
        fault: StringFault,
        /// Where.
        at: u32,
    },
    /// One object names a member twice. Most readers keep the last one and say nothing.
    #[error("the member `{name}` appears twice in one object")]
    DuplicateName {
        /// The name, as it reads once its escapes are resolved.
        name: String,
        /// Its second appearance.
        span: Span,
    },
}

impl ReadJsonError {
    /// The place to point at.
    pub fn span(&self) -> Span {
        match self {
            Self::TooLong { .. } => Span::default(),
            Self::TooDeep { at } | Self::Expected { at, .. } | Self::BadString { at, .. } => {
                Span { start: *at, end: at.saturating_add(1) }
            }
            Self::DuplicateName { span, .. } => *span,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Object,
    Array,
    /// A member's name; its value is the next node.
    Name,
    String,
    Number,
    Bool,
    Null,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) shape: Shape,
    /// Where it stands in the source, quotes and brackets included.
    pub(crate) span: Span,
    /// What it says, as a piece of [`Tape::text`]: string content without quotes, escapes resolved.
    pub(crate) text: Span,
    /// The index of the first node after this one and everything in it.
    pub(crate) next: u32,
}

/// A JSON text, read.
#[derive(Clone, Debug)]
pub(crate) struct Tape {
    /// The source, followed by the resolved form of every string that holds an escape.
    pub(crate) text: String,
    pub(crate) nodes: Vec<Node>,
}

impl Tape {
    pub(crate) fn node(&self, index: u32) -> Option<&Node> {
        self.nodes.get(index as usize)
    }

    pub(crate) fn str(&self, node: &Node) -> &str {
        node.text.of(&self.text)
    }

    /// The members of the object at `index`: each name's node, and the index of its value.
    pub(crate) fn members(&self, index: u32) -> impl Iterator<Item = (&Node, u32)> {
        let end = self.node(index).map_or(0, |node| node.next);
        let mut at = index + 1;
        core::iter::from_fn(move || {
            let name = self.node(at).filter(|_| at < end)?;
            let value = at + 1;
            at = self.node(value)?.next;
            Some((name, value))
        })
    }

    /// The items of the array at `index`.
    pub(crate) fn items(&self, index: u32) -> impl Iterator<Item = u32> {
        let end = self.node(index).map_or(0, |node| node.next);
        let mut at = index + 1;
        core::iter::from_fn(move || {
            let item = at;
            at = self.node(item).filter(|_| item < end)?.next;
            Some(item)
        })
    }
}

/// Reads a text of up to `limit` characters, or says where it stops being JSON.
pub(crate) fn read(source: &str, limit: usize) -> Result<Tape, ReadJsonError> {
    let limit = limit.min(MOST_CHARACTERS);
    if source.len() > limit && source.chars().count() > limit {
        return Err(ReadJsonError::TooLong { limit });
    }
    let mut reader = Reader {
        source,
        at: 0,
        nodes: Vec::with_capacity(source.len() / 24 + 8),
        resolved: String::new(),
        open: Vec::with_capacity(MAX_DEPTH),
    };
    reader.document()?;
    let mut text = String::with_capacity(source.len() + reader.resolved.len());
    text.push_str(source);
    text.push_str(&reader.resolved);
    let tape = Tape { text, nodes: reader.nodes };
    reject_duplicates(&tape)?;
    Ok(tape)
}

/// A container that has begun and not ended.
#[derive(Clone, Copy)]
struct Open {
    node: u32,
    shape: Shape,
    is_empty: bool,
}

struct Reader<'a> {
    source: &'a str,
    at: usize,
    nodes: Vec<Node>,
    resolved: String,
    open: Vec<Open>,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<(), ReadJsonError> {
        self.value()?;
        while let Some(open) = self.open.last().copied() {
            if open.shape == Shape::Object {
                self.member(open.is_empty)?;
            } else {
                self.item(open.is_empty)?;
            }
        }
        self.skip_blanks();
        if self.at < self.source.len() {
            return Err(self.expected("the end of the text"));
        }
        Ok(())
    }

    /// Takes the next member of the innermost object, or its end.
    fn member(&mut self, is_first: bool) -> Result<(), ReadJsonError> {
        match self.peek() {
            Some(b'}') => {
                self.close();
                return Ok(());
            }
            Some(b',') if !is_first => self.at += 1,
            Some(b'"') if is_first => {}
            _ => return Err(self.expected(if is_first { "a name or `}`" } else { "`,` or `}`" })),
        }
        if self.peek() != Some(b'"') {
            return Err(self.expected("a name"));
        }
        self.string(Shape::Name)?;
        if self.peek() != Some(b':') {
            return Err(self.expected("`:`"));
        }
        self.at += 1;
        self.fill();
        self.value()
    }

    /// Takes the next item of the innermost array, or its end.
    fn item(&mut self, is_first: bool) -> Result<(), ReadJsonError> {
        match self.peek() {
            Some(b']') => {
                self.close();
                return Ok(());
            }
            Some(b',') if !is_first => self.at += 1,
            _ if is_first => {}
            _ => return Err(self.expected("`,` or `]`")),
        }
        self.fill();
        self.value()
    }

    fn value(&mut self) -> Result<(), ReadJsonError> {
        match self.peek() {
            Some(b'{') => self.begin(Shape::Object),
            Some(b'[') => self.begin(Shape::Array),
            Some(b'"') => self.string(Shape::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Shape::Bool),
            Some(b'f') => self.word("false", Shape::Bool),
            Some(b'n') => self.word("null", Shape::Null),
            _ => Err(self.expected("a value")),
        }
    }

    fn begin(&mut self, shape: Shape) -> Result<(), ReadJsonError> {
        if self.open.len() == MAX_DEPTH {
            return Err(ReadJsonError::TooDeep { at: offset(self.at) });
        }
        self.open.push(Open { node: offset(self.nodes.len()), shape, is_empty: true });
        self.push(shape, Span::new(self.at, self.at), Span::default());
        self.at += 1;
        Ok(())
    }

    fn close(&mut self) {
        self.at += 1;
        let next = offset(self.nodes.len());
        if let Some(open) = self.open.pop()
            && let Some(node) = self.nodes.get_mut(open.node as usize)
        {
            node.span.end = offset(self.at);
            node.next = next;
        }
    }

    fn fill(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.is_empty = false;
        }
    }

    fn word(&mut self, word: &'static str, shape: Shape) -> Result<(), ReadJsonError> {
        let end = self.at + word.len();
        if self.source.as_bytes().get(self.at..end) != Some(word.as_bytes()) {
            return Err(self.expected("a value"));
        }
        self.leaf(shape, end);
        Ok(())
    }

    fn number(&mut self) -> Result<(), ReadJsonError> {
        let bytes = self.source.as_bytes();
        let digits = |from: usize| {
            bytes.iter().skip(from).position(|byte| !byte.is_ascii_digit()).map_or(bytes.len(), |n| from + n)
        };
        let wrong = |at: usize| ReadJsonError::Expected { wanted: "a digit", at: offset(at) };
        let whole = self.at + usize::from(bytes.get(self.at) == Some(&b'-'));
        let mut end = if bytes.get(whole) == Some(&b'0') { whole + 1 } else { digits(whole) };
        if end == whole {
            return Err(wrong(whole));
        }
        if bytes.get(end) == Some(&b'.') {
            let fraction = end + 1;
            end = digits(fraction);
            if end == fraction {
                return Err(wrong(fraction));
            }
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let exponent = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            end = digits(exponent);
            if end == exponent {
                return Err(wrong(exponent));
            }
        }
        self.leaf(Shape::Number, end);
        Ok(())
    }

    fn leaf(&mut self, shape: Shape, end: usize) {
        let span = Span::new(self.at, end);
        self.push(shape, span, span);
        self.at = end;
    }

    fn push(&mut self, shape: Shape, span: Span, text: Span) {
        let next = offset(self.nodes.len() + 1);
        self.nodes.push(Node { shape, span, text, next });
    }

    /// The next byte that is no blank.
    fn peek(&mut self) -> Option<u8> {
        self.skip_blanks();
        self.source.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        let rest = self.source.as_bytes().get(self.at..).unwrap_or_default();
        let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        self.at += rest.iter().position(|byte| !is_blank(byte)).unwrap_or(rest.len());
    }

    fn expected(&self, wanted: &'static str) -> ReadJsonError {
        ReadJsonError::Expected { wanted, at: offset(self.at) }
    }
}

fn reject_duplicates(tape: &Tape) -> Result<(), ReadJsonError> {
    let mut names: Vec<(&str, Span)> = Vec::new();
    for (index, node) in tape.nodes.iter().enumerate() {
        if node.shape != Shape::Object {
            continue;
        }
        names.clear();
        names.extend(tape.members(offset(index)).map(|(name, _)| (tape.str(name), name.span)));
        if let Some((name, span)) = first_duplicate(&mut names) {
            return Err(ReadJsonError::DuplicateName { name: name.to_owned(), span });
        }
    }
    Ok(())
}

fn first_duplicate<'a>(names: &mut [(&'a str, Span)]) -> Option<(&'a str, Span)> {
    if names.len() <= FEW_MEMBERS {
        return names.iter().enumerate().find_map(|(index, later)| {
            names.iter().take(index).any(|earlier| earlier.0 == later.0).then_some(*later)
        });
    }
    names.sort_unstable_by_key(|(name, span)| (*name, span.start));
    names
        .array_windows()
        .filter(|[one, two]| one.0 == two.0)
        .map(|[_, two]| *two)
        .min_by_key(|(_, span)| span.start)
}

#[cfg(test)]
#[path = "json/tests.rs"]
mod tests;
