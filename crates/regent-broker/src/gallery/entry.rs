//! One entry, read from its file.

use std::collections::BTreeSet;

use regent_policy::format::{Style, format};
use regent_policy::{ParsePolicyError, PolicyKind, Position};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::fill::{self, FillError, Filled, Values};
use super::variable::{PARTITION, Piece, Variable, is_name, pieces};
use crate::PrincipalType;

/// What an entry's policy is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// A connector's inline policy. It can only narrow what the base allows.
    Session,
    /// For the user or role that an account's credentials belong to.
    BaseKey,
    /// For the role that a connector assumes: who may.
    Trust,
    /// The ARN of a managed policy, for a connector's list of such.
    Managed,
}

impl EntryKind {
    /// The kind of policy, as the engine tells them apart; none for an ARN.
    pub const fn policy_kind(self) -> Option<PolicyKind> {
        match self {
            Self::Session => Some(PolicyKind::Session),
            Self::BaseKey => Some(PolicyKind::Identity),
            Self::Trust => Some(PolicyKind::RoleTrust),
            Self::Managed => None,
        }
    }
}

/// A policy to start from.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its name in addresses: letters, digits and hyphens.
    pub id: String,
    /// What it does, in a few words.
    pub title: String,
    /// The same for whoever does not read policies.
    pub explanation: String,
    /// Words to look it up by.
    pub tags: Vec<String>,
    /// What its policy is for.
    pub kind: EntryKind,
    /// The connectors that it is of use to.
    pub works_with: Vec<PrincipalType>,
    /// The blanks, in the order in which to ask for them.
    pub variables: Vec<Variable>,
    /// What to know before using it.
    pub notes: Vec<String>,
    pub(super) content: Content,
    text: String,
}

/// What is filled in.
#[derive(Debug, Clone)]
pub(super) enum Content {
    Policy(Value),
    ManagedPolicy(String),
}

/// The file of an entry.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File<'a> {
    title: String,
    explanation: String,
    tags: Vec<String>,
    kind: EntryKind,
    works_with: Vec<PrincipalType>,
    #[serde(default)]
    variables: Vec<Variable>,
    #[serde(default)]
    notes: Vec<String>,
    #[serde(borrow, default)]
    policy: Option<&'a RawValue>,
    #[serde(default)]
    policy_arn: Option<String>,
}

/// Why a file is no entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// Not JSON, or not the members of an entry.
    #[error("{0}")]
    Json(String),
    /// The policy is not one, whatever is filled in.
    #[error("its `policy` is none: line {}, column {}", position.line, position.column)]
    Policy {
        /// Where in the file.
        position: Position,
        /// What is wrong with it.
        source: ParsePolicyError,
    },
    /// The member for what the kind says is missing, or there are two.
    #[error("expected `policy_arn` for the kind `managed` and `policy` for any other, and not both")]
    Content,
    /// A title, an explanation or the principal types are missing.
    #[error("expected `{0}` not to be empty")]
    Empty(&'static str),
    /// A blank's name is not one, or two share it.
    #[error("`{0}` names no variable of its own: expected 1 to 32 of `a-z` and `_`, each name once")]
    Name(String),
    /// The policy has a blank that is not declared.
    #[error("the policy has the blank `{{{{{0}}}}}`, which is not among `variables`")]
    Undeclared(String),
    /// A blank is in the name of a member, which is never filled.
    #[error("`{0}` is the name of a member: expected blanks in values alone")]
    InName(String),
    /// A blank is declared, and the policy has none.
    #[error("the variable `{0}` is not used in the policy")]
    Unused(String),
    /// A blank that may stay empty is not in a condition's value.
    #[error("the optional variable `{0}` must be a value of a condition: that is what can be left out")]
    Optional(String),
    /// Two blanks in one text take several values.
    #[error("in `{0}` more than one variable takes several values: expected at most one")]
    Many(String),
    /// Filled with its examples it is no policy.
    #[error("its examples do not make a policy")]
    Examples(#[from] FillError),
}

impl Entry {
    /// Reads the file of an entry, and tries it with its examples.
    pub(super) fn read(id: &str, text: &str) -> Result<Self, EntryError> {
        let file: File<'_> =
            serde_json::from_str(text).map_err(|error| EntryError::Json(error.to_string()))?;
        for (name, is_empty) in [
            ("title", file.title.trim().is_empty()),
            ("explanation", file.explanation.trim().is_empty()),
            ("works_with", file.works_with.is_empty()),
        ] {
            if is_empty {
                return Err(EntryError::Empty(name));
            }
        }
        let is_arn = file.kind == EntryKind::Managed;
        let (content, laid_out) = match (file.policy, file.policy_arn) {
            (Some(policy), None) if !is_arn => {
                // The engine's reader refuses what is there twice, of which the other one takes the last.
                let laid_out = format(policy.get(), Style::default()).map_err(|source| {
                    EntryError::Policy { position: place(text, policy, &source), source }
                })?;
                let value = serde_json::from_str(policy.get())
                    .map_err(|error| EntryError::Json(error.to_string()))?;
                (Content::Policy(value), laid_out)
            }
            (None, Some(arn)) if is_arn => (Content::ManagedPolicy(arn.clone()), arn),
            (Some(_) | None, Some(_) | None) => return Err(EntryError::Content),
        };
        let variables = variables(file.variables, &content)?;
        let entry = Self {
            id: id.to_owned(),
            title: file.title,
            explanation: file.explanation,
            tags: file.tags,
            kind: file.kind,
            works_with: file.works_with,
            variables,
            notes: file.notes,
            content,
            text: laid_out,
        };
        entry.fill(&entry.examples())?;
        Ok(entry)
    }

    /// The policy laid out, or the ARN, with its blanks.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What its blanks are filled with for an example.
    pub fn examples(&self) -> Values {
        self.variables.iter().map(|variable| (variable.name.clone(), variable.examples.clone())).collect()
    }

    /// Fills the blanks: a policy that IAM or STS takes, or the ARN of a managed one.
    ///
    /// Blanks that may stay empty may be left out of `values`, and so may the partition.
    pub fn fill(&self, values: &Values) -> Result<Filled, FillError> {
        fill::fill(self, values)
    }
}

/// Where in a file its policy stops being one.
fn place(file: &str, policy: &RawValue, error: &ParsePolicyError) -> Position {
    let before = policy.get().as_ptr().addr().saturating_sub(file.as_ptr().addr());
    let before = u32::try_from(before).unwrap_or(u32::MAX);
    Position::of(file, before.saturating_add(error.span().start))
}

/// Holds the declared blanks against those that are there, and adds the one that needs no declaration.
fn variables(declared: Vec<Variable>, content: &Content) -> Result<Vec<Variable>, EntryError> {
    let mut names = BTreeSet::new();
    for variable in &declared {
        if !is_name(&variable.name) || variable.name == PARTITION || !names.insert(variable.name.as_str()) {
            return Err(EntryError::Name(variable.name.clone()));
        }
    }
    let mut uses = Uses { declared: &declared, used: BTreeSet::new() };
    match content {
        Content::Policy(policy) => uses.value(policy, Place::Elsewhere)?,
        Content::ManagedPolicy(arn) => uses.text(arn, Place::Elsewhere)?,
    }
    let used = uses.used;
    if let Some(unused) = declared.iter().find(|variable| !used.contains(variable.name.as_str())) {
        return Err(EntryError::Unused(unused.name.clone()));
    }
    let partition = used.contains(PARTITION).then(Variable::partition);
    Ok(declared.into_iter().chain(partition).collect())
}

/// Where in a policy a text stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Condition,
    Elsewhere,
}

/// Which blanks are used, and whether each is where it may be.
struct Uses<'a> {
    declared: &'a [Variable],
    used: BTreeSet<String>,
}

impl Uses<'_> {
    fn value(&mut self, value: &Value, place: Place) -> Result<(), EntryError> {
        match value {
            Value::String(text) => self.text(text, place),
            Value::Array(items) => items.iter().try_for_each(|item| self.value(item, place)),
            Value::Object(members) => members.iter().try_for_each(|(name, member)| {
                if !blanks(name).is_empty() {
                    return Err(EntryError::InName(name.clone()));
                }
                let place = if name == "Condition" { Place::Condition } else { place };
                self.value(member, place)
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
        }
    }

    fn text(&mut self, text: &str, place: Place) -> Result<(), EntryError> {
        let mut lists = 0;
        for name in blanks(text) {
            self.used.insert(name.to_owned());
            if name == PARTITION {
                continue;
            }
            let declared = self.declared.iter().find(|variable| variable.name == name);
            let variable = declared.ok_or_else(|| EntryError::Undeclared(name.to_owned()))?;
            if variable.optional && place != Place::Condition {
                return Err(EntryError::Optional(name.to_owned()));
            }
            lists += usize::from(variable.many);
        }
        if lists > 1 { Err(EntryError::Many(text.to_owned())) } else { Ok(()) }
    }
}

/// The names of a text's blanks.
fn blanks(text: &str) -> Vec<&str> {
    let mut blanks = Vec::new();
    pieces(text, &mut |piece| match piece {
        Piece::Blank(name) => blanks.push(name),
        Piece::Text(_) => {}
    });
    blanks
}

/// Is it an entry's id?
pub(super) fn is_slug(id: &str) -> bool {
    let is_taken = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (2..=64).contains(&id.len()) && id.bytes().all(is_taken)
}
