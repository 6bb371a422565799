use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use regent_broker::Id;

/// The accounts whose keys this node is rotating: one rotation at a time, for each takes the other's new key for one that
/// was left over.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<HashSet<Id>>);

/// An account's turn, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    turns: &'a Turns,
    account: Id,
}

impl Turns {
    /// The account's turn, if nobody has it.
    pub(crate) fn take(&self, account: &Id) -> Option<Turn<'_>> {
        let is_free = self.lock().insert(account.clone());
        is_free.then(|| Turn { turns: self, account: account.clone() })
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<Id>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.turns.lock().remove(&self.account);
    }
}

#[cfg(test)]
mod tests {
    use super::Turns;

    #[test]
    fn an_account_has_one_turn_at_a_time() {
        let (turns, one, other) =
            (Turns::default(), regent_broker::Id::built_in("one"), regent_broker::Id::built_in("other"));
        let held = turns.take(&one);
        assert!(held.is_some() && turns.take(&one).is_none() && turns.take(&other).is_some());
        drop(held);
        assert!(turns.take(&one).is_some());
    }
}
