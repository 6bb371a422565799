//! What strangers send to the federation endpoint: forms, credentials as JSON, destinations, Switch Role links.

#![no_main]

use libfuzzer_sys::fuzz_target;
use regent::federation::{Destination, SessionJson, SwitchRole, read_form};

const AUTHORITY: &str = "regent.example.com:4599";
const LISTED: &str = "https://tools.example.com";

fuzz_target!(|bytes: &[u8]| {
    let at = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (query, body) = bytes.split_at(at);
    if let Ok(form) = read_form(query, body) {
        for (name, value) in form.iter() {
            assert_eq!(form.get(name), Some(value), "a name of two values");
            session(value);
            destination(value);
        }
        if let Ok(link) = SwitchRole::read(&form) {
            assert!((3..=63).contains(&link.account.len()) && (1..=64).contains(&link.role.len()));
            assert!(!link.role.contains([':', '*', '\n']) && !link.role.contains("//"));
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        session(text);
        destination(text);
    }
});

fn session(text: &str) {
    if let Ok(session) = SessionJson::parse(text) {
        assert!(!session.id.is_empty() && !session.key.reveal().is_empty());
    }
}

/// Whatever is taken leads a browser to us or to what is listed: resolved as a browser does, from a page of ours.
fn destination(text: &str) {
    let Ok(read) = Destination::parse(text, AUTHORITY, &[LISTED.to_owned()]) else { return };
    let page = url::Url::parse(&format!("http://{AUTHORITY}/federation")).expect("our own address");
    let reached = page.join(read.as_str()).expect("an address");
    let origin = reached.origin().ascii_serialization();
    assert!(origin == LISTED || origin == format!("http://{AUTHORITY}"), "{text:?} leads to {reached}");
    assert!(read.as_str().bytes().all(|byte| byte.is_ascii_graphic()), "{read:?} in a header");
}
