//! What signs somebody in.

use super::*;

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
