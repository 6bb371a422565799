//! The parameters of a Query request.

use std::fmt;
use std::ops::Range;

use crate::fault::Fault;
use crate::protocol::query::Fields;

/// The decoded parameters of a query string and a form body, sorted by name.
///
/// All texts lie in one allocation, in the form `name=value&`. The separators keep a multi-byte character
/// from being assembled out of the end of one text and the beginning of the next.
///
/// A form may hold a password, so `Debug` tells how many parameters there are and nothing of them.
pub struct Form {
    text: String,
    parameters: Vec<Parameter>,
}

/// Where a parameter's name and value lie in the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parameter {
    name: Span,
    value: Span,
}

#[derive(Debug, Clone, Copy)]
struct Span {
    start: u32,
    end: u32,
}

/// What a form may cost. Whatever breaks a limit is refused before anything is sorted.
#[derive(Debug, Clone, Copy)]
pub struct FormLimits {
    /// The size of query string and body together, as sent.
    pub bytes: usize,
    /// The number of parameters.
    pub parameters: usize,
    /// The length of a name, decoded.
    pub name_bytes: usize,
    /// The number of a name's parts, between dots.
    pub depth: usize,
}

impl Default for FormLimits {
    fn default() -> Self {
        Self { bytes: 1024 * 1024, parameters: 10_000, name_bytes: 512, depth: 32 }
    }
}

/// Why a form cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseFormError {
    /// It is larger than permitted.
    #[error("expected at most {0} bytes")]
    TooLarge(usize),
    /// It has more parameters than permitted.
    #[error("expected at most {0} parameters")]
    TooMany(usize),
    /// A name is longer than permitted.
    #[error("expected names of at most {0} bytes")]
    LongName(usize),
    /// A name has more parts than permitted.
    #[error("expected names of at most {0} parts")]
    DeepName(usize),
    /// It ends within an escape.
    #[error("expected two digits after the last `%`")]
    IncompleteEscape,
    /// An escape is not hexadecimal.
    #[error("expected two hexadecimal digits after `%`, found `{0}`")]
    IllegalEscape(String),
    /// It does not decode to UTF-8.
    #[error("expected UTF-8")]
    Encoding,
    /// A parameter is there twice. Two readers could see two different requests.
    #[error("expected every parameter once, found `{0}` again")]
    Duplicate(String),
}

impl Form {
    /// Reads the parameters of the query string and of the body. Either may be empty, and both count
    /// alike: a request may name its `Action` in the one and its parameters in the other.
    pub fn parse(query: &[u8], body: &[u8], limits: &FormLimits) -> Result<Self, ParseFormError> {
        let form = Self::parse_repeated(query, body, limits)?;
        let mut names = form.parameters.iter().map(|parameter| form.bytes(parameter.name));
        let mut previous = names.next();
        for name in names {
            if previous == Some(name) {
                return Err(ParseFormError::Duplicate(String::from_utf8_lossy(name).into_owned()));
            }
            previous = Some(name);
        }
        Ok(form)
    }

    /// Likewise, but a parameter may come several times: REST repeats the name of a list.
    pub(in crate::protocol) fn parse_repeated(
        query: &[u8],
        body: &[u8],
        limits: &FormLimits,
    ) -> Result<Self, ParseFormError> {
        let size = query.len().saturating_add(body.len());
        if size > limits.bytes || u32::try_from(size).is_err() {
            return Err(ParseFormError::TooLarge(limits.bytes));
        }
        let mut reader =
            Reader { text: Vec::with_capacity(size + 4), parameters: Vec::with_capacity(16), limits };
        reader.read(query)?;
        reader.read(body)?;
        let Reader { text, mut parameters, .. } = reader;
        let text = String::from_utf8(text).map_err(|_| ParseFormError::Encoding)?;
        parameters.sort_by(|a, b| slice(text.as_bytes(), a.name).cmp(slice(text.as_bytes(), b.name)));
        Ok(Self { text, parameters })
    }

    /// All of it, as the place where a shape begins to read.
    pub fn fields(&self) -> Fields<'_> {
        Fields::all(self)
    }

    /// A parameter's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        let at = self
            .parameters
            .binary_search_by(|parameter| self.bytes(parameter.name).cmp(name.as_bytes()))
            .ok()?;
        self.parameters.get(at).map(|parameter| self.value(*parameter))
    }

    /// The operation that the form names, and the interface version it means.
    ///
    /// Who names no version is told so in the words AWS has for that, once the operation is not found.
    pub fn operation(&self) -> Result<(&str, &str), Fault> {
        let action =
            self.get("Action").filter(|action| !action.is_empty()).ok_or_else(Fault::missing_action)?;
        Ok((action, self.get("Version").unwrap_or("NO_VERSION_SPECIFIED")))
    }

    /// Names and values, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters.iter().map(|parameter| (self.text(parameter.name), self.text(parameter.value)))
    }

    pub(super) fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// What of a name lies behind its first `skip` bytes.
    pub(super) fn rest_of_name(&self, parameter: Parameter, skip: usize) -> &[u8] {
        let Range { start, end } = parameter.name.range();
        self.text.as_bytes().get(start + skip..end).unwrap_or_default()
    }

    pub(super) fn value(&self, parameter: Parameter) -> &str {
        self.text(parameter.value)
    }

    fn text(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    fn bytes(&self, span: Span) -> &[u8] {
        slice(self.text.as_bytes(), span)
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Form({} parameters)", self.parameters.len())
    }
}

impl Span {
    fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

fn slice(text: &[u8], span: Span) -> &[u8] {
    text.get(span.range()).unwrap_or_default()
}

/// Decodes into one text and notes where things are, looking at every byte once.
struct Reader<'a> {
    text: Vec<u8>,
    parameters: Vec<Parameter>,
    limits: &'a FormLimits,
}

impl Reader<'_> {
    fn read(&mut self, encoded: &[u8]) -> Result<(), ParseFormError> {
        let mut rest = encoded;
        while !rest.is_empty() {
            let start = self.here();
            let mut name = None;
            rest = self.parameter(rest, start, &mut name)?;
            let end = self.here();
            if start == end {
                continue;
            }
            // A parameter without an equals sign is a name with an empty value.
            let name = match name {
                Some(name) => name,
                None => self.name(start)?,
            };
            if self.parameters.len() >= self.limits.parameters {
                return Err(ParseFormError::TooMany(self.limits.parameters));
            }
            let value = Span { start: name.end + 1, end: self.here() };
            self.parameters.push(Parameter { name, value });
            self.text.push(b'&');
        }
        Ok(())
    }

    /// Decodes one parameter and returns what lies behind its `&`.
    fn parameter<'e>(
        &mut self,
        encoded: &'e [u8],
        start: u32,
        name: &mut Option<Span>,
    ) -> Result<&'e [u8], ParseFormError> {
        let mut rest = encoded;
        loop {
            let plain = rest.iter().position(|&byte| matches!(byte, b'&' | b'=' | b'%' | b'+'));
            let (plain, special) = rest.split_at_checked(plain.unwrap_or(rest.len())).unwrap_or((rest, &[]));
            self.text.extend_from_slice(plain);
            rest = match special {
                [] => return Ok(special),
                [b'&', rest @ ..] => return Ok(rest),
                [b'=', rest @ ..] => {
                    match name {
                        Some(_) => self.text.push(b'='),
                        None => *name = Some(self.name(start)?),
                    }
                    rest
                }
                [b'%', high, low, rest @ ..] if !matches!((high, low), (b'&', _) | (_, b'&')) => {
                    self.text.push(escaped(*high, *low)?);
                    rest
                }
                [b'%', ..] => return Err(ParseFormError::IncompleteEscape),
                [_plus, rest @ ..] => {
                    self.text.push(b' ');
                    rest
                }
            };
        }
    }

    /// Ends the name that begins at `start`.
    fn name(&mut self, start: u32) -> Result<Span, ParseFormError> {
        let span = Span { start, end: self.here() };
        let name = slice(&self.text, span);
        if name.len() > self.limits.name_bytes {
            return Err(ParseFormError::LongName(self.limits.name_bytes));
        }
        if name.split(|&byte| byte == b'.').count() > self.limits.depth {
            return Err(ParseFormError::DeepName(self.limits.depth));
        }
        self.text.push(b'=');
        Ok(span)
    }

    /// The length so far. It fits: decoding never lengthens by more than a separator, and the size was
    /// checked.
    fn here(&self) -> u32 {
        u32::try_from(self.text.len()).unwrap_or(u32::MAX)
    }
}

fn escaped(high: u8, low: u8) -> Result<u8, ParseFormError> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    if let (Some(high), Some(low)) = (digit(high), digit(low)) {
        return Ok(high << 4 | low);
    }
    let found = [b'%', high, low].map(|byte| if byte.is_ascii_graphic() { char::from(byte) } else { '?' });
    Err(ParseFormError::IllegalEscape(found.iter().collect()))
}

impl From<ParseFormError> for Fault {
    fn from(error: ParseFormError) -> Self {
        match error {
            ParseFormError::TooLarge(limit) => Self::request_too_large(limit),
            ParseFormError::IncompleteEscape => {
                Self::malformed_query_string("Incomplete trailing escape % sequence")
            }
            ParseFormError::IllegalEscape(found) => {
                Self::malformed_query_string(format!("Illegal hex characters in escape % pattern: {found}"))
            }
            // CHOICE: AWS's answers to the following are unknown; a parameter given twice has no meaning to
            // guess at.
            ParseFormError::Encoding => Self::malformed_query_string("The request is not valid UTF-8."),
            ParseFormError::TooMany(limit) => {
                Self::malformed_query_string(format!("The request has more than {limit} parameters."))
            }
            ParseFormError::LongName(limit) => {
                Self::malformed_query_string(format!("A parameter name is longer than {limit} bytes."))
            }
            ParseFormError::DeepName(limit) => {
                Self::malformed_query_string(format!("A parameter name has more than {limit} parts."))
            }
            ParseFormError::Duplicate(name) => {
                Self::malformed_query_string(format!("The parameter {name} is given more than once."))
            }
        }
    }
}
