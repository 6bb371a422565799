//! Inline policies: those that live and die with a user, group or role.

use std::sync::Arc;

use regent_store::entity::InlinePolicy;
use regent_wire::Fault;

use super::document;
use super::identity::{self, Identity};
use super::page::{Listed, Page};
use crate::call::Call;
use crate::fault;

/// Puts a policy into an identity, over one of the same name if there is one.
///
/// All of an identity's inline policies share one quota: what counts is their sum.
pub(super) async fn put<T: Identity>(
    call: &Call<'_>,
    identity: &str,
    name: &str,
    text: &str,
) -> Result<(), Fault> {
    // CHOICE: which is missed first, a good document or the identity, is not recorded. The document is read
    // here, so that the committer never waits for it.
    let document = document::admit(call.arns(), text)?;
    let (identity, name) = (identity.to_owned(), name.to_owned());
    call.write(move |change| {
        let mut holder = identity::to_change::<T>(change, &identity)?;
        let policies = holder.inline_mut();
        // CHOICE: names within one identity are told apart by case, as nothing says that they are not: a policy
        // is never replaced by one of another name.
        policies.retain(|held| *held.name != *name);
        policies.push(InlinePolicy { name: name.as_str().into(), document: Arc::clone(&document) });
        let size: usize = policies.iter().map(|policy| document::size(&policy.document)).sum();
        if size > T::INLINE_SIZE {
            let (limit, noun) = (T::INLINE_SIZE, T::NOUN.word());
            return Err(fault::limit_exceeded(format!(
                "Maximum policy size of {limit} bytes exceeded for {noun} {identity}"
            )));
        }
        holder.put(change);
        Ok(())
    })
    .await
}

/// Shows a policy's document as answers do.
pub(super) fn get<T: Identity>(call: &Call<'_>, identity: &str, name: &str) -> Result<String, Fault> {
    let holder = identity::find::<T>(call.account()?, identity)?;
    let policy = holder.inline().iter().find(|policy| *policy.name == *name);
    let policy = policy.ok_or_else(|| fault::no_such_inline(T::NOUN, name))?;
    Ok(document::shown(&policy.document))
}

/// Takes a policy out of an identity.
pub(super) async fn delete<T: Identity>(call: &Call<'_>, identity: &str, name: &str) -> Result<(), Fault> {
    let (identity, name) = (identity.to_owned(), name.to_owned());
    call.write(move |change| {
        let mut holder = identity::to_change::<T>(change, &identity)?;
        let policies = holder.inline_mut();
        let at = policies.iter().position(|policy| *policy.name == *name);
        policies.remove(at.ok_or_else(|| fault::no_such_inline(T::NOUN, &name))?);
        holder.put(change);
        Ok(())
    })
    .await
}

/// A page of an identity's policies, by name.
pub(super) fn list<T: Identity>(
    call: &Call<'_>,
    identity: &str,
    page: &Page,
) -> Result<Listed<String>, Fault> {
    let holder = identity::find::<T>(call.account()?, identity)?;
    let mut names: Vec<&str> = holder.inline().iter().map(|policy| &*policy.name).collect();
    names.sort_unstable();
    Ok(page.take_from_all(names.into_iter(), |name| (*name).to_owned()).map(str::to_owned))
}
