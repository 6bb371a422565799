mod challenges;
mod registering;
mod signing_in;

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
