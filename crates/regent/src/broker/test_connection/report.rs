//! What a test found.

use std::collections::BTreeMap;

use regent_broker::PrincipalKind;
use regent_broker::upstream_error::UpstreamError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::broker::journal::SessionFacts;

/// What a test found: every step, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Report {
    /// The steps.
    pub(crate) steps: Vec<Step>,
    /// The AWS account that answered, be it the one that is known or another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) answered: Option<String>,
    /// What was learned on the way.
    pub(crate) learned: Learned,
    /// The session that was opened, for the records.
    #[serde(skip)]
    pub(crate) opened: Option<Opened>,
}

/// The session of a test: what joins it with the upstream's own records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Opened {
    /// What it is, as far as it is no secret.
    pub(crate) session: SessionFacts,
    /// What the upstream calls its answer.
    pub(crate) request_id: Option<String>,
}

/// What is worth keeping of a test.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
pub(crate) struct Learned {
    /// The AWS account of the base credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) aws_account_id: Option<String>,
    /// The ARN they answer as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) principal_arn: Option<String>,
    /// Who stands behind them.
    pub(crate) principal_kind: PrincipalKind,
    /// The longest session that the role allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) role_max_seconds: Option<u32>,
    /// There is a role, and nobody tells what it allows.
    #[serde(skip)]
    pub(crate) is_role_silent: bool,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TestStep)]
pub(crate) struct Step {
    /// Its place, from 1.
    pub(crate) number: u8,
    /// Which it is.
    pub(crate) name: StepName,
    /// How it went.
    pub(crate) status: Outcome,
    /// The same in words.
    pub(crate) text: String,
    /// For a program, where it did not go well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fix: Option<String>,
}

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TestOutcome)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// Well.
    Ok,
    /// Well, but somebody should know something.
    Warn,
    /// Not.
    Fail,
    /// It was not taken.
    Skipped,
}

/// The steps, in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StepName {
    /// The upstream's clock and ours.
    Clock,
    /// The way to it.
    Reach,
    /// The base credentials.
    Base,
    /// Who they are.
    Identity,
    /// The connector's templates.
    Render,
    /// The call that issuing makes.
    Call,
    /// Who its result is.
    Result,
    /// The space that policies and tags take.
    PackedSize,
    /// The role's longest session.
    RoleMax,
    /// A sign-in token.
    Console,
    /// What a refused call passes without.
    Ladder,
    /// Would something be allowed?
    Question,
}

impl StepName {
    const ALL: [Self; 12] = [
        Self::Clock,
        Self::Reach,
        Self::Base,
        Self::Identity,
        Self::Render,
        Self::Call,
        Self::Result,
        Self::PackedSize,
        Self::RoleMax,
        Self::Console,
        Self::Ladder,
        Self::Question,
    ];
}

/// A report as it is written.
#[derive(Debug, Default)]
pub(super) struct Draft {
    steps: BTreeMap<StepName, Step>,
    pub(super) answered: Option<String>,
    pub(super) learned: Learned,
    pub(super) opened: Option<Opened>,
    rest: Option<&'static str>,
}

impl Draft {
    pub(super) fn ok(&mut self, name: StepName, text: impl Into<String>) {
        self.put(name, Outcome::Ok, text.into(), None);
    }

    pub(super) fn warn(&mut self, name: StepName, code: &str, text: impl Into<String>, fix: &str) {
        self.put(name, Outcome::Warn, text.into(), Some((code, fix)));
    }

    pub(super) fn fail(&mut self, name: StepName, code: &str, text: impl Into<String>, fix: &str) {
        self.put(name, Outcome::Fail, text.into(), Some((code, fix)));
    }

    pub(super) fn skip(&mut self, name: StepName, text: impl Into<String>) {
        self.put(name, Outcome::Skipped, text.into(), None);
    }

    /// Says why the steps that nothing is said about were not taken.
    pub(super) fn skip_rest(&mut self, text: &'static str) {
        self.rest = Some(text);
    }

    /// Fails with what an upstream said, understood. Its own words stand behind ours.
    pub(super) fn failed(&mut self, name: StepName, error: &UpstreamError) {
        let said = error.upstream.as_deref().filter(|said| !said.is_empty() && !error.text.contains(said));
        let text = said.map_or_else(|| error.text.clone(), |said| format!("{}: {said}", error.text));
        self.fail(name, error.code.name(), text, error.fix);
    }

    pub(super) fn finish(self) -> Report {
        let Self { mut steps, answered, learned, opened, rest } = self;
        let rest = rest.unwrap_or("an earlier step failed");
        let steps = (1..).zip(StepName::ALL).map(|(number, name)| {
            let step = steps.remove(&name).unwrap_or_else(|| step(name, Outcome::Skipped, rest.to_owned()));
            Step { number, ..step }
        });
        Report { steps: steps.collect(), answered, learned, opened }
    }

    fn put(&mut self, name: StepName, status: Outcome, text: String, why: Option<(&str, &str)>) {
        let (code, fix) = why.map(|(code, fix)| (code.to_owned(), fix.to_owned())).unzip();
        self.steps.insert(name, Step { code, fix, ..step(name, status, text) });
    }
}

fn step(name: StepName, status: Outcome, text: String) -> Step {
    Step { number: 0, name, status, text, code: None, fix: None }
}
