//! The keys of a user, as one of them sees them.

use regent_wire::iam::StatusType;

use super::{RotationError, is_final};
use crate::upstream::Upstream;
use crate::upstream::credentials::Credentials;
use crate::upstream::error::CallError;
use crate::upstream::iam::ListedKey;

/// By how much the upstream's clock may be behind this host's.
const SLACK_SECS: i64 = 5 * 60;

/// A user's keys, seen and changed with one of them.
#[derive(Debug)]
pub(super) struct Keys<'a> {
    upstream: &'a Upstream,
    pub(super) credentials: Credentials,
}

impl<'a> Keys<'a> {
    pub(super) const fn of(upstream: &'a Upstream, credentials: Credentials) -> Self {
        Self { upstream, credentials }
    }

    /// All but this one.
    pub(super) async fn others(&self) -> Result<Vec<ListedKey>, CallError> {
        let mut keys = self.upstream.list_access_keys(&self.credentials, None).await?.value;
        keys.retain(|key| key.access_key_id != self.credentials.access_key_id);
        Ok(keys)
    }

    pub(super) async fn create(&self) -> Result<Credentials, CallError> {
        Ok(self.upstream.create_access_key(&self.credentials, None).await?.value)
    }

    pub(super) async fn set(&self, id: &str, status: StatusType) -> Result<(), CallError> {
        self.upstream.update_access_key(&self.credentials, None, id, status).await?;
        Ok(())
    }

    /// Deletes a key. One that is gone already is as good as deleted.
    pub(super) async fn delete(&self, id: &str) -> Result<(), CallError> {
        match self.upstream.delete_access_key(&self.credentials, None, id).await {
            Err(error) if error.refusal().is_some_and(|refusal| refusal.code == "NoSuchEntity") => Ok(()),
            done => done.map(|_| ()),
        }
    }

    /// The outcome of a change of a key, unless that is gone: who may not change keys is refused before anybody looks for it.
    pub(super) async fn unless_gone(
        &self,
        id: &str,
        outcome: Result<(), CallError>,
    ) -> Result<(), CallError> {
        let Err(error) = outcome else { return Ok(()) };
        let is_gone = is_final(&error)
            && self.others().await.is_ok_and(|others| others.iter().all(|key| key.access_key_id != id));
        if is_gone { Ok(()) } else { Err(error) }
    }

    /// Deletes what a rotation made before it was cut off: a key that came after its beginning. An older one is
    /// somebody's, and stays.
    pub(super) async fn forget_leftovers(&self, since: i64) -> Result<(), RotationError> {
        // Nothing hides in the slack: there was no second key when the rotation began.
        let since = since.saturating_sub(SLACK_SECS);
        for key in self.others().await? {
            if key.created_at.is_none_or(|created| created.as_second() < since) {
                return Err(RotationError::SecondKey(key.access_key_id));
            }
            self.delete(&key.access_key_id).await?;
        }
        Ok(())
    }
}
