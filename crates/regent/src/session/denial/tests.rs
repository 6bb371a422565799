use proptest::prelude::*;
use zeroize::Zeroizing;

use super::*;
use crate::session::{Session, SessionPolicies, Subject, TokenError};

const NOW: Seconds = 1_800_000_000;
const ACCESS_KEY_ID: &str = "ASIAQNZGKIQY56JQ7WML";
const JSON: &str = r#"{"matchedStatements":{"items":[{"statementId":"","x":[{"key":"a"}]},{"statementId":"b"}]},"context":{"principal":{"id":"c"},"conditions":{"items":[{"key":"aws:username"},{"key":"aws:ResourceTag/d"},{"key":"aws:PrincipalTag/e"},{"key":"aws:UserAgent","values":{"items":[{"value":"{\"key\":\"aws:ResourceTag/"}]}},{"key":"f"}]}}}"#;

fn ring(ids: &[u32]) -> KeyRing {
    let key = |id: &u32| (*id, 0, Zeroizing::new([u8::try_from(*id).unwrap(); 32]));
    KeyRing::new(&ids.iter().map(key).collect::<Vec<_>>()).unwrap()
}

fn account(number: u64) -> AccountId {
    AccountId::new(number).unwrap()
}

fn message(json: &str) -> DenialMessage {
    DenialMessage { denied: NOW, json: json.to_owned() }
}

fn sealed(json: &str) -> String {
    ring(&[1]).seal_denial(&message(json), account(1), [7; NONCE_LEN]).unwrap()
}

#[test]
fn a_message_opens_for_its_account_and_key_alone() {
    let text = sealed(JSON);
    let open = |ids: &[u32], number| ring(ids).open_denial(&text, account(number), NOW);
    assert_eq!(open(&[1], 1), Ok(message(JSON)));
    assert_eq!(open(&[1, 2], 1), Ok(message(JSON)));
    assert_eq!(open(&[1], 2), Err(DenialMessageError::Invalid));
    assert_eq!(open(&[2], 1), Err(DenialMessageError::Invalid));
    assert_eq!(open(&[], 1), Err(DenialMessageError::Invalid));
}

#[test]
fn a_message_opens_for_a_day() {
    let open = |now| ring(&[1]).open_denial(&sealed(JSON), account(1), now).is_ok();
    // The clock of the node that denied may be ahead.
    assert!(open(NOW - 5) && open(NOW + LIFETIME_SECS));
    assert!(!open(NOW + LIFETIME_SECS + 1));
}

#[test]
fn a_message_is_no_session_and_a_session_no_message() {
    let session = Session {
        access_key_id: ACCESS_KEY_ID.into(),
        account: account(1),
        subject: Subject::Root,
        issued: NOW,
        expires: NOW + 3600,
        policies: SessionPolicies::default(),
        tags: Vec::new(),
        source_identity: None,
        mfa: None,
        is_chained: false,
        is_console: false,
    };
    let (token, _) = ring(&[1]).seal(&session, NOW, [7; NONCE_LEN], 0).unwrap();
    assert!(ring(&[1]).open_denial(&token, account(1), NOW).is_err());
    let opened = ring(&[1]).open(&sealed(JSON), ACCESS_KEY_ID);
    assert_eq!(opened.err(), Some(TokenError::Invalid));
    // Not even under the same key: what is authenticated with them differs.
    let ring = ring(&[1]);
    let key = ring.key(1).unwrap();
    let mut text = URL_SAFE_NO_PAD.decode(&token).unwrap();
    let nonce = Nonce::assume_unique_for_key([7; NONCE_LEN]);
    let context = context(1, account(1));
    assert!(key.aead.open_in_place(nonce, Aad::from(context), text.get_mut(HEAD_BYTES..).unwrap()).is_err());
}

#[test]
fn whatever_is_not_known_to_the_caller_is_compressed_alone() {
    let windows = windows(JSON);
    assert_eq!(windows.concat(), JSON);
    let begins: Vec<&str> = windows.iter().map(|window| window.get(..24).unwrap_or(window)).collect();
    assert_eq!(
        begins,
        [
            r#"{"matchedStatements":{"i"#,
            r#"{"statementId":"","x":[{"#,
            r#"{"statementId":"b"}]},"c"#,
            r#"{"principal":{"id":"c"},"#,
            r#"{"key":"aws:ResourceTag/"#,
            r#"{"key":"aws:PrincipalTag"#,
            r#"{"key":"aws:UserAgent",""#,
        ]
    );
}

/// A caller who guesses what a policy says, and sends the guess along, sees nothing in the length: what the secret adds
/// to it does not depend on the guess.
#[test]
fn a_right_guess_does_not_shorten_a_message() {
    const SECRETS: [&str; 2] =
        ["arn:aws:s3:::acquisition-of-example-corp/*", "arn:aws:sqs:eu-west-1:1234567890:jobs"];
    let json = |secret: &str, guess: &str| {
        format!(
            r#"{{"items":[{{"statementId":"{secret}"}}]}},"context":{{"principal":{{}},"items":[{{"key":"aws:ResourceTag/x","value":"{secret}"}},{{"key":"aws:UserAgent","value":"{guess}"}}]}}"#
        )
    };
    let length = |text: &str| deflate(text, Compression::default()).unwrap().len();
    let gain = |packed: &dyn Fn(String) -> usize| {
        let [one, other] = SECRETS;
        let wrong = packed(json(one, other)) + packed(json(other, one));
        wrong - packed(json(one, one)) - packed(json(other, other))
    };
    assert_eq!(gain(&|json| windows(&json).iter().map(|window| length(window)).sum()), 0);
    assert!(gain(&|json| length(&json)) > 20, "the attack does not work at all, so this test shows nothing");
}

#[test]
fn lengths_come_in_steps() {
    for length in [0, 1, 100, 1_000, 5_000] {
        let json: String = (0..length).map(|at: u32| char::from(b'a' + (at * at % 26) as u8)).collect();
        assert_eq!(sealed(&json).len() % 256, 0, "{length}");
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut state = 1_u64;
    // What does not repeat cannot be compressed.
    let mut letters = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from(b'#' + u8::try_from((state >> 33) % 80).unwrap())
    };
    let noise: String = (0..MAX_MESSAGE_BYTES).map(|_| letters()).collect();
    let statements = r#"{"statementId":""}"#.repeat(MAX_WINDOWS);
    for json in ["x".repeat(MAX_JSON_BYTES + 1), noise, statements] {
        let refused = ring(&[1]).seal_denial(&message(&json), account(1), [7; NONCE_LEN]);
        assert_eq!(refused, Err(DenialMessageError::TooLong));
    }
    let longest = "x".repeat(MAX_JSON_BYTES);
    assert_eq!(ring(&[1]).open_denial(&sealed(&longest), account(1), NOW), Ok(message(&longest)));
    let ring = KeyRing::default();
    let refused = ring.seal_denial(&message(JSON), account(1), [7; NONCE_LEN]);
    assert_eq!(refused, Err(DenialMessageError::NoKey));
}

#[test]
fn what_unpacks_to_too_much_is_refused() {
    let half = deflate(&"x".repeat(MAX_JSON_BYTES / 2), Compression::best()).unwrap();
    let plain = |count: usize| {
        let mut out = Writer::default();
        out.number(1);
        out.list(&vec![&half; count], |out, window| out.bytes(window));
        out.finish()
    };
    assert!(DenialMessage::from_plain(&plain(2)).is_some());
    assert_eq!(DenialMessage::from_plain(&plain(3)), None);
}

proptest! {
    #[test]
    fn any_message_comes_back(json in ".{0,400}", parts in 0..4_usize) {
        let json = format!("{json}{}", JSON.repeat(parts));
        prop_assert_eq!(ring(&[1]).open_denial(&sealed(&json), account(1), NOW), Ok(message(&json)));
    }

    #[test]
    fn one_changed_character_opens_nothing(at in 0..512_usize, other in "[A-Za-z0-9_-]") {
        let text = sealed(JSON);
        let at = at % text.len();
        let (start, end) = text.split_at(at);
        let changed = format!("{start}{other}{}", end.get(1..).unwrap());
        prop_assume!(changed != text);
        prop_assert!(ring(&[1]).open_denial(&changed, account(1), NOW).is_err());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        let _ = DenialMessage::from_plain(&bytes);
    }
}
