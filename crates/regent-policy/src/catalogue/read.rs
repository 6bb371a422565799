//! Reading a catalogue.
//!
//! It is a text of lines, compressed with gzip; `zcat` shows it. Fields have tabs between, lists of numbers have spaces. Names are
//! in order, without regard to case:
//!
//! ```text
//! regent-catalogue  1
//! source   package  version  date
//! counts   services  actions  types  keys
//! key      name  type  reach                      all keys; their place is their number
//! service  prefix  title  rcp or nothing  keys    then its types and actions
//! type     name  ARNs with spaces between  keys   its place within the service is its number
//! action   name  level  keys  use…                a use: the type's number, `*` if required, keys
//! ```

use std::io::Read as _;

use flate2::read::GzDecoder;
use thiserror::Error;

use super::condition_key::{self, KeyType, Reach};
use super::{AccessLevel, Catalogue, action, compare, resource_type, service};
use crate::span::Span;

/// Bound on the unpacked text, in bytes: many times what AWS has.
const LONGEST: u64 = 16 << 20;

/// Why bytes are no catalogue.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReadCatalogueError {
    /// They do not unpack.
    #[error("expected a catalogue compressed with gzip")]
    NotPacked(#[source] std::io::Error),
    /// There is more than any catalogue has.
    #[error("expected a catalogue of at most {LONGEST} bytes when unpacked")]
    TooLong,
    /// The unpacked bytes are not text.
    #[error("expected text in UTF-8")]
    NotText,
    /// It is something else, or of a version that this build does not know.
    #[error("expected a first line `regent-catalogue` with the version 1")]
    UnknownForm,
    /// A line makes no sense.
    #[error("line {line} of the catalogue is damaged: expected {expected}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What should have been there.
        expected: &'static str,
    },
    /// There are not as many things as the catalogue itself says; it was cut short.
    #[error("expected as many services, actions, resource types and keys as the catalogue says it has")]
    Incomplete,
}

pub(super) fn catalogue(packed: &[u8]) -> Result<Catalogue, ReadCatalogueError> {
    let mut plain = Vec::new();
    let read = GzDecoder::new(packed).take(LONGEST + 1).read_to_end(&mut plain);
    read.map_err(ReadCatalogueError::NotPacked)?;
    if plain.len() as u64 > LONGEST {
        return Err(ReadCatalogueError::TooLong);
    }
    let text = String::from_utf8(plain).map_err(|_| ReadCatalogueError::NotText)?;
    let mut reader = Reader { text: &text, found: Catalogue::default(), counts: [0; 4] };
    let mut start = 0;
    for (number, line) in text.split('\n').enumerate() {
        let fields = Fields { text: &text, rest: Some(Span::new(start, start + line.len())) };
        start += line.len() + 1;
        if number == 0 && line != "regent-catalogue\t1" {
            return Err(ReadCatalogueError::UnknownForm);
        }
        if number > 0 && !line.is_empty() {
            let read = reader.line(fields);
            read.map_err(|expected| ReadCatalogueError::Line { line: number + 1, expected })?;
        }
    }
    let mut found = reader.complete()?;
    found.text = text;
    Ok(found)
}

/// What a line lacks.
type Expected = &'static str;

struct Reader<'t> {
    text: &'t str,
    found: Catalogue,
    counts: [usize; 4],
}

impl Reader<'_> {
    fn line(&mut self, mut fields: Fields<'_>) -> Result<(), Expected> {
        match fields.text_of("a word in front")? {
            "action" => self.action(&mut fields),
            "type" => self.resource_type(&mut fields),
            "service" => self.service(&mut fields),
            "key" => self.key(&mut fields),
            "source" => {
                fields.span("a package")?;
                self.found.version = fields.span("a version")?;
                self.found.date = fields.span("a date")?;
                Ok(())
            }
            "counts" => {
                for count in &mut self.counts {
                    *count = number(fields.text_of("a count")?)?;
                }
                Ok(())
            }
            _ => Err("`key`, `service`, `type` or `action`"),
        }
    }

    fn key(&mut self, fields: &mut Fields<'_>) -> Result<(), Expected> {
        let name = self.next_name(fields, self.found.keys.last().map(|row| row.name))?;
        let key_type = fields.text_of("a type")?;
        let (key_type, is_multivalued) = match key_type.strip_prefix("ArrayOf") {
            Some(member) => (member, true),
            None => (key_type, false),
        };
        let key_type = KeyType::read(key_type).ok_or("a known type")?;
        let reach = match fields.text_of("a reach")? {
            "" => Reach::Service,
            "global" => Reach::Global,
            "federation" => Reach::Federation,
            _ => return Err("`global`, `federation` or nothing"),
        };
        if condition_key::split(name.of(self.text)).is_some() {
            let number = u16::try_from(self.found.keys.len()).map_err(|_| "fewer keys")?;
            self.found.templates.push(number);
        }
        self.found.keys.push(condition_key::Row { name, key_type, is_multivalued, reach });
        Ok(())
    }

    fn service(&mut self, fields: &mut Fields<'_>) -> Result<(), Expected> {
        let prefix = self.next_name(fields, self.found.services.last().map(|row| row.prefix))?;
        let title = fields.span("a title")?;
        let supports_rcps = match fields.text_of("`rcp` or nothing")? {
            "rcp" => true,
            "" => false,
            _ => return Err("`rcp` or nothing"),
        };
        let keys = self.keys(fields.text_of("keys")?)?;
        let (actions, types) = (self.found.actions.len(), self.found.resource_types.len());
        self.found.services.push(service::Row {
            prefix,
            title,
            supports_rcps,
            actions: Span::new(actions, actions),
            resource_types: Span::new(types, types),
            keys,
        });
        Ok(())
    }

    fn resource_type(&mut self, fields: &mut Fields<'_>) -> Result<(), Expected> {
        let service = self.found.services.last_mut().ok_or("a service first")?;
        let of_service = service.resource_types;
        if service.actions.start != service.actions.end {
            return Err("types before actions");
        }
        service.resource_types.end += 1;
        let previous = self.found.resource_types.last().filter(|_| of_service.start != of_service.end);
        let name = self.next_name(fields, previous.map(|row| row.name))?;
        let arns = fields.span("an ARN")?;
        let keys = self.keys(fields.text_of("keys")?)?;
        self.found.resource_types.push(resource_type::Row { name, arns, keys });
        Ok(())
    }

    fn action(&mut self, fields: &mut Fields<'_>) -> Result<(), Expected> {
        let service = self.found.services.last_mut().ok_or("a service first")?;
        let (of_service, types) = (service.actions, service.resource_types);
        service.actions.end += 1;
        let previous = self.found.actions.last().filter(|_| of_service.start != of_service.end);
        let name = self.next_name(fields, previous.map(|row| row.name))?;
        let access_level = match fields.text_of("an access level")? {
            "L" => AccessLevel::List,
            "R" => AccessLevel::Read,
            "W" => AccessLevel::Write,
            "T" => AccessLevel::Tagging,
            "P" => AccessLevel::PermissionsManagement,
            _ => return Err("`L`, `R`, `W`, `T` or `P`"),
        };
        let keys = self.keys(fields.text_of("keys")?)?;
        let first = self.found.uses.len();
        while let Ok(resource) = fields.text_of("a resource type") {
            self.resource_use(resource, types)?;
        }
        let uses = Span::new(first, self.found.uses.len());
        self.found.actions.push(action::Row { name, access_level, keys, uses });
        Ok(())
    }

    fn resource_use(&mut self, text: &str, types: Span) -> Result<(), Expected> {
        let (which, keys) = text.split_once(' ').unwrap_or((text, ""));
        let (which, is_required) = match which.strip_suffix('*') {
            Some(which) => (which, true),
            None => (which, false),
        };
        let resource_type = u32::try_from(number(which)?).ok().and_then(|at| types.start.checked_add(at));
        let resource_type = resource_type.filter(|at| *at < types.end).ok_or("a type of the service")?;
        let keys = self.keys(keys)?;
        self.found.uses.push(action::UseRow { resource_type, is_required, keys });
        Ok(())
    }

    /// A name that comes after the one before it.
    fn next_name(&self, fields: &mut Fields<'_>, previous: Option<Span>) -> Result<Span, Expected> {
        let name = fields.span("a name")?;
        if name.start == name.end {
            return Err("a name");
        }
        if previous.is_some_and(|previous| compare(previous.of(self.text), name.of(self.text)).is_ge()) {
            return Err("names in order, each once");
        }
        Ok(name)
    }

    /// A list of keys: a range of all that are listed.
    fn keys(&mut self, numbers: &str) -> Result<Span, Expected> {
        let listed = &mut self.found.listed;
        let first = listed.len();
        for text in numbers.split(' ').filter(|text| !text.is_empty()) {
            let key = number(text)?;
            if key >= self.found.keys.len() {
                return Err("the number of a key");
            }
            listed.push(u16::try_from(key).map_err(|_| "fewer keys")?);
        }
        Ok(Span::new(first, listed.len()))
    }

    fn complete(self) -> Result<Catalogue, ReadCatalogueError> {
        let found = self.found;
        let counts =
            [found.services.len(), found.actions.len(), found.resource_types.len(), found.keys.len()];
        if counts == self.counts { Ok(found) } else { Err(ReadCatalogueError::Incomplete) }
    }
}

/// What is left of a line.
struct Fields<'t> {
    text: &'t str,
    rest: Option<Span>,
}

impl<'t> Fields<'t> {
    fn span(&mut self, expected: Expected) -> Result<Span, Expected> {
        let rest = self.rest.ok_or(expected)?;
        let Some(tab) = rest.of(self.text).find('\t') else {
            self.rest = None;
            return Ok(rest);
        };
        let end = Span::new(rest.start as usize + tab, rest.end as usize).start;
        self.rest = Some(Span { start: end + 1, end: rest.end });
        Ok(Span { start: rest.start, end })
    }

    fn text_of(&mut self, expected: Expected) -> Result<&'t str, Expected> {
        self.span(expected).map(|span| span.of(self.text))
    }
}

fn number(text: &str) -> Result<usize, Expected> {
    text.parse().map_err(|_| "a number")
}
