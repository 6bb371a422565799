//! `regent policy validate`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use regent_policy::PolicyKind;
use regent_policy::validate::{
    FindingType, Options, PolicyType, ValidatePolicyResourceType, Validation, validate,
};

use super::sources::Text;
use crate::cli::{Outcome, hand_out};
use crate::policy::excerpt::Colour;

mod annotation;
mod guess;
mod machine;
mod page;
mod sarif;

/// Look for what is wrong, risky or could be better in policies, as IAM Access Analyzer does, and for what IAM would refuse.
///
/// Exit status: 0 nothing of the grade of --fail-on, 3 findings of that grade or graver, 1 a file cannot be read, 2 the
/// arguments are not understood.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Validate {
    /// Files, and folders of files that end in `.json`; `-` is standard input
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    /// What the policies are for; guessed from each, and said, if left out
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// What a policy of kind resource is attached to, such as `AWS::S3::Bucket`
    #[arg(long, value_name = "TYPE", value_parser = resource_type, conflicts_with = "kind")]
    resource_type: Option<ValidatePolicyResourceType>,
    /// How the findings are told
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The mildest finding that makes the exit status 3
    #[arg(long, value_enum, default_value_t = Grade::Error, value_name = "GRADE")]
    fail_on: Grade,
}

/// What a policy is for, in the words of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// On a user, a group or a role
    Identity,
    /// On a resource: a bucket, a queue, a key
    Resource,
    /// On a role: who may assume it
    Trust,
    /// Service control policy
    Scp,
    /// Resource control policy
    Rcp,
    /// Passed when a session is made
    Session,
    /// Permissions boundary
    Boundary,
}

impl Kind {
    fn policy_kind(self) -> PolicyKind {
        match self {
            Self::Identity => PolicyKind::Identity,
            Self::Resource => PolicyKind::Resource,
            Self::Trust => PolicyKind::RoleTrust,
            Self::Scp => PolicyKind::ServiceControl,
            Self::Rcp => PolicyKind::ResourceControl,
            Self::Session => PolicyKind::Session,
            Self::Boundary => PolicyKind::PermissionsBoundary,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: each finding over the place it is about
    Text,
    /// Per file, what Access Analyzer's API would answer
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of a GitHub workflow
    Github,
}

/// A grade of findings, gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Grade {
    Error,
    SecurityWarning,
    Warning,
    Suggestion,
}

impl Grade {
    fn finding_type(self) -> FindingType {
        match self {
            Self::Error => FindingType::Error,
            Self::SecurityWarning => FindingType::SecurityWarning,
            Self::Warning => FindingType::Warning,
            Self::Suggestion => FindingType::Suggestion,
        }
    }
}

/// A file, what it was taken for, and what was found.
struct Looked {
    file: Text,
    kind: PolicyKind,
    is_guess: bool,
    validation: Validation,
}

impl Looked {
    /// Has it a finding of this grade or a graver one? A refusal is as grave as an error.
    fn is_as_grave_as(&self, grade: FindingType) -> bool {
        let mut findings = self.validation.findings().iter();
        self.validation.refusal().is_some() || findings.any(|finding| finding.finding_type() <= grade)
    }

    /// Who would not take the policy, and what it would say.
    fn refusal(&self) -> Option<String> {
        let refusal = self.validation.refusal()?;
        let (who, code) = match self.kind {
            PolicyKind::ServiceControl | PolicyKind::ResourceControl => {
                ("AWS Organizations would refuse to store it", "MalformedPolicyDocumentException")
            }
            PolicyKind::Session => ("STS would refuse it", "MalformedPolicyDocument"),
            PolicyKind::Resource | PolicyKind::Endpoint => {
                ("by IAM's rules it would be refused", "MalformedPolicyDocument")
            }
            PolicyKind::Identity | PolicyKind::PermissionsBoundary | PolicyKind::RoleTrust => {
                ("IAM would refuse to store it", "MalformedPolicyDocument")
            }
        };
        Some(format!("{who}: {code}: {}", refusal.message()))
    }
}

impl Validate {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let files = Text::read_all(&self.paths)?;
        let looked: Vec<Looked> = files.into_iter().map(|file| self.look(file)).collect();
        let told = match self.format {
            Format::Text => page::page(&looked, Colour::of_stdout()),
            Format::Json => machine::answer(&looked)?,
            Format::Sarif => sarif::log(&looked)?,
            Format::Github => looked.iter().flat_map(annotation::annotations).collect::<Vec<_>>().join("\n"),
        };
        if !told.is_empty() {
            hand_out(&told)?;
        }
        let grade = self.fail_on.finding_type();
        let has_failed = looked.iter().any(|looked| looked.is_as_grave_as(grade));
        Ok(if has_failed { Outcome::No } else { Outcome::Done })
    }

    fn look(&self, file: Text) -> Looked {
        let told = self.kind.map(Kind::policy_kind);
        let options = match self.resource_type {
            Some(resource_type) => Options::new(PolicyType::Resource, Some(resource_type)),
            None => Options::of(told.unwrap_or_else(|| guess::kind(&file.text))),
        };
        let is_guess = told.is_none() && self.resource_type.is_none();
        let validation = validate(&file.text, &options);
        Looked { file, kind: options.kind(), is_guess, validation }
    }
}

fn resource_type(name: &str) -> Result<ValidatePolicyResourceType, String> {
    let known = ValidatePolicyResourceType::ALL;
    known.into_iter().find(|known| known.as_str() == name).ok_or_else(|| {
        let names = known.map(|known| format!("`{}`", known.as_str()));
        format!("expected one of {}", names.join(", "))
    })
}
