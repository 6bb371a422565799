//! A case: one question with everything that the answer depends on, as JSON.
//!
//! Nothing is added to it. A member that nobody knows is an error, since it might have been meant to limit something;
//! only [`NOTES`] may stand there for people.

use anyhow::{Context as _, bail};
use regent_policy::Document;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::policy::bundle::{Bundle, Named, Resources, missing_element};
use crate::policy::question::{Members, Question};

/// Members for people and for whoever compares: they say nothing about the question.
const NOTES: [&str; 14] = [
    "id",
    "name",
    "description",
    "comment",
    "note",
    "notes",
    "tags",
    "source",
    "group",
    "category",
    "expected",
    "expect",
    "expectedDecision",
    "decision",
];

const RESOURCE_POLICY: &str = "resourcePolicy";

/// A case: its question, and the policies that it is decided by.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) question: Question,
    pub(super) bundle: Bundle,
}

/// The policies of an organization's root, of a unit or of an account.
#[derive(Debug, Deserialize)]
#[serde(
    rename_all = "camelCase",
    deny_unknown_fields,
    expecting = "a level: an object with `target` and `policies`"
)]
struct Level<'a> {
    #[serde(default)]
    target: Option<String>,
    #[serde(borrow)]
    policies: Documents<'a>,
}

/// Documents, or `null` where there is none.
type Documents<'a> = Option<Vec<Option<&'a RawValue>>>;

impl Case {
    /// Reads a case and compiles its policies.
    pub(super) fn read(text: &str) -> anyhow::Result<Self> {
        let (mut question, mut bundle) = (None, Bundle::default());
        for (name, value) in serde_json::from_str::<Members<&RawValue>>(text)?.0 {
            match name.as_str() {
                "request" => question = Some(serde_json::from_str(value.get()).context("request")?),
                "identityPolicies" => bundle.identity = documents(&name, parse(&name, value)?)?,
                "permissionBoundaries" => bundle.boundaries = documents(&name, parse(&name, value)?)?,
                "sessionPolicy" => bundle.session = document(&name, Some(value))?.map(|policy| vec![policy]),
                RESOURCE_POLICY => bundle.resource = document(&name, Some(value))?,
                "scps" => bundle.service_control = levels(&name, parse(&name, value)?)?,
                "rcps" => bundle.resource_control = levels(&name, parse(&name, value)?)?,
                "endpointPolicies" => bundle.endpoint = documents(&name, parse(&name, value)?)?,
                note if NOTES.contains(&note) => {}
                _ => bail!("unknown member `{name}`"),
            }
        }
        Ok(Self { question: question.context("expected a `request`")?, bundle })
    }
}

fn parse<'a, T: Deserialize<'a>>(member: &str, value: &'a RawValue) -> anyhow::Result<T> {
    serde_json::from_str(value.get()).with_context(|| member.to_owned())
}

fn levels(member: &str, levels: Option<Vec<Level<'_>>>) -> anyhow::Result<Vec<Vec<Named>>> {
    let levels = levels.unwrap_or_default().into_iter().enumerate();
    levels
        .map(|(number, level)| {
            let place = format!("{member}[{number}].policies");
            let mut policies = documents(&place, level.policies)?;
            if let Some(target) = &level.target {
                for policy in &mut policies {
                    policy.name = format!("{} ({target})", policy.name);
                }
            }
            Ok(policies)
        })
        .collect()
}

fn documents(member: &str, texts: Documents<'_>) -> anyhow::Result<Vec<Named>> {
    let texts = texts.unwrap_or_default().into_iter().enumerate();
    let read = texts.map(|(number, text)| document(&format!("{member}[{number}]"), text));
    read.filter_map(Result::transpose).collect()
}

fn document(member: &str, text: Option<&RawValue>) -> anyhow::Result<Option<Named>> {
    let Some(text) = text.map(RawValue::get).filter(|text| *text != "null") else { return Ok(None) };
    let document = Document::parse(text).map_err(|error| {
        let at = regent_policy::Position::of(text, error.span().start);
        anyhow::anyhow!("{member}, line {} column {}: {error}", at.line, at.column)
    })?;
    let resources = if member == RESOURCE_POLICY { Resources::Understood } else { Resources::Required };
    if let Some((span, wanted)) = missing_element(&document, resources) {
        let at = document.position(span.start);
        bail!("{member}, line {} column {}: {wanted}", at.line, at.column);
    }
    Ok(Some(Named::new(member.to_owned(), document)))
}
