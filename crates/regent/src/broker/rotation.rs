//! Rotation of an account's access key: a second key, tried before it is trusted; the first one out of use, then gone.
//!
//! ```text
//! record: creating ─► make a second key ─► try it ─► record: switched ─► switch the old one off
//!                                                                                  │
//! record: none ◄─ delete the old one ◄─ a day later ◄────────────────── record: deactivated
//!       ▲                                                                          │
//!       └─ delete the new one ◄─ record: rolled back ◄─ switch the old one on ◄────┘
//! ```
//!
//! Before all that the first key is switched on, which changes nothing: who may not switch keys is told before there is a second.
//!
//! Each arrow is taken from what is recorded, so a rotation goes on where a crash has left it. What the upstream refuses
//! before the old key is off is undone; what it leaves unanswered is not, because nobody knows what became of it: the
//! next try finds out. The record has a key that works at every moment.
//!
//! One node at a time is at a rotation: two would take each other's new key for one that was left over, or one would delete
//! the key that the other brings back. So the record says when it was taken up and by whom, and for a while nobody else does.

use std::sync::Arc;
use std::time::Duration;

use regent_broker::{Account, AccountKind, Id, Rotation, RotationStep, Stored};
use regent_wire::iam::StatusType;

use super::change::{Actor, BrokerChange};
use crate::rest::problem::Problem;
use crate::seal::place;
use crate::server::Server;
use crate::upstream::Upstream;
use crate::upstream::credentials::Credentials;
use crate::upstream::error::CallError;
use crate::upstream::sts::Identity;

mod back;
mod due;
mod error;
mod keys;
mod lease;
mod turns;
mod wrote;

pub(crate) use error::RotationError;
use keys::Keys;
use lease::Lease;
pub(crate) use turns::Turns;
pub(crate) use wrote::Wrote;
use wrote::state;

/// How long an old key stays, switched off, so that it can be brought back.
const KEPT_SECS: i64 = 24 * 60 * 60;
/// How long a new key may not be listed.
const LISTED_SECS: i64 = 5 * 60;
/// The code of a change of what is another by now.
const OVERTAKEN: &str = "rotation_conflict";

/// A rotation at work.
#[derive(Debug)]
pub(crate) struct Rotating<'a> {
    /// Whose records and seals.
    pub(crate) server: &'a Arc<Server>,
    /// The account's upstream.
    pub(crate) upstream: &'a Upstream,
    /// The account.
    pub(crate) account: &'a Id,
    /// Who rotates.
    pub(crate) actor: &'a Actor,
    /// How patiently a new key is tried: AWS takes a moment until it knows one everywhere.
    pub(crate) patience: Patience,
    /// Why.
    pub(crate) occasion: Occasion,
    /// What this one has last written.
    pub(crate) wrote: Wrote,
}

/// Why a key is rotated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// Somebody asks for it.
    Asked,
    /// It is due, and is only done while it is.
    Due,
}

/// How often a new key is tried, and how long is waited in between.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// How often.
    pub(crate) tries: u32,
    /// How long.
    pub(crate) wait: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { tries: 10, wait: Duration::from_secs(2) }
    }
}

/// How far a rotation came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// The new key is in use and the old one off; it is deleted after this time.
    WaitingUntil(i64),
    /// The old key is gone.
    Done,
    /// The new key is gone, after a rollback.
    Undone,
}

impl Rotating<'_> {
    /// Goes as far as it can now: from nothing, or from where it was left.
    pub(crate) async fn advance(&self) -> Result<Progress, RotationError> {
        let progress = self.advance_once().await?;
        // What was left of a rollback is no rotation: that is still to come, if it is wanted.
        let is_wanted = match self.occasion {
            _ if progress != Progress::Undone => false,
            Occasion::Asked => true,
            Occasion::Due => due::is_due(&self.stored()?.value, self.server.seconds()),
        };
        if is_wanted { self.advance_once().await } else { Ok(progress) }
    }

    async fn advance_once(&self) -> Result<Progress, RotationError> {
        let stored = self.stored()?;
        let lease = match &stored.value.rotation {
            None => self.begin(&stored).await?,
            Some(rotation) if rotation.step == RotationStep::Deactivated && self.waits(rotation) => {
                return Ok(Progress::WaitingUntil(end(rotation)));
            }
            Some(rotation) => self.take_up(&stored, rotation).await?,
        };
        let outcome = self.go_on(&lease).await;
        self.leave(&lease, outcome).await
    }

    async fn go_on(&self, lease: &Lease) -> Result<Progress, RotationError> {
        loop {
            let (stored, rotation) = self.held(lease)?;
            match rotation.step {
                RotationStep::Creating => self.create(&stored, &rotation).await?,
                RotationStep::Switched => return self.deactivate(&stored, &rotation).await,
                RotationStep::Deactivated | RotationStep::RolledBack => {
                    return self.finish(&stored, &rotation).await;
                }
            }
        }
    }

    /// Deletes the key that goes, and forgets about it.
    async fn finish(&self, stored: &Stored<Account>, rotation: &Rotation) -> Result<Progress, RotationError> {
        let (keys, is_back) = (self.keys(stored)?, rotation.step == RotationStep::RolledBack);
        let deleted = keys.delete(&rotation.old_key_id).await;
        // A new key may not be listed yet.
        let is_listed = !is_back || self.server.seconds().saturating_sub(rotation.at) >= LISTED_SECS;
        if is_listed {
            keys.unless_gone(&rotation.old_key_id, deleted).await?;
        } else {
            deleted?;
        }
        self.settle(stored).await?;
        Ok(if is_back { Progress::Undone } else { Progress::Done })
    }

    /// Leaves it to the next try if this one has failed.
    async fn leave<T>(&self, lease: &Lease, outcome: Result<T, RotationError>) -> Result<T, RotationError> {
        if outcome.as_ref().is_err_and(|error| !matches!(error, RotationError::Record(_))) {
            self.let_go(lease).await;
        }
        outcome
    }

    /// Whether the old key is kept for a while yet.
    fn waits(&self, rotation: &Rotation) -> bool {
        self.server.seconds() < end(rotation)
    }

    /// Records that a second key is about to be made, if there is room for one.
    async fn begin(&self, stored: &Stored<Account>) -> Result<Lease, RotationError> {
        let keys = self.keys(stored)?;
        if let Some(other) = keys.others().await?.into_iter().next() {
            return Err(RotationError::SecondKey(other.access_key_id));
        }
        // Who may not switch keys off would find that out with a new one in use. Switching one on that is on changes nothing.
        let old = &keys.credentials.access_key_id;
        keys.set(old, StatusType::Active)
            .await
            .map_err(|error| if is_final(&error) { RotationError::Undone(error) } else { error.into() })?;
        let rotation = Rotation {
            old_key_id: keys.credentials.access_key_id.as_str().into(),
            old_sealed_secret: stored.value.sealed_secret.clone().unwrap_or_default(),
            old_secret_set: stored.value.secret_set,
            step: RotationStep::Creating,
            at: self.server.seconds(),
            taken: None,
            taken_by: None,
        };
        self.take(stored, &rotation).await
    }

    /// Makes the second key, tries it, and puts it into use.
    async fn create(&self, stored: &Stored<Account>, rotation: &Rotation) -> Result<(), RotationError> {
        let keys = self.keys(stored)?;
        keys.forget_leftovers(rotation.at).await?;
        let expected = self.upstream.get_caller_identity(&keys.credentials).await?.value;
        let new = match keys.create().await {
            Ok(new) => new,
            Err(error) if is_final(&error) => {
                self.settle(stored).await?;
                return Err(RotationError::Undone(error));
            }
            Err(error) => return Err(error.into()),
        };
        let switched = match self.tried(&new, Some(&expected)).await {
            Ok(()) => self.switch(stored, rotation, &new).await,
            Err(error) => Err(error),
        };
        let Err(error) = switched else { return Ok(()) };
        if matches!(&error, RotationError::Record(problem) if !problem.is_refusal()) {
            // Nobody knows whether the record has the new key. The next try finds out, and deletes it if it has not.
            return Err(error);
        }
        keys.delete(&new.access_key_id).await?;
        let now = self.stored()?;
        // Unless somebody else has got hold of the record.
        if now.value.rotation == stored.value.rotation {
            self.settle(&now).await?;
        }
        Err(error)
    }

    /// Tries a key until the upstream knows it, and looks whose it is.
    async fn tried(&self, key: &Credentials, expected: Option<&Identity>) -> Result<(), RotationError> {
        let mut made = 0;
        loop {
            made += 1;
            match self.upstream.get_caller_identity(key).await {
                Ok(found) => {
                    return match expected {
                        Some(expected) if found.value != *expected => Err(RotationError::Stranger {
                            expected: expected.arn.clone(),
                            found: found.value.arn,
                        }),
                        Some(_) | None => Ok(()),
                    };
                }
                Err(error) if made >= self.patience.tries => return Err(RotationError::Undone(error)),
                Err(_) => tokio::time::sleep(self.patience.wait).await,
            }
        }
    }

    /// Records the new key as the account's.
    async fn switch(
        &self,
        stored: &Stored<Account>,
        rotation: &Rotation,
        new: &Credentials,
    ) -> Result<(), RotationError> {
        let sealed: Box<str> = self.server.sealer.seal(&self.place(), new.secret.reveal().as_bytes())?.into();
        let (id, now) = (new.access_key_id.clone(), self.server.seconds());
        let rotation = Rotation { step: RotationStep::Switched, at: now, ..rotation.clone() };
        self.write(stored, move |account| {
            account.terms.access_key_id = Some(id.clone());
            account.sealed_secret = Some(sealed.clone());
            account.secret_set = Some(now);
            account.rotation = Some(rotation.clone());
        })
        .await
    }

    /// The account's key as it is recorded.
    fn keys(&self, stored: &Stored<Account>) -> Result<Keys<'_>, RotationError> {
        let (terms, sealed) = (&stored.value.terms, &stored.value.sealed_secret);
        let (AccountKind::AccessKey, Some(id), Some(sealed)) = (terms.kind, &terms.access_key_id, sealed)
        else {
            return Err(RotationError::NoKey);
        };
        let secret = self.server.sealer.open_text(&self.place(), sealed)?;
        Ok(Keys::of(self.upstream, Credentials::long_term(id.clone(), secret)))
    }

    fn old(&self, rotation: &Rotation) -> Result<Credentials, RotationError> {
        let secret = self.server.sealer.open_text(&self.place(), &rotation.old_sealed_secret)?;
        Ok(Credentials::long_term(rotation.old_key_id.to_string(), secret))
    }

    fn place(&self) -> String {
        place::broker_account(self.account)
    }

    fn stored(&self) -> Result<Arc<Stored<Account>>, RotationError> {
        let picture = self.server.store.picture();
        let stored = picture.broker().accounts.get(self.account.as_str()).map(Arc::clone);
        stored.ok_or_else(|| RotationError::NoAccount(self.account.clone()))
    }

    /// Records that no rotation is under way.
    async fn settle(&self, stored: &Stored<Account>) -> Result<(), RotationError> {
        self.write(stored, |account| account.rotation = None).await
    }

    /// Changes the account, if its key and its rotation are what they were when this was decided.
    async fn write(
        &self,
        seen: &Stored<Account>,
        change: impl Fn(&mut Account) + Send + 'static,
    ) -> Result<(), RotationError> {
        self.write_if(seen, |_| true, change).await
    }

    /// The same, if this holds for the account besides.
    async fn write_if(
        &self,
        seen: &Stored<Account>,
        is_wanted: impl Fn(&Account) -> bool + Send + 'static,
        change: impl Fn(&mut Account) + Send + 'static,
    ) -> Result<(), RotationError> {
        let (id, expected) = (self.account.clone(), state(&seen.value));
        let actor = Actor { now: self.server.seconds(), ..self.actor.clone() };
        let command = move |at: &mut BrokerChange<'_>| {
            let old = at.current::<Account>(id.as_str(), None)?;
            if state(&old.value) != expected || !is_wanted(&old.value) {
                return Err(overtaken().into());
            }
            let mut account = old.value.clone();
            change(&mut account);
            let state = state(&account);
            at.replace(&old, account)?;
            Ok(state)
        };
        let written = self.server.change_broker(actor, command).await;
        let state = written.map_err(|problem| RotationError::Record(Box::new(problem)))?;
        self.wrote.note(state);
        Ok(())
    }
}

/// When the old key has been off for long enough.
const fn end(rotation: &Rotation) -> i64 {
    rotation.at.saturating_add(KEPT_SECS)
}

fn overtaken() -> Problem {
    let detail = "somebody else has changed the account's key in the meantime";
    Problem::conflict(OVERTAKEN, detail).fix("try again")
}

/// Whether an upstream has said no: then nothing was done. Anything else leaves open what was.
fn is_final(error: &CallError) -> bool {
    error.refusal().is_some_and(|refusal| !refusal.is_server_fault())
}

#[cfg(test)]
mod tests;
