//! The gallery: `/policies/gallery`.

use std::collections::BTreeMap;
use std::error::Error;

use axum::Json;
use http::StatusCode;
use regent_broker::PrincipalType;
use regent_broker::gallery::{Entry, EntryKind, FillError, Filled, Gallery, Pattern, Variable};
use regent_policy::action;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::body::JsonBody;
use crate::rest::caller::Known;
use crate::rest::parameters::Path;
use crate::rest::problem::{FieldProblem, Problem};

/// The ready policies.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GalleryView {
    /// In the order in which they are shown.
    items: Vec<EntryView>,
}

/// A policy to start from.
#[derive(Debug, Serialize, ToSchema)]
struct EntryView {
    /// Its name in addresses.
    id: &'static str,
    /// Its number in the gallery, from 1.
    number: usize,
    /// What it does, in a few words.
    title: &'static str,
    /// The same for whoever does not read policies.
    explanation: &'static str,
    /// Words to look it up by.
    tags: &'static [String],
    /// What it is for.
    kind: EntryKind,
    /// The policy laid out, or the ARN of a managed one, with its blanks: `{{bucket}}`.
    policy: &'static str,
    /// The blanks, in the order in which to ask for them.
    variables: Vec<VariableView>,
    /// The connectors that it is of use to.
    works_with: &'static [PrincipalType],
    /// What to know before using it.
    notes: &'static [String],
}

/// A blank to fill in.
#[derive(Debug, Serialize, ToSchema)]
struct VariableView {
    /// Its name.
    name: &'static str,
    /// How it is written in the policy.
    blank: String,
    /// What to fill in.
    what: &'static str,
    /// A value that makes a policy.
    example: String,
    /// What values look like.
    pattern: Pattern,
    /// The same as a regular expression, for an input field.
    regex: &'static str,
    /// The same in words.
    expected: &'static str,
    /// Whether it takes several values.
    many: bool,
    /// Whether it may stay empty; the condition that it stands in is then left out.
    optional: bool,
    /// What it is filled with if nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<&'static str>,
}

impl EntryView {
    fn new(number: usize, entry: &'static Entry) -> Self {
        Self {
            id: &entry.id,
            number,
            title: &entry.title,
            explanation: &entry.explanation,
            tags: &entry.tags,
            kind: entry.kind,
            policy: entry.text(),
            variables: entry.variables.iter().map(VariableView::new).collect(),
            works_with: &entry.works_with,
            notes: &entry.notes,
        }
    }
}

impl VariableView {
    fn new(variable: &'static Variable) -> Self {
        Self {
            name: &variable.name,
            blank: format!("{{{{{}}}}}", variable.name),
            what: &variable.what,
            example: variable.examples.join(", "),
            pattern: variable.pattern,
            regex: variable.pattern.regex(),
            expected: variable.pattern.expected(),
            many: variable.many,
            optional: variable.optional,
            default: variable.default_value(),
        }
    }
}

/// What to fill an entry's blanks with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Fill {
    /// By the names of the blanks.
    #[serde(default)]
    values: BTreeMap<String, OneOrMany>,
}

/// A value, or several.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    /// What was left empty in a form is not there.
    fn into_values(self) -> Vec<String> {
        match self {
            Self::One(value) if value.is_empty() => Vec::new(),
            Self::One(value) => vec![value],
            Self::Many(values) => values,
        }
    }
}

/// An entry without blanks.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum FilledView {
    /// A policy, laid out.
    Policy(String),
    /// The ARN of a managed policy.
    PolicyArn(String),
}

/// Shows the ready policies.
#[utoipa::path(get, path = "/policies/gallery", operation_id = "getGallery", tag = "Policies",
    responses((status = 200, body = GalleryView), (status = "default", body = Problem)))]
pub(super) async fn get_gallery(known: Known) -> Result<Json<GalleryView>, Problem> {
    known.must(&action!("regent:ListGallery"), "policy", "*")?;
    let entries = Gallery::ready().entries().iter();
    let items = (1..).zip(entries).map(|(number, entry)| EntryView::new(number, entry)).collect();
    Ok(Json(GalleryView { items }))
}

/// Fills the blanks of a ready policy.
#[utoipa::path(post, path = "/policies/gallery/{id}/fill", operation_id = "fillGalleryEntry", tag = "Policies",
    params(("id" = String, Path)), request_body = Fill,
    responses((status = 200, body = FilledView), (status = "default", body = Problem)))]
pub(super) async fn fill_gallery_entry(
    known: Known,
    Path(id): Path<String>,
    JsonBody(fill): JsonBody<Fill>,
) -> Result<Json<FilledView>, Problem> {
    known.must(&action!("regent:ListGallery"), "policy", "*")?;
    let entry = Gallery::ready().entry(&id);
    let entry = entry.ok_or_else(|| Problem::not_found("the gallery has no such policy"))?;
    let values = fill.values.into_iter().map(|(name, value)| (name, value.into_values())).collect();
    match entry.fill(&values) {
        Ok(Filled::Policy(policy)) => Ok(Json(FilledView::Policy(policy))),
        Ok(Filled::ManagedPolicy(arn)) => Ok(Json(FilledView::PolicyArn(arn))),
        Err(error) => Err(refused(&error)),
    }
}

fn refused(error: &FillError) -> Problem {
    let (name, code) = match error {
        FillError::Unknown(name) => (name, "unknown_variable"),
        FillError::Missing { name, .. } => (name, "missing"),
        FillError::TooMany { name, .. } => (name, "too_many"),
        FillError::Malformed { name, .. } => (name, "malformed"),
        FillError::Parse(_) | FillError::Refused(_) | FillError::Template(_) | FillError::TooLong(_) => {
            let because = error.source().map(|source| format!(": {source}")).unwrap_or_default();
            let detail = format!("{error}{because}");
            return Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "policy_refused", detail);
        }
    };
    let name = format!("values.{name}");
    Problem::invalid(vec![FieldProblem { name, code: code.to_owned(), detail: error.to_string(), fix: None }])
}
