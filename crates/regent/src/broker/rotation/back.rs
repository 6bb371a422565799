//! The way back: the old key, once it is known to work, and then no new one any more.

use regent_broker::{Account, Rotation, RotationStep, Stored};
use regent_wire::iam::StatusType;

use super::keys::is_gone;
use super::lease::Lease;
use super::{Progress, Rotating, RotationError, end, is_final};
use crate::upstream::credentials::Credentials;

impl Rotating<'_> {
    /// Brings the old key back, while it is not deleted, and deletes the new one.
    pub(crate) async fn roll_back(&self) -> Result<(), RotationError> {
        let stored = self.stored()?;
        let Some(rotation) = &stored.value.rotation else { return Ok(()) };
        let lease = self.take_up(&stored, rotation).await?;
        let outcome = self.take_back(&lease).await;
        self.leave(&lease, outcome).await
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
        self.back(&stored, &rotation).await
    }

    /// Switches the old key off. If the upstream says no, the old key comes back into use, as long as it works.
    pub(super) async fn deactivate(
        &self,
        stored: &Stored<Account>,
        rotation: &Rotation,
    ) -> Result<Progress, RotationError> {
        match self.keys(stored)?.set(&rotation.old_key_id, StatusType::Inactive).await {
            Ok(()) => {
                let (step, at) = (RotationStep::Deactivated, self.server.seconds());
                let rotation = Rotation { step, at, taken: None, taken_by: None, ..rotation.clone() };
                let until = end(&rotation);
                self.write(stored, move |account| account.rotation = Some(rotation.clone())).await?;
                Ok(Progress::WaitingUntil(until))
            }
            // Somebody was quicker.
            Err(error) if is_gone(&error) => {
                self.settle(stored).await?;
                Ok(Progress::Done)
            }
            Err(error) if is_final(&error) => {
                let old: Credentials = self.old(rotation)?;
                if self.upstream.get_caller_identity(&old).await.is_err() {
                    return Err(error.into());
                }
                self.back(stored, rotation).await?;
                Err(RotationError::Undone(error))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Records the old key as the account's again, and deletes the new one with it. The record names that one until it is
    /// gone.
    async fn back(&self, stored: &Stored<Account>, rotation: &Rotation) -> Result<(), RotationError> {
        let (was, now) = (rotation.clone(), self.server.seconds());
        let goes = Rotation {
            old_key_id: stored.value.terms.access_key_id.as_deref().unwrap_or_default().into(),
            old_sealed_secret: Box::default(),
            step: RotationStep::RolledBack,
            at: now,
            ..rotation.clone()
        };
        let recorded = goes.clone();
        self.write(stored, move |account| {
            account.terms.access_key_id = Some(was.old_key_id.to_string());
            account.sealed_secret = Some(was.old_sealed_secret.clone());
            account.secret_set = Some(now);
            account.rotation = Some(recorded.clone());
        })
        .await?;
        self.finish(&*self.stored()?, &goes).await.map(|_| ())
    }
}
