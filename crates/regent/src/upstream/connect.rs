//! From the record of an upstream to something that can be called.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use regent_broker::{Id, Partition, Trust as RecordedTrust, Upstream as Record, UpstreamKind};
use regent_store::directory::Broker;
use url::Url;

use super::aws::{self, Choice};
use super::client::{Client, ClientError, Route, Trust};
use super::guard::{Guard, GuardError, Reach};
use super::retry::Retry;
use super::transport::Transport;
use super::{Endpoint, Upstream};
use crate::server::Server;

/// Clients that are kept at once.
const MOST: usize = 64;
/// What requests within the process are sent to. Nothing resolves it.
const WITHIN: &str = "http://localhost/";

/// Why an upstream cannot be called.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    /// The record says half of it.
    #[error("the upstream has no `{0}`; enter one")]
    Missing(&'static str),
    /// A text is no URL.
    #[error("`{0}` is no URL; expected one such as `https://sts.example.com/`")]
    Url(String),
    /// AWS has no such endpoint.
    #[error("AWS has no STS endpoint in region `{region}` of partition `{partition}` with these options")]
    NoEndpoint {
        /// The partition.
        partition: Partition,
        /// The region.
        region: String,
    },
    /// The upstream leads where nothing is reached.
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// There is no client for it.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// Clients by route: connections and prepared certificates are kept and shared.
#[derive(Debug, Default)]
pub(crate) struct Clients {
    kept: Mutex<HashMap<Route, Client>>,
}

impl Clients {
    /// The client for a route.
    pub(crate) fn get(&self, route: &Route) -> Result<Client, ClientError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = kept.get(route) {
            return Ok(client.clone());
        }
        let client = Client::new(route)?;
        if kept.len() >= MOST {
            // Routes change when an administrator edits an upstream: beginning anew is seldom and costs a handshake.
            kept.clear();
        }
        kept.insert(route.clone(), client.clone());
        Ok(client)
    }
}

/// The record of an upstream, also of one that is built in and was never written.
pub(crate) fn record(broker: &Broker, id: &Id) -> Option<Record> {
    let built_in = |name: &str, kind| Record {
        name: name.to_owned(),
        kind,
        sts_url: None,
        iam_url: None,
        signin_url: None,
        console_url: None,
        tls: RecordedTrust::System,
        ca_pem: None,
        proxy: None,
        allow_private: false,
        sigv4_region: None,
        fips: false,
        dual_stack: false,
    };
    match id.as_str() {
        id if let Some(stored) = broker.upstreams.get(id) => Some(stored.value.clone()),
        Record::EMBEDDED => Some(built_in("Embedded", UpstreamKind::Embedded)),
        Record::AWS => Some(built_in("AWS", UpstreamKind::Aws)),
        _ => None,
    }
}

/// Who calls an upstream, and for which account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Connect<'a> {
    /// The server, which is the embedded upstream, too.
    pub(crate) server: &'a Arc<Server>,
    /// The clients of this process.
    pub(crate) clients: &'a Clients,
    /// Who the embedded upstream sees.
    pub(crate) from: SocketAddr,
    /// The account's partition.
    pub(crate) partition: Partition,
    /// The account's region.
    pub(crate) region: &'a str,
}

impl Connect<'_> {
    /// An upstream, ready to be called.
    pub(crate) fn to(&self, record: &Record) -> Result<Upstream, ConnectError> {
        let (transport, sts, iam) = match record.kind {
            UpstreamKind::Embedded => self.embedded(record)?,
            UpstreamKind::Aws => self.aws(record)?,
            UpstreamKind::Custom => self.custom(record)?,
        };
        Ok(Upstream { transport, sts, iam, clock: self.server.clock.clone(), retry: Retry::default() })
    }

    /// The way to an upstream's other endpoints, such as that for sign-in, and to nowhere else.
    pub(crate) fn transport(&self, record: &Record) -> Result<Transport, ConnectError> {
        Ok(match record.kind {
            UpstreamKind::Embedded => {
                Transport::InProcess { server: Arc::clone(self.server), from: self.from }
            }
            UpstreamKind::Aws | UpstreamKind::Custom => Transport::Http(self.clients.get(&route(record)?)?),
        })
    }

    fn embedded(&self, record: &Record) -> Result<(Transport, Endpoint, Option<Endpoint>), ConnectError> {
        let endpoint = Endpoint { url: url(WITHIN)?, region: self.signed_for(record) };
        Ok((self.transport(record)?, endpoint.clone(), Some(endpoint)))
    }

    fn aws(&self, record: &Record) -> Result<(Transport, Endpoint, Option<Endpoint>), ConnectError> {
        let choice = Choice { fips: record.fips, dual_stack: record.dual_stack };
        let sts = aws::sts(self.partition, self.region, choice);
        let sts = sts.ok_or_else(|| ConnectError::NoEndpoint {
            partition: self.partition,
            region: self.region.to_owned(),
        })?;
        Ok((self.transport(record)?, sts, aws::iam(self.partition, choice)))
    }

    fn custom(&self, record: &Record) -> Result<(Transport, Endpoint, Option<Endpoint>), ConnectError> {
        let region = self.signed_for(record);
        let at = |text: &String| -> Result<Endpoint, ConnectError> {
            Ok(Endpoint { url: url(text)?, region: region.clone() })
        };
        let sts = at(record.sts_url.as_ref().ok_or(ConnectError::Missing("sts_url"))?)?;
        let iam = record.iam_url.as_ref().map(at).transpose()?;
        Ok((self.transport(record)?, sts, iam))
    }

    fn signed_for(&self, record: &Record) -> String {
        record.sigv4_region.clone().unwrap_or_else(|| self.region.to_owned())
    }
}

/// Judges an upstream before it is kept: its URLs, as far as they can be judged without resolving a name.
pub(crate) fn check(record: &Record) -> Result<(), ConnectError> {
    let route = route(record)?;
    let guard = Guard::new(route.reach.clone(), route.proxy.as_ref())?;
    if record.kind == UpstreamKind::Custom && record.sts_url.is_none() {
        return Err(ConnectError::Missing("sts_url"));
    }
    for text in [&record.sts_url, &record.iam_url, &record.signin_url].into_iter().flatten() {
        guard.check(&url(text)?)?;
    }
    Client::new(&route)?;
    Ok(())
}

fn route(record: &Record) -> Result<Route, ConnectError> {
    let trust = match record.tls {
        RecordedTrust::System => Trust::System,
        RecordedTrust::CaPem => {
            Trust::Authorities(record.ca_pem.clone().ok_or(ConnectError::Missing("ca_pem"))?)
        }
        RecordedTrust::InsecureLoopbackOnly => Trust::Nobody,
    };
    let reach = match (record.tls, record.allow_private) {
        (RecordedTrust::InsecureLoopbackOnly, _) => Reach::Loopback,
        (RecordedTrust::System | RecordedTrust::CaPem, true) => Reach::Private,
        (RecordedTrust::System | RecordedTrust::CaPem, false) => Reach::Internet,
    };
    Ok(Route { reach, trust, proxy: record.proxy.as_deref().map(url).transpose()? })
}

fn url(text: &str) -> Result<Url, ConnectError> {
    Url::parse(text).map_err(|_| ConnectError::Url(text.to_owned()))
}

#[cfg(test)]
mod tests;
