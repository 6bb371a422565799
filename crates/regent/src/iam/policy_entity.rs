//! The entities that use a managed policy.

use std::sync::Arc;

use regent_store::directory::AccountView;
use regent_store::entity::{Group, Role, User};
use regent_wire::iam::{self as wire, EntityType, PolicyUsageType, op};
use regent_wire::{Fault, Operation};

use super::identity::Identity;
use super::managed::{self, Managed};
use super::page::Page;
use crate::authz::Authorized;
use crate::call::Call;

/// Lists the groups, users and roles that a policy is attached to or that it bounds.
///
/// The three lists of the answer are walked one after the other, and a page may end in any of them. A filter for
/// policies, which the model allows, finds nothing.
///
/// AWS: IAM API reference, ListEntitiesForPolicy.
pub(crate) fn list_entities_for_policy(
    call: &Call<'_>,
    input: &Authorized<op::ListEntitiesForPolicy>,
) -> Result<wire::ListEntitiesForPolicyResponse, Fault> {
    let account = call.account()?;
    managed::check_arn(&input.policy_arn)?;
    if Managed::of_call(call, &input.policy_arn)?.is_none() {
        return Err(managed::not_attachable(&input.policy_arn));
    }
    let operation = op::ListEntitiesForPolicy::META.name;
    let page = Page::read(account.id(), operation, input.marker.as_deref(), input.max_items)?;
    let search = Search { account, page: &page, input };
    let groups = search.walk(Found::GROUPS, EntityType::Group).map(Found::Group);
    let users = search.walk(Found::USERS, EntityType::User).map(Found::User);
    let roles = search.walk(Found::ROLES, EntityType::Role).map(Found::Role);
    let listed = page.take(groups.chain(users).chain(roles), Found::place);
    let (is_truncated, marker) = (listed.is_truncated(), listed.marker.clone());
    let (mut groups, mut users, mut roles) = (Vec::new(), Vec::new(), Vec::new());
    for found in listed.items {
        let (name, id) = (Some(found.name().to_owned()), Some(found.id()));
        match found {
            Found::Group(_) => groups.push(wire::PolicyGroup { group_name: name, group_id: id }),
            Found::User(_) => users.push(wire::PolicyUser { user_name: name, user_id: id }),
            Found::Role(_) => roles.push(wire::PolicyRole { role_name: name, role_id: id }),
        }
    }
    Ok(wire::ListEntitiesForPolicyResponse {
        policy_groups: Some(groups),
        policy_users: Some(users),
        policy_roles: Some(roles),
        is_truncated: Some(is_truncated),
        marker,
    })
}

/// What is searched for, and from where.
struct Search<'a> {
    account: &'a AccountView,
    page: &'a Page,
    input: &'a wire::ListEntitiesForPolicyRequest,
}

impl<'a> Search<'a> {
    /// The identities of a kind that use the policy in the way asked for, from where the page begins.
    fn walk<T: Identity>(
        &self,
        list: char,
        kind: EntityType,
    ) -> impl Iterator<Item = &'a Arc<T>> + use<'a, T> {
        let is_wanted = self.input.entity_filter.is_none_or(|filter| filter == kind);
        let after = self.page.after_in(list).filter(|_| is_wanted);
        let identities = after.map(|after| T::all(self.account).after(after));
        let input = self.input;
        let prefix = input.path_prefix.as_deref().unwrap_or("/");
        identities
            .into_iter()
            .flatten()
            .filter(move |identity| identity.path().starts_with(prefix) && uses_policy(&***identity, input))
    }
}

/// Whether an identity uses the policy in the way asked for: in any way, if none is named.
fn uses_policy(identity: &impl Identity, input: &wire::ListEntitiesForPolicyRequest) -> bool {
    let is_attached = || identity.attached().iter().any(|arn| **arn == *input.policy_arn);
    let is_bounded = || identity.boundary() == Some(input.policy_arn.as_str());
    match input.policy_usage_filter {
        None => is_attached() || is_bounded(),
        Some(PolicyUsageType::PermissionsPolicy) => is_attached(),
        Some(PolicyUsageType::PermissionsBoundary) => is_bounded(),
    }
}

/// An identity that uses the policy.
enum Found<'a> {
    Group(&'a Arc<Group>),
    User(&'a Arc<User>),
    Role(&'a Arc<Role>),
}

impl Found<'_> {
    const GROUPS: char = '0';
    const USERS: char = '1';
    const ROLES: char = '2';

    fn name(&self) -> &str {
        match self {
            Self::Group(group) => &group.name,
            Self::User(user) => &user.name,
            Self::Role(role) => &role.name,
        }
    }

    fn id(&self) -> String {
        match self {
            Self::Group(group) => group.id.to_string(),
            Self::User(user) => user.id.to_string(),
            Self::Role(role) => role.id.to_string(),
        }
    }

    fn place(&self) -> String {
        let list = match self {
            Self::Group(_) => Self::GROUPS,
            Self::User(_) => Self::USERS,
            Self::Role(_) => Self::ROLES,
        };
        format!("{list}{}", self.name().to_ascii_lowercase())
    }
}
