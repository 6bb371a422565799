//! The simulator without a server: policies come from files, and nobody is looked up.

use regent_policy::Document;
use regent_store::entity::AccountId;
use regent_wire::Fault;
use regent_wire::iam::{ContextEntry, SimulatePolicyResponse};

use super::plan::Plan;
use super::question::{self, Entries};
use super::result;
use super::source::Source;
use super::subject::Subject;
use crate::arn::Partition;
use crate::fault;

/// The account of what is nobody's: one of AWS's examples.
const SOMEBODY: &str = "111122223333";

/// What is asked. Policies have the names that the answer calls them by.
#[derive(Debug)]
pub(crate) struct Offline<'a> {
    /// Identity-based policies.
    pub(crate) policies: Vec<(String, Document)>,
    /// The permissions boundary.
    pub(crate) boundary: Option<(String, Document)>,
    /// The policy of every resource.
    pub(crate) resource_policy: Option<(String, Document)>,
    /// Service control policies, level by level from the root down.
    pub(crate) organization: Option<Vec<Vec<(String, Document)>>>,
    /// The ARN of a user, a group or a role.
    pub(crate) caller: Option<&'a str>,
    /// Whose a resource is whose ARN does not tell.
    pub(crate) owner: Option<&'a str>,
    /// What for.
    pub(crate) actions: &'a [String],
    /// On what; on `*` if there is nothing.
    pub(crate) resources: &'a [String],
    /// The values of context keys.
    pub(crate) entries: &'a [ContextEntry],
}

impl Offline<'_> {
    /// Asks.
    pub(crate) fn simulate(self) -> Result<SimulatePolicyResponse, Fault> {
        question::check_actions(self.actions)?;
        let resources = question::resources(Some(self.resources))?;
        let subject = self.subject()?;
        if self.resource_policy.is_some() && !subject.is_user() {
            return Err(fault::invalid_input("Invalid caller - Caller must be an IAM user in this context."));
        }
        let owner = super::owner(self.owner, &resources)?;
        let source = |(name, document)| Source::new(name, document);
        let sources = |policies: Vec<(String, Document)>| policies.into_iter().map(source).collect();
        let plan = Plan {
            identity: sources(self.policies),
            boundary: self.boundary.map(source),
            organization: self.organization.map(|levels| levels.into_iter().map(sources).collect()),
            resource_policy: self.resource_policy.map(source),
            owner: owner.map_or_else(|| subject.account.as_str().to_owned(), |owner| owner.to_string()),
            entries: Entries::read(Some(self.entries))?,
            resources,
            subject,
        };
        let missing = plan.missing_keys();
        let mut results = Vec::with_capacity(self.actions.len());
        for name in self.actions {
            results.push(result::of_action(&plan, name, &plan.run(name)?, &missing));
        }
        Ok(SimulatePolicyResponse {
            evaluation_results: Some(results),
            is_truncated: Some(false),
            marker: None,
        })
    }

    fn subject(&self) -> Result<Subject, Fault> {
        let Some(arn) = self.caller else {
            let account: AccountId = SOMEBODY.parse().map_err(Fault::internal_failure)?;
            return Ok(Subject::unnamed(account));
        };
        // Files may be of any partition: the caller's is the one that counts.
        let partition = arn.split(':').nth(1).unwrap_or("aws");
        Subject::named(&Partition::new(partition), arn)
    }
}
