//! Resource control policies.

use super::glob::is_pattern;
use super::issue::IssueCode;
use super::policy::Statement;
use super::report::{Report, Spot};
use super::subject::Subject;
use crate::document::{Polarity, PrincipalType};

/// They deny, whoever calls, on resources of services that take part. The one that allows is AWS's own and
/// allows everything.
///
/// AWS: "RCP syntax", and "List of AWS services that support RCPs".
pub(super) fn check(subject: &Subject<'_, '_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    if statement.allows() && !is_full_access(statement) {
        let details = "A resource control policy only denies; what it does not deny stays as it is.";
        report.add(IssueCode::RcpSyntaxErrorAllow, Spot::Value(statement.node), details);
    }
    if let Some(principals) = &statement.principals {
        let is_everybody = |(kind, text): &(PrincipalType, super::policy::Text<'_>)| {
            matches!(kind, PrincipalType::Everyone | PrincipalType::Aws) && text.str == "*"
        };
        if principals.polarity == Polarity::Excluded || !principals.entries.iter().all(is_everybody) {
            let details = "A resource control policy is about everybody. Write `\"Principal\": \"*\"`, and name those \
                           who are meant by `aws:PrincipalArn` in a condition.";
            report.add(IssueCode::RcpSyntaxErrorPrincipal, Spot::Key(principals.name), details);
        }
    }
    let Some(actions) = &statement.actions else { return };
    if actions.is_excluded() {
        let details = "A resource control policy lists its actions, with `Action`.";
        report.add(IssueCode::RcpSyntaxErrorNotAction, Spot::Key(actions.name), details);
        return;
    }
    for action in actions.items.iter().filter(|_| !statement.allows()) {
        let spot = Spot::Value(action.node);
        let Some((prefix, _)) = action.str.split_once(':') else {
            if is_pattern(action.str) {
                let details = "A resource control policy names the services it is about: `s3:*`, not `*`.";
                report.add(IssueCode::RcpSyntaxErrorActionWildcard, spot, details);
            }
            continue;
        };
        let service = subject.catalogue.service(prefix);
        if service.is_some_and(|service| !service.supports_rcps()) {
            let details = format!(
                "Resource control policies do not reach the resources of `{prefix}`. Remove the action."
            );
            report.add(IssueCode::RcpSyntaxErrorAction, spot, details);
        }
    }
}

/// Is it what `RCPFullAWSAccess` says?
fn is_full_access(statement: &Statement<'_>) -> bool {
    let is_star = |items: &[super::policy::Text<'_>]| matches!(items, [only] if only.str == "*");
    let lists_all = |list: &Option<super::policy::List<'_>>| {
        list.as_ref().is_some_and(|list| !list.is_excluded() && is_star(&list.items))
    };
    lists_all(&statement.actions) && lists_all(&statement.resources) && statement.conditions.is_empty()
}
