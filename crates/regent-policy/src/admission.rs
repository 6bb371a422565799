//! What IAM refuses to store.
//!
//! IAM checks a document in stages and answers with the first stage that fails, each with one fixed text.
//! Clients show that text and tests compare it, so it is AWS's to the letter, and the order of the stages is
//! AWS's too. Beside it stands our own explanation, with the place: AWS's texts name neither the element nor
//! the line.
//!
//! What IAM does *not* refuse: actions and services that do not exist, condition keys nobody knows, statements
//! that can never apply, numbers and addresses that cannot be read.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use crate::document::{Document, Listed, Polarity, Version};
use crate::grammar::ParsePolicyError;
use crate::kind::PolicyKind;
use crate::operator::{Family, Spelling};
use crate::span::{Position, Span};

mod action;
mod principal;
mod resource;
mod statement;

const SYNTAX: &str = "Syntax errors in policy.";
const INVALID_JSON: &str = "This policy contains invalid Json";
const OLD_VERSION: &str = "Policy document must be version 2012-10-17 or greater.";
const LEGACY: &str = "The policy failed legacy parsing";
const REPEATED_SID: &str = "Statement IDs (SID) in a single policy must be unique.";
// CHOICE: quoted in public reports; neither its exact text nor its place in the order is recorded.
const SID_CHARACTERS: &str = "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*";
const NO_ACTIONS: &str = "Policy statement must contain actions.";
const NO_RESOURCES: &str = "Policy statement must contain resources.";
const NAMES_PRINCIPAL: &str = "Policy document should not specify a principal.";
const NO_PRINCIPAL: &str = "Missing required field Principal";
const EMPTY_PRINCIPAL: &str = "The passed in policy has a statement with no principals!";
const PROHIBITED_RESOURCE: &str = "Has prohibited field Resource";
const TRUST_ACTIONS: &str = "AssumeRole policy may only specify STS AssumeRole actions.";
// CHOICE: AWS Organizations has one text for whatever is wrong with a control policy.
const ORGANIZATIONS: &str =
    "The provided policy document does not meet the requirements of the specified policy type.";

/// Parses a document and checks everything that AWS checks before it stores a policy of this kind.
///
/// Two things are left to whoever stores it: the quotas (see [`counted_size`](crate::counted_size)) and whether
/// the principals exist (see [`Document::principals`]).
///
/// ```
/// use regent_policy::{PolicyKind, admit};
///
/// let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*"}}"#;
/// let refusal = admit(text, PolicyKind::Identity).unwrap_err();
/// assert_eq!(refusal.message(), "Policy statement must contain resources.");
/// assert_eq!(refusal.to_string(), "expected `Resource` or `NotResource`, not empty (line 1, column 40)");
/// ```
pub fn admit(text: &str, kind: PolicyKind) -> Result<Document, Refusal> {
    admit_in(text, kind, "aws")
}

/// The same, in a partition: resources may be of AWS's partitions and of this one, which need not be AWS's.
pub fn admit_in(text: &str, kind: PolicyKind, partition: &str) -> Result<Document, Refusal> {
    check(text, kind, partition).map_err(|refused| {
        let Refused { stage, message, explanation, span } = refused;
        let is_organizations = matches!(kind, PolicyKind::ServiceControl | PolicyKind::ResourceControl);
        let message = if is_organizations { Cow::Borrowed(ORGANIZATIONS) } else { message };
        Refusal { stage, message, explanation, span, position: Position::of(text, span.start) }
    })
}

/// Why a document is not stored: AWS's text for the client, and our own explanation for a person.
///
/// Its `Display` is the explanation. What goes over the wire as `MalformedPolicyDocument` is
/// [`Refusal::message`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    stage: Stage,
    message: Cow<'static, str>,
    explanation: String,
    span: Span,
    position: Position,
}

/// The stages of checking, in AWS's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// The text is no JSON, or holds characters that IAM's parameters do not take.
    Json,
    /// The JSON is no policy, or has elements that this kind of policy may not have.
    Grammar,
    /// The version is too old to be stored.
    Version,
    /// Values that AWS's older parser cannot read: effects in a wrong case, dates, ARNs.
    LegacyParsing,
    /// Statement names.
    Sid,
    /// Who is named, and whether anybody may be.
    Principal,
    /// A statement without actions.
    ActionPresence,
    /// A statement without resources.
    ResourcePresence,
    /// The form of a resource.
    ResourceForm,
    /// The form of an action.
    ActionForm,
}

impl Refusal {
    /// AWS's text, to the letter.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The stage that failed. Later ones were not looked at.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// The place, in bytes.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The place, as line and column.
    pub fn position(&self) -> Position {
        self.position
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column } = self.position;
        write!(f, "{} (line {line}, column {column})", self.explanation)
    }
}

impl Error for Refusal {}

/// A refusal in the making.
struct Refused {
    stage: Stage,
    message: Cow<'static, str>,
    explanation: String,
    span: Span,
}

impl Refused {
    fn new(
        stage: Stage,
        message: impl Into<Cow<'static, str>>,
        explanation: impl Into<String>,
        span: Span,
    ) -> Self {
        Self { stage, message: message.into(), explanation: explanation.into(), span }
    }
}

fn check(text: &str, kind: PolicyKind, partition: &str) -> Result<Document, Refused> {
    let is_trust = kind == PolicyKind::RoleTrust;
    check_characters(text)?;
    let document = Document::parse(text).map_err(|error| {
        let is_json = !matches!(error, ParsePolicyError::Json(_));
        let stage = if is_json { Stage::Grammar } else { Stage::Json };
        let message = if is_trust && !is_json { INVALID_JSON } else { SYNTAX };
        Refused::new(stage, message, error.to_string(), error.span())
    })?;
    check_operators(&document)?;
    for statement in document.statements() {
        statement::check_elements(kind, &statement)?;
    }
    check_version(kind, &document)?;
    check_legacy(&document)?;
    check_sids(kind, &document)?;
    // CHOICE: where among the stages AWS looks at principals is not recorded, but that it is before it misses
    // resources is.
    for statement in document.statements() {
        principal::check(kind, &statement)?;
    }
    for statement in document.statements() {
        statement::check_action_presence(&statement)?;
    }
    for statement in document.statements() {
        statement::check_resource_presence(kind, &statement)?;
    }
    for statement in document.statements() {
        resource::check_form(&statement, partition)?;
    }
    for statement in document.statements() {
        action::check_form(kind, &statement)?;
    }
    Ok(document)
}

/// Tab, line feed, carriage return and U+0020 to U+00FF: the pattern of IAM's document parameters.
fn check_characters(text: &str) -> Result<(), Refused> {
    let is_taken = |found: char| matches!(found, '\t' | '\n' | '\r' | ' '..='\u{FF}');
    match text.char_indices().find(|(_, found)| !is_taken(*found)) {
        None => Ok(()),
        Some((at, found)) => {
            let explanation =
                format!("the character `{}` is outside of what IAM takes", found.escape_unicode());
            Err(Refused::new(Stage::Json, SYNTAX, explanation, Span::new(at, at + found.len_utf8())))
        }
    }
}

fn check_operators(document: &Document) -> Result<(), Refused> {
    let mut conditions = document.statements().flat_map(|statement| statement.conditions());
    match conditions.find(|condition| condition.spelling() == Spelling::OtherCase) {
        None => Ok(()),
        Some(condition) => {
            let operator = condition.operator_element();
            let known = condition.operator().comparison.name();
            let explanation =
                format!("expected the operator `{}` to be written as `{known}` is", operator.value());
            Err(Refused::new(Stage::Grammar, SYNTAX, explanation, operator.span()))
        }
    }
}

/// Identity-based and organization policies must be written in the current language.
// CHOICE: a session policy may be old, as AWS's own examples for STS are; trust policies may be by the book.
fn check_version(kind: PolicyKind, document: &Document) -> Result<(), Refused> {
    let must_be_current = match kind {
        PolicyKind::Identity
        | PolicyKind::PermissionsBoundary
        | PolicyKind::ServiceControl
        | PolicyKind::ResourceControl => true,
        PolicyKind::Session | PolicyKind::Resource | PolicyKind::RoleTrust | PolicyKind::Endpoint => false,
    };
    if must_be_current && document.version() != Version::V2012 {
        let explanation = "expected `Version` to be `2012-10-17`";
        return Err(Refused::new(Stage::Version, OLD_VERSION, explanation, Span::default()));
    }
    Ok(())
}

fn check_legacy(document: &Document) -> Result<(), Refused> {
    let refused =
        |explanation: String, span| Err(Refused::new(Stage::LegacyParsing, LEGACY, explanation, span));
    for statement in document.statements() {
        let effect = statement.effect_element();
        if !matches!(effect.value(), "Allow" | "Deny") {
            return refused(format!("expected `Allow` or `Deny`, not `{}`", effect.value()), effect.span());
        }
        let dates = statement
            .conditions()
            .filter(|condition| condition.operator().comparison.row().family == Family::Date)
            .flat_map(|condition| condition.values());
        for date in dates {
            if crate::instant::Instant::parse(date.value()).is_none() {
                return refused(format!("expected a date, not `{}`", date.value()), date.span());
            }
        }
        for resource in statement.resources().into_iter().flat_map(|resources| resources.elements()) {
            if resource::fails_legacy_parsing(resource.value()) {
                let explanation = format!("expected six fields with a service, not `{}`", resource.value());
                return refused(explanation, resource.span());
            }
        }
    }
    Ok(())
}

fn check_sids(kind: PolicyKind, document: &Document) -> Result<(), Refused> {
    let is_iam = !matches!(kind, PolicyKind::Resource | PolicyKind::Endpoint);
    let sids: Vec<_> = document.statements().filter_map(|statement| statement.sid()).collect();
    let strange = |sid: &str| !sid.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if let Some(sid) = sids.iter().find(|sid| is_iam && strange(sid.value())) {
        let explanation = format!("expected letters and digits alone, not `{}`", sid.value());
        return Err(Refused::new(Stage::Sid, SID_CHARACTERS, explanation, sid.span()));
    }
    let mut sorted = sids;
    sorted.retain(|sid| !sid.value().is_empty());
    sorted.sort_unstable_by_key(|sid| (sid.value(), sid.span().start));
    let repeated = sorted.array_windows().find(|[one, other]| one.value() == other.value());
    match repeated {
        None => Ok(()),
        Some([_, sid]) => {
            let explanation = format!("the statement name `{}` appears twice", sid.value());
            Err(Refused::new(Stage::Sid, REPEATED_SID, explanation, sid.span()))
        }
    }
}

/// Is an element absent, or does it list nothing?
fn is_empty(elements: Option<Listed<'_>>) -> bool {
    elements.is_none_or(|elements| elements.elements().len() == 0)
}

/// Is the `Not` form in use?
fn is_excluded(elements: Option<Listed<'_>>) -> bool {
    elements.is_some_and(|elements| elements.polarity() == Polarity::Excluded)
}

fn refuse<T>(
    stage: Stage,
    message: impl Into<Cow<'static, str>>,
    explanation: impl Into<String>,
    span: Span,
) -> Result<T, Refused> {
    Err(Refused::new(stage, message, explanation, span))
}
