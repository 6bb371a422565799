//! Roles.

use std::sync::Arc;

use regent_store::directory::Directory;
use regent_store::entity::{AccountId, Role};
use regent_wire::iam::{self as wire, op};
use regent_wire::timestamp::Timestamp;
use regent_wire::{Fault, Operation};

use super::page::Page;
use super::tag::{self, KeyCase};
use super::{boundary, identity, quota, trust};
use crate::arn::Partition;
use crate::authz::Authorized;
use crate::call::Call;
use crate::fault::{self, Noun as Named};
use crate::usage;

/// The longest session of a role whose maker does not say.
const DEFAULT_SESSION_SECS: u32 = 3600;

/// Makes a role. Who its trust policy names may assume it, and it may do nothing until it has policies.
///
/// The answer leaves out the description and the longest session.
///
/// AWS: IAM API reference, CreateRole.
pub(crate) async fn create_role(
    call: &Call<'_>,
    input: Authorized<op::CreateRole>,
) -> Result<wire::CreateRoleResponse, Fault> {
    check_path(input.path.as_deref())?;
    let document = trust::read(&input.assume_role_policy_document)?;
    let tags = tag::of_new(input.tags.as_deref(), KeyCase::Insensitive)?;
    let (id, now) = (call.mint_id("AROA")?, call.now());
    let managed = call.managed_policies();
    let role = call
        .write(move |change| {
            let account = change.account()?;
            if account.roles.clash(&input.role_name).is_some() {
                return Err(fault::already_exists(Named::Role, &input.role_name));
            }
            if account.roles.len() >= quota::ROLES {
                return Err(fault::quota_exceeded("RolesPerAccount", quota::ROLES));
            }
            let role = Arc::new(Role {
                id,
                name: input.role_name.as_str().into(),
                path: input.path.as_deref().unwrap_or("/").into(),
                created: now,
                description: input.description.as_deref().and_then(description),
                max_session_secs: input.max_session_duration.map_or(DEFAULT_SESSION_SECS, session_secs),
                trust: trust::bind(change, &document)?,
                inline: Vec::new(),
                attached: Vec::new(),
                boundary: boundary::find(change, &managed, input.permissions_boundary.as_deref())?,
                tags: tags.clone(),
            });
            change.put_role(&role);
            Ok(wire::Role {
                permissions_boundary: boundary::shown(role.boundary.as_deref()),
                tags: tag::shown(&role.tags),
                ..bare(change.directory(), change.arns(), change.account()?.id(), &role)
            })
        })
        .await?;
    Ok(wire::CreateRoleResponse { role })
}

/// Shows everything about a role but its policies.
///
/// When it was last used is always there, and empty for a role that never was.
///
/// AWS: IAM API reference, GetRole.
pub(crate) fn get_role(
    call: &Call<'_>,
    input: &Authorized<op::GetRole>,
) -> Result<wire::GetRoleResponse, Fault> {
    let account = call.account()?;
    let role = identity::find::<Role>(account, &input.role_name)?;
    let role = wire::Role {
        permissions_boundary: boundary::shown(role.boundary.as_deref()),
        tags: tag::shown(&role.tags),
        role_last_used: Some(last_used(call, role)),
        ..plain(call, role)
    };
    Ok(wire::GetRoleResponse { role })
}

/// Changes a role's description or its longest session. What is left out stays as it is.
///
/// Sessions that are open last as long as they were opened for.
///
/// AWS: IAM API reference, UpdateRole.
pub(crate) async fn update_role(
    call: &Call<'_>,
    input: Authorized<op::UpdateRole>,
) -> Result<wire::UpdateRoleResponse, Fault> {
    call.write(move |change| {
        // Of a service-linked role the description alone can be changed.
        let mut role = match input.max_session_duration {
            Some(_) => identity::to_change::<Role>(change, &input.role_name)?,
            None => Role::clone(identity::find(change.account()?, &input.role_name)?),
        };
        if let Some(text) = input.description.as_deref() {
            role.description = description(text);
        }
        if let Some(secs) = input.max_session_duration {
            role.max_session_secs = session_secs(secs);
        }
        change.put_role(&Arc::new(role));
        Ok(wire::UpdateRoleResponse {})
    })
    .await
}

/// Changes a role's description, and shows the role. `UpdateRole` has replaced it.
///
/// AWS: IAM API reference, UpdateRoleDescription.
pub(crate) async fn update_role_description(
    call: &Call<'_>,
    input: Authorized<op::UpdateRoleDescription>,
) -> Result<wire::UpdateRoleDescriptionResponse, Fault> {
    let role = call
        .write(move |change| {
            let account = change.account()?;
            let role = identity::find::<Role>(account, &input.role_name)?;
            let role = Arc::new(Role { description: description(&input.description), ..Role::clone(role) });
            let id = account.id();
            change.put_role(&role);
            // CHOICE: recorded are the description, and neither longest session nor last use. Of boundary and tags
            // nothing is known; they are left out like those.
            Ok(wire::Role {
                description: role.description.as_deref().map(str::to_owned),
                ..bare(change.directory(), change.arns(), id, &role)
            })
        })
        .await?;
    Ok(wire::UpdateRoleDescriptionResponse { role: Some(role) })
}

/// Replaces a role's trust policy. Sessions that are open stay open.
///
/// AWS: IAM API reference, UpdateAssumeRolePolicy.
pub(crate) async fn update_assume_role_policy(
    call: &Call<'_>,
    input: Authorized<op::UpdateAssumeRolePolicy>,
) -> Result<(), Fault> {
    let document = trust::read(&input.policy_document)?;
    call.write(move |change| {
        let role = identity::to_change::<Role>(change, &input.role_name)?;
        let trust = trust::bind(change, &document)?;
        change.put_role(&Arc::new(Role { trust, ..role }));
        Ok(())
    })
    .await
}

/// Deletes a role that has no policies any more and that no instance profile carries. Its sessions end at once.
///
/// A role made again under the same name is another role: what trusted or named the old one does not mean it.
///
/// AWS: IAM API reference, DeleteRole.
pub(crate) async fn delete_role(call: &Call<'_>, input: Authorized<op::DeleteRole>) -> Result<(), Fault> {
    let id = call
        .write(move |change| {
            let role = identity::to_change::<Role>(change, &input.role_name)?;
            let conflict = if !role.attached.is_empty() {
                Some("must detach all policies first.")
            } else if !role.inline.is_empty() {
                Some("must delete policies first.")
            } else if change.account()?.profiles_of(role.id).next().is_some() {
                Some("must remove roles from instance profile first.")
            } else {
                None
            };
            if let Some(conflict) = conflict {
                return Err(fault::delete_conflict(format!("Cannot delete entity, {conflict}")));
            }
            change.remove_role(role.id);
            Ok(role.id)
        })
        .await?;
    usage::forget_role(call.server, call.caller.account, id);
    Ok(())
}

/// Lists the roles of the account, those under a path if one is given.
///
/// AWS: IAM API reference, ListRoles.
pub(crate) fn list_roles(
    call: &Call<'_>,
    input: &Authorized<op::ListRoles>,
) -> Result<wire::ListRolesResponse, Fault> {
    let account = call.account()?;
    let page = Page::read(account.id(), op::ListRoles::META.name, input.marker.as_deref(), input.max_items)?;
    let prefix = input.path_prefix.as_deref().unwrap_or("/");
    let roles = account.roles.after(page.after().unwrap_or_default());
    let roles = roles.filter(|role| role.path.starts_with(prefix));
    let listed = page.take(roles, |role| role.name.to_ascii_lowercase());
    let (is_truncated, marker) = (listed.is_truncated(), listed.marker.clone());
    let roles = listed.map(|role| plain(call, role)).items;
    Ok(wire::ListRolesResponse { roles, is_truncated: Some(is_truncated), marker })
}

/// Sets tags of a role. A key that differs only in case is the same key, and gets the new spelling.
///
/// AWS: IAM API reference, TagRole.
pub(crate) async fn tag_role(call: &Call<'_>, input: Authorized<op::TagRole>) -> Result<(), Fault> {
    call.write(move |change| {
        let mut role = Role::clone(identity::find(change.account()?, &input.role_name)?);
        tag::merge(&mut role.tags, &input.tags, KeyCase::Insensitive)?;
        change.put_role(&Arc::new(role));
        Ok(())
    })
    .await
}

/// Removes tags of a role.
///
/// AWS: IAM API reference, UntagRole.
pub(crate) async fn untag_role(call: &Call<'_>, input: Authorized<op::UntagRole>) -> Result<(), Fault> {
    call.write(move |change| {
        let mut role = Role::clone(identity::find(change.account()?, &input.role_name)?);
        tag::remove(&mut role.tags, &input.tag_keys, KeyCase::Insensitive);
        change.put_role(&Arc::new(role));
        Ok(())
    })
    .await
}

/// Lists the tags of a role.
///
/// AWS: IAM API reference, ListRoleTags.
pub(crate) fn list_role_tags(
    call: &Call<'_>,
    input: &Authorized<op::ListRoleTags>,
) -> Result<wire::ListRoleTagsResponse, Fault> {
    let account = call.account()?;
    let role = identity::find::<Role>(account, &input.role_name)?;
    let operation = op::ListRoleTags::META.name;
    let page = Page::read(account.id(), operation, input.marker.as_deref(), input.max_items)?;
    let (tags, is_truncated, marker) = tag::page(&page, &role.tags);
    Ok(wire::ListRoleTagsResponse { tags, is_truncated: Some(is_truncated), marker })
}

/// A role as something else shows it, an instance profile or the answer to a change: what it is, and whom it trusts.
pub(super) fn bare(directory: &Directory, arns: &Partition, account: AccountId, role: &Role) -> wire::Role {
    wire::Role {
        path: role.path.to_string(),
        role_name: role.name.to_string(),
        role_id: role.id.to_string(),
        arn: arns.role(account, role),
        create_date: Timestamp::from_seconds(role.created),
        assume_role_policy_document: Some(trust::shown(directory, arns, &role.trust)),
        ..wire::Role::default()
    }
}

/// A role as listings show it: without boundary, tags and last use.
fn plain(call: &Call<'_>, role: &Role) -> wire::Role {
    wire::Role {
        description: role.description.as_deref().map(str::to_owned),
        max_session_duration: i32::try_from(role.max_session_secs).ok(),
        ..bare(call.directory, call.arns(), call.caller.account, role)
    }
}

/// When sessions of a role were last used: empty for one that never was.
pub(super) fn last_used(call: &Call<'_>, role: &Role) -> wire::RoleLastUsed {
    let used = usage::of_role(call.server, call.caller.account, role.id);
    wire::RoleLastUsed {
        last_used_date: used.as_ref().map(|used| Timestamp::from_seconds(used.at)),
        region: used.map(|used| used.region),
    }
}

/// AWS's own roles have paths to themselves: what is there is taken for theirs.
fn check_path(path: Option<&str>) -> Result<(), Fault> {
    let path = path.unwrap_or("/");
    if path.starts_with("/aws-service-role/") {
        return Err(fault::invalid_input(
            "Path prefix '/aws-service-role/' can only be used for AWS Service linked Roles",
        ));
    }
    if path.starts_with("/aws-reserved/") {
        // CHOICE: by analogy with the other; the text was not recorded.
        return Err(fault::invalid_input("Path prefix '/aws-reserved/' can only be used by AWS"));
    }
    Ok(())
}

/// An empty description is none.
// CHOICE: whether AWS shows an empty element for one was not recorded.
fn description(text: &str) -> Option<Box<str>> {
    (!text.is_empty()).then(|| text.into())
}

/// The model has seen to it that a session length is between an hour and twelve.
fn session_secs(secs: i32) -> u32 {
    u32::try_from(secs).unwrap_or(DEFAULT_SESSION_SECS)
}
