//! What a request costs inside the server, without a socket: CPU time of this thread, the best of many runs.
//!
//! `cargo bench -p regent --bench answer`; with `-- quick`, few runs for a profiler.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement, not the product")]

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use http_body_util::BodyExt as _;
use regent::Server;
use regent::clock::Clock;
use regent::config::{Config, Settings};
use regent_wire::secret::SecretAccessKey;
use regent_wire::sigv4::{Body, Signer};

const ID: &str = "AKIAROOTROOTROOTROOT";
const PEER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 40_000);
const SECRET: &str = "root-secret-root-secret-root-secret-root";

/// Runs, and calls in each.
fn amount() -> (usize, usize) {
    if std::env::args().any(|argument| argument == "quick") { (1, 500) } else { (40, 5_000) }
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    runtime.block_on(async {
        let settings = Settings {
            data: Some(folder.path().to_owned()),
            account_id: Some("123456789012".to_owned()),
            root_access_key_id: Some(ID.to_owned()),
            root_secret_access_key: Some(SECRET.to_owned()),
            ..Settings::default()
        };
        let config = Config::resolve(settings, Settings::default()).unwrap();
        let server = Server::start(config, Clock::System).await.unwrap().server;
        let root = Key { id: ID.to_owned(), secret: SecretAccessKey::new(SECRET.to_owned()) };
        let ana = prepare(&server, &root).await;
        let request = signed(&root, "sts", "Action=GetCallerIdentity&Version=2011-06-15");
        println!("an exchange takes {} bytes", std::mem::size_of_val(&server.answer(request, PEER)));
        for (service, form) in [
            ("sts", "Action=GetCallerIdentity&Version=2011-06-15"),
            ("sts", "Action=GetSessionToken&Version=2011-06-15&DurationSeconds=3600"),
            (
                "sts",
                "Action=AssumeRole&Version=2011-06-15&RoleSessionName=ana\
                 &RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fdeploy",
            ),
            ("iam", "Action=GetUser&Version=2010-05-08&UserName=ana"),
        ] {
            measure(&server, &ana, service, form).await;
        }
    });
}

struct Key {
    id: String,
    secret: SecretAccessKey,
}

/// A user who may see herself and assume a role; returns a key of hers.
async fn prepare(server: &Arc<Server>, root: &Key) -> Key {
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}}"#;
    let policy = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"iam:Get*","Resource":"arn:aws:iam::123456789012:user/${aws:username}"},
        {"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::123456789012:role/deploy"}]}"#;
    let mut last = String::new();
    for form in [
        "Action=CreateUser&UserName=ana".to_owned(),
        format!("Action=PutUserPolicy&UserName=ana&PolicyName=self&PolicyDocument={}", escape(policy)),
        format!("Action=CreateRole&RoleName=deploy&AssumeRolePolicyDocument={}", escape(trust)),
        "Action=CreateAccessKey&UserName=ana".to_owned(),
    ] {
        let request = signed(root, "iam", &format!("{form}&Version=2010-05-08"));
        let answer = server.answer(request, PEER).await;
        assert!(answer.status().is_success(), "{form}");
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        last = String::from_utf8(body.to_vec()).unwrap();
    }
    let text = |element: &str| {
        let (_, rest) = last.split_once(&format!("<{element}>")).unwrap();
        rest.split('<').next().unwrap().to_owned()
    };
    Key { id: text("AccessKeyId"), secret: SecretAccessKey::new(text("SecretAccessKey")) }
}

/// Percent-encodes everything but letters and digits.
fn escape(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").unwrap();
        }
        out
    })
}

async fn measure(server: &Arc<Server>, key: &Key, service: &str, form: &str) {
    let (runs, calls) = amount();
    let mut best = u64::MAX;
    for _ in 0..runs {
        // A request is taken apart while it is answered, so that each call needs one of its own.
        let requests = vec![signed(key, service, form); calls];
        let before = on_cpu();
        for request in requests {
            let answer = server.answer(request, PEER).await;
            assert!(answer.status().is_success());
        }
        best = best.min(on_cpu() - before);
    }
    println!("{:<60} {:>6} ns", form, best / calls as u64);
}

fn signed(key: &Key, service: &str, form: &str) -> Request<Bytes> {
    let request = Request::post("http://127.0.0.1:4599/")
        .header("host", "127.0.0.1:4599")
        .header("accept-encoding", "identity")
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        .header(
            "user-agent",
            "Boto3/1.43.11 md/Botocore#1.43.11 ua/2.1 os/linux lang/python#3.11.7 cfg/retry-mode#legacy",
        )
        .body(Bytes::from(form.to_owned()))
        .unwrap();
    let (mut parts, body) = request.into_parts();
    let now = Clock::System.now().as_second();
    Signer::new(&key.id, &key.secret, "us-east-1", service)
        .sign(&mut parts, Body::Bytes(&body), now)
        .unwrap();
    Request::from_parts(parts, body)
}

/// CPU time of this thread, in nanoseconds.
fn on_cpu() -> u64 {
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .parse()
        .unwrap()
}
