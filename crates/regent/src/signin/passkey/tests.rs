use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regent_broker::Passkey;
use serde_json::{Value, json};

use super::assertion::{self, Asked, AssertionResponse, Held, Proof};
use super::registration::{self, Owner, RegistrationResponse};
use super::software::{Answer, Key, SEEN, WITH_CREDENTIAL, WITH_EXTENSIONS, cose};
use super::*;

const NOW: Seconds = 1_800_000_000;
const ANA: &str = "usr_01JANA";

fn here() -> RelyingParty {
    RelyingParty::of(&"https://regent.example.com/app".parse().unwrap()).unwrap()
}

fn owner(passkeys: &[Passkey]) -> Owner<'_> {
    Owner { id: ANA, name: "ana", display_name: "Ana Díaz", passkeys }
}

fn register(key: &Key, change: impl FnOnce(&mut Answer)) -> Result<Passkey, PasskeyError> {
    let (_, challenge) = registration::begin(&here(), owner(&[]), NOW).unwrap();
    let mut answer = Answer::new("webauthn.create", &challenge.value, key);
    answer.flags |= WITH_CREDENTIAL;
    change(&mut answer);
    let response = serde_json::from_value(answer.registration()).unwrap();
    registration::finish(&here(), &challenge, &response, ("laptop", NOW + 10))
}

fn show(key: &Key, passkey: &Passkey, change: impl FnOnce(&mut Answer)) -> Result<Proof, PasskeyError> {
    let (_, challenge) = assertion::begin(&here(), Asked::Anybody, NOW).unwrap();
    let mut answer = Answer::new("webauthn.get", &challenge.value, key);
    answer.user_handle = Some(ANA.as_bytes().to_vec());
    change(&mut answer);
    let response: AssertionResponse = serde_json::from_value(answer.assertion(key)).unwrap();
    let held = Held { person: ANA, passkey };
    assertion::finish(&here(), &challenge, &response, (held, NOW + 10))
}

#[test]
fn each_kind_of_key_registers_and_signs_in() {
    for key in [Key::p256(), Key::ed25519(), Key::rsa()] {
        let passkey = register(&key, |answer| answer.counter = 4).unwrap();
        assert_eq!((&*passkey.name, passkey.counter, passkey.created), ("laptop", 4, NOW + 10));
        let proof = show(&key, &passkey, |answer| answer.counter = 5);
        assert_eq!(proof, Ok(Proof { counter: 5, is_verified: true }));
    }
}

#[test]
fn another_key_does_not_sign_in() {
    for (held, used) in [
        (Key::p256(), Key::p256()),
        (Key::ed25519(), Key::ed25519()),
        (Key::p256(), Key::ed25519()),
        (Key::rsa(), Key::p256()),
    ] {
        let passkey = register(&held, |_| ()).unwrap();
        assert_eq!(show(&used, &passkey, |_| ()), Err(PasskeyError::Signature));
    }
}

/// What both ceremonies refuse in the same way.
type Lie = (&'static str, fn(&mut Answer), PasskeyError);

fn lies() -> Vec<Lie> {
    let data = PasskeyError::Malformed("authenticator data");
    let client = PasskeyError::Malformed("client data");
    vec![
        ("another challenge", |a| a.client_data["challenge"] = json!("AAAA"), PasskeyError::Challenge),
        ("no challenge", |a| a.client_data["challenge"] = json!(""), PasskeyError::Challenge),
        (
            "another origin",
            |a| a.client_data["origin"] = json!("https://evil.example"),
            origin("https://evil.example"),
        ),
        (
            "a port",
            |a| a.client_data["origin"] = json!("https://regent.example.com:8443"),
            origin("https://regent.example.com:8443"),
        ),
        (
            "plain http",
            |a| a.client_data["origin"] = json!("http://regent.example.com"),
            origin("http://regent.example.com"),
        ),
        (
            "a slash",
            |a| a.client_data["origin"] = json!("https://regent.example.com/"),
            origin("https://regent.example.com/"),
        ),
        (
            "a host below",
            |a| a.client_data["origin"] = json!("https://x.regent.example.com"),
            origin("https://x.regent.example.com"),
        ),
        (
            "a host that begins so",
            |a| a.client_data["origin"] = json!("https://regent.example.com.evil.example"),
            origin("https://regent.example.com.evil.example"),
        ),
        ("a frame", |a| a.client_data["crossOrigin"] = json!(true), origin("a page inside another")),
        (
            "a page above",
            |a| a.client_data["topOrigin"] = json!("https://evil.example"),
            origin("a page inside another"),
        ),
        (
            "no origin",
            |a| {
                a.client_data.as_object_mut().unwrap().remove("origin");
            },
            client.clone(),
        ),
        ("not an object", |a| a.client_data = json!(["webauthn.get"]), client.clone()),
        ("not JSON", |a| a.client_data_text = Some("{".to_owned()), client.clone()),
        ("two origins", |a| twice(a, "origin", "https://evil.example"), client.clone()),
        ("two challenges", |a| twice(a, "challenge", "AAAA"), client.clone()),
        ("long client data", |a| a.client_data["x"] = json!("x".repeat(5000)), client),
        ("another server's", |a| a.rp_id = "example.com".to_owned(), PasskeyError::RelyingParty),
        ("nobody there", |a| a.flags &= !0x01, PasskeyError::NotPresent),
        ("nobody verified", |a| a.flags &= !0x04, PasskeyError::NotVerified),
        ("backed up and not eligible", |a| a.flags |= 0x10, data.clone()),
        ("bytes left over", |a| a.data_tail = vec![0], data.clone()),
        ("extensions said and not there", |a| a.flags |= WITH_EXTENSIONS, data.clone()),
        ("extensions there and not said", |a| a.extensions = vec![0xa0], data.clone()),
        (
            "extensions that are no map",
            |a| {
                a.flags |= WITH_EXTENSIONS;
                a.extensions = vec![0x80];
            },
            data.clone(),
        ),
        (
            "extensions cut short",
            |a| {
                a.flags |= WITH_EXTENSIONS;
                a.extensions = vec![0xa1, 0x61];
            },
            data.clone(),
        ),
        (
            "long data",
            |a| {
                a.flags |= WITH_EXTENSIONS;
                a.extensions = long_map();
            },
            data,
        ),
        ("another type", |a| a.kind = "password", PasskeyError::Malformed("type")),
    ]
}

fn origin(text: &str) -> PasskeyError {
    PasskeyError::Origin(text.to_owned())
}

/// A member that comes twice, the honest one last.
fn twice(answer: &mut Answer, member: &str, value: &str) {
    let honest = answer.client_data.to_string();
    answer.client_data_text = Some(format!("{{\"{member}\":\"{value}\",{}", honest.split_at(1).1));
}

fn long_map() -> Vec<u8> {
    let mut map = vec![0xa1, 0x61, b'x', 0x59, 0x23, 0x00];
    map.extend_from_slice(&[0; 0x2300]);
    map
}

#[test]
fn what_binds_an_answer_is_judged_in_both_ceremonies() {
    let key = Key::p256();
    let passkey = register(&key, |_| ()).unwrap();
    for (name, lie, expected) in lies() {
        assert_eq!(register(&key, lie), Err(expected.clone()), "registering: {name}");
        assert_eq!(show(&key, &passkey, lie), Err(expected), "signing in: {name}");
    }
}

#[test]
fn what_a_browser_or_an_authenticator_may_add_is_passed_over() {
    let key = Key::p256();
    let fine: [fn(&mut Answer); 5] = [
        |a| a.client_data["other_keys_can_be_added_here"] = json!("https://goo.gl/yabPex"),
        |a| {
            a.client_data.as_object_mut().unwrap().remove("crossOrigin");
        },
        |a| {
            a.flags |= WITH_EXTENSIONS;
            a.extensions = vec![0xa1, 0x61, b'x', 0xf5];
        },
        |a| a.flags |= 0x18,
        |a| {
            a.format = "packed";
            a.statement = vec![0xa1, 0x63, b'a', b'l', b'g', 0x26];
        },
    ];
    for change in fine {
        let passkey = register(&key, change).unwrap();
        assert_eq!(show(&key, &passkey, change), Ok(Proof { counter: 0, is_verified: true }));
    }
}

#[track_caller]
fn refuses(name: &str, key: &Key, change: impl FnOnce(&mut Answer), expected: PasskeyError) {
    assert_eq!(register(key, change), Err(expected), "{name}");
}

#[test]
fn a_credential_that_is_not_whole_is_not_registered() {
    let key = Key::p256();
    let data = || PasskeyError::Malformed("authenticator data");
    let object = || PasskeyError::Malformed("attestation object");
    refuses("an assertion", &key, |a| a.client_data["type"] = json!("webauthn.get"), PasskeyError::Challenge);
    refuses("no credential", &key, |a| a.flags = SEEN, PasskeyError::Malformed("credential"));
    refuses("another id", &key, |a| a.raw_id = vec![8; 32], PasskeyError::Owner);
    refuses("no id", &key, |a| a.credential_id = vec![], data());
    refuses("a long id", &key, |a| a.credential_id = vec![9; 1024], data());
    refuses("no key", &key, |a| a.cose = vec![], data());
    refuses("half a key", &key, |a| a.cose.truncate(40), data());
    refuses("a statement of none", &key, |a| a.statement = vec![0xa1, 0x61, b'x', 0x00], object());
    refuses("a statement that is no map", &key, |a| a.statement = vec![0x80], object());
    refuses("bytes after the object", &key, |a| a.object_tail = vec![0], object());
    refuses(
        "a long name of a format",
        &key,
        |a| a.format = "a-name-that-no-registry-of-formats-has",
        object(),
    );
    for bytes in [
        &[][..],
        &[0xa0],
        &[0xbf, 0xff],
        &[0x80],
        &[0xa3, 0x63, b'f', b'm', b't'],
        &[0x9f; 16_000],
        &vec![0xa1; 17_000],
    ] {
        refuses("not an object", &key, |a| a.object = Some(bytes.to_vec()), object());
    }
    for double in ["fmt", "authData"] {
        refuses(double, &key, |a| a.object = Some(with_member_twice(double)), object());
    }
}

fn with_member_twice(double: &str) -> Vec<u8> {
    let mut encoder = minicbor::Encoder::new(Vec::new());
    encoder.map(3).unwrap().str("attStmt").unwrap().map(0).unwrap();
    for _ in 0..2 {
        encoder.str(double).unwrap();
        if double == "fmt" {
            encoder.str("none").unwrap()
        } else {
            encoder.bytes(&[0; 37]).unwrap()
        };
    }
    encoder.into_writer()
}

#[test]
fn only_keys_of_the_kinds_asked_for_are_registered() {
    let key = Key::p256();
    let (x, y) = (cose_member(&key, 10), cose_member(&key, 45));
    let (ed, n) = ([7_u8; 32], [0xff_u8; 256]);
    let keys: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", cose(&[], &[])),
        ("HMAC", cose(&[(1, 4), (3, 5)], &[(-1, &[1; 32])])),
        ("another algorithm on P-256", cose(&[(1, 2), (3, -257), (-1, 1)], &[(-2, &x), (-3, &y)])),
        ("ES384", cose(&[(1, 2), (3, -35), (-1, 2)], &[(-2, &[1; 48]), (-3, &[1; 48])])),
        ("secp256k1", cose(&[(1, 2), (3, -7), (-1, 8)], &[(-2, &x), (-3, &y)])),
        ("a point off the curve", cose(&[(1, 2), (3, -7), (-1, 1)], &[(-2, &[1; 32]), (-3, &[1; 32])])),
        ("the point at infinity", cose(&[(1, 2), (3, -7), (-1, 1)], &[(-2, &[0; 32]), (-3, &[0; 32])])),
        ("a short coordinate", cose(&[(1, 2), (3, -7), (-1, 1)], &[(-2, &x[1..]), (-3, &y)])),
        ("a compressed point", cose(&[(1, 2), (3, -7), (-1, 1)], &[(-2, &x)])),
        ("no algorithm", cose(&[(1, 2), (-1, 1)], &[(-2, &x), (-3, &y)])),
        ("one member more", cose(&[(1, 2), (3, -7), (-1, 1), (4, 2)], &[(-2, &x), (-3, &y)])),
        ("another member instead", cose(&[(1, 2), (3, -7), (9, 1)], &[(-2, &x), (-3, &y)])),
        ("a member twice", cose(&[(1, 2), (3, -7), (-1, 1)], &[(-2, &x), (-2, &x)])),
        ("Ed25519 as ES256", cose(&[(1, 1), (3, -7), (-1, 6)], &[(-2, &ed)])),
        ("Ed448", cose(&[(1, 1), (3, -8), (-1, 7)], &[(-2, &[7; 57])])),
        ("a short RSA key", cose(&[(1, 3), (3, -257)], &[(-1, &n[..128]), (-2, &[1, 0, 1])])),
        ("a long RSA key", cose(&[(1, 3), (3, -257)], &[(-1, &[0xff; 1024]), (-2, &[1, 0, 1])])),
        ("a long exponent", cose(&[(1, 3), (3, -257)], &[(-1, &n), (-2, &[1, 0, 0, 0, 1])])),
        ("RSA with SHA-1", cose(&[(1, 3), (3, -65535)], &[(-1, &n), (-2, &[1, 0, 1])])),
        ("RSA without exponent", cose(&[(1, 3), (3, -257)], &[(-1, &n)])),
    ];
    for (name, bytes) in keys {
        refuses(name, &key, |answer| answer.cose = bytes, PasskeyError::Key);
    }
}

/// Bytes of a coordinate in the COSE key of P-256, which begins with ten bytes of members.
fn cose_member(key: &Key, at: usize) -> Vec<u8> {
    key.cose()[at..at + 32].to_vec()
}

/// Likewise, with something of its own.
type BoxedLie = (&'static str, Box<dyn Fn(&mut Answer)>, PasskeyError);

#[test]
fn a_passkey_is_one_persons_and_one_credential() {
    let key = Key::p256();
    let passkey = register(&key, |_| ()).unwrap();
    let flip = |mut signature: Vec<u8>| {
        signature[10] ^= 1;
        signature
    };
    let lies: [BoxedLie; 8] = [
        (
            "a registration",
            Box::new(|a| a.client_data["type"] = json!("webauthn.create")),
            PasskeyError::Challenge,
        ),
        ("another credential", Box::new(|a| a.raw_id = vec![8; 32]), PasskeyError::Owner),
        ("another person", Box::new(|a| a.user_handle = Some(b"usr_01JBEN".to_vec())), PasskeyError::Owner),
        ("no person", Box::new(|a| a.user_handle = None), PasskeyError::Owner),
        ("no signature", Box::new(|a| a.signature = |_| vec![]), PasskeyError::Signature),
        ("a changed signature", Box::new(move |a| a.signature = flip), PasskeyError::Signature),
        (
            "half a signature",
            Box::new(|a| {
                a.signature = |mut s| {
                    s.truncate(32);
                    s
                }
            }),
            PasskeyError::Signature,
        ),
        (
            "a signature and more",
            Box::new(|a| {
                a.signature = |mut s| {
                    s.push(0);
                    s
                }
            }),
            PasskeyError::Signature,
        ),
    ];
    for (name, lie, expected) in lies {
        assert_eq!(show(&key, &passkey, lie), Err(expected), "{name}");
    }
}

#[test]
fn what_was_signed_is_what_is_judged() {
    let key = Key::p256();
    let passkey = register(&key, |_| ()).unwrap();
    let (_, challenge) = assertion::begin(&here(), Asked::Anybody, NOW).unwrap();
    let mut answer = Answer::new("webauthn.get", &challenge.value, &key);
    answer.user_handle = Some(ANA.as_bytes().to_vec());
    let signed = answer.assertion(&key);
    answer.counter = 99;
    answer.client_data["more"] = json!(1);
    let other = answer.assertion(&key);
    for member in ["authenticatorData", "clientDataJSON"] {
        let mut mixed = signed.clone();
        mixed["response"][member] = other["response"][member].clone();
        let response: AssertionResponse = serde_json::from_value(mixed).unwrap();
        let held = Held { person: ANA, passkey: &passkey };
        let shown = assertion::finish(&here(), &challenge, &response, (held, NOW));
        assert_eq!(shown, Err(PasskeyError::Signature), "{member}");
    }
}

#[test]
fn a_counter_only_goes_up() {
    let key = Key::p256();
    for (held, shown, is_fine) in [
        (0, 0, true),
        (0, 1, true),
        (5, 6, true),
        (5, 5, false),
        (5, 4, false),
        (5, 0, false),
        (u32::MAX, 0, false),
    ] {
        let passkey = register(&key, |answer| answer.counter = held).unwrap();
        let proof = show(&key, &passkey, |answer| answer.counter = shown);
        let expected = if is_fine {
            Ok(Proof { counter: shown, is_verified: true })
        } else {
            Err(PasskeyError::Counter)
        };
        assert_eq!(proof, expected, "{held} then {shown}");
    }
}

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
