//! Grants to pass roles to services, and to create service-linked roles, that reach further than meant.
//!
//! Who passes a role to a service lends the service everything that the role may do, and often gets it back:
//! passing any role is close to being an administrator.

use super::action::fits;
use super::glob::is_pattern;
use super::issue::IssueCode;
use super::policy::{Statement, Text};
use super::report::{Report, Spot};
use crate::operator::Comparison;
use IssueCode as Code;

/// An action on roles, and the codes for each way in which it can be granted too widely.
struct Grant {
    /// In lower case.
    action: &'static str,
    what: &'static str,
    /// The key that narrows a grant on all roles.
    narrowed_by: &'static str,
    /// Where the roles in question are.
    path: &'static str,
    /// By how the action is named (itself, by a pattern, by `NotAction`), on roles by a star.
    with_star: [IssueCode; 3],
    /// The same with `NotResource`.
    with_not_resource: [IssueCode; 3],
}

const GRANTS: [Grant; 2] = [
    Grant {
        action: "iam:passrole",
        what: "passing any role to a service",
        narrowed_by: "iam:PassedToService",
        path: "role/",
        with_star: [
            Code::PassRoleWithStarInResource,
            Code::PassRoleWithStarInActionAndResource,
            Code::PassRoleWithStarInResourceAndNotAction,
        ],
        with_not_resource: [
            Code::PassRoleWithNotResource,
            Code::PassRoleWithStarInActionAndNotResource,
            Code::PassRoleWithNotActionAndNotResource,
        ],
    },
    Grant {
        action: "iam:createservicelinkedrole",
        what: "creating service-linked roles for any service",
        narrowed_by: "iam:AWSServiceName",
        path: "role/aws-service-role/",
        with_star: [
            Code::CreateSlrWithStarInResource,
            Code::CreateSlrWithStarInActionAndResource,
            Code::CreateSlrWithStarInResourceAndNotAction,
        ],
        with_not_resource: [
            Code::CreateSlrWithNotResource,
            Code::CreateSlrWithStarInActionAndNotResource,
            Code::CreateSlrWithNotActionAndNotResource,
        ],
    },
];

pub(super) fn check(statement: &Statement<'_>, report: &mut Report<'_>) {
    if statement.allows() {
        for grant in &GRANTS {
            grant.check(statement, report);
        }
    }
}

impl Grant {
    fn check(&self, statement: &Statement<'_>, report: &mut Report<'_>) {
        let Some((way, action_spot)) = self.way(statement) else { return };
        let Some(resources) = &statement.resources else { return };
        let codes = if resources.is_excluded() { &self.with_not_resource } else { &self.with_star };
        let (resource_spot, advice) = if resources.is_excluded() {
            (Spot::Key(resources.name), "Name the roles that are meant with `Resource`".to_owned())
        } else {
            let Some(wide) = resources.items.iter().find(|item| self.is_every_role(item.str)) else { return };
            if self.is_narrowed(statement) {
                return;
            }
            let advice =
                format!("Name the roles in `Resource`, or add a condition on `{}`", self.narrowed_by);
            (Spot::Value(wide.node), advice)
        };
        let Some(code) = codes.get(way as usize) else { return };
        let details = format!("This includes {}. {advice}.", self.what);
        report.add_all(*code, &[action_spot, resource_spot], details);
    }

    /// How the statement comes to be about the action.
    fn way(&self, statement: &Statement<'_>) -> Option<(Way, Spot)> {
        let actions = statement.actions.as_ref()?;
        let matches = |item: &&Text<'_>| fits(&item.str.to_ascii_lowercase(), self.action);
        let mut found = actions.items.iter().filter(matches);
        if actions.is_excluded() {
            // A list that names nothing excludes nothing, but is no more than a mistake.
            let is_about = !actions.items.is_empty() && found.next().is_none();
            return is_about.then_some((Way::Excluded, Spot::Key(actions.name)));
        }
        let found: Vec<_> = found.collect();
        let named = found.iter().find(|item| !is_pattern(item.str));
        let way = if named.is_some() { Way::Named } else { Way::Pattern };
        named.or(found.first()).map(|item| (way, Spot::Value(item.node)))
    }

    /// Does the pattern cover roles of every name? `role/Service*` is somebody's own name for roles.
    fn is_every_role(&self, resource: &str) -> bool {
        if resource == "*" {
            return true;
        }
        let Some(fields) = crate::arn::Arn::new(resource).fields else { return false };
        let [_, _, service, _, _, path] = fields;
        let is_wild =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'*' | b'?' | b'/'));
        let rest = path.strip_prefix(self.path).or_else(|| path.strip_prefix("role/"));
        fits(service, "iam") && (is_wild(path) || rest.is_some_and(is_wild))
    }

    /// Does a condition say for which service?
    fn is_narrowed(&self, statement: &Statement<'_>) -> bool {
        let mut conditions = statement.conditions.iter();
        conditions.any(|condition| {
            condition.key.str.eq_ignore_ascii_case(self.narrowed_by)
                && condition.operator.comparison != Comparison::Null
                && !condition.operator.comparison.is_negated()
                && condition.values.iter().all(|value| !value.text.str.starts_with('*'))
        })
    }
}

#[derive(Clone, Copy)]
enum Way {
    Named,
    Pattern,
    Excluded,
}
