//! What the operator does from the command line: accounts, and keys of their root users.

use std::sync::Arc;

use regent_store::StoreError;
use regent_store::entity::{AccessKey, Account, AccountId, Entity, KeyOwner, KeyStatus, Seconds};
use regent_wire::secret::SecretAccessKey;

use crate::entropy::EntropyError;
use crate::iam::quota;
use crate::mint;
use crate::seal::{SealError, place};
use crate::server::Server;

/// Why the operator's command was not done.
#[derive(Debug, thiserror::Error)]
pub enum AdministrationError {
    /// The number is taken.
    #[error("account {0} exists already")]
    Exists(AccountId),
    /// There is no such account.
    #[error("there is no account {0}: `regent account list` shows those there are")]
    NoAccount(AccountId),
    /// There is no such root key in the account.
    #[error("account {0} has no root access key `{1}`")]
    NoKey(AccountId, String),
    /// The root user has as many keys as it may.
    #[error("the root user of account {0} has two access keys already: delete one with `--delete`")]
    TooManyKeys(AccountId),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The secret could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

/// A new key of a root user.
#[derive(Debug)]
pub struct NewKey {
    /// The account.
    pub account: AccountId,
    /// The key's id.
    pub access_key_id: String,
    /// Its secret, seen this once.
    pub secret: SecretAccessKey,
}

impl Server {
    /// Makes an account with a key for its root user.
    pub async fn create_account(
        &self,
        account: Option<AccountId>,
        name: Option<&str>,
    ) -> Result<NewKey, AdministrationError> {
        let account = account.map_or_else(mint::account_id, Ok)?;
        let now = self.clock.now().as_second();
        let (new, key) = self.new_root_key(account, now)?;
        let record = Arc::new(Account { id: account, name: name.map(Into::into), alias: None, created: now });
        self.store
            .write(move |draft| {
                if draft.account(account).is_some() {
                    return Err(AdministrationError::Exists(account));
                }
                draft.put(account.digits().as_str(), Entity::Account(Arc::clone(&record)));
                draft.put(account.digits().as_str(), Entity::AccessKey(Arc::clone(&key)));
                Ok(())
            })
            .await?;
        Ok(new)
    }

    /// Makes another key for an account's root user.
    pub async fn create_root_key(&self, account: AccountId) -> Result<NewKey, AdministrationError> {
        let (new, key) = self.new_root_key(account, self.clock.now().as_second())?;
        self.store
            .write(move |draft| {
                let view = draft.account(account).ok_or(AdministrationError::NoAccount(account))?;
                if view.key_ids(KeyOwner::Root).count() >= quota::ACCESS_KEYS_PER_USER {
                    return Err(AdministrationError::TooManyKeys(account));
                }
                draft.put(account.digits().as_str(), Entity::AccessKey(Arc::clone(&key)));
                Ok(())
            })
            .await?;
        Ok(new)
    }

    /// Deletes a key of an account's root user.
    pub async fn delete_root_key(&self, account: AccountId, id: &str) -> Result<(), AdministrationError> {
        let id = id.to_owned();
        self.store
            .write(move |draft| {
                let known = draft.access_key(&id);
                let is_root =
                    known.is_some_and(|known| known.account == account && known.key.owner == KeyOwner::Root);
                if !is_root {
                    return Err(AdministrationError::NoKey(account, id.clone()));
                }
                draft.remove(account.digits().as_str(), Entity::ACCESS_KEY, &id);
                Ok(())
            })
            .await
    }

    fn new_root_key(
        &self,
        account: AccountId,
        now: Seconds,
    ) -> Result<(NewKey, Arc<AccessKey>), AdministrationError> {
        let new = NewKey {
            account,
            access_key_id: mint::access_key_id(account)?,
            secret: mint::secret_access_key()?,
        };
        let place = place::access_key(account, &new.access_key_id);
        let key = AccessKey {
            id: new.access_key_id.as_str().into(),
            owner: KeyOwner::Root,
            status: KeyStatus::Active,
            created: now,
            rotated: now,
            sealed_secret: self.sealer.seal(&place, new.secret.reveal().as_bytes())?.into(),
        };
        Ok((new, Arc::new(key)))
    }
}
