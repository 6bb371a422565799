//! What is wrong with a policy, and how much room it takes: `/policies/lint`.

use axum::Json;
use regent_broker::template::{ParseTemplateError, Template, TemplatePurpose, sampled};
use regent_policy::validate::{FindingType, Options, validate};
use regent_policy::{Position, Refusal, action};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Kind;
use crate::policy::size;
use crate::rest::body::JsonBody;
use crate::rest::caller::Known;
use crate::rest::problem::Problem;
use crate::sts::session_policy::packed_percent;

/// A policy to look at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Lint {
    /// The text. A session policy may have variables of Regent: `${user.name}`.
    #[schema(max_length = 131_072)]
    policy: String,
    /// What it is for.
    #[serde(default)]
    kind: Kind,
}

/// What there is to say of a policy.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LintReport {
    /// Whether AWS would take it.
    admissible: bool,
    /// What AWS would answer if it would not.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<RefusalView>,
    /// By their place; at one place the gravest first.
    findings: Vec<FindingView>,
    /// The variables of Regent in it.
    variables: Vec<String>,
    /// How much room it takes.
    size: Size,
}

/// Why AWS would not take a policy.
#[derive(Debug, Serialize, ToSchema)]
struct RefusalView {
    /// AWS's words.
    message: String,
    /// What was expected, and where.
    explanation: String,
    /// The line, from 1.
    line: u32,
    /// The character within it, from 1.
    column: u32,
}

/// One thing to look at.
#[derive(Debug, Serialize, ToSchema)]
struct FindingView {
    /// How grave it is.
    severity: Severity,
    /// IAM Access Analyzer's code, or Regent's own in small letters.
    code: &'static str,
    /// What is wrong, and what to write instead.
    message: String,
    /// The line, from 1.
    line: u32,
    /// The character within it, from 1.
    column: u32,
    /// The line where the place ends.
    end_line: u32,
    /// The first character there that does not belong to it.
    end_column: u32,
    /// Where the check is described.
    #[serde(skip_serializing_if = "Option::is_none")]
    learn_more: Option<String>,
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Severity {
    Error,
    SecurityWarning,
    Warning,
    Suggestion,
}

/// How much room a policy takes.
#[derive(Debug, Serialize, ToSchema)]
struct Size {
    /// The characters that count.
    characters: usize,
    /// How many there may be; nothing where that depends on what it is attached to.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<usize>,
    /// Of a session policy, how full it makes the session in Regent's own STS. AWS packs in a way of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    packed_percent: Option<i32>,
}

/// Looks at a policy as IAM Access Analyzer does, and as whoever would store it.
#[utoipa::path(post, path = "/policies/lint", operation_id = "lintPolicy", tag = "Policies", request_body = Lint,
    responses((status = 200, body = LintReport), (status = "default", body = Problem)))]
pub(super) async fn lint_policy(
    known: Known,
    JsonBody(lint): JsonBody<Lint>,
) -> Result<Json<LintReport>, Problem> {
    known.must(&action!("regent:LintPolicy"), "policy", "*")?;
    let partition = known.asked.server.config.partition.clone();
    super::aside(move || report(&lint, &partition)).await.map(Json)
}

fn report(lint: &Lint, partition: &str) -> Result<LintReport, Problem> {
    let kind = lint.kind.policy_kind();
    let is_session = lint.kind == Kind::Session;
    let template = is_session.then(|| Template::parse(&lint.policy, TemplatePurpose::Policy)).transpose();
    let policy = if is_session { sampled(&lint.policy) } else { lint.policy.clone() };
    let validation = validate(&policy, &Options::of(kind).with_places(partition, &[]));
    let mut findings: Vec<FindingView> = validation
        .findings()
        .iter()
        .filter_map(|finding| Some((finding, finding.locations().first()?)))
        .map(|(finding, place)| FindingView {
            severity: severity(finding.finding_type()),
            code: finding.code().as_str(),
            message: finding.details().to_owned(),
            line: place.start().line,
            column: place.start().column + 1,
            end_line: place.end().line,
            end_column: place.end().column + 1,
            learn_more: Some(finding.learn_more()),
        })
        .collect();
    let variables = match template {
        Ok(template) => variables(template.as_ref()),
        Err(error) => {
            findings.extend(of_template(&lint.policy, &error));
            Vec::new()
        }
    };
    let packed = is_session.then(|| packed_percent(std::iter::once(policy.as_str())));
    Ok(LintReport {
        admissible: validation.refusal().is_none(),
        refusal: validation.refusal().map(refusal),
        findings,
        variables,
        size: Size {
            characters: size::counted(&policy, kind),
            limit: size::quota(kind),
            packed_percent: packed.transpose().map_err(Problem::internal)?,
        },
    })
}

fn variables(template: Option<&Template>) -> Vec<String> {
    let mut names: Vec<String> =
        template.into_iter().flat_map(Template::variables).map(ToString::to_string).collect();
    names.sort_unstable();
    names.dedup();
    names
}

const fn severity(finding_type: FindingType) -> Severity {
    match finding_type {
        FindingType::Error => Severity::Error,
        FindingType::SecurityWarning => Severity::SecurityWarning,
        FindingType::Warning => Severity::Warning,
        FindingType::Suggestion => Severity::Suggestion,
    }
}

fn refusal(refusal: &Refusal) -> RefusalView {
    let Position { line, column } = refusal.position();
    RefusalView { message: refusal.message().to_owned(), explanation: refusal.to_string(), line, column }
}

/// What is wrong with the variables of Regent: an error, since no session would be issued. What is no JSON has been
/// told already.
fn of_template(policy: &str, error: &ParseTemplateError) -> Option<FindingView> {
    let name = match error {
        ParseTemplateError::NotJson { .. } => return None,
        ParseTemplateError::Unknown { name, .. } | ParseTemplateError::NotHere { name, .. } => name.as_str(),
        ParseTemplateError::Empty
        | ParseTemplateError::TooLong { .. }
        | ParseTemplateError::TooManyVariables { .. }
        | ParseTemplateError::Unclosed
        | ParseTemplateError::NotAllowed { .. } => "",
    };
    let written = format!("${{{name}");
    let at = policy.find(&written).and_then(|at| u32::try_from(at).ok()).unwrap_or(0);
    let end = u32::try_from(written.len() + 1).map_or(at, |length| at.saturating_add(length));
    let (start, end) = (Position::of(policy, at), Position::of(policy, end));
    Some(FindingView {
        severity: Severity::Error,
        code: error.code(),
        message: error.to_string(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        learn_more: None,
    })
}
