//! Base credentials: where an account's come from, and the upstream they are good at.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use regent_broker::{Account, AccountKind, Partition, Stored, Trust, UpstreamKind};
use regent_store::directory::{Broker, Versioned};
use regent_wire::sts::AssumeRoleRequest;
use url::Url;

use crate::seal::place;
use crate::server::Server;
use crate::upstream::ambient::{AmbientError, Source};
use crate::upstream::client::{Client, ClientError, Route};
use crate::upstream::credentials::Credentials;
use crate::upstream::error::CallError;
use crate::upstream::guard::Reach;
use crate::upstream::retry::Retry;
use crate::upstream::session_cache::{CacheKey, SessionCache};
use crate::upstream::single_flight::FlightLost;
use crate::upstream::transport::Transport;
use crate::upstream::{Endpoint, Upstream, client};

/// How many accounts may stand behind each other.
const MAX_HOPS: u32 = 3;
/// How many ways to upstreams are kept open.
const MAX_CLIENTS: usize = 64;

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
    /// A URL of the upstream is none.
    #[error("`{0}` is no URL")]
    Url(String),
    /// There is no way to the upstream.
    #[error(transparent)]
    Client(#[from] ClientError),
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

/// What the broker holds in memory: ways to upstreams, and base sessions.
#[derive(Debug, Default)]
pub(crate) struct Bases {
    clients: Mutex<HashMap<Route, Client>>,
    sessions: SessionCache<BaseError>,
}

impl Bases {
    fn client(&self, route: Route) -> Result<Client, BaseError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&route) {
            return Ok(client.clone());
        }
        if clients.len() >= MAX_CLIENTS {
            clients.clear();
        }
        let client = Client::new(&route)?;
        clients.insert(route, client.clone());
        Ok(client)
    }

    /// Forgets an account's session: it did not work.
    pub(crate) fn forget(&self, account: &Stored<Account>) {
        self.sessions.forget(account.id.as_str());
    }
}

fn url(text: &str) -> Result<Url, BaseError> {
    text.parse().map_err(|_| BaseError::Url(text.to_owned()))
}

/// The upstream of an account, ready to be called.
pub(crate) fn upstream(
    server: &Arc<Server>,
    broker: &Broker,
    account: &Account,
) -> Result<Upstream, BaseError> {
    let terms = &account.terms;
    let region = terms.region();
    let id = terms.upstream_id.as_str();
    let (transport, sts, iam, region) = if id == regent_broker::Upstream::EMBEDDED {
        let from = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let own = url("http://localhost/")?;
        (Transport::InProcess { server: Arc::clone(server), from }, own.clone(), Some(own), region)
    } else if id == regent_broker::Upstream::AWS {
        let route = Route { reach: Reach::Internet, trust: client::Trust::System, proxy: None };
        let transport = Transport::Http(server.bases.client(route)?);
        (transport, aws_sts(terms.partition, region)?, aws_iam(terms.partition)?, region)
    } else {
        let stored = broker.upstreams.get(id).ok_or_else(|| BaseError::NoUpstream(id.to_owned()))?;
        let known = &stored.value;
        let transport = Transport::Http(server.bases.client(route(known)?)?);
        let region = known.sigv4_region.as_deref().unwrap_or(region);
        match known.kind {
            UpstreamKind::Custom => {
                let sts = url(known.sts_url.as_deref().unwrap_or_default())?;
                let iam = known.iam_url.as_deref().map(url).transpose()?;
                (transport, sts, iam, region)
            }
            UpstreamKind::Aws => {
                (transport, aws_endpoint(known, terms.partition, region)?, aws_iam(terms.partition)?, region)
            }
            UpstreamKind::Embedded => return Err(BaseError::NoUpstream(id.to_owned())),
        }
    };
    let iam_region =
        if terms.partition == Partition::Regent { region } else { terms.partition.default_region() };
    Ok(Upstream {
        transport,
        sts: Endpoint { url: sts, region: region.to_owned() },
        iam: iam.map(|url| Endpoint { url, region: iam_region.to_owned() }),
        clock: server.clock.clone(),
        retry: Retry::default(),
    })
}

fn route(upstream: &regent_broker::Upstream) -> Result<Route, BaseError> {
    let proxy = upstream.proxy.as_deref().map(url).transpose()?;
    let (reach, trust) = match upstream.tls {
        Trust::System => (Reach::Internet, client::Trust::System),
        Trust::CaPem => {
            let pem = upstream.ca_pem.clone().unwrap_or_default();
            (Reach::Private, client::Trust::Authorities(pem))
        }
        Trust::InsecureLoopbackOnly => (Reach::Loopback, client::Trust::Nobody),
    };
    Ok(Route { reach, trust, proxy })
}

fn domain(partition: Partition) -> &'static str {
    match partition {
        Partition::Aws | Partition::AwsUsGov | Partition::Regent => "amazonaws.com",
        Partition::AwsCn => "amazonaws.com.cn",
        Partition::AwsIso => "c2s.ic.gov",
        Partition::AwsIsoB => "sc2s.sgov.gov",
    }
}

fn aws_sts(partition: Partition, region: &str) -> Result<Url, BaseError> {
    url(&format!("https://sts.{region}.{}/", domain(partition)))
}

/// AWS's STS as an upstream of one's own asks for it.
fn aws_endpoint(
    upstream: &regent_broker::Upstream,
    partition: Partition,
    region: &str,
) -> Result<Url, BaseError> {
    let service = if upstream.fips { "sts-fips" } else { "sts" };
    if upstream.dual_stack {
        return url(&format!("https://{service}.{region}.api.aws/"));
    }
    url(&format!("https://{service}.{region}.{}/", domain(partition)))
}

/// IAM answers at one place of each partition.
fn aws_iam(partition: Partition) -> Result<Option<Url>, BaseError> {
    let host = match partition {
        Partition::Aws => "iam.amazonaws.com",
        Partition::AwsCn => "iam.cn-north-1.amazonaws.com.cn",
        Partition::AwsUsGov => "iam.us-gov.amazonaws.com",
        Partition::AwsIso => "iam.us-iso-east-1.c2s.ic.gov",
        Partition::AwsIsoB => "iam.us-isob-east-1.sc2s.sgov.gov",
        Partition::Regent => return Ok(None),
    };
    url(&format!("https://{host}/")).map(Some)
}

/// The credentials of an account, as they are now. Sessions are kept in memory, and got once for all who ask meanwhile.
pub(crate) async fn credentials(
    server: &Arc<Server>,
    account: &Versioned<Stored<Account>>,
    now: Timestamp,
) -> Result<Arc<Credentials>, BaseError> {
    let terms = &account.entity.value.terms;
    if terms.disabled {
        return Err(BaseError::Disabled(terms.name.clone()));
    }
    if terms.kind == AccountKind::AccessKey {
        return long_term(server, &account.entity).map(Arc::new);
    }
    let key = CacheKey { account: account.entity.id.to_string(), revision: account.version.number() };
    let (obtaining, stored) = (Arc::clone(server), Arc::clone(&account.entity));
    let obtain = move || async move { obtain(&obtaining, &stored, now, 0).await };
    server.bases.sessions.get(key, now, obtain).await.map_err(BaseError::Shared)
}

fn long_term(server: &Server, account: &Stored<Account>) -> Result<Credentials, BaseError> {
    let name = &account.value.terms.name;
    let sealed = account.value.sealed_secret.as_deref().unwrap_or_default();
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
