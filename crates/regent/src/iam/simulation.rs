//! The policy simulator: what would be decided, asked of the function that decides.
//!
//! What AWS's simulator cannot do is done here as enforcement does it: a `ResourcePolicy` given for `sts:AssumeRole` is a
//! trust policy, for a KMS key it is a key policy.

use regent_policy::{Document, PolicyKind, simulate};
use regent_store::entity::AccountId;
use regent_wire::iam::{self as wire, op};
use regent_wire::{Fault, Operation};

use super::page::Page;
use crate::arn::Partition;
use crate::authz::Authorized;
use crate::call::Call;
use crate::fault;

mod entity;
mod exclusion;
pub(crate) mod offline;
mod plan;
mod question;
mod result;
mod source;
mod subject;

use entity::{Entity, Held};
use exclusion::Exclusions;
use plan::Plan;
use question::Entries;
use source::Source;
use subject::Subject;

const POLICY_INPUT: &str = "PolicyInputList";

/// What both inputs say in the same members; their types are the model's, and have nothing else in common.
macro_rules! common {
    ($input:expr) => {
        Common {
            actions: &$input.action_names,
            resources: $input.resource_arns.as_deref(),
            boundary: $input.permissions_boundary_policy_input_list.as_deref(),
            resource_policy: $input.resource_policy.as_deref(),
            resource_owner: $input.resource_owner.as_deref(),
            entries: $input.context_entries.as_deref(),
            scenario: $input.resource_handling_option.as_deref(),
        }
    };
}

/// Simulates policies that the request brings along. Nothing of the account takes part.
///
/// AWS: IAM API reference, SimulateCustomPolicy.
pub(crate) fn simulate_custom_policy(
    call: &Call<'_>,
    input: &Authorized<op::SimulateCustomPolicy>,
) -> Result<wire::SimulatePolicyResponse, Fault> {
    let arns = call.arns();
    let identity = Source::passed_in(arns, POLICY_INPUT, &input.policy_input_list, PolicyKind::Identity)?;
    let organization = input.ordered_organization_policy_input_list.as_deref();
    let organization = organization.map(|levels| organization_policies(arns, levels)).transpose()?;
    let subject = match input.caller_arn.as_deref() {
        Some(arn) => Subject::read(call, arn)?,
        None if input.resource_policy.is_some() => {
            // CHOICE: that it is required is documented; the text is not recorded.
            return Err(fault::invalid_input("CallerArn is required if ResourcePolicy is given."));
        }
        None => Subject::unnamed(call.caller.account),
    };
    let common = common!(input);
    let plan = common.plan(call, subject, Held { identity, boundary: None }, organization)?;
    let page = Page::read(
        call.caller.account,
        op::SimulateCustomPolicy::META.name,
        input.marker.as_deref(),
        input.max_items,
    )?;
    answer(&plan, &input.action_names, page)
}

/// Simulates the policies of a user, a group or a role, with more of them or with fewer.
///
/// Policies of the organization would take part, and there are none. The policy of a resource is never looked up.
///
/// AWS: IAM API reference, SimulatePrincipalPolicy.
pub(crate) fn simulate_principal_policy(
    call: &Call<'_>,
    input: &Authorized<op::SimulatePrincipalPolicy>,
) -> Result<wire::SimulatePolicyResponse, Fault> {
    let without = Exclusions::read(input.policy_exclusion_list.as_deref().unwrap_or_default())?;
    let mut held = Entity::find(call, &input.policy_source_arn)?.held(call, &without)?;
    let more = input.policy_input_list.as_deref().unwrap_or_default();
    held.identity.extend(Source::passed_in(call.arns(), POLICY_INPUT, more, PolicyKind::Identity)?);
    let subject = Subject::read(call, input.caller_arn.as_deref().unwrap_or(&input.policy_source_arn))?;
    let common = common!(input);
    let plan = common.plan(call, subject, held, None)?;
    let page = Page::read(
        call.caller.account,
        op::SimulatePrincipalPolicy::META.name,
        input.marker.as_deref(),
        input.max_items,
    )?;
    answer(&plan, &input.action_names, page)
}

/// Tells which context keys policies ask for, so that a simulation can be given their values.
///
/// AWS: IAM API reference, GetContextKeysForCustomPolicy.
pub(crate) fn get_context_keys_for_custom_policy(
    call: &Call<'_>,
    input: &Authorized<op::GetContextKeysForCustomPolicy>,
) -> Result<wire::GetContextKeysForPolicyResponse, Fault> {
    let sources =
        Source::passed_in(call.arns(), POLICY_INPUT, &input.policy_input_list, PolicyKind::Identity)?;
    Ok(context_keys(sources.iter().map(|source| &source.document)))
}

/// Tells which context keys the policies of a user, a group or a role ask for; its boundary takes part in simulations,
/// and so do the keys of it.
///
/// AWS: IAM API reference, GetContextKeysForPrincipalPolicy.
pub(crate) fn get_context_keys_for_principal_policy(
    call: &Call<'_>,
    input: &Authorized<op::GetContextKeysForPrincipalPolicy>,
) -> Result<wire::GetContextKeysForPolicyResponse, Fault> {
    let held = Entity::find(call, &input.policy_source_arn)?.held(call, &Exclusions::NONE)?;
    let more = input.policy_input_list.as_deref().unwrap_or_default();
    let more = Source::passed_in(call.arns(), POLICY_INPUT, more, PolicyKind::Identity)?;
    let sources = held.identity.iter().chain(&held.boundary).chain(&more);
    Ok(context_keys(sources.map(|source| &source.document)))
}

fn context_keys<'a>(documents: impl Iterator<Item = &'a Document>) -> wire::GetContextKeysForPolicyResponse {
    let keys = simulate::context_keys(documents).into_iter().map(str::to_owned).collect();
    wire::GetContextKeysForPolicyResponse { context_key_names: Some(keys) }
}

/// The levels of an organization that the request makes up, from the root down.
fn organization_policies(
    arns: &Partition,
    levels: &[wire::OrderedOrganizationPolicyType],
) -> Result<Vec<Vec<Source<'static>>>, Fault> {
    let numbered = (1..).zip(levels);
    numbered
        .map(|(number, level)| {
            let list = format!("OrderedOrganizationPolicyInputList.{number}.ServiceControlPolicyInputList");
            let texts = level.service_control_policy_input_list.as_deref().unwrap_or_default();
            Source::passed_in(arns, &list, texts, PolicyKind::ServiceControl)
        })
        .collect()
}

/// What both kinds of simulation take.
struct Common<'a> {
    actions: &'a [String],
    resources: Option<&'a [String]>,
    boundary: Option<&'a [String]>,
    resource_policy: Option<&'a str>,
    resource_owner: Option<&'a str>,
    entries: Option<&'a [wire::ContextEntry]>,
    scenario: Option<&'a str>,
}

impl<'a> Common<'a> {
    fn plan(
        &self,
        call: &Call<'a>,
        subject: Subject,
        held: Held<'a>,
        organization: Option<Vec<Vec<Source<'a>>>>,
    ) -> Result<Plan<'a>, Fault> {
        question::check_actions(self.actions)?;
        let resources = question::resources(self.resources)?;
        question::check_scenario(self.scenario, &resources)?;
        if self.resource_policy.is_some() && !subject.is_user() {
            return Err(fault::invalid_input("Invalid caller - Caller must be an IAM user in this context."));
        }
        let owner = owner(self.resource_owner, &resources)?;
        Ok(Plan {
            identity: held.identity,
            boundary: self.boundary(call.arns())?.or(held.boundary),
            organization,
            resource_policy: self.resource_policy(call.arns())?,
            owner: owner.map_or_else(|| subject.account.as_str().to_owned(), |owner| owner.to_string()),
            entries: Entries::read(self.entries)?,
            resources,
            subject,
        })
    }

    /// A boundary that is given counts instead of the one that is there.
    fn boundary(&self, arns: &Partition) -> Result<Option<Source<'a>>, Fault> {
        const LIST: &str = "PermissionsBoundaryPolicyInputList";
        match self.boundary.unwrap_or_default() {
            [] => Ok(None),
            [text] => {
                Source::passed(arns, format!("{LIST}.1"), text, PolicyKind::PermissionsBoundary).map(Some)
            }
            // CHOICE: that there is at most one is documented; the text is not recorded.
            _ => Err(fault::invalid_input(format!("{LIST} can hold one policy at most."))),
        }
    }

    fn resource_policy(&self, arns: &Partition) -> Result<Option<Source<'a>>, Fault> {
        let assumes = |action: &String| action.to_ascii_lowercase().starts_with("sts:assumerole");
        let kind =
            if self.actions.iter().all(assumes) { PolicyKind::RoleTrust } else { PolicyKind::Resource };
        let read = |text| Source::passed(arns, "ResourcePolicy".to_owned(), text, kind);
        self.resource_policy.map(read).transpose()
    }
}

/// The account that `ResourceOwner` names, by its number or by the ARN of its root user.
///
/// It is there for ARNs that do not tell. One that does must not tell otherwise.
fn owner(given: Option<&str>, resources: &[&str]) -> Result<Option<AccountId>, Fault> {
    let Some(given) = given else { return Ok(None) };
    let root = given.strip_suffix(":root").and_then(|arn| arn.rsplit_once(":iam::"));
    let digits = root.filter(|(head, _)| head.starts_with("arn:")).map_or(given, |(_, digits)| digits);
    let account: AccountId = digits
        .parse()
        .map_err(|_| fault::invalid_input(format!("'{given}' is not a valid as a Resource Owner.")))?;
    let other = resources.iter().find(|arn| plan::owner_in(arn).is_some_and(|owner| owner != digits));
    match other {
        None => Ok(Some(account)),
        // CHOICE: that they must agree is documented; the text is not recorded.
        Some(arn) => {
            Err(fault::invalid_input(format!("{arn} is not owned by the Resource Owner '{given}'.")))
        }
    }
}

/// A page of results: one an action, in the order of the request.
fn answer(plan: &Plan<'_>, actions: &[String], page: Page) -> Result<wire::SimulatePolicyResponse, Fault> {
    let missing = plan.missing_keys();
    let page = page.at_most(plan.actions_of_page()?);
    let listed = page.take_from_all(actions.iter().enumerate(), |(index, _)| format!("{index:08}"));
    let (is_truncated, marker) = (listed.is_truncated(), listed.marker.clone());
    let mut results = Vec::with_capacity(listed.items.len());
    for (_, name) in listed.items {
        results.push(result::of_action(plan, name, &plan.run(name)?, &missing));
    }
    Ok(wire::SimulatePolicyResponse {
        evaluation_results: Some(results),
        is_truncated: Some(is_truncated),
        marker,
    })
}
