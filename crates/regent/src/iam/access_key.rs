//! Long-term access keys. Two for everybody, so that one can be replaced while the other works.

use std::sync::Arc;

use regent_store::directory::AccountView;
use regent_store::entity::{AccessKey, KeyOwner, KeyStatus};
use regent_wire::iam::{self as wire, op};
use regent_wire::timestamp::Timestamp;
use regent_wire::{Fault, Operation, Sensitive};

use super::page::Page;
use super::quota;
use crate::authz::Authorized;
use crate::call::Call;
use crate::caller::Caller;
use crate::change::Change;
use crate::fault::{self, Noun as Named};
use crate::seal::place;
use crate::{mint, usage};

/// Makes a key. Its secret is in the answer and nowhere else in the clear.
///
/// AWS: IAM API reference, CreateAccessKey.
pub(crate) async fn create_access_key(
    call: &Call<'_>,
    input: Authorized<op::CreateAccessKey>,
) -> Result<wire::CreateAccessKeyResponse, Fault> {
    let account = call.caller.account;
    let id = mint::access_key_id(account).map_err(Fault::internal_failure)?;
    let secret = mint::secret_access_key().map_err(Fault::internal_failure)?;
    let sealed = call.server.sealer.seal(&place::access_key(account, &id), secret.reveal().as_bytes());
    let sealed = sealed.map_err(Fault::internal_failure)?;
    let (now, whose) = (call.now(), Whose::new(call.caller, input.user_name.as_deref()));
    let (key, name) = call
        .write(move |change| {
            let view = change.account()?;
            let (owner, name) = whose.find(view)?;
            if view.key_ids(owner).count() >= quota::ACCESS_KEYS_PER_USER {
                return Err(fault::quota_exceeded("AccessKeysPerUser", quota::ACCESS_KEYS_PER_USER));
            }
            let key = Arc::new(AccessKey {
                id: id.as_str().into(),
                owner,
                status: KeyStatus::Active,
                created: now,
                rotated: now,
                sealed_secret: sealed.as_str().into(),
            });
            change.put_access_key(&key);
            Ok((key, name))
        })
        .await?;
    Ok(wire::CreateAccessKeyResponse {
        access_key: wire::AccessKey {
            user_name: name.unwrap_or_default(),
            access_key_id: key.id.to_string(),
            status: wire::StatusType::Active,
            secret_access_key: Sensitive::new(secret.reveal().clone()),
            create_date: Some(Timestamp::from_seconds(key.created)),
        },
    })
}

/// Turns a key on or off. One that is off signs nothing from the next request on.
///
/// AWS: IAM API reference, UpdateAccessKey.
pub(crate) async fn update_access_key(
    call: &Call<'_>,
    input: Authorized<op::UpdateAccessKey>,
) -> Result<(), Fault> {
    let (now, whose) = (call.now(), Whose::new(call.caller, input.user_name.as_deref()));
    let status = match input.status {
        wire::StatusType::Active => KeyStatus::Active,
        wire::StatusType::Inactive => KeyStatus::Inactive,
        // The model has it for other credentials; a key does not expire.
        wire::StatusType::Expired => {
            return Err(fault::invalid_input("Access keys cannot be set to Expired."));
        }
    };
    call.write(move |change| {
        let owner = whose.find(change.account()?)?.0;
        let key = find(change, owner, &input.access_key_id)?;
        if key.status != status {
            change.put_access_key(&Arc::new(AccessKey { status, rotated: now, ..AccessKey::clone(&key) }));
        }
        Ok(())
    })
    .await
}

/// Deletes a key.
///
/// AWS: IAM API reference, DeleteAccessKey.
pub(crate) async fn delete_access_key(
    call: &Call<'_>,
    input: Authorized<op::DeleteAccessKey>,
) -> Result<(), Fault> {
    let whose = Whose::new(call.caller, input.user_name.as_deref());
    let id = input.access_key_id.clone();
    call.write(move |change| {
        let owner = whose.find(change.account()?)?.0;
        let key = find(change, owner, &input.access_key_id)?;
        change.remove_access_key(&key.id);
        Ok(())
    })
    .await?;
    usage::forget_key(call.server, call.caller.account, &id);
    Ok(())
}

/// Lists somebody's keys, without their secrets.
///
/// AWS: IAM API reference, ListAccessKeys.
pub(crate) fn list_access_keys(
    call: &Call<'_>,
    input: &Authorized<op::ListAccessKeys>,
) -> Result<wire::ListAccessKeysResponse, Fault> {
    let account = call.account()?;
    let (owner, name) = Whose::new(call.caller, input.user_name.as_deref()).find(account)?;
    let page =
        Page::read(account.id(), op::ListAccessKeys::META.name, input.marker.as_deref(), input.max_items)?;
    let keys = account.key_ids(owner).filter_map(|id| call.directory.access_key(id.as_str()));
    let listed = page.take_from_all(keys, |known| known.key.id.to_string());
    let (is_truncated, marker) = (listed.is_truncated(), listed.marker.clone());
    let metadata = listed.map(|known| wire::AccessKeyMetadata {
        user_name: name.clone(),
        access_key_id: Some(known.key.id.to_string()),
        status: Some(shown(known.key.status)),
        create_date: Some(Timestamp::from_seconds(known.key.created)),
    });
    Ok(wire::ListAccessKeysResponse {
        access_key_metadata: metadata.items,
        is_truncated: Some(is_truncated),
        marker,
    })
}

/// Tells when, where and for what a key was last used.
///
/// AWS: IAM API reference, GetAccessKeyLastUsed.
pub(crate) fn get_access_key_last_used(
    call: &Call<'_>,
    input: &Authorized<op::GetAccessKeyLastUsed>,
) -> Result<wire::GetAccessKeyLastUsedResponse, Fault> {
    let known = call.directory.access_key(&input.access_key_id);
    let known = known.ok_or_else(|| Fault::bug("a key vanished from its picture"))?;
    let name = match known.key.owner {
        KeyOwner::Root => None,
        KeyOwner::User(id) => call.account()?.users.by_id(id).map(|user| user.name.to_string()),
    };
    let used = usage::of_key(call.server, known.account, &known.key.id);
    Ok(wire::GetAccessKeyLastUsedResponse {
        user_name: name,
        access_key_last_used: Some(wire::AccessKeyLastUsed {
            last_used_date: used.as_ref().map(|used| Timestamp::from_seconds(used.at)),
            service_name: used.as_ref().map_or_else(|| "N/A".to_owned(), |used| used.service.clone()),
            region: used.map_or_else(|| "N/A".to_owned(), |used| used.region),
        }),
    })
}

fn shown(status: KeyStatus) -> wire::StatusType {
    match status {
        KeyStatus::Active => wire::StatusType::Active,
        KeyStatus::Inactive => wire::StatusType::Inactive,
    }
}

/// The owner's key with this id. Keys are found across accounts, and every account has a root user: the account of
/// the key counts as much as its owner.
fn find(change: &Change<'_>, owner: KeyOwner, id: &str) -> Result<Arc<AccessKey>, Fault> {
    let account = change.account()?.id();
    let known = change.directory().access_key(id);
    let known = known.filter(|known| known.account == account && known.key.owner == owner);
    let missing = || fault::no_such_entity(format!("The Access Key with id {id} cannot be found."));
    known.map(|known| Arc::clone(&known.key)).ok_or_else(missing)
}

/// Whose credentials a call is about: a user's by name, or the caller's own.
#[derive(Debug, Clone)]
pub(super) enum Whose {
    Named(String),
    Own(KeyOwner),
    Nobodys,
}

impl Whose {
    pub(super) fn new(caller: &Caller, name: Option<&str>) -> Self {
        match (name, caller.owner()) {
            (Some(name), _) => Self::Named(name.to_owned()),
            (None, Some(owner)) => Self::Own(owner),
            (None, None) => Self::Nobodys,
        }
    }

    /// The owner, and the user's name; root has none.
    pub(super) fn find(&self, account: &AccountView) -> Result<(KeyOwner, Option<String>), Fault> {
        match self {
            Self::Named(name) => {
                let user = account.users.get(name).ok_or_else(|| fault::no_such(Named::User, name))?;
                Ok((KeyOwner::User(user.id), Some(user.name.to_string())))
            }
            Self::Own(KeyOwner::Root) => Ok((KeyOwner::Root, None)),
            Self::Own(KeyOwner::User(id)) => {
                let user = account.users.by_id(*id).ok_or_else(|| Fault::bug("the caller is not there"))?;
                Ok((KeyOwner::User(*id), Some(user.name.to_string())))
            }
            Self::Nobodys => {
                Err(Fault::validation("Must specify userName when calling with non-User credentials"))
            }
        }
    }
}
