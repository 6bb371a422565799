//! Who asks, where proxies stand between: what a proxy adds to a request is believed of those that are listed, and of
//! nobody else.
//!
//! Only `X-Forwarded-For` and `X-Forwarded-Proto` are read. A proxy that writes one form of such headers lets the other
//! through as a client sent it, so there must be one form that counts; `Forwarded` of RFC 7239 is not it.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use http::HeaderMap;
use http::header::HeaderName;
use ipnet::IpNet;

use super::listener::Peer;

static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
static FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
/// Proxies in a row, at most. Beyond that nobody looks who is behind them.
const MAX_HOPS: usize = 32;
/// The longest address with a port, and room.
const MAX_ADDRESS_BYTES: usize = 64;
/// Who is behind a proxy that does not say so in a form that can be read: no network of anybody's has this address.
const NOBODY: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// Who asks: the peer itself, or whoever the trusted proxies say stands behind it.
///
/// The addresses are read from the right, where the nearest proxy has written, and the first that is not a trusted
/// proxy's is the client's: what stands left of it the client may have made up. Where one cannot be read on the way, the
/// client is nobody that any network holds, and not the proxy, which may stand in a network that may do much.
pub(crate) fn client<'a>(peer: &'a Peer, headers: &HeaderMap, trusted: &[IpNet]) -> Cow<'a, Peer> {
    if trusted.is_empty() || !peer.source_ip.parse().is_ok_and(|address| is_in(trusted, address)) {
        return Cow::Borrowed(peer);
    }
    let source_ip = source(headers, trusted).map(|address| address.to_string().into());
    Cow::Owned(Peer {
        source_ip: source_ip.unwrap_or_else(|| peer.source_ip.clone()),
        is_secure: scheme(headers).unwrap_or(peer.is_secure),
    })
}

/// The right-most address that is not a trusted proxy's; the left-most where all of them are. None where there is none.
pub fn source(headers: &HeaderMap, trusted: &[IpNet]) -> Option<IpAddr> {
    let mut found = None;
    for (hops, text) in items(headers, &FORWARDED_FOR).enumerate() {
        let read = text.and_then(address).filter(|_| hops < MAX_HOPS);
        let Some(address) = read else { return Some(NOBODY) };
        found = Some(address);
        if !is_in(trusted, address) {
            break;
        }
    }
    found
}

fn is_in(nets: &[IpNet], address: IpAddr) -> bool {
    nets.iter().any(|net| net.contains(&address))
}

/// Whether the nearest proxy was asked over TLS, if it says so.
fn scheme(headers: &HeaderMap) -> Option<bool> {
    let text = items(headers, &FORWARDED_PROTO).next()??;
    if text.eq_ignore_ascii_case("https") {
        return Some(true);
    }
    text.eq_ignore_ascii_case("http").then_some(false)
}

/// A list's items from the right, over all its lines. A line that is no text is one item that cannot be read.
fn items<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = Option<&'a str>> {
    let lines = headers.get_all(name).iter().rev();
    lines.flat_map(|line| {
        let text = line.to_str().ok();
        let unreadable = text.is_none().then_some(None);
        text.unwrap_or_default()
            .rsplit(',')
            .map(|item| Some(item.trim()))
            .filter(move |_| text.is_some())
            .chain(unreadable)
    })
}

/// An address as proxies write it: by itself, with a port, an IPv6 address also in brackets.
fn address(text: &str) -> Option<IpAddr> {
    if text.len() > MAX_ADDRESS_BYTES {
        return None;
    }
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let read = match bare {
        Some(inner) => inner.parse().ok().map(IpAddr::V6),
        None => text.parse().ok().or_else(|| text.parse().ok().map(|with_port: SocketAddr| with_port.ip())),
    };
    read.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests;
