mod claims;
mod discovery;
mod jobs;
mod signatures;

use std::collections::BTreeMap;
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
static CLAIMS: LazyLock<ClaimNames> = LazyLock::new(ClaimNames::default);
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

    /// A public client that asks for nothing special.
    fn client(&self) -> Client<'_> {
        Client {
            issuer: &self.provider.url,
            id: CLIENT,
            secret: None,
            scopes: &[],
            claims: &CLAIMS,
            redirect_uri: REDIRECT,
        }
    }

    /// The whole way: to the provider, back, and the code for tokens.
    async fn sign_in(&self, now: i64) -> Result<SignedIn, OidcError> {
        let (secret, id) = self.with(|world| (world.secret.clone(), world.client));
        let scopes = ["openid".to_owned(), "groups".to_owned()];
        let client = Client { id, secret: secret.as_ref(), scopes: &scopes, ..self.client() };
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
        attributes: BTreeMap::new(),
        is_multi_factor: false,
        authenticated_at: None,
    };
    assert_eq!(identity, expected);
}

#[tokio::test]
async fn the_browser_is_sent_with_all_that_binds_the_answer() {
    let setting = Setting::new(|_| ()).await;
    let client = setting.client();
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
        ("max_age", "2592000"),
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
async fn signing_out_goes_to_the_provider_too() {
    let setting = Setting::new(|_| ()).await;
    let client = setting.client();
    let (after, token) =
        (Url::parse("https://regent.example.com/").unwrap(), Secret::new("x.y.z".to_owned()));
    let url =
        setting.openid.end_session_url(&web(), client, (Some(&token), &after), NOW).await.unwrap().unwrap();
    let expected = "/logout?client_id=regent%3A1&post_logout_redirect_uri=https%3A%2F%2Fregent.example.com%2F&id_token_hint=x.y.z";
    assert_eq!(&url[url::Position::BeforePath..], expected);
}
