//! Secrets at work: unsealed keys, opened sessions, and what was derived from them, kept for the next request.
//!
//! A signature over a long-lived connection would otherwise pay for unsealing and deriving every time. An entry
//! lives no longer than what it came from: a long-term key's is bound to the version of its record, a session's to
//! its very token. The number of entries is bounded; what leaves is wiped.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use regent_store::Seq;
use regent_store::directory::{Directory, KnownKey};
use regent_wire::Fault;
use regent_wire::secret::SecretAccessKey;
use regent_wire::sigv4::KeyCache;

use crate::seal::place;
use crate::server::Server;
use crate::session::{KeyRing, Session};
use crate::usage::Throttle;

const SHARDS: usize = 16;
/// Entries of one shard.
const SHARD_ENTRIES: usize = 1024;

/// A secret, and the signing keys derived from it.
#[derive(Debug)]
pub(crate) struct Credential {
    pub(super) secret: SecretAccessKey,
    pub(super) keys: KeyCache,
    pub(super) throttle: Throttle,
}

/// A session whose token was opened, with its secret.
#[derive(Debug)]
pub(crate) struct OpenSession {
    /// What the token says.
    pub(crate) session: Session,
    pub(super) credential: Credential,
    token: Box<str>,
}

impl OpenSession {
    /// Whether this is the session's secret access key. Takes as long whatever is alike.
    pub(crate) fn has_secret(&self, given: &SecretAccessKey) -> bool {
        self.credential.secret == *given
    }

    /// The secret access key, to sign with in a browser's stead.
    pub(crate) fn secret(&self) -> &SecretAccessKey {
        &self.credential.secret
    }
}

#[derive(Debug, Clone)]
enum Entry {
    LongTerm(Seq, Arc<Credential>),
    Session(Arc<OpenSession>),
}

/// The entries of a server.
#[derive(Debug, Default)]
pub(crate) struct Credentials {
    shards: [Mutex<HashMap<Box<str>, Entry>>; SHARDS],
    hasher: RandomState,
}

impl Credentials {
    fn shard(&self, id: &str) -> &Mutex<HashMap<Box<str>, Entry>> {
        let at = usize::try_from(self.hasher.hash_one(id) % SHARDS as u64).unwrap_or(0);
        self.shards.get(at).unwrap_or(&self.shards[0])
    }

    fn get(&self, id: &str) -> Option<Entry> {
        // A panic elsewhere cannot leave a map half changed that this must not read.
        self.shard(id).lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    fn keep(&self, id: &str, entry: Entry) {
        let mut shard = self.shard(id).lock().unwrap_or_else(PoisonError::into_inner);
        if shard.len() >= SHARD_ENTRIES
            && let Some(victim) = shard.keys().next().cloned()
        {
            shard.remove(&victim);
        }
        shard.insert(id.into(), entry);
    }

    /// Forgets everything, for instance when a session key has left the ring.
    pub(crate) fn clear(&self) {
        for shard in &self.shards {
            shard.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }
}

impl Server {
    /// The secret of a long-term key, unsealed.
    pub(super) fn long_term_credential(&self, known: &KnownKey) -> Result<Arc<Credential>, Fault> {
        if let Some(Entry::LongTerm(version, credential)) = self.credentials.get(&known.key.id)
            && version == known.version
        {
            return Ok(credential);
        }
        let place = place::access_key(known.account, &known.key.id);
        let secret =
            self.sealer.open_text(&place, &known.key.sealed_secret).map_err(Fault::internal_failure)?;
        let credential =
            Arc::new(Credential { secret, keys: KeyCache::default(), throttle: Throttle::default() });
        self.credentials.keep(&known.key.id, Entry::LongTerm(known.version, Arc::clone(&credential)));
        Ok(credential)
    }

    /// The session of a token, opened, unless it was revoked. Whether it is over is for the caller to see.
    pub(super) fn open_session(
        &self,
        directory: &Directory,
        id: &str,
        token: &str,
        now: i64,
    ) -> Result<Arc<OpenSession>, Fault> {
        // The ring comes first: when it has changed, what a key that is gone had opened is forgotten.
        let ring = self.key_ring(directory)?;
        let open = self.opened(&ring, id, token, now)?;
        // Only now: whoever has no token of the session learns nothing about it.
        if directory.revocation(id).is_some() {
            return Err(Fault::invalid_session_token());
        }
        Ok(open)
    }

    fn opened(&self, ring: &KeyRing, id: &str, token: &str, now: i64) -> Result<Arc<OpenSession>, Fault> {
        if let Some(Entry::Session(open)) = self.credentials.get(id)
            && *open.token == *token
        {
            return Ok(open);
        }
        let (session, secret) = ring.open(token, id).map_err(|_| Fault::invalid_session_token())?;
        let credential = Credential { secret, keys: KeyCache::default(), throttle: Throttle::default() };
        let is_over = session.expires <= now;
        let open = Arc::new(OpenSession { session, credential, token: token.into() });
        if !is_over {
            self.credentials.keep(id, Entry::Session(Arc::clone(&open)));
        }
        Ok(open)
    }
}
