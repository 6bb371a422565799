//! What a rotation leaves behind, so that it knows whether somebody else was at it since.

use std::sync::{Mutex, PoisonError};

use regent_broker::{Account, Rotation};

/// What a rotation looks at in a record: the key, and what is under way with it.
pub(super) type State = (Option<String>, Option<Rotation>);

/// What a rotation has last written, if anything.
#[derive(Debug, Default)]
pub(crate) struct Wrote(Mutex<Option<State>>);

impl Wrote {
    pub(super) fn note(&self, state: State) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(state);
    }

    /// Whether the account is as it was left, or as it was seen if nothing was written.
    pub(super) fn is_last(&self, newest: &Account, seen: &Account) -> bool {
        let wrote = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        wrote.as_ref().map_or_else(|| state(newest) == state(seen), |wrote| state(newest) == *wrote)
    }
}

pub(super) fn state(account: &Account) -> State {
    (account.terms.access_key_id.clone(), account.rotation.clone())
}
