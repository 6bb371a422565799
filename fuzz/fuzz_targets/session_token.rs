//! A session token: as the text that a client sends, and as the inside that only a holder of the keys could seal.

#![no_main]

use libfuzzer_sys::fuzz_target;
use regent::session::{KeyRing, MAX_TOKEN_BYTES, Session, TokenError};

const ACCESS_KEY_ID: &str = "ASIAQNZGKIQY56JQ7WML";
const NOW: i64 = 1_800_000_000;

fuzz_target!(|bytes: &[u8]| {
    let ring = KeyRing::new(&[(1, 0, [7; 32].into()), (2, NOW, [8; 32].into())]).expect("a ring");
    if let Ok(text) = std::str::from_utf8(bytes) {
        // Nobody finds a token by trying. The corpus has some, so that their surroundings are tried.
        if let Ok((session, secret)) = ring.open(text, ACCESS_KEY_ID) {
            assert_eq!(secret.reveal().len(), 40);
            comes_back(&ring, &session);
            assert!(ring.open(text, "ASIAQNZGKIQY56JQ7WMM").is_err(), "a token of two keys");
        }
    }
    if let Some(session) = Session::from_plain(bytes, ACCESS_KEY_ID) {
        comes_back(&ring, &session);
    }
});

/// Whatever could be read can be sealed, unless it is too long, and reads as it was.
fn comes_back(ring: &KeyRing, session: &Session) {
    for least in [0, 1000, MAX_TOKEN_BYTES] {
        match ring.seal(session, NOW, [9; 12], least) {
            Ok((token, secret)) => {
                assert!((least..=MAX_TOKEN_BYTES).contains(&token.len()), "{} bytes", token.len());
                let (again, same) = ring.open(&token, ACCESS_KEY_ID).expect("a token of our own");
                assert_eq!(again, *session);
                assert_eq!(same.reveal(), secret.reveal());
            }
            Err(error) => assert_eq!(error, TokenError::TooLarge),
        }
    }
}
