//! Whose a rotation is: one node's at a time, and for a time only.

use std::sync::Arc;

use regent_broker::{Account, Rotation, Stored};

use super::due::is_due;
use super::{Occasion, Rotating, RotationError, overtaken};

/// How long a rotation is nobody else's once a node has taken it up: longer than all of it takes.
pub(super) const TURN_SECS: i64 = 10 * 60;

/// What a record names whoever is at a rotation by. Nobody else's is the same.
#[derive(Debug)]
pub(super) struct Lease(Box<str>);

impl Rotating<'_> {
    /// Takes a rotation up, unless somebody is at it.
    pub(super) async fn take_up(
        &self,
        stored: &Stored<Account>,
        rotation: &Rotation,
    ) -> Result<Lease, RotationError> {
        let now = self.server.seconds();
        // A time that is far ahead was written by a clock that is wrong.
        if rotation.taken.is_some_and(|taken| now.abs_diff(taken) < TURN_SECS.unsigned_abs()) {
            return Err(RotationError::UnderWay);
        }
        self.take(stored, rotation).await
    }

    /// Records a rotation as this one's, if it still is what somebody wants.
    pub(super) async fn take(
        &self,
        stored: &Stored<Account>,
        rotation: &Rotation,
    ) -> Result<Lease, RotationError> {
        let id = self.server.new_id("turn").map_err(|problem| RotationError::Record(Box::new(problem)))?;
        let (lease, now) = (Lease(id.as_str().into()), self.server.seconds());
        let taken = Rotation { taken: Some(now), taken_by: Some(lease.0.clone()), ..rotation.clone() };
        let occasion = self.occasion;
        let is_wanted = move |account: &Account| occasion == Occasion::Asked || is_due(account, now);
        self.write_if(stored, is_wanted, move |account| account.rotation = Some(taken.clone())).await?;
        Ok(lease)
    }

    /// The account and its rotation, as long as that is this one's.
    pub(super) fn held(&self, lease: &Lease) -> Result<(Arc<Stored<Account>>, Rotation), RotationError> {
        let stored = self.stored()?;
        let held = stored.value.rotation.clone().filter(|rotation| lease.is_of(rotation));
        let rotation = held.ok_or_else(|| RotationError::Record(Box::new(overtaken())))?;
        Ok((stored, rotation))
    }

    /// Leaves it to whoever comes next, if nobody has taken it up since. If that cannot be noted, they have to wait a little.
    pub(super) async fn let_go(&self, lease: &Lease) {
        let Ok((stored, rotation)) = self.held(lease) else { return };
        let rotation = Rotation { taken: None, taken_by: None, ..rotation };
        let left = self.write(&stored, move |account| account.rotation = Some(rotation.clone())).await;
        if let Err(error) = left {
            tracing::warn!(account = %self.account, %error, "it could not be noted that a rotation was left");
        }
    }
}

impl Lease {
    fn is_of(&self, rotation: &Rotation) -> bool {
        rotation.taken_by.as_deref() == Some(&*self.0)
    }
}
