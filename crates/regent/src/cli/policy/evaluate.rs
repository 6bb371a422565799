//! `regent policy evaluate`.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use regent_policy::explain::{AuthorizationMessage, explain};
use regent_policy::{Decision, Denial, Layout, PolicyKind, Reason, Request, decide};
use serde::Serialize;

use super::sources::Text;
use crate::cli::Outcome;
use crate::policy::bundle::{Bundle, Named};
use crate::policy::explanation;
use crate::policy::question::{Asked, Members, Question, Scalar, Values};

mod cases;

const PRETTY: Layout = Layout::Pretty { indent: 2 };

/// Decide a request by policies in files, or a file of cases.
///
/// Exit status: 0 allowed (with --cases: every case was decided), 3 denied, 1 a policy, a case or a file is broken, 2 the
/// arguments are.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Evaluate {
    /// Cases, one a line of JSON; `-` is standard input. One line is answered for each
    #[arg(long, value_name = "FILE", conflicts_with_all = ["policies", "principal", "action", "explain"])]
    cases: Option<PathBuf>,
    /// Files and folders with the caller's policies. One that names principals is taken for the resource's
    #[arg(long, value_name = "FILE|DIR", num_args = 1.., required_unless_present = "cases")]
    policies: Vec<PathBuf>,
    /// Who asks: an ARN, a service's name or `anonymous`
    #[arg(long, value_name = "ARN", required_unless_present = "cases")]
    principal: Option<String>,
    /// What for: `s3:GetObject`
    #[arg(long, required_unless_present = "cases")]
    action: Option<String>,
    /// On what
    #[arg(long, value_name = "ARN", default_value = "*")]
    resource: String,
    /// The account that owns the resource, if its ARN does not say
    #[arg(long, value_name = "ACCOUNT")]
    resource_account: Option<String>,
    /// A condition key and its value; given again for a key, the key has several
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_and_value)]
    context: Vec<(String, String)>,
    /// The role of a session, if it has a path
    #[arg(long, value_name = "ARN")]
    principal_role_arn: Option<String>,
    /// Who issued a federated session
    #[arg(long, value_name = "ARN")]
    principal_issuer_arn: Option<String>,
    /// The action has no resource: it is about `*`
    #[arg(long)]
    wildcard_only_action: bool,
    /// The resource's own policy: a bucket's, a key's, a role's trust policy
    #[arg(long, value_name = "FILE")]
    resource_policy: Option<PathBuf>,
    /// A permissions boundary
    #[arg(long, value_name = "FILE")]
    boundary: Vec<PathBuf>,
    /// A session policy
    #[arg(long, value_name = "FILE")]
    session_policy: Vec<PathBuf>,
    /// The service control policies of one level; given again for the next, from the root down
    #[arg(long, value_name = "FILE|DIR[,…]")]
    scps: Vec<String>,
    /// The resource control policies of one level, likewise
    #[arg(long, value_name = "FILE|DIR[,…]")]
    rcps: Vec<String>,
    /// The policy of a VPC endpoint that the request travels through
    #[arg(long, value_name = "FILE")]
    endpoint_policy: Vec<PathBuf>,
    /// Say why, statement by statement, and what would change it
    #[arg(long)]
    explain: bool,
    /// Answer as `sts:DecodeAuthorizationMessage` does
    #[arg(long, conflicts_with_all = ["explain", "cases"])]
    authorization_message: bool,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// An answer in JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    decision: &'static str,
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<Place<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// Where the statement is that decided.
#[derive(Debug, Serialize)]
struct Place<'a> {
    policy: &'a str,
    statement: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'a str>,
    line: u32,
    column: u32,
}

impl Evaluate {
    pub(super) fn run(self) -> anyhow::Result<Outcome> {
        if let Some(file) = &self.cases {
            return cases::run(file);
        }
        let bundle = self.bundle()?;
        let asked = Asked::with_principal_keys(self.question())?;
        let decision = asked.ask(&bundle, |policies, request| {
            if !self.explain && !self.authorization_message {
                let decision = decide(policies, request);
                self.show(&Answer::new(&decision, request, &bundle));
                return decision;
            }
            let explanation = explain(policies, request);
            if self.authorization_message {
                say!("{}", AuthorizationMessage::new(&explanation, &bundle).to_json(PRETTY));
            } else if self.json {
                say!("{}", explanation.to_json(&bundle, PRETTY));
            } else {
                let style = explanation::Style::of_stdout();
                say!("{}", explanation::render(&explanation, &bundle, request, style));
            }
            *explanation.decision()
        })?;
        Ok(if decision.is_allowed() { Outcome::Done } else { Outcome::No })
    }

    fn question(&self) -> Question {
        let mut context: Vec<(String, Values)> = Vec::new();
        for (key, value) in &self.context {
            let value = Scalar::Text(value.clone());
            match context.iter_mut().find(|(other, _)| other.eq_ignore_ascii_case(key)) {
                None => context.push((key.clone(), Values::One(value))),
                Some((_, held)) => held.push(value),
            }
        }
        Question {
            principal: self.principal.clone().unwrap_or_default(),
            action: self.action.clone().unwrap_or_default(),
            resource: Some(self.resource.clone()),
            resource_account: self.resource_account.clone(),
            context: Some(Members(context)),
            principal_role_arn: self.principal_role_arn.clone(),
            principal_issuer_arn: self.principal_issuer_arn.clone(),
            wildcard_only_action: Some(self.wildcard_only_action),
        }
    }

    fn bundle(&self) -> anyhow::Result<Bundle> {
        let mut bundle = Bundle {
            boundaries: read(&self.boundary)?,
            session: if self.session_policy.is_empty() { None } else { Some(read(&self.session_policy)?) },
            service_control: self
                .scps
                .iter()
                .map(|level| read_level(level))
                .collect::<anyhow::Result<_>>()?,
            resource_control: self
                .rcps
                .iter()
                .map(|level| read_level(level))
                .collect::<anyhow::Result<_>>()?,
            endpoint: read(&self.endpoint_policy)?,
            ..Bundle::default()
        };
        if let Some(path) = &self.resource_policy {
            bundle.resource = Some(Text::read(path)?.try_into()?);
        }
        for policy in read(&self.policies)? {
            if !policy.names_principals() {
                bundle.identity.push(policy);
            } else if let Some(other) = &bundle.resource {
                bail!(
                    "`{}` and `{}` both name principals, and a resource has one policy: give that one with \
                     `--resource-policy`, and leave the other out",
                    other.name,
                    policy.name
                );
            } else {
                bundle.resource = Some(policy);
            }
        }
        Ok(bundle)
    }

    fn show(&self, answer: &Answer<'_>) {
        if self.json {
            say!("{}", serde_json::to_string_pretty(answer).unwrap_or_default());
            return;
        }
        say!("{}", answer.decision);
        if let Some(message) = &answer.message {
            say!("{message}");
        }
        if let Some(Place { policy, statement, sid, line, column }) = &answer.statement {
            let sid = sid.map(|sid| format!(" ({sid})")).unwrap_or_default();
            say!("decided by statement {statement}{sid} at {policy}:{line}:{column}");
        }
    }
}

impl<'a> Answer<'a> {
    fn new(decision: &Decision, request: &Request<'_>, bundle: &'a Bundle) -> Self {
        let kind = match decision.reason() {
            Reason::Policy(kind) => Some(kind),
            Reason::RootUser | Reason::NoPermissionNeeded | Reason::RootMayNotAssumeRoles => None,
        };
        let statement = decision.deciding_statement().and_then(|(kind, at)| {
            let policy = bundle.policy(kind, at.level, at.program)?;
            let statement = policy.document.statement(at.statement as usize)?;
            let position = policy.document.position(statement.span().start);
            Some(Place {
                policy: &policy.name,
                statement: at.statement,
                sid: statement.sid().map(|sid| sid.value()).filter(|sid| !sid.is_empty()),
                line: position.line,
                column: position.column,
            })
        });
        Self {
            decision: decision.verdict().as_str(),
            reason: decision.reason().as_str(),
            policy_kind: kind.map(PolicyKind::as_str),
            statement,
            message: (!decision.is_allowed()).then(|| Denial::new(decision, request).to_string()),
        }
    }
}

fn read(paths: &[PathBuf]) -> anyhow::Result<Vec<Named>> {
    Text::read_all(paths)?.into_iter().map(Named::try_from).collect()
}

fn read_level(level: &str) -> anyhow::Result<Vec<Named>> {
    read(&level.split(',').map(PathBuf::from).collect::<Vec<_>>())
}

fn key_and_value(text: &str) -> anyhow::Result<(String, String)> {
    let (key, value) = text.split_once('=').context("expected `key=value`")?;
    anyhow::ensure!(key.contains(':'), "expected a key with a service's prefix, such as `aws:SourceIp`");
    Ok((key.to_owned(), value.to_owned()))
}
