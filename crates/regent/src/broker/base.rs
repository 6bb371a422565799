//! Base credentials: where an account's come from, and the upstream they are good at.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use jiff::Timestamp;
use regent_broker::{Account, AccountKind, Stored};
use regent_store::directory::{Broker, Versioned};
use regent_wire::sts::AssumeRoleRequest;

use super::identity::{Hosts, Questions};
use super::rotation::Turns;
use crate::seal::place;
use crate::server::Server;
use crate::upstream::Upstream;
use crate::upstream::ambient::{AmbientError, Source};
use crate::upstream::connect::{self, Clients, Connect, ConnectError};
use crate::upstream::credentials::Credentials;
use crate::upstream::error::CallError;
use crate::upstream::session_cache::{CacheKey, REFRESH_SECS, SessionCache};
use crate::upstream::single_flight::FlightLost;

/// How many accounts may stand behind each other.
const MAX_HOPS: u32 = 3;

/// Why there are no base credentials.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BaseError {
    /// The account, or one behind it, is gone.
    #[error("the account `{0}` is not there any more")]
    NoAccount(String),
    /// The account is disabled.
    #[error("the account `{0}` is disabled")]
    Disabled(String),
    /// The upstream is gone.
    #[error("the upstream `{0}` is not there any more")]
    NoUpstream(String),
    /// The upstream cannot be called as its record says.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// Nobody has entered the secret yet.
    #[error("the account `{0}` has no secret yet; enter it")]
    NoSecret(String),
    /// The sealed secret does not open.
    #[error("the secret of the account `{0}` does not open with this server's keys")]
    Sealed(String),
    /// The host provides nothing, or may not be asked.
    #[error(transparent)]
    Ambient(#[from] AmbientError),
    /// The administrator of this server has not allowed it.
    #[error(
        "this server does not hand on the credentials of its host; its setting `ambient-credentials` allows it"
    )]
    AmbientOff,
    /// A role of Regent's own could not be taken.
    #[error("{0}")]
    RegentRole(String),
    /// Another account's credentials did not get this one's.
    #[error(transparent)]
    Call(#[from] CallError),
    /// Another request that was under way for the same credentials came to nothing.
    #[error("another request for the same credentials was lost")]
    Lost(#[from] FlightLost),
    /// The same failure, told to all who waited.
    #[error(transparent)]
    Shared(Arc<BaseError>),
    /// Too many accounts stand behind each other.
    #[error("more than three accounts stand behind each other")]
    TooManyHops,
}

/// What the broker holds in memory: ways to upstreams, base sessions, rotations under way.
#[derive(Debug, Default)]
pub(crate) struct Bases {
    clients: Clients,
    sessions: SessionCache<BaseError>,
    /// Whose credentials these are, while that is asked.
    pub(super) questions: Questions,
    /// Whose a host's credentials are.
    pub(super) hosts: Hosts,
    /// Whose keys are being rotated.
    pub(crate) rotating: Turns,
}

impl Bases {
    /// Forgets an account's session: it did not work.
    pub(crate) fn forget(&self, account: &Stored<Account>) {
        self.sessions.forget(account.id.as_str());
    }
}

/// The upstream of an account, as its record says.
pub(crate) fn record(broker: &Broker, account: &Account) -> Result<regent_broker::Upstream, BaseError> {
    let id = &account.terms.upstream_id;
    connect::record(broker, id).ok_or_else(|| BaseError::NoUpstream(id.to_string()))
}

/// Who connects to an account's upstream.
pub(crate) fn connect<'a>(server: &'a Arc<Server>, account: &'a Account) -> Connect<'a> {
    Connect {
        server,
        clients: &server.bases.clients,
        from: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        partition: account.terms.partition,
        region: account.terms.region(),
    }
}

/// The upstream of an account, ready to be called.
pub(crate) fn upstream(
    server: &Arc<Server>,
    broker: &Broker,
    account: &Account,
) -> Result<Upstream, BaseError> {
    Ok(connect(server, account).to(&record(broker, account)?)?)
}

/// What base credentials are for, and so how much must be left of those that are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// To sign a call.
    Sign,
    /// To be handed on: with less than the shortest session left they are nobody's any more.
    HandOn,
}

impl Use {
    const fn least_left_secs(self) -> i64 {
        match self {
            Self::Sign => REFRESH_SECS,
            Self::HandOn => 20 * 60,
        }
    }
}

/// The credentials of an account, as they are now. Sessions are kept in memory, and got once for all who ask meanwhile.
pub(crate) async fn credentials(
    server: &Arc<Server>,
    account: &Versioned<Stored<Account>>,
    purpose: Use,
    now: Timestamp,
) -> Result<Arc<Credentials>, BaseError> {
    let revisions = revisions(server.store.picture().broker(), account)?;
    if account.entity.value.terms.kind == AccountKind::AccessKey {
        return long_term(server, &account.entity).map(Arc::new);
    }
    let key = CacheKey { account: account.entity.id.to_string(), revisions };
    let (obtaining, stored) = (Arc::clone(server), Arc::clone(&account.entity));
    let obtain = move || async move { obtain(&obtaining, &stored, now, 0).await };
    let least = purpose.least_left_secs();
    server.bases.sessions.get(key, now, least, obtain).await.map_err(BaseError::Shared)
}

/// The revisions of an account and of all that its session comes from, if none of the accounts is disabled: a session
/// that is kept must not outlive that.
fn revisions(broker: &Broker, account: &Versioned<Stored<Account>>) -> Result<Vec<u64>, BaseError> {
    let mut revisions = Vec::new();
    let mut account = account;
    for _ in 0..=MAX_HOPS {
        let terms = &account.entity.value.terms;
        if terms.disabled {
            return Err(BaseError::Disabled(terms.name.clone()));
        }
        let upstream = broker.upstreams.versioned(terms.upstream_id.as_str());
        revisions.push(account.version.number());
        revisions.push(upstream.map_or(0, |upstream| upstream.version.number()));
        let hop = terms.hop.as_ref().filter(|_| terms.kind == AccountKind::Hop);
        let Some(hop) = hop else { return Ok(revisions) };
        let behind = broker.accounts.versioned(hop.base.as_str());
        account = behind.ok_or_else(|| BaseError::NoAccount(hop.base.to_string()))?;
    }
    Err(BaseError::TooManyHops)
}

fn long_term(server: &Server, account: &Stored<Account>) -> Result<Credentials, BaseError> {
    let name = &account.value.terms.name;
    let Some(sealed) = account.value.sealed_secret.as_deref() else {
        return Err(BaseError::NoSecret(name.clone()));
    };
    let opened = server.sealer.open_text(&place::broker_account(&account.id), sealed);
    let secret = opened.map_err(|_| BaseError::Sealed(name.clone()))?;
    let id = account.value.terms.access_key_id.clone().unwrap_or_default();
    Ok(Credentials::long_term(id, secret))
}

/// Gets an account's credentials anew.
async fn obtain(
    server: &Arc<Server>,
    account: &Stored<Account>,
    now: Timestamp,
    depth: u32,
) -> Result<Credentials, BaseError> {
    let terms = &account.value.terms;
    if terms.disabled {
        return Err(BaseError::Disabled(terms.name.clone()));
    }
    match terms.kind {
        AccountKind::AccessKey => long_term(server, account),
        AccountKind::Ambient => {
            if !server.config.ambient_credentials {
                return Err(BaseError::AmbientOff);
            }
            Ok(Source::find(crate::config::variable)?.credentials().await?)
        }
        AccountKind::RegentRole => {
            let arn = terms.regent_role_arn.as_deref().unwrap_or_default();
            server.session_for_broker(arn).map_err(|fault| BaseError::RegentRole(fault.to_string()))
        }
        AccountKind::Hop => hop(server, account, now, depth).await,
    }
}

async fn hop(
    server: &Arc<Server>,
    account: &Stored<Account>,
    now: Timestamp,
    depth: u32,
) -> Result<Credentials, BaseError> {
    if depth >= MAX_HOPS {
        return Err(BaseError::TooManyHops);
    }
    let terms = &account.value.terms;
    let Some(hop) = &terms.hop else { return Err(BaseError::NoAccount(terms.name.clone())) };
    let picture = server.store.picture();
    let broker = picture.broker();
    let behind = broker.accounts.get(hop.base.as_str());
    let behind = behind.ok_or_else(|| BaseError::NoAccount(hop.base.to_string()))?;
    let base = Box::pin(obtain(server, behind, now, depth + 1)).await?;
    let upstream = upstream(server, broker, &behind.value)?;
    let input = AssumeRoleRequest {
        role_arn: hop.role_arn.clone(),
        role_session_name: "regent".to_owned(),
        external_id: hop.external_id.clone(),
        duration_seconds: hop.duration.and_then(|seconds| i32::try_from(seconds).ok()),
        ..AssumeRoleRequest::default()
    };
    Ok(upstream.assume_role(&base, &input).await?.value.credentials)
}
