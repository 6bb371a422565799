//! What a simulation answers.

use std::collections::BTreeMap;

use regent_policy::simulate::most_restrictive;
use regent_policy::{MatchedStatement, PolicyKind, Verdict};
use regent_wire::iam::{self as wire, PolicyEvaluationDecisionType};

use super::plan::{Cell, Plan};

/// The kinds of policy that a decision across accounts is explained by, in the words of matched statements.
const EXPLAINED: [(PolicyKind, &str); 4] = [
    (PolicyKind::Identity, "IAM Policy"),
    (PolicyKind::PermissionsBoundary, "Permissions Boundary Policy"),
    (PolicyKind::Resource, "Resource Policy"),
    (PolicyKind::RoleTrust, "Resource Policy"),
];

type Details = BTreeMap<String, PolicyEvaluationDecisionType>;

/// The result of one action, over all resources, and for each of them if any are named.
///
/// AWS: IAM API reference, EvaluationResult.
pub(super) fn of_action(
    plan: &Plan<'_>,
    name: &str,
    cells: &[Cell<'_>],
    missing: &[String],
) -> wire::EvaluationResult {
    let verdict = most_restrictive(cells.iter().map(|cell| cell.simulation.verdict()));
    // Only what contributed to the decision on top: with a denial, what denies.
    let deciding = cells.iter().filter(|cell| cell.simulation.verdict() == verdict);
    let mut statements: Vec<MatchedStatement> = Vec::new();
    for statement in deciding.flat_map(|cell| cell.simulation.statements()) {
        if !statements.contains(statement) {
            statements.push(*statement);
        }
    }
    let is_named = !matches!(cells, [cell] if cell.resource == "*");
    wire::EvaluationResult {
        eval_action_name: name.to_owned(),
        eval_resource_name: Some(name_on_top(cells).to_owned()),
        eval_decision: decision(verdict),
        matched_statements: Some(shown(plan, &statements)),
        missing_context_values: Some(missing.to_vec()),
        organizations_decision_detail: organizations(cells),
        permissions_boundary_decision_detail: boundary(cells),
        eval_decision_details: if is_named { details(cells) } else { None },
        resource_specific_results: is_named
            .then(|| cells.iter().map(|cell| of_resource(plan, cell, missing)).collect()),
    }
}

fn of_resource(plan: &Plan<'_>, cell: &Cell<'_>, missing: &[String]) -> wire::ResourceSpecificResult {
    let simulation = &cell.simulation;
    let cells = std::slice::from_ref(cell);
    wire::ResourceSpecificResult {
        eval_resource_name: cell.resource.to_owned(),
        eval_resource_decision: decision(simulation.verdict()),
        matched_statements: Some(shown(plan, simulation.statements())),
        missing_context_values: (!missing.is_empty()).then(|| missing.to_vec()),
        eval_decision_details: details(cells).filter(|_| simulation.is_across_accounts()),
        permissions_boundary_decision_detail: boundary(cells),
    }
}

/// What the result of several resources is called: the form of ARN that they share, or `*`.
// CHOICE: AWS documents the form for every result; recorded of one resource is its own ARN, which is kept.
fn name_on_top<'a>(cells: &'a [Cell<'_>]) -> &'a str {
    match cells {
        [cell] => cell.resource,
        [first, rest @ ..] => {
            let is_shared = rest.iter().all(|cell| cell.form == first.form);
            first.form.filter(|_| is_shared).unwrap_or("*")
        }
        [] => "*",
    }
}

fn shown(plan: &Plan<'_>, statements: &[MatchedStatement]) -> Vec<wire::Statement> {
    statements.iter().filter_map(|statement| plan.shown(statement.kind, statement.at)).collect()
}

fn boundary(cells: &[Cell<'_>]) -> Option<wire::PermissionsBoundaryDecisionDetail> {
    let verdict = of_kind(cells, PolicyKind::PermissionsBoundary)?;
    let allowed_by_permissions_boundary = Some(verdict == Verdict::Allowed);
    Some(wire::PermissionsBoundaryDecisionDetail { allowed_by_permissions_boundary })
}

fn organizations(cells: &[Cell<'_>]) -> Option<wire::OrganizationsDecisionDetail> {
    let verdict = of_kind(cells, PolicyKind::ServiceControl)?;
    Some(wire::OrganizationsDecisionDetail { allowed_by_organizations: Some(verdict == Verdict::Allowed) })
}

/// What each kind of policy says, if caller and resource are in two accounts; nothing, if they are in one. Where the
/// organization does not allow, the simulation ends before this.
fn details(cells: &[Cell<'_>]) -> Option<Details> {
    if of_kind(cells, PolicyKind::ServiceControl).is_some_and(|verdict| verdict != Verdict::Allowed) {
        return None;
    }
    if !cells.iter().any(|cell| cell.simulation.is_across_accounts()) {
        return Some(Details::new());
    }
    let named = |(kind, name): (PolicyKind, &str)| Some((name.to_owned(), decision(of_kind(cells, kind)?)));
    Some(EXPLAINED.into_iter().filter_map(named).collect())
}

fn of_kind(cells: &[Cell<'_>], kind: PolicyKind) -> Option<Verdict> {
    let mut verdicts = cells.iter().filter_map(|cell| cell.simulation.by_kind(kind)).peekable();
    verdicts.peek()?;
    Some(most_restrictive(verdicts))
}

fn decision(verdict: Verdict) -> PolicyEvaluationDecisionType {
    match verdict {
        Verdict::Allowed => PolicyEvaluationDecisionType::Allowed,
        Verdict::ImplicitlyDenied => PolicyEvaluationDecisionType::ImplicitDeny,
        Verdict::ExplicitlyDenied => PolicyEvaluationDecisionType::ExplicitDeny,
    }
}
