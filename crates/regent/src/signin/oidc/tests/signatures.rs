//! What a token must be to tell who somebody is: its signature, and what it is bound to.

use super::*;

#[tokio::test]
async fn signatures_of_each_public_kind_count() {
    for (signer, alg) in [
        (Signer::ed25519("k1"), "EdDSA"),
        (Signer::rsa("k1", Signing::RS256), "RS256"),
        (Signer::rsa("k1", Signing::PS512), "PS512"),
    ] {
        let signed_in = sign_in(|world| {
            world.keys = vec![json!({"kty": "oct", "k": "AAAA"}), json!("odd"), signer.public.clone()];
            world.header["alg"] = json!(alg);
            world.signer = signer;
        });
        assert!(signed_in.await.is_ok(), "{alg}");
    }
}

#[tokio::test]
async fn a_signature_that_proves_nothing_signs_nobody_in() {
    refuses(vec![
        (
            "no algorithm",
            |w| {
                let c = w.claims.clone();
                w.id_token = Some(unsigned(&json!({"alg": "none"}), &c));
            },
            token(TokenError::Algorithm),
        ),
        (
            "no algorithm, in capitals",
            |w| {
                let c = w.claims.clone();
                w.id_token = Some(unsigned(&json!({"alg": "NONE"}), &c));
            },
            token(TokenError::Algorithm),
        ),
        (
            "no signature",
            |w| {
                let (h, c) = (w.header.clone(), w.claims.clone());
                w.id_token = Some(unsigned(&h, &c));
            },
            token(TokenError::Signature),
        ),
        (
            "the public key as a secret",
            |w| {
                w.header["alg"] = json!("HS256");
                w.signer = Signer::hmac(w.keys[0].to_string().as_bytes());
            },
            token(TokenError::Algorithm),
        ),
        (
            "the public key as a secret, and the key's name",
            |w| w.signer = Signer::hmac(w.keys[0]["x"].as_str().unwrap().as_bytes()),
            token(TokenError::Signature),
        ),
        ("another key under the same name", |w| w.signer = Signer::p256("k1"), token(TokenError::Signature)),
        (
            "a key nobody publishes",
            |w| {
                w.signer = Signer::p256("k2");
                w.header["kid"] = json!("k2");
            },
            token(TokenError::UnknownKey),
        ),
        ("a key for encrypting", |w| w.keys[0]["use"] = json!("enc"), token(TokenError::UnknownKey)),
        (
            "a key for other operations",
            |w| w.keys[0]["key_ops"] = json!(["sign"]),
            token(TokenError::UnknownKey),
        ),
        ("a key for another algorithm", |w| w.keys[0]["alg"] = json!("ES384"), token(TokenError::UnknownKey)),
        (
            "another algorithm than the key's",
            |w| w.header["alg"] = json!("RS256"),
            token(TokenError::UnknownKey),
        ),
        (
            "a key in the token",
            |w| {
                w.header["jwk"] = w.keys[0].clone();
                w.keys.clear();
            },
            token(TokenError::UnknownKey),
        ),
        (
            "no name and several keys",
            |w| {
                w.header = json!({"alg": "ES256"});
                w.keys.push(Signer::p256("k2").public);
            },
            token(TokenError::UnknownKey),
        ),
        (
            "something that must be understood",
            |w| w.header["crit"] = json!(["b64"]),
            token(TokenError::Malformed),
        ),
        ("two parts", |w| w.id_token = Some("e30.e30".to_owned()), token(TokenError::Malformed)),
        ("four parts", |w| w.id_token = Some("e30.e30.e30.e30".to_owned()), token(TokenError::Malformed)),
        ("claims that are no object", |w| w.claims = json!(["sub"]), token(TokenError::Malformed)),
        ("a long token", |w| w.claims["x"] = json!("x".repeat(16_000)), token(TokenError::Long)),
        ("nothing", |w| w.id_token = Some(String::new()), token(TokenError::Malformed)),
    ])
    .await;
}

fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}.", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()))
}

#[tokio::test]
async fn a_token_of_another_sign_in_signs_nobody_in() {
    let mismatch = OidcError::Mismatch;
    refuses(vec![
        ("another nonce", |w| w.claims["nonce"] = json!("AAAA"), mismatch("another nonce")),
        ("no nonce", |w| w.claims["nonce"] = Value::Null, mismatch("another nonce")),
        ("another issuer", |w| w.claims["iss"] = json!("https://evil.example"), token(TokenError::Issuer)),
        (
            "an issuer and a slash",
            |w| w.claims["iss"] = json!(format!("{}/", w.issuer())),
            token(TokenError::Issuer),
        ),
        ("no issuer", |w| w.claims["iss"] = Value::Null, token(TokenError::Issuer)),
        ("another audience", |w| w.claims["aud"] = json!("other"), token(TokenError::Audience)),
        ("no audience", |w| w.claims["aud"] = json!([]), token(TokenError::Audience)),
        (
            "an audience that is no text",
            |w| w.claims["aud"] = json!([CLIENT, 7]),
            token(TokenError::Audience),
        ),
        ("several and no party", |w| w.claims["aud"] = json!([CLIENT, "other"]), token(TokenError::Audience)),
        ("another party", |w| w.claims["azp"] = json!("other"), token(TokenError::Audience)),
        ("expired", |w| w.claims["exp"] = json!(NOW + 5 - 60), token(TokenError::Expired)),
        ("no end", |w| w.claims["exp"] = Value::Null, token(TokenError::Claim("exp"))),
        ("an end that is a text", |w| w.claims["exp"] = json!("2100-01-01"), token(TokenError::Claim("exp"))),
        ("an end beyond all time", |w| w.claims["exp"] = json!(1e300), token(TokenError::Claim("exp"))),
        ("an end before all time", |w| w.claims["exp"] = json!(i64::MIN), token(TokenError::Claim("exp"))),
        ("from the future", |w| w.claims["iat"] = json!(NOW + 5 + 61), token(TokenError::Future)),
        ("not yet", |w| w.claims["nbf"] = json!(NOW + 5 + 61), token(TokenError::Future)),
        (
            "no beginning",
            |w| {
                w.claims.as_object_mut().unwrap().remove("iat");
            },
            token(TokenError::Claim("iat")),
        ),
        ("nobody", |w| w.claims["sub"] = json!(""), token(TokenError::Claim("sub"))),
        ("a number", |w| w.claims["sub"] = json!(7), token(TokenError::Claim("sub"))),
        ("a long subject", |w| w.claims["sub"] = json!("x".repeat(256)), token(TokenError::Claim("sub"))),
        (
            "another access token",
            |w| w.claims["at_hash"] = json!("AAAAAAAAAAAAAAAAAAAAAA"),
            mismatch("another access token"),
        ),
        ("a hash that is no text", |w| w.claims["at_hash"] = json!(7), mismatch("another access token")),
    ])
    .await;
}

#[tokio::test]
async fn what_the_standard_leaves_open_is_taken() {
    let fine: [fn(&mut World); 7] = [
        |w| w.claims["exp"] = json!(NOW + 5 - 59),
        |w| w.claims["exp"] = json!(1_800_000_300.75),
        |w| w.claims["iat"] = json!(NOW + 5 + 60),
        |w| {
            w.claims["aud"] = json!([CLIENT, "other"]);
            w.claims["azp"] = json!(CLIENT);
        },
        // The left half of SHA-256 of "at".
        |w| {
            w.claims["at_hash"] =
                json!(encode(&aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"at").as_ref()[..16]));
        },
        |w| w.header = json!({"alg": "ES256"}),
        |w| w.callback.push(("iss", w.issuer())),
    ];
    for (at, change) in fine.into_iter().enumerate() {
        assert!(sign_in(change).await.is_ok(), "{at}");
    }
}
