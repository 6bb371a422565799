use http::HeaderValue;
use proptest::prelude::*;

use super::*;

const PROXY: &str = "10.0.0.1";

fn nets(texts: &[&str]) -> Vec<IpNet> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn peer(address: &str, is_secure: bool) -> Peer {
    Peer { source_ip: address.into(), is_secure }
}

/// Who asks, as `PROXY` forwards it with these headers, among trusted networks `10.0.0.0/8` and `fd00::/8`.
#[track_caller]
fn check(lines: &[(&'static str, &str)], expected: &str) {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    let peer = peer(PROXY, false);
    let found = client(&peer, &headers, &nets(&["10.0.0.0/8", "fd00::/8"]));
    let scheme = if found.is_secure { "https" } else { "http" };
    assert_eq!(format!("{scheme} {}", found.source_ip), expected, "{lines:?}");
}

#[test]
fn the_right_most_address_that_is_no_proxy_asks() {
    for (list, expected) in [
        ("203.0.113.7", "http 203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "http 203.0.113.7"),
        ("10.9.9.9, 203.0.113.7, 10.0.0.2", "http 203.0.113.7"),
        ("203.0.113.7,10.0.0.3 ,\t10.0.0.2", "http 203.0.113.7"),
        ("10.0.0.3, 10.0.0.2", "http 10.0.0.3"),
        ("203.0.113.7:51234", "http 203.0.113.7"),
        ("2001:db8::1", "http 2001:db8::1"),
        ("[2001:db8::1]", "http 2001:db8::1"),
        ("[2001:db8::1]:443, fd00::9", "http 2001:db8::1"),
        ("::ffff:203.0.113.7", "http 203.0.113.7"),
        ("203.0.113.7, ::ffff:10.0.0.2", "http 203.0.113.7"),
        // What the client has made up is left of what the proxy has seen.
        ("nonsense, 203.0.113.7", "http 203.0.113.7"),
    ] {
        check(&[("x-forwarded-for", list)], expected);
    }
    check(
        &[("x-forwarded-for", "198.51.100.1"), ("x-forwarded-for", "203.0.113.7, 10.0.0.2")],
        "http 203.0.113.7",
    );
}

#[test]
fn who_cannot_be_read_is_nobody_and_not_the_proxy() {
    let many = ["10.0.0.2"; MAX_HOPS + 1].join(", ");
    for list in [
        "",
        "nonsense",
        "unknown",
        "_hidden",
        "203.0.113.7, unknown",
        "203.0.113.7, ",
        "203.0.113.7 10.0.0.2",
        "203.0.113.300",
        "[203.0.113.7]",
        "[2001:db8::1",
        "203.0.113.7:port",
        "203.0.113.7:99999",
        "203.0.113.7, \u{fc}",
        &format!("203.0.113.7, {many}"),
        &"1".repeat(100),
    ] {
        check(&[("x-forwarded-for", list)], "http 0.0.0.0");
    }
    check(&[], "http 10.0.0.1");
    check(&[("forwarded", "for=203.0.113.7;proto=https")], "http 10.0.0.1");
}

#[test]
fn the_nearest_proxy_says_how_it_was_asked() {
    for (scheme, expected) in [
        ("https", "https 10.0.0.1"),
        ("HTTPS", "https 10.0.0.1"),
        ("http", "http 10.0.0.1"),
        ("http, https", "https 10.0.0.1"),
        ("https, http", "http 10.0.0.1"),
        ("https,", "http 10.0.0.1"),
        ("wss", "http 10.0.0.1"),
        ("", "http 10.0.0.1"),
    ] {
        check(&[("x-forwarded-proto", scheme)], expected);
    }
    check(&[("x-forwarded-for", "203.0.113.7"), ("x-forwarded-proto", "https")], "https 203.0.113.7");
}

#[test]
fn nobody_else_is_believed() {
    let mut headers = HeaderMap::new();
    headers.insert("x-forwarded-for", HeaderValue::from_static("203.0.113.7"));
    headers.insert("x-forwarded-proto", HeaderValue::from_static("https"));
    for (address, trusted) in
        [("10.0.0.1", &[][..]), ("11.0.0.1", &["10.0.0.0/8"]), ("fe80::1", &["10.0.0.0/8", "fd00::/8"])]
    {
        let peer = peer(address, false);
        let found = client(&peer, &headers, &nets(trusted));
        assert_eq!((&*found.source_ip, found.is_secure), (address, false), "{trusted:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]
    #[test]
    fn whatever_a_client_sends_the_address_that_the_proxy_adds_counts(
        sent in prop::collection::vec("[ -~\\t]{0,80}", 0..4),
        seen in any::<u32>().prop_map(std::net::Ipv4Addr::from),
    ) {
        prop_assume!(!nets(&["10.0.0.0/8"])[0].contains(&IpAddr::from(seen)));
        let mut headers = HeaderMap::new();
        for line in &sent {
            headers.append("x-forwarded-for", HeaderValue::from_str(line).unwrap());
        }
        headers.append("x-forwarded-for", HeaderValue::from_str(&seen.to_string()).unwrap());
        let peer = peer(PROXY, false);
        let found = client(&peer, &headers, &nets(&["10.0.0.0/8"]));
        prop_assert_eq!(&*found.source_ip, seen.to_string());
    }

    #[test]
    fn whatever_is_sent_an_address_comes_of_it(line in prop::collection::vec(any::<u8>(), 0..200)) {
        let Ok(value) = HeaderValue::from_bytes(&line) else { return Ok(()) };
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", value);
        let peer = peer(PROXY, false);
        let found = client(&peer, &headers, &nets(&["10.0.0.0/8"]));
        prop_assert!(found.source_ip.parse::<IpAddr>().is_ok());
    }
}
