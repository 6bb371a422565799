//! Trust in identity providers of OpenID Connect: whose tokens?

use super::glob::is_pattern;
use super::issue::IssueCode;
use super::policy::{Condition, Statement};
use super::principal::Provider;
use super::report::{Report, Spot};
use crate::document::PrincipalType;
use crate::operator::{Comparison, Qualifier};

/// GitHub's provider, whose tokens every workflow of every repository can have.
const GITHUB: &str = "token.actions.githubusercontent.com";
/// The claims of GitHub's tokens that say which repository it is.
const REPOSITORY_CLAIMS: [&str; 5] =
    ["sub", "repository", "repository_id", "repository_owner_id", "job_workflow_ref"];

pub(super) fn check(statement: &Statement<'_>, report: &mut Report<'_>) {
    for condition in &statement.conditions {
        check_audience(condition, report);
        check_subject(statement, condition, report);
    }
    if !statement.allows() {
        return;
    }
    for (kind, text) in statement.listed_principals() {
        let provider = Provider::of(text.str).filter(|_| *kind == PrincipalType::Federated);
        let Some(Provider::Oidc(prefix)) = provider else { continue };
        let spot = Spot::Value(text.node);
        let mut claims =
            statement.conditions.iter().filter(|condition| asks(condition)).filter_map(|condition| {
                let (found, claim) = condition.key.str.rsplit_once(':')?;
                found.eq_ignore_ascii_case(prefix).then_some(claim)
            });
        let is_of_repository =
            |claim: &str| REPOSITORY_CLAIMS.iter().any(|known| known.eq_ignore_ascii_case(claim));
        if prefix.eq_ignore_ascii_case(GITHUB) {
            if !claims.any(is_of_repository) {
                let details = format!(
                    "Workflows of every repository on GitHub can assume this role. Add a condition on `{GITHUB}:sub` \
                     with the repository and the branch."
                );
                report.add(IssueCode::MissingGithubRepoConditionKey, spot, details);
            }
        } else if claims.next().is_none() {
            let details = format!(
                "Everybody whom `{prefix}` gives a token can assume this role. Add a condition on `{prefix}:aud` or \
                 `{prefix}:sub`."
            );
            report.add(IssueCode::MissingConditionKeyForOidcPrincipal, spot, details);
        }
    }
}

/// Does the condition ask for a value?
fn asks(condition: &Condition<'_>) -> bool {
    condition.operator.comparison != Comparison::Null
}

/// The audience of a token is one value with most providers and a list with some.
fn check_audience(condition: &Condition<'_>, report: &mut Report<'_>) {
    let is_audience = condition
        .key
        .str
        .rsplit_once(':')
        .is_some_and(|(prefix, claim)| prefix.contains('.') && claim.eq_ignore_ascii_case("aud"));
    if is_audience && condition.operator.qualifier != Qualifier::Single {
        let details = format!(
            "Most providers put one audience into a token, and then `{}` should have no qualifier. Keep it only if \
             yours puts a list there.",
            condition.operator_name.str
        );
        report.add(IssueCode::ConfirmAudienceClaimType, Spot::Key(condition.operator_name.node), details);
    }
}

/// A pattern for the subject of GitHub's tokens is a pattern of repositories and branches.
fn check_subject(statement: &Statement<'_>, condition: &Condition<'_>, report: &mut Report<'_>) {
    let is_subject = condition.key.str.rsplit_once(':').is_some_and(|(prefix, claim)| {
        prefix.eq_ignore_ascii_case(GITHUB) && claim.eq_ignore_ascii_case("sub")
    });
    let is_like = matches!(condition.operator.comparison, Comparison::StringLike);
    if !is_subject || !is_like || !statement.allows() {
        return;
    }
    for value in condition.values.iter().filter(|value| is_pattern(value.text.str)) {
        let details = format!(
            "`{}` fits more than one repository and branch. Write them out: `repo:owner/name:ref:refs/heads/main`.",
            value.text.str
        );
        report.add(IssueCode::SpecificGithubRepoAndBranchRecommended, Spot::Value(value.text.node), details);
    }
}
