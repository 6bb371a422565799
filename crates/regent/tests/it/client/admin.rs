//! What administrators do: arguments, the requests that follow, what is said.

use serde_json::{Value, json};

use super::server::{Seen, Server};
use super::{Home, SECRET, Said};

#[expect(
    clippy::needless_pass_by_value,
    reason = "a row of a table reads better without a sign before each value"
)]
fn list(items: Value) -> Value {
    json!({ "items": items, "next_cursor": null })
}

fn server() -> Server {
    let connector = json!({
        "id": "conn_1", "revision": 7, "slug": "prod-ro", "name": "prod-ro", "description": "d", "account_id": "acct_1",
        "principal_type": "assume_role", "health": {"status": "ok"}, "created_by": "ana"
    });
    let account = json!({"id": "acct_1", "revision": 3, "name": "prod", "kind": "access_key", "used_by": [{"name": "x"}]});
    let caller = json!({"id": "sysc_1", "revision": 2, "name": "build", "auth": {"kind": "token"}});
    let grant = json!({"id": "grnt_1", "subject": {"group": "grp_1"}, "effect": "use"});
    let steps = |status: &str| {
        json!([
            {"number": 1, "name": "base credentials", "status": "ok", "text": "they work"},
            {"number": 2, "name": "assume role", "status": status, "text": "AccessDenied", "fix": "add the trust statement"}
        ])
    };
    Server::new(&[
        ("GET /api/v1/connectors?limit=1000", 200, list(json!([connector]))),
        ("GET /api/v1/connectors?limit=1000&q=prod-ro", 200, list(json!([connector]))),
        ("GET /api/v1/connectors?limit=1000&q=nope", 200, list(json!([]))),
        ("GET /api/v1/connectors/conn_1", 200, connector.clone()),
        ("PUT /api/v1/connectors/conn_1", 200, connector.clone()),
        ("PATCH /api/v1/connectors/conn_1", 200, connector.clone()),
        ("DELETE /api/v1/connectors/conn_1", 204, json!("")),
        ("POST /api/v1/connectors", 201, json!({"id": "conn_2", "slug": "dev"})),
        ("POST /api/v1/connectors/conn_1/test", 200, json!({"ok": false, "steps": steps("fail")})),
        ("POST /api/v1/connectors/conn_1/disable", 200, connector.clone()),
        ("POST /api/v1/connectors/conn_1/enable", 200, connector.clone()),
        ("POST /api/v1/connectors/conn_1/clone", 201, json!({"id": "conn_3"})),
        ("GET /api/v1/connectors/conn_1/grants", 200, json!({ "grants": [grant] })),
        ("PUT /api/v1/connectors/conn_1/grants", 200, json!({ "grants": [grant] })),
        ("GET /api/v1/groups?limit=1000&q=dev", 200, list(json!([{"id": "grp_2", "name": "dev"}]))),
        ("GET /api/v1/users?limit=1000&q=ana", 200, list(json!([{"id": "user_1", "name": "ana"}]))),
        (
            "GET /api/v1/connectors/conn_1/why?user_id=user_1",
            200,
            json!({"allowed": false, "text": "no grant names her"}),
        ),
        ("GET /api/v1/accounts?limit=1000", 200, list(json!([account]))),
        ("GET /api/v1/accounts?limit=1000&q=prod", 200, list(json!([account]))),
        ("GET /api/v1/accounts/acct_1", 200, account.clone()),
        ("POST /api/v1/accounts", 201, json!({"id": "acct_2"})),
        (
            "DELETE /api/v1/accounts/acct_1",
            409,
            json!({
                "code": "account_in_use", "detail": "the account is in use", "fields": [{"name": "x", "code": "connector"}]
            }),
        ),
        (
            "POST /api/v1/accounts/acct_1/test",
            200,
            json!({"ok": true, "steps": steps("ok"), "arn": "arn:aws:iam::1:user/b"}),
        ),
        ("POST /api/v1/accounts/acct_1/rotate", 200, json!({"id": "acct_1", "access_key_id": "AKIANEW"})),
        (
            "POST /api/v1/accounts/acct_1/rotate/rollback",
            200,
            json!({"id": "acct_1", "access_key_id": "AKIAOLD"}),
        ),
        ("GET /api/v1/system-callers?limit=1000", 200, list(json!([caller]))),
        ("GET /api/v1/system-callers?limit=1000&q=build", 200, list(json!([caller]))),
        ("POST /api/v1/system-callers", 201, json!({"id": "sysc_2", "token": "rgts_once"})),
        (
            "POST /api/v1/system-callers/sysc_1/rotate-token",
            200,
            json!({"id": "sysc_1", "token": "rgts_twice"}),
        ),
        ("DELETE /api/v1/system-callers/sysc_1", 204, json!("")),
        ("GET /api/v1/config/export", 200, json!("connectors:\n- slug: prod-ro\n")),
        (
            "POST /api/v1/config/plan",
            200,
            json!({"changes": [
                {"kind": "connector", "name": "prod-ro", "action": "update",
                 "fields": [{"name": "max_seconds", "before": 3600, "after": 7200}]},
                {"kind": "account", "name": "prod", "action": "keep"}
            ]}),
        ),
        (
            "POST /api/v1/config/plan?prune=true",
            200,
            json!({"changes": [{"kind": "account", "name": "prod", "action": "delete"}]}),
        ),
        ("POST /api/v1/config/apply", 200, json!({"changes": []})),
    ])
}

/// Runs a command that reads `input`, and gives what it said and what was asked for last.
fn run(arguments: &[&str], input: &str) -> (Said, Option<Seen>, Home) {
    let server = server();
    let home = Home::with_token(&server).with("EDITOR", "sed -i s/\\\"d\\\"/\\\"e\\\"/");
    home.write("patch.yaml", "description: new\nexternal_id: null\n");
    home.write("connector.yaml", "slug: dev\nsession_tags:\n  team: {template: x}\n");
    home.write("secret.yaml", "name: x\nkind: access_key\nsecret_access_key: no\n");
    home.write("config.yaml", "connectors: []\n");
    let file = |argument: &&str| match argument.strip_prefix('@') {
        Some(name) => home.path(name).to_str().unwrap().to_owned(),
        None => (*argument).to_owned(),
    };
    let arguments: Vec<String> = arguments.iter().map(file).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    (home.run_reading(&arguments, input), server.seen().pop(), home)
}

/// Arguments, exit status, the last request with its body, and texts of what is said.
#[track_caller]
#[expect(
    clippy::needless_pass_by_value,
    reason = "a row of a table reads better without a sign before each value"
)]
fn check(arguments: &[&str], status: i32, last: &str, body: Value, says: &[&str]) {
    let (said, seen, _home) = run(arguments, "");
    let said = said.ends(status);
    let seen = seen.unwrap();
    assert_eq!(seen.line.replacen("/api/v1", "", 1), last, "{arguments:?} {said:?}");
    assert_eq!(seen.json(), body, "{arguments:?}");
    let text = said.stdout + &said.stderr;
    for expected in says {
        assert!(text.contains(expected), "{arguments:?} does not say {expected:?}: {text}");
    }
}

#[test]
fn connectors_are_looked_after() {
    let found = "GET /connectors?limit=1000&q=prod-ro";
    check(
        &["connector", "ls"],
        0,
        "GET /connectors?limit=1000",
        Value::Null,
        &["prod-ro    prod-ro  assume_role"],
    );
    check(
        &["connector", "show", "prod-ro"],
        0,
        "GET /connectors/conn_1",
        Value::Null,
        &["\"slug\": \"prod-ro\""],
    );
    check(
        &["connector", "show", "nope"],
        1,
        "GET /connectors?limit=1000&q=nope",
        Value::Null,
        &["fix: `regent connector ls`"],
    );
    check(
        &[
            "connector",
            "create",
            "-f",
            "@connector.yaml",
            "--account",
            "prod",
            "--role-arn",
            "arn:r",
            "--max",
            "4h",
        ],
        0,
        "POST /connectors",
        json!({
            "slug": "dev", "session_tags": {"team": {"template": "x"}}, "account_id": "acct_1", "role_arn": "arn:r",
            "principal_type": "assume_role", "max_seconds": 14400
        }),
        &["made the connector dev; `regent connector test dev` tries it"],
    );
    check(
        &["connector", "edit", "prod-ro", "-f", "@patch.yaml"],
        0,
        "PATCH /connectors/conn_1",
        json!({"description": "new", "external_id": null}),
        &["changed the connector prod-ro"],
    );
    check(
        &["connector", "edit", "prod-ro"],
        0,
        "PUT /connectors/conn_1",
        json!({
            "slug": "prod-ro", "name": "prod-ro", "description": "e", "account_id": "acct_1", "principal_type": "assume_role"
        }),
        &["changed"],
    );
    check(
        &["connector", "delete", "prod-ro", "-y"],
        0,
        "DELETE /connectors/conn_1",
        Value::Null,
        &["deleted"],
    );
    check(
        &["connector", "delete", "prod-ro"],
        1,
        found,
        Value::Null,
        &["Nobody is there to say yes", "`--yes`"],
    );
    check(
        &["connector", "test", "prod-ro", "--user", "user_1"],
        5,
        "POST /connectors/conn_1/test",
        json!({"user_id": "user_1"}),
        &[
            "ok       base credentials",
            "fail     assume role",
            "fix: add the trust statement",
            "does not work yet",
        ],
    );
    check(
        &["connector", "disable", "prod-ro", "--reason", "cleaning"],
        0,
        "POST /connectors/conn_1/disable",
        json!({"reason": "cleaning"}),
        &["disabled prod-ro"],
    );
    check(&["connector", "enable", "prod-ro"], 0, "POST /connectors/conn_1/enable", json!({}), &["enabled"]);
    check(
        &["connector", "clone", "prod-ro", "copy"],
        0,
        "POST /connectors/conn_1/clone",
        json!({"name": "copy", "slug": "copy"}),
        &["made the connector copy (conn_3)"],
    );
}

#[test]
fn grants_are_given_and_taken_and_explained() {
    let grants = "/connectors/conn_1/grants";
    let old = json!({"id": "grnt_1", "subject": {"group": "grp_1"}, "effect": "use"});
    check(
        &["connector", "grant", "prod-ro"],
        0,
        &format!("GET {grants}"),
        Value::Null,
        &["grnt_1  group:grp_1  use"],
    );
    check(
        &[
            "connector",
            "grant",
            "prod-ro",
            "--group",
            "dev",
            "--mfa-minutes",
            "15",
            "--until",
            "2027-01-01T00:00:00Z",
        ],
        0,
        &format!("PUT {grants}"),
        json!({"grants": [old, {
            "subject": {"group": "grp_2"}, "effect": "use", "conditions": {"mfa": 15}, "expires_at": "2027-01-01T00:00:00Z"
        }]}),
        &["grnt_1"],
    );
    check(
        &["connector", "grant", "prod-ro", "--remove", "grnt_1"],
        0,
        &format!("PUT {grants}"),
        json!({"grants": []}),
        &[],
    );
    check(
        &["connector", "grant", "prod-ro", "--remove", "x"],
        1,
        &format!("GET {grants}"),
        Value::Null,
        &["no grant `x`"],
    );
    check(
        &["connector", "why", "prod-ro", "--user", "ana"],
        3,
        "GET /connectors/conn_1/why?user_id=user_1",
        Value::Null,
        &["no grant names her"],
    );
}

#[test]
fn a_change_names_the_revision_it_was_made_on() {
    for arguments in [
        &["connector", "edit", "prod-ro", "-f", "@patch.yaml"][..],
        &["connector", "delete", "prod-ro", "-y"],
        &["connector", "grant", "prod-ro", "--remove", "grnt_1"],
    ] {
        assert_eq!(run(arguments, "").1.unwrap().if_match.as_deref(), Some("\"7\""), "{arguments:?}");
    }
}

#[test]
fn accounts_are_looked_after_and_their_secret_comes_from_no_argument() {
    check(&["broker-account", "ls"], 0, "GET /accounts?limit=1000", Value::Null, &["prod  access_key"]);
    check(&["broker-account", "show", "prod"], 0, "GET /accounts/acct_1", Value::Null, &["acct_1"]);
    check(
        &["broker-account", "delete", "prod", "-y"],
        1,
        "DELETE /accounts/acct_1",
        Value::Null,
        &["the account is in use\n  x: connector"],
    );
    check(
        &["broker-account", "test", "prod"],
        0,
        "POST /accounts/acct_1/test",
        json!({}),
        &["sessions are arn:aws:iam"],
    );
    check(&["broker-account", "rotate", "prod"], 0, "POST /accounts/acct_1/rotate", json!({}), &["AKIANEW"]);
    check(
        &["broker-account", "rotate", "prod", "--roll-back"],
        0,
        "POST /accounts/acct_1/rotate/rollback",
        json!({}),
        &["AKIAOLD"],
    );
    check(
        &["broker-account", "create", "hub", "--kind", "ambient", "--partition", "aws"],
        0,
        "POST /accounts",
        json!({"name": "hub", "kind": "ambient", "partition": "aws"}),
        &["made the broker account acct_2"],
    );
    let create = ["broker-account", "create", "hub", "--access-key-id", "AKIAEXAMPLE"];
    let (said, seen, _home) = run(&create, &format!("{SECRET}\n"));
    assert_eq!(
        seen.unwrap().json(),
        json!({"name": "hub", "kind": "access_key", "access_key_id": "AKIAEXAMPLE", "secret_access_key": SECRET})
    );
    assert!(!said.stdout.contains("canary"), "{said:?}");
    let (said, seen, _home) = run(&create, "");
    assert!(said.ends(1).stderr.contains("it is never an argument") && seen.is_none());
    let (said, seen, _home) = run(&["broker-account", "create", "-f", "@secret.yaml"], SECRET);
    assert!(said.ends(1).stderr.contains("a secret does not belong into a file") && seen.is_none());
}

/// A one-time password is asked for like a secret, and never an argument.
#[test]
fn a_connector_is_tested_with_the_password_that_it_passes_on() {
    let (said, seen, _home) = run(&["connector", "test", "prod-ro", "--mfa-code"], "123456\n");
    assert_eq!(seen.unwrap().json(), json!({"mfa_code": "123456"}), "{said:?}");
    let (said, seen, _home) = run(&["connector", "test", "prod-ro", "--mfa-code"], "");
    assert!(said.ends(1).stderr.contains("it is never an argument"));
    assert!(seen.is_none_or(|seen| !seen.line.contains("/test")));
}

#[test]
fn system_callers_are_looked_after_and_their_token_is_seen_once() {
    check(&["system-caller", "ls"], 0, "GET /system-callers?limit=1000", Value::Null, &["build  token"]);
    check(
        &["system-caller", "delete", "build", "-y"],
        0,
        "DELETE /system-callers/sysc_1",
        Value::Null,
        &["deleted"],
    );
    check(
        &["system-caller", "create", "deploy", "--description", "it deploys"],
        0,
        "POST /system-callers",
        json!({"name": "deploy", "description": "it deploys", "auth": {"kind": "token"}}),
        &["shown once", "rgts_once\n"],
    );
    check(
        &["system-caller", "rotate-token", "build"],
        0,
        "POST /system-callers/sysc_1/rotate-token",
        json!({}),
        &["shown once", "rgts_twice\n"],
    );
}

#[test]
fn a_configuration_is_planned_and_applied_and_exported() {
    check(&["export"], 0, "GET /config/export", Value::Null, &["- slug: prod-ro\n"]);
    let (said, seen, _home) = run(&["plan", "-f", "@config.yaml"], "");
    assert_eq!(seen.unwrap().body, "connectors: []\n");
    assert_eq!(said.ends(0).stdout, "update  connector      prod-ro\n          max_seconds  3600 -> 7200\n");
    check(
        &["apply", "-f", "@config.yaml", "--prune", "--yes"],
        0,
        "POST /config/apply",
        json!({"document": "connectors: []\n", "prune": true}),
        &["nothing to change"],
    );
    let (said, seen, _home) = run(&["apply", "-f", "@config.yaml"], "");
    assert_eq!(seen.unwrap().line, "POST /api/v1/config/plan");
    assert!(said.ends(1).stderr.contains("Nobody is there to say yes"));
    // What a yes would delete is seen before it.
    for (verb, status) in [("plan", 0), ("apply", 1)] {
        let (said, seen, _home) = run(&[verb, "-f", "@config.yaml", "--prune"], "");
        assert_eq!(seen.unwrap().line, "POST /api/v1/config/plan?prune=true");
        assert_eq!(said.ends(status).stdout, "delete  account  prod\n");
    }
}
