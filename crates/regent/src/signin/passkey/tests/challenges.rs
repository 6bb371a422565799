//! Challenges, options and bounds.

use super::*;

#[test]
fn a_challenge_is_for_one_ceremony_one_person_and_a_while() {
    let key = Key::p256();
    let passkey = register(&key, |_| ()).unwrap();
    let held = Held { person: ANA, passkey: &passkey };
    let asked = Asked::Person {
        id: ANA,
        passkeys: std::slice::from_ref(&passkey),
        verification: Verification::Preferred,
    };
    let (_, challenge) = assertion::begin(&here(), asked, NOW).unwrap();
    let mut answer = Answer::new("webauthn.get", &challenge.value, &key);
    answer.flags = 0x01;
    let response: AssertionResponse = serde_json::from_value(answer.assertion(&key)).unwrap();
    let finish =
        |challenge: &Challenge, held, now| assertion::finish(&here(), challenge, &response, (held, now));
    let proof = Proof { counter: 0, is_verified: false };
    assert_eq!(finish(&challenge, held, NOW), Ok(proof), "who is known need not be named or verified again");
    assert_eq!(finish(&challenge, held, NOW + PATIENCE_SECS), Ok(proof));
    assert_eq!(finish(&challenge, held, NOW + PATIENCE_SECS + 1), Err(PasskeyError::Lapsed));
    assert_eq!(finish(&challenge, held, NOW - 1), Err(PasskeyError::Lapsed));
    let ben = Held { person: "usr_01JBEN", passkey: &passkey };
    assert_eq!(finish(&challenge, ben, NOW), Err(PasskeyError::Owner));
    let (_, registration) = registration::begin(&here(), owner(&[]), NOW).unwrap();
    assert_eq!(finish(&registration, held, NOW), Err(PasskeyError::Challenge));
    let strict = Challenge { verification: Verification::Required, ..challenge };
    assert_eq!(finish(&strict, held, NOW), Err(PasskeyError::NotVerified));
}

#[test]
fn no_two_challenges_are_alike_and_each_reads_back_as_it_was_kept() {
    let (_, one) = registration::begin(&here(), owner(&[]), NOW).unwrap();
    let (_, two) = registration::begin(&here(), owner(&[]), NOW).unwrap();
    assert_ne!(one.value, two.value);
    let kept = serde_json::to_string(&one).unwrap();
    assert_eq!(serde_json::from_str::<Challenge>(&kept).unwrap(), one);
}

#[test]
fn options_are_what_browsers_parse_from_json() {
    let passkey = register(&Key::p256(), |_| ()).unwrap();
    let (options, challenge) =
        registration::begin(&here(), owner(std::slice::from_ref(&passkey)), NOW).unwrap();
    let expected = json!({
        "rp": {"id": "regent.example.com", "name": "regent.example.com"},
        "user": {"id": URL_SAFE_NO_PAD.encode(ANA), "name": "ana", "displayName": "Ana Díaz"},
        "challenge": challenge.value,
        "pubKeyCredParams": [
            {"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -8}, {"type": "public-key", "alg": -257},
        ],
        "timeout": 300_000,
        "excludeCredentials": [{"type": "public-key", "id": passkey.credential_id}],
        "authenticatorSelection": {"residentKey": "required", "requireResidentKey": true, "userVerification": "required"},
        "attestation": "none",
    });
    assert_eq!(serde_json::to_value(options).unwrap(), expected);
    let (options, challenge) = assertion::begin(&here(), Asked::Anybody, NOW).unwrap();
    let expected = json!({
        "challenge": challenge.value, "timeout": 300_000, "rpId": "regent.example.com", "allowCredentials": [],
        "userVerification": "required",
    });
    assert_eq!(serde_json::to_value(options).unwrap(), expected);
}

#[test]
fn nobody_collects_passkeys_without_end() {
    let passkeys = vec![register(&Key::ed25519(), |_| ()).unwrap(); MAX_PASSKEYS];
    assert!(registration::begin(&here(), owner(&passkeys), NOW).is_err());
    assert!(registration::begin(&here(), owner(&passkeys[1..]), NOW).is_ok());
}

#[test]
fn only_a_host_that_browsers_take_has_passkeys() {
    for (url, expected) in [
        (
            "https://Regent.Example.com:8443/x?y",
            Some(("regent.example.com", "https://regent.example.com:8443")),
        ),
        ("http://localhost:4599", Some(("localhost", "http://localhost:4599"))),
        ("http://regent.example.com", None),
        ("https://127.0.0.1", None),
        ("https://[::1]/", None),
        ("file:///tmp", None),
    ] {
        let found = RelyingParty::of(&url.parse().unwrap()).ok();
        let found = found.as_ref().map(|found| (&*found.id, &*found.origin));
        assert_eq!(found, expected, "{url}");
    }
}

#[test]
fn members_of_an_answer_are_bounded_and_strictly_encoded() {
    let (_, challenge) = registration::begin(&here(), owner(&[]), NOW).unwrap();
    let answer = Answer::new("webauthn.create", &challenge.value, &Key::ed25519()).registration();
    for wrong in [
        json!("a+b/"),
        json!("YQ=="),
        json!("Y R"),
        json!("YR"),
        json!(7),
        Value::Null,
        json!("A".repeat(30_000)),
    ] {
        let mut answer = answer.clone();
        answer["response"]["attestationObject"] = wrong.clone();
        assert!(serde_json::from_value::<RegistrationResponse>(answer).is_err(), "{wrong}");
    }
}
