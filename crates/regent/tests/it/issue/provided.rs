//! The host's own credentials, handed on. Where they are stands in the environment, so each test runs itself again in
//! another one.

use std::sync::atomic::{AtomicU32, Ordering};

use regent::config::Settings;
use serde_json::{Value, json};

use crate::support::api::{Api, Reply};
use crate::support::stranger::{ACCOUNT, Stranger, action, identity};
use crate::support::{NOW, TestServer, again};

/// Where a container's credentials are.
const ENDPOINT: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
/// What tells the second run from the first: where this suite runs there may be an endpoint already.
const HOST: &str = "REGENT_TEST_HOST";
const KEYS: [&str; 4] =
    ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION"];

fn in_seconds(seconds: i64) -> String {
    (NOW.parse::<jiff::Timestamp>().unwrap() + jiff::SignedDuration::from_secs(seconds)).to_string()
}

/// A host whose credentials have 16 minutes left at first, and six hours from the third time on.
async fn host() -> Stranger {
    host_that_becomes("role/host").await
}

/// The same, whose credentials are somebody else's from the second time on that whose they are is asked.
async fn host_that_becomes(principal: &'static str) -> Stranger {
    let asked = AtomicU32::new(0);
    let told = AtomicU32::new(0);
    Stranger::new(move |body| {
        let credentials = action(&body).is_empty();
        let number = if credentials { asked.fetch_add(1, Ordering::SeqCst) + 1 } else { 0 };
        let is_first = !credentials && told.fetch_add(1, Ordering::SeqCst) == 0;
        async move {
            if !credentials {
                return identity(if is_first { "role/host" } else { principal });
            }
            let end = in_seconds(if number < 3 { 960 } else { 6 * 3600 });
            let given = json!({
                "AccessKeyId": format!("ASIAHOST{number}"), "SecretAccessKey": "host-secret", "Token": "host-token",
                "Expiration": end,
            });
            (200, given.to_string())
        }
    })
    .await
}

/// Runs a test of this file again, on this host and with these variables.
async fn on(host: &Stranger, test: &str, variables: &[(&str, &str)]) {
    let mut command = tokio::process::Command::new(again::binary());
    for key in KEYS {
        command.env_remove(key);
    }
    command.env(ENDPOINT, host.url()).env(HOST, host.url()).envs(variables.iter().copied());
    again::passes(command, &format!("issue::provided::{test}")).await;
}

/// A build that may use the credentials of the host at this address.
async fn build(host: &str) -> Api {
    let server = TestServer::with(Settings { ambient_credentials: Some(true), ..Settings::default() }).await;
    let admin = server.administrator().await;
    let upstream =
        json!({ "name": "far", "kind": "custom", "sts_url": host, "tls": "insecure_loopback_only" });
    let upstream = admin.made("/upstreams", upstream).await;
    let account = json!({ "name": "host", "kind": "ambient", "upstream_id": upstream.id() });
    let account = admin.made("/accounts", account).await;
    let ci = admin.made("/system-callers", json!({ "name": "ci" })).await;
    let connector = json!({
        "name": "Host", "slug": "host", "account_id": account.id(), "principal_type": "provided", "scope": "system",
        "grants": [{ "subject": { "system_caller": ci.id() } }],
    });
    admin.made("/connectors", connector).await;
    server.bearer(ci.body["token"].as_str().unwrap())
}

async fn draw(build: &Api, wish: Value) -> Reply {
    let given = build.post("/connectors/host/credentials", wish).await;
    assert_eq!(given.status, 200, "{}", given.text);
    given
}

#[tokio::test]
async fn what_is_handed_on_is_as_fresh_as_the_host_has_it() {
    let Some(url) = again::variable(HOST) else {
        let host = host().await;
        return on(&host, "what_is_handed_on_is_as_fresh_as_the_host_has_it", &[]).await;
    };
    let build = build(&url).await;
    let mut given = Vec::new();
    for _ in 0..4 {
        let reply = draw(&build, json!({})).await;
        assert_eq!(reply.body["arn"], format!("arn:aws:iam::{ACCOUNT}:role/host"));
        assert_eq!(reply.body["secret_access_key"], "host-secret");
        let text = |name: &str| reply.body[name].as_str().unwrap().to_owned();
        given.push((text("access_key_id"), text("expiration")));
    }
    // Once it is known whose they are, they are another account's and asked for again; then they are about to end.
    let expected = [("ASIAHOST1", 960), ("ASIAHOST2", 960), ("ASIAHOST3", 21_600), ("ASIAHOST3", 21_600)];
    let expected = expected.map(|(key, seconds)| (key.to_owned(), in_seconds(seconds)));
    assert_eq!(given, expected);
}

#[tokio::test]
async fn a_host_with_other_credentials_is_asked_again_whose_they_are() {
    let Some(url) = again::variable(HOST) else {
        let host = host_that_becomes("root").await;
        return on(&host, "a_host_with_other_credentials_is_asked_again_whose_they_are", &[]).await;
    };
    let build = build(&url).await;
    let first = draw(&build, json!({})).await;
    assert_eq!(first.body["arn"], format!("arn:aws:iam::{ACCOUNT}:role/host"));
    for _ in 0..2 {
        let refused = build.post("/connectors/host/credentials", json!({})).await;
        assert_eq!(refused.shape(), "403 root_not_confirmed", "{}", refused.text);
    }
}

#[tokio::test]
async fn what_does_not_tell_its_end_is_given_for_the_shortest_time() {
    let Some(url) = again::variable(HOST) else {
        let host = host().await;
        let keys = [
            ("AWS_ACCESS_KEY_ID", "ASIAENVIRONMENT"),
            ("AWS_SECRET_ACCESS_KEY", "environment-secret"),
            ("AWS_SESSION_TOKEN", "environment-token"),
        ];
        return on(&host, "what_does_not_tell_its_end_is_given_for_the_shortest_time", &keys).await;
    };
    let build = build(&url).await;
    let given = draw(&build, json!({ "duration_seconds": 43_200 })).await;
    assert_eq!(given.body["access_key_id"], "ASIAENVIRONMENT");
    assert_eq!(given.body["expiration"], in_seconds(900));
    assert_eq!(given.body["warnings"][0]["code"], "base_endless", "{}", given.text);
}
