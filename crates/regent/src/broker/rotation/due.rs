//! Rotations that nobody asks for: keys that are old enough, and what is left of rotations that were begun.

use std::sync::Arc;

use regent_broker::{Account, AccountKind, Health, Id, RotationStep, Stored};
use regent_store::StoreError;

use super::{Occasion, Patience, Progress, Rotating, RotationError, Wrote, end};
use crate::broker::base;
use crate::broker::change::{Actor, BrokerChange};
use crate::broker::journal::{self, Action, Ending, Event};
use crate::server::Server;

const A_DAY_SECS: i64 = 86_400;
/// What the health of an account says whose key could not be rotated.
const FAILED: &str = "rotation_failed";

impl Server {
    /// Goes on with every rotation that is due. One that fails is noted on its account, and tried again next time.
    pub(crate) async fn rotate_due_keys(self: &Arc<Self>) {
        let (picture, now) = (self.store.picture(), self.seconds());
        let due = picture.broker().accounts.iter().filter(|held| is_due(&held.entity.value, now));
        for stored in due.map(|held| Arc::clone(&held.entity)).collect::<Vec<_>>() {
            let Some(_turn) = self.bases.rotating.take(&stored.id) else { continue };
            match self.rotate_due_key(&stored.id).await {
                Ok(Some(progress)) => tracing::info!(account = %stored.id, ?progress, "a rotation went on"),
                Ok(None) => {}
                Err(told) => {
                    tracing::error!(account = %stored.id, error = %told, "a key could not be rotated");
                    self.note_rotation(&stored, Some(&told)).await;
                }
            }
        }
    }

    /// Rotates one, if it is still due, and says what to tell of it if that fails. What another node is at, or has done
    /// while this one was busy with other accounts, is not a failure.
    pub(super) async fn rotate_due_key(self: &Arc<Self>, account: &Id) -> Result<Option<Progress>, String> {
        let newest = self.newest(account).await.map_err(|error| error.to_string())?;
        let Some(stored) = newest.filter(|stored| is_due(&stored.value, self.seconds())) else {
            return Ok(None);
        };
        let picture = self.store.picture();
        let upstream =
            base::upstream(self, picture.broker(), &stored.value).map_err(|error| error.to_string())?;
        let actor = self.by_itself(None).map_err(|error| error.to_string())?;
        let rotating = Rotating {
            server: self,
            upstream: &upstream,
            account,
            actor: &actor,
            patience: Patience::default(),
            occasion: Occasion::Due,
            wrote: Wrote::default(),
        };
        match rotating.advance().await {
            Ok(progress) => {
                self.note_rotation(&stored, None).await;
                Ok(Some(progress))
            }
            Err(RotationError::UnderWay) => Ok(None),
            Err(error) if error.is_overtaken() || self.is_elsewhere(&stored, &rotating.wrote).await => {
                tracing::debug!(account = %stored.id, %error, "another node rotates this key");
                Ok(None)
            }
            Err(error) => Err(error.told()),
        }
    }

    /// Whether another node is at the account's rotation by now, or has been: it is not as this one saw or left it.
    pub(super) async fn is_elsewhere(&self, seen: &Stored<Account>, wrote: &Wrote) -> bool {
        let Ok(newest) = self.newest(&seen.id).await else { return false };
        newest.is_none_or(|newest| !wrote.is_last(&newest.value, &seen.value))
    }

    /// The account as it is for all nodes.
    async fn newest(&self, account: &Id) -> Result<Option<Arc<Stored<Account>>>, StoreError> {
        self.catch_up().await?;
        Ok(self.store.picture().broker().accounts.get(account.as_str()).map(Arc::clone))
    }

    /// The server as who changes something; with what went wrong, if something did.
    fn by_itself(&self, failure: Option<&str>) -> Result<Actor, crate::entropy::EntropyError> {
        let event = self.event(journal::Actor::server(), Action::on("", ""))?;
        let event = match failure {
            Some(told) => Event { detail: Some(told.into()), ..event }.ended(Ending::Failed, FAILED),
            None => event,
        };
        Ok(Actor { event: Some(Box::new(event)), ..Actor::server(self.seconds()) })
    }

    /// Notes on the account how it went, if that is news.
    pub(crate) async fn note_rotation(&self, stored: &Stored<Account>, failure: Option<&str>) {
        let health = match failure {
            Some(_) => Health::Failing { since: self.seconds(), code: FAILED.to_owned() },
            None => Health::Ok,
        };
        let Ok(actor) = self.by_itself(failure) else { return };
        let id = stored.id.clone();
        let note = move |change: &mut BrokerChange<'_>| {
            let old = change.current::<Account>(id.as_str(), None)?;
            let has_failed = matches!(&old.value.health, Health::Failing { code, .. } if code == FAILED);
            if has_failed == matches!(health, Health::Failing { .. }) {
                return Ok(());
            }
            change.replace(&old, Account { health: health.clone(), ..old.value.clone() })
        };
        if let Err(problem) = self.change_broker(actor, note).await {
            tracing::warn!(account = %stored.id, code = problem.code(), "it could not be noted how a rotation went");
        }
    }
}

/// Whether there is something to do for an account's key.
pub(super) fn is_due(account: &Account, now: i64) -> bool {
    let terms = &account.terms;
    if terms.kind != AccountKind::AccessKey || account.sealed_secret.is_none() {
        return false;
    }
    if let Some(rotation) = &account.rotation {
        return rotation.step != RotationStep::Deactivated || now >= end(rotation);
    }
    let age = terms.rotate_every_days.map(|days| i64::from(days).saturating_mul(A_DAY_SECS));
    let due = account.secret_set.zip(age).map(|(set, age)| set.saturating_add(age));
    !terms.disabled && due.is_some_and(|due| now >= due)
}
