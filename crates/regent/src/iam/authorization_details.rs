//! Everything that decides who may do what in an account, in one answer: users, groups, roles and policies.

use std::sync::Arc;

use regent_store::directory::AccountView;
use regent_store::entity::{Group, InlinePolicy, ManagedPolicy, Role, User, folded};
use regent_wire::iam::{self as wire, EntityType, op};
use regent_wire::timestamp::Timestamp;
use regent_wire::{Fault, Operation};

use super::managed::Managed;
use super::page::Page;
use super::{attachment, boundary, document, instance_profile, policy, policy_version, role, tag, trust};
use crate::authz::Authorized;
use crate::call::Call;
use crate::managed_policies::AwsPolicy;

/// Most entries of a page, whatever is asked for: each may carry several documents.
const MAX_ENTRIES: i32 = 200;

/// Shows users, groups, roles and policies with everything they hold, all documents included.
///
/// They are walked one after the other, and a page may end in any of them. All four lists are always there, empty
/// where a filter leaves them out. Of AWS's policies only those are shown that somebody has.
///
/// AWS: IAM API reference, GetAccountAuthorizationDetails.
pub(crate) fn get_account_authorization_details(
    call: &Call<'_>,
    input: &Authorized<op::GetAccountAuthorizationDetails>,
) -> Result<wire::GetAccountAuthorizationDetailsResponse, Fault> {
    let account = call.account()?;
    let operation = op::GetAccountAuthorizationDetails::META.name;
    let most = input.max_items.map(|items| items.min(MAX_ENTRIES));
    let page = Page::read(account.id(), operation, input.marker.as_deref(), most)?;
    let filter = input.filter.as_deref().unwrap_or_default();
    let after = |list: char, kind: EntityType| {
        let is_wanted = filter.is_empty() || filter.contains(&kind);
        page.after_in(list).filter(|_| is_wanted).into_iter()
    };
    let users = after(Found::USERS, EntityType::User).flat_map(|after| account.users.after(after));
    let groups = after(Found::GROUPS, EntityType::Group).flat_map(|after| account.groups.after(after));
    let roles = after(Found::ROLES, EntityType::Role).flat_map(|after| account.roles.after(after));
    let own = after(Found::OWN, EntityType::LocalManagedPolicy);
    let own = own.flat_map(|after| account.policies.after(after));
    let aws = after(Found::AWS, EntityType::AwsManagedPolicy);
    let aws = aws.flat_map(|after| used_of_aws(call, account, after));
    let found = users.map(Found::User).chain(groups.map(Found::Group)).chain(roles.map(Found::Role));
    let found = found.chain(own.map(Found::Own)).chain(aws.map(Found::Aws));
    let listed = page.take(found, Found::place);

    let (is_truncated, marker) = (listed.is_truncated(), listed.marker.clone());
    let details = Details { call, account };
    let (mut users, mut groups, mut roles) = (Vec::new(), Vec::new(), Vec::new());
    let mut policies = Vec::new();
    for found in listed.items {
        match found {
            Found::User(user) => users.push(details.user(user)),
            Found::Group(group) => groups.push(details.group(group)),
            Found::Role(role) => roles.push(details.role(role)?),
            Found::Own(policy) => policies.push(details.own_policy(policy)),
            Found::Aws(policy) => policies.push(details.aws_policy(policy)),
        }
    }
    Ok(wire::GetAccountAuthorizationDetailsResponse {
        user_detail_list: Some(users),
        group_detail_list: Some(groups),
        role_detail_list: Some(roles),
        policies: Some(policies),
        is_truncated: Some(is_truncated),
        marker,
    })
}

/// AWS's policies that somebody in the account has, by name: those that come after `after`.
// CHOICE: recorded without a filter; that a filter for AWS's policies shows no more is by analogy.
fn used_of_aws<'a>(call: &'a Call<'_>, account: &AccountView, after: &str) -> Vec<&'a AwsPolicy> {
    let used = account.policy_uses().filter_map(|(arn, _)| match Managed::of_call(call, arn) {
        Ok(Some(Managed::Aws(policy))) => Some(policy),
        Ok(Some(Managed::Customer(_)) | None) | Err(_) => None,
    });
    let mut used: Vec<_> = used.filter(|policy| *policy.name > *after).collect();
    used.sort_by(|one, other| one.name.cmp(&other.name));
    used
}

/// Something to be shown.
enum Found<'a> {
    User(&'a Arc<User>),
    Group(&'a Arc<Group>),
    Role(&'a Arc<Role>),
    Own(&'a Arc<ManagedPolicy>),
    Aws(&'a AwsPolicy),
}

impl Found<'_> {
    const USERS: char = '0';
    const GROUPS: char = '1';
    const ROLES: char = '2';
    const OWN: char = '3';
    const AWS: char = '4';

    fn place(&self) -> String {
        match self {
            Self::User(user) => format!("{}{}", Self::USERS, folded(&user.name)),
            Self::Group(group) => format!("{}{}", Self::GROUPS, folded(&group.name)),
            Self::Role(role) => format!("{}{}", Self::ROLES, folded(&role.name)),
            Self::Own(policy) => format!("{}{}", Self::OWN, folded(&policy.name)),
            // These are in the order of their names as they are.
            Self::Aws(policy) => format!("{}{}", Self::AWS, policy.name),
        }
    }
}

/// What shows them.
struct Details<'a> {
    call: &'a Call<'a>,
    account: &'a AccountView,
}

impl Details<'_> {
    /// A user. Its inline policies are left out where there are none; everything else is always there.
    fn user(&self, user: &User) -> wire::UserDetail {
        let groups = user.groups.iter().filter_map(|id| self.account.groups.by_id(*id));
        wire::UserDetail {
            path: Some(user.path.to_string()),
            user_name: Some(user.name.to_string()),
            user_id: Some(user.id.to_string()),
            arn: Some(self.call.arns().user(self.account.id(), user)),
            create_date: Some(Timestamp::from_seconds(user.created)),
            user_policy_list: (!user.inline.is_empty()).then(|| inline(&user.inline)),
            group_list: Some(groups.map(|group| group.name.to_string()).collect()),
            attached_managed_policies: Some(attachment::shown(user)),
            permissions_boundary: boundary::shown(user.boundary.as_deref()),
            tags: Some(tag::listed(&user.tags)),
        }
    }

    fn group(&self, group: &Group) -> wire::GroupDetail {
        wire::GroupDetail {
            path: Some(group.path.to_string()),
            group_name: Some(group.name.to_string()),
            group_id: Some(group.id.to_string()),
            arn: Some(self.call.arns().group(self.account.id(), group)),
            create_date: Some(Timestamp::from_seconds(group.created)),
            group_policy_list: Some(inline(&group.inline)),
            attached_managed_policies: Some(attachment::shown(group)),
        }
    }

    /// A role. Description and longest session are not part of this answer.
    fn role(&self, role: &Role) -> Result<wire::RoleDetail, Fault> {
        let (call, arns) = (self.call, self.call.arns());
        let profiles = instance_profile::carrying(call, role)?;
        let profiles: Result<_, Fault> =
            profiles.into_iter().map(|profile| instance_profile::plain(call, profile)).collect();
        Ok(wire::RoleDetail {
            path: Some(role.path.to_string()),
            role_name: Some(role.name.to_string()),
            role_id: Some(role.id.to_string()),
            arn: Some(arns.role(self.account.id(), role)),
            create_date: Some(Timestamp::from_seconds(role.created)),
            assume_role_policy_document: Some(trust::shown(call.directory, arns, &role.trust)),
            instance_profile_list: Some(profiles?),
            role_policy_list: Some(inline(&role.inline)),
            attached_managed_policies: Some(attachment::shown(role)),
            permissions_boundary: boundary::shown(role.boundary.as_deref()),
            tags: Some(tag::listed(&role.tags)),
            role_last_used: Some(role::last_used(call, role)),
        })
    }

    /// One of the account's policies, with all its versions, the newest first.
    fn own_policy(&self, policy: &Arc<ManagedPolicy>) -> wire::ManagedPolicyDetail {
        let versions = policy.versions.iter().rev().map(|version| {
            let is_default = version.number == policy.default_version;
            let shown = policy_version::shown(version.number, version.created, is_default);
            wire::PolicyVersion { document: Some(document::shown(&version.document)), ..shown }
        });
        wire::ManagedPolicyDetail {
            description: policy.description.as_deref().map(str::to_owned),
            policy_version_list: Some(versions.collect()),
            ..self.policy(Managed::Customer(policy))
        }
    }

    /// One of AWS's, with the one version there is of it.
    fn aws_policy(&self, policy: &AwsPolicy) -> wire::ManagedPolicyDetail {
        let shown = policy_version::shown(policy.version, policy.updated, true);
        let document = self.call.server.managed_policies.document(policy);
        let version = wire::PolicyVersion { document: document.map(document::shown), ..shown };
        wire::ManagedPolicyDetail {
            policy_version_list: Some(vec![version]),
            ..self.policy(Managed::Aws(policy))
        }
    }

    fn policy(&self, managed: Managed<'_>) -> wire::ManagedPolicyDetail {
        let (arns, account) = (self.call.arns(), self.account);
        let used = account.policy_use(&managed.arn(arns, account.id()));
        let shown = policy::plain(arns, account.id(), managed, used);
        wire::ManagedPolicyDetail {
            policy_name: shown.policy_name,
            policy_id: shown.policy_id,
            arn: shown.arn,
            path: shown.path,
            default_version_id: shown.default_version_id,
            attachment_count: shown.attachment_count,
            permissions_boundary_usage_count: shown.permissions_boundary_usage_count,
            is_attachable: shown.is_attachable,
            description: None,
            create_date: shown.create_date,
            update_date: shown.update_date,
            policy_version_list: None,
        }
    }
}

/// Inline policies with their documents, by name.
fn inline(policies: &[InlinePolicy]) -> Vec<wire::PolicyDetail> {
    let mut policies: Vec<&InlinePolicy> = policies.iter().collect();
    policies.sort_by(|one, other| one.name.cmp(&other.name));
    let shown = policies.into_iter().map(|policy| wire::PolicyDetail {
        policy_name: Some(policy.name.to_string()),
        policy_document: Some(document::shown(&policy.document)),
    });
    shown.collect()
}
