//! Networks in CIDR notation, compared by value: however an IPv6 address is spelled, it is the same address.

use core::net::IpAddr;

/// A range of addresses. Bits of the written address beyond the prefix are ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network {
    address: Address,
    prefix_len: u8,
}

/// An address as bits; IPv4 addresses that arrive in IPv6 clothes are IPv4 addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    V4(u32),
    V6([u8; 16]),
}

impl Address {
    // CHOICE: `::ffff:a.b.c.d` is folded to `a.b.c.d`, so that a policy on IPv4 holds for a dual-stack socket.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text.parse::<IpAddr>().ok()?.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.to_bits()),
            IpAddr::V6(address) => Self::V6(address.octets()),
        })
    }
}

impl Network {
    /// Reads an address with or without `/n`; without one it is that address alone.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, prefix_len) = match text.split_once('/') {
            Some((address, len)) => (address, Some(read_len(len)?)),
            None => (text, None),
        };
        let widest = if address.contains(':') { 128 } else { 32 };
        let prefix_len = prefix_len.unwrap_or(widest);
        if prefix_len > widest {
            return None;
        }
        match (address.parse::<IpAddr>().ok()?, Address::parse(address)?) {
            // A mapped range as wide as the mapping itself is a range of IPv4 addresses; a wider one is not.
            (IpAddr::V6(_), Address::V4(bits)) if prefix_len >= 96 => {
                Some(Self { address: Address::V4(bits), prefix_len: prefix_len - 96 })
            }
            (IpAddr::V6(written), _) => Some(Self { address: Address::V6(written.octets()), prefix_len }),
            (IpAddr::V4(_), address) => Some(Self { address, prefix_len }),
        }
    }

    /// Is the address inside? An IPv4 address is in no IPv6 network, and the other way round.
    pub(crate) fn contains(&self, address: Address) -> bool {
        let host_bits = |width: u32| width.saturating_sub(u32::from(self.prefix_len));
        match (self.address, address) {
            (Address::V4(network), Address::V4(address)) => {
                (network ^ address).checked_shr(host_bits(32)).unwrap_or(0) == 0
            }
            (Address::V6(network), Address::V6(address)) => {
                let different = u128::from_be_bytes(network) ^ u128::from_be_bytes(address);
                different.checked_shr(host_bits(128)).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

fn read_len(text: &str) -> Option<u8> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(network: &str, address: &str, expected: bool) {
        let seen = Network::parse(network).unwrap().contains(Address::parse(address).unwrap());
        assert_eq!(seen, expected, "{network} {address}");
    }

    #[test]
    fn addresses_are_inside_or_outside() {
        check("203.0.113.0/24", "203.0.113.255", true);
        check("203.0.113.0/24", "203.0.114.0", false);
        check("203.0.113.77/24", "203.0.113.1", true);
        check("203.0.113.7", "203.0.113.7", true);
        check("203.0.113.7", "203.0.113.8", false);
        check("0.0.0.0/0", "255.255.255.255", true);
        check("10.0.0.0/31", "10.0.0.1", true);
        check("2001:db8::/32", "2001:0DB8:0:0::1", true);
        check("2001:db8::/32", "2001:db9::1", false);
        check("2001:db8::1", "2001:db8:0:0:0:0:0:1", true);
        check("::/0", "2001:db8::1", true);
    }

    #[test]
    fn the_families_do_not_mix_but_mapped_addresses_are_ipv4() {
        check("0.0.0.0/0", "2001:db8::1", false);
        check("::/0", "203.0.113.7", false);
        check("203.0.113.0/24", "::ffff:203.0.113.7", true);
        check("::ffff:203.0.113.0/120", "203.0.113.7", true);
        check("::ffff:0:0/95", "203.0.113.7", false);
    }

    #[test]
    fn anything_else_is_no_network() {
        for text in [
            "",
            "10.0.0",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "::/129",
            "10.0.0.256",
            "x",
            "10.0.0.0/8/8",
        ] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }
}
