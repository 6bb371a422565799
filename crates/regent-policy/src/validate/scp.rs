//! Service control policies.

use super::issue::IssueCode;
use super::options::ScpLanguage;
use super::policy::Statement;
use super::report::{Report, Spot};
use super::subject::Subject;

/// They are about all principals of an account, so they name none. Where the language is restricted there is
/// more that they may not say.
pub(super) fn check(subject: &Subject<'_, '_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    if let Some(principals) = &statement.principals {
        let details = "A service control policy is about all principals of an account and names none. Use \
                       `aws:PrincipalArn` in a condition.";
        report.add(IssueCode::ScpSyntaxErrorPrincipal, Spot::Key(principals.name), details);
    }
    if subject.options.scp_language() == ScpLanguage::Restricted {
        check_restricted(statement, report);
    }
}

fn check_restricted(statement: &Statement<'_>, report: &mut Report<'_>) {
    for action in statement.actions.iter().flat_map(|list| &list.items) {
        let is_trailing = action.str.trim_end_matches('*');
        if is_trailing.contains(['*', '?']) {
            let details = format!("Only the end of an action may be a wildcard, so not `{}`.", action.str);
            report.add(IssueCode::ScpSyntaxErrorActionWildcard, Spot::Value(action.node), details);
        }
    }
    if let Some(list) = statement.resources.as_ref().filter(|list| list.is_excluded()) {
        let details = "Say which resources are meant, with `Resource`; `NotResource` is not available.";
        report.add(IssueCode::ScpSyntaxErrorNotResource, Spot::Key(list.name), details);
    }
    if !statement.allows() {
        return;
    }
    if let Some(condition) = statement.conditions.first() {
        let details = "`Allow` takes no condition here. Deny under the opposite condition instead.";
        report.add(IssueCode::ScpSyntaxErrorAllowCondition, Spot::Key(condition.operator_name.node), details);
    }
    if let Some(list) = statement.actions.as_ref().filter(|list| list.is_excluded()) {
        let details = "`Allow` takes no `NotAction` here. List what is allowed, or deny what is not.";
        report.add(IssueCode::ScpSyntaxErrorAllowNotAction, Spot::Key(list.name), details);
    }
    let narrow = statement.resources.iter().filter(|list| !list.is_excluded()).flat_map(|list| &list.items);
    for resource in narrow.filter(|resource| resource.str != "*") {
        let details = "`Allow` is on all resources here. Write `\"Resource\": \"*\"`, or deny the others.";
        report.add(IssueCode::ScpSyntaxErrorAllowResource, Spot::Value(resource.node), details);
    }
}
