//! What is registered, and what is not.

use super::*;

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
