//! Filling an entry's blanks.

use std::collections::BTreeMap;

use regent_policy::format::{Style, format};
use regent_policy::{ParsePolicyError, PolicyKind, Refusal, admit_in};
use serde_json::{Map, Value};

use super::entry::{Content, Entry};
use super::pattern::Pattern;
use super::variable::{PARTITION, Piece, Variable, pieces};
use crate::template::{ParseTemplateError, Template, TemplatePurpose, sampled};

/// What blanks are filled with, by their names.
pub type Values = BTreeMap<String, Vec<String>>;

/// The most values of one blank.
const MAX_VALUES: usize = 50;
/// The longest policy that STS takes with a session, in characters.
///
/// AWS: STS API reference, `AssumeRole`, `Policy`.
const MAX_SESSION_CHARACTERS: usize = 2_048;

/// An entry without blanks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filled {
    /// A policy, laid out.
    Policy(String),
    /// The ARN of a managed policy.
    ManagedPolicy(String),
}

/// Why an entry is not filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    /// The entry has no such blank.
    #[error("the entry has no variable `{0}`")]
    Unknown(String),
    /// A blank was left empty.
    #[error("expected a value for `{name}`: {what}")]
    Missing {
        /// The blank.
        name: String,
        /// What to fill in.
        what: String,
    },
    /// More values than the blank takes.
    #[error("`{name}` takes {most} value(s), not {given}")]
    TooMany {
        /// The blank.
        name: String,
        /// How many it takes.
        most: usize,
        /// How many there are.
        given: usize,
    },
    /// A value that does not look like one.
    #[error("`{value}` is no value for `{name}`: expected {}", pattern.expected())]
    Malformed {
        /// The blank.
        name: String,
        /// The value.
        value: String,
        /// What values look like.
        pattern: Pattern,
    },
    /// What came out is no policy.
    #[error("what comes out is no policy")]
    Parse(#[from] ParsePolicyError),
    /// What came out would not be stored.
    #[error("what comes out is not taken")]
    Refused(#[from] Refusal),
    /// What came out has variables of Regent that it cannot have.
    #[error("what comes out is no template of a policy")]
    Template(#[from] ParseTemplateError),
    /// What came out is too long for a session.
    #[error("the policy has {0} characters and a session takes {MAX_SESSION_CHARACTERS}: give fewer values")]
    TooLong(usize),
}

pub(super) fn fill(entry: &Entry, values: &Values) -> Result<Filled, FillError> {
    let blanks = Blanks::new(&entry.variables, values)?;
    let policy = match &entry.content {
        Content::ManagedPolicy(arn) => {
            let arn = blanks.texts(arn).and_then(|texts| texts.into_iter().next()).unwrap_or_default();
            return Ok(Filled::ManagedPolicy(arn));
        }
        Content::Policy(policy) => policy,
    };
    let filled = blanks.value(policy).unwrap_or(Value::Null).to_string();
    let text = format(&filled, Style::default())?;
    let kind = entry.kind.policy_kind().unwrap_or(PolicyKind::Session);
    if kind == PolicyKind::Session {
        Template::parse(&text, TemplatePurpose::Policy)?;
    }
    admit_in(&sampled(&text), kind, blanks.partition())?;
    let characters = text.chars().count();
    if kind == PolicyKind::Session && characters > MAX_SESSION_CHARACTERS {
        return Err(FillError::TooLong(characters));
    }
    Ok(Filled::Policy(text))
}

/// Values that have been looked at, by the names of their blanks. `None` leaves a condition out.
struct Blanks<'a>(BTreeMap<&'a str, Option<Vec<&'a str>>>);

impl<'a> Blanks<'a> {
    fn new(variables: &'a [Variable], values: &'a Values) -> Result<Self, FillError> {
        let is_known = |name: &str| variables.iter().any(|variable| variable.name == name);
        if let Some(unknown) = values.keys().find(|name| !is_known(name)) {
            return Err(FillError::Unknown(unknown.clone()));
        }
        let read = |variable: &'a Variable| Ok((variable.name.as_str(), looked_at(variable, values)?));
        variables.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    fn partition(&self) -> &str {
        let partition = self.0.get(PARTITION).and_then(Option::as_ref).and_then(|values| values.first());
        partition.copied().unwrap_or("aws")
    }

    /// A value without blanks; none, if it was to be left out. This recurses, as deep as the reader lets a text nest.
    fn value(&self, value: &Value) -> Option<Value> {
        match value {
            Value::String(text) => {
                let texts = self.texts(text)?;
                let mut texts = texts.into_iter().map(Value::String);
                if texts.len() == 1 { texts.next() } else { Some(Value::Array(texts.collect())) }
            }
            Value::Array(items) => {
                let filled: Vec<Value> = items.iter().flat_map(|item| self.items(item)).collect();
                (!filled.is_empty() || items.is_empty()).then_some(Value::Array(filled))
            }
            Value::Object(members) => {
                let fill = |(name, member): (&String, &Value)| Some((name.clone(), self.value(member)?));
                let filled: Map<String, Value> = members.iter().filter_map(fill).collect();
                (!filled.is_empty() || members.is_empty()).then_some(Value::Object(filled))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => Some(value.clone()),
        }
    }

    /// What an item of a list becomes: several items, where a blank has several values.
    fn items(&self, item: &Value) -> Vec<Value> {
        match item {
            Value::String(text) => {
                self.texts(text).unwrap_or_default().into_iter().map(Value::String).collect()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                self.value(item).into_iter().collect()
            }
        }
    }

    /// A text without blanks, once for each value; none, if one of its blanks stays empty.
    fn texts(&self, text: &str) -> Option<Vec<String>> {
        let mut filled = Some(vec![String::new()]);
        pieces(text, &mut |piece| {
            let Some(texts) = filled.take() else { return };
            filled = match piece {
                Piece::Text(text) => Some(joined(&texts, &[text])),
                // INVARIANT: every blank of the entry is declared, and so it is here.
                Piece::Blank(name) => {
                    let values = self.0.get(name).and_then(Option::as_deref);
                    values.map(|values| joined(&texts, values))
                }
            };
        });
        filled
    }
}

/// Every text with every value behind it.
fn joined(texts: &[String], values: &[&str]) -> Vec<String> {
    texts.iter().flat_map(|text| values.iter().map(move |value| format!("{text}{value}"))).collect()
}

/// The values for a blank; none, if it stays empty.
fn looked_at<'a>(variable: &'a Variable, values: &'a Values) -> Result<Option<Vec<&'a str>>, FillError> {
    let name = || variable.name.clone();
    let given: Vec<&str> = match values.get(&variable.name) {
        Some(given) if !given.is_empty() => given.iter().map(String::as_str).collect(),
        Some(_) | None => match variable.default_value() {
            Some(default) => vec![default],
            None if variable.optional => return Ok(None),
            None => return Err(FillError::Missing { name: name(), what: variable.what.clone() }),
        },
    };
    let most = if variable.many { MAX_VALUES } else { 1 };
    if given.len() > most {
        return Err(FillError::TooMany { name: name(), most, given: given.len() });
    }
    match given.iter().find(|value| !variable.pattern.takes(value)) {
        None => Ok(Some(given)),
        Some(value) => {
            let value = (*value).to_owned();
            Err(FillError::Malformed { name: name(), value, pattern: variable.pattern })
        }
    }
}
