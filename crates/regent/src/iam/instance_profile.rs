//! Instance profiles: what carries a role to a machine.

use std::sync::Arc;

use regent_store::entity::{InstanceProfile, Role, folded};
use regent_wire::iam::{self as wire, op};
use regent_wire::timestamp::Timestamp;
use regent_wire::{Fault, Operation};

use super::page::Page;
use super::tag::{self, KeyCase};
use super::{identity, quota, role};
use crate::authz::Authorized;
use crate::call::Call;
use crate::change::Change;
use crate::fault;

/// Makes a profile that carries no role yet.
///
/// AWS: IAM API reference, CreateInstanceProfile.
pub(crate) async fn create_instance_profile(
    call: &Call<'_>,
    input: Authorized<op::CreateInstanceProfile>,
) -> Result<wire::CreateInstanceProfileResponse, Fault> {
    let (id, now) = (call.mint_id("AIPA")?, call.now());
    let profile = call
        .write(move |change| {
            let account = change.account()?;
            let name = &input.instance_profile_name;
            if account.instance_profiles.clash(name).is_some() {
                return Err(fault::entity_already_exists(format!("Instance Profile {name} already exists.")));
            }
            if account.instance_profiles.len() >= quota::INSTANCE_PROFILES {
                // CHOICE: the number is known, the name of the quota is by analogy with the others.
                return Err(fault::quota_exceeded("InstanceProfilesPerAccount", quota::INSTANCE_PROFILES));
            }
            let profile = Arc::new(InstanceProfile {
                id,
                name: name.as_str().into(),
                path: input.path.as_deref().unwrap_or("/").into(),
                created: now,
                role: None,
                tags: tag::of_new(input.tags.as_deref(), KeyCase::Insensitive)?,
            });
            change.put_instance_profile(&profile);
            Ok(profile)
        })
        .await?;
    let tags = tag::shown(&profile.tags);
    let instance_profile = wire::InstanceProfile { tags, ..plain(call, &profile)? };
    Ok(wire::CreateInstanceProfileResponse { instance_profile })
}

/// Shows a profile and its role. Tags are shown even where there are none.
///
/// AWS: IAM API reference, GetInstanceProfile.
pub(crate) fn get_instance_profile(
    call: &Call<'_>,
    input: &Authorized<op::GetInstanceProfile>,
) -> Result<wire::GetInstanceProfileResponse, Fault> {
    let name = &input.instance_profile_name;
    let profile = call.account()?.instance_profiles.get(name).ok_or_else(|| no_such_profile(name))?;
    let tags = Some(tag::listed(&profile.tags));
    let instance_profile = wire::InstanceProfile { tags, ..plain(call, profile)? };
    Ok(wire::GetInstanceProfileResponse { instance_profile })
}

/// Deletes a profile that carries no role.
///
/// AWS: IAM API reference, DeleteInstanceProfile.
pub(crate) async fn delete_instance_profile(
    call: &Call<'_>,
    input: Authorized<op::DeleteInstanceProfile>,
) -> Result<(), Fault> {
    call.write(move |change| {
        let profile = find(change, &input.instance_profile_name)?;
        if profile.role.is_some() {
            return Err(fault::delete_conflict(
                "Cannot delete entity, must remove roles from instance profile first.",
            ));
        }
        change.remove_instance_profile(profile.id);
        Ok(())
    })
    .await
}

/// Lists the profiles of the account, those under a path if one is given.
///
/// AWS: IAM API reference, ListInstanceProfiles.
pub(crate) fn list_instance_profiles(
    call: &Call<'_>,
    input: &Authorized<op::ListInstanceProfiles>,
) -> Result<wire::ListInstanceProfilesResponse, Fault> {
    let account = call.account()?;
    let operation = op::ListInstanceProfiles::META.name;
    let page = Page::read(account.id(), operation, input.marker.as_deref(), input.max_items)?;
    let prefix = input.path_prefix.as_deref().unwrap_or("/");
    let profiles = account.instance_profiles.after(page.after().unwrap_or_default());
    let profiles = profiles.filter(|profile| profile.path.starts_with(prefix));
    let listed = page.take(profiles, |profile| folded(&profile.name).into_string());
    let (is_truncated, marker) = (listed.is_truncated(), listed.marker.clone());
    let profiles: Result<_, Fault> = listed.items.into_iter().map(|profile| plain(call, profile)).collect();
    Ok(wire::ListInstanceProfilesResponse {
        instance_profiles: profiles?,
        is_truncated: Some(is_truncated),
        marker,
    })
}

/// Lists the profiles that carry a role.
///
/// AWS: IAM API reference, ListInstanceProfilesForRole.
pub(crate) fn list_instance_profiles_for_role(
    call: &Call<'_>,
    input: &Authorized<op::ListInstanceProfilesForRole>,
) -> Result<wire::ListInstanceProfilesForRoleResponse, Fault> {
    let account = call.account()?;
    let role = identity::find::<Role>(account, &input.role_name)?;
    let operation = op::ListInstanceProfilesForRole::META.name;
    let page = Page::read(account.id(), operation, input.marker.as_deref(), input.max_items)?;
    let profiles = carrying(call, role)?.into_iter();
    let listed = page.take_from_all(profiles, |profile| folded(&profile.name).into_string());
    let (is_truncated, marker) = (listed.is_truncated(), listed.marker.clone());
    let profiles: Result<_, Fault> = listed.items.into_iter().map(|profile| plain(call, profile)).collect();
    Ok(wire::ListInstanceProfilesForRoleResponse {
        instance_profiles: profiles?,
        is_truncated: Some(is_truncated),
        marker,
    })
}

/// Lets a profile carry a role. It carries one at most, and giving it the one it has is refused like any other.
///
/// Whoever does this must also be allowed to pass the role to EC2.
///
/// AWS: IAM API reference, AddRoleToInstanceProfile.
pub(crate) async fn add_role_to_instance_profile(
    call: &Call<'_>,
    input: Authorized<op::AddRoleToInstanceProfile>,
) -> Result<(), Fault> {
    call.write(move |change| {
        // CHOICE: the profile is looked for first; which is, was not recorded.
        let profile = find(change, &input.instance_profile_name)?;
        let role = identity::to_change::<Role>(change, &input.role_name)?;
        if profile.role.is_some() {
            return Err(fault::quota_exceeded(
                "InstanceSessionsPerInstanceProfile",
                quota::ROLES_PER_INSTANCE_PROFILE,
            ));
        }
        let profile = InstanceProfile { role: Some(role.id), ..InstanceProfile::clone(&profile) };
        change.put_instance_profile(&Arc::new(profile));
        Ok(())
    })
    .await
}

/// Takes its role from a profile. Machines that have it may go on with the sessions they hold.
///
/// AWS: IAM API reference, RemoveRoleFromInstanceProfile.
pub(crate) async fn remove_role_from_instance_profile(
    call: &Call<'_>,
    input: Authorized<op::RemoveRoleFromInstanceProfile>,
) -> Result<(), Fault> {
    call.write(move |change| {
        let (name, role_name) = (&input.instance_profile_name, &input.role_name);
        let profile = find(change, name)?;
        // CHOICE: a role that does not exist is missed in the same words as one that is not in the profile.
        let role = change.account()?.roles.get(role_name).filter(|role| profile.role == Some(role.id));
        if role.is_none() {
            let message = format!("Role {role_name} in Instance Profile {name} cannot be found.");
            return Err(fault::no_such_entity(message));
        }
        let profile = InstanceProfile { role: None, ..InstanceProfile::clone(&profile) };
        change.put_instance_profile(&Arc::new(profile));
        Ok(())
    })
    .await
}

/// Sets tags of a profile.
///
/// AWS: IAM API reference, TagInstanceProfile.
pub(crate) async fn tag_instance_profile(
    call: &Call<'_>,
    input: Authorized<op::TagInstanceProfile>,
) -> Result<(), Fault> {
    call.write(move |change| {
        let mut profile = InstanceProfile::clone(&*find(change, &input.instance_profile_name)?);
        tag::merge(&mut profile.tags, &input.tags, KeyCase::Insensitive)?;
        change.put_instance_profile(&Arc::new(profile));
        Ok(())
    })
    .await
}

/// Removes tags of a profile.
///
/// AWS: IAM API reference, UntagInstanceProfile.
pub(crate) async fn untag_instance_profile(
    call: &Call<'_>,
    input: Authorized<op::UntagInstanceProfile>,
) -> Result<(), Fault> {
    call.write(move |change| {
        let mut profile = InstanceProfile::clone(&*find(change, &input.instance_profile_name)?);
        tag::remove(&mut profile.tags, &input.tag_keys, KeyCase::Insensitive);
        change.put_instance_profile(&Arc::new(profile));
        Ok(())
    })
    .await
}

/// Lists the tags of a profile.
///
/// AWS: IAM API reference, ListInstanceProfileTags.
pub(crate) fn list_instance_profile_tags(
    call: &Call<'_>,
    input: &Authorized<op::ListInstanceProfileTags>,
) -> Result<wire::ListInstanceProfileTagsResponse, Fault> {
    let (account, name) = (call.account()?, &input.instance_profile_name);
    let profile = account.instance_profiles.get(name).ok_or_else(|| no_such_profile(name))?;
    let operation = op::ListInstanceProfileTags::META.name;
    let page = Page::read(account.id(), operation, input.marker.as_deref(), input.max_items)?;
    let (tags, is_truncated, marker) = tag::page(&page, &profile.tags);
    Ok(wire::ListInstanceProfileTagsResponse { tags, is_truncated: Some(is_truncated), marker })
}

/// The profiles that carry a role, by name.
pub(super) fn carrying<'a>(call: &Call<'a>, role: &Role) -> Result<Vec<&'a Arc<InstanceProfile>>, Fault> {
    let mut profiles: Vec<_> = call.account()?.profiles_of(role.id).collect();
    profiles.sort_by_cached_key(|profile| folded(&profile.name));
    Ok(profiles)
}

/// A profile as listings show it, with its role as profiles show roles: without tags.
pub(super) fn plain(call: &Call<'_>, profile: &InstanceProfile) -> Result<wire::InstanceProfile, Fault> {
    let account = call.account()?;
    let carried = profile.role.and_then(|id| account.roles.by_id(id));
    let shown = |held| role::bare(call.directory, call.arns(), account.id(), held);
    Ok(wire::InstanceProfile {
        path: profile.path.to_string(),
        instance_profile_name: profile.name.to_string(),
        instance_profile_id: profile.id.to_string(),
        arn: call.arns().instance_profile(account.id(), profile),
        create_date: Timestamp::from_seconds(profile.created),
        roles: carried.into_iter().map(|held| shown(held)).collect(),
        tags: None,
    })
}

/// The profile of that name in the newest picture.
fn find(change: &Change<'_>, name: &str) -> Result<Arc<InstanceProfile>, Fault> {
    change.account()?.instance_profiles.get(name).cloned().ok_or_else(|| no_such_profile(name))
}

fn no_such_profile(name: &str) -> Fault {
    fault::no_such_entity(format!("Instance Profile {name} cannot be found."))
}
