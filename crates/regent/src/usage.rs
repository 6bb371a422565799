//! When a key or a role was last used. Noted past the change log, and no oftener than once a minute for each.

use std::sync::atomic::{AtomicI64, Ordering};

use regent_store::entity::{AccountId, Seconds, UniqueId};

use crate::caller::{Caller, Principal};
use crate::server::Server;

/// How exact the notes are.
const RESOLUTION_SECS: Seconds = 60;
const KEY: &str = "key-used";
const ROLE: &str = "role-used";

/// A last use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Use {
    pub(crate) at: Seconds,
    /// `iam`
    pub(crate) service: String,
    /// The region that the request was signed for.
    pub(crate) region: String,
}

/// Keeps one credential from being noted with every request.
#[derive(Debug, Default)]
pub(crate) struct Throttle(AtomicI64);

impl Throttle {
    fn admits(&self, now: Seconds) -> bool {
        let last = self.0.load(Ordering::Relaxed);
        now - last >= RESOLUTION_SECS
            && self.0.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

/// Notes that the caller's credentials have signed a request.
pub(crate) fn note(
    server: &Server,
    throttle: &Throttle,
    caller: &Caller,
    service: &str,
    region: &str,
    now: Seconds,
) {
    if !throttle.admits(now) {
        return;
    }
    let account = caller.account.digits();
    let value = format!("{now} {service} {region}");
    let (kind, key) = match &caller.principal {
        Principal::Role(role) => (ROLE, role.id.as_str()),
        Principal::Root | Principal::User(_) | Principal::Federated(_) if caller.is_temporary() => return,
        Principal::Root | Principal::User(_) | Principal::Federated(_) => (KEY, &*caller.access_key_id),
    };
    if let Err(error) = server.store.facts().record(account.as_str(), kind, key, &value) {
        tracing::warn!(%error, "a use could not be noted");
    }
}

/// The last use of a key.
pub(crate) fn of_key(server: &Server, account: AccountId, id: &str) -> Option<Use> {
    read(server, account, KEY, id)
}

/// The last use of a session of a role.
pub(crate) fn of_role(server: &Server, account: AccountId, id: UniqueId) -> Option<Use> {
    read(server, account, ROLE, id.as_str())
}

/// Forgets a key that is gone; its id is never used again.
pub(crate) fn forget_key(server: &Server, account: AccountId, id: &str) {
    server.store.facts().forget(account.digits().as_str(), KEY, id);
}

/// Forgets a role that is gone; its id is never used again.
pub(crate) fn forget_role(server: &Server, account: AccountId, id: UniqueId) {
    server.store.facts().forget(account.digits().as_str(), ROLE, id.as_str());
}

fn read(server: &Server, account: AccountId, kind: &str, key: &str) -> Option<Use> {
    let fact = server.store.facts().get(account.digits().as_str(), kind, key)?;
    let mut parts = fact.value.splitn(3, ' ');
    let (at, service, region) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?);
    Some(Use { at, service: service.to_owned(), region: region.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_noted_once_a_minute() {
        let throttle = Throttle::default();
        let noted = [1000, 1001, 1059, 1060, 1061, 1200].map(|now| throttle.admits(now));
        assert_eq!(noted, [true, false, false, true, false, true]);
    }
}
