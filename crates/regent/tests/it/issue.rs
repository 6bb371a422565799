//! Issuing, in process, against Regent's own STS.

use serde_json::{Value, json};

use crate::support::api::{Api, Reply};
use crate::support::{ACCOUNT, Client, TestServer};

mod browser;
mod changes;
mod ends;
mod learning;
mod order;
mod provided;
mod rotation;
mod unrecorded;

/// A server whose IAM has a key for the broker and a role that trusts it, and an administrator.
struct World {
    server: TestServer,
    admin: Api,
    account: String,
}

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]}}"#;
const ALL: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

impl World {
    async fn new() -> Self {
        let server = TestServer::new().await;
        let root = server.root();
        let broker = server.user("regent-broker").await;
        let put = [("UserName", "regent-broker"), ("PolicyName", "all"), ("PolicyDocument", ALL)];
        root.must("PutUserPolicy", &put).await;
        root.must("CreateRole", &[("RoleName", "reader"), ("AssumeRolePolicyDocument", TRUST)]).await;
        root.must("PutRolePolicy", &[("RoleName", "reader"), ("PolicyName", "all"), ("PolicyDocument", ALL)])
            .await;
        let admin = server.administrator().await;
        let account = json!({
            "name": "own", "kind": "access_key",
            "access_key_id": broker.key, "secret_access_key": broker.secret,
        });
        let account = admin.made("/accounts", account).await.id().to_owned();
        Self { server, admin, account }
    }

    async fn connector(&self, slug: &str, more: Value) -> Reply {
        let mut body = json!({
            "name": slug, "slug": slug, "account_id": self.account, "principal_type": "assume_role",
            "role_arn": format!("arn:aws:iam::{ACCOUNT}:role/reader"),
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.admin.made("/connectors", body).await
    }

    /// Whoever was given these credentials.
    fn given(&self, reply: &Reply) -> Client {
        let text =
            |name: &str| reply.body[name].as_str().unwrap_or_else(|| panic!("{}", reply.text)).to_owned();
        let (key, secret, token) = (text("access_key_id"), text("secret_access_key"), text("session_token"));
        self.server.client(&key, &secret, Some(&token))
    }
}

#[tokio::test]
async fn credentials_are_those_of_the_role_under_the_name_of_the_person() {
    let world = World::new().await;
    world.connector("reader", json!({})).await;
    let reply = world.admin.post("/connectors/reader/credentials", json!({})).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.headers["cache-control"], "no-store");
    assert_eq!(reply.body["arn"], format!("arn:aws:sts::{ACCOUNT}:assumed-role/reader/root-admin"));
    let who = world.given(&reply).sts("GetCallerIdentity", &[]).await;
    assert!(who.text("Arn").contains("assumed-role/reader/root-admin"));
}

#[tokio::test]
async fn a_wish_is_moved_into_what_is_possible_and_the_reason_told() {
    let world = World::new().await;
    world.connector("reader", json!({ "max_seconds": 7200 })).await;
    let asked =
        world.admin.post("/connectors/reader/credentials", json!({ "duration_seconds": 14_400 })).await;
    // The role allows an hour, which nobody knew until it was asked.
    assert_eq!(asked.body["warnings"][0]["code"], "duration_role_max", "{}", asked.text);
    let shown = world.admin.get("/connectors/reader").await;
    assert_eq!(shown.body["role_max_seconds"], 3600);
    assert_eq!(shown.body["health"]["status"], "ok");
    let strict = json!({ "duration_seconds": 14_400, "strict": true });
    let refused = world.admin.post("/connectors/reader/credentials", strict).await;
    assert_eq!(refused.shape(), "409 above_maximum");
    let short = json!({ "duration_seconds": 60, "strict": true });
    assert_eq!(world.admin.post("/connectors/reader/credentials", short).await.shape(), "409 below_minimum");
}

#[tokio::test]
async fn credentials_are_written_as_their_reader_wants_them() {
    let world = World::new().await;
    world.connector("reader", json!({ "region_hint": "eu-central-1" })).await;
    for (format, kind, holds) in [
        ("credential_process", "application/json", "\"Version\":1"),
        ("container", "application/json", "\"Token\":"),
        ("aws", "application/json", "\"AssumedRoleUser\":"),
        ("shell", "text/plain; charset=utf-8", "export AWS_ACCESS_KEY_ID="),
        ("fish", "text/plain; charset=utf-8", "set -gx AWS_REGION "),
        ("dotenv", "text/plain; charset=utf-8", "AWS_REGION="),
        ("ini", "text/plain; charset=utf-8", "[reader]"),
    ] {
        let reply = world.admin.post("/connectors/reader/credentials", json!({ "format": format })).await;
        assert_eq!(reply.status, 200, "{format}: {}", reply.text);
        assert_eq!(reply.headers["content-type"], kind, "{format}");
        assert!(
            reply.text.replace(": ", ":").contains(&holds.replace(": ", ":")),
            "{format}: {}",
            reply.text
        );
    }
    let unknown = world.admin.post("/connectors/reader/credentials", json!({ "format": "yaml" })).await;
    assert_eq!(unknown.shape(), "400 malformed_format");
    assert_eq!(world.admin.get("/connectors/reader/credentials").await.shape(), "405 method_not_allowed");
}

#[tokio::test]
async fn a_refusal_of_the_upstream_says_what_to_do() {
    let world = World::new().await;
    world.connector("nobody", json!({ "role_arn": "arn:aws:iam::123456789012:role/nobody" })).await;
    let refused = world.admin.post("/connectors/nobody/credentials", json!({})).await;
    assert_eq!(refused.shape(), "502 trust_denied");
    assert!(refused.body["fix"].is_string());
    assert_eq!(world.admin.get("/connectors/nobody").await.body["health"]["status"], "failing");
    let shown = world.admin.get("/accounts/own").await;
    let wrong = json!({ "secret_access_key": "wrong-secret-wrong-secret-wrong-secret-00" });
    world.admin.patch("/accounts/own", wrong, &shown).await;
    let refused = world.admin.post("/connectors/nobody/credentials", json!({})).await;
    assert_eq!(refused.shape(), "502 base_key_wrong");
}

#[tokio::test]
async fn a_disabled_connector_issues_nothing_at_once() {
    let world = World::new().await;
    world.connector("reader", json!({})).await;
    world.admin.made("/connectors/reader/disable", json!({ "reason": "leaked" })).await;
    let refused = world.admin.post("/connectors/reader/credentials", json!({})).await;
    assert_eq!(refused.shape(), "403 disabled");
    assert!(refused.text.contains("leaked"));
    world.admin.made("/connectors/reader/enable", json!({})).await;
    assert_eq!(world.admin.post("/connectors/reader/credentials", json!({})).await.status, 200);
}

#[tokio::test]
async fn an_address_that_two_people_have_stands_for_neither() {
    let world = World::new().await;
    world.connector("reader", json!({})).await;
    let identity = async || {
        let reply = world.admin.made("/connectors/reader/caller-identity", json!({})).await;
        reply.body["source_identity"].as_str().unwrap().to_owned()
    };
    let me = world.admin.get("/users/root-admin").await;
    assert_eq!(identity().await, me.id());
    let mine = world.admin.patch("/users/root-admin", json!({ "email": "ana@example.com" }), &me).await;
    assert_eq!(mine.status, 200, "{}", mine.text);
    assert_eq!(identity().await, "ana@example.com");
    let other = world.admin.made("/users", json!({ "name": "ben", "email": "Ana@Example.com" })).await;
    assert_eq!(identity().await, me.id());
    let drawn = world.admin.made("/connectors/reader/credentials", json!({})).await;
    let path = format!("/sessions/{}", drawn.body["session_id"].as_str().unwrap());
    assert_eq!(world.admin.get(&path).await.body["source_identity"], me.id());
    let moved = world.admin.patch("/users/ben", json!({ "email": "ben@example.com" }), &other).await;
    assert_eq!(identity().await, "ana@example.com");
    world.admin.patch("/users/ben", json!({ "email": "ana@example.com" }), &moved).await;
    assert_eq!(identity().await, me.id());
    assert_eq!(world.admin.delete("/users/ben").await.status, 204);
    assert_eq!(identity().await, "ana@example.com");
}

#[tokio::test]
async fn nobody_issues_without_end() {
    let world = World::new().await;
    world.connector("reader", json!({})).await;
    for _ in 0..30 {
        assert_eq!(world.admin.post("/connectors/reader/credentials", json!({})).await.status, 200);
    }
    let refused = world.admin.post("/connectors/reader/credentials", json!({})).await;
    assert_eq!(refused.shape(), "429 rate_limited");
    assert!(refused.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn tags_and_policies_narrow_the_session() {
    let world = World::new().await;
    let only_self =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:GetUser","Resource":"*"}}"#;
    let more = json!({
        "session_tags": { "person": { "template": "${user.name}", "transitive": true } },
        "inline_policy": only_self,
    });
    world.connector("narrow", more).await;
    let reply = world.admin.post("/connectors/narrow/credentials", json!({})).await;
    let given = world.given(&reply);
    assert_eq!(given.iam("GetUser", &[("UserName", "regent-broker")]).await.status, 200);
    assert_eq!(given.iam("ListUsers", &[]).await.status, 403);
    let extra =
        world.admin.post("/connectors/narrow/credentials", json!({ "extra_policy": only_self })).await;
    assert_eq!(extra.shape(), "422 extra_policy_not_possible");
}

/// A policy of one's own may narrow, and in no way widen.
#[tokio::test]
async fn what_a_connector_narrows_nobody_widens_with_a_policy_of_their_own() {
    let world = World::new().await;
    let read_only = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
    world.connector("plain", json!({})).await;
    world.connector("read-only", json!({ "policy_arns": [read_only] })).await;
    let federated = json!({ "principal_type": "federated_user", "role_arn": null, "omit_policy": true });
    world.connector("nothing", federated).await;
    world.connector("user", json!({ "principal_type": "iam_user_session", "role_arn": null })).await;
    for slug in ["read-only", "nothing", "user"] {
        let path = format!("/connectors/{slug}/credentials");
        let extra = world.admin.post(&path, json!({ "extra_policy": ALL })).await;
        assert_eq!(extra.shape(), "422 extra_policy_not_possible", "{slug}: {}", extra.text);
        assert_eq!(world.admin.post(&path, json!({})).await.status, 200, "{slug}");
    }
    let only_read =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*"}}"#;
    let reply = world.admin.post("/connectors/plain/credentials", json!({ "extra_policy": only_read })).await;
    let given = world.given(&reply);
    assert_eq!(given.iam("ListUsers", &[]).await.status, 200);
    assert_eq!(given.iam("ListRoles", &[]).await.status, 403);
}

#[tokio::test]
async fn what_stands_behind_a_hop_can_be_switched_off() {
    let world = World::new().await;
    let role = format!("arn:aws:iam::{ACCOUNT}:role/reader");
    let hop = json!({ "name": "hop", "kind": "hop", "hop": { "base": world.account, "role_arn": role } });
    let hop = world.admin.made("/accounts", hop).await;
    let more = json!({ "account_id": hop.id(), "max_seconds": 3600, "source_identity_template": null });
    world.connector("far", more).await;
    let reply = world.admin.post("/connectors/far/credentials", json!({})).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let path = format!("/accounts/{}", world.account);
    let behind = world.admin.get(&path).await;
    assert_eq!(world.admin.patch(&path, json!({ "disabled": true }), &behind).await.status, 200);
    let refused = world.admin.post("/connectors/far/credentials", json!({})).await;
    assert_eq!(refused.shape(), "403 disabled", "{}", refused.text);
}

#[tokio::test]
async fn the_key_of_a_root_user_wants_a_yes() {
    let world = World::new().await;
    let root = world.server.root();
    let terms = json!({
        "name": "root", "kind": "access_key", "access_key_id": root.key, "secret_access_key": root.secret,
    });
    let account = world.admin.made("/accounts", terms).await;
    let path = format!("/accounts/{}", account.id());
    let more = json!({ "account_id": account.id(), "principal_type": "iam_user_session", "role_arn": null });
    world.connector("all", more).await;
    let refused = world.admin.post("/connectors/all/credentials", json!({})).await;
    assert_eq!(refused.shape(), "403 root_not_confirmed", "{}", refused.text);
    let now = world.admin.get(&path).await;
    assert_eq!(world.admin.patch(&path, json!({ "root_confirmed": true }), &now).await.status, 200);
    assert_eq!(world.admin.post("/connectors/all/credentials", json!({})).await.status, 200);
}

#[tokio::test]
async fn an_account_is_whose_an_administrator_says() {
    let world = World::new().await;
    let path = format!("/accounts/{}", world.account);
    let test = async |confirmed: &str| {
        let body = json!({ "confirm_account": confirmed });
        world.admin.post(&format!("{path}/test"), body).await
    };
    let other = test("999988887777").await;
    assert_eq!((other.status, &other.body["ok"]), (200, &json!(false)), "{}", other.text);
    assert!(other.text.contains("account_changed"), "{}", other.text);
    assert_eq!(other.body["aws_account_id"], ACCOUNT);
    assert_eq!(world.admin.get(&path).await.body["aws_account_id"], Value::Null);
    assert_eq!(test("1234").await.shape(), "400 malformed_account");
    assert_eq!(test(ACCOUNT).await.body["ok"], true);
    assert_eq!(world.admin.get(&path).await.body["aws_account_id"], ACCOUNT);
}

#[tokio::test]
async fn what_a_build_is_given_ends_with_its_token() {
    let world = World::new().await;
    let ci = world.admin.made("/system-callers", json!({ "name": "ci" })).await;
    let grants = json!({ "scope": "both", "grants": [{ "subject": { "system_caller": ci.id() } }] });
    world.connector("reader", grants).await;
    let build = world.server.bearer(ci.body["token"].as_str().unwrap());
    let given = build.post("/connectors/reader/credentials", json!({})).await;
    assert_eq!(given.status, 200, "{}", given.text);
    let (begun, end) = (world.server.now().as_second(), ci.body["auth"]["expires_at"].as_str().unwrap());
    let end: jiff::Timestamp = end.parse().unwrap();
    world.server.advance(end.as_second() - begun - 1800);
    let given = build.post("/connectors/reader/credentials", json!({})).await;
    assert_eq!(given.body["expiration"], end.to_string(), "{}", given.text);
}

#[tokio::test]
async fn strangers_are_told_nothing_of_what_keeps_everybody_out() {
    let world = World::new().await;
    world.connector("strong", json!({ "require_mfa": "login" })).await;
    world.connector("off", json!({})).await;
    world.admin.made("/connectors/off/disable", json!({ "reason": "leaked" })).await;
    let ben = world.admin.made_person("ben").await;
    let stranger = ends::sign_in(&world, "ben").await;
    let listed = async |by: &Api| by.get("/me/connectors").await.body["items"].as_array().unwrap().len();
    assert_eq!(listed(&stranger).await, 0);
    for slug in ["strong", "off"] {
        let reply = stranger.post(&format!("/connectors/{slug}/credentials"), json!({})).await;
        assert_eq!(reply.shape(), "404 not_found", "{}", reply.text);
        let now = world.admin.get(&format!("/connectors/{slug}")).await;
        let grants = json!({ "grants": [{ "subject": { "user": ben.id() } }] });
        assert_eq!(world.admin.patch(&format!("/connectors/{slug}"), grants, &now).await.status, 200);
    }
    assert_eq!(listed(&stranger).await, 2);
    for (slug, shape) in [("strong", "403 mfa_required"), ("off", "403 disabled")] {
        let reply = stranger.post(&format!("/connectors/{slug}/credentials"), json!({})).await;
        assert_eq!(reply.shape(), shape, "{}", reply.text);
    }
}

#[tokio::test]
async fn a_role_that_trusts_the_broker_is_taken_in_the_process() {
    let world = World::new().await;
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"broker.regent.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;
    let root = world.server.root();
    root.must("CreateRole", &[("RoleName", "base"), ("AssumeRolePolicyDocument", trust)]).await;
    root.must("PutRolePolicy", &[("RoleName", "base"), ("PolicyName", "all"), ("PolicyDocument", ALL)]).await;
    let role = |name: &str| format!("arn:aws:iam::{ACCOUNT}:role/{name}");
    let account =
        |name: &str, arn: String| json!({ "name": name, "kind": "regent_role", "regent_role_arn": arn });
    let base = world.admin.made("/accounts", account("base", role("base"))).await.id().to_owned();
    world.connector("hopped", json!({ "account_id": base })).await;
    let long = json!({ "duration_seconds": 14_400 });
    let reply = world.admin.post("/connectors/hopped/credentials", long).await;
    assert_eq!(reply.body["warnings"][0]["code"], "duration_chained", "{}", reply.text);
    let who = world.given(&reply).sts("GetCallerIdentity", &[]).await;
    assert!(who.text("Arn").contains("assumed-role/reader/root-admin"));
    // One that does not trust it is not.
    let other = world.admin.made("/accounts", account("other", role("reader"))).await.id().to_owned();
    world.connector("stopped", json!({ "account_id": other })).await;
    let refused = world.admin.post("/connectors/stopped/credentials", json!({})).await;
    assert_eq!(refused.shape(), "502 base_unavailable");
}

#[tokio::test]
async fn the_intent_is_on_record_before_what_came_of_it() {
    let world = World::new().await;
    world.connector("reader", json!({})).await;
    world.connector("nobody", json!({ "role_arn": "arn:aws:iam::123456789012:role/nobody" })).await;
    world.connector("closed", json!({ "console": "only" })).await;
    for (slug, status, expected) in [
        ("reader", 200, ["credentials.intent ok", "credentials.issue ok"].as_slice()),
        ("nobody", 502, &["credentials.intent ok", "credentials.issue failed trust_denied"]),
        ("closed", 403, &["credentials.issue denied console_only"]),
    ] {
        let reply = world.admin.post(&format!("/connectors/{slug}/credentials"), json!({})).await;
        assert_eq!(reply.status, status, "{}", reply.text);
        let mut events = world.admin.get(&format!("/audit?connector={slug}&action=credentials.*")).await.body
            ["items"]
            .take();
        let events = events.as_array_mut().unwrap();
        events.sort_by_key(|event| event["seq"].as_u64());
        let told = events.iter().map(|event| {
            let word = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
            format!("{} {} {}", word("action"), word("result"), word("error_code")).trim_end().to_owned()
        });
        assert_eq!(told.collect::<Vec<_>>(), expected, "{slug}");
    }
}
