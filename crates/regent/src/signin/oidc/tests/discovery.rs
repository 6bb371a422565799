//! Providers that are not what they say, and keys that change.

use super::*;

#[tokio::test]
async fn a_provider_that_is_not_the_one_that_was_meant_is_not_used() {
    refuses(vec![
        (
            "another issuer",
            |w| w.discovery["issuer"] = json!("https://evil.example"),
            OidcError::Issuer("https://evil.example".to_owned()),
        ),
        (
            "no token endpoint",
            |w| w.discovery["token_endpoint"] = Value::Null,
            OidcError::Metadata("token_endpoint"),
        ),
        ("no keys", |w| w.discovery["jwks_uri"] = Value::Null, OidcError::Metadata("jwks_uri")),
        (
            "keys over plain HTTP",
            |w| w.discovery["jwks_uri"] = json!("http://evil.example/keys"),
            OidcError::Metadata("jwks_uri"),
        ),
        (
            "keys in a file",
            |w| w.discovery["jwks_uri"] = json!("file:///etc/passwd"),
            OidcError::Metadata("jwks_uri"),
        ),
        (
            "a script",
            |w| w.discovery["authorization_endpoint"] = json!("javascript:alert(1)"),
            OidcError::Metadata("authorization_endpoint"),
        ),
        ("no document", |w| w.discovery = json!([]), here(WebError::Form)),
        ("no key set", |w| w.key_set = Some(Answer::json(&json!({"keys": {}}))), here(WebError::Form)),
        ("too many keys", |w| w.keys = vec![json!({}); 101], here(WebError::Form)),
        (
            "a huge key set",
            |w| w.key_set = Some(Answer { status: 200, header: "x: y", body: vec![b' '; 300_000] }),
            here(WebError::Large),
        ),
        (
            "keys elsewhere",
            |w| w.key_set = Some(Answer { status: 302, header: "location: /keys2", body: vec![] }),
            here(WebError::Moved),
        ),
        (
            "a huge answer",
            |w| w.tokens = Some(Answer { status: 200, header: "x: y", body: vec![b' '; 300_000] }),
            here(WebError::Large),
        ),
        (
            "tokens elsewhere",
            |w| {
                w.tokens =
                    Some(Answer { status: 307, header: "location: http://127.0.0.1:1/", body: vec![] });
            },
            here(WebError::Moved),
        ),
        (
            "a wrong code",
            |w| {
                w.tokens = Some(Answer {
                    status: 400,
                    header: "x: y",
                    body: br#"{"error":"invalid_grant"}"#.to_vec(),
                });
            },
            status(400, Some("invalid_grant")),
        ),
        (
            "another token type",
            |w| {
                w.tokens =
                    Some(Answer::json(&json!({"access_token": "a", "id_token": "b", "token_type": "DPoP"})));
            },
            OidcError::Mismatch("another token type"),
        ),
        (
            "no ID token",
            |w| w.tokens = Some(Answer::json(&json!({"access_token": "a", "token_type": "Bearer"}))),
            OidcError::Mismatch("no ID token"),
        ),
    ])
    .await;
}

#[tokio::test]
async fn an_issuer_that_is_not_encrypted_is_not_asked() {
    for issuer in [
        "http://idp.example",
        "ftp://idp.example",
        "idp.example",
        "",
        "https://a@idp.example",
        "https://idp.example/?x=",
        "https://idp.example/#x",
        &"https://x".repeat(200),
    ] {
        let found = OpenId::default().metadata(&web(), issuer, NOW).await;
        assert!(matches!(found, Err(OidcError::Web(WebError::Scheme(_)))), "{issuer}: {found:?}");
    }
}

#[tokio::test]
async fn a_new_key_is_fetched_when_it_is_used_though_not_at_will() {
    let setting = Setting::new(|_| ()).await;
    setting.sign_in(NOW).await.unwrap();
    setting.with(|world| {
        world.signer = Signer::p256("k2");
        world.header["kid"] = json!("k2");
        world.keys = vec![world.signer.public.clone()];
    });
    assert_eq!(setting.provider.count("/keys"), 1);
    setting.sign_in(NOW + 20).await.unwrap();
    assert_eq!(setting.provider.count("/keys"), 2);
    setting.with(|world| world.header["kid"] = json!("k3"));
    for at in 0..30 {
        let found = setting.sign_in(NOW + 40 + at).await.unwrap_err();
        assert_eq!(found, token(TokenError::UnknownKey));
    }
    assert_eq!(setting.provider.count("/keys"), 5, "every ten seconds");
    assert_eq!(setting.provider.count("/.well-known"), 1);
    // A key that was withdrawn counts until the set is fetched again, and no longer.
    setting.with(|world| world.header["kid"] = json!("k2"));
    setting.with(|world| world.keys.clear());
    for (later, expected) in [(100, true), (601 + 70, false)] {
        setting.with(|world| {
            world.claims["exp"] = json!(NOW + later + 100);
            world.claims["iat"] = json!(NOW + later);
        });
        assert_eq!(setting.sign_in(NOW + later).await.is_ok(), expected, "{later}");
    }
}
