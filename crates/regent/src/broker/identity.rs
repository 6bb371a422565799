//! Who base credentials are: asked before the first session is made of them, and kept with the account.
//!
//! A root user's key wants an administrator's yes and gives an hour at most, so that nobody knows whose a key is must not
//! mean that it is an ordinary user's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use regent_broker::{Account, AccountKind, Id, PrincipalKind, Stored, UpstreamKind};
use regent_store::directory::Versioned;

use super::base;
use super::change::{Actor, BrokerChange, NotChanged};
use crate::server::Server;
use crate::upstream::Upstream;
use crate::upstream::credentials::Credentials;
use crate::upstream::error::CallError;
use crate::upstream::single_flight::{FlightLost, SingleFlight};
use crate::upstream::sts::Identity;

/// Why nobody knows who the credentials are.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum IdentityError {
    /// The upstream does not say.
    #[error(transparent)]
    Call(Arc<CallError>),
    /// They are another AWS account's than the one that is known.
    #[error("the account `{name}` now answers as another AWS account: {answered}, and it was {known}")]
    Changed {
        /// The account.
        name: String,
        /// The AWS account that it was of.
        known: Box<str>,
        /// The AWS account that it is of now.
        answered: String,
    },
    /// Another request that was under way for the same answer came to nothing.
    #[error("another request for the same answer was lost")]
    Lost(#[from] FlightLost),
}

/// Questions under way: an account as it is now, with these credentials, is asked about once, for all who wait.
pub(crate) type Questions = SingleFlight<(String, u64, String), Result<Option<Principal>, IdentityError>>;

/// Who a host's credentials have answered as, by account. A host has others every few hours, and each host its own.
#[derive(Debug, Default)]
pub(crate) struct Hosts(Mutex<HashMap<Id, (String, Principal)>>);

impl Hosts {
    fn of(&self, account: &Id, access_key_id: &str) -> Option<Principal> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(account).filter(|(key, _)| key == access_key_id).map(|(_, principal)| principal.clone())
    }

    fn put(&self, account: Id, access_key_id: String, principal: Principal) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(account, (access_key_id, principal));
    }
}

/// Who base credentials are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Principal {
    /// The AWS account.
    pub(crate) aws_account_id: Option<String>,
    /// The ARN they answer as.
    pub(crate) arn: String,
    /// Who stands behind that.
    pub(crate) kind: PrincipalKind,
}

impl From<Identity> for Principal {
    fn from(identity: Identity) -> Self {
        let kind = identity.principal_kind();
        Self { aws_account_id: Some(identity.account), arn: identity.arn, kind }
    }
}

/// The account with who its credentials are: as it is kept, or as the upstream says now, which is kept from here on.
///
/// Sessions of roles are not asked about: what they are is known. A host's credentials are asked about whenever they are
/// others. A custom upstream may not know the question: then they stay nobody's that is known.
pub(crate) async fn known(
    server: &Arc<Server>,
    account: &Versioned<Stored<Account>>,
    upstream: &Upstream,
    credentials: &Arc<Credentials>,
) -> Result<Versioned<Stored<Account>>, IdentityError> {
    let key_id = &credentials.access_key_id;
    let told = match account.entity.value.terms.kind {
        AccountKind::RegentRole | AccountKind::Hop => return Ok(account.clone()),
        AccountKind::AccessKey if account.entity.value.principal_arn.is_some() => return Ok(account.clone()),
        AccountKind::AccessKey => None,
        AccountKind::Ambient => server.bases.hosts.of(&account.entity.id, key_id),
    };
    if let Some(principal) = told {
        return Ok(as_principal(account, &principal));
    }
    let key = (account.entity.id.to_string(), account.version.number(), key_id.clone());
    let (server, upstream) = (Arc::clone(server), upstream.clone());
    let (credentials, stored) = (Arc::clone(credentials), Arc::clone(&account.entity));
    let questions = Arc::clone(&server);
    let flight = questions.bases.questions.run(key, move || ask(server, upstream, credentials, stored));
    Ok(flight.await??.map_or_else(|| account.clone(), |principal| as_principal(account, &principal)))
}

fn as_principal(account: &Versioned<Stored<Account>>, principal: &Principal) -> Versioned<Stored<Account>> {
    let mut account = account.clone();
    account.entity = Arc::new(principal.of(&account.entity));
    account
}

async fn ask(
    server: Arc<Server>,
    upstream: Upstream,
    credentials: Arc<Credentials>,
    account: Arc<Stored<Account>>,
) -> Result<Option<Principal>, IdentityError> {
    let identity = match upstream.get_caller_identity(&credentials).await {
        Ok(answer) => answer.value,
        Err(error) if error.is_of_unknown_action() && is_custom(&server, &account.value) => return Ok(None),
        Err(error) => return Err(IdentityError::Call(Arc::new(error))),
    };
    if let Some(known) = account.value.aws_account_id.clone().filter(|known| **known != *identity.account) {
        let name = account.value.terms.name.clone();
        return Err(IdentityError::Changed { name, known, answered: identity.account });
    }
    let principal = Principal::from(identity);
    if account.value.terms.kind == AccountKind::Ambient {
        let key_id = credentials.access_key_id.clone();
        server.bases.hosts.put(account.id.clone(), key_id, principal.clone());
        // The name of a host in an ARN is no news.
        if account.value.principal_arn.is_some() && account.value.principal_kind == principal.kind {
            return Ok(Some(principal));
        }
    }
    let learned = principal.clone();
    let kept = server
        .change_broker(Actor::server(server.seconds()), move |change| keep(change, &account, &learned, None));
    if let Err(problem) = kept.await {
        tracing::warn!(code = problem.code(), "who an account's credentials are could not be kept");
    }
    Ok(Some(principal))
}

fn is_custom(server: &Server, account: &Account) -> bool {
    let picture = server.store.picture();
    base::record(picture.broker(), account).is_ok_and(|upstream| upstream.kind == UpstreamKind::Custom)
}

/// Keeps who the credentials of an account are, unless it has others by now. That they are another AWS account's is a change
/// of the account, and is kept only if somebody has confirmed that number.
pub(crate) fn keep(
    change: &mut BrokerChange<'_>,
    asked: &Stored<Account>,
    principal: &Principal,
    confirmed: Option<&str>,
) -> Result<(), NotChanged> {
    let Ok(now) = change.current::<Account>(asked.id.as_str(), None) else { return Ok(()) };
    let is_same = now.value.terms.source() == asked.value.terms.source()
        && now.value.sealed_secret == asked.value.sealed_secret;
    let new = principal.of(&now);
    if !is_same || new == *now {
        return Ok(());
    }
    if now.value.is_other_account(&new.value) {
        let is_confirmed = new.value.aws_account_id.as_deref() == confirmed;
        return if is_confirmed { change.replace(&now, new.value) } else { Ok(()) };
    }
    change.put(new);
    Ok(())
}

impl Principal {
    /// The account whose credentials answer as this.
    fn of(&self, account: &Stored<Account>) -> Stored<Account> {
        let value = Account {
            principal_kind: self.kind,
            principal_arn: Some(self.arn.as_str().into()),
            aws_account_id: self.aws_account_id.as_deref().map(Into::into),
            ..account.value.clone()
        };
        Stored { value, ..account.clone() }
    }
}
