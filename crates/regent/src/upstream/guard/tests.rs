use std::net::IpAddr;

use url::Url;

use super::{AddressKind, Guard, GuardError, Reach};

fn guard(reach: Reach) -> Guard {
    Guard::new(reach, None).unwrap()
}

#[test]
fn every_address_is_of_the_kind_that_the_registries_say() {
    use AddressKind::{LinkLocal, Loopback, Metadata, Multicast, Private, Public, Reserved, Unspecified};
    for (addresses, kind) in [
        (
            "8.8.8.8 54.239.28.85 172.15.0.1 172.32.0.1 100.63.255.255 100.128.0.1 192.167.1.1 2600:1f18::1 2a05:d018::1",
            Public,
        ),
        (
            "10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 198.18.0.1 fc00::1 fdff::1 fec0::1 64:ff9b:1::1",
            Private,
        ),
        ("127.0.0.1 127.255.255.254 ::1", Loopback),
        ("fe80::1 febf::1", LinkLocal),
        (
            "169.254.169.254 169.254.170.2 169.254.170.23 169.254.0.1 100.100.100.200 168.63.129.16 192.0.0.192",
            Metadata,
        ),
        ("fd00:ec2::254 fd00:ec2::23 fd00:ec2:1::1 fd20:ce::254", Metadata),
        ("0.0.0.0 0.1.2.3 ::", Unspecified),
        ("224.0.0.1 239.255.255.255 ff02::1", Multicast),
        (
            "255.255.255.255 240.0.0.1 192.0.2.1 198.51.100.1 203.0.113.1 192.0.0.1 2001:db8::1 2001::1 4000::1 100::1",
            Reserved,
        ),
        // What carries another address is that address.
        ("::ffff:169.254.169.254 ::169.254.169.254 64:ff9b::169.254.169.254 2002:a9fe:a9fe::1", Metadata),
        ("::ffff:127.0.0.1 ::ffff:0:127.0.0.1 ::127.0.0.1 64:ff9b::7f00:1 2002:7f00:1::", Loopback),
        ("::ffff:10.0.0.1 2002:a00:1::1", Private),
        ("::ffff:0.0.0.0", Unspecified),
        ("::ffff:8.8.8.8 64:ff9b::8.8.8.8", Public),
    ] {
        for address in addresses.split(' ') {
            assert_eq!(AddressKind::of(address.parse().unwrap()), kind, "{address}");
        }
    }
}

#[track_caller]
fn check(reach: &Reach, url: &str, expected: Result<(), &str>) {
    let found = guard(reach.clone()).check(&Url::parse(url).unwrap()).map_err(|error| error.to_string());
    match expected {
        Ok(()) => assert_eq!(found, Ok(()), "{url}"),
        Err(part) => {
            let error = found.expect_err(url);
            assert!(error.contains(part), "{url}: {error}");
        }
    }
}

#[test]
fn a_url_is_judged_by_its_scheme_and_by_the_address_written_in_it() {
    let (internet, private, loopback) = (&Reach::Internet, &Reach::Private, &Reach::Loopback);
    let only = &Reach::Only(vec!["169.254.169.254".parse().unwrap()]);
    for (reach, url, expected) in [
        (internet, "https://sts.amazonaws.com/", Ok(())),
        (internet, "https://8.8.8.8/", Ok(())),
        // A private address that is written out is meant.
        (internet, "https://10.1.2.3:8443/", Ok(())),
        (internet, "https://[fd12::1]/", Ok(())),
        (internet, "http://sts.amazonaws.com/", Err("not encrypted")),
        (internet, "ftp://sts.amazonaws.com/", Err("not encrypted")),
        (internet, "file:///etc/passwd", Err("not encrypted")),
        (internet, "https://ana@sts.amazonaws.com/", Err("user name")),
        (internet, "https://:x@sts.amazonaws.com/", Err("user name")),
        (internet, "https://127.0.0.1/", Err("the loopback address 127.0.0.1")),
        (internet, "https://127.1/", Err("loopback")),
        (internet, "https://2130706433/", Err("loopback")),
        (internet, "https://0x7f.0.0.1/", Err("loopback")),
        (internet, "https://0177.0.0.1/", Err("loopback")),
        (internet, "https://[::1]/", Err("loopback")),
        (internet, "https://[::ffff:127.0.0.1]/", Err("loopback")),
        (internet, "https://169.254.169.254/", Err("metadata")),
        (internet, "https://0xa9fea9fe/", Err("metadata")),
        (internet, "https://[fd00:ec2::254]/", Err("metadata")),
        (internet, "https://[::ffff:a9fe:a9fe]/", Err("metadata")),
        (internet, "https://[fe80::1]/", Err("link-local")),
        (internet, "https://0.0.0.0/", Err("unspecified")),
        (internet, "https://0/", Err("unspecified")),
        (internet, "https://[::]/", Err("unspecified")),
        (internet, "https://224.0.0.1/", Err("multicast")),
        (internet, "https://255.255.255.255/", Err("reserved")),
        (private, "https://169.254.169.254/", Err("metadata")),
        (private, "https://127.0.0.1/", Err("loopback")),
        (private, "http://10.0.0.1/", Err("not encrypted")),
        (loopback, "http://127.0.0.1:4599/", Ok(())),
        (loopback, "http://localhost:4599/", Ok(())),
        (loopback, "https://[::1]/", Ok(())),
        (loopback, "http://10.0.0.1/", Err("private")),
        (loopback, "https://8.8.8.8/", Err("public")),
        (loopback, "http://169.254.169.254/", Err("metadata")),
        (loopback, "http://0.0.0.0/", Err("unspecified")),
        (only, "http://169.254.169.254/latest", Ok(())),
        (only, "http://169.254.170.2/", Err("metadata")),
        (only, "http://127.0.0.1/", Err("loopback")),
    ] {
        check(reach, url, expected);
    }
}

#[test]
fn a_name_is_judged_by_all_that_it_resolves_to() {
    let admit = |guard: &Guard, name: &str, addresses: &str| {
        let addresses: Vec<IpAddr> = addresses.split_whitespace().map(|text| text.parse().unwrap()).collect();
        let found = guard.admit(name, addresses).map(|admitted| admitted.len());
        found.map_err(|error| match &error {
            GuardError::Address { address, .. } => address.to_string(),
            GuardError::Scheme(_)
            | GuardError::NoHost
            | GuardError::UserInfo
            | GuardError::ProxyUserInfo
            | GuardError::Proxy
            | GuardError::Unresolved(_) => error.to_string(),
        })
    };
    let refused = |address: &str| Err(address.to_owned());
    for (reach, addresses, expected) in [
        (Reach::Internet, "54.239.28.85 2600:1f18::1", Ok(2)),
        (Reach::Internet, "54.239.28.85 10.0.0.1", refused("10.0.0.1")),
        (Reach::Internet, "10.0.0.1", refused("10.0.0.1")),
        (Reach::Internet, "127.0.0.1", refused("127.0.0.1")),
        (Reach::Internet, "54.239.28.85 ::ffff:169.254.169.254", refused("::ffff:169.254.169.254")),
        (Reach::Private, "54.239.28.85 10.0.0.1", Ok(2)),
        (Reach::Private, "10.0.0.1 fe80::1", refused("fe80::1")),
        (Reach::Private, "::1", refused("::1")),
        (Reach::Loopback, "127.0.0.1 ::1", Ok(2)),
        (Reach::Loopback, "127.0.0.1 10.0.0.1", refused("10.0.0.1")),
        (Reach::Internet, "", Err("`sts.example` does not resolve to an address; check the name".to_owned())),
    ] {
        assert_eq!(admit(&guard(reach.clone()), "sts.example", addresses), expected, "{reach:?} {addresses}");
    }
    // A proxy is where the administrator put it, but never where credentials of the host are.
    let proxy = Url::parse("http://Proxy.example:3128").unwrap();
    let guarded = Guard::new(Reach::Internet, Some(&proxy)).unwrap();
    assert_eq!(admit(&guarded, "proxy.example", "10.0.0.1 127.0.0.1"), Ok(2));
    assert_eq!(admit(&guarded, "proxy.example", "169.254.169.254"), refused("169.254.169.254"));
    assert_eq!(admit(&guarded, "sts.example", "10.0.0.1"), refused("10.0.0.1"));
}

#[test]
fn a_proxy_stands_neither_at_the_metadata_service_nor_before_this_machine() {
    for (reach, proxy, expected) in [
        (Reach::Internet, "http://127.0.0.1:3128", None),
        (Reach::Internet, "http://[fd00:ec2::254]:80", Some("metadata")),
        (Reach::Private, "http://169.254.169.254", Some("metadata")),
        (Reach::Loopback, "http://10.0.0.1:3128", Some("this machine")),
        (Reach::Internet, "http://user@10.0.0.1:3128", Some("a user name or a password")),
        (Reach::Internet, "http://:secret@10.0.0.1:3128", Some("a user name or a password")),
    ] {
        let found = Guard::new(reach, Some(&Url::parse(proxy).unwrap())).map_err(|error| error.to_string());
        match expected {
            None => assert!(found.is_ok(), "{proxy}"),
            Some(part) => assert!(found.unwrap_err().contains(part), "{proxy}"),
        }
    }
}

#[test]
fn a_refusal_says_what_to_do() {
    let found = guard(Reach::Internet).admit("sts.corp", vec!["10.0.0.1".parse().unwrap()]).unwrap_err();
    assert_eq!(
        found.to_string(),
        "`sts.corp` leads to the private address 10.0.0.1, which is not reached; set `allow_private` for this upstream, or enter the address itself"
    );
}
