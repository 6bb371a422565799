//! The encoded message of a denial: as the text that a client sends, and as the inside that only a holder of the keys
//! could seal.

#![no_main]

use libfuzzer_sys::fuzz_target;
use regent::session::{DenialMessage, DenialMessageError, KeyRing, MAX_MESSAGE_BYTES};
use regent_store::entity::AccountId;

const NOW: i64 = 1_800_000_000;

fuzz_target!(|bytes: &[u8]| {
    let ring = KeyRing::new(&[(1, 0, [7; 32].into()), (2, NOW, [8; 32].into())]).expect("a ring");
    let account = |number| AccountId::new(number).expect("an account");
    if let Ok(text) = std::str::from_utf8(bytes) {
        // Nobody finds a message by trying. The corpus has some, so that their surroundings are tried.
        if let Ok(message) = ring.open_denial(text, account(1), NOW) {
            comes_back(&ring, &message);
            assert!(ring.open_denial(text, account(2), NOW).is_err(), "a message of two accounts");
            assert!(ring.open(text, "ASIAQNZGKIQY56JQ7WML").is_err(), "a message that is a session");
        }
    }
    if let Some(message) = DenialMessage::from_plain(bytes) {
        comes_back(&ring, &message);
    }
    // What it says is cut into windows, whatever it is.
    comes_back(&ring, &DenialMessage { denied: NOW, json: String::from_utf8_lossy(bytes).into_owned() });
});

/// Whatever could be read can be sealed, unless it is too long, and reads as it was.
fn comes_back(ring: &KeyRing, message: &DenialMessage) {
    let account = AccountId::new(1).expect("an account");
    match ring.seal_denial(message, account, [9; 12]) {
        Ok(text) => {
            assert!(text.len() <= MAX_MESSAGE_BYTES && text.len() % 256 == 0, "{} bytes", text.len());
            let again = ring.open_denial(&text, account, message.denied).expect("a message of our own");
            assert_eq!(again, *message);
        }
        Err(error) => assert_eq!(error, DenialMessageError::TooLong),
    }
}
