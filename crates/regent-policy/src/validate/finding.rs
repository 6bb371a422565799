//! Findings, and the places they are about.

use core::fmt;

use super::issue::{FindingType, IssueCode};
use crate::span::Span;

/// One thing to look at in a policy.
///
/// AWS: IAM Access Analyzer API reference, `ValidatePolicyFinding`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub(super) code: IssueCode,
    pub(super) details: String,
    pub(super) locations: Vec<Location>,
}

impl Finding {
    /// What it is about.
    pub fn code(&self) -> IssueCode {
        self.code
    }

    /// How grave it is; its code settles that.
    pub fn finding_type(&self) -> FindingType {
        self.code.finding_type()
    }

    /// What is wrong here, and what to write instead.
    ///
    /// The words are ours. Clients of AWS rely on the code; the text is for people.
    pub fn details(&self) -> &str {
        &self.details
    }

    /// Where AWS describes the check.
    pub fn learn_more(&self) -> String {
        let kind = match self.finding_type() {
            FindingType::Error => "error",
            FindingType::SecurityWarning => "security-warning",
            FindingType::Warning => "general-warning",
            FindingType::Suggestion => "suggestion",
        };
        let check = self.code.as_str().to_ascii_lowercase().replace('_', "-");
        format!(
            "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html\
             #access-analyzer-reference-policy-checks-{kind}-{check}"
        )
    }

    /// The places, in source order; at least one.
    pub fn locations(&self) -> &[Location] {
        &self.locations
    }

    /// The first place, which is what to show when there is room for one.
    pub fn span(&self) -> Span {
        self.locations.first().map(|location| location.bytes).unwrap_or_default()
    }
}

/// One place in a policy, told in three ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    pub(super) path: Vec<PathElement>,
    pub(super) start: Place,
    pub(super) end: Place,
    pub(super) bytes: Span,
}

impl Location {
    /// The way from the whole document to the place. Empty for the document itself.
    pub fn path(&self) -> &[PathElement] {
        &self.path
    }

    /// Where it begins.
    pub fn start(&self) -> Place {
        self.start
    }

    /// Where it ends; the character there is the first that does not belong to it.
    pub fn end(&self) -> Place {
        self.end
    }

    /// The same place in bytes, for whoever draws an excerpt.
    pub fn bytes(&self) -> Span {
        self.bytes
    }
}

/// One step on the way to a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathElement {
    /// An item of an array, counted from 0.
    Index(usize),
    /// The name of a member, and not its value.
    Key(String),
    /// Some characters of a string.
    Substring {
        /// The first, counted from 0.
        start: usize,
        /// How many.
        length: usize,
    },
    /// The value of a member.
    Value(String),
}

impl fmt::Display for PathElement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => write!(f, "{index}"),
            Self::Key(key) => write!(f, "#{key}"),
            Self::Substring { start, length } => write!(f, "[{start}+{length}]"),
            Self::Value(value) => f.write_str(value),
        }
    }
}

/// A place as Access Analyzer counts: lines from 1, columns and offsets from 0, all in characters.
///
/// Beware that columns count from 1 elsewhere ([`Position`](crate::Position)): IAM's simulator does it so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1.
    pub line: u32,
    /// The character within the line, from 0.
    pub column: u32,
    /// The character within the text, from 0.
    pub offset: u32,
}
