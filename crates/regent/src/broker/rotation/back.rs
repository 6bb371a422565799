//! The way back: the old key, once it is known to work, and then no new one any more.

use regent_broker::{Account, Rotation, RotationStep, Stored};
use regent_wire::iam::StatusType;

use super::lease::Lease;
use super::{Progress, Rotating, RotationError, end, is_final};

impl Rotating<'_> {
    /// Brings the old key back, while it is not deleted, and deletes the new one. Says whether there was anything to do.
    pub(crate) async fn roll_back(&self) -> Result<bool, RotationError> {
        let stored = self.stored()?;
        let Some(rotation) = &stored.value.rotation else { return Ok(false) };
        let lease = self.take_up(&stored, rotation).await?;
        let outcome = self.take_back(&lease).await;
        self.leave(&lease, outcome).await.map(|()| true)
    }

    pub(super) async fn take_back(&self, lease: &Lease) -> Result<(), RotationError> {
        let (stored, rotation) = self.held(lease)?;
        let keys = self.keys(&stored)?;
        match rotation.step {
            RotationStep::Creating => {
                keys.forget_leftovers(rotation.at).await?;
                return self.settle(&stored).await;
            }
            RotationStep::RolledBack => return self.finish(&stored, &rotation).await.map(|_| ()),
            RotationStep::Switched | RotationStep::Deactivated => {}
        }
        let switched_on = keys.set(&rotation.old_key_id, StatusType::Active).await;
        let old = self.old(&rotation)?;
        // The recorded key may be gone, and the old one still on: then it speaks for itself.
        match switched_on {
            Err(error) if is_final(&error) && self.upstream.get_caller_identity(&old).await.is_err() => {
                return Err(error.into());
            }
            Err(error) if !is_final(&error) => return Err(error.into()),
            Ok(()) | Err(_) => self.tried(&old, None).await?,
        }
        // Who brings a key back wants it for a while.
        self.back(&stored, &rotation, Some(self.server.seconds())).await
    }

    /// Switches the old key off. If the upstream says no, the old key comes back into use, as long as it works.
    pub(super) async fn deactivate(
        &self,
        stored: &Stored<Account>,
        rotation: &Rotation,
    ) -> Result<Progress, RotationError> {
        let keys = self.keys(stored)?;
        let Err(error) = keys.set(&rotation.old_key_id, StatusType::Inactive).await else {
            let (step, at) = (RotationStep::Deactivated, self.server.seconds());
            let rotation = Rotation { step, at, taken: None, taken_by: None, ..rotation.clone() };
            let until = end(&rotation);
            self.write(stored, move |account| account.rotation = Some(rotation.clone())).await?;
            return Ok(Progress::WaitingUntil(until));
        };
        let Err(error) = keys.unless_gone(&rotation.old_key_id, Err(error)).await else {
            // Somebody was quicker.
            self.settle(stored).await?;
            return Ok(Progress::Done);
        };
        if !is_final(&error) || self.upstream.get_caller_identity(&self.old(rotation)?).await.is_err() {
            return Err(error.into());
        }
        match self.back(stored, rotation, rotation.old_secret_set).await {
            Err(RotationError::Interrupted(cause)) => {
                let key = stored.value.terms.access_key_id.clone().unwrap_or_default();
                Err(RotationError::Left { key, refused: error.into(), cause: cause.into() })
            }
            Err(other) => Err(other),
            Ok(()) => Err(RotationError::Undone(error)),
        }
    }

    /// Records the old key as the account's again, and deletes the new one with it. The record names that one until it is
    /// gone.
    async fn back(
        &self,
        stored: &Stored<Account>,
        rotation: &Rotation,
        secret_set: Option<i64>,
    ) -> Result<(), RotationError> {
        let was = rotation.clone();
        let goes = Rotation {
            old_key_id: stored.value.terms.access_key_id.as_deref().unwrap_or_default().into(),
            old_sealed_secret: Box::default(),
            old_secret_set: None,
            step: RotationStep::RolledBack,
            at: self.server.seconds(),
            ..rotation.clone()
        };
        let recorded = goes.clone();
        self.write(stored, move |account| {
            account.terms.access_key_id = Some(was.old_key_id.to_string());
            account.sealed_secret = Some(was.old_sealed_secret.clone());
            account.secret_set = secret_set.or(account.secret_set);
            account.rotation = Some(recorded.clone());
        })
        .await?;
        self.finish(&*self.stored()?, &goes).await.map(|_| ())
    }
}
