//! Base sessions in memory: hops, roles of Regent's own, credentials of the host. One for each account and never across.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::credentials::Credentials;
use super::single_flight::{FlightLost, SingleFlight};

/// A session with less than this left is replaced.
pub(crate) const REFRESH_SECS: i64 = 5 * 60;
/// Sessions that are kept at once.
const MOST: usize = 1024;

/// Whose session it is: an account as it is now, with all that it stands on. What was edited is another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct CacheKey {
    /// The account.
    pub(crate) account: String,
    /// Its revision, and those of the accounts and upstreams behind it.
    pub(crate) revisions: Vec<u64>,
}

type Kept = Mutex<HashMap<CacheKey, Arc<Credentials>>>;

/// Sessions by account. What is dropped is wiped; nothing of it is ever written.
#[derive(Debug)]
pub(crate) struct SessionCache<E> {
    kept: Arc<Kept>,
    flights: SingleFlight<CacheKey, Result<Arc<Credentials>, Arc<E>>>,
}

impl<E> Default for SessionCache<E> {
    fn default() -> Self {
        Self { kept: Arc::default(), flights: SingleFlight::default() }
    }
}

impl<E: From<FlightLost> + Send + Sync + 'static> SessionCache<E> {
    /// The session of an account: the one that is kept and has `least` seconds left, or one that `obtain` gets, once for
    /// all who ask meanwhile.
    ///
    /// A failure is handed to all of them and not kept. There is no falling back on a session about to end: what cannot
    /// be had any more may have been taken away.
    pub(crate) async fn get<F>(
        &self,
        key: CacheKey,
        now: Timestamp,
        least: i64,
        obtain: impl FnOnce() -> F,
    ) -> Result<Arc<Credentials>, Arc<E>>
    where
        F: Future<Output = Result<Credentials, E>> + Send + 'static,
    {
        if let Some(kept) = lock(&self.kept).get(&key).filter(|kept| has_left(kept, now, least)) {
            return Ok(Arc::clone(kept));
        }
        let (kept, of) = (Arc::clone(&self.kept), key.clone());
        let flight = self.flights.run(key, || {
            let obtained = obtain();
            async move {
                let credentials = Arc::new(obtained.await.map_err(Arc::new)?);
                keep(&mut lock(&kept), of, &credentials, now);
                Ok(credentials)
            }
        });
        flight.await.unwrap_or_else(|lost| Err(Arc::new(lost.into())))
    }

    /// Forgets an account's session, of whatever revision.
    pub(crate) fn forget(&self, account: &str) {
        lock(&self.kept).retain(|key, _| key.account != account);
    }
}

/// Whether there is enough of it left. Credentials whose end is unknown are asked for each time.
fn has_left(credentials: &Credentials, now: Timestamp, least: i64) -> bool {
    credentials.seconds_left(now).is_some_and(|left| left >= least)
}

fn keep(
    kept: &mut HashMap<CacheKey, Arc<Credentials>>,
    key: CacheKey,
    credentials: &Arc<Credentials>,
    now: Timestamp,
) {
    let is_fresh = |credentials: &Credentials| has_left(credentials, now, REFRESH_SECS);
    kept.retain(|other, credentials| other.account != key.account && is_fresh(credentials));
    if !is_fresh(credentials) {
        return;
    }
    if kept.len() >= MOST {
        let soonest = kept.iter().min_by_key(|(_, credentials)| credentials.expires_at);
        if let Some(soonest) = soonest.map(|(key, _)| key.clone()) {
            kept.remove(&soonest);
        }
    }
    kept.insert(key, Arc::clone(credentials));
}

fn lock(kept: &Kept) -> MutexGuard<'_, HashMap<CacheKey, Arc<Credentials>>> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use regent_wire::secret::{Secret, SecretAccessKey};

    use super::*;

    #[derive(Debug, PartialEq, Eq)]
    struct Refused(String);

    impl From<FlightLost> for Refused {
        fn from(lost: FlightLost) -> Self {
            Self(lost.to_string())
        }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn session(id: &str, ends: Option<i64>) -> Credentials {
        Credentials {
            session_token: Some(Secret::new("token".to_owned())),
            expires_at: ends.map(at),
            ..Credentials::long_term(id.to_owned(), SecretAccessKey::new("secret".to_owned()))
        }
    }

    fn key(account: &str, revision: u64) -> CacheKey {
        CacheKey { account: account.to_owned(), revisions: vec![revision] }
    }

    /// Asks, and tells whose key came back.
    async fn ask(
        cache: &SessionCache<Refused>,
        key: CacheKey,
        now: i64,
        given: Result<Credentials, Refused>,
    ) -> Result<String, String> {
        let found = cache.get(key, at(now), REFRESH_SECS, || async move { given }).await;
        found.map(|credentials| credentials.access_key_id.clone()).map_err(|refused| refused.0.clone())
    }

    #[tokio::test]
    async fn a_session_is_kept_until_five_minutes_before_its_end() {
        let cache = SessionCache::default();
        for (now, given, expected) in
            [(0, "one", "one"), (3300, "two", "one"), (3301, "two", "two"), (3302, "three", "two")]
        {
            let found = ask(&cache, key("a", 1), now, Ok(session(given, Some(now + 3600)))).await;
            assert_eq!(found.as_deref(), Ok(expected), "at {now}");
        }
    }

    #[tokio::test]
    async fn who_needs_more_of_a_session_than_is_left_gets_another() {
        let cache = SessionCache::default();
        for (now, least, given, expected) in [
            (0, 1200, "one", "one"),
            (2400, 1200, "two", "one"),
            (2401, REFRESH_SECS, "two", "one"),
            (2401, 1200, "two", "two"),
            (2402, REFRESH_SECS, "three", "two"),
        ] {
            let given = async move { Ok(session(given, Some(now + 3600))) };
            let found = cache.get(key("a", 1), at(now), least, || given).await;
            let found: Result<_, Arc<Refused>> = found;
            assert_eq!(found.unwrap().access_key_id, expected, "at {now}");
        }
    }

    #[tokio::test]
    async fn no_account_gets_another_accounts_session_nor_that_of_an_older_self() {
        let cache = SessionCache::default();
        for (key, given, expected) in [
            (key("a", 1), "one", "one"),
            (key("b", 1), "two", "two"),
            (key("a", 1), "three", "one"),
            (key("a", 2), "four", "four"),
            (key("b", 1), "five", "two"),
        ] {
            let found = ask(&cache, key.clone(), 0, Ok(session(given, Some(3600)))).await;
            assert_eq!(found.as_deref(), Ok(expected), "{key:?}");
        }
        cache.forget("a");
        let found = ask(&cache, key("a", 2), 0, Ok(session("six", Some(3600)))).await;
        assert_eq!(found.as_deref(), Ok("six"));
    }

    #[tokio::test]
    async fn neither_a_failure_nor_a_session_without_an_end_is_kept() {
        let cache = SessionCache::default();
        let refused = ask(&cache, key("a", 1), 0, Err(Refused("no".to_owned()))).await;
        assert_eq!(refused, Err("no".to_owned()));
        for id in ["one", "two"] {
            assert_eq!(ask(&cache, key("a", 1), 0, Ok(session(id, None))).await.as_deref(), Ok(id));
        }
        for id in ["short", "shorter"] {
            assert_eq!(ask(&cache, key("a", 1), 0, Ok(session(id, Some(299)))).await.as_deref(), Ok(id));
        }
    }

    #[tokio::test]
    async fn the_cache_has_a_limit_and_lets_go_of_what_ends_first() {
        let cache = SessionCache::default();
        for n in 0..=MOST {
            let ends = 3600 + i64::try_from(n).unwrap();
            ask(&cache, key(&format!("a{n}"), 1), 0, Ok(session("old", Some(ends)))).await.unwrap();
        }
        assert_eq!(lock(&cache.kept).len(), MOST);
        for (account, expected) in [("a1", "old"), ("a0", "new")] {
            let found = ask(&cache, key(account, 1), 0, Ok(session("new", Some(9999)))).await;
            assert_eq!(found.as_deref(), Ok(expected), "{account}");
        }
    }
}
