//! Lists: pages, a cursor, a text and a label to look for.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::problem::Problem;

const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1000;
const MAX_CURSOR: usize = 256;

/// Which part of a list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Page {
    /// How many at most, 1 to 1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    pub(crate) limit: Option<usize>,
    /// Where the last page ended: its `next_cursor`.
    #[param(max_length = 256)]
    pub(crate) cursor: Option<String>,
    /// A text that must occur.
    #[param(max_length = 256)]
    pub(crate) q: Option<String>,
    /// A label that must be there: `env=prod`.
    #[param(max_length = 256)]
    pub(crate) label: Option<String>,
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct List<T> {
    /// What is on it.
    pub(crate) items: Vec<T>,
    /// Where the next one begins; null after the last.
    #[schema(required)]
    pub(crate) next_cursor: Option<String>,
}

impl Page {
    /// How many.
    pub(crate) fn limit(&self) -> Result<usize, Problem> {
        match self.limit.unwrap_or(DEFAULT_LIMIT) {
            limit @ 1..=MAX_LIMIT => Ok(limit),
            _ => Err(Problem::bad_request("malformed_limit", "expected `limit` to be 1 to 1000")),
        }
    }

    /// The name after which it begins.
    pub(crate) fn after(&self) -> Result<&str, Problem> {
        let cursor = self.cursor.as_deref().unwrap_or_default();
        if cursor.len() > MAX_CURSOR {
            return Err(Problem::bad_request(
                "malformed_cursor",
                "expected a `cursor` that a list has given",
            ));
        }
        Ok(cursor)
    }

    /// Whether any of these texts has the text that is looked for.
    pub(crate) fn finds(&self, texts: &[&str]) -> bool {
        let Some(q) = self.q.as_deref().filter(|q| !q.is_empty()) else { return true };
        let q = q.to_lowercase();
        texts.iter().any(|text| text.to_lowercase().contains(&q))
    }

    /// Takes a page from things in order, told by their names.
    pub(crate) fn take<T>(&self, mut things: impl Iterator<Item = (String, T)>) -> Result<List<T>, Problem> {
        let limit = self.limit()?;
        let mut items = Vec::new();
        let mut last = None;
        for (name, thing) in things.by_ref().take(limit) {
            items.push(thing);
            last = Some(name);
        }
        let next_cursor = if things.next().is_some() { last } else { None };
        Ok(List { items, next_cursor })
    }
}

/// A moment that a request names.
pub(crate) fn moment(text: &str) -> Result<i64, Problem> {
    text.parse::<jiff::Timestamp>().map(jiff::Timestamp::as_second).map_err(|_| {
        let detail = format!("expected `{text}` to be a time such as 2026-11-21T12:00:00Z");
        Problem::bad_request("malformed_time", detail)
    })
}
