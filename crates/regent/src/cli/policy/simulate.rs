//! `regent policy simulate`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::Args;
use regent_policy::Document;
use regent_wire::iam::{self as wire, ContextEntry, PolicyEvaluationDecisionType, op};
use regent_wire::protocol::{Protocol, answer};
use regent_wire::shape::Enumeration as _;

use super::sources::Text;
use crate::cli::{Outcome, hand_out};
use crate::iam::simulation::offline::Offline;

/// Simulate actions on resources, as IAM's policy simulator does: each action on each resource.
///
/// It is the simulator of the server, on files. Every action is held to the catalogue, and a resource that an action never
/// acts on is denied. Exit status: 0 all are allowed, 3 some are denied, 1 a policy or an input is broken, 2 the arguments
/// are not understood.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Simulate {
    /// Files and folders with the caller's policies
    #[arg(long, required = true, num_args = 1.., value_name = "FILE|DIR")]
    policies: Vec<PathBuf>,
    /// What for: `s3:GetObject`
    #[arg(long, required = true, num_args = 1.., value_name = "ACTION")]
    actions: Vec<String>,
    /// On what; `*` if nothing is said
    #[arg(long, num_args = 1.., value_name = "ARN")]
    resources: Vec<String>,
    /// A condition key and its value, or several values
    #[arg(long, num_args = 1.., value_name = "KEY=VALUE[,VALUE…]", value_parser = entry)]
    context: Vec<ContextEntry>,
    /// A permissions boundary
    #[arg(long, value_name = "FILE")]
    boundary: Option<PathBuf>,
    /// The policy of the resources: a bucket's, a role's trust policy, a key's
    #[arg(long, value_name = "FILE", requires = "caller")]
    resource_policy: Option<PathBuf>,
    /// The service control policies of one level; given again for the next, from the root down
    #[arg(long, value_name = "FILE|DIR[,…]")]
    scps: Vec<String>,
    /// Who asks: the ARN of a user, a group or a role
    #[arg(long, value_name = "ARN")]
    caller: Option<String>,
    /// The account that owns resources whose ARN does not say
    #[arg(long, value_name = "ACCOUNT")]
    owner: Option<String>,
    /// Answer as `iam:SimulateCustomPolicy` does, in JSON
    #[arg(long)]
    json: bool,
}

impl Simulate {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        let organization: Vec<_> =
            self.scps.iter().map(|level| read_level(level)).collect::<Result<_, _>>()?;
        let offline = Offline {
            policies: read_all(&self.policies)?,
            boundary: self.boundary.as_deref().map(read).transpose()?,
            resource_policy: self.resource_policy.as_deref().map(read).transpose()?,
            organization: (!organization.is_empty()).then_some(organization),
            caller: self.caller.as_deref(),
            owner: self.owner.as_deref(),
            actions: &self.actions,
            resources: &self.resources,
            entries: &self.context,
        };
        let simulated = offline.simulate();
        let simulated = simulated.map_err(|fault| anyhow!("{}", fault.message().unwrap_or_default()))?;
        let results = simulated.evaluation_results.as_deref().unwrap_or_default();
        if self.json {
            hand_out(&json(&simulated)?)?;
        } else {
            table(results);
        }
        let is_allowed =
            |result: &wire::EvaluationResult| result.eval_decision == PolicyEvaluationDecisionType::Allowed;
        Ok(if results.iter().all(is_allowed) { Outcome::Done } else { Outcome::No })
    }
}

/// The answer of the server, laid out.
fn json(simulated: &wire::SimulatePolicyResponse) -> anyhow::Result<String> {
    let mut body = Vec::new();
    answer::<op::SimulateCustomPolicy>(Protocol::AwsJson10, simulated, "", &mut body);
    let value: serde_json::Value = serde_json::from_slice(&body).context("an answer that is not JSON")?;
    Ok(serde_json::to_string_pretty(&value)?)
}

/// A row for each action and resource, and below it what settled it.
fn table(results: &[wire::EvaluationResult]) {
    let mut rows = Vec::new();
    for result in results {
        let action = result.eval_action_name.as_str();
        let named = result.resource_specific_results.as_deref().unwrap_or_default();
        for part in named {
            let statements = part.matched_statements.as_deref();
            rows.push(Row::new(action, &part.eval_resource_name, part.eval_resource_decision, statements));
        }
        if named.is_empty() {
            let resource = result.eval_resource_name.as_deref().unwrap_or("*");
            let statements = result.matched_statements.as_deref();
            rows.push(Row::new(action, resource, result.eval_decision, statements));
        }
    }
    let widest = |least: &str, column: fn(&Row<'_>) -> usize| {
        rows.iter().map(column).max().unwrap_or(0).max(least.len())
    };
    let action = widest("ACTION", |row| row.action.chars().count());
    let resource = widest("RESOURCE", |row| row.resource.chars().count());
    say!("{:action$}  {:resource$}  {:12}  BY", "ACTION", "RESOURCE", "DECISION");
    for Row { action: name, resource: on, decision, by } in &rows {
        say!("{}", format!("{name:action$}  {on:resource$}  {decision:12}  {by}").trim_end());
    }
    let missing = results.first().and_then(|result| result.missing_context_values.as_deref());
    if let Some(missing) = missing.filter(|missing| !missing.is_empty()) {
        say!("\nwithout a value: {}", missing.join(", "));
    }
}

struct Row<'a> {
    action: &'a str,
    resource: &'a str,
    decision: &'static str,
    by: String,
}

impl<'a> Row<'a> {
    fn new(
        action: &'a str,
        resource: &'a str,
        decision: PolicyEvaluationDecisionType,
        statements: Option<&[wire::Statement]>,
    ) -> Self {
        // The end of a statement is where people find it: the beginning is said in the simulator's own way.
        let place = |statement: &wire::Statement| {
            let name = statement.source_policy_id.as_deref().unwrap_or_default();
            let line = statement.end_position.as_ref().and_then(|end| end.line).unwrap_or(1);
            format!("{name}:{line}")
        };
        let by = statements.unwrap_or_default().iter().map(place).collect::<Vec<_>>().join(", ");
        Self { action, resource, decision: decision.name(), by }
    }
}

fn read(path: &Path) -> anyhow::Result<(String, Document)> {
    Text::read(path)?.parse()
}

fn read_all(paths: &[PathBuf]) -> anyhow::Result<Vec<(String, Document)>> {
    Text::read_all(paths)?.into_iter().map(Text::parse).collect()
}

fn read_level(level: &str) -> anyhow::Result<Vec<(String, Document)>> {
    read_all(&level.split(',').map(PathBuf::from).collect::<Vec<_>>())
}

/// An entry without a type: one value is one, several are a list.
fn entry(text: &str) -> anyhow::Result<ContextEntry> {
    let (key, values) = text.split_once('=').context("expected `key=value`")?;
    anyhow::ensure!(key.contains(':'), "expected a key with a service's prefix, such as `aws:SourceIp`");
    Ok(ContextEntry {
        context_key_name: Some(key.to_owned()),
        context_key_values: Some(values.split(',').map(str::to_owned).collect()),
        context_key_type: None,
    })
}
