//! Who stands behind a trusted proxy: whatever a client sends, it does not choose its address.

#![no_main]

use std::net::IpAddr;
use std::sync::LazyLock;

use http::header::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;
use regent::config::{Config, Settings};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const SEEN: &str = "203.0.113.7";

static CONFIG: LazyLock<Config> = LazyLock::new(|| {
    let trusted_proxies = Some(vec!["10.0.0.0/8".to_owned(), "fd00::/8".to_owned()]);
    let settings = Settings { trusted_proxies, ephemeral: Some(true), ..Settings::default() };
    Config::resolve(settings, Settings::default()).expect("a configuration")
});

fuzz_target!(|bytes: &[u8]| {
    let trusted = &CONFIG.trusted_proxies;
    let mut headers = HeaderMap::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        let Ok(value) = HeaderValue::from_bytes(line) else { continue };
        headers.append(FORWARDED_FOR, value);
    }
    let found = regent::forwarded_source(&headers, trusted);
    assert_eq!(found.is_some(), !headers.is_empty(), "somebody comes of a list, and of nothing nobody");
    // The proxy adds whom it has seen, to the last line or behind it.
    let seen: IpAddr = SEEN.parse().expect("an address");
    let mut behind = headers.clone();
    behind.append(FORWARDED_FOR, HeaderValue::from_static(SEEN));
    assert_eq!(regent::forwarded_source(&behind, trusted), Some(seen));
    if let Some(last) = headers.get_all(FORWARDED_FOR).iter().next_back().cloned() {
        let joined = [last.as_bytes(), b", ", SEEN.as_bytes()].concat();
        let Ok(joined) = HeaderValue::from_bytes(&joined) else { return };
        // A line that is no text is not read at all.
        let expected = if joined.to_str().is_ok() { seen } else { IpAddr::from([0, 0, 0, 0]) };
        let mut alone = HeaderMap::new();
        alone.insert(FORWARDED_FOR, joined);
        assert_eq!(regent::forwarded_source(&alone, trusted), Some(expected));
    }
});
