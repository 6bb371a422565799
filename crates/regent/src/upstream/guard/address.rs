//! Kinds of addresses, after IANA's registries of special-purpose addresses.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What is at an address, as far as the address tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AddressKind {
    /// Anything on the internet.
    Public,
    /// A network of somebody's own.
    Private,
    /// This machine.
    Loopback,
    /// The same cable.
    LinkLocal,
    /// A cloud's service that hands out the credentials of the host.
    Metadata,
    /// None in particular: some systems take it for this machine.
    Unspecified,
    /// Many at once.
    Multicast,
    /// Nothing that one could talk to.
    Reserved,
}

/// Where clouds keep metadata outside of the link-local network, in IPv4.
const METADATA_V4: [Ipv4Addr; 3] =
    [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(168, 63, 129, 16), Ipv4Addr::new(192, 0, 0, 192)];

impl AddressKind {
    /// The kind of an address. One of IPv6 that carries one of IPv4 is of that one's kind, because that is where it
    /// leads.
    pub(crate) fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => of_v4(address),
            IpAddr::V6(address) => of_v6(address),
        }
    }

    /// What to do about it.
    pub(super) const fn advice(self) -> &'static str {
        match self {
            Self::Private => "set `allow_private` for this upstream, or enter the address itself",
            Self::Loopback => "use TLS mode `insecure_loopback_only` for an upstream on this machine",
            Self::Public => "only the configured address is",
            Self::LinkLocal | Self::Metadata | Self::Unspecified | Self::Multicast | Self::Reserved => {
                "no setting permits it"
            }
        }
    }
}

impl fmt::Display for AddressKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Public => "the public",
            Self::Private => "the private",
            Self::Loopback => "the loopback",
            Self::LinkLocal => "the link-local",
            Self::Metadata => "the metadata",
            Self::Unspecified => "the unspecified",
            Self::Multicast => "the multicast",
            Self::Reserved => "the reserved",
        })
    }
}

fn of_v4(address: Ipv4Addr) -> AddressKind {
    if METADATA_V4.contains(&address) {
        return AddressKind::Metadata;
    }
    match address.octets() {
        [0, ..] => AddressKind::Unspecified,
        [127, ..] => AddressKind::Loopback,
        // All of the services for credentials are in here, at addresses that nobody promised not to add to.
        [169, 254, ..] => AddressKind::Metadata,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] | [198, 18..=19, ..] => {
            AddressKind::Private
        }
        [192, 0, 0 | 2, _] | [198, 51, 100, _] | [203, 0, 113, _] | [192, 88, 99, _] | [240..=255, ..] => {
            AddressKind::Reserved
        }
        [224..=239, ..] => AddressKind::Multicast,
        _ => AddressKind::Public,
    }
}

fn of_v6(address: Ipv6Addr) -> AddressKind {
    if let Some(inner) = carried(address) {
        return of_v4(inner);
    }
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => AddressKind::Unspecified,
        [0, 0, 0, 0, 0, 0, 0, 1] => AddressKind::Loopback,
        // AWS's services of the instance, and Google's.
        [0xfd00, 0x0ec2, ..] | [0xfd20, 0x00ce, ..] => AddressKind::Metadata,
        [0xfe80..=0xfebf, ..] => AddressKind::LinkLocal,
        [0xfc00..=0xfdff | 0xfec0..=0xfeff, ..] | [0x0064, 0xff9b, 0x0001, ..] => AddressKind::Private,
        [0xff00..=0xffff, ..] => AddressKind::Multicast,
        // Teredo, benchmarks, ORCHID, documentation, discard: nothing of it is a server.
        [0x2001, 0x0000..=0x01ff | 0x0db8, ..] | [0x3fff, 0x0000..=0x0fff, ..] | [0x5f00, ..] => {
            AddressKind::Reserved
        }
        [0x2000..=0x3fff, ..] => AddressKind::Public,
        _ => AddressKind::Reserved,
    }
}

/// The IPv4 address inside: mapped, compatible, translated by NAT64, or behind a 6to4 relay.
fn carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let from = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x0064, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => Some(from(high, low)),
        _ => None,
    }
}
