//! Which elements a statement must have, and which it may not.

use super::issue::IssueCode;
use super::options::PolicyType;
use super::policy::Statement;
use super::report::{Report, Spot};
use super::subject::Subject;

pub(super) fn check(subject: &Subject<'_, '_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    check_actions(statement, report);
    check_resources(subject, statement, report);
    check_principals(subject, statement, report);
}

/// A statement is about actions. It may list none, which makes it idle; it may not leave them out.
fn check_actions(statement: &Statement<'_>, report: &mut Report<'_>) {
    match &statement.actions {
        None if !statement.misspells("Action") => {
            let details = "The statement names no actions. Add `Action` or `NotAction`.";
            report.add(IssueCode::MissingAction, Spot::Value(statement.node), details);
        }
        Some(list) if list.is_empty_array => {
            let details = "No action is listed, so the statement does nothing. List actions, or remove it.";
            report.add(IssueCode::EmptyArrayAction, Spot::Value(list.node), details);
        }
        _ => {}
    }
}

/// Policies on principals say which resources they are about. A policy on a resource may leave it out, except
/// in S3; a trust policy has to.
fn check_resources(subject: &Subject<'_, '_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    if subject.options.is_trust() {
        return;
    }
    let may_be_absent =
        subject.options.policy_type() == PolicyType::Resource && subject.options.resource_type().is_none();
    match &statement.resources {
        None if !may_be_absent && !statement.misspells("Resource") => {
            let details = "The statement does not say which resources it is about. Add `Resource` or \
                           `NotResource`; `\"*\"` is all of them.";
            report.add(IssueCode::MissingResource, Spot::Value(statement.node), details);
        }
        Some(list) if list.is_empty_array => {
            let details =
                "No resource is listed, so the statement does nothing. List resources, or remove it.";
            report.add(IssueCode::EmptyArrayResource, Spot::Value(list.node), details);
        }
        _ => {}
    }
}

/// Policies on resources say whom they are about; policies on principals are about these.
fn check_principals(subject: &Subject<'_, '_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    let policy_type = subject.options.policy_type();
    match (&statement.principals, policy_type) {
        (None, PolicyType::Resource | PolicyType::ResourceControl) if !statement.misspells("Principal") => {
            let details = "The statement does not say whom it is about. Add `Principal`.";
            report.add(IssueCode::MissingPrincipal, Spot::Value(statement.node), details);
        }
        (Some(principals), PolicyType::Identity) => {
            let details = "This policy is about whoever it is attached to and names no principal. Remove the \
                           element, or attach the policy to a resource.";
            report.add(IssueCode::UnsupportedPrincipal, Spot::Key(principals.name), details);
        }
        _ => {}
    }
}
