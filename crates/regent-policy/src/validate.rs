//! What is wrong with a policy, what is risky in it and what could be better, with the place of each.
//!
//! Two bodies look at a policy before it is stored, and they look at different things. IAM refuses what it
//! cannot read, with one text and no place: that is [`Validation::refusal`], the same as from
//! [`admit`](crate::admit). IAM Access Analyzer reads everything it can and reports all it finds: errors,
//! security warnings, warnings and suggestions. Neither contains the other. IAM stores an action that does not
//! exist, which is an error here; and a policy without any finding can name a principal that does not exist.
//!
//! ```
//! use regent_policy::PolicyKind;
//! use regent_policy::validate::{IssueCode, Options, validate};
//!
//! let text = r#"{"Version": "2012-10-17", "Statement": {
//!   "Effect": "Allow", "Action": ["s3:GetObjct", "iam:PassRole"], "Resource": "*"}}"#;
//! let validation = validate(text, &Options::of(PolicyKind::Identity));
//! assert!(validation.refusal().is_none(), "IAM would store it");
//!
//! let codes: Vec<IssueCode> = validation.findings().iter().map(|finding| finding.code()).collect();
//! assert_eq!(codes, [IssueCode::InvalidAction, IssueCode::PassRoleWithStarInResource]);
//!
//! let finding = &validation.findings()[0];
//! assert_eq!(finding.span().of(text), "\"s3:GetObjct\"");
//! assert!(finding.details().contains("but there is `s3:GetObject`"));
//! ```
//!
//! What is not JSON has one finding, the place where it stops being JSON. Everything else is read as far as it
//! goes: an element that makes no sense is a finding, and the rest of the statement is looked at all the same.
//!
//! The work is bounded. It follows the length of the document; what compares many with many (redundant actions,
//! resources against the types of a service) stops after a fixed number of comparisons, and then finds less.
//!
//! AWS: "Access Analyzer policy check reference"; IAM Access Analyzer API reference, `ValidatePolicy`.

use crate::admission::{Refusal, admit_in};
use crate::document::Document;
use crate::json::{self, ReadJsonError, Tape};
use crate::span::Span;

mod action;
mod answer;
mod condition_key;
mod condition_value;
mod finding;
mod glob;
mod issue;
mod network;
mod oidc;
mod options;
mod pass_role;
mod place;
mod policy;
mod principal;
mod rcp;
mod read;
mod redundant;
mod region;
mod report;
mod resource;
mod scp;
mod service_principal;
mod sid;
mod size;
mod spelling;
mod statement;
mod subject;
mod support;
mod trust;
mod variable;

pub use finding::{Finding, Location, PathElement, Place};
pub use issue::{FindingType, IssueCode};
pub use options::{Options, PolicyType, ScpLanguage, ValidatePolicyResourceType};

use report::Report;
use subject::Subject;

/// What came of looking at a policy.
#[derive(Clone, Debug)]
pub struct Validation {
    findings: Vec<Finding>,
    refusal: Option<Refusal>,
}

impl Validation {
    /// The findings, by their place; at one place the gravest first.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Why IAM would not store it, if it would not.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.refusal.as_ref()
    }

    /// How many findings there are of a type.
    pub fn count(&self, finding_type: FindingType) -> usize {
        self.findings.iter().filter(|finding| finding.finding_type() == finding_type).count()
    }
}

/// Looks at a policy as IAM Access Analyzer does, and as IAM does when it is stored.
pub fn validate(text: &str, options: &Options<'_>) -> Validation {
    let refusal = admit_in(text, options.kind(), options.own_partition()).err();
    let findings = match json::read(text, Document::MAX_CHARACTERS) {
        Ok(tape) => look(text, &tape, options),
        Err(error) => vec![not_json(text, &error)],
    };
    Validation { findings, refusal }
}

fn look(text: &str, tape: &Tape, options: &Options<'_>) -> Vec<Finding> {
    let mut report = Report::new(text, tape);
    let policy = read::read(tape, &mut report);
    let subject = Subject::new(&policy, options);
    size::check(&subject, text, &mut report);
    sid::check(&subject, &mut report);
    redundant::check_statements(&subject, &mut report);
    for statement in &policy.statements {
        statement::check(&subject, statement, &mut report);
        variable::check(&subject, statement, &mut report);
        action::check(&subject, statement, &mut report);
        resource::check(&subject, statement, &mut report);
        principal::check(&subject, statement, &mut report);
        condition_key::check(&subject, statement, &mut report);
        condition_value::check(&subject, statement, &mut report);
        network::check(statement, &mut report);
        support::check(&subject, statement, &mut report);
        redundant::check(&subject, statement, &mut report);
        match options.policy_type() {
            PolicyType::Identity => pass_role::check(statement, &mut report),
            PolicyType::ServiceControl => scp::check(&subject, statement, &mut report),
            PolicyType::ResourceControl => rcp::check(&subject, statement, &mut report),
            PolicyType::Resource if options.is_trust() => {
                trust::check(statement, &mut report);
                oidc::check(statement, &mut report);
            }
            PolicyType::Resource => service_principal::check(statement, &mut report),
        }
    }
    report.finish()
}

fn not_json(text: &str, error: &ReadJsonError) -> Finding {
    let places = place::Places::new(text);
    let bytes = error.span();
    // The reader points at a byte; a character may have more of them.
    let end = text.ceil_char_boundary((bytes.end as usize).min(text.len()));
    let bytes = Span { start: bytes.start.min(crate::span::offset(end)), end: crate::span::offset(end) };
    let (start, end) = places.of(bytes);
    Finding {
        code: IssueCode::JsonSyntaxError,
        details: format!("This is not JSON as IAM reads it: {error}."),
        locations: vec![Location { path: Vec::new(), start, end, bytes }],
    }
}
