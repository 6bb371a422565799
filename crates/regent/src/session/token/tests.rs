use proptest::prelude::*;
use zeroize::Zeroizing;

use super::*;

const NOW: Seconds = 1_800_000_000;
const ACCESS_KEY_ID: &str = "ASIAQNZGKIQY56JQ7WML";

fn ring(ids: &[u32]) -> KeyRing {
    let key = |id: &u32| (*id, 0, Zeroizing::new([u8::try_from(*id).unwrap(); 32]));
    KeyRing::new(&ids.iter().map(key).collect::<Vec<_>>()).unwrap()
}

fn role_session() -> Session {
    Session {
        access_key_id: ACCESS_KEY_ID.into(),
        account: AccountId::new(123_456_789_012).unwrap(),
        subject: Subject::Role { id: "AROAJQABLZS4A3QDU576Q".parse().unwrap(), session_name: "ana".into() },
        issued: 1_800_000_000,
        expires: 1_800_003_600,
        policies: SessionPolicies::default(),
        tags: vec![SessionTag {
            tag: Tag { key: "Department".into(), value: "Engineering".into() },
            is_transitive: true,
        }],
        source_identity: Some("ana@example.com".into()),
        mfa: None,
        is_chained: true,
        is_console: false,
    }
}

fn sealed(session: &Session, least: usize) -> String {
    ring(&[1]).seal(session, NOW, [7; NONCE_LEN], least).unwrap().0
}

#[test]
fn a_session_comes_back_as_it_went_in() {
    let every_subject = [
        Subject::Root,
        Subject::User("AIDAJQABLZS4A3QDU576Q".parse().unwrap()),
        Subject::Federated { issuer: None, name: "bob".into() },
        Subject::Federated { issuer: Some("AIDAJQABLZS4A3QDU576Q".parse().unwrap()), name: "bob".into() },
        role_session().subject,
    ];
    for subject in every_subject {
        let session = Session {
            subject,
            mfa: Some(1_800_000_000),
            policies: SessionPolicies {
                inline: Some(Arc::new(PolicyDocument::new("{\"Version\":\"2012-10-17\"}", Vec::new()))),
                managed: vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".into()],
            },
            ..role_session()
        };
        for is_console in [false, true] {
            let session = Session { is_console, ..session.clone() };
            let (opened, _) = ring(&[1]).open(&sealed(&session, 0), ACCESS_KEY_ID).unwrap();
            assert_eq!(opened, session);
        }
    }
}

#[test]
fn a_console_session_needs_no_longer_token() {
    let console = Session { is_console: true, ..role_session() };
    assert_eq!(sealed(&console, 0).len(), sealed(&role_session(), 0).len());
}

#[test]
fn an_ordinary_token_is_short() {
    let token = sealed(&role_session(), 0);
    assert!(token.len() < 250, "{} bytes", token.len());
}

#[test]
fn a_token_is_padded_to_the_size_asked_for_and_not_much_beyond() {
    for least in [1, 200, 201, 202, 203, 1000, 4000, 4096] {
        let token = sealed(&role_session(), least);
        assert!(token.len() >= least && token.len() <= least.max(250) + 3, "{least}: {}", token.len());
        assert_eq!(ring(&[1]).open(&token, ACCESS_KEY_ID).unwrap().0, role_session());
    }
}

#[test]
fn a_token_opens_only_with_its_own_access_key_id() {
    let token = sealed(&role_session(), 0);
    assert_eq!(ring(&[1]).open(&token, "ASIAQNZGKIQY56JQ7WMM").err(), Some(TokenError::Invalid));
}

#[test]
fn a_new_key_seals_only_once_every_node_knows_it() {
    let key = |id: u32, created: Seconds| (id, created, Zeroizing::new([u8::try_from(id).unwrap(); 32]));
    let both = KeyRing::new(&[key(1, 0), key(2, NOW)]).unwrap();
    let (young, _) = both.seal(&role_session(), NOW + 59, [7; NONCE_LEN], 0).unwrap();
    let (settled, _) = both.seal(&role_session(), NOW + 60, [7; NONCE_LEN], 0).unwrap();
    assert!(ring(&[1]).open(&young, ACCESS_KEY_ID).is_ok());
    assert!(ring(&[2]).open(&settled, ACCESS_KEY_ID).is_ok());
}

#[test]
fn old_keys_open_what_they_sealed_until_they_leave_the_ring() {
    let token = sealed(&role_session(), 0);
    assert_eq!(ring(&[1, 2]).open(&token, ACCESS_KEY_ID).unwrap().0, role_session());
    assert!(ring(&[2, 3]).open(&token, ACCESS_KEY_ID).is_err());
}

#[test]
fn the_newest_key_seals_and_every_key_gives_another_secret() {
    let (token, secret) = ring(&[1, 2]).seal(&role_session(), NOW, [7; NONCE_LEN], 0).unwrap();
    assert!(ring(&[1]).open(&token, ACCESS_KEY_ID).is_err());
    assert_eq!(ring(&[2]).open(&token, ACCESS_KEY_ID).unwrap().1.reveal(), secret.reveal());
    assert_eq!(secret.reveal().len(), 40);
    let (_, other) = ring(&[1]).seal(&role_session(), NOW, [7; NONCE_LEN], 0).unwrap();
    assert_ne!(other.reveal(), secret.reveal());
}

#[test]
fn a_session_that_does_not_fit_is_refused() {
    let tags = (0..50)
        .map(|n| SessionTag {
            tag: Tag { key: format!("{n:0128}").into(), value: "v".repeat(256).into() },
            is_transitive: false,
        })
        .collect();
    let result = ring(&[1]).seal(&Session { tags, ..role_session() }, NOW, [7; NONCE_LEN], 0);
    assert_eq!(result.err(), Some(TokenError::TooLarge));
}

proptest! {
    #[test]
    fn a_token_changed_anywhere_is_refused(at in any::<prop::sample::Index>(), with in "[A-Za-z0-9_-]") {
        let token = sealed(&role_session(), 0);
        let at = at.index(token.len());
        let mut changed = token.clone();
        changed.replace_range(at..=at, &with);
        // The last character of base64 carries bits that mean nothing; a decoder must refuse them set.
        prop_assume!(changed != token);
        prop_assert!(ring(&[1]).open(&changed, ACCESS_KEY_ID).is_err());
    }

    #[test]
    fn any_text_is_refused(text: String) {
        prop_assert!(ring(&[1]).open(&text, ACCESS_KEY_ID).is_err());
    }

    #[test]
    fn any_sealed_bytes_are_read_or_refused(bytes: Vec<u8>) {
        let _ = read(&bytes, ACCESS_KEY_ID);
    }
}
