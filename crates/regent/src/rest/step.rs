//! Steps of a test: what was looked at, how it went, and what to do about it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::broker::test_connection::report::Outcome;

/// Something that was looked at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProbeStep)]
pub(crate) struct Step {
    /// Its number, from one.
    number: usize,
    /// What it is.
    name: &'static str,
    /// How it went.
    status: Outcome,
    /// For people.
    text: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<String>,
}

/// The steps of a test so far.
#[derive(Debug, Default)]
pub(crate) struct Steps(Vec<Step>);

impl Steps {
    /// One more.
    pub(crate) fn add(&mut self, name: &'static str, status: Outcome, text: String) {
        let number = self.0.len() + 1;
        self.0.push(Step { number, name, status, text, fix: None });
    }

    /// What to do about the last one.
    pub(crate) fn fix(&mut self, fix: &str) {
        if let Some(last) = self.0.last_mut() {
            last.fix = Some(fix.to_owned());
        }
    }

    /// Whether none of them failed.
    pub(crate) fn is_ok(&self) -> bool {
        self.0.iter().all(|step| step.status != Outcome::Fail)
    }

    /// All of them.
    pub(crate) fn into_list(self) -> Vec<Step> {
        self.0
    }
}
