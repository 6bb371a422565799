//! The listener against clients that are slow, rude or broken, over a real socket.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use regent::clock::Clock;
use regent::config::Settings;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::support::TestServer;

pub(crate) mod wire;

use wire::{Live, Wire, identity, signed};

const NO_SIGNATURE: &str = "403 MissingAuthenticationToken: Request is missing Authentication Token";
const TOO_LARGE: &str = "413 RequestEntityTooLarge: The request body must not exceed 1048576 bytes.";
const HEAD: &str =
    "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\n";
/// The patience of every server here, unless a test says otherwise.
const PATIENCE: Duration = Duration::from_secs(1);
/// Far beyond it, for a machine that is busy with other tests: who is still waited for has no limit.
const TOO_LONG: Duration = Duration::from_secs(15);

#[tokio::test]
async fn what_is_not_http_never_becomes_a_request() {
    let live = Live::new().await;
    let mut records = live.server.records().len();
    let many = (0..101).fold(String::new(), |head, n| head + &format!("x-{n}: 1\r\n"));
    let huge = format!("x-huge: {}\r\n", "a".repeat(80_000));
    let long = format!("GET /?{} HTTP/1.1\r\nhost: localhost\r\n\r\n", "a".repeat(80_000));
    let wrong = |lines: &str| format!("{HEAD}{lines}\r\n");
    for (name, bytes, status) in [
        ("noise", "\0\u{1}\u{2}\u{3}\r\n\r\n".to_owned(), Some(400)),
        ("no version", "GET /\r\n\r\n".to_owned(), Some(400)),
        ("another version", "GET / HTTP/3.0\r\nhost: localhost\r\n\r\n".to_owned(), Some(400)),
        (
            "a handshake of TLS",
            "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{7c}\u{3}\u{3}\r\n\r\n\r\n\r\n\r\n".to_owned(),
            Some(400),
        ),
        ("a blank before a colon", wrong("content-length : 3\r\n"), Some(400)),
        ("a folded header", wrong("x-a: b\r\n c\r\n"), Some(400)),
        ("a zero in a header", wrong("x-a: b\0c\r\n"), Some(400)),
        ("two lengths", wrong("content-length: 3\r\ncontent-length: 4\r\n"), Some(400)),
        ("a negative length", wrong("content-length: -3\r\n"), Some(400)),
        ("a length beyond numbers", wrong("content-length: 99999999999999999999999\r\n"), Some(400)),
        ("an encoding that does not end in chunks", wrong("transfer-encoding: chunked, gzip\r\n"), Some(400)),
        ("101 headers", wrong(&many), Some(431)),
        ("a huge header", wrong(&huge), Some(431)),
        ("a huge target", long, Some(431)),
    ] {
        let reply = live.say(bytes).await;
        assert_eq!(reply.as_ref().map(|reply| reply.status), status, "{name}: {reply:?}");
        live.answers_after(&mut records, 0).await;
    }
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_before_it_is_read() {
    let live = Live::new().await;
    let mut records = live.server.records().len();
    // Only the head is sent: the answer does not wait for the rest.
    let reply = live.say(format!("{HEAD}content-length: 10485760\r\n\r\n")).await.unwrap();
    assert_eq!(reply.shape(), TOO_LARGE);
    live.answers_after(&mut records, 1).await;
    let reply =
        live.say(format!("{HEAD}expect: 100-continue\r\ncontent-length: 10485760\r\n\r\n")).await.unwrap();
    assert_eq!(reply.shape(), TOO_LARGE);
    live.answers_after(&mut records, 1).await;
    let mut wire = live.connect().await;
    wire.say(format!("{HEAD}transfer-encoding: chunked\r\n\r\n")).await;
    let chunk = format!("10000\r\n{}\r\n", "a".repeat(0x1_0000));
    for _ in 0..17 {
        wire.say(&chunk).await;
    }
    assert_eq!(wire.reply().await.unwrap().shape(), TOO_LARGE);
    live.answers_after(&mut records, 1).await;
    assert_eq!(live.server.records()[records - 2]["errorCode"], "RequestEntityTooLarge");
}

#[tokio::test]
async fn a_body_that_does_not_come_whole_is_an_error_and_a_record() {
    let live = Live::new().await;
    let mut records = live.server.records().len();
    let incomplete = "400 IncompleteBody: You did not provide the number of bytes specified by the Content-Length HTTP header.";
    for body in [
        "content-length: 100\r\n\r\nAction=",
        "transfer-encoding: chunked\r\n\r\n5\r\nActi",
        "transfer-encoding: chunked\r\n\r\nzz\r\nAction",
    ] {
        let mut wire = live.connect().await;
        wire.say(format!("{HEAD}{body}")).await;
        wire.hush().await;
        if let Some(reply) = wire.reply().await {
            assert_eq!(reply.shape(), incomplete, "{body}");
        }
        live.answers_after(&mut records, 1).await;
        assert_eq!(live.server.records()[records - 2]["errorCode"], "IncompleteBody", "{body}");
    }
}

#[tokio::test]
async fn a_client_that_dawdles_is_not_waited_for() {
    let live = Live::new().await;
    let mut records = live.server.records().len();
    // It says nothing, or stops before it has said enough.
    for bytes in ["", "P", "PRI * HTTP/2.0\r\n", "POST / HTTP/1.1\r\n", HEAD] {
        let begun = Instant::now();
        let mut wire = live.connect().await;
        wire.say(bytes).await;
        assert!(wire.is_hung_up().await, "{bytes:?}");
        assert!((PATIENCE..TOO_LONG).contains(&begun.elapsed()), "{bytes:?}: {:?}", begun.elapsed());
        live.answers_after(&mut records, 0).await;
    }
    // It says something again and again, and never enough.
    let begun = Instant::now();
    let mut wire = live.connect().await;
    wire.say("POST / HTTP/1.1\r\n").await;
    while begun.elapsed() < TOO_LONG && wire.say("x-a: b\r\n").await {
        tokio::time::sleep(PATIENCE / 5).await;
    }
    assert!(wire.is_hung_up().await);
    assert!(begun.elapsed() < TOO_LONG, "{:?}", begun.elapsed());
    live.answers_after(&mut records, 0).await;
    // Its head is there, its body is not.
    let mut wire = live.connect().await;
    wire.say(format!("{HEAD}content-length: 100\r\n\r\nAction=")).await;
    let reply = wire.reply().await.unwrap();
    assert_eq!(
        reply.shape(),
        "400 RequestTimeout: Your socket connection to the server was not read from or written to within the timeout period."
    );
    live.answers_after(&mut records, 1).await;
}

#[tokio::test]
async fn an_answer_that_nobody_takes_does_not_keep_its_connection() {
    let live = Live::with(Settings { connection_limit: Some(1), ..Settings::default() }).await;
    let mut wire = live.connect().await;
    // Until both sides' buffers are full of what nobody reads.
    let request =
        "GET /?Action=GetCallerIdentity&Version=2011-06-15 HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(100);
    let writing = async { while wire.say(&request).await {} };
    tokio::time::timeout(Duration::from_mins(1), writing).await.expect("a server that hangs up");
    let mut records = live.server.records().len();
    live.answers_after(&mut records, 0).await;
}

#[tokio::test]
async fn beyond_the_limit_connections_wait_for_their_turn() {
    // So patient that the first two are still there when the third has waited for its turn.
    let patience = Some(20);
    let limits =
        Settings { connection_limit: Some(2), client_patience_secs: patience, ..Settings::default() };
    let live = Live::with(limits).await;
    let request = identity(&live.server.root(), live.server.now().as_second());
    let (mut first, mut second, mut third) =
        (live.connect().await, live.connect().await, live.connect().await);
    for wire in [&mut first, &mut second] {
        wire.say(&request).await;
        assert_eq!(wire.reply().await.unwrap().status, 200);
    }
    third.say(&request).await;
    let early = tokio::time::timeout(PATIENCE / 4, third.reply()).await;
    assert!(early.is_err(), "{early:?}");
    drop(first);
    assert_eq!(third.reply().await.unwrap().status, 200);
}

#[tokio::test]
async fn requests_sent_at_once_are_answered_in_order() {
    let live = Live::new().await;
    let mut records = live.server.records().len();
    let mut wire = live.connect().await;
    let (root, now) = (live.server.root(), live.server.now().as_second());
    let users = signed(&root, "iam", "Action=ListUsers&Version=2010-05-08", now);
    wire.say([identity(&root, now), users, identity(&root, now)].concat()).await;
    for element in ["GetCallerIdentityResult", "ListUsersResult", "GetCallerIdentityResult"] {
        let reply = wire.reply().await.unwrap();
        assert!(reply.body.contains(element), "{reply:?}");
    }
    live.answers_after(&mut records, 3).await;
}

#[tokio::test]
async fn old_and_odd_spellings_of_http_are_understood() {
    let live = Live::new().await;
    let mut records = live.server.records().len();
    let query = "Action=GetCallerIdentity&Version=2011-06-15";
    for (name, bytes, shape) in [
        ("HTTP/1.0", format!("GET /?{query} HTTP/1.0\r\n\r\n"), NO_SIGNATURE),
        (
            "an absolute target",
            format!("GET http://localhost/?{query} HTTP/1.1\r\nhost: localhost\r\n\r\n"),
            NO_SIGNATURE,
        ),
        (
            "an absolute target elsewhere",
            format!("GET http://elsewhere/?{query} HTTP/1.1\r\nhost: localhost\r\n\r\n"),
            "400 IncompleteSignature: the Host header and the target name different hosts",
        ),
        (
            "two hosts",
            format!("GET /?{query} HTTP/1.1\r\nhost: localhost\r\nhost: localhost\r\n\r\n"),
            "400 IncompleteSignature: there is more than one Host header",
        ),
        ("no host", format!("GET /?{query} HTTP/1.1\r\n\r\n"), NO_SIGNATURE),
        ("bare line feeds", format!("GET /?{query} HTTP/1.1\nhost: localhost\n\n"), NO_SIGNATURE),
        ("an asterisk", "OPTIONS * HTTP/1.1\r\nhost: localhost\r\n\r\n".to_owned(), "404"),
        ("a tunnel", "CONNECT localhost:443 HTTP/1.1\r\nhost: localhost:443\r\n\r\n".to_owned(), "404"),
    ] {
        let reply = live.say(bytes).await.unwrap();
        assert_eq!(reply.shape(), shape, "{name}: {reply:?}");
        assert!(reply.header("x-amzn-requestid").is_some(), "{name}: {reply:?}");
        live.answers_after(&mut records, 1).await;
    }
}

#[tokio::test]
async fn whoever_has_the_wrong_time_is_told_the_right_one() {
    let live = Live::new().await;
    let reply = live.say(identity(&live.server.root(), live.server.now().as_second() - 7200)).await.unwrap();
    assert!(reply.shape().starts_with("403 SignatureDoesNotMatch: Signature expired: "), "{reply:?}");
    let date = reply.header("date").unwrap();
    let date = jiff::fmt::rfc2822::parse(date).unwrap().timestamp();
    assert!((Clock::System.now().as_second() - date.as_second()).abs() < 60, "{date}");
}

#[tokio::test]
async fn who_stops_the_server_waits_for_answers_in_flight() {
    let mut live = Live::with(Settings { client_patience_secs: Some(20), ..Settings::default() }).await;
    let request = identity(&live.server.root(), live.server.now().as_second());
    let text = String::from_utf8(request.clone()).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut idle = live.connect().await;
    idle.say(&request).await;
    assert_eq!(idle.reply().await.unwrap().status, 200);
    let mut wire = live.connect().await;
    // Who is told to go on has a request in flight.
    wire.say(format!("{head}\r\nexpect: 100-continue\r\n\r\n")).await;
    assert_eq!(wire.reply().await.unwrap().status, 100);
    live.stop();
    assert!(idle.is_hung_up().await);
    assert!(TcpStream::connect(live.address).await.is_err(), "somebody still listens");
    wire.say(body).await;
    assert_eq!(wire.reply().await.unwrap().status, 200);
    let records = live.server.records().len();
    live.stopped().await;
    assert!(records >= 2);
}

#[tokio::test]
async fn http_2_needs_no_introduction() {
    let live = Live::new().await;
    let stream = TcpStream::connect(live.address).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    let connection = tokio::spawn(connection);
    let mut request = live.server.root().sign("sts", "Action=GetCallerIdentity&Version=2011-06-15");
    // The target's authority stands in for the header.
    request.headers_mut().remove("host");
    let (parts, body) = request.into_parts();
    for _ in 0..3 {
        let request = http::Request::from_parts(parts.clone(), Full::new(body.clone()));
        let response = sender.send_request(request).await.unwrap();
        assert_eq!((response.status().as_u16(), response.version()), (200, http::Version::HTTP_2));
        let body: Bytes = response.into_body().collect().await.unwrap().to_bytes();
        assert!(String::from_utf8_lossy(&body).contains("GetCallerIdentityResult"));
    }
    drop(sender);
    connection.await.unwrap().unwrap();
}

#[tokio::test]
async fn behind_tls_nothing_is_said_in_the_open() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/http");
    let (certificate, key) = (format!("{folder}/localhost.pem"), format!("{folder}/localhost.key"));
    let live = Live::with(Settings {
        tls_cert: Some(certificate.clone().into()),
        tls_key: Some(key.into()),
        ..Settings::default()
    });
    let live = live.await;
    let request = identity(&live.server.root(), live.server.now().as_second());
    // Plain HTTP is no handshake.
    let mut plain = live.connect().await;
    plain.say(&request).await;
    let reply = plain.reply().await;
    assert!(reply.is_none(), "{reply:?}");
    // Nor is silence.
    let begun = Instant::now();
    assert!(live.connect().await.is_hung_up().await);
    assert!((PATIENCE..TOO_LONG).contains(&begun.elapsed()), "{:?}", begun.elapsed());

    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    let name = ServerName::try_from("localhost").unwrap();
    let connect = async || {
        let stream = TcpStream::connect(live.address).await.unwrap();
        Wire::new(connector.connect(name.clone(), stream).await.unwrap())
    };
    let mut wire = connect().await;
    wire.say(&request).await;
    assert_eq!(wire.reply().await.unwrap().status, 200);
    // A client that shook hands and then says nothing is not waited for either.
    let begun = Instant::now();
    assert!(connect().await.is_hung_up().await);
    assert!(begun.elapsed() < TOO_LONG, "{:?}", begun.elapsed());
    let record = live.server.last_record();
    assert_eq!(record["secureTransport"], true, "{record}");
}

#[tokio::test]
async fn who_hangs_up_before_the_answer_leaves_a_record() {
    let live = Live::new().await;
    let server: &TestServer = &live.server;
    let before = server.records().len();
    let mut wire = live.connect().await;
    wire.say(format!("{HEAD}content-length: 100\r\n\r\nAction=")).await;
    drop(wire);
    let begun = Instant::now();
    while server.records().len() == before && begun.elapsed() < TOO_LONG {
        tokio::time::sleep(PATIENCE / 20).await;
    }
    let code = server.last_record()["errorCode"].clone();
    assert!(code == "RequestAbandoned" || code == "IncompleteBody", "{code}");
    assert_eq!(server.records().len(), before + 1);
}
