//! What a person and a script see: a row a command.

use serde_json::{Value, json};

use super::server::Server;
use super::{CREDENTIALS, Home, SECRET, Said, issued, problem};

fn connectors() -> Value {
    json!({"items": [
        {"id": "conn_1", "slug": "prod-ro", "name": "Production, read only", "account": {"name": "prod", "partition": "aws"},
         "console": "allowed", "state": "usable", "lifetime": {"max": 14400}},
        {"id": "conn_2", "slug": "dev", "name": "Develop\u{1b}[2Jment", "account": {"name": "dev", "partition": "regent"},
         "console": "denied", "state": "mfa_required", "reason": "sign in with a second factor", "lifetime": {"max": 3600}},
    ], "next_cursor": null})
}

fn sessions() -> Value {
    json!({"items": [{
        "id": "sess_1", "connector": {"slug": "prod-ro"}, "caller": {"name": "ana"}, "state": "active",
        "expires_at": "2026-11-22T12:00:00Z", "arn": "arn:aws:sts::111122223333:assumed-role/Ro/ana"
    }], "next_cursor": null})
}

fn server() -> Server {
    let me = json!({
        "kind": "person", "id": "user_1", "name": "ana", "display_name": "Ana", "source": "local",
        "roles": ["administrator"], "groups": [{"id": "grp_1", "name": "dev"}, {"id": "grp_2", "name": "ops"}],
        "sign_in": {"expires_at": "2026-11-22T12:00:00Z"}
    });
    Server::new(&[
        ("GET /api/v1/me", 200, me),
        ("GET /api/v1/me/connectors?limit=1000", 200, connectors()),
        ("GET /api/v1/me/connectors?limit=1000&q=zzz", 200, json!({"items": []})),
        ("GET /api/v1/me/sessions?limit=1000", 200, sessions()),
        ("GET /api/v1/sessions?limit=1000&connector=prod-ro&state=active", 200, sessions()),
        (
            "POST /api/v1/sessions/sess_1/revoke",
            200,
            json!({"id": "sess_1", "effect_note": "it ends at once"}),
        ),
        (CREDENTIALS, 200, issued(3600)),
        (
            "POST /api/v1/connectors/prod-ro/console-url",
            200,
            json!({"url": "https://console.example/login", "warnings": []}),
        ),
        (
            "GET /api/v1/policies/gallery",
            200,
            json!({"items": [
                {"id": "read-only", "number": 1, "title": "Read only", "tags": ["safe"], "policy": {"Statement": []}}
            ]}),
        ),
    ])
}

/// Runs a command, looks at its exit status, at the requests it made, and for these texts in what it says.
#[track_caller]
fn check(arguments: &[&str], status: i32, lines: &[&str], says: &[&str]) {
    let server = server();
    let said = Home::with_token(&server).run(arguments).ends(status);
    let lines: Vec<_> = lines
        .iter()
        .map(|line| line.split_once(' ').map(|(method, path)| format!("{method} /api/v1/{path}")).unwrap())
        .collect();
    assert_eq!(server.take_lines(), lines, "{arguments:?}");
    let (text, other) = if status == 0 { (&said.stdout, &said.stderr) } else { (&said.stderr, &said.stdout) };
    for expected in says {
        assert!(text.contains(expected), "{arguments:?} does not say {expected:?}: {text}");
    }
    assert_eq!(other, "", "{arguments:?}");
}

#[test]
fn what_is_asked_for_is_asked_of_the_server_and_shown() {
    for (arguments, lines, says) in [
        (
            &["whoami"][..],
            &["GET me"][..],
            &["name       ana\n", "roles      administrator\n", "groups     dev, ops\n", "signed in  for "][..],
        ),
        (&["whoami", "--json"], &["GET me"], &[r#""display_name": "Ana""#]),
        (
            &["ls"],
            &["GET me/connectors?limit=1000"],
            &[
                "CONNECTOR  NAME                   ACCOUNT  UP TO  CONSOLE  STATE         WHY\n",
                "prod-ro    Production, read only  prod     4 h    allowed  usable        -\n",
                "dev        Develop\\u{1b}[2Jment   dev      1 h    denied   mfa_required  sign in with a second factor\n",
            ],
        ),
        (&["ls", "--json"], &["GET me/connectors?limit=1000"], &[r#""slug": "prod-ro""#]),
        (&["ls", "-q", "zzz"], &["GET me/connectors?limit=1000&q=zzz"], &["no connector like that"]),
        (&[], &["GET me/connectors?limit=1000"], &["prod-ro "]),
        (
            &["sessions"],
            &["GET me/sessions?limit=1000"],
            &["sess_1   prod-ro    ana     active  2026-11-22T12:00:00Z"],
        ),
        (
            &["sessions", "--all", "--connector", "prod-ro", "--state", "active", "--json"],
            &["GET sessions?limit=1000&connector=prod-ro&state=active"],
            &[r#""id": "sess_1""#],
        ),
        (&["revoke", "sess_1"], &["POST sessions/sess_1/revoke"], &["revoked sess_1: it ends at once\n"]),
        (
            &["console", "prod-ro", "--url", "-s", "ec2"],
            &["POST connectors/prod-ro/console-url"],
            &["https://console.example/login\n"],
        ),
        (&["gallery"], &["GET policies/gallery"], &["1    read-only  Read only  safe"]),
        (&["gallery", "1"], &["GET policies/gallery"], &["\"Statement\": []"]),
        (&["creds", "prod-ro"], &["POST connectors/prod-ro/credentials"], &[r#""access_key_id":"#, SECRET]),
        (
            &["creds", "prod-ro", "--format", "container"],
            &["POST connectors/prod-ro/credentials"],
            &[r#""Token":"canary-session-token""#],
        ),
        (
            &["env", "prod-ro", "--shell", "shell"],
            &["POST connectors/prod-ro/credentials"],
            &["export AWS_ACCESS_KEY_ID=", "export AWS_ENDPOINT_URL_STS=", "export REGENT_SESSION_ID="],
        ),
        (
            &["creds", "prod-ro", "--format", "ini", "--profile", "prod"],
            &["POST connectors/prod-ro/credentials"],
            &["[prod]\n", "aws_access_key_id"],
        ),
        (
            &["creds", "prod-ro", "--format", "aws"],
            &["POST connectors/prod-ro/credentials"],
            &["ASIAEXAMPLE"],
        ),
        (&["unset", "--shell", "fish"], &[], &["set -e AWS_SECRET_ACCESS_KEY"]),
    ] {
        check(arguments, 0, lines, says);
    }
}

#[test]
fn what_cannot_be_done_is_told_with_the_next_step() {
    for (arguments, status, lines, says) in [
        (&["creds", "nope"][..], 1, &["POST connectors/nope/credentials"][..], &["regent: nothing at"][..]),
        (&["creds", "prod-ro", "-d", "soon"], 2, &[], &["expected a duration like `4h`"]),
        (
            &["creds", "prod-ro", "--format", "xml"],
            2,
            &[],
            &["`xml` is not a form of credentials: expected json, aws"],
        ),
        (&["env", "prod-ro", "--shell", "ini"], 1, &[], &["`ini` sets nothing that could be unset"]),
        (
            &["gallery", "99"],
            1,
            &["GET policies/gallery"],
            &["no policy `99`", "fix: `regent gallery` lists them"],
        ),
        (&["exec", "prod-ro"], 2, &[], &["COMMAND"]),
        (&["ls", "--server", "http://regent.example.com"], 2, &[], &["would send secrets over the network"]),
    ] {
        check(arguments, status, lines, says);
    }
}

#[test]
fn every_kind_of_refusal_has_its_exit_status() {
    for (http, code, status) in [
        (401, "login_expired", 2),
        (403, "mfa_required", 2),
        (403, "not_granted", 3),
        (403, "request_required", 4),
        (202, "approval_pending", 4),
        (502, "trust_denied", 5),
        (409, "above_maximum", 1),
        (429, "rate_limited", 1),
        (500, "internal", 1),
        (301, "moved", 1),
    ] {
        let mut body = problem(code, "because of this");
        body["fix"] = json!("do that");
        let server = Server::new(&[(CREDENTIALS, http, body)]);
        let said = Home::with_token(&server).run(&["creds", "prod-ro"]).ends(status);
        if !matches!(http, 202 | 301) {
            assert_eq!(said.stderr, "regent: because of this\n  fix: do that\n");
        }
        assert_eq!(said.stdout, "");
    }
}

#[test]
fn an_answer_that_finds_no_room_is_a_failure_and_one_that_nobody_reads_is_none() {
    let server = server();
    server.answers("GET /api/v1/config/export", 200, &json!("connectors: []\n"));
    server.answers("POST /api/v1/config/plan", 200, &json!({"changes": []}));
    server.answers("POST /api/v1/system-callers", 201, &json!({"id": "sysc_1", "token": "rgts_once"}));
    let home = Home::with_token(&server);
    let document = home.write("config.yaml", "connectors: []\n");
    for arguments in [
        &["creds", "prod-ro"][..],
        &["creds", "prod-ro", "--format", "aws"],
        &["env", "prod-ro", "--shell", "shell"],
        &["unset", "--shell", "shell"],
        &["credential-process", "prod-ro"],
        &["export"],
        &["plan", "-f", &document],
        &["system-caller", "create", "build"],
        &["system-caller", "create", "build", "--json"],
        &["console", "prod-ro", "--url"],
        &["gallery", "1"],
        &["ls"],
        &["agent"],
        &["completions", "bash"],
    ] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let said = Said::of(home.command(arguments).stdout(full).output().unwrap()).ends(1);
        assert!(said.stderr.contains("cannot write to standard output"), "{arguments:?} {said:?}");
        assert!(said.stderr.contains("No space left on device"), "{arguments:?} {said:?}");
        if arguments != ["agent"] {
            let mut child = home.start(arguments);
            drop(child.stdout.take());
            Said::of(child.wait_with_output().unwrap()).ends(0);
        }
    }
}

#[test]
fn without_a_server_and_without_a_login_the_next_step_is_told() {
    let home = Home::new();
    for arguments in [&["ls"][..], &["creds", "prod-ro"], &["whoami"], &["connector", "ls"], &["doctor"]] {
        let said = home.run(arguments);
        assert!(matches!(said.status, Some(1 | 2)), "{arguments:?} {said:?}");
        let text = said.stdout + &said.stderr;
        assert!(text.contains("`regent login --server https://regent.example.com`"), "{arguments:?} {text}");
    }
    let server = Server::new(&[]);
    let home = home.with("REGENT_SERVER", server.url());
    let said = home.run(&["ls"]).ends(2);
    assert!(said.stderr.contains("nobody is signed in at http://127.0.0.1:"), "{said:?}");
    let said = home.run(&["credential-process", "prod-ro"]).ends(2);
    assert_eq!((said.stderr.lines().count(), said.stdout.as_str()), (1, ""), "{said:?}");
    // A login that another program is asked to bring about opens nothing by itself.
    assert_eq!(server.take_lines(), Vec::<String>::new());
}

#[test]
fn a_server_that_is_not_there_is_told_as_such() {
    let server = Server::new(&[]);
    let url = server.url();
    drop(server);
    let home = Home::new().with("REGENT_SERVER", &url).with("REGENT_TOKEN", "t");
    let said = home.run(&["ls"]).ends(1);
    assert!(said.stderr.starts_with(&format!("regent: cannot reach the server at {url}: ")), "{said:?}");
    assert!(said.stderr.contains("`regent doctor`"), "{said:?}");
}

#[test]
fn the_doctor_names_what_is_wrong_and_its_remedy() {
    let me = json!({"id": "user_1", "name": "ana", "groups": [], "sign_in": {"expires_at": "2030-01-01T00:00:00Z"}});
    let server = Server::new(&[
        ("GET /api/v1/status", 200, json!({"version": env!("CARGO_PKG_VERSION"), "setup": "done"})),
        ("GET /api/v1/me", 200, me),
        (
            "POST /api/v1/connectors/prod-ro/caller-identity",
            200,
            json!({"arn": "arn:aws:sts::1:assumed-role/Ro/ana"}),
        ),
        (
            "POST /api/v1/connectors/dev/caller-identity",
            502,
            problem("trust_denied", "the role does not trust us"),
        ),
    ]);
    let home = Home::with_token(&server);
    let said = home.run(&["doctor", "prod-ro", "--json"]).ends(0).json();
    let status = |name: &str, said: &Value| {
        let steps = said["steps"].as_array().unwrap();
        steps.iter().find(|step| step["name"] == name).map(|step| step["status"].as_str().unwrap().to_owned())
    };
    for (name, expected) in [
        ("server", "ok"),
        ("login", "ok"),
        ("groups", "ok"),
        ("cache", "ok"),
        ("~/.aws", "ok"),
        ("connector", "ok"),
    ] {
        assert_eq!(status(name, &said).as_deref(), Some(expected), "{name} {said}");
    }
    home.write(".aws/credentials", "[default]\naws_secret_access_key = x\n");
    let said = home.run(&["doctor", "dev"]).ends(1);
    for text in ["the role does not trust us", "others can read", "fix: `chmod 600"] {
        assert!(said.stdout.contains(text), "{text} {said:?}");
    }
    let home = home.without("REGENT_TOKEN");
    let said = home.run(&["doctor"]).ends(2);
    assert!(said.stdout.contains("nobody is signed in"), "{said:?}");
}
