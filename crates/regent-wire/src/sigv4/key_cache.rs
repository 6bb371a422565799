//! Derived keys, kept beside the access key they were derived from.

use std::sync::{Arc, PoisonError, RwLock};

use super::SigV4Error;
use super::canonical::Scratch;
use super::claim::Claim;
use super::key::VerifyingKey;
use super::request::Body;
use crate::secret::SecretAccessKey;

/// How many keys one access key keeps: a service or two in a region or two, or a day and the next.
const CAPACITY: usize = 4;

/// A small store of derived keys that the record of an access key owns.
///
/// It lives and dies with its record: when the secret changes or the key is deleted, a new record takes
/// the place of the old, and with the old go its derived keys, wiped. So nothing has to be invalidated,
/// and one access key's cache cannot answer for another.
///
/// Only a key that has verified something is kept. Access key ids are not secret, and whoever knows one
/// could otherwise push the useful keys out with scopes made up for the purpose.
#[derive(Default, Debug)]
pub struct KeyCache {
    /// Newest first. The lock is held to compare a few short texts, never to derive or to verify.
    entries: RwLock<Vec<Entry>>,
}

#[derive(Debug)]
struct Entry {
    /// Day, region and service, all that the key depends on besides the secret.
    scope: Box<str>,
    key: Arc<VerifyingKey>,
}

impl KeyCache {
    /// Verifies a claim with a kept key, or else with one derived from the secret.
    ///
    /// The claim must name the access key, and the secret must be the one, that this cache belongs to.
    pub fn verify(
        &self,
        claim: &Claim<'_>,
        secret: &SecretAccessKey,
        body: Body<'_>,
        scratch: &mut Scratch,
    ) -> Result<(), SigV4Error> {
        if let Some(key) = self.get(claim.scope()) {
            return claim.verify(&key, body, scratch);
        }
        let key = VerifyingKey::derive(claim, secret)?;
        claim.verify(&key, body, scratch)?;
        self.keep(claim.scope(), key);
        Ok(())
    }

    fn get(&self, scope: &str) -> Option<Arc<VerifyingKey>> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        entries.iter().find(|entry| *entry.scope == *scope).map(|entry| Arc::clone(&entry.key))
    }

    fn keep(&self, scope: &str, key: VerifyingKey) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if entries.iter().all(|entry| *entry.scope != *scope) {
            entries.truncate(CAPACITY - 1);
            entries.insert(0, Entry { scope: scope.into(), key: Arc::new(key) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CAPACITY, KeyCache};
    use crate::secret::SecretAccessKey;
    use crate::sigv4::SigningKey;

    fn keep(cache: &KeyCache, date: &str) {
        let secret = SecretAccessKey::new("secret".to_owned());
        cache.keep(date, SigningKey::derive(&secret, date, "us-east-1", "sts").into());
    }

    fn kept(cache: &KeyCache) -> Vec<String> {
        cache.entries.read().unwrap().iter().map(|entry| entry.scope.to_string()).collect()
    }

    #[test]
    fn a_full_cache_forgets_the_oldest() {
        let cache = KeyCache::default();
        for date in ["1", "2", "3", "4", "4", "2", "5"] {
            keep(&cache, date);
        }
        assert_eq!(kept(&cache), ["5", "4", "3", "2"]);
        assert_eq!(kept(&cache).len(), CAPACITY);
        assert!(cache.get("1").is_none());
        assert!(cache.get("2").is_some());
    }
}
