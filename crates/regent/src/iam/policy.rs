//! Managed policies: the account's own, and AWS's, which everybody can see and nobody can change.

use std::sync::Arc;

use regent_store::directory::PolicyUse;
use regent_store::entity::{AccountId, ManagedPolicy, PolicyVersion, UniqueId};
use regent_wire::iam::{self as wire, PolicyScopeType, PolicyUsageType, op};
use regent_wire::timestamp::Timestamp;
use regent_wire::{Fault, Operation};

use super::managed::{self, Managed};
use super::page::Page;
use super::tag::{self, KeyCase};
use super::{document, quota};
use crate::arn::Partition;
use crate::authz::Authorized;
use crate::call::Call;
use crate::fault;

/// Makes a policy with one version, `v1`, which counts.
///
/// The answer leaves out the description, which is fixed from now on.
///
/// AWS: IAM API reference, CreatePolicy.
pub(crate) async fn create_policy(
    call: &Call<'_>,
    input: Authorized<op::CreatePolicy>,
) -> Result<wire::CreatePolicyResponse, Fault> {
    let document = document::admit_managed(call.arns(), &input.policy_document)?;
    let tags = tag::of_new(input.tags.as_deref(), KeyCase::Sensitive)?;
    let (id, now) = (call.mint_id("ANPA")?, call.now());
    let policy = call
        .write(move |change| {
            let account = change.account()?;
            let name = &input.policy_name;
            if account.policies.clash(name).is_some() {
                return Err(fault::entity_already_exists(format!(
                    "A policy called {name} already exists. Duplicate names are not allowed."
                )));
            }
            if account.policies.len() >= quota::POLICIES {
                return Err(fault::quota_exceeded("PoliciesPerAccount", quota::POLICIES));
            }
            let policy = Arc::new(ManagedPolicy {
                id,
                name: name.as_str().into(),
                path: input.path.as_deref().unwrap_or("/").into(),
                created: now,
                updated: now,
                description: input.description.as_deref().map(Into::into),
                default_version: 1,
                next_version: 2,
                versions: vec![PolicyVersion { number: 1, created: now, document: Arc::clone(&document) }],
                tags: tags.clone(),
            });
            change.put_policy(&policy);
            Ok(policy)
        })
        .await?;
    let unused = PolicyUse::default();
    let shown = plain(call.arns(), call.caller.account, Managed::Customer(&policy), unused);
    let policy = wire::Policy { tags: tag::shown(&policy.tags), ..shown };
    Ok(wire::CreatePolicyResponse { policy: Some(policy) })
}

/// Shows a policy, and how often the account uses it, without its document.
///
/// AWS: IAM API reference, GetPolicy.
pub(crate) fn get_policy(
    call: &Call<'_>,
    input: &Authorized<op::GetPolicy>,
) -> Result<wire::GetPolicyResponse, Fault> {
    let account = call.account()?;
    managed::check_arn(&input.policy_arn)?;
    let policy = Managed::of_call(call, &input.policy_arn)?;
    let policy = policy.ok_or_else(|| managed::no_such_policy(&input.policy_arn))?;
    let used = account.policy_use(&input.policy_arn);
    let (description, tags) = match policy {
        Managed::Customer(policy) => (policy.description.as_deref(), &*policy.tags),
        Managed::Aws(_) => (None, &[][..]),
    };
    let shown = wire::Policy {
        description: description.map(str::to_owned),
        tags: Some(tag::listed(tags)),
        ..plain(call.arns(), account.id(), policy, used)
    };
    Ok(wire::GetPolicyResponse { policy: Some(shown) })
}

/// Deletes a policy that nothing uses and that has no version but the one that counts.
///
/// AWS: IAM API reference, DeletePolicy.
pub(crate) async fn delete_policy(call: &Call<'_>, input: Authorized<op::DeletePolicy>) -> Result<(), Fault> {
    call.write(move |change| {
        let arn = &input.policy_arn;
        let foreign = "Cannot delete policies outside your own account.";
        let policy = managed::to_change(change, arn, foreign, || managed::no_such_policy(arn))?;
        if change.account()?.policy_use(arn) != PolicyUse::default() {
            return Err(fault::delete_conflict("Cannot delete a policy attached to entities."));
        }
        if policy.versions.len() > 1 {
            return Err(fault::delete_conflict(
                "This policy has more than one version. Before you delete a policy, you must delete the policy's \
                 versions. The default version is deleted with the policy.",
            ));
        }
        let id: UniqueId = policy.id;
        change.remove_policy(id);
        Ok(())
    })
    .await
}

/// Lists policies: the account's own, then AWS's, each by name.
///
/// AWS: IAM API reference, ListPolicies.
pub(crate) fn list_policies(
    call: &Call<'_>,
    input: &Authorized<op::ListPolicies>,
) -> Result<wire::ListPoliciesResponse, Fault> {
    let account = call.account()?;
    let operation = op::ListPolicies::META.name;
    let page = Page::read(account.id(), operation, input.marker.as_deref(), input.max_items)?;
    let scope = input.scope.unwrap_or_default();
    let own = page.after_in('0').filter(|_| scope != PolicyScopeType::Aws);
    let own = own.into_iter().flat_map(|after| account.policies.after(after)).map(Managed::Customer);
    let aws = page.after_in('1').filter(|_| scope != PolicyScopeType::Local);
    let aws = aws.into_iter().flat_map(|after| call.server.managed_policies.after(after)).map(Managed::Aws);
    let prefix = input.path_prefix.as_deref().unwrap_or("/");
    let policies = own.chain(aws).filter(|policy| policy.path().starts_with(prefix)).filter_map(|policy| {
        let used = account.policy_use(&policy.arn(call.arns(), account.id()));
        let is_wanted = match (input.policy_usage_filter, input.only_attached) {
            // CHOICE: a kind of usage is one that is made of the policy now, and then it is attached in that way.
            (Some(PolicyUsageType::PermissionsBoundary), _) => used.boundaries > 0,
            (Some(PolicyUsageType::PermissionsPolicy), _) | (None, Some(true)) => used.attached > 0,
            (None, Some(false) | None) => true,
        };
        is_wanted.then_some((policy, used))
    });
    let listed = page.take(policies, |(policy, _)| match policy {
        Managed::Customer(policy) => format!("0{}", policy.name.to_ascii_lowercase()),
        Managed::Aws(policy) => format!("1{}", policy.name),
    });
    let (is_truncated, marker) = (listed.is_truncated(), listed.marker.clone());
    let policies = listed.map(|(policy, used)| plain(call.arns(), account.id(), policy, used)).items;
    Ok(wire::ListPoliciesResponse { policies: Some(policies), is_truncated: Some(is_truncated), marker })
}

/// Sets tags of a policy. Unlike everywhere else, case counts in their keys.
///
/// AWS: IAM API reference, TagPolicy.
pub(crate) async fn tag_policy(call: &Call<'_>, input: Authorized<op::TagPolicy>) -> Result<(), Fault> {
    call.write(move |change| {
        let arn = &input.policy_arn;
        // CHOICE: in the words of the other changes to what is not the account's.
        let foreign = "Cannot tag policies outside your own account.";
        let policy = managed::to_change(change, arn, foreign, || managed::no_such_policy(arn))?;
        let mut policy = ManagedPolicy::clone(policy);
        tag::merge(&mut policy.tags, &input.tags, KeyCase::Sensitive)?;
        change.put_policy(&Arc::new(policy));
        Ok(())
    })
    .await
}

/// Removes tags of a policy.
///
/// AWS: IAM API reference, UntagPolicy.
pub(crate) async fn untag_policy(call: &Call<'_>, input: Authorized<op::UntagPolicy>) -> Result<(), Fault> {
    call.write(move |change| {
        let arn = &input.policy_arn;
        // CHOICE: as for setting them.
        let foreign = "Cannot untag policies outside your own account.";
        let policy = managed::to_change(change, arn, foreign, || managed::no_such_policy(arn))?;
        let mut policy = ManagedPolicy::clone(policy);
        tag::remove(&mut policy.tags, &input.tag_keys, KeyCase::Sensitive);
        change.put_policy(&Arc::new(policy));
        Ok(())
    })
    .await
}

/// Lists the tags of a policy. Those of AWS have none.
///
/// AWS: IAM API reference, ListPolicyTags.
pub(crate) fn list_policy_tags(
    call: &Call<'_>,
    input: &Authorized<op::ListPolicyTags>,
) -> Result<wire::ListPolicyTagsResponse, Fault> {
    managed::check_arn(&input.policy_arn)?;
    let policy = Managed::of_call(call, &input.policy_arn)?;
    let policy = policy.ok_or_else(|| managed::no_such_policy(&input.policy_arn))?;
    let (account, operation) = (call.caller.account, op::ListPolicyTags::META.name);
    let page = Page::read(account, operation, input.marker.as_deref(), input.max_items)?;
    let tags = match policy {
        Managed::Customer(policy) => &*policy.tags,
        Managed::Aws(_) => &[],
    };
    let (tags, is_truncated, marker) = tag::page(&page, tags);
    Ok(wire::ListPolicyTagsResponse { tags, is_truncated: Some(is_truncated), marker })
}

/// A policy as listings show it: without description and tags.
pub(super) fn plain(
    arns: &Partition,
    account: AccountId,
    policy: Managed<'_>,
    used: PolicyUse,
) -> wire::Policy {
    let (name, id, created, updated) = match policy {
        Managed::Customer(policy) => (&policy.name, policy.id, policy.created, policy.updated),
        Managed::Aws(policy) => (&policy.name, policy.id, policy.created, policy.updated),
    };
    let count = |count: u32| Some(i32::try_from(count).unwrap_or(i32::MAX));
    wire::Policy {
        policy_name: Some(name.to_string()),
        policy_id: Some(id.to_string()),
        arn: Some(policy.arn(arns, account)),
        path: Some(policy.path().to_owned()),
        default_version_id: Some(managed::version_id(policy.default_version())),
        attachment_count: count(used.attached),
        permissions_boundary_usage_count: count(used.boundaries),
        is_attachable: Some(true),
        description: None,
        create_date: Some(Timestamp::from_seconds(created)),
        update_date: Some(Timestamp::from_seconds(updated)),
        tags: None,
    }
}
