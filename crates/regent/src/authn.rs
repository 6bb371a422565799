//! Who calls: from a verified signature to a [`Caller`].
//!
//! The order of checks is AWS's, because clients and tests see the first fault: the claim's form and time, then the
//! key, then the token, then whether the session is over, then the signature.

use std::sync::Arc;

use regent_store::directory::{AccountView, Directory, KnownKey};
use regent_store::entity::{AccountId, KeyOwner, KeyStatus};
use regent_wire::Fault;
use regent_wire::sigv4::{Body, Claim, Scratch};

use crate::caller::{Caller, Principal};
use crate::server::Server;
use crate::session::Subject;
use crate::usage;

mod credentials;

use credentials::Credential;
pub(crate) use credentials::{Credentials, OpenSession};

/// What temporary access key ids begin with.
const TEMPORARY: &str = "ASIA";

impl Server {
    /// Finds out who made a claim, and whether it is true.
    pub(crate) fn authenticate(
        &self,
        directory: &Directory,
        claim: &Claim<'_>,
        body: &[u8],
        now: i64,
    ) -> Result<Caller, Fault> {
        let id = claim.access_key_id();
        let body = Body::Bytes(body);
        match claim.security_token() {
            Some(token) => {
                let open = self.living_session(directory, id, token, now)?;
                Self::verify(&open.credential, claim, body)?;
                let caller = self.session_caller(directory, &open)?;
                self.note_use(&open.credential, &caller, claim, now);
                Ok(caller)
            }
            None if id.starts_with(TEMPORARY) => Err(Fault::unknown_access_key()),
            None => {
                let known = directory.access_key(id).ok_or_else(Fault::unknown_access_key)?;
                if known.key.status != KeyStatus::Active {
                    return Err(Fault::unknown_access_key());
                }
                let credential = self.long_term_credential(known)?;
                Self::verify(&credential, claim, body)?;
                let caller = self.key_caller(directory, known)?;
                self.note_use(&credential, &caller, claim, now);
                Ok(caller)
            }
        }
    }

    /// The session of a token that is one of ours for this key, and not over.
    ///
    /// That is half of knowing who calls. The other half is the secret, which a signature proves, or who has it
    /// shown: [`OpenSession::has_secret`].
    pub(crate) fn living_session(
        &self,
        directory: &Directory,
        id: &str,
        token: &str,
        now: i64,
    ) -> Result<Arc<OpenSession>, Fault> {
        let open = self.open_session(directory, id, token, now)?;
        if open.session.expires <= now { Err(Fault::expired_token()) } else { Ok(open) }
    }

    fn note_use(&self, credential: &Credential, caller: &Caller, claim: &Claim<'_>, now: i64) {
        usage::note(self, &credential.throttle, caller, claim.service(), claim.region(), now);
    }

    fn verify(credential: &Credential, claim: &Claim<'_>, body: Body<'_>) -> Result<(), Fault> {
        thread_local! {
            static SCRATCH: std::cell::RefCell<Scratch> = std::cell::RefCell::default();
        }
        SCRATCH
            .with_borrow_mut(|scratch| credential.keys.verify(claim, &credential.secret, body, scratch))
            .map_err(|error| crate::fault::from_sigv4(&error))
    }

    fn key_caller(&self, directory: &Directory, known: &KnownKey) -> Result<Caller, Fault> {
        let (account, id) = (known.account, &*known.key.id);
        match known.key.owner {
            KeyOwner::Root => Ok(Caller::root(&self.partition, account, id)),
            KeyOwner::User(user) => {
                let user = view(directory, account)?.users.by_id(user);
                let user = user.ok_or_else(|| Fault::bug("an access key without its user"))?;
                Ok(Caller::of_user(&self.partition, account, user, id))
            }
        }
    }

    /// A session lives as long as the entity behind it: with a deleted user or role, its sessions are gone.
    pub(crate) fn session_caller(
        &self,
        directory: &Directory,
        open: &Arc<OpenSession>,
    ) -> Result<Caller, Fault> {
        let session = &open.session;
        let (account, id) = (session.account, &*session.access_key_id);
        let view = directory.account(account).ok_or_else(Fault::invalid_session_token)?;
        let user = |id| view.users.by_id(id).ok_or_else(Fault::invalid_session_token);
        let arns = &self.partition;
        let caller = match &session.subject {
            Subject::Root => Caller::root(arns, account, id),
            Subject::User(user_id) => Caller::of_user(arns, account, user(*user_id)?, id),
            Subject::Role { id: role_id, session_name } => {
                let role = view.roles.by_id(*role_id).ok_or_else(Fault::invalid_session_token)?;
                Caller {
                    account,
                    access_key_id: id.into(),
                    session: None,
                    arn: arns.assumed_role(account, &role.name, session_name),
                    source_arn: Some(arns.role(account, role)),
                    user_id: format!("{role_id}:{session_name}"),
                    principal: Principal::Role(Arc::clone(role)),
                }
            }
            Subject::Federated { issuer, name } => {
                let issuer = issuer.map(user).transpose()?;
                Caller {
                    account,
                    access_key_id: id.into(),
                    session: None,
                    arn: arns.federated_user(account, name),
                    source_arn: issuer.map(|user| arns.user(account, user)),
                    user_id: format!("{account}:{name}"),
                    principal: Principal::Federated(issuer.cloned()),
                }
            }
        };
        Ok(Caller { session: Some(Arc::clone(open)), ..caller })
    }
}

fn view(directory: &Directory, account: AccountId) -> Result<&AccountView, Fault> {
    directory.account(account).ok_or_else(|| Fault::bug("an access key without its account"))
}
