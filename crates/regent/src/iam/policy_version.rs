//! Versions of managed policies. A version never changes; what changes is which one counts.

use std::sync::Arc;

use regent_store::entity::{ManagedPolicy, PolicyVersion, Seconds};
use regent_wire::iam::{self as wire, op};
use regent_wire::timestamp::Timestamp;
use regent_wire::{Fault, Operation};

use super::managed::{self, Managed};
use super::page::Page;
use super::{document, quota};
use crate::authz::Authorized;
use crate::call::Call;
use crate::fault;

/// Makes a version, which counts only if that is asked for. Its number was never used before.
///
/// AWS: IAM API reference, CreatePolicyVersion.
pub(crate) async fn create_policy_version(
    call: &Call<'_>,
    input: Authorized<op::CreatePolicyVersion>,
) -> Result<wire::CreatePolicyVersionResponse, Fault> {
    let document = document::admit_managed(call.arns(), &input.policy_document)?;
    let (now, is_default) = (call.now(), input.set_as_default.unwrap_or_default());
    let number = call
        .write(move |change| {
            let arn = &input.policy_arn;
            let foreign = "Cannot create versions for policies outside your own account.";
            let policy = managed::to_change(change, arn, foreign, || managed::no_such_policy(arn))?;
            if policy.versions.len() >= quota::VERSIONS_PER_POLICY {
                return Err(fault::limit_exceeded(format!(
                    "A managed policy can have up to {} versions. Before you create a new version, you must \
                     delete an existing version.",
                    quota::VERSIONS_PER_POLICY
                )));
            }
            let mut policy = ManagedPolicy::clone(policy);
            let number = policy.next_version;
            policy.versions.push(PolicyVersion { number, created: now, document: Arc::clone(&document) });
            policy.next_version += 1;
            policy.updated = now;
            if is_default {
                policy.default_version = number;
            }
            change.put_policy(&Arc::new(policy));
            Ok(number)
        })
        .await?;
    let version = shown(number, now, is_default);
    Ok(wire::CreatePolicyVersionResponse { policy_version: Some(version) })
}

/// Shows a version with its document. Of AWS's policies there is only the one that counts.
///
/// AWS: IAM API reference, GetPolicyVersion.
pub(crate) fn get_policy_version(
    call: &Call<'_>,
    input: &Authorized<op::GetPolicyVersion>,
) -> Result<wire::GetPolicyVersionResponse, Fault> {
    let (arn, id) = (&input.policy_arn, &input.version_id);
    managed::check_arn(arn)?;
    let missing = || no_such_version(arn, id);
    let policy = Managed::of_call(call, arn)?.ok_or_else(missing)?;
    let number = number(id).ok_or_else(missing)?;
    let (document, created) = match policy {
        Managed::Customer(policy) => {
            let version = policy.version(number).ok_or_else(missing)?;
            (&*version.document, version.created)
        }
        Managed::Aws(policy) if policy.version == number => {
            let document = call.server.managed_policies.document(policy);
            let document = document.ok_or_else(|| Fault::bug("an AWS managed policy has no document"))?;
            (document, policy.updated)
        }
        Managed::Aws(_) => return Err(missing()),
    };
    let version = wire::PolicyVersion {
        document: Some(document::shown(document)),
        ..shown(number, created, number == policy.default_version())
    };
    Ok(wire::GetPolicyVersionResponse { policy_version: Some(version) })
}

/// Deletes a version that does not count.
///
/// AWS: IAM API reference, DeletePolicyVersion.
pub(crate) async fn delete_policy_version(
    call: &Call<'_>,
    input: Authorized<op::DeletePolicyVersion>,
) -> Result<(), Fault> {
    call.write(move |change| {
        let (arn, id) = (&input.policy_arn, &input.version_id);
        let foreign = "Cannot delete policy versions for policies outside your own account.";
        let missing = || no_such_version(arn, id);
        let policy = managed::to_change(change, arn, foreign, missing)?;
        let number = number(id).filter(|number| policy.version(*number).is_some()).ok_or_else(missing)?;
        if number == policy.default_version {
            return Err(fault::delete_conflict("Cannot delete the default version of a policy."));
        }
        let mut policy = ManagedPolicy::clone(policy);
        policy.versions.retain(|version| version.number != number);
        change.put_policy(&Arc::new(policy));
        Ok(())
    })
    .await
}

/// Lists the versions of a policy without their documents, the newest first, wherever the one that counts is.
///
/// AWS: IAM API reference, ListPolicyVersions.
pub(crate) fn list_policy_versions(
    call: &Call<'_>,
    input: &Authorized<op::ListPolicyVersions>,
) -> Result<wire::ListPolicyVersionsResponse, Fault> {
    managed::check_arn(&input.policy_arn)?;
    let policy = Managed::of_call(call, &input.policy_arn)?;
    let policy = policy.ok_or_else(|| managed::no_such_policy(&input.policy_arn))?;
    let (account, operation) = (call.caller.account, op::ListPolicyVersions::META.name);
    let page = Page::read(account, operation, input.marker.as_deref(), input.max_items)?;
    let versions: Vec<(u32, Seconds)> = match policy {
        Managed::Customer(policy) => {
            policy.versions.iter().rev().map(|version| (version.number, version.created)).collect()
        }
        Managed::Aws(policy) => vec![(policy.version, policy.updated)],
    };
    // The newer, the earlier: places grow as numbers fall.
    let listed = page.take_from_all(versions.into_iter(), |(number, _)| format!("{:010}", u32::MAX - number));
    let (is_truncated, marker) = (listed.is_truncated(), listed.marker.clone());
    let default = policy.default_version();
    let versions = listed.map(|(number, created)| shown(number, created, number == default)).items;
    Ok(wire::ListPolicyVersionsResponse {
        versions: Some(versions),
        is_truncated: Some(is_truncated),
        marker,
    })
}

/// Makes another version count, from the next request on, for everything that has the policy.
///
/// AWS: IAM API reference, SetDefaultPolicyVersion.
pub(crate) async fn set_default_policy_version(
    call: &Call<'_>,
    input: Authorized<op::SetDefaultPolicyVersion>,
) -> Result<(), Fault> {
    call.write(move |change| {
        let (arn, id) = (&input.policy_arn, &input.version_id);
        let foreign = "Cannot update policies outside your own account.";
        let missing = || no_such_version(arn, id);
        let policy = managed::to_change(change, arn, foreign, missing)?;
        let number = number(id).filter(|number| policy.version(*number).is_some()).ok_or_else(missing)?;
        if number != policy.default_version {
            let changed = ManagedPolicy { default_version: number, ..ManagedPolicy::clone(policy) };
            change.put_policy(&Arc::new(changed));
        }
        Ok(())
    })
    .await
}

/// A version as listings show it: without its document.
pub(super) fn shown(number: u32, created: Seconds, is_default: bool) -> wire::PolicyVersion {
    wire::PolicyVersion {
        document: None,
        version_id: Some(managed::version_id(number)),
        is_default_version: Some(is_default),
        create_date: Some(Timestamp::from_seconds(created)),
    }
}

/// The number of a version by its id. AWS lets ids go on after a dot, as none of ours does.
fn number(id: &str) -> Option<u32> {
    id.strip_prefix('v')?.parse().ok()
}

fn no_such_version(arn: &str, id: &str) -> Fault {
    fault::no_such_entity(format!("Policy {arn} version {id} does not exist or is not attachable."))
}
