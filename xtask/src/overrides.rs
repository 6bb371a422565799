//! `models/overrides.toml`: every exception from what the models say, with its reason.
//!
//! A row that names a shape or value the model does not have is an error: an exception must not outlive its
//! cause unnoticed.

use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use serde::Deserialize;

use crate::model::Model;

/// All rows.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Overrides {
    #[serde(default)]
    enum_value: Vec<EnumValue>,
    #[serde(default)]
    pattern: Vec<Pattern>,
    #[serde(default)]
    wording: Vec<Wording>,
    #[serde(default)]
    sensitive: Vec<Named>,
    #[serde(default)]
    unlogged: Vec<Named>,
    #[serde(default)]
    limit: Vec<Limit>,
    #[serde(default)]
    optional: Vec<Optional>,
}

/// An enum value whose text on the wire is not the model's.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnumValue {
    service: String,
    shape: String,
    pub(crate) value: String,
    pub(crate) wire: String,
    reason: String,
}

/// A pattern that is matched in another way than by what it says. The text shown to callers stays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pattern {
    #[serde(rename = "pattern")]
    text: String,
    /// An equivalent pattern the generator understands, or
    pub(crate) equivalent: Option<String>,
    /// a function of `regent_wire::pattern::function`.
    pub(crate) function: Option<String>,
    reason: String,
}

/// A pattern whose violation is refused in words of its own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wording {
    service: String,
    pattern: String,
    words: String,
    reason: String,
}

/// A shape, and why it has a row.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    service: String,
    shape: String,
    reason: String,
}

/// A bound the model lacks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Limit {
    service: String,
    shape: String,
    min: Option<i64>,
    max: Option<i64>,
    reason: String,
}

/// Members that the model requires of an answer, and that some answers lack.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Optional {
    service: String,
    shape: String,
    members: Vec<String>,
    reason: String,
}

impl Overrides {
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        let rows: Self = toml::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
        rows.check_reasons()?;
        Ok(rows)
    }

    fn check_reasons(&self) -> anyhow::Result<()> {
        let named = self.sensitive.iter().chain(&self.unlogged).map(|row| (&row.shape, &row.reason));
        let reasons = named
            .chain(self.enum_value.iter().map(|row| (&row.shape, &row.reason)))
            .chain(self.pattern.iter().map(|row| (&row.text, &row.reason)))
            .chain(self.wording.iter().map(|row| (&row.pattern, &row.reason)))
            .chain(self.limit.iter().map(|row| (&row.shape, &row.reason)))
            .chain(self.optional.iter().map(|row| (&row.shape, &row.reason)));
        for (what, reason) in reasons {
            ensure!(!reason.trim().is_empty(), "the override of `{what}` has no reason");
        }
        Ok(())
    }

    /// Applies the rows that change what a model says, and checks that every row of the service has a cause.
    pub(crate) fn apply(&self, service: &str, model: &mut Model) -> anyhow::Result<()> {
        for row in self.sensitive.iter().filter(|row| row.service == service) {
            shape(model, &row.shape)?.sensitive = true;
        }
        for row in self.limit.iter().filter(|row| row.service == service) {
            let shape = shape(model, &row.shape)?;
            ensure!(
                (row.min.is_none() || shape.min.is_none()) && (row.max.is_none() || shape.max.is_none()),
                "the model has the limit of `{}` by now",
                row.shape
            );
            shape.min = row.min.or(shape.min);
            shape.max = row.max.or(shape.max);
        }
        for row in self.optional.iter().filter(|row| row.service == service) {
            let shape = shape(model, &row.shape)?;
            for member in &row.members {
                ensure!(shape.required.contains(member), "`{}` does not require `{member}`", row.shape);
            }
            shape.required.retain(|member| !row.members.contains(member));
        }
        for row in self.unlogged.iter().filter(|row| row.service == service) {
            shape(model, &row.shape)?;
        }
        for row in self.wording.iter().filter(|row| row.service == service) {
            let mut patterns = model.shapes.iter().filter_map(|(_, shape)| shape.pattern.as_ref());
            ensure!(
                patterns.any(|pattern| *pattern == row.pattern),
                "nothing has the pattern `{}`",
                row.pattern
            );
        }
        for row in self.enum_value.iter().filter(|row| row.service == service) {
            let shape = shape(model, &row.shape)?;
            ensure!(shape.values.contains(&row.value), "`{}` has no value `{}`", row.shape, row.value);
        }
        Ok(())
    }

    /// Whether values of the shape stay out of records although they are no secrets on the wire.
    pub(crate) fn is_unlogged(&self, service: &str, shape: &str) -> bool {
        self.unlogged.iter().any(|row| row.service == service && row.shape == shape)
    }

    /// What an enum value is called on the wire.
    pub(crate) fn wire_value<'a>(&'a self, service: &str, shape: &str, value: &'a str) -> &'a str {
        self.enum_value
            .iter()
            .find(|row| row.service == service && row.shape == shape && row.value == value)
            .map_or(value, |row| &row.wire)
    }

    pub(crate) fn pattern(&self, pattern: &str) -> Option<&Pattern> {
        self.pattern.iter().find(|row| row.text == pattern)
    }

    /// In which words of its own a pattern's violation is refused, if it has any.
    pub(crate) fn wording(&self, service: &str, pattern: &str) -> Option<&str> {
        let row = self.wording.iter().find(|row| row.service == service && row.pattern == pattern);
        row.map(|row| row.words.as_str())
    }
}

fn shape<'a>(model: &'a mut Model, name: &str) -> anyhow::Result<&'a mut crate::model::Shape> {
    model
        .shapes
        .get_mut(name)
        .with_context(|| format!("overrides.toml names `{name}`, which the model does not have"))
}
