use std::sync::{Arc, LazyLock, Mutex};

use jsonwebtoken::Algorithm as Signing;
use regent_wire::secret::{Secret, SecretAccessKey};
use serde_json::{Value, json};
use url::Url;

use super::exchange::{Callback, SignedIn};
use super::identity::Identity;
use super::provider::{Answer, Provider, Question, Signer, encode};
use super::start::code_challenge;
use super::*;
use crate::signin::job_token::JobTokenError as Error;
use crate::signin::web::Ways;

const NOW: i64 = 1_800_000_000;
const CLIENT: &str = "regent:1";
const REDIRECT: &str = "https://regent.example.com/api/v1/auth/oidc/callback";

/// A provider and everything it says, and the browser that comes back from it.
struct World {
    discovery: Value,
    keys: Vec<Value>,
    signer: Signer,
    header: Value,
    /// What the ID token says. The nonce is filled in, unless it is set to something.
    claims: Value,
    /// What comes in place of the ID token, if anything.
    id_token: Option<String>,
    /// What comes in place of the token endpoint's answer, if anything.
    tokens: Option<Answer>,
    userinfo: Answer,
    /// What comes in place of the key set, if anything.
    key_set: Option<Answer>,
    refresh_token: Option<&'static str>,
    secret: Option<SecretAccessKey>,
    client: &'static str,
    elapsed: i64,
    /// The query the browser comes back with, as pairs; the state is filled in unless it is there.
    callback: Vec<(&'static str, String)>,
    nonce: Option<String>,
}

impl World {
    fn new(issuer: &str) -> Self {
        let signer = Signer::p256("k1");
        Self {
            discovery: json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/authorize?tenant=1"),
                "token_endpoint": format!("{issuer}/token"),
                "jwks_uri": format!("{issuer}/keys"),
                "userinfo_endpoint": format!("{issuer}/userinfo"),
                "end_session_endpoint": format!("{issuer}/logout"),
            }),
            keys: vec![signer.public.clone()],
            signer,
            header: json!({"alg": "ES256", "kid": "k1", "typ": "JWT"}),
            claims: json!({
                "iss": issuer, "aud": CLIENT, "sub": "248289761001", "exp": NOW + 300, "iat": NOW,
                "preferred_username": "ana", "name": "Ana Díaz", "email": "ana@example.com", "email_verified": true,
                "groups": ["dev", "ops"],
            }),
            id_token: None,
            tokens: None,
            userinfo: Answer { status: 500, header: "x: y", body: Vec::new() },
            key_set: None,
            refresh_token: None,
            secret: Some(Secret::new("s3cret:ü".to_owned())),
            client: CLIENT,
            elapsed: 5,
            callback: vec![("code", "the-code".to_owned())],
            nonce: None,
        }
    }

    fn issuer(&self) -> String {
        self.claims["iss"].as_str().unwrap().to_owned()
    }

    fn answer(&self, question: &Question) -> Answer {
        let path = question.line.split(' ').nth(1).unwrap();
        match path {
            "/.well-known/openid-configuration" => Answer::json(&self.discovery),
            "/keys" => self.key_set.clone().unwrap_or_else(|| Answer::json(&json!({"keys": self.keys}))),
            "/userinfo" => self.userinfo.clone(),
            "/token" => self.tokens.clone().unwrap_or_else(|| self.tokens()),
            other => panic!("{other}"),
        }
    }

    fn tokens(&self) -> Answer {
        let mut claims = self.claims.clone();
        if let (Some(nonce), true) = (&self.nonce, claims.is_object() && claims.get("nonce").is_none()) {
            claims["nonce"] = json!(nonce);
        }
        let id_token = self.id_token.clone().unwrap_or_else(|| self.signer.token(&self.header, &claims));
        let mut tokens =
            json!({"access_token": "at", "token_type": "bearer", "id_token": id_token, "expires_in": 60});
        if let Some(token) = self.refresh_token {
            tokens["refresh_token"] = json!(token);
        }
        Answer::json(&tokens)
    }
}

/// A client that can reach this machine, and follows nobody.
fn web() -> Web {
    static WAYS: LazyLock<Ways> = LazyLock::new(Ways::default);
    WAYS.to("http://127.0.0.1", None).unwrap()
}

/// A world with its provider at work.
struct Setting {
    world: Arc<Mutex<Option<World>>>,
    provider: Provider,
    openid: OpenId,
}

impl Setting {
    async fn new(change: impl FnOnce(&mut World)) -> Self {
        let world: Arc<Mutex<Option<World>>> = Arc::default();
        let answering = Arc::clone(&world);
        let answer = move |question: &Question| answering.lock().unwrap().as_ref().unwrap().answer(question);
        let provider = Provider::start(answer).await;
        let mut made = World::new(&provider.url);
        change(&mut made);
        *world.lock().unwrap() = Some(made);
        Self { world, provider, openid: OpenId::default() }
    }

    fn with<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        look(self.world.lock().unwrap().as_mut().unwrap())
    }

    /// The whole way: to the provider, back, and the code for tokens.
    async fn sign_in(&self, now: i64) -> Result<SignedIn, OidcError> {
        let (secret, id) = self.with(|world| (world.secret.clone(), world.client));
        let claims = ClaimNames::default();
        let scopes = ["openid".to_owned(), "groups".to_owned()];
        let client = Client {
            issuer: &self.provider.url,
            id,
            secret: secret.as_ref(),
            scopes: &scopes,
            claims: &claims,
            redirect_uri: REDIRECT,
        };
        let (url, pending) = self.openid.start(&web(), client, now).await?;
        let pending = serde_json::from_str(&serde_json::to_string(&pending).unwrap()).unwrap();
        let asked = |name: &str| url.query_pairs().find(|(found, _)| found == name).unwrap().1.into_owned();
        let (query, elapsed) = self.with(|world| {
            world.nonce = Some(asked("nonce"));
            let mut query = world.callback.clone();
            if !query.iter().any(|(name, _)| *name == "state") {
                query.push(("state", asked("state")));
            }
            (query, world.elapsed)
        });
        let query: serde_json::Map<String, Value> =
            query.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
        let callback: Callback = serde_json::from_value(query.into()).unwrap();
        self.openid.finish(&web(), client, (pending, callback), now + elapsed).await
    }
}

async fn sign_in(change: impl FnOnce(&mut World)) -> Result<Identity, OidcError> {
    Setting::new(change).await.sign_in(NOW).await.map(|signed_in| signed_in.identity)
}

/// A change that leads to a refusal.
type Lie = (&'static str, fn(&mut World), OidcError);

async fn refuses(lies: Vec<Lie>) {
    for (name, lie, expected) in lies {
        assert_eq!(sign_in(lie).await, Err(expected), "{name}");
    }
}

fn token(error: TokenError) -> OidcError {
    OidcError::Token(error)
}

fn here(error: fn(String) -> WebError) -> OidcError {
    OidcError::Web(error("127.0.0.1".to_owned()))
}

fn status(status: u16, code: Option<&str>) -> OidcError {
    let host = "127.0.0.1".to_owned();
    OidcError::Web(WebError::Status { host, status, code: code.map(str::to_owned) })
}

#[tokio::test]
async fn an_honest_provider_tells_who_somebody_is() {
    let identity = sign_in(|_| ()).await.unwrap();
    let expected = Identity {
        subject: "248289761001".to_owned(),
        name: Some("ana".to_owned()),
        display_name: Some("Ana Díaz".to_owned()),
        email: Some("ana@example.com".to_owned()),
        groups: vec!["dev".to_owned(), "ops".to_owned()],
        is_multi_factor: false,
    };
    assert_eq!(identity, expected);
}

#[tokio::test]
async fn the_browser_is_sent_with_all_that_binds_the_answer() {
    let setting = Setting::new(|_| ()).await;
    let claims = ClaimNames::default();
    let client = Client {
        issuer: &setting.provider.url,
        id: CLIENT,
        secret: None,
        scopes: &[],
        claims: &claims,
        redirect_uri: REDIRECT,
    };
    let (url, pending) = setting.openid.start(&web(), client, NOW).await.unwrap();
    let kept: Value = serde_json::to_value(&pending).unwrap();
    let challenge = code_challenge(kept["verifier"].as_str().unwrap());
    let expected: Vec<(&str, &str)> = vec![
        ("tenant", "1"),
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", REDIRECT),
        ("scope", "openid"),
        ("state", kept["state"].as_str().unwrap()),
        ("nonce", kept["nonce"].as_str().unwrap()),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let found: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    assert_eq!(found.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect::<Vec<_>>(), expected);
    assert!(!format!("{pending:?}").contains(kept["verifier"].as_str().unwrap()));
    // RFC 7636, appendix B.
    assert_eq!(
        code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
}

#[tokio::test]
async fn a_client_proves_itself_as_the_provider_wants() {
    let basic = format!("authorization: Basic {}", base64_of("regent%3A1:s3cret%3A%C3%BC"));
    for (methods, secret, in_head, in_body) in [
        (None, true, Some(&*basic), ""),
        (Some(json!(["client_secret_post", "client_secret_basic"])), true, Some(&basic), ""),
        (
            Some(json!(["client_secret_post"])),
            true,
            None,
            "&client_id=regent%3A1&client_secret=s3cret%3A%C3%BC",
        ),
        (Some(json!(["none"])), false, None, "&client_id=regent%3A1"),
    ] {
        let setting = Setting::new(|world| {
            if let Some(methods) = methods {
                world.discovery["token_endpoint_auth_methods_supported"] = methods;
            }
            world.secret = world.secret.take().filter(|_| secret);
        })
        .await;
        setting.sign_in(NOW).await.unwrap();
        let asked = setting.provider.asked.lock().unwrap();
        let asked = asked.iter().find(|asked| asked.line.starts_with("POST /token ")).unwrap();
        let begins = "grant_type=authorization_code&code=the-code&redirect_uri=https%3A%2F%2Fregent.example.com%2Fapi%2Fv1%2Fauth%2Foidc%2Fcallback&code_verifier=";
        assert!(asked.body.starts_with(begins), "{}", asked.body);
        let (_verifier, rest) = asked.body.split_at(begins.len() + 43);
        assert_eq!(rest, in_body);
        let found = asked.head.lines().find(|line| line.to_lowercase().starts_with("authorization:"));
        assert_eq!(found, in_head);
    }
}

fn base64_of(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

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

#[tokio::test]
async fn only_the_browser_that_began_comes_to_an_end() {
    refuses(vec![
        ("another state", |w| w.callback.push(("state", "AAAA".to_owned())), OidcError::State),
        ("no state", |w| w.callback.push(("state", String::new())), OidcError::State),
        ("no code", |w| w.callback.clear(), OidcError::State),
        ("a long code", |w| w.callback[0].1 = "x".repeat(5000), OidcError::State),
        ("too late", |w| w.elapsed = 601, OidcError::Lapsed),
        (
            "another provider",
            |w| w.callback.push(("iss", "https://evil.example".to_owned())),
            OidcError::Mismatch("another issuer"),
        ),
        (
            "a provider that does not name itself",
            |w| w.discovery["authorization_response_iss_parameter_supported"] = json!(true),
            OidcError::Mismatch("another issuer"),
        ),
        (
            "a refusal",
            |w| w.callback = vec![("error", "access_denied".to_owned())],
            OidcError::Refused("access_denied".to_owned()),
        ),
        (
            "a refusal that says too much",
            |w| w.callback = vec![("error", "<script>".to_owned())],
            OidcError::Refused("unknown".to_owned()),
        ),
    ])
    .await;
}

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

#[tokio::test]
async fn claims_are_read_where_an_administrator_says() {
    let claims = Claims(
        json!({
            "sub": "1", "upn": "ana", "https://idp.example/groups": ["a"], "realm_access": {"roles": ["b", "c"]}, "one": "d",
            "none": [], "odd": [1], "deep": {"list": {"x": 1}}, "email": "x@y", "email_verified": "false", "name": " ",
            "long": "x".repeat(300), "control": "a\nb", "amr": ["pwd", "mfa"],
        })
        .as_object()
        .unwrap()
        .clone(),
    );
    let read = |groups: &str, name: &str| {
        let names = ClaimNames { groups: groups.to_owned(), name: name.to_owned(), ..ClaimNames::default() };
        Identity::of(&claims, &names)
    };
    for (path, expected) in [
        ("https://idp.example/groups", vec!["a"]),
        ("realm_access.roles", vec!["b", "c"]),
        ("one", vec!["d"]),
        ("none", vec![]),
        ("missing", vec![]),
        ("realm_access.missing", vec![]),
    ] {
        assert_eq!(read(path, "upn").unwrap().groups, expected, "{path}");
    }
    for path in ["odd", "deep.list", "deep"] {
        assert_eq!(read(path, "upn"), Err(OidcError::Groups(path.to_owned())));
    }
    let identity = read("none", "upn").unwrap();
    assert_eq!((identity.name.as_deref(), identity.email, identity.display_name), (Some("ana"), None, None));
    assert!(identity.is_multi_factor);
    for path in ["long", "control", "deep", "missing"] {
        assert_eq!(read("none", path).unwrap().name, None, "{path}");
    }
}

#[tokio::test]
async fn groups_that_are_elsewhere_are_not_taken_for_none() {
    let groups = || OidcError::Groups("groups".to_owned());
    let lies: Vec<Lie> = vec![
        (
            "distributed",
            |w| {
                w.claims["groups"] = Value::Null;
                w.claims["_claim_names"] = json!({"groups": "src1"});
            },
            groups(),
        ),
        ("a sign that there are some", |w| w.claims["hasgroups"] = json!(true), groups()),
        ("objects", |w| w.claims["groups"] = json!([{"id": 1}]), groups()),
        ("too many", |w| w.claims["groups"] = json!(vec!["g"; 1001]), groups()),
    ];
    refuses(lies).await;
}

#[tokio::test]
async fn what_the_token_does_not_say_is_asked_and_is_about_the_same_person() {
    fn asked(world: &mut World, subject: &str) {
        world.claims.as_object_mut().unwrap().remove("groups");
        world.userinfo =
            Answer::json(&json!({"sub": subject, "groups": ["late"], "preferred_username": "mallory"}));
    }
    let identity = sign_in(|world| asked(world, "248289761001")).await.unwrap();
    assert_eq!((identity.groups, identity.name.as_deref()), (vec!["late".to_owned()], Some("ana")));
    let other = sign_in(|world| asked(world, "7")).await;
    assert_eq!(other, Err(OidcError::Mismatch("another subject")));
    let down = sign_in(|world| {
        world.claims.as_object_mut().unwrap().remove("groups");
    })
    .await;
    assert_eq!(down, Err(status(500, None)));
}

#[tokio::test]
async fn groups_are_refreshed_for_the_same_person_only() {
    let setting = Setting::new(|world| world.refresh_token = Some("r1")).await;
    let signed_in = setting.sign_in(NOW).await.unwrap();
    let token = signed_in.refresh_token.unwrap();
    let claims = ClaimNames::default();
    let client = Client {
        issuer: &setting.provider.url,
        id: CLIENT,
        secret: None,
        scopes: &[],
        claims: &claims,
        redirect_uri: REDIRECT,
    };
    let refresh = |subject: &'static str| {
        let (openid, token) = (&setting.openid, &token);
        async move {
            openid
                .refresh(&web(), client, (token, subject), NOW + 60)
                .await
                .map(|again| again.identity.groups)
        }
    };
    setting.with(|world| {
        world.nonce = None;
        world.claims["groups"] = json!(["new"]);
    });
    assert_eq!(refresh("248289761001").await, Ok(vec!["new".to_owned()]));
    assert_eq!(refresh("another").await, Err(OidcError::Mismatch("another subject")));
    let body = setting
        .provider
        .asked
        .lock()
        .unwrap()
        .iter()
        .rfind(|asked| asked.line.contains("/token"))
        .unwrap()
        .body
        .clone();
    assert_eq!(body, "grant_type=refresh_token&refresh_token=r1&client_id=regent%3A1");
    // Without an ID token the provider is asked, and what it says is about them or not taken.
    setting.with(|world| {
        world.tokens = Some(Answer::json(&json!({"access_token": "a", "token_type": "Bearer"})));
        world.userinfo = Answer::json(&json!({"sub": "248289761001", "groups": []}));
    });
    assert_eq!(refresh("248289761001").await, Ok(vec![]));
    assert_eq!(refresh("another").await, Err(OidcError::Mismatch("another subject")));
    setting.with(|world| {
        world.tokens =
            Some(Answer { status: 400, header: "x: y", body: br#"{"error":"invalid_grant"}"#.to_vec() });
    });
    assert_eq!(refresh("248289761001").await, Err(status(400, Some("invalid_grant"))));
}

#[tokio::test]
async fn signing_out_goes_to_the_provider_too() {
    let setting = Setting::new(|_| ()).await;
    let claims = ClaimNames::default();
    let client = Client {
        issuer: &setting.provider.url,
        id: CLIENT,
        secret: None,
        scopes: &[],
        claims: &claims,
        redirect_uri: REDIRECT,
    };
    let (after, token) =
        (Url::parse("https://regent.example.com/").unwrap(), Secret::new("x.y.z".to_owned()));
    let url =
        setting.openid.end_session_url(&web(), client, (Some(&token), &after), NOW).await.unwrap().unwrap();
    let expected = "/logout?client_id=regent%3A1&post_logout_redirect_uri=https%3A%2F%2Fregent.example.com%2F&id_token_hint=x.y.z";
    assert_eq!(&url[url::Position::BeforePath..], expected);
}

#[tokio::test]
async fn a_job_is_let_in_by_its_issuer_audience_and_claims() {
    let setting = Setting::new(|world| {
        world.claims["aud"] = json!(["regent"]);
        world.claims["sub"] = json!("repo:acme/site:ref:refs/heads/main");
        world.claims["ref_protected"] = json!("true");
        world.claims["kubernetes.io"] = json!({"namespace": "ci", "pod": {"uid": 7}});
    })
    .await;
    let matchers =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    let terms = |pairs: &[(&str, &str)]| regent_broker::JobToken {
        issuer: setting.provider.url.clone(),
        audience: "regent".to_owned(),
        jwks_url: None,
        matchers: matchers(pairs),
    };
    let job = |terms: regent_broker::JobToken| {
        let token = setting.with(|world| world.signer.token(&world.header, &world.claims));
        let openid = &setting.openid;
        async move {
            openid.job(&web(), (&token, &terms), NOW).await.map(|claims| claims.text("sub").unwrap().len())
        }
    };
    for (pairs, expected) in [
        (&[("sub", "repo:acme/site:ref:refs/heads/main")][..], Ok(34)),
        (&[("sub", "repo:acme/*:ref:refs/heads/main"), ("ref_protected", "true")], Ok(34)),
        (
            &[("sub", "repo:acme/s?te:*"), ("kubernetes.io.namespace", "ci"), ("kubernetes.io.pod.uid", "7")],
            Ok(34),
        ),
        (&[("kubernetes.io.namespace", "prod")], Err(Error::Matcher("kubernetes.io.namespace".to_owned()))),
        (&[("sub", "repo:acme/site")], Err(Error::Matcher("sub".to_owned()))),
        (&[("sub", "REPO:*")], Err(Error::Matcher("sub".to_owned()))),
        (&[("sub", "*"), ("missing", "*")], Err(Error::Matcher("missing".to_owned()))),
        (&[("kubernetes.io", "*")], Err(Error::Matcher("kubernetes.io".to_owned()))),
        (&[], Err(Error::Unbound)),
    ] {
        assert_eq!(job(terms(pairs)).await, expected, "{pairs:?}");
    }
    let sub = &[("sub", "repo:*")][..];
    let direct = Some(format!("{}/keys", setting.provider.url));
    assert_eq!(job(regent_broker::JobToken { jwks_url: direct, ..terms(sub) }).await, Ok(34));
    let other = regent_broker::JobToken { audience: "other".to_owned(), ..terms(sub) };
    assert_eq!(job(other).await, Err(Error::Token(TokenError::Audience)));
    let other = regent_broker::JobToken { issuer: "https://evil.example".to_owned(), ..terms(sub) };
    assert_eq!(job(other).await, Err(Error::Token(TokenError::Issuer)));
    setting.with(|world| world.claims["exp"] = Value::Null);
    assert_eq!(job(terms(sub)).await, Err(Error::Token(TokenError::Claim("exp"))));
    setting.with(|world| world.claims["exp"] = json!(NOW - 60));
    assert_eq!(job(terms(sub)).await, Err(Error::Token(TokenError::Expired)));
}
