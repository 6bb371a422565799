//! Managed policies attached to a user, group or role.
//!
//! What is attached is an ARN, and what it grants is whatever the policy's default version says at the time.

use std::sync::Arc;

use regent_store::entity::folded;
use regent_wire::iam::{self as wire, error};
use regent_wire::{Fault, iam::AttachedPolicy};

use super::identity::{self, Identity};
use super::managed::{self, Managed};
use super::page::{Listed, Page};
use super::quota;
use crate::arn::Owner;
use crate::call::Call;
use crate::fault;

/// Attaches a managed policy. One that is attached already stays so, and that is no error.
pub(super) async fn attach<T: Identity>(call: &Call<'_>, identity: &str, arn: &str) -> Result<(), Fault> {
    check_arn(arn)?;
    let aws = call.managed_policies();
    let (identity, arn) = (identity.to_owned(), arn.to_owned());
    call.write(move |change| {
        let mut holder = identity::to_change::<T>(change, &identity)?;
        let policy = Managed::of_change(change, &aws, &arn)?;
        let policy = policy.ok_or_else(|| managed::not_attachable(&arn))?;
        if policy.is_for_service_linked_roles() {
            return Err(not_attachable_here(T::NOUN));
        }
        let attached = holder.attached_mut();
        if attached.iter().any(|held| **held == *arn) {
            return Ok(());
        }
        if attached.len() >= quota::ATTACHED_POLICIES {
            return Err(fault::quota_exceeded(T::ATTACHED_QUOTA, quota::ATTACHED_POLICIES));
        }
        attached.push(arn.as_str().into());
        holder.put(change);
        Ok(())
    })
    .await
}

/// Detaches a managed policy. What is attached can be detached, even if the policy itself is gone.
pub(super) async fn detach<T: Identity>(call: &Call<'_>, identity: &str, arn: &str) -> Result<(), Fault> {
    check_arn(arn)?;
    let (identity, arn) = (identity.to_owned(), arn.to_owned());
    call.write(move |change| {
        let mut holder = identity::to_change::<T>(change, &identity)?;
        let attached = holder.attached_mut();
        let at = attached.iter().position(|held| **held == *arn);
        attached.remove(at.ok_or_else(|| managed::no_such_policy(&arn))?);
        holder.put(change);
        Ok(())
    })
    .await
}

/// A page of the policies attached to an identity, by name, those under a path if one is given.
pub(super) fn list<T: Identity>(
    call: &Call<'_>,
    identity: &str,
    path_prefix: Option<&str>,
    page: &Page,
) -> Result<Listed<AttachedPolicy>, Fault> {
    let holder = identity::find::<T>(call.account()?, identity)?;
    let mut attached = in_order(&**holder);
    attached.retain(|policy| policy.path.starts_with(path_prefix.unwrap_or("/")));
    let listed = page.take_from_all(attached.into_iter(), |policy| policy.place.clone());
    Ok(listed.map(Attached::shown))
}

/// All policies attached to an identity, by name.
pub(super) fn shown<T: Identity>(holder: &T) -> Vec<AttachedPolicy> {
    in_order(holder).into_iter().map(Attached::shown).collect()
}

fn in_order<T: Identity>(holder: &T) -> Vec<Attached<'_>> {
    let mut attached: Vec<_> = holder.attached().iter().filter_map(Attached::new).collect();
    attached.sort_by(|one, other| one.place.cmp(&other.place));
    attached
}

/// An attached policy, as far as its ARN tells.
struct Attached<'a> {
    arn: &'a Arc<str>,
    path: &'a str,
    name: &'a str,
    /// Its place in a listing. AWS may have a policy of the same name as the account.
    place: String,
}

impl<'a> Attached<'a> {
    fn new(arn: &'a Arc<str>) -> Option<Self> {
        let parts = managed::parse(arn)?;
        let (path, name) = parts.path_and_name();
        let owner = if parts.owner == Owner::Aws { '1' } else { '0' };
        Some(Self { arn, path, name, place: format!("{} {owner}", folded(name)) })
    }

    fn shown(self) -> AttachedPolicy {
        wire::AttachedPolicy {
            policy_name: Some(self.name.to_owned()),
            policy_arn: Some(self.arn.to_string()),
        }
    }
}

/// Refuses what is not the ARN of a managed policy, in the words of attaching and detaching.
fn check_arn(arn: &str) -> Result<(), Fault> {
    match managed::parse(arn) {
        Some(_) => Ok(()),
        None => Err(Fault::validation(format!("ARN {arn} is not valid."))),
    }
}

/// The policy is for service-linked roles, which nobody but their services can change.
fn not_attachable_here(noun: fault::Noun) -> Fault {
    // CHOICE: known of roles; of users and groups it is by analogy.
    let message = match noun {
        fault::Noun::User => "Cannot attach a Service Role Policy to a Customer User.",
        fault::Noun::Group => "Cannot attach a Service Role Policy to a Customer Group.",
        fault::Noun::Role => "Cannot attach a Service Role Policy to a Customer Role.",
    };
    Fault::new(&error::POLICY_NOT_ATTACHABLE, message)
}
