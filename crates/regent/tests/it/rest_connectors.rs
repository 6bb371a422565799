//! Connectors: what is refused when one is saved, what would come of it, and why somebody may use it.

use serde_json::{Value, json};

use crate::support::TestServer;
use crate::support::api::{Api, Reply};

/// A server with an administrator and three accounts: a key's, the host's, and a hop from the key.
async fn ready() -> (Api, Accounts) {
    let admin = TestServer::new().await.administrator().await;
    let key = json!({
        "name": "key", "kind": "access_key",
        "access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    });
    let key = admin.made("/accounts", key).await.id().to_owned();
    let host = admin.made("/accounts", json!({ "name": "host", "kind": "ambient" })).await.id().to_owned();
    (admin, Accounts { key, host })
}

struct Accounts {
    key: String,
    host: String,
}

impl Accounts {
    /// A connector that would be kept, but for a change.
    fn connector(&self, change: &Value) -> Value {
        let mut connector = json!({
            "name": "Read", "slug": "prod-ro", "account_id": self.key, "principal_type": "assume_role",
            "role_arn": "arn:aws:iam::123456789012:role/reader",
        });
        connector.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        connector
    }
}

/// Expects this finding and a sentence for it.
#[track_caller]
fn check(reply: &Reply, member: &str, code: &str) {
    assert_eq!(reply.status, 422, "{member} {code}: {}", reply.text);
    let fields = reply.body["fields"].as_array().unwrap();
    let found = fields.iter().any(|field| field["name"] == member && field["code"] == code);
    assert!(found, "{member} {code}: {}", reply.text);
}

const POLICY: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::home/${user.name}/*"}}"#;

#[expect(clippy::too_many_lines, reason = "a table of what is refused")]
#[tokio::test]
async fn a_connector_that_could_not_work_is_not_kept() {
    let (admin, accounts) = ready().await;
    let federated = |change: Value| {
        let mut body =
            json!({ "principal_type": "federated_user", "role_arn": null, "inline_policy": POLICY });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        body
    };
    let session = |change: Value| {
        let mut body = json!({ "principal_type": "iam_user_session", "role_arn": null });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        body
    };
    let long = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"s3:*","Resource":"{}"}}}}"#,
        "arn:aws:s3:::bucket/".to_owned() + &"x".repeat(2048)
    );
    let tags = |key: &str, template: &str| json!({ "session_tags": { (key): { "template": template } } });
    let twins = json!({ "session_tags": { "Team": { "template": "a" }, "team": { "template": "b" } } });
    let arn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let networks: Vec<String> =
        (0..50).map(|at| format!("2001:db8:aaaa:bbbb:cccc:dddd:eeee:{:x}/128", 0xa000 + at)).collect();
    let rows = [
        ("name", "malformed", json!({ "name": " " })),
        ("slug", "malformed", json!({ "slug": "Prod" })),
        ("slug", "reserved", json!({ "slug": "preview" })),
        ("slug", "reserved", json!({ "slug": "test" })),
        ("slug", "reserved", json!({ "slug": "snippets" })),
        ("labels.a b", "malformed", json!({ "labels": { "a b": "c" } })),
        ("account_id", "unknown", json!({ "account_id": "acct_NONE" })),
        ("role_arn", "needs_role", json!({ "role_arn": null })),
        ("role_arn", "malformed", json!({ "role_arn": "arn:aws:iam::123456789012:user/reader" })),
        ("role_arn", "malformed", json!({ "role_arn": "arn:aws:iam::123456789012:role/${user.name}" })),
        ("role_arn", "other_partition", json!({ "role_arn": "arn:aws-cn:iam::123456789012:role/reader" })),
        ("external_id", "malformed", json!({ "external_id": "a" })),
        ("external_id", "malformed", json!({ "external_id": "a b" })),
        ("policy_arns", "malformed", json!({ "policy_arns": ["ReadOnlyAccess"] })),
        ("policy_arns", "repeated", json!({ "policy_arns": [arn, arn] })),
        (
            "policy_arns",
            "too_many",
            json!({ "policy_arns": (0..11).map(|at| format!("{arn}{at}")).collect::<Vec<_>>() }),
        ),
        (
            "policy_arns",
            "other_partition",
            json!({ "policy_arns": ["arn:aws-cn:iam::aws:policy/ReadOnlyAccess"] }),
        ),
        ("inline_policy", "policy_malformed", json!({ "inline_policy": "{" })),
        (
            "inline_policy",
            "policy_malformed",
            json!({ "inline_policy": r#"{"Version":"2012-10-17","Statement":{"Effect":"Maybe"}}"# }),
        ),
        (
            "inline_policy",
            "template_unknown_variable",
            json!({ "inline_policy": POLICY.replace("user.name", "user.nme") }),
        ),
        (
            "inline_policy",
            "template_variable_not_here",
            json!({ "inline_policy": POLICY.replace("s3:GetObject", "s3:${user.name}") }),
        ),
        ("inline_policy", "policy_too_big", json!({ "inline_policy": long })),
        ("omit_policy", "not_possible", json!({ "omit_policy": true })),
        ("inline_policy", "needs_policy", federated(json!({ "inline_policy": null }))),
        ("omit_policy", "policy_contradicted", federated(json!({ "omit_policy": true }))),
        ("account_id", "needs_long_term_key", federated(json!({ "account_id": accounts.host }))),
        ("external_id", "not_possible", federated(json!({ "external_id": "abc" }))),
        ("require_mfa", "not_possible", federated(json!({ "require_mfa": "upstream" }))),
        ("require_mfa", "needs_mfa_serial", json!({ "require_mfa": "upstream" })),
        ("inline_policy", "not_possible", session(json!({ "inline_policy": POLICY }))),
        ("console", "not_possible", session(json!({ "console": "only" }))),
        (
            "network.inject",
            "not_possible",
            session(json!({ "network": { "cidrs": ["10.0.0.0/8"], "inject": true } })),
        ),
        (
            "account_id",
            "needs_ambient",
            json!({ "principal_type": "provided", "role_arn": null, "scope": "system" }),
        ),
        (
            "scope",
            "system_scope_only",
            json!({ "principal_type": "provided", "role_arn": null, "account_id": accounts.host }),
        ),
        // The network goes into the policy, and counts.
        ("network.inject", "policy_too_big", json!({ "network": { "cidrs": networks, "inject": true } })),
        (
            "inline_policy",
            "policy_too_big",
            json!({ "inline_policy": POLICY, "network": { "cidrs": networks, "inject": true } }),
        ),
        ("max_seconds", "out_of_range", json!({ "max_seconds": 899 })),
        ("max_seconds", "above_maximum", json!({ "max_seconds": 43_201 })),
        ("max_seconds", "above_maximum", json!({ "max_seconds": 7200, "account_id": accounts.host })),
        ("default_seconds", "above_maximum", json!({ "max_seconds": 3600, "default_seconds": 3601 })),
        ("session_tags.aws:x", "malformed", tags("aws:x", "y")),
        ("session_tags.a*b", "malformed", tags("a*b", "y")),
        ("session_tags.a.template", "template_character_not_allowed", tags("a", "y*")),
        ("session_tags.team", "repeated", twins),
        ("session_name_template", "template_unclosed", json!({ "session_name_template": "${user.name" })),
        ("source_identity_template", "malformed", json!({ "source_identity_template": "aws:${user.id}" })),
        (
            "session_name_template",
            "template_value_missing",
            json!({ "scope": "system", "session_name_template": "x-${user.name}" }),
        ),
        ("network.cidrs", "malformed", json!({ "network": { "cidrs": [] } })),
        ("network.cidrs", "malformed", json!({ "network": { "cidrs": ["10.0.0.0/33"] } })),
        ("mfa_minutes", "out_of_range", json!({ "mfa_minutes": 0 })),
        ("region_hint", "malformed", json!({ "region_hint": "evil.example" })),
        ("console_destination", "malformed", json!({ "console_destination": "https://evil.example/" })),
        ("console_destination", "malformed", json!({ "console_destination": "//evil.example/" })),
    ];
    for (member, code, change) in rows {
        check(&admin.post("/connectors", accounts.connector(&change)).await, member, code);
    }
    let good = json!({
        "inline_policy": POLICY, "policy_arns": [arn], "max_seconds": 43_200, "default_seconds": 3600,
        "session_tags": { "team": { "template": "${user.attr.team}", "transitive": true } }, "labels": { "env": "prod" },
        "console_destination": "/console/roles", "network": { "cidrs": ["10.0.0.0/8"], "inject": true },
    });
    admin.made("/connectors", accounts.connector(&good)).await;
}

/// The console of some partitions is not public: the upstream's record says where it is.
#[tokio::test]
async fn a_console_is_where_the_upstream_says() {
    let (admin, _) = ready().await;
    let bare = json!({ "name": "iso", "kind": "aws" });
    let bare = admin.made("/upstreams", bare).await;
    let account = json!({
        "name": "iso", "kind": "access_key", "partition": "aws-iso", "upstream_id": bare.id(), "region": "us-iso-east-1",
        "access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    });
    let account = admin.made("/accounts", account).await;
    let connector = json!({
        "name": "Iso", "slug": "iso", "account_id": account.id(), "principal_type": "assume_role",
        "role_arn": "arn:aws-iso:iam::123456789012:role/reader", "console_destination": "/s3/home",
    });
    check(&admin.post("/connectors", connector.clone()).await, "console_destination", "malformed");
    let urls = json!({
        "signin_url": "https://signin.example.gov/federation", "console_url": "https://console.example.gov/",
    });
    let said = admin.patch(&format!("/upstreams/{}", bare.id()), urls, &bare).await;
    assert_eq!(said.status, 200, "{}", said.text);
    admin.made("/connectors", connector).await;
    // It is asked there, and not at AWS: nobody knows that name here.
    let opened = admin.post("/connectors/iso/console-url", json!({})).await;
    assert_ne!(opened.body["code"], "no_console", "{}", opened.text);
}

#[tokio::test]
async fn grants_are_written_with_their_connector() {
    let (admin, accounts) = ready().await;
    let me = admin.get("/me").await;
    let subject = json!({ "user": me.body["id"] });
    let grant = |change: Value| {
        let mut grant = json!({ "subject": subject });
        grant.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        json!({ "grants": [grant] })
    };
    let hours = |from: &str, to: &str, zone: &str| {
        grant(
            json!({ "conditions": { "hours": { "days": ["mon"], "from": from, "to": to, "timezone": zone } } }),
        )
    };
    for (member, code, change) in [
        ("grants[0].subject", "unknown", json!({ "grants": [{ "subject": { "group": "grp_NONE" } }] })),
        ("grants[0].conditions.cidrs", "malformed", grant(json!({ "conditions": { "cidrs": ["x"] } }))),
        ("grants[0].conditions.mfa", "out_of_range", grant(json!({ "conditions": { "mfa": 0 } }))),
        ("grants[0].conditions.hours.from", "malformed", hours("8:00", "18:00", "UTC")),
        ("grants[0].conditions.hours.to", "malformed", hours("08:00", "08:00", "UTC")),
        ("grants[0].conditions.hours.timezone", "unknown", hours("08:00", "18:00", "Middle/Earth")),
    ] {
        check(&admin.post("/connectors", accounts.connector(&change)).await, member, code);
    }
    let conditions = json!({ "mfa": true, "cidrs": ["203.0.113.0/24"] });
    let wanted = grant(json!({ "conditions": conditions, "expires_at": "2027-01-01T00:00:00Z" }));
    let made = admin.made("/connectors", accounts.connector(&wanted)).await;
    let shown = &made.body["grants"][0];
    assert_eq!(shown["conditions"], conditions);
    assert_eq!(shown["expires_at"], "2027-01-01T00:00:00Z");
    // What was shown can be sent back whole, and keeps its id.
    let whole = admin.put("/connectors/prod-ro", made.body.clone(), &made).await;
    assert_eq!(whole.body["grants"], made.body["grants"], "{}", whole.text);
    let renamed = admin.patch("/connectors/prod-ro", json!({ "name": "R" }), &whole).await;
    assert_eq!(renamed.body["grants"], made.body["grants"]);
    let none = admin.patch("/connectors/prod-ro", json!({ "grants": [] }), &renamed).await;
    assert_eq!(none.body["grants"], json!([]));
}

#[tokio::test]
async fn a_preview_shows_names_tags_and_everybody() {
    let (admin, accounts) = ready().await;
    let mia = json!({ "name": "mia", "email": "mia@example.com", "attributes": { "team": "blue" } });
    let mia = admin.made("/users", mia).await;
    let dev = admin.made("/groups", json!({ "name": "dev", "members": [mia.id()] })).await;
    let change = json!({
        "inline_policy": POLICY, "session_tags": { "team": { "template": "${user.attr.team}" } },
        "grants": [{ "subject": { "group": dev.id() } }, { "subject": { "user": mia.id() } }],
    });
    let body = json!({ "connector": accounts.connector(&change), "user_id": mia.id() });
    let shown = admin.made("/connectors/preview", body).await.body;
    assert_eq!(shown["problems"], json!([]));
    assert_eq!(shown["session_name"], "mia");
    assert_eq!(shown["session_arn"], "arn:aws:sts::123456789012:assumed-role/reader/mia");
    assert_eq!(shown["source_identity"], "mia@example.com");
    assert_eq!(shown["tags"], json!({ "team": "blue" }));
    assert_eq!(shown["lifetime"]["max"], 43_200);
    assert_eq!(shown["policy"]["limit"], 2048);
    let groups = json!([{ "id": dev.id(), "name": "dev", "members": 1 }]);
    assert_eq!(shown["who"], json!({ "people": 1, "groups": groups, "system_callers": 0 }));

    // The administrator has no team, and a session of a user has no policy.
    let body = json!({ "connector": accounts.connector(&change) });
    let shown = admin.made("/connectors/preview", body).await.body;
    assert_eq!(shown["problems"][0]["name"], "session_tags.team.template");
    let body = json!({ "connector": accounts.connector(&json!({ "principal_type": "iam_user_session", "role_arn": null })) });
    let shown = admin.made("/connectors/preview", body).await.body;
    let policy =
        shown["capabilities"].as_array().unwrap().iter().find(|one| one["field"] == "inline_policy").unwrap();
    assert_eq!(policy["allowed"], false);
    assert!(policy["reason"].is_string());
}

#[tokio::test]
async fn what_to_set_up_is_shown_saved_or_not() {
    let (admin, accounts) = ready().await;
    let change = json!({ "external_id": "abc-123" });
    let unsaved =
        admin.made("/connectors/snippets", json!({ "connector": accounts.connector(&change) })).await;
    let trust = unsaved.body["trust"]["json"].as_str().unwrap();
    for part in ["sts:SetSourceIdentity", "abc-123", "arn:aws:iam::111122223333:user/regent-broker"] {
        assert!(trust.contains(part), "{part}: {trust}");
    }
    assert_eq!(unsaved.body["notes"].as_array().unwrap().len(), 1);
    admin.made("/connectors", accounts.connector(&change)).await;
    assert_eq!(admin.get("/connectors/prod-ro/snippets").await.body, unsaved.body);
}

#[tokio::test]
async fn why_somebody_may_is_the_engines_own_word() {
    let (admin, accounts) = ready().await;
    let mia = admin.made("/users", json!({ "name": "mia" })).await;
    let dev = admin.made("/groups", json!({ "name": "dev", "members": [mia.id()] })).await;
    let ci = admin.made("/system-callers", json!({ "name": "ci" })).await;
    let made = admin.made("/connectors", accounts.connector(&json!({}))).await;
    let why = |who: String| {
        let admin = admin.clone();
        async move { admin.get(&format!("/connectors/prod-ro/why?{who}")).await.body }
    };
    let by_name = |name: &str| format!("user_id={name}");

    let nobody = why(by_name("mia")).await;
    assert_eq!(nobody["allowed"], false);
    assert_eq!(nobody["code"], "not_granted");
    assert_eq!(nobody["text"], "mia may not use prod-ro: no grant names them or any of their groups (dev)");
    assert_eq!(nobody["explanation"]["decision"], "ImplicitlyDenied");

    let boss = why(by_name("root-admin")).await;
    assert_eq!((&boss["allowed"], &boss["via"]), (&json!(true), &json!("admin")));
    assert!(boss["statement"]["policy"].as_str().unwrap().contains("AdministratorsUseAll"), "{boss}");

    let grants = json!({ "grants": [{ "subject": { "group": dev.id() } }] });
    let granted = admin.put("/connectors/prod-ro/grants", grants, &made).await;
    let id = granted.body["grants"][0]["id"].as_str().unwrap().to_owned();
    let yes = why(by_name("mia")).await;
    assert_eq!(yes["via"], format!("grant:{id}"));
    assert_eq!(yes["text"], format!("mia may use prod-ro by the grant {id}, which is for the group dev"));
    assert_eq!(yes["statement"]["grant_id"], json!(id));
    assert_eq!(yes["statement"]["connector"], "prod-ro");
    assert_eq!(yes["explanation"]["decision"], "Allowed");
    assert_eq!(yes["policies"][0]["name"], "connector/prod-ro");

    let other = why(format!("system_caller_id={}", ci.id())).await;
    assert_eq!((&other["code"], &other["allowed"]), (&json!("scope"), &json!(false)));

    let conditions = json!({ "mfa": 10, "cidrs": ["192.0.2.0/24"] });
    let narrow = json!({ "grants": [{ "subject": { "group": dev.id() }, "conditions": conditions }] });
    let narrowed = admin.put("/connectors/prod-ro/grants", narrow, &granted).await;
    assert_eq!(narrowed.status, 200);
    let text = why(by_name("mia")).await["text"].as_str().unwrap().to_owned();
    assert!(text.contains("second factor"), "{text}");

    admin.post("/connectors/prod-ro/disable", json!({ "reason": "an incident" })).await;
    let off = why(by_name("mia")).await;
    assert_eq!(off["text"], "mia may not use prod-ro: it is disabled (an incident)");
    let suspended = admin.patch("/users/mia", json!({ "status": "suspended" }), &mia).await;
    assert_eq!(suspended.status, 200);
    assert_eq!(why(by_name("mia")).await["code"], "suspended");
    assert_eq!(admin.get("/connectors/prod-ro/why").await.shape(), "400 malformed_query");
    assert_eq!(admin.get("/connectors/prod-ro/why?user_id=x").await.shape(), "404 not_found");
}

#[tokio::test]
async fn why_has_an_answer_for_a_connector_that_nobody_is_granted() {
    let (admin, accounts) = ready().await;
    let settings = admin.get("/settings").await;
    admin.put("/settings", json!({ "admins_use_all_connectors": false }), &settings).await;
    admin.made("/users", json!({ "name": "mia" })).await;
    admin.made("/system-callers", json!({ "name": "ci" })).await;
    let (mia, boss, ci) = ("user_id=mia", "user_id=root-admin", "system_caller_id=ci");
    for (scope, who, expected) in [
        ("user", mia, "mia may not use to-user: no grant names them, and they are in no group"),
        ("user", boss, "root-admin may not use to-user: no grant names them, and they are in no group"),
        ("user", ci, "ci may not use to-user: it is for people"),
        ("system", mia, "mia may not use to-system: it is for system callers"),
        ("system", ci, "ci may not use to-system: no grant names them, and they are in no group"),
        ("both", mia, "mia may not use to-both: no grant names them, and they are in no group"),
        ("both", ci, "ci may not use to-both: no grant names them, and they are in no group"),
    ] {
        let slug = format!("to-{scope}");
        if admin.get(&format!("/connectors/{slug}")).await.status == 404 {
            let connector = accounts.connector(&json!({ "slug": slug, "scope": scope }));
            admin.made("/connectors", connector).await;
        }
        let why = admin.get(&format!("/connectors/{slug}/why?{who}")).await;
        assert_eq!((why.status, why.body["text"].as_str()), (200, Some(expected)), "{}", why.text);
    }
}
