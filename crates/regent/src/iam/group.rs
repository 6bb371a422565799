//! Groups: users who share policies.

use std::sync::Arc;

use regent_store::entity::{Group, User, folded};
use regent_wire::iam::{self as wire, op};
use regent_wire::timestamp::Timestamp;
use regent_wire::{Fault, Operation};

use super::page::Page;
use super::{identity, quota, user};
use crate::authz::Authorized;
use crate::call::Call;
use crate::fault::{self, Noun as Named};

/// Makes a group. It has no members and no policies.
///
/// AWS: IAM API reference, CreateGroup.
pub(crate) async fn create_group(
    call: &Call<'_>,
    input: Authorized<op::CreateGroup>,
) -> Result<wire::CreateGroupResponse, Fault> {
    let (id, now) = (call.mint_id("AGPA")?, call.now());
    let group = call
        .write(move |change| {
            let account = change.account()?;
            if account.groups.clash(&input.group_name).is_some() {
                return Err(fault::already_exists(Named::Group, &input.group_name));
            }
            if account.groups.len() >= quota::GROUPS {
                return Err(fault::quota_exceeded("GroupsPerAccount", quota::GROUPS));
            }
            let group = Arc::new(Group {
                id,
                name: input.group_name.as_str().into(),
                path: input.path.as_deref().unwrap_or("/").into(),
                created: now,
                inline: Vec::new(),
                attached: Vec::new(),
            });
            change.put_group(&group);
            Ok(group)
        })
        .await?;
    Ok(wire::CreateGroupResponse { group: shown(call, &group) })
}

/// Shows a group and its members, a page of them at a time. The group itself is on every page.
///
/// AWS: IAM API reference, GetGroup.
pub(crate) fn get_group(
    call: &Call<'_>,
    input: &Authorized<op::GetGroup>,
) -> Result<wire::GetGroupResponse, Fault> {
    let account = call.account()?;
    let group = identity::find::<Group>(account, &input.group_name)?;
    let page = Page::read(account.id(), op::GetGroup::META.name, input.marker.as_deref(), input.max_items)?;
    let mut members: Vec<&Arc<User>> = account.members(group.id).collect();
    members.sort_by_cached_key(|member| folded(&member.name));
    let listed = page.take_from_all(members.into_iter(), |member| member.name.to_ascii_lowercase());
    let (is_truncated, marker) = (listed.is_truncated(), listed.marker.clone());
    let users = listed.map(|member| user::plain(call.arns(), call, member)).items;
    Ok(wire::GetGroupResponse { group: shown(call, group), users, is_truncated: Some(is_truncated), marker })
}

/// Renames or moves a group. Its members and policies stay.
///
/// AWS: IAM API reference, UpdateGroup.
pub(crate) async fn update_group(call: &Call<'_>, input: Authorized<op::UpdateGroup>) -> Result<(), Fault> {
    call.write(move |change| {
        let account = change.account()?;
        let group = Arc::clone(identity::find::<Group>(account, &input.group_name)?);
        let name = input.new_group_name.as_deref().unwrap_or(&group.name);
        if account.groups.clash(name).is_some_and(|other| other.id != group.id) {
            return Err(fault::already_exists(Named::Group, name));
        }
        let path = input.new_path.as_deref().unwrap_or(&group.path);
        let renamed = Group { name: name.into(), path: path.into(), ..Group::clone(&group) };
        change.put_group(&Arc::new(renamed));
        Ok(())
    })
    .await
}

/// Deletes a group that holds nothing any more: no policies, no members.
///
/// AWS: IAM API reference, DeleteGroup.
pub(crate) async fn delete_group(call: &Call<'_>, input: Authorized<op::DeleteGroup>) -> Result<(), Fault> {
    call.write(move |change| {
        let account = change.account()?;
        let group = identity::find::<Group>(account, &input.group_name)?;
        let conflict = if !group.attached.is_empty() {
            Some("must detach all policies first.")
        } else if !group.inline.is_empty() {
            Some("must delete policies first.")
        } else if account.members(group.id).next().is_some() {
            Some("must remove users from group first.")
        } else {
            None
        };
        if let Some(conflict) = conflict {
            return Err(fault::delete_conflict(format!("Cannot delete entity, {conflict}")));
        }
        change.remove_group(group.id);
        Ok(())
    })
    .await
}

/// Lists the groups of the account, those under a path if one is given.
///
/// AWS: IAM API reference, ListGroups.
pub(crate) fn list_groups(
    call: &Call<'_>,
    input: &Authorized<op::ListGroups>,
) -> Result<wire::ListGroupsResponse, Fault> {
    let account = call.account()?;
    let page = Page::read(account.id(), op::ListGroups::META.name, input.marker.as_deref(), input.max_items)?;
    let prefix = input.path_prefix.as_deref().unwrap_or("/");
    let groups = account.groups.after(page.after().unwrap_or_default());
    let groups = groups.filter(|group| group.path.starts_with(prefix));
    let listed = page.take(groups, |group| group.name.to_ascii_lowercase());
    let (is_truncated, marker) = (listed.is_truncated(), listed.marker.clone());
    let groups = listed.map(|group| shown(call, group)).items;
    Ok(wire::ListGroupsResponse { groups, is_truncated: Some(is_truncated), marker })
}

/// Makes a user a member. One that is a member already stays so, and that is no error.
///
/// AWS: IAM API reference, AddUserToGroup.
pub(crate) async fn add_user_to_group(
    call: &Call<'_>,
    input: Authorized<op::AddUserToGroup>,
) -> Result<(), Fault> {
    call.write(move |change| {
        let account = change.account()?;
        // The user is looked for first, here and when it leaves.
        let mut user = User::clone(identity::find(account, &input.user_name)?);
        let group = identity::find::<Group>(account, &input.group_name)?.id;
        if user.groups.contains(&group) {
            return Ok(());
        }
        if user.groups.len() >= quota::GROUPS_PER_USER {
            return Err(fault::quota_exceeded("GroupsPerUser", quota::GROUPS_PER_USER));
        }
        user.groups.push(group);
        change.put_user(&Arc::new(user));
        Ok(())
    })
    .await
}

/// Ends a user's membership. Who is no member leaves without an error.
///
/// AWS: IAM API reference, RemoveUserFromGroup.
pub(crate) async fn remove_user_from_group(
    call: &Call<'_>,
    input: Authorized<op::RemoveUserFromGroup>,
) -> Result<(), Fault> {
    call.write(move |change| {
        let account = change.account()?;
        let mut user = User::clone(identity::find(account, &input.user_name)?);
        let group = identity::find::<Group>(account, &input.group_name)?.id;
        let Some(at) = user.groups.iter().position(|held| *held == group) else { return Ok(()) };
        user.groups.remove(at);
        change.put_user(&Arc::new(user));
        Ok(())
    })
    .await
}

/// Lists the groups a user is in.
///
/// AWS: IAM API reference, ListGroupsForUser.
pub(crate) fn list_groups_for_user(
    call: &Call<'_>,
    input: &Authorized<op::ListGroupsForUser>,
) -> Result<wire::ListGroupsForUserResponse, Fault> {
    let account = call.account()?;
    let user = identity::find::<User>(account, &input.user_name)?;
    let operation = op::ListGroupsForUser::META.name;
    let page = Page::read(account.id(), operation, input.marker.as_deref(), input.max_items)?;
    let mut groups: Vec<&Arc<Group>> =
        user.groups.iter().filter_map(|id| account.groups.by_id(*id)).collect();
    groups.sort_by_cached_key(|group| folded(&group.name));
    let listed = page.take_from_all(groups.into_iter(), |group| group.name.to_ascii_lowercase());
    let (is_truncated, marker) = (listed.is_truncated(), listed.marker.clone());
    let groups = listed.map(|group| shown(call, group)).items;
    Ok(wire::ListGroupsForUserResponse { groups, is_truncated: Some(is_truncated), marker })
}

/// A group as every answer shows it.
fn shown(call: &Call<'_>, group: &Group) -> wire::Group {
    wire::Group {
        path: group.path.to_string(),
        group_name: group.name.to_string(),
        group_id: group.id.to_string(),
        arn: call.arns().group(call.caller.account, group),
        create_date: Timestamp::from_seconds(group.created),
    }
}
