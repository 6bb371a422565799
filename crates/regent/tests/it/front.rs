//! What stands between a browser and the server: TLS, HTTP/2, proxies. Who asks and where they think they are.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use http::request::Builder;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http2::SendRequest;
use hyper_util::rt::{TokioExecutor, TokioIo};
use regent::config::Settings;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::http::wire::Live;
use crate::support::api::{Api, PASSWORD};
use crate::support::{ACCOUNT, TestServer, trusting};

/// Where the proxy of these tests stands.
const PROXY: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 10)), 40_000);

/// A client of HTTP/2 over TLS, as browsers are.
async fn http_2(live: &Live, certificate: &str) -> SendRequest<Full<Bytes>> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let stream = TcpStream::connect(live.address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    let (sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

async fn read(response: http::Response<hyper::body::Incoming>) -> (u16, http::HeaderMap, Value) {
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (parts.status.as_u16(), parts.headers, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

fn sign_in() -> Bytes {
    Bytes::from(json!({ "name": "root-admin", "password": PASSWORD }).to_string())
}

#[tokio::test]
async fn over_tls_and_http_2_a_browser_signs_in_and_writes() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/http");
    let (certificate, key) = (format!("{folder}/localhost.pem"), format!("{folder}/localhost.key"));
    let settings = Settings {
        tls_cert: Some(certificate.clone().into()),
        tls_key: Some(key.into()),
        ..Settings::default()
    };
    let live = Live::with(settings).await;
    live.server.administrator().await;
    let mut browser = http_2(&live, &certificate).await;
    let here = format!("https://localhost:{}", live.address.port());
    // No `Host`: the target says it.
    let post = |path: &str, origin: &str| {
        Request::post(format!("{here}/api/v1{path}"))
            .header("origin", origin)
            .header("content-type", "application/json")
    };
    let foreign = post("/auth/sign-in", "https://localhost").body(Full::new(sign_in())).unwrap();
    let (status, _, body) = read(browser.send_request(foreign).await.unwrap()).await;
    assert_eq!((status, &body["code"]), (403, &json!("csrf")), "another port is another origin");
    let request = post("/auth/sign-in", &here).body(Full::new(sign_in())).unwrap();
    let (status, headers, me) = read(browser.send_request(request).await.unwrap()).await;
    assert_eq!(status, 200, "{me}");
    let cookie = headers["set-cookie"].to_str().unwrap().split(';').next().unwrap();
    let write = post("/groups", &here)
        .header("cookie", cookie)
        .header("x-regent-csrf", me["csrf"].as_str().unwrap())
        .body(Full::new(Bytes::from(json!({ "name": "dev" }).to_string())))
        .unwrap();
    let (status, _, made) = read(browser.send_request(write).await.unwrap()).await;
    assert_eq!(status, 201, "{made}");
    let device = post("/auth/device", &here).body(Full::new(Bytes::from("{}"))).unwrap();
    let (_, _, begun) = read(browser.send_request(device).await.unwrap()).await;
    assert_eq!(begun["verification_uri"], format!("{here}/console/device"));
}

#[tokio::test]
async fn a_shared_link_leads_to_a_page_that_asks_and_issues_nothing() {
    let (server, admin) = narrowed().await;
    let before = admin.get("/audit?limit=1").await.body["items"][0]["seq"].clone();
    let link = "/go/reader?dest=https%3A%2F%2Fevil.example%2F";
    for cookie in [admin.cookie.as_deref().unwrap(), "other=1"] {
        let request = Request::get(link).header("host", "localhost").header("cookie", cookie);
        let answer = server.server.answer(request.body(Bytes::new()).unwrap(), PROXY).await;
        assert_eq!(answer.status(), 303);
        let header = |name: &str| answer.headers()[name].to_str().unwrap();
        assert_eq!(header("location"), format!("/console{link}"));
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("cache-control"), "no-store");
        assert!(!answer.headers().contains_key("set-cookie"));
    }
    assert_eq!(admin.get("/sessions").await.body["items"], json!([]));
    assert_eq!(admin.get("/audit?limit=1").await.body["items"][0]["seq"], before);
}

/// Sends a request as a proxy at this address passes it on.
async fn through(server: &TestServer, from: SocketAddr, request: Request<Bytes>) -> (u16, Value) {
    let (parts, body) = server.server.answer(request, from).await.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (parts.status.as_u16(), serde_json::from_slice(&body).unwrap_or(Value::Null))
}

/// A browser at `https://regent.example`, and a proxy that tells the server this `Host`.
fn signing_in(host: &str) -> Builder {
    Request::post("/api/v1/auth/sign-in")
        .header("host", host)
        .header("origin", "https://regent.example")
        .header("content-type", "application/json")
}

#[tokio::test]
async fn behind_a_proxy_a_browser_is_at_the_address_that_it_calls() {
    let external =
        Settings { external_url: Some("https://regent.example".to_owned()), ..Settings::default() };
    let trusting = Settings { trusted_proxies: Some(vec!["192.0.2.10".to_owned()]), ..Settings::default() };
    let elsewhere = SocketAddr::from(([192, 0, 2, 11], 40_000));
    let https = ("x-forwarded-proto", "https");
    let own_page = ("sec-fetch-site", "same-origin");
    for (settings, from, host, header, status) in [
        (Settings::default(), PROXY, "regent.example", None, 403),
        (Settings::default(), PROXY, "regent.example", Some(https), 403),
        // The browser knows what it calls the server.
        (Settings::default(), PROXY, "regent:4599", Some(own_page), 200),
        (Settings::default(), PROXY, "regent.example", Some(("sec-fetch-site", "same-site")), 403),
        (external.clone(), PROXY, "regent:4599", None, 200),
        (external, PROXY, "regent:4599", Some(("sec-fetch-site", "cross-site")), 403),
        (trusting.clone(), PROXY, "regent.example", Some(https), 200),
        (trusting.clone(), PROXY, "regent.example:443", Some(https), 200),
        (trusting.clone(), PROXY, "regent:4599", Some(https), 403),
        (trusting, elsewhere, "regent.example", Some(https), 403),
    ] {
        let server = TestServer::with(settings).await;
        server.administrator().await;
        let mut request = signing_in(host);
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        let (found, body) = through(&server, from, request.body(sign_in()).unwrap()).await;
        assert_eq!(found, status, "{from} {host} {header:?}: {body}");
    }
}

#[tokio::test]
async fn the_address_that_was_said_at_the_start_counts_until_the_settings_say_another() {
    let settings =
        Settings { external_url: Some("https://regent.example".to_owned()), ..Settings::default() };
    let server = TestServer::with(settings).await;
    let admin = server.administrator().await;
    assert_eq!(admin.get("/status").await.body["aws_endpoint"], "https://regent.example");
    let shown = admin.get("/settings").await;
    assert_eq!(shown.body["external_url"], Value::Null);
    admin.put("/settings", json!({ "external_url": "https://other.example" }), &shown).await;
    assert_eq!(admin.get("/status").await.body["aws_endpoint"], "https://other.example");
    // Who is at the first address can still repair it.
    let request = signing_in("regent:4599").body(sign_in()).unwrap();
    assert_eq!(through(&server, PROXY, request).await.0, 200);
}

/// A server that believes the proxy, with a connector for the network `10.1.0.0/16`.
async fn narrowed() -> (TestServer, Api) {
    let trusted = vec!["192.0.2.0/28".to_owned()];
    let server = TestServer::with(Settings { trusted_proxies: Some(trusted), ..Settings::default() }).await;
    let root = server.root();
    let broker = server.user("broker").await;
    root.allow("broker", &crate::support::allowing("sts:AssumeRole sts:SetSourceIdentity")).await;
    let trust =
        trusting(ACCOUNT).replace("\"sts:AssumeRole\"", "\"sts:AssumeRole\",\"sts:SetSourceIdentity\"");
    root.make_role("reader", &trust).await;
    let admin = server.administrator().await;
    let account = json!({
        "name": "own", "kind": "access_key",
        "access_key_id": broker.key, "secret_access_key": broker.secret,
    });
    let account = admin.made("/accounts", account).await;
    let connector = json!({
        "name": "reader", "slug": "reader", "account_id": account.id(), "principal_type": "assume_role",
        "role_arn": format!("arn:aws:iam::{ACCOUNT}:role/reader"), "network": { "cidrs": ["10.1.0.0/16"] },
    });
    admin.made("/connectors", connector).await;
    (server, admin)
}

#[tokio::test]
async fn networks_and_records_are_about_whoever_stands_behind_the_proxy() {
    let (server, admin) = narrowed().await;
    let (mallory, inside) =
        (SocketAddr::from(([198, 51, 100, 1], 4000)), SocketAddr::from(([10, 1, 0, 9], 4000)));
    for (from, forwarded, status, ip) in [
        (PROXY, "10.1.2.3", 200, "10.1.2.3"),
        (PROXY, "198.51.100.1", 403, "198.51.100.1"),
        (PROXY, "10.1.2.3, 198.51.100.1", 403, "198.51.100.1"),
        (PROXY, "10.1.2.3, 192.0.2.11", 200, "10.1.2.3"),
        (PROXY, "10.1.2.3, unknown", 403, "0.0.0.0"),
        (mallory, "10.1.2.3", 403, "198.51.100.1"),
        (inside, "198.51.100.1", 200, "10.1.0.9"),
    ] {
        let request = Request::post("/api/v1/connectors/reader/credentials")
            .header("host", "localhost")
            .header("cookie", admin.cookie.as_deref().unwrap())
            .header("x-regent-csrf", admin.csrf.as_deref().unwrap())
            .header("content-type", "application/json")
            .header("x-forwarded-for", forwarded);
        let (found, body) = through(&server, from, request.body(Bytes::from("{}")).unwrap()).await;
        assert_eq!(found, status, "{from} {forwarded}: {body}");
        let events = admin.get("/audit?action=credentials.issue&limit=1").await;
        assert_eq!(events.body["items"][0]["client"]["ip"], ip, "{from} {forwarded}: {}", events.text);
    }
}

#[tokio::test]
async fn policies_and_the_trail_know_whoever_stands_behind_the_proxy() {
    let trusted = vec!["192.0.2.10".to_owned()];
    let server = TestServer::with(Settings { trusted_proxies: Some(trusted), ..Settings::default() }).await;
    let ana = server.user("ana").await;
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*",
        "Condition":{"IpAddress":{"aws:SourceIp":"10.1.0.0/16"},"Bool":{"aws:SecureTransport":"true"}}}}"#;
    server.root().allow("ana", policy).await;
    let elsewhere = SocketAddr::from(([192, 0, 2, 11], 40_000));
    for (from, forwarded, scheme, status, ip) in [
        (PROXY, "10.1.2.3", "https", 200, "10.1.2.3"),
        (PROXY, "10.1.2.3", "http", 403, "10.1.2.3"),
        (PROXY, "203.0.113.7", "https", 403, "203.0.113.7"),
        (elsewhere, "10.1.2.3", "https", 403, "192.0.2.11"),
    ] {
        let mut request = ana.sign("iam", "Action=ListUsers&Version=2010-05-08");
        request.headers_mut().insert("x-forwarded-for", forwarded.parse().unwrap());
        request.headers_mut().insert("x-forwarded-proto", scheme.parse().unwrap());
        assert_eq!(through(&server, from, request).await.0, status, "{from} {forwarded} {scheme}");
        let record = server.last_record();
        assert_eq!(record["sourceIPAddress"], ip, "{record}");
        assert_eq!(record["secureTransport"], from == PROXY && scheme == "https", "{record}");
    }
}
