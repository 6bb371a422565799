//! What is learned while issuing: whose the base credentials are, what a role allows, and whose fault a refusal is.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::World;
use crate::support::ACCOUNT;
use crate::support::api::Api;
use crate::support::stranger::{self, Stranger, action, identity, parameter, refusal, session};

const NO_IAM: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:*","Resource":"*"}}"#;
const READER: &str = "/connectors/reader/credentials";

impl World {
    /// The broker's user may ask STS, and not IAM.
    async fn without_iam(&self) {
        let put = [("UserName", "regent-broker"), ("PolicyName", "all"), ("PolicyDocument", NO_IAM)];
        self.server.root().must("PutUserPolicy", &put).await;
    }

    async fn role_allows(&self, seconds: &str) {
        let update = [("RoleName", "reader"), ("MaxSessionDuration", seconds)];
        self.server.root().must("UpdateRole", &update).await;
    }

    /// An account of another server, and a connector to a role there.
    pub(super) async fn elsewhere(&self, stranger: &Stranger, more: Value) -> String {
        let upstream = self.admin.made("/upstreams", stranger.upstream()).await;
        let account = json!({
            "name": "far", "kind": "access_key", "upstream_id": upstream.id(),
            "access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        });
        let account = self.admin.made("/accounts", account).await.id().to_owned();
        let mut connector = json!({ "account_id": account, "role_arn": format!("arn:aws:iam::{}:role/far", stranger::ACCOUNT) });
        connector.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.connector("far", connector).await;
        account
    }

    async fn shown(&self, slug: &str) -> Value {
        self.admin.get(&format!("/connectors/{slug}")).await.body
    }
}

#[tokio::test]
async fn what_nobody_told_of_a_role_is_not_remembered_as_told() {
    let world = World::new().await;
    world.without_iam().await;
    world.connector("reader", json!({ "max_seconds": 43_200 })).await;
    for _ in 0..2 {
        let long = world.admin.post(READER, json!({ "duration_seconds": 7200 })).await;
        let text = "1 hour instead of 2 hours: the role refuses that length, and nobody says what it allows";
        assert_eq!(
            long.body["warnings"],
            json!([{ "code": "duration_role_max", "text": text }]),
            "{}",
            long.text
        );
        assert_eq!(world.shown("reader").await["role_max_seconds"], Value::Null);
    }
    let strict = world.admin.post(READER, json!({ "duration_seconds": 7200, "strict": true })).await;
    assert_eq!(strict.shape(), "409 above_maximum");
    assert!(strict.text.contains("the role allows no session of 2 hours"), "{}", strict.text);
    // One person's long wish has cut nobody else's.
    world.role_allows("43200").await;
    let longer = world.admin.post(READER, json!({ "duration_seconds": 43_200 })).await;
    let end = world.server.now() + jiff::SignedDuration::from_secs(43_200);
    assert_eq!((&longer.body["expiration"], &longer.body["warnings"]), (&json!(end.to_string()), &json!([])));
}

#[tokio::test]
async fn a_length_that_the_role_refuses_is_a_conflict_and_no_failure() {
    let world = World::new().await;
    world.connector("reader", json!({ "max_seconds": 7200 })).await;
    let strict = world.admin.post(READER, json!({ "duration_seconds": 7200, "strict": true })).await;
    assert_eq!(strict.shape(), "409 above_maximum", "{}", strict.text);
    let shown = world.shown("reader").await;
    assert_eq!(
        (&shown["role_max_seconds"], &shown["health"]),
        (&json!(3600), &json!({ "status": "untested" }))
    );
}

#[tokio::test]
async fn a_test_learns_anew_what_a_role_allows() {
    let world = World::new().await;
    world.connector("reader", json!({ "max_seconds": 7200 })).await;
    let long = || world.admin.post(READER, json!({ "duration_seconds": 7200 }));
    assert_eq!(long().await.body["warnings"][0]["code"], "duration_role_max");
    world.role_allows("5400").await;
    assert_eq!(world.shown("reader").await["role_max_seconds"], 3600);
    world.admin.made("/connectors/reader/test", json!({})).await;
    assert_eq!(world.shown("reader").await["role_max_seconds"], 5400);
    // Where it cannot be read any more, what was read once holds nobody up.
    world.role_allows("7200").await;
    world.without_iam().await;
    world.admin.made("/connectors/reader/test", json!({})).await;
    assert_eq!(world.shown("reader").await["role_max_seconds"], Value::Null);
    assert_eq!(long().await.body["warnings"], json!([]));
}

#[tokio::test]
async fn what_was_learned_of_a_role_is_not_kept_for_another() {
    let world = World::new().await;
    let admin: Arc<Mutex<Option<Api>>> = Arc::default();
    let editor = Arc::clone(&admin);
    let stranger = Stranger::new(move |body| {
        let editor = Arc::clone(&editor);
        async move {
            match action(&body) {
                "GetCallerIdentity" => identity("user/far"),
                "GetRole" => (200, "<GetRoleResponse><GetRoleResult><Role><Path>/</Path><RoleName>far</RoleName><RoleId>AROA</RoleId><Arn>arn:aws:iam::999988887777:role/far</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate><MaxSessionDuration>3600</MaxSessionDuration></Role></GetRoleResult></GetRoleResponse>".to_owned()),
                _ if parameter(&body, "DurationSeconds") == Some("7200") => {
                    // While it is asked, the connector becomes one for another role.
                    let editor = editor.lock().unwrap().take();
                    if let Some(editor) = editor {
                        let now = editor.get("/connectors/far").await;
                        let role = format!("arn:aws:iam::{}:role/other", stranger::ACCOUNT);
                        let changed = editor.patch("/connectors/far", json!({ "role_arn": role }), &now).await;
                        assert_eq!(changed.status, 200, "{}", changed.text);
                    }
                    refusal(400, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
                }
                _ => session("AssumeRole", "2026-11-21T13:00:00Z".parse().unwrap()),
            }
        }
    })
    .await;
    world.elsewhere(&stranger, json!({ "max_seconds": 7200 })).await;
    *admin.lock().unwrap() = Some(world.admin.clone());
    let long = json!({ "duration_seconds": 7200 });
    let given = world.admin.post("/connectors/far/credentials", long.clone()).await;
    assert_eq!(
        given.body["warnings"][0]["text"], "1 hour instead of 2 hours: this role allows 1 hour",
        "{}",
        given.text
    );
    assert_eq!(world.shown("far").await["role_max_seconds"], Value::Null);
    // Of the role that it is for now it is kept.
    assert_eq!(world.admin.post("/connectors/far/credentials", long).await.status, 200);
    assert_eq!(world.shown("far").await["role_max_seconds"], 3600);
}

#[tokio::test]
async fn whose_a_key_is_is_asked_once_and_before_anything_is_made_of_it() {
    let world = World::new().await;
    let stranger = Stranger::new(|body| async move {
        match action(&body) {
            "GetCallerIdentity" => identity("root"),
            operation => session(operation, "2026-11-21T13:00:00Z".parse().unwrap()),
        }
    })
    .await;
    let more = json!({ "principal_type": "federated_user", "role_arn": null, "omit_policy": true });
    let account = world.elsewhere(&stranger, more).await;
    let path = "/connectors/far/credentials";
    let ask = || world.admin.post(path, json!({ "duration_seconds": 43_200 }));
    let replies = tokio::join!(ask(), ask(), ask(), ask());
    for refused in [replies.0, replies.1, replies.2, replies.3] {
        assert_eq!(refused.shape(), "403 root_not_confirmed", "{}", refused.text);
    }
    assert_eq!((stranger.count("GetCallerIdentity"), stranger.count("GetFederationToken")), (1, 0));
    let account = format!("/accounts/{account}");
    let shown = world.admin.get(&account).await;
    assert_eq!(shown.body["principal_kind"], "root");
    assert_eq!(shown.body["aws_account_id"], stranger::ACCOUNT);
    // It is a refusal, on record as one.
    let events = world.admin.get("/audit?connector=far&action=credentials.issue").await;
    assert_eq!(events.body["items"][0]["result"], "denied", "{}", events.text);
    assert_eq!(world.shown("far").await["health"], json!({ "status": "untested" }));
    let confirmed = world.admin.patch(&account, json!({ "root_confirmed": true }), &shown).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.text);
    let given = ask().await;
    let codes: Vec<&str> = given.body["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|warning| warning["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["root_user", "root"], "{}", given.text);
    assert_eq!(stranger.count("GetCallerIdentity"), 1);
}

#[tokio::test]
async fn an_upstream_that_does_not_know_the_question_is_not_held_to_an_answer() {
    for (code, shape) in [("InvalidAction", "200"), ("AccessDenied", "502 upstream_refused")] {
        let world = World::new().await;
        let stranger = Stranger::new(move |body| async move {
            match action(&body) {
                "GetCallerIdentity" => refusal(400, code, "Not here."),
                operation => session(operation, "2026-11-21T13:00:00Z".parse().unwrap()),
            }
        })
        .await;
        world.elsewhere(&stranger, json!({ "console": "denied" })).await;
        let reply = world.admin.post("/connectors/far/credentials", json!({})).await;
        assert!(reply.shape().starts_with(shape), "{code}: {}", reply.text);
        assert_eq!(stranger.count("AssumeRole"), usize::from(shape == "200"));
        let test = world.admin.post("/connectors/far/test", json!({})).await;
        assert_eq!(test.body["ok"], shape == "200", "{}", test.text);
        assert_eq!(test.text.contains("identity_unknown"), shape == "200", "{}", test.text);
    }
}

#[tokio::test]
async fn a_one_time_password_is_not_sent_twice() {
    let world = World::new().await;
    let stranger = Stranger::new(|body| async move {
        match (action(&body), parameter(&body, "DurationSeconds")) {
            ("GetCallerIdentity", _) => identity("user/far"),
            (_, Some("7200")) => refusal(
                400,
                "ValidationError",
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
            ),
            (operation, _) => session(operation, "2026-11-21T13:00:00Z".parse().unwrap()),
        }
    })
    .await;
    let account = world.elsewhere(&stranger, json!({})).await;
    let path = format!("/accounts/{account}");
    let serial = json!({ "mfa_serial": "arn:aws:iam::999988887777:mfa/far" });
    world.admin.patch(&path, serial, &world.admin.get(&path).await).await;
    let coded = json!({ "require_mfa": "upstream", "account_id": account, "max_seconds": 7200,
        "role_arn": format!("arn:aws:iam::{}:role/far", stranger::ACCOUNT) });
    world.connector("coded", coded).await;
    let ask = async |seconds: u32, code: &str| {
        let wish = json!({ "mfa_code": code, "duration_seconds": seconds });
        world.admin.post("/connectors/coded/credentials", wish).await
    };
    let refused = ask(7200, "123456").await;
    assert_eq!(refused.shape(), "409 above_maximum", "{}", refused.text);
    let fix = "ask for 3600 seconds at most, with the next code of the device";
    assert_eq!((&refused.body["fix"], stranger.count("AssumeRole")), (&json!(fix), 1));
    let given = ask(3600, "654321").await;
    assert_eq!(given.status, 200, "{}", given.text);
}

#[tokio::test]
async fn nobody_fails_a_connector_by_a_mistake_of_their_own() {
    let world = World::new().await;
    let stranger = Stranger::new(|body| async move {
        match action(&body) {
            "GetCallerIdentity" => identity("user/far"),
            _ if parameter(&body, "TokenCode").is_some() => refusal(
                403,
                "AccessDenied",
                "MultiFactorAuthentication failed with invalid MFA one time pass code.",
            ),
            _ if parameter(&body, "Policy").is_some() => {
                refusal(400, "MalformedPolicyDocument", "Syntax errors in policy.")
            }
            _ => refusal(403, "AccessDenied", "User is not authorized to perform: sts:AssumeRole"),
        }
    })
    .await;
    let account = world.elsewhere(&stranger, json!({})).await;
    let path = format!("/accounts/{account}");
    let shown = world.admin.get(&path).await;
    let serial = json!({ "mfa_serial": "arn:aws:iam::999988887777:mfa/far" });
    assert_eq!(world.admin.patch(&path, serial, &shown).await.status, 200);
    let upstream = json!({ "require_mfa": "upstream", "account_id": account,
        "role_arn": format!("arn:aws:iam::{}:role/far", stranger::ACCOUNT) });
    world.connector("coded", upstream).await;
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
    for (slug, wish, shape, status) in [
        ("coded", json!({ "mfa_code": "123456" }), "502 upstream_refused", "untested"),
        ("far", json!({ "extra_policy": policy }), "502 policy_malformed", "untested"),
        ("far", json!({ "duration_seconds": 900, "strict": true }), "502 trust_denied", "untested"),
        ("far", json!({}), "502 trust_denied", "failing"),
    ] {
        let before = world.admin.get(&format!("/connectors/{slug}")).await;
        let refused = world.admin.post(&format!("/connectors/{slug}/credentials"), wish).await;
        assert_eq!(refused.shape(), shape, "{}", refused.text);
        assert_eq!(world.shown(slug).await["health"]["status"], status, "{slug}");
        // Whoever has it open to edit it may go on.
        let edit =
            world.admin.patch(&format!("/connectors/{slug}"), json!({ "description": shape }), &before).await;
        assert_eq!(edit.status, 200, "{}", edit.text);
    }
    // On another role nobody has tried.
    let now = world.admin.get("/connectors/far").await;
    let role = json!({ "role_arn": format!("arn:aws:iam::{}:role/other", stranger::ACCOUNT) });
    let other = world.admin.patch("/connectors/far", role, &now).await;
    assert_eq!(other.body["health"], json!({ "status": "untested" }), "{}", other.text);
}

#[tokio::test]
async fn a_connector_that_passes_a_password_on_is_tested_with_one() {
    let world = World::new().await;
    let stranger = Stranger::new(|body| async move {
        match (action(&body), parameter(&body, "TokenCode")) {
            ("GetCallerIdentity", _) => identity("user/far"),
            ("AssumeRole", Some("123456")) => session("AssumeRole", "2026-11-21T13:00:00Z".parse().unwrap()),
            ("AssumeRole", Some(_)) => {
                let said = "MultiFactorAuthentication failed with invalid MFA one time pass code.";
                refusal(403, "AccessDenied", said)
            }
            _ => refusal(403, "AccessDenied", "User is not authorized to perform: sts:AssumeRole"),
        }
    })
    .await;
    let account = world.elsewhere(&stranger, json!({})).await;
    let path = format!("/accounts/{account}");
    let serial = json!({ "mfa_serial": "arn:aws:iam::999988887777:mfa/far" });
    world.admin.patch(&path, serial, &world.admin.get(&path).await).await;
    let coded = json!({ "require_mfa": "upstream", "account_id": account, "console": "denied",
        "role_arn": format!("arn:aws:iam::{}:role/far", stranger::ACCOUNT) });
    let made = world.connector("coded", coded).await;
    let test = "/connectors/coded/test";
    for (body, ok, call, asked, health) in [
        (json!({}), true, "skipped", 0, "untested"),
        // Once, and never without it: a role that asks for one refuses that, which says nothing.
        (json!({ "mfa_code": "000000" }), false, "fail", 1, "untested"),
        (json!({ "mfa_code": "123456" }), true, "ok", 2, "ok"),
    ] {
        let report = world.admin.made(test, body.clone()).await;
        let steps = report.body["steps"].as_array().unwrap();
        let step = |name: &str| steps.iter().find(|step| step["name"] == name).unwrap();
        assert_eq!(
            (&report.body["ok"], &step("call")["status"]),
            (&json!(ok), &json!(call)),
            "{}",
            report.text
        );
        assert_eq!(step("ladder")["status"], "skipped", "{}", report.text);
        assert_eq!(stranger.count("AssumeRole"), asked, "{body}");
        assert_eq!(world.shown("coded").await["health"]["status"], health, "{body}");
    }
    let unsaved = json!({ "connector": made.body, "mfa_code": "123456" });
    let report = world.admin.made("/connectors/test", unsaved).await;
    assert_eq!(report.body["ok"], true, "{}", report.text);
    let malformed = world.admin.post(test, json!({ "mfa_code": "12345x" })).await;
    assert_eq!(malformed.shape(), "422 invalid", "{}", malformed.text);
    assert!(!malformed.text.contains("12345x"), "{}", malformed.text);
}

#[tokio::test]
async fn sessions_last_as_long_as_their_kind_can() {
    let world = World::new().await;
    world.role_allows("43200").await;
    world.connector("reader", json!({ "max_seconds": 43_200 })).await;
    let federated = json!({ "principal_type": "federated_user", "role_arn": null, "omit_policy": true });
    world.connector("federated", federated).await;
    for (slug, wanted) in [("reader", 43_200), ("federated", 129_600)] {
        // The sign-in lasts as long as that, too, or nothing would.
        let unbounded = world.admin.get("/settings").await;
        let changed = world.admin.put("/settings", json!({ "cap_to_login": false }), &unbounded).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        let path = format!("/connectors/{slug}/credentials");
        let given = world.admin.post(&path, json!({ "duration_seconds": wanted, "strict": true })).await;
        let end = world.server.now() + jiff::SignedDuration::from_secs(wanted);
        assert_eq!(given.body["expiration"], end.to_string(), "{}", given.text);
        let over = json!({ "duration_seconds": wanted + 1, "strict": true });
        assert_eq!(world.admin.post(&path, over).await.shape(), "409 above_maximum");
    }
    let role = format!("arn:aws:iam::{ACCOUNT}:role/reader");
    assert_eq!(world.shown("reader").await["role_arn"], role);
}
