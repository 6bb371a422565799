//! Services that a policy on a resource lets in: on whose behalf?

use super::issue::IssueCode;
use super::policy::Statement;
use super::report::{Report, Spot};
use crate::document::PrincipalType;

/// Keys that say for whom a service acts.
const SOURCE_KEYS: [&str; 5] =
    ["aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "aws:SourceOrgPaths", "aws:PrincipalAccount"];
/// Keys that were used for it, and that anybody can set or nobody can know.
const WEAK_KEYS: [&str; 6] =
    ["aws:referer", "aws:SourceOwner", "aws:UserAgent", "aws:SourceIp", "aws:SourceVpc", "aws:SourceVpce"];

/// A service acts for every one of its customers. Who lets it in without saying for whom lets all of them in
/// (the "confused deputy").
pub(super) fn check(statement: &Statement<'_>, report: &mut Report<'_>) {
    let services = statement.listed_principals().iter().filter(|(kind, _)| *kind == PrincipalType::Service);
    let services: Vec<_> = services.map(|(_, text)| *text).collect();
    let is_about_roles =
        statement.listed_actions().iter().any(|action| action.str.to_ascii_lowercase().starts_with("sts:"));
    let Some(first) = services.first() else { return };
    if !statement.allows() || is_about_roles || SOURCE_KEYS.iter().any(|key| statement.has_key(key)) {
        return;
    }
    let weak = statement
        .conditions
        .iter()
        .find(|condition| WEAK_KEYS.iter().any(|key| key.eq_ignore_ascii_case(condition.key.str)));
    if let Some(condition) = weak {
        let details = format!(
            "`{}` does not say for whom `{}` acts. Use `aws:SourceArn`, `aws:SourceAccount`, `aws:SourceOrgID` or \
             `aws:SourceOrgPaths` instead.",
            condition.key.str, first.str
        );
        report.add(
            IssueCode::RecommendedConditionKeyForServicePrincipal,
            Spot::Key(condition.key.node),
            details,
        );
        return;
    }
    let spots: Vec<_> = services.iter().map(|service| Spot::Value(service.node)).collect();
    let details = format!(
        "`{}` acts for all of its customers, and all of them are let in. Add a condition on `aws:SourceArn`, \
         `aws:SourceAccount`, `aws:SourceOrgID` or `aws:SourceOrgPaths`.",
        first.str
    );
    report.add_all(IssueCode::RestrictAccessToServicePrincipal, &spots, details);
}
