use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use regent_wire::iam::StatusType;
use regent_wire::operation::Operation;
use regent_wire::secret::SecretAccessKey;
use regent_wire::sts::{AssumeRoleRequest, GetFederationTokenRequest, GetSessionTokenRequest, Tag};
use tokio::net::TcpListener;
use url::Url;

use super::rig::patient;
use super::{NOW, upstream_at};
use crate::Server;
use crate::clock::Clock;
use crate::config::{Config, Settings};
use crate::upstream::Upstream;
use crate::upstream::client::{Client, Route, Trust};
use crate::upstream::credentials::Credentials;
use crate::upstream::guard::Reach;
use crate::upstream::retry::Repeat;
use crate::upstream::transport::Transport;

pub(crate) const ACCOUNT: &str = "123456789012";
const CERTIFICATE: &str = include_str!("../../../tests/it/http/localhost.pem");

pub(crate) fn root() -> Credentials {
    let secret = SecretAccessKey::new("root-secret-root-secret-root-secret-root".to_owned());
    Credentials::long_term("AKIAROOTROOTROOTROOT".to_owned(), secret)
}

pub(crate) async fn server() -> (Arc<Server>, Clock) {
    let settings = Settings {
        ephemeral: Some(true),
        account_id: Some(ACCOUNT.to_owned()),
        root_access_key_id: Some(root().access_key_id),
        root_secret_access_key: Some(root().secret.reveal().clone()),
        max_staleness_secs: Some(u64::from(u32::MAX)),
        ..Settings::default()
    };
    let clock = Clock::manual(NOW.parse::<Timestamp>().unwrap());
    let config = Config::resolve(settings, Settings::default()).unwrap();
    (Server::start(config, clock.clone()).await.unwrap().server, clock)
}

pub(crate) fn within(server: &Arc<Server>, clock: &Clock) -> Upstream {
    let from = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let transport = Transport::InProcess { server: Arc::clone(server), from };
    let url = Url::parse("http://localhost/").unwrap();
    Upstream { transport, clock: clock.clone(), ..upstream_at(&url) }
}

/// Calls an operation that the broker itself has no use for, and expects it to be done.
pub(crate) async fn must<O: Operation>(
    upstream: &Upstream,
    credentials: &Credentials,
    input: O::Input,
) -> O::Output {
    let endpoint = if O::META.service.id == "IAM" { upstream.iam.as_ref().unwrap() } else { &upstream.sts };
    upstream.call::<O>(endpoint, credentials, &input, Repeat::Harmful).await.unwrap().value
}

/// The same calls go either way, and are the same.
async fn walk(upstream: &Upstream) {
    let root = root();
    let identity = upstream.get_caller_identity(&root).await.unwrap();
    assert_eq!(identity.value.arn, format!("arn:aws:iam::{ACCOUNT}:root"));
    assert!(identity.request_id.is_some());

    let key = upstream.create_access_key(&root, None).await.unwrap().value;
    let listed = upstream.list_access_keys(&key, None).await.unwrap().value;
    assert_eq!(listed.iter().filter(|key| key.is_active).count(), 2, "{listed:?}");
    upstream.update_access_key(&root, None, &key.access_key_id, StatusType::Inactive).await.unwrap();
    let refused = upstream.get_caller_identity(&key).await.unwrap_err();
    assert_eq!(refused.refusal().unwrap().code, "InvalidClientTokenId");
    upstream.delete_access_key(&root, None, &key.access_key_id).await.unwrap();
    let gone = upstream.delete_access_key(&root, None, &key.access_key_id).await.unwrap_err();
    assert_eq!(gone.refusal().unwrap().code, "NoSuchEntity");

    let ana = GetFederationTokenRequest {
        name: "ana".to_owned(),
        duration_seconds: Some(900),
        tags: Some(vec![Tag { key: "team".to_owned(), value: "blue = green/é".to_owned() }]),
        ..GetFederationTokenRequest::default()
    };
    let session = upstream.get_federation_token(&root, &ana).await.unwrap().value;
    assert_eq!(session.arn, Some(format!("arn:aws:sts::{ACCOUNT}:federated-user/ana")));
    assert_eq!(session.id, Some(format!("{ACCOUNT}:ana")));
    assert_eq!(session.credentials.seconds_left(NOW.parse().unwrap()), Some(900));
    assert_eq!(session.credentials.expires_at, Some(session.expires_at));
    assert!(session.packed_policy_percent.is_some_and(|percent| percent > 0), "{session:?}");
    let identity = upstream.get_caller_identity(&session.credentials).await.unwrap();
    assert_eq!(Some(identity.value.arn), session.arn);
    let session = upstream.get_session_token(&root, &GetSessionTokenRequest::default()).await.unwrap().value;
    assert!(session.credentials.is_temporary() && session.arn.is_none());

    let denied = AssumeRoleRequest {
        role_arn: format!("arn:aws:iam::{ACCOUNT}:role/none"),
        role_session_name: "ana".to_owned(),
        ..AssumeRoleRequest::default()
    };
    let denied = upstream.assume_role(&session.credentials, &denied).await.unwrap_err();
    assert_eq!(denied.refusal().unwrap().code, "AccessDenied");
    let none = upstream.get_role_max_session_secs(&root, "none").await.unwrap_err();
    assert_eq!(none.refusal().unwrap().code, "NoSuchEntity");
}

#[tokio::test]
async fn regent_is_called_in_the_process_with_signature_decision_and_record() {
    let (server, clock) = server().await;
    let before = server.audit_records().len();
    walk(&within(&server, &clock)).await;
    let records = server.audit_records();
    assert_eq!(records.len() - before, 12, "a record a call");
    let denied = records.iter().rev().find(|record| record.contains("AssumeRole")).unwrap();
    assert!(denied.contains("AccessDenied") && denied.contains("127.0.0.1"), "{denied}");
}

#[tokio::test]
async fn regent_is_called_over_a_socket_and_over_tls() {
    for is_secure in [false, true] {
        let (server, clock) = server().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let running = if is_secure {
            tokio::spawn(tls_in_front(listener, Arc::clone(&server)))
        } else {
            let run = Arc::clone(&server).run(listener, async {
                let _ = stopped.await;
            });
            tokio::spawn(async { run.await.unwrap() })
        };
        let scheme = if is_secure { "https" } else { "http" };
        let url = Url::parse(&format!("{scheme}://localhost:{port}/")).unwrap();
        let trust = Trust::Authorities(CERTIFICATE.to_owned());
        let client = Client::new(&Route { reach: Reach::Loopback, trust, proxy: None }).unwrap();
        let mut upstream =
            Upstream { transport: Transport::Http(client), clock: clock.clone(), ..upstream_at(&url) };
        walk(&upstream).await;
        // Without the authority there is no connection, and no request.
        upstream.transport = patient();
        if is_secure {
            let error = upstream.get_caller_identity(&root()).await.unwrap_err().to_string();
            assert!(error.contains("is not who it should be: invalid peer certificate"), "{error}");
        }
        drop(stop);
        running.abort();
    }
}

/// The same server, behind the same TLS, on a listener of the test's own.
async fn tls_in_front(listener: TcpListener, server: Arc<Server>) {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/http");
    let tls = crate::http::tls::acceptor(&files.join("localhost.pem"), &files.join("localhost.key")).unwrap();
    let limits = crate::http::listener::Limits {
        connections: 8,
        header_patience: std::time::Duration::from_secs(5),
        header_bytes: 64 * 1024,
        drain: std::time::Duration::from_secs(1),
    };
    let answer = move |request, peer| Arc::clone(&server).serve(request, peer);
    crate::http::listener::run(listener, Some(tls), limits, answer, std::future::pending()).await;
}
