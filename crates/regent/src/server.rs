//! The server: everything a request needs that is not in the request.

use std::sync::Arc;

use arc_swap::ArcSwap;
use regent_store::Store;
use regent_store::directory::Directory;
use regent_store::entity::PolicyDocument;
use regent_wire::Fault;

use crate::arn::Partition;
use crate::audit::trail::Trail;
use crate::authn::Credentials;
use crate::broker::base::Bases;
use crate::broker::issue_limits::IssueLimits;
use crate::broker::journal::Journal;
use crate::clock::Clock;
use crate::config::Config;
use crate::managed_policies::ManagedPolicies;
use crate::mfa::attempts::Attempts;
use crate::rest::idempotency::Idempotency;
use crate::seal::{Sealer, place};
use crate::session::KeyRing;
use crate::signin::SignIn;
use crate::signin::password::Passwords;

/// One node.
#[derive(Debug)]
pub struct Server {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) partition: Partition,
    pub(crate) store: Store<Directory>,
    pub(crate) sealer: Sealer,
    pub(crate) credentials: Credentials,
    pub(crate) managed_policies: Arc<ManagedPolicies>,
    pub(crate) trail: Trail,
    /// Appends what happens in the broker.
    pub(crate) journal: Journal,
    pub(crate) mfa_attempts: Attempts,
    /// What a managed policy is that cannot be found: it denies everything, because it might have denied anything.
    pub(crate) lost: PolicyDocument,
    /// How often credentials are issued.
    pub(crate) issue_limits: IssueLimits,
    /// Ways to upstreams, and base sessions.
    pub(crate) bases: Bases,
    /// Answers to requests that may be sent again.
    pub(crate) idempotency: Idempotency,
    /// Hashes and checks passwords.
    pub(crate) passwords: Passwords,
    /// What is kept in mind of sign-ins.
    pub(crate) sign_in: SignIn,
    /// What the first administrator proves themselves with.
    setup_code: Option<String>,
    ring: ArcSwap<KeyRing>,
}

/// The parts of a server, as [`bootstrap`](crate::bootstrap) brings them together.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) store: Store<Directory>,
    pub(crate) sealer: Sealer,
    pub(crate) managed_policies: ManagedPolicies,
    pub(crate) trail: Trail,
    pub(crate) journal: Journal,
}

impl Server {
    pub(crate) fn new(parts: Parts) -> Self {
        Self {
            partition: Partition::new(&parts.config.partition),
            config: parts.config,
            clock: parts.clock,
            store: parts.store,
            sealer: parts.sealer,
            credentials: Credentials::default(),
            managed_policies: Arc::new(parts.managed_policies),
            trail: parts.trail,
            journal: parts.journal,
            mfa_attempts: Attempts::default(),
            // No text is no policy, and what cannot be read denies.
            lost: PolicyDocument::new("", Vec::new()),
            issue_limits: IssueLimits::default(),
            bases: Bases::default(),
            idempotency: Idempotency::default(),
            passwords: Passwords::default(),
            sign_in: SignIn::default(),
            setup_code: setup_code(),
            ring: ArcSwap::default(),
        }
    }

    /// What an in-memory audit trail remembers, oldest first; a trail in files is read from its files.
    pub fn audit_records(&self) -> Vec<String> {
        self.trail.remembered()
    }

    /// What the first administrator proves themselves with: printed at the start, good for this process alone. None once
    /// there is somebody.
    pub fn setup_code(&self) -> Option<&str> {
        self.setup_code.as_deref().filter(|_| self.store.picture().broker().people.is_empty())
    }

    /// The keys of session tokens, as this picture has them.
    pub(crate) fn key_ring(&self, directory: &Directory) -> Result<Arc<KeyRing>, Fault> {
        let ring = self.ring.load();
        if ring.is_of(directory) {
            return Ok(Arc::clone(&ring));
        }
        let keys = directory.session_keys().map(|key| {
            let opened = self.sealer.open_key(&place::session_key(key.id), &key.sealed);
            opened.map(|opened| (key.id, key.created, opened)).map_err(Fault::internal_failure)
        });
        let ring = KeyRing::new(&keys.collect::<Result<Vec<_>, _>>()?).map_err(Fault::internal_failure)?;
        let ring = Arc::new(ring);
        self.ring.store(Arc::clone(&ring));
        // What a key that left the ring has opened must not stay open.
        self.credentials.clear();
        Ok(ring)
    }
}

/// A hundred bits, in groups that a person can type. Without chance there is no code, and nobody is let in.
fn setup_code() -> Option<String> {
    let text = data_encoding::BASE32.encode(&crate::entropy::bytes::<15>().ok()?);
    let groups: Vec<&str> = (0..4).filter_map(|at| text.get(at * 5..at * 5 + 5)).collect();
    Some(groups.join("-"))
}
