//! Users.

use std::sync::Arc;

use regent_store::entity::{KeyOwner, User};
use regent_wire::iam::{self as wire, op};
use regent_wire::timestamp::Timestamp;
use regent_wire::{Fault, Operation};

use super::page::Page;
use super::tag::{self, KeyCase};
use super::{boundary, quota};
use crate::arn::{Noun, Partition};
use crate::authz::Authorized;
use crate::call::Call;
use crate::change::Change;
use crate::fault::{self, Noun as Named};

/// Makes a user. It can do nothing until it has credentials and policies.
///
/// AWS: IAM API reference, CreateUser.
pub(crate) async fn create_user(
    call: &Call<'_>,
    input: Authorized<op::CreateUser>,
) -> Result<wire::CreateUserResponse, Fault> {
    let id = call.mint_id("AIDA")?;
    let (now, arns) = (call.now(), call.arns().clone());
    let managed = call.managed_policies();
    let user = call
        .write(move |change| {
            let account = change.account()?;
            if account.users.clash(&input.user_name).is_some() {
                return Err(fault::already_exists(Named::User, &input.user_name));
            }
            if account.users.len() >= quota::USERS {
                return Err(fault::quota_exceeded("UsersPerAccount", quota::USERS));
            }
            let tags = tag::of_new(input.tags.as_deref(), KeyCase::Insensitive)?;
            let boundary = boundary::find(change, &managed, input.permissions_boundary.as_deref())?;
            let user = Arc::new(User {
                id,
                name: input.user_name.as_str().into(),
                path: input.path.as_deref().unwrap_or("/").into(),
                created: now,
                groups: Vec::new(),
                inline: Vec::new(),
                attached: Vec::new(),
                boundary,
                tags,
            });
            change.put_user(&user);
            Ok(user)
        })
        .await?;
    Ok(wire::CreateUserResponse { user: Some(full(&arns, call, &user)) })
}

/// Shows a user: the caller, if none is named.
///
/// The root user has no name; its id is the account's.
///
/// AWS: IAM API reference, GetUser.
pub(crate) fn get_user(
    call: &Call<'_>,
    input: &Authorized<op::GetUser>,
) -> Result<wire::GetUserResponse, Fault> {
    let account = call.account()?;
    let user = match (input.user_name.as_deref(), call.caller.owner()) {
        (Some(name), _) => account.users.get(name).ok_or_else(|| fault::no_such(Named::User, name))?,
        (None, Some(KeyOwner::User(id))) => {
            account.users.by_id(id).ok_or_else(|| Fault::bug("the caller is not there"))?
        }
        (None, Some(KeyOwner::Root)) => return Ok(wire::GetUserResponse { user: root(call)? }),
        (None, None) => {
            return Err(Fault::validation("Must specify userName when calling with non-User credentials"));
        }
    };
    Ok(wire::GetUserResponse { user: full(call.arns(), call, user) })
}

/// Renames or moves a user. Its id, keys, devices and groups stay.
///
/// AWS: IAM API reference, UpdateUser.
pub(crate) async fn update_user(call: &Call<'_>, input: Authorized<op::UpdateUser>) -> Result<(), Fault> {
    call.write(move |change| {
        let account = change.account()?;
        let user = find(change, &input.user_name)?;
        let name = input.new_user_name.as_deref().unwrap_or(&user.name);
        if account.users.clash(name).is_some_and(|other| other.id != user.id) {
            return Err(fault::already_exists(Named::User, name));
        }
        let path = input.new_path.as_deref().unwrap_or(&user.path);
        let renamed = User { name: name.into(), path: path.into(), ..User::clone(&user) };
        change.put_user(&Arc::new(renamed));
        Ok(())
    })
    .await
}

/// Deletes a user that holds nothing any more. Its group memberships must be gone too.
///
/// AWS: IAM API reference, DeleteUser.
pub(crate) async fn delete_user(call: &Call<'_>, input: Authorized<op::DeleteUser>) -> Result<(), Fault> {
    call.write(move |change| {
        let user = find(change, &input.user_name)?;
        let account = change.account()?;
        let owner = KeyOwner::User(user.id);
        let conflict = if !user.attached.is_empty() {
            Some("must detach all policies first.")
        } else if !user.inline.is_empty() {
            Some("must delete policies first.")
        } else if account.key_ids(owner).next().is_some()
            || account.mfa_devices_of(owner).next().is_some()
            || !user.groups.is_empty()
        {
            // AWS names access keys apart in older recordings; the newest say this for whatever is left.
            Some("must remove referenced objects first.")
        } else {
            None
        };
        if let Some(conflict) = conflict {
            return Err(fault::delete_conflict(format!("Cannot delete entity, {conflict}")));
        }
        change.remove_user(user.id);
        Ok(())
    })
    .await
}

/// Lists the users of the account, those under a path if one is given.
///
/// AWS: IAM API reference, ListUsers.
pub(crate) fn list_users(
    call: &Call<'_>,
    input: &Authorized<op::ListUsers>,
) -> Result<wire::ListUsersResponse, Fault> {
    let account = call.account()?;
    let page = Page::read(account.id(), op::ListUsers::META.name, input.marker.as_deref(), input.max_items)?;
    let prefix = input.path_prefix.as_deref().unwrap_or("/");
    let users = account.users.after(page.after().unwrap_or_default());
    let users = users.filter(|user| user.path.starts_with(prefix));
    let listed = page.take(users, |user| user.name.to_ascii_lowercase());
    let (is_truncated, marker) = (listed.is_truncated(), listed.marker.clone());
    let users = listed.map(|user| plain(call.arns(), call, user)).items;
    Ok(wire::ListUsersResponse { users, is_truncated: Some(is_truncated), marker })
}

/// Sets tags of a user.
///
/// AWS: IAM API reference, TagUser.
pub(crate) async fn tag_user(call: &Call<'_>, input: Authorized<op::TagUser>) -> Result<(), Fault> {
    call.write(move |change| {
        let mut user = User::clone(&*find(change, &input.user_name)?);
        tag::merge(&mut user.tags, &input.tags, KeyCase::Insensitive)?;
        change.put_user(&Arc::new(user));
        Ok(())
    })
    .await
}

/// Removes tags of a user.
///
/// AWS: IAM API reference, UntagUser.
pub(crate) async fn untag_user(call: &Call<'_>, input: Authorized<op::UntagUser>) -> Result<(), Fault> {
    call.write(move |change| {
        let mut user = User::clone(&*find(change, &input.user_name)?);
        tag::remove(&mut user.tags, &input.tag_keys, KeyCase::Insensitive);
        change.put_user(&Arc::new(user));
        Ok(())
    })
    .await
}

/// Lists the tags of a user.
///
/// AWS: IAM API reference, ListUserTags.
pub(crate) fn list_user_tags(
    call: &Call<'_>,
    input: &Authorized<op::ListUserTags>,
) -> Result<wire::ListUserTagsResponse, Fault> {
    let account = call.account()?;
    let user =
        account.users.get(&input.user_name).ok_or_else(|| fault::no_such(Named::User, &input.user_name))?;
    let page =
        Page::read(account.id(), op::ListUserTags::META.name, input.marker.as_deref(), input.max_items)?;
    let (tags, is_truncated, marker) = tag::page(&page, &user.tags);
    Ok(wire::ListUserTagsResponse { tags, is_truncated: Some(is_truncated), marker })
}

/// The user of that name in the newest picture.
pub(super) fn find(change: &Change<'_>, name: &str) -> Result<Arc<User>, Fault> {
    change.account()?.users.get(name).cloned().ok_or_else(|| fault::no_such(Named::User, name))
}

/// A user as listings show it: without boundary and tags.
pub(super) fn plain(arns: &Partition, call: &Call<'_>, user: &User) -> wire::User {
    wire::User {
        path: Some(user.path.to_string()),
        user_name: Some(user.name.to_string()),
        user_id: user.id.to_string(),
        arn: arns.iam(call.caller.account, Noun::User, &user.path, &user.name),
        create_date: Timestamp::from_seconds(user.created),
        password_last_used: None,
        permissions_boundary: None,
        tags: None,
    }
}

/// A user as it is shown alone.
pub(super) fn full(arns: &Partition, call: &Call<'_>, user: &User) -> wire::User {
    wire::User {
        permissions_boundary: boundary::shown(user.boundary.as_deref()),
        tags: tag::shown(&user.tags),
        ..plain(arns, call, user)
    }
}

/// The root user, as answers show it: without a name and a path.
pub(super) fn root(call: &Call<'_>) -> Result<wire::User, Fault> {
    let account = call.account()?;
    let created = account.account().map_or(0, |account| account.created);
    Ok(wire::User {
        user_id: account.id().to_string(),
        arn: call.arns().root(account.id()),
        create_date: Timestamp::from_seconds(created),
        ..wire::User::default()
    })
}
