//! Ranges of addresses: bits that are ignored, and private ranges that never come from outside.

use core::net::IpAddr;

use super::issue::IssueCode;
use super::policy::{Condition, Statement};
use super::report::{Report, Spot};
use crate::operator::Family;

/// The ranges that no request from outside a private network comes from.
const PRIVATE: [(&str, u32); 8] = [
    ("10.0.0.0", 8),
    ("172.16.0.0", 12),
    ("192.168.0.0", 16),
    ("127.0.0.0", 8),
    ("169.254.0.0", 16),
    ("fc00::", 7),
    ("fe80::", 10),
    ("::1", 128),
];

pub(super) fn check(statement: &Statement<'_>, report: &mut Report<'_>) {
    let conditions = statement.conditions.iter();
    for condition in conditions.filter(|found| found.operator.comparison.row().family == Family::Address) {
        for value in &condition.values {
            if let Some(better) = Range::parse(value.text.str).and_then(Range::without_ignored_bits) {
                let details = format!(
                    "The bits of `{}` behind the prefix are ignored. Write `{better}`, which is the same.",
                    value.text.str
                );
                report.add(IssueCode::ImproveIpRange, Spot::Value(value.text.node), details);
            }
        }
        if condition.key.str.eq_ignore_ascii_case("aws:SourceIp") {
            check_private(condition, report);
        }
    }
}

/// `aws:SourceIp` is the address as AWS sees it, and AWS sees no private ones.
fn check_private(condition: &Condition<'_>, report: &mut Report<'_>) {
    let ranges = || condition.values.iter().filter_map(|value| Some((value, Range::parse(value.text.str)?)));
    let private: Vec<_> = ranges().filter(|(_, range)| range.is_private()).map(|(value, _)| value).collect();
    if private.is_empty() {
        return;
    }
    let are_all = private.len() == ranges().count();
    let is_negated = condition.operator.comparison.is_negated();
    let (code, effect) = match (are_all, is_negated) {
        (true, false) => {
            (IssueCode::PrivateIpAddress, "All of these addresses are private, so this never holds")
        }
        (true, true) => {
            (IssueCode::PrivateNotIpAddress, "All of these addresses are private, so this always holds")
        }
        (false, false) => {
            (IssueCode::PrivateIpAddressSubset, "The private ones among these addresses never match")
        }
        (false, true) => {
            (IssueCode::PrivateNotIpAddressSubset, "The private ones among these addresses have no effect")
        }
    };
    let details = format!(
        "{effect}: `aws:SourceIp` is the public address that a request comes from. For addresses within a VPC, use \
         `aws:VpcSourceIp` together with `aws:SourceVpc`."
    );
    let spots: Vec<_> = private.iter().map(|value| Spot::Value(value.text.node)).collect();
    report.add_all(code, &spots, details);
}

/// A range of addresses as it is written.
#[derive(Clone, Copy)]
struct Range {
    address: IpAddr,
    prefix_len: u32,
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        crate::network::Network::parse(text)?;
        let (address, prefix_len) = match text.split_once('/') {
            Some((address, len)) => (address, Some(len.parse().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        Some(Self { address, prefix_len: prefix_len.unwrap_or(width(address)) })
    }

    /// The same range without the bits that do not count, if it has any.
    fn without_ignored_bits(self) -> Option<String> {
        let ignored = width(self.address).checked_sub(self.prefix_len)?;
        let cleared = match self.address {
            IpAddr::V4(address) => {
                let bits = address.to_bits();
                IpAddr::V4(cleared(bits.into(), ignored).try_into().unwrap_or(bits).into())
            }
            IpAddr::V6(address) => IpAddr::V6(cleared(address.to_bits(), ignored).into()),
        };
        (cleared != self.address).then(|| format!("{cleared}/{}", self.prefix_len))
    }

    fn is_private(self) -> bool {
        PRIVATE.iter().filter_map(|(network, len)| Some((network.parse().ok()?, *len))).any(
            |(network, len)| {
                let within =
                    |network: u128, address: u128, width: u32| cleared(network ^ address, width - len) == 0;
                self.prefix_len >= len
                    && match (network, self.address) {
                        (IpAddr::V4(network), IpAddr::V4(address)) => {
                            within(network.to_bits().into(), address.to_bits().into(), 32)
                        }
                        (IpAddr::V6(network), IpAddr::V6(address)) => {
                            within(network.to_bits(), address.to_bits(), 128)
                        }
                        _ => false,
                    }
            },
        )
    }
}

fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// The bits without so many of the last ones.
fn cleared(bits: u128, ignored: u32) -> u128 {
    bits.checked_shr(ignored).and_then(|kept| kept.checked_shl(ignored)).unwrap_or(0)
}
