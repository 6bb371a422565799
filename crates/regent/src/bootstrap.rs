//! The start of a server: store, keys, first account. What is there already is never made again.

use std::path::Path;
use std::sync::Arc;

use regent_store::directory::Directory;
use regent_store::entity::{
    AccessKey, Account, AccountId, ChainKey, DataKey, Entity, KeyOwner, KeyStatus, Seconds, SessionKey,
};
use regent_store::{Location, Options, Store, StoreError};
use regent_wire::secret::SecretAccessKey;
use zeroize::Zeroizing;

use crate::audit::trail::{Trail, TrailError};
use crate::broker::journal::{ChainKeyError, Journal, Signer, Signers};
use crate::clock::Clock;
use crate::config::{Config, STORE_FILE, Storage};
use crate::entropy::{self, EntropyError};
use crate::managed_policies::{ManagedPolicies, PackError};
use crate::mint;
use crate::seal::master::{self, MasterKey, MasterKeyError};
use crate::seal::{SealError, Sealer, place, rewrap};
use crate::server::{Parts, Server};

/// Why a server does not start. Each says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The folder for local files cannot be made.
    #[error("the data folder `{}` cannot be made", .path.display())]
    DataFolder {
        /// The folder.
        path: std::path::PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The database cannot be used.
    #[error("the store cannot be opened")]
    Store(#[from] StoreError),
    /// The master key is not there, or not the right one.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// A secret of the store does not open.
    #[error("a secret of the store does not open with the data key; the store is damaged")]
    Seal(#[from] SealError),
    /// The audit trail cannot be written.
    #[error(transparent)]
    Trail(#[from] TrailError),
    /// The file with managed policies cannot be used.
    #[error(transparent)]
    ManagedPolicies(#[from] PackError),
    /// A key of the audit chain cannot be used.
    #[error(transparent)]
    ChainKey(#[from] ChainKeyError),
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

/// A server that is ready, and what its first start brought.
#[derive(Debug)]
pub struct Started {
    /// The server.
    pub server: Arc<Server>,
    /// The first account, if this start made it.
    pub first: Option<FirstAccount>,
}

/// The account that a first start makes, with a key for its root user.
#[derive(Debug)]
pub struct FirstAccount {
    /// Its number.
    pub account: AccountId,
    /// The root user's access key.
    pub access_key_id: String,
    /// Its secret, shown once; none if the operator brought it.
    pub secret: Option<SecretAccessKey>,
}

impl Server {
    /// Opens the store, the keys and the trail, and makes the first account if there is none.
    pub async fn start(config: Config, clock: Clock) -> Result<Started, StartError> {
        let server = Self::open(config, clock).await?;
        let first = server.first_account().await?;
        Ok(Started { server: Arc::new(server), first })
    }

    /// Opens the store, the keys and the trail.
    pub(crate) async fn open(config: Config, clock: Clock) -> Result<Self, StartError> {
        if let Some(path) = config.data_dir() {
            std::fs::create_dir_all(path)
                .map_err(|source| StartError::DataFolder { path: path.to_owned(), source })?;
        }
        let store = open_store(&config, &clock).await?;
        let now = clock.now().as_second();
        let sealer = data_key(&config, &store, now).await?;
        let managed_policies = match &config.managed_policies_file {
            Some(path) => ManagedPolicies::from_file(path)?,
            None => ManagedPolicies::built_in(),
        };
        let trail = Trail::open(&config.audit)?;
        let journal = Journal::new(chain_keys(&store, &sealer, now).await?);
        journal.recover_end(&store).await?;
        let server = Self::new(Parts { config, clock, store, sealer, managed_policies, trail, journal });
        server.first_session_key(now).await?;
        Ok(server)
    }

    async fn first_session_key(&self, now: Seconds) -> Result<(), StartError> {
        if self.store.picture().session_keys().next().is_none() {
            self.add_session_key(now).await?;
        }
        Ok(())
    }

    /// Adds a key to the ring, under the next number, and tells it.
    pub(crate) async fn add_session_key(&self, now: Seconds) -> Result<u32, StartError> {
        let key = Zeroizing::new(entropy::bytes::<{ crate::seal::KEY_BYTES }>()?);
        let id = self.store.picture().session_keys().last().map_or(1, |newest| newest.id + 1);
        let sealed = self.sealer.seal(&place::session_key(id), &*key)?;
        self.store
            .write(move |draft| {
                // Another node may have made the same number in the meantime; one is enough.
                if !draft.session_keys().any(|held| held.id == id) {
                    let key = SessionKey { id, created: now, sealed: sealed.as_str().into() };
                    draft.put("", Entity::SessionKey(Arc::new(key)));
                }
                Ok::<_, StoreError>(())
            })
            .await?;
        Ok(id)
    }

    /// Takes keys out of the ring. What they sealed opens no more.
    pub(crate) async fn remove_session_keys(&self, ids: Vec<u32>) -> Result<(), StartError> {
        self.store
            .write(move |draft| {
                for id in &ids {
                    draft.remove("", Entity::SESSION_KEY, &id.to_string());
                }
                Ok::<_, StoreError>(())
            })
            .await?;
        Ok(())
    }

    async fn first_account(&self) -> Result<Option<FirstAccount>, StartError> {
        let now = self.clock.now().as_second();
        if self.store.picture().accounts().next().is_some() {
            return Ok(None);
        }
        let account = match self.config.account_id.and_then(AccountId::new) {
            Some(account) => account,
            None => mint::account_id()?,
        };
        let given = self.config.root_access_key.clone();
        let (access_key_id, secret) = match &given {
            Some((id, secret)) => (id.clone(), SecretAccessKey::new(secret.clone())),
            None => (mint::access_key_id(account)?, mint::secret_access_key()?),
        };
        let sealed =
            self.sealer.seal(&place::access_key(account, &access_key_id), secret.reveal().as_bytes())?;
        let record = Arc::new(Account { id: account, name: None, alias: None, created: now });
        let key = Arc::new(AccessKey {
            id: access_key_id.as_str().into(),
            owner: KeyOwner::Root,
            status: KeyStatus::Active,
            created: now,
            rotated: now,
            sealed_secret: sealed.into(),
        });
        let is_first = self
            .store
            .write(move |draft| {
                let is_first = draft.accounts().next().is_none();
                if is_first {
                    draft.put(account.digits().as_str(), Entity::Account(Arc::clone(&record)));
                    draft.put(account.digits().as_str(), Entity::AccessKey(Arc::clone(&key)));
                }
                Ok::<_, StoreError>(is_first)
            })
            .await?;
        let secret = given.is_none().then_some(secret);
        Ok(is_first.then_some(FirstAccount { account, access_key_id, secret }))
    }
}

async fn open_store(config: &Config, clock: &Clock) -> Result<Store<Directory>, StartError> {
    let location = match &config.storage {
        Storage::Ephemeral => Location::Memory,
        Storage::Embedded(data) => Location::File(data.join(STORE_FILE)),
        Storage::Postgres { url, .. } => Location::Postgres(url.clone()),
    };
    let clock = clock.clone();
    let now_us = move || clock.now().as_microsecond();
    // Two nodes must not draw the same numbers; failing to draw is as good as a fixed one for spreading retries.
    let random = || entropy::bytes().map_or(0, u64::from_ne_bytes);
    let options = Options {
        poll_interval: config.poll,
        staleness_bound: config.max_staleness,
        ..Options::new(regent_store::Clock::new(now_us), regent_store::Entropy::new(random))
    };
    Ok(Store::open(&location, options).await?)
}

/// The key that seals records: opened with the master key, or made together with it on the first start.
async fn data_key(config: &Config, store: &Store<Directory>, now: Seconds) -> Result<Sealer, StartError> {
    let held = store.picture().data_keys().last().cloned();
    match (&config.master_key_file, held) {
        (None, _) => {
            // Nothing outlives an ephemeral server, so neither need its keys.
            let key = Zeroizing::new(entropy::bytes::<{ crate::seal::KEY_BYTES }>()?);
            Ok(Sealer::new(&key)?)
        }
        (Some(path), Some(held)) => {
            let master = master::read(path)?.ok_or_else(|| MasterKeyError::Missing(path.clone()))?;
            open_data_key(&held, &master, path)
        }
        (Some(path), None) => {
            let found = master::read(path)?;
            let is_new = found.is_none();
            let master = found.map_or_else(|| master::create(path), Ok)?;
            if let Some(made) = make_data_key(store, &master, now).await? {
                return Ok(made);
            }
            // Another node was first: with this very master key, where they share it, or with one of its own.
            let held = store.picture().data_keys().last().cloned();
            let opened = held.ok_or_else(|| MasterKeyError::Missing(path.clone()).into());
            let opened = opened.and_then(|held| open_data_key(&held, &master, path));
            if opened.is_err() && is_new {
                // Ours has sealed nothing.
                let _ = std::fs::remove_file(path);
                return Err(MasterKeyError::Missing(path.clone()).into());
            }
            opened
        }
    }
}

fn open_data_key(held: &DataKey, master: &MasterKey, path: &Path) -> Result<Sealer, StartError> {
    Ok(Sealer::new(&*rewrap::open(held, master, path)?)?)
}

/// Makes the data key, unless another node just did.
async fn make_data_key(
    store: &Store<Directory>,
    master: &MasterKey,
    now: Seconds,
) -> Result<Option<Sealer>, StartError> {
    let key = Zeroizing::new(entropy::bytes::<{ crate::seal::KEY_BYTES }>()?);
    let sealed = Sealer::new(master)?.seal(&place::data_key(1), &*key)?;
    let master = master::id(master);
    let is_first = store
        .write(move |draft| {
            let is_first = draft.data_keys().next().is_none();
            if is_first {
                let (sealed, master) = (sealed.as_str().into(), Some(master.as_str().into()));
                let key = DataKey { id: 1, created: now, sealed, master };
                draft.put("", Entity::DataKey(Arc::new(key)));
            }
            Ok::<_, StoreError>(is_first)
        })
        .await?;
    if is_first { Ok(Some(Sealer::new(&key)?)) } else { Ok(None) }
}

/// The keys of the audit chain; the first is made by the first start of all, and with it the head of a chain without events.
async fn chain_keys(store: &Store<Directory>, sealer: &Sealer, now: Seconds) -> Result<Signers, StartError> {
    if store.picture().chain_keys().next().is_none() {
        let key = Zeroizing::new(entropy::bytes::<{ crate::seal::KEY_BYTES }>()?);
        let sealed = sealer.seal(&place::chain_key(1), &*key)?;
        let beginning = Arc::new(Signer::new(1, &key)?.beginning());
        store
            .write(move |draft| {
                // Another node may have been first.
                if draft.chain_keys().next().is_some() {
                    return Ok(());
                }
                let key = ChainKey { id: 1, created: now, sealed: sealed.as_str().into() };
                draft.put("", Entity::ChainKey(Arc::new(key)));
                // A store that was in use has had a chain: somebody took it away, and no new one takes its place.
                let is_new = draft.session_keys().next().is_none() && draft.accounts().next().is_none();
                if is_new {
                    draft.put("", Entity::ChainHead(Arc::clone(&beginning)));
                }
                Ok::<_, StoreError>(())
            })
            .await?;
    }
    let picture = store.picture();
    let signers = picture.chain_keys().map(|held| {
        let seed = sealer.open_key(&place::chain_key(held.id), &held.sealed)?;
        Ok(Signer::new(held.id, &seed)?)
    });
    Ok(Signers::new(signers.collect::<Result<_, StartError>>()?))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::Settings;

    /// A node's settings, with this master key file, and its store, which looks for others' changes only when it must.
    async fn node(data: &Path, key_file: &Path) -> (Config, Store<Directory>) {
        let settings = Settings {
            data: Some(data.to_owned()),
            master_key_file: Some(key_file.to_owned()),
            ..Settings::default()
        };
        let config = Config::resolve(settings, Settings::default()).unwrap();
        let config = Config { poll: Duration::from_hours(1), ..config };
        let store = open_store(&config, &Clock::System).await.unwrap();
        (config, store)
    }

    #[tokio::test]
    async fn of_nodes_that_start_at_once_the_later_one_takes_the_key_of_the_first() {
        for is_shared in [true, false] {
            let folder = tempfile::tempdir().unwrap();
            let (first_key, own_key) = (folder.path().join("first.key"), folder.path().join("own.key"));
            let later_key = if is_shared { &first_key } else { &own_key };
            let (first, first_store) = node(folder.path(), &first_key).await;
            let (later, later_store) = node(folder.path(), later_key).await;
            let sealed = data_key(&first, &first_store, 0).await.unwrap().seal("p", b"secret").unwrap();
            assert!(later_store.picture().data_keys().next().is_none(), "the later one does not know yet");
            let opened = data_key(&later, &later_store, 0).await;
            assert!(first_key.exists());
            if is_shared {
                assert_eq!(*opened.unwrap().open("p", &sealed).unwrap(), b"secret");
            } else {
                let error = opened.unwrap_err();
                assert!(matches!(error, StartError::MasterKey(MasterKeyError::Missing(_))), "{error}");
                assert!(!own_key.exists(), "a key that opens nothing");
            }
        }
    }
}
