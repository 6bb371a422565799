//! Running suites: every expectation decided, and every statement that decided one remembered.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use regent_policy::{Decision, Denial, Effect, MatchedStatement, Reason, Verdict, decide_and_collect};
use serde::Serialize;

use super::suite::{Denied, Row, Suite};
use crate::cli::policy::sources::Text;
use crate::policy::bundle::{Bundle, Named};
use crate::policy::question::{Asked, Question};

/// What all suites said.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    pub(super) suites: Vec<SuiteReport>,
    pub(super) coverage: Coverage,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SuiteReport {
    pub(super) file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    pub(super) expectations: Vec<Expectation>,
}

/// One request of a row, and how it came out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Expectation {
    pub(super) name: String,
    pub(super) principal: String,
    pub(super) action: String,
    pub(super) resource: String,
    pub(super) expected: &'static str,
    pub(super) decision: &'static str,
    pub(super) is_met: bool,
    /// The text of the denial.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<String>,
    /// The statement that decided: file, line and column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) decided_by: Option<String>,
}

/// How often each statement of each policy decided an expectation.
#[derive(Debug, Default, Serialize)]
pub(super) struct Coverage {
    pub(super) statements: Vec<StatementCoverage>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StatementCoverage {
    pub(super) file: String,
    pub(super) statement: usize,
    pub(super) line: u32,
    pub(super) column: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sid: Option<String>,
    pub(super) effect: &'static str,
    /// The requests that it allowed or denied.
    pub(super) decided: u64,
}

impl Report {
    pub(super) fn expectations(&self) -> impl Iterator<Item = &Expectation> {
        self.suites.iter().flat_map(|suite| &suite.expectations)
    }

    pub(super) fn unmet(&self) -> usize {
        self.expectations().filter(|expectation| !expectation.is_met).count()
    }
}

impl Coverage {
    pub(super) fn decided(&self) -> usize {
        self.statements.iter().filter(|statement| statement.decided > 0).count()
    }

    /// In percent; a hundred, if there is nothing to cover.
    pub(super) fn percent(&self) -> usize {
        (self.decided() * 100).checked_div(self.statements.len()).unwrap_or(100)
    }
}

/// Runs the suites of these files.
pub(super) fn run(files: &[Text]) -> anyhow::Result<Report> {
    let mut report = Report::default();
    let mut covered = Covered::default();
    for file in files {
        let suite = Suite::read(file)?;
        let beside = Path::new(&file.name).parent().unwrap_or(Path::new(""));
        let bundle = suite.bundle(beside)?;
        covered.know(&bundle);
        let mut expectations = Vec::new();
        for (row, is_allowed) in
            suite.allow.iter().map(|row| (row, true)).chain(suite.deny.iter().map(|row| (row, false)))
        {
            let met = row_expectations(&suite, row, is_allowed, &bundle, &mut covered);
            expectations.extend(met.with_context(|| {
                format!("{}: the row `{}`", file.name, row.name.as_deref().unwrap_or("without a name"))
            })?);
        }
        report.suites.push(SuiteReport {
            file: file.name.clone(),
            description: suite.description.clone(),
            expectations,
        });
    }
    report.coverage = covered.finish();
    Ok(report)
}

fn row_expectations(
    suite: &Suite,
    row: &Row,
    is_allowed: bool,
    bundle: &Bundle,
    covered: &mut Covered,
) -> anyhow::Result<Vec<Expectation>> {
    let given = row.given(&suite.given);
    let any = ["*".to_owned()];
    let resources = match row.resources.as_slice() {
        [] => any.as_slice(),
        resources => resources,
    };
    let mut expectations = Vec::new();
    for principal in suite.principals_of(row) {
        for action in row.actions.as_slice() {
            for resource in resources {
                let question = Question {
                    principal: principal.to_owned(),
                    action: action.clone(),
                    resource: Some(resource.clone()),
                    resource_account: given.resource_account.clone(),
                    context: given.context.clone(),
                    principal_role_arn: given.principal_role_arn.clone(),
                    principal_issuer_arn: given.principal_issuer_arn.clone(),
                    wildcard_only_action: None,
                };
                let asked = Asked::with_principal_keys(question)?;
                expectations.push(asked.ask(bundle, |policies, request| {
                    let mut matched = Vec::new();
                    let decision =
                        decide_and_collect(policies, request, &mut |statement| matched.push(statement));
                    covered.decided(bundle, &decision, &matched);
                    let denied = Denial::new(&decision, request).to_string();
                    Expectation {
                        name: row.name.clone().unwrap_or_else(|| action.clone()),
                        principal: principal.to_owned(),
                        action: action.clone(),
                        resource: resource.clone(),
                        expected: expected_name(is_allowed, row.verdict),
                        decision: decision.verdict().as_str(),
                        is_met: is_met(decision.verdict(), is_allowed, row.verdict),
                        message: (!decision.is_allowed()).then_some(denied),
                        decided_by: deciding_place(&decision, bundle),
                    }
                })?);
            }
        }
    }
    Ok(expectations)
}

fn expected_name(is_allowed: bool, denied: Option<Denied>) -> &'static str {
    match (is_allowed, denied) {
        (true, _) => "Allowed",
        (false, None) => "Denied",
        (false, Some(Denied::Explicit)) => "ExplicitlyDenied",
        (false, Some(Denied::Implicit)) => "ImplicitlyDenied",
    }
}

fn is_met(verdict: Verdict, is_allowed: bool, denied: Option<Denied>) -> bool {
    match verdict {
        Verdict::Allowed => is_allowed,
        Verdict::ExplicitlyDenied => !is_allowed && denied != Some(Denied::Implicit),
        Verdict::ImplicitlyDenied => !is_allowed && denied != Some(Denied::Explicit),
    }
}

fn deciding_place(decision: &Decision, bundle: &Bundle) -> Option<String> {
    let (kind, at) = decision.deciding_statement()?;
    let policy = bundle.policy(kind, at.level, at.program)?;
    let statement = policy.document.statement(at.statement as usize)?;
    let position = policy.document.position(statement.span().start);
    Some(format!("{}:{}:{}", policy.name, position.line, position.column))
}

/// Statements by the file and the number.
#[derive(Default)]
struct Covered(BTreeMap<(String, usize), StatementCoverage>);

impl Covered {
    fn know(&mut self, bundle: &Bundle) {
        for policy in bundle.all() {
            for statement in policy.document.statements() {
                let at = policy.document.position(statement.span().start);
                self.0.entry((policy.name.clone(), statement.index())).or_insert_with(|| StatementCoverage {
                    file: policy.name.clone(),
                    statement: statement.index(),
                    line: at.line,
                    column: at.column,
                    sid: statement.sid().map(|sid| sid.value().to_owned()),
                    effect: match statement.effect() {
                        Effect::Allow => "Allow",
                        Effect::Deny => "Deny",
                    },
                    decided: 0,
                });
            }
        }
    }

    /// A `Deny` that applies has decided; an `Allow` that applies has, if the request is allowed by policies.
    fn decided(&mut self, bundle: &Bundle, decision: &Decision, matched: &[MatchedStatement]) {
        let by_policy = matches!(decision.reason(), Reason::Policy(_));
        for statement in matched {
            let has_decided = match statement.effect {
                Effect::Deny => decision.verdict() == Verdict::ExplicitlyDenied,
                Effect::Allow => decision.is_allowed() && by_policy,
            };
            let policy: Option<&Named> =
                bundle.policy(statement.kind, statement.at.level, statement.at.program);
            let Some(policy) = policy.filter(|_| has_decided) else { continue };
            let key = (policy.name.clone(), statement.at.statement as usize);
            if let Some(statement) = self.0.get_mut(&key) {
                statement.decided += 1;
            }
        }
    }

    fn finish(self) -> Coverage {
        Coverage { statements: self.0.into_values().collect() }
    }
}
