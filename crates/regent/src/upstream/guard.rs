//! Where a request to an upstream may go: the guard against requests that a stranger's URL would have us make inside.
//!
//! A name is judged by the addresses it resolves to, by the resolver whose answer the connection then uses: between the
//! look and the step nothing can be exchanged. Behind a proxy it is the proxy that resolves; there only addresses
//! written out can be judged, and what the proxy reaches is its owner's business.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

mod address;

pub(crate) use address::AddressKind;

/// What may be reached.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Reach {
    /// The internet, by `https`. A private address must be written out: a name that leads to one is refused.
    Internet,
    /// Likewise, and names may lead to private addresses.
    Private,
    /// This machine and nothing else, also by `http`.
    Loopback,
    /// These addresses and nothing else, also by `http`.
    Only(Vec<IpAddr>),
}

/// Why a request is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum GuardError {
    /// The URL is not `https`.
    #[error(
        "`{0}` is not encrypted; expected an `https` URL, or TLS mode `insecure_loopback_only` for this machine"
    )]
    Scheme(String),
    /// The URL names no host.
    #[error("the URL names no host")]
    NoHost,
    /// The URL holds a user name or a password.
    #[error("the URL holds a user name or a password; remove them")]
    UserInfo,
    /// The proxy's URL holds one.
    #[error(
        "the proxy's URL holds a user name or a password, which everybody would see who sees the upstream; \
         name a proxy on this machine that signs in to that one"
    )]
    ProxyUserInfo,
    /// The address is of a kind that is not reached.
    #[error("`{host}` leads to {kind} address {address}, which is not reached; {}", .kind.advice())]
    Address {
        /// The host as the URL has it.
        host: String,
        /// What it leads to.
        address: IpAddr,
        /// What kind of address that is.
        kind: AddressKind,
    },
    /// A proxy stands between, and only this machine may be reached.
    #[error("a proxy cannot be used for an upstream on this machine; remove the proxy")]
    Proxy,
    /// The name leads nowhere.
    #[error("`{0}` does not resolve to an address; check the name")]
    Unresolved(String),
}

/// Judges URLs and addresses.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    reach: Reach,
    /// The host of the proxy, which the administrator chose and which may be anywhere but at the metadata service.
    proxy: Option<String>,
}

impl Guard {
    /// A guard; `proxy` is the URL of what stands between.
    pub(crate) fn new(reach: Reach, proxy: Option<&Url>) -> Result<Self, GuardError> {
        let Some(proxy) = proxy else { return Ok(Self { reach, proxy: None }) };
        if matches!(reach, Reach::Loopback | Reach::Only(_)) {
            return Err(GuardError::Proxy);
        }
        if !proxy.username().is_empty() || proxy.password().is_some() {
            return Err(GuardError::ProxyUserInfo);
        }
        let host = proxy.host().ok_or(GuardError::NoHost)?;
        if let Some(address) = literal(&host)
            && !may_be_proxy(address)
        {
            return Err(refused(&host.to_string(), address));
        }
        Ok(Self { reach, proxy: Some(host.to_string()) })
    }

    /// Judges what can be judged before a name is resolved.
    pub(crate) fn check(&self, url: &Url) -> Result<(), GuardError> {
        let may_be_plain = matches!(self.reach, Reach::Loopback | Reach::Only(_));
        if url.scheme() != "https" && !(url.scheme() == "http" && may_be_plain) {
            return Err(GuardError::Scheme(format!("{}:", url.scheme())));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(GuardError::UserInfo);
        }
        let host = url.host().ok_or(GuardError::NoHost)?;
        match literal(&host) {
            Some(address) if !self.is_reached(address, Written::Out) => {
                Err(refused(&host.to_string(), address))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Judges what a name resolved to. One address that is not reached refuses the name: whoever answers for it is not
    /// to choose which of several is taken.
    pub(crate) fn admit(&self, name: &str, addresses: Vec<IpAddr>) -> Result<Vec<IpAddr>, GuardError> {
        if addresses.is_empty() {
            return Err(GuardError::Unresolved(name.to_owned()));
        }
        let is_proxy = self.proxy.as_deref().is_some_and(|proxy| proxy.eq_ignore_ascii_case(name));
        let is_reached = |address: &IpAddr| {
            if is_proxy { may_be_proxy(*address) } else { self.is_reached(*address, Written::AsName) }
        };
        match addresses.iter().find(|address| !is_reached(address)) {
            Some(address) => Err(refused(name, *address)),
            None => Ok(addresses),
        }
    }

    fn is_reached(&self, address: IpAddr, written: Written) -> bool {
        let kind = AddressKind::of(address);
        match &self.reach {
            Reach::Internet => match kind {
                AddressKind::Public => true,
                AddressKind::Private => written == Written::Out,
                AddressKind::Loopback
                | AddressKind::LinkLocal
                | AddressKind::Metadata
                | AddressKind::Unspecified
                | AddressKind::Multicast
                | AddressKind::Reserved => false,
            },
            Reach::Private => matches!(kind, AddressKind::Public | AddressKind::Private),
            Reach::Loopback => kind == AddressKind::Loopback,
            Reach::Only(addresses) => addresses.contains(&address),
        }
    }
}

/// How a host stands in the URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    /// As the address itself.
    Out,
    /// As a name.
    AsName,
}

fn literal(host: &Host<&str>) -> Option<IpAddr> {
    match host {
        Host::Ipv4(address) => Some((*address).into()),
        Host::Ipv6(address) => Some((*address).into()),
        Host::Domain(_) => None,
    }
}

fn refused(host: &str, address: IpAddr) -> GuardError {
    GuardError::Address { host: host.to_owned(), address, kind: AddressKind::of(address) }
}

fn may_be_proxy(address: IpAddr) -> bool {
    matches!(AddressKind::of(address), AddressKind::Public | AddressKind::Private | AddressKind::Loopback)
}

/// The system's resolver with a guard in front of its answers.
#[derive(Debug, Clone)]
pub(super) struct GuardedResolver(pub(super) Arc<Guard>);

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = Arc::clone(&self.0);
        Box::pin(async move {
            let name = name.as_str();
            let found = tokio::net::lookup_host((name, 0)).await;
            let found = found.map_err(|_| GuardError::Unresolved(name.to_owned()))?;
            let admitted = guard.admit(name, found.map(|address| address.ip()).collect())?;
            let addresses: Addrs = Box::new(admitted.into_iter().map(|ip| SocketAddr::new(ip, 0)));
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests;
