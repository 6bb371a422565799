//! What policies would allow, and why: `/policies/simulate`.

use std::collections::BTreeMap;

use axum::Json;
use regent_policy::explain::explain;
use regent_policy::simulate::{eval_decision, missing_context_keys, simulate};
use regent_policy::{Document, Layout, MatchedStatement, Policies, Position, Request, action};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::policy::bundle::{Bundle, Named, Resources, missing_element};
use crate::policy::excerpt::Colour;
use crate::policy::explanation::{Style, render};
use crate::policy::principal::split;
use crate::policy::question::{Asked, Members, Question, Scalar, Values};
use crate::rest::body::JsonBody;
use crate::rest::caller::Known;
use crate::rest::problem::{FieldProblem, Problem};

/// The most policies of a simulation.
const MAX_POLICIES: usize = 50;
/// The most questions: actions by resources.
const MAX_QUESTIONS: usize = 100;
/// The most context keys, and the most values of each.
const MAX_KEYS: usize = 100;
/// How wide an explanation is drawn.
const COLUMNS: usize = 100;
/// Who asks if nobody is named: somebody of the account that the resource is in.
const NOBODY_IN_PARTICULAR: &str = "role/simulated";
const NO_ACCOUNT: &str = "000000000000";

/// Questions, and the policies that they are decided by.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Simulate {
    /// The caller's own: what its user or role has.
    policies: Vec<String>,
    /// Passed with the session. Left out, none were, which is not the same as a list that allows nothing.
    #[serde(default)]
    session_policies: Option<Vec<String>>,
    /// A permissions boundary.
    #[serde(default)]
    boundary: Option<String>,
    /// The resource's own: a bucket's, a key's, a role's trust policy.
    #[serde(default)]
    resource_policy: Option<String>,
    /// Service control policies by level, from the root down.
    #[serde(default)]
    scps: Vec<Vec<String>>,
    /// Who asks, by ARN. Left out, a role of the account that the resource is in.
    #[serde(default)]
    caller_arn: Option<String>,
    /// The role of a session, if it has a path.
    #[serde(default)]
    caller_role_arn: Option<String>,
    /// What for: `s3:GetObject`.
    actions: Vec<String>,
    /// On what; `*` if nothing is said.
    #[serde(default)]
    resources: Vec<String>,
    /// The account that owns resources whose ARN does not say; the caller's own if left out.
    #[serde(default)]
    resource_account: Option<String>,
    /// Condition keys. Those that follow from the caller are there unless they are given.
    #[serde(default)]
    context: BTreeMap<String, Vec<String>>,
}

/// The answers, in the order of the actions, and of the resources for each.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Simulated {
    results: Vec<SimulationResult>,
}

/// What a request would come to.
#[derive(Debug, Serialize, ToSchema)]
struct SimulationResult {
    /// What for.
    action: String,
    /// On what.
    resource: String,
    /// `allowed`, `explicitDeny` or `implicitDeny`.
    decision: &'static str,
    /// The statements that settled it: those that deny, or else those that allow.
    statements: Vec<Settled>,
    /// Keys that the policies ask for and that nobody gave.
    missing_context_keys: Vec<String>,
    /// Why, for a person.
    text: String,
    /// Why, for a program.
    #[schema(value_type = Object)]
    explanation: Box<RawValue>,
}

/// A statement that settled a question.
#[derive(Debug, Serialize, ToSchema)]
struct Settled {
    /// The member of the request that the policy stands in: `policies[0]`.
    policy: String,
    /// What kind of policy it is.
    kind: &'static str,
    /// Its number in the policy, from 0.
    statement: u32,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    /// The line where it begins, from 1.
    line: u32,
    /// The character there, from 1.
    column: u32,
}

/// Tells what policies would allow, by the engine that decides, and why.
#[utoipa::path(post, path = "/policies/simulate", operation_id = "simulatePolicies", tag = "Policies",
    request_body = Simulate,
    responses((status = 200, body = Simulated), (status = "default", body = Problem)))]
pub(super) async fn simulate_policies(
    known: Known,
    JsonBody(body): JsonBody<Simulate>,
) -> Result<Json<Simulated>, Problem> {
    known.must(&action!("regent:SimulatePolicy"), "policy", "*")?;
    let partition = known.asked.server.config.partition.clone();
    super::aside(move || simulated(&body, &partition)).await.map(Json)
}

fn simulated(body: &Simulate, partition: &str) -> Result<Simulated, Problem> {
    let everything = ["*".to_owned()];
    let resources: &[String] = if body.resources.is_empty() { &everything } else { &body.resources };
    check_bounds(body, resources.len())?;
    let bundle = bundle(body)?;
    let mut results = Vec::new();
    for action in &body.actions {
        for resource in resources {
            let question = question(body, action, resource, partition);
            let asked = Asked::with_principal_keys(question)
                .and_then(|asked| asked.ask(&bundle, |policies, request| answer(&bundle, policies, request)))
                .map_err(|error| Problem::bad_request("malformed_question", told(&error)))?;
            results.push(asked?);
        }
    }
    Ok(Simulated { results })
}

fn check_bounds(body: &Simulate, resources: usize) -> Result<(), Problem> {
    let session = body.session_policies.as_ref().map_or(0, Vec::len);
    let policies = body.policies.len() + session + body.scps.iter().map(Vec::len).sum::<usize>();
    let questions = body.actions.len().saturating_mul(resources);
    let keys = body.context.len().max(body.context.values().map(Vec::len).max().unwrap_or(0));
    for (name, found, most) in [
        ("policies", policies, MAX_POLICIES),
        ("actions", questions, MAX_QUESTIONS),
        ("context", keys, MAX_KEYS),
    ] {
        if found > most {
            let detail = format!("expected at most {most}, not {found}");
            return Err(field(name, "too_many", detail));
        }
    }
    if body.actions.is_empty() {
        return Err(field("actions", "missing", "expected an action such as `s3:GetObject`"));
    }
    Ok(())
}

fn bundle(body: &Simulate) -> Result<Bundle, Problem> {
    let all = |name: &str, texts: &[String]| {
        let numbered = texts.iter().enumerate();
        numbered
            .map(|(number, text)| read(format!("{name}[{number}]"), text, Resources::Required))
            .collect::<Result<Vec<_>, _>>()
    };
    let scps = body.scps.iter().enumerate();
    let one = |name: &str, text: &Option<String>, resources| {
        text.as_deref().map(|text| read(name.to_owned(), text, resources)).transpose()
    };
    Ok(Bundle {
        identity: all("policies", &body.policies)?,
        session: body.session_policies.as_deref().map(|texts| all("session_policies", texts)).transpose()?,
        boundaries: one("boundary", &body.boundary, Resources::Required)?.into_iter().collect(),
        resource: one("resource_policy", &body.resource_policy, Resources::Understood)?,
        service_control: scps
            .map(|(level, texts)| all(&format!("scps[{level}]"), texts))
            .collect::<Result<_, _>>()?,
        ..Bundle::default()
    })
}

/// Reads a policy. Only a resource's own names principals; of another it would say something else than was meant.
fn read(name: String, text: &str, resources: Resources) -> Result<Named, Problem> {
    let refused = |at: Position, what: String| {
        let detail = format!("line {}, column {}: {what}", at.line, at.column);
        field(&name, "policy_malformed", detail)
    };
    let document = Document::parse(text)
        .map_err(|error| refused(Position::of(text, error.span().start), error.to_string()))?;
    if let Some((span, wanted)) = missing_element(&document, resources) {
        return Err(refused(document.position(span.start), wanted.to_owned()));
    }
    let principal = document.statements().find(|statement| statement.principals().is_some());
    let principal = principal.map(|statement| document.position(statement.span().start));
    if let Some(at) = principal.filter(|_| resources == Resources::Required) {
        return Err(refused(at, "a policy that names principals belongs to `resource_policy`".to_owned()));
    }
    Ok(Named::new(name, document))
}

fn question(body: &Simulate, action: &str, resource: &str, partition: &str) -> Question {
    let owner = split(resource).map(|(_, account, _)| account).filter(|account| !account.is_empty());
    let owner = owner.or(body.resource_account.as_deref());
    let caller = body.caller_arn.clone().unwrap_or_else(|| {
        format!("arn:{partition}:iam::{}:{NOBODY_IN_PARTICULAR}", owner.unwrap_or(NO_ACCOUNT))
    });
    // What nobody is said to own is the caller's.
    let own = split(&caller).map(|(_, account, _)| account).filter(|account| !account.is_empty());
    let context = body.context.iter().map(|(key, values)| {
        let values = values.iter().cloned().map(Scalar::Text).collect();
        (key.clone(), Values::Many(values))
    });
    Question {
        resource_account: owner.or(own).map(str::to_owned),
        principal: caller.clone(),
        action: action.to_owned(),
        resource: Some(resource.to_owned()),
        context: Some(Members(context.collect())),
        principal_role_arn: body.caller_role_arn.clone(),
        ..Question::default()
    }
}

fn answer(
    bundle: &Bundle,
    policies: &Policies<'_>,
    request: &Request<'_>,
) -> Result<SimulationResult, Problem> {
    let simulation = simulate(policies, request);
    let explanation = explain(policies, request);
    let style = Style { colour: Colour::Off, columns: COLUMNS };
    let documents = bundle.all().map(|policy| &policy.document);
    let missing = missing_context_keys(documents, request.context);
    let json = RawValue::from_string(explanation.to_json(bundle, Layout::Compact));
    Ok(SimulationResult {
        action: request.action.name().to_owned(),
        resource: request.resource.text().to_owned(),
        decision: eval_decision(simulation.verdict()),
        statements: simulation.statements().iter().filter_map(|found| settled(bundle, found)).collect(),
        missing_context_keys: missing.into_iter().map(str::to_owned).collect(),
        text: render(&explanation, bundle, request, style),
        explanation: json.map_err(Problem::internal)?,
    })
}

fn settled(bundle: &Bundle, found: &MatchedStatement) -> Option<Settled> {
    let policy = bundle.policy(found.kind, found.at.level, found.at.program)?;
    let statement = policy.document.statement(found.at.statement as usize)?;
    let Position { line, column } = policy.document.position(statement.span().start);
    let sid = statement.sid().map(|sid| sid.value().to_owned()).filter(|sid| !sid.is_empty());
    Some(Settled {
        policy: policy.name.clone(),
        kind: found.kind.as_str(),
        statement: found.at.statement,
        sid,
        line,
        column,
    })
}

/// An error and what caused it.
fn told(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

fn field(name: &str, code: &str, detail: impl Into<String>) -> Problem {
    let detail = detail.into();
    Problem::invalid(vec![FieldProblem { name: name.to_owned(), code: code.to_owned(), detail, fix: None }])
}
