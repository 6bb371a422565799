//! Data keys under a master key, and under another one: no record that a data key seals is touched.

use std::path::Path;
use std::sync::Arc;

use regent_store::directory::Directory;
use regent_store::entity::{DataKey, Entity};
use regent_store::{Draft, StoreError};
use zeroize::Zeroizing;

use super::master::{self, MasterKey, MasterKeyError};
use super::{KEY_BYTES, Sealer, place};
use crate::bootstrap::StartError;
use crate::server::Server;

/// Opens a data key.
pub(crate) fn open(
    held: &DataKey,
    master: &MasterKey,
    path: &Path,
) -> Result<Zeroizing<[u8; KEY_BYTES]>, StartError> {
    let opened = Sealer::new(master)?.open_key(&place::data_key(held.id), &held.sealed);
    let wrong = |_| MasterKeyError::Wrong {
        path: path.to_owned(),
        found: master::id(master),
        expected: held.master.as_deref().unwrap_or("one that is not told").to_owned(),
    };
    Ok(opened.map_err(wrong)?)
}

impl Server {
    /// Seals the data keys with the master key of this file, which is made if it is not there. Returns the new key's id.
    ///
    /// Nodes that run have the data keys open and go on; with the old file none starts any more.
    pub(crate) async fn rewrap(&self, to: &Path) -> Result<String, StartError> {
        let path = self.config.master_key_file.as_deref().ok_or(MasterKeyError::Ephemeral)?;
        let old = master::read(path)?.ok_or_else(|| MasterKeyError::Missing(path.to_owned()))?;
        let new = master::read(to)?.map_or_else(|| master::create(to), Ok)?;
        let id = master::id(&new);
        if id == master::id(&old) {
            return Err(MasterKeyError::Same(to.to_owned()).into());
        }
        let sealer = Sealer::new(&new)?;
        let keys: Vec<DataKey> = self.store.picture().data_keys().map(|held| DataKey::clone(held)).collect();
        let anew = keys.into_iter().map(|held| {
            let sealed = sealer.seal(&place::data_key(held.id), &*open(&held, &old, path)?)?;
            let anew = DataKey { sealed: sealed.into(), master: Some(id.as_str().into()), ..held.clone() };
            Ok((held, Arc::new(anew)))
        });
        let anew = anew.collect::<Result<Vec<(DataKey, Arc<DataKey>)>, StartError>>()?;
        let replace = move |draft: &mut Draft<Directory>| {
            let is_same = draft.data_keys().map(|held| &**held).eq(anew.iter().map(|(held, _)| held));
            for (_, key) in anew.iter().filter(|_| is_same) {
                draft.put("", Entity::DataKey(Arc::clone(key)));
            }
            Ok::<_, StoreError>(is_same)
        };
        if self.store.write(replace).await? { Ok(id) } else { Err(MasterKeyError::Overtaken.into()) }
    }
}
