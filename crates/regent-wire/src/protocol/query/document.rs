//! The XML of a Query answer, as another server sent it.
//!
//! Elements lie in one flat list in the order in which they begin, and all their names and texts in one allocation
//! that never grows and is wiped at the end, because answers carry secrets. Nothing here recurses, so depth costs
//! nothing but what the limit permits.

use std::fmt;
use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zeroize::Zeroizing;

use crate::limit;
use crate::node::Malformed;
use crate::shape::Member;

/// An answer's elements. `Debug` tells how many, since there may be a key among them.
pub struct Document {
    text: Zeroizing<String>,
    elements: Vec<Entry>,
}

/// What an answer may cost.
#[derive(Debug, Clone, Copy)]
pub struct XmlLimits {
    /// Its size.
    pub bytes: usize,
    /// How deep elements may nest.
    pub depth: usize,
    /// How many elements there may be.
    pub elements: usize,
}

impl Default for XmlLimits {
    fn default() -> Self {
        Self { bytes: 1024 * 1024, depth: 32, elements: 100_000 }
    }
}

/// Why an answer is no document.
#[derive(Debug, thiserror::Error)]
pub enum ParseXmlError {
    /// It is larger than permitted.
    #[error("expected at most {0} bytes")]
    TooLarge(usize),
    /// It nests deeper than permitted.
    #[error("expected elements nested at most {0} deep")]
    TooDeep(usize),
    /// It has more elements than permitted.
    #[error("expected at most {0} elements")]
    TooMany(usize),
    /// It is not UTF-8.
    #[error("expected UTF-8")]
    Encoding,
    /// It is not XML.
    #[error("expected XML")]
    Syntax(#[source] Box<quick_xml::Error>),
    /// It declares a document type, or names an entity that only one could explain.
    #[error("expected neither a document type nor entities of its own")]
    DocumentType,
    /// There is no element, more than one at the root, or one without an end.
    #[error("expected one element from beginning to end")]
    Root,
}

/// An element, as places in the text and in the list.
#[derive(Debug, Clone)]
struct Entry {
    name: Range<usize>,
    /// What stands in it, if no element does.
    value: Range<usize>,
    /// Where in the list the next element begins that is not inside.
    end: usize,
}

/// An element of a [`Document`], cheap to copy.
#[derive(Clone, Copy)]
pub struct Element<'a> {
    document: &'a Document,
    at: usize,
    /// Where in the list its parent ends.
    until: usize,
}

impl Document {
    /// Reads an answer. Comments, attributes and namespaces' prefixes say nothing and are passed over.
    pub fn parse(body: &[u8], limits: &XmlLimits) -> Result<Self, ParseXmlError> {
        if body.len() > limits.bytes {
            return Err(ParseXmlError::TooLarge(limits.bytes));
        }
        let body = std::str::from_utf8(body).map_err(|_| ParseXmlError::Encoding)?;
        let body = body.strip_prefix('\u{FEFF}').unwrap_or(body);
        let text = Zeroizing::new(String::with_capacity(body.len()));
        let mut builder =
            Builder { document: Self { text, elements: Vec::new() }, open: Vec::new(), limits: *limits };
        let mut reader = Reader::from_str(body);
        while builder.take(reader.read_event().map_err(|error| ParseXmlError::Syntax(Box::new(error)))?)? {}
        let Builder { document, open, .. } = builder;
        let is_whole = open.is_empty() && document.elements.first().is_some_and(|root| root.end > 0);
        if is_whole { Ok(document) } else { Err(ParseXmlError::Root) }
    }

    /// The outermost element.
    pub fn root(&self) -> Element<'_> {
        Element { document: self, at: 0, until: self.elements.len() }
    }

    fn slice(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document of {} elements", self.elements.len())
    }
}

impl fmt::Debug for Element<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Element `{}`", self.name())
    }
}

impl<'a> Element<'a> {
    /// Its name, without a prefix.
    pub fn name(self) -> &'a str {
        self.entry().map_or("", |entry| self.document.slice(&entry.name))
    }

    /// What stands in it, unless elements do.
    pub fn text(self) -> Option<&'a str> {
        let entry = self.entry()?;
        (entry.end == self.at + 1).then(|| self.document.slice(&entry.value))
    }

    /// The first element of this name directly inside.
    pub fn child(self, name: &str) -> Option<Self> {
        self.children().find(|child| child.name() == name)
    }

    /// The elements directly inside, in order.
    pub fn children(self) -> impl Iterator<Item = Self> {
        let until = self.entry().map_or(0, |entry| entry.end);
        Self { at: self.at + 1, until, ..self }.and_following()
    }

    /// Whether no text stands in it but white space.
    pub(crate) fn is_blank(self) -> bool {
        self.text().is_none_or(|text| text.trim_ascii().is_empty())
    }

    /// The elements of a list: those inside, or this one and its namesakes if the list is flattened.
    pub(crate) fn list(
        self,
        member: &Member,
        list: &limit::List,
    ) -> Result<impl Iterator<Item = Self> + use<'a>, Malformed> {
        self.several(member, list.item.wire, Malformed::LIST)
    }

    /// The entries of a map.
    pub(crate) fn map(self, member: &Member, map: &limit::Map) -> Result<Vec<(&'a str, Self)>, Malformed> {
        self.several(member, "entry", Malformed::MAP)?
            .map(|entry| {
                let key = entry.child(map.key.wire).and_then(Self::text);
                key.zip(entry.child(map.value.wire)).ok_or(Malformed::MAP)
            })
            .collect()
    }

    fn several(
        self,
        member: &Member,
        inside: &'static str,
        otherwise: Malformed,
    ) -> Result<impl Iterator<Item = Self> + use<'a>, Malformed> {
        if !member.flattened && !self.is_blank() {
            return Err(otherwise);
        }
        let until = self.entry().map_or(0, |entry| entry.end);
        let (first, name) = if member.flattened {
            (self, self.name())
        } else {
            (Self { at: self.at + 1, until, ..self }, inside)
        };
        Ok(first.and_following().filter(move |element| element.name() == name))
    }

    /// This element and those that follow it in the same parent.
    fn and_following(self) -> impl Iterator<Item = Self> + use<'a> {
        let first = (self.at < self.until).then_some(self);
        std::iter::successors(first, |element| {
            let at = element.entry()?.end;
            // An element ends behind its beginning, so this comes to an end.
            (at > element.at && at < element.until).then_some(Self { at, ..*element })
        })
    }

    fn entry(self) -> Option<&'a Entry> {
        self.document.elements.get(self.at)
    }
}

struct Builder {
    document: Document,
    /// The elements that have begun and not ended.
    open: Vec<usize>,
    limits: XmlLimits,
}

impl Builder {
    /// Takes one piece of the document. `false` is its end.
    fn take(&mut self, event: Event<'_>) -> Result<bool, ParseXmlError> {
        match event {
            Event::Start(start) => self.begin(&start)?,
            Event::Empty(empty) => {
                self.begin(&empty)?;
                self.end();
            }
            Event::End(_) => self.end(),
            Event::Text(text) => self.say(&text.xml10_content())?,
            Event::CData(text) => self.say(&text.xml10_content())?,
            Event::GeneralRef(reference) => {
                let c = match reference.resolve_char_ref() {
                    Ok(Some(c)) => c,
                    Ok(None) => named(&reference).ok_or(ParseXmlError::DocumentType)?,
                    Err(error) => return Err(ParseXmlError::Syntax(Box::new(error))),
                };
                self.say(c.encode_utf8(&mut [0; 4]))?;
            }
            Event::DocType(_) => return Err(ParseXmlError::DocumentType),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => return Ok(false),
        }
        Ok(true)
    }

    fn begin(&mut self, start: &BytesStart<'_>) -> Result<(), ParseXmlError> {
        let Document { text, elements } = &mut self.document;
        if self.open.is_empty() && !elements.is_empty() {
            return Err(ParseXmlError::Root);
        }
        if self.open.len() >= self.limits.depth {
            return Err(ParseXmlError::TooDeep(self.limits.depth));
        }
        if elements.len() >= self.limits.elements {
            return Err(ParseXmlError::TooMany(self.limits.elements));
        }
        let from = text.len();
        text.push_str(start.local_name().as_ref());
        self.open.push(elements.len());
        elements.push(Entry { name: from..text.len(), value: text.len()..text.len(), end: 0 });
        Ok(())
    }

    fn end(&mut self) {
        let count = self.document.elements.len();
        let ended = self.open.pop().and_then(|at| self.document.elements.get_mut(at));
        if let Some(entry) = ended {
            entry.end = count;
        }
    }

    /// Text counts only in an element that has none inside; around others it is layout.
    fn say(&mut self, piece: &str) -> Result<(), ParseXmlError> {
        let Document { text, elements } = &mut self.document;
        let Some(&at) = self.open.last() else {
            return if piece.trim_ascii().is_empty() { Ok(()) } else { Err(ParseXmlError::Root) };
        };
        if at + 1 == elements.len()
            && let Some(entry) = elements.get_mut(at)
        {
            text.push_str(piece);
            entry.value.end = text.len();
        }
        Ok(())
    }
}

/// The entities that every document has.
fn named(reference: &str) -> Option<char> {
    match reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}
