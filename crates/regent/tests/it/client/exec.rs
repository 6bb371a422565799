//! `regent exec`: a command of one's own with credentials, and nobody else with them.

use std::io::{BufRead as _, BufReader};
use std::process::Command;

use serde_json::json;

use super::server::Server;
use super::{CREDENTIALS, Home, SECRET, Said, issued};

/// What an SDK does, twice, the second time with a token that is none.
const ASK: &str = r#"
        [ -z "$AWS_ACCESS_KEY_ID$AWS_SECRET_ACCESS_KEY$AWS_SESSION_TOKEN" ] || exit 9
        host=${AWS_CONTAINER_CREDENTIALS_FULL_URI#http://}; path=/${host#*/}; host=${host%%/*}
        ask() {
            exec 3<>"/dev/tcp/${host%:*}/${host#*:}"
            printf 'GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\n\r\n' "$path" "$host" "$1" >&3
            cat <&3; echo
        }
        ask "$AWS_CONTAINER_AUTHORIZATION_TOKEN"; ask wrong; echo "$AWS_REGION $AWS_ENDPOINT_URL_STS""#;

fn shell<'a>(home: &Home, options: &[&'a str], script: &'a str) -> Said {
    home.run(&[&["exec", "prod-ro"], options, &["--", "sh", "-c", script]].concat())
}

#[test]
fn a_command_has_the_session_and_nothing_of_another() {
    let server = Server::new(&[(CREDENTIALS, 200, issued(3600))]);
    let home =
        Home::with_token(&server).with("AWS_PROFILE", "other").with("AWS_WEB_IDENTITY_TOKEN_FILE", "/x");
    let said = shell(&home, &[], "env").ends(0);
    let variable = |name: &str| said.stdout.lines().find_map(|line| line.strip_prefix(&format!("{name}=")));
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", Some("ASIAEXAMPLE")),
        ("AWS_SECRET_ACCESS_KEY", Some(SECRET)),
        ("AWS_SESSION_TOKEN", Some("canary-session-token")),
        ("AWS_REGION", Some("eu-west-1")),
        ("AWS_DEFAULT_REGION", Some("eu-west-1")),
        ("AWS_ENDPOINT_URL_STS", Some("http://127.0.0.1:9/sts")),
        ("AWS_ENDPOINT_URL_IAM", Some("http://127.0.0.1:9/iam")),
        ("REGENT_SESSION_ID", Some("sess_1")),
        ("AWS_PROFILE", None),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", None),
        ("REGENT_TOKEN", None),
    ] {
        assert_eq!(variable(name), value, "{name}");
    }
    assert!(variable("AWS_CREDENTIAL_EXPIRATION").is_some_and(|end| end.ends_with('Z')), "{said:?}");
}

#[test]
fn a_session_of_aws_itself_goes_to_no_other_servers_endpoint() {
    let mut aws = issued(3600);
    aws["endpoints"] = json!(null);
    let server = Server::new(&[(CREDENTIALS, 200, aws)]);
    let home = Home::with_token(&server)
        .with("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9/other")
        .with("AWS_ENDPOINT_URL_IAM", "http://127.0.0.1:9/other");
    for options in [&[][..], &["--refresh"]] {
        let said = shell(&home, options, "env").ends(0);
        assert!(!said.stdout.contains("AWS_ENDPOINT_URL"), "{options:?} {said:?}");
    }
}

#[test]
fn the_exit_status_is_the_commands_own() {
    let server = Server::new(&[(CREDENTIALS, 200, issued(3600))]);
    let home = Home::with_token(&server);
    for options in [&[][..], &["--refresh"]] {
        shell(&home, options, "exit 0").ends(0);
        shell(&home, options, "exit 42").ends(42);
        let said = home.run(&[&["exec", "prod-ro"], options, &["--", "/nowhere/command"]].concat()).ends(127);
        assert!(said.stderr.contains("cannot run `/nowhere/command`"), "{said:?}");
        home.run(&[&["exec", "prod-ro"], options, &["--", "/dev/null"]].concat()).ends(126);
    }
    // In its place a command dies of its own signals; behind the endpoint that is told as shells tell it.
    assert_eq!(shell(&home, &[], "kill -TERM $$").status, None);
    shell(&home, &["--refresh"], "kill -TERM $$").ends(128 + 15);
}

#[test]
fn signals_reach_the_command() {
    let server = Server::new(&[(CREDENTIALS, 200, issued(3600))]);
    let home = Home::with_token(&server);
    let script = "for s in TERM INT HUP USR1; do trap \"echo got $s; exit 7\" $s; done; echo ready; while :; do sleep 0.05; done";
    for options in [&[][..], &["--refresh"]] {
        for signal in ["TERM", "INT", "HUP", "USR1"] {
            let arguments = [&["exec", "prod-ro"], options, &["--", "sh", "-c", script]].concat();
            let mut child = home.start(&arguments);
            let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
            assert_eq!(lines.next().unwrap().unwrap(), "ready");
            let sent = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap();
            assert!(sent.success());
            assert_eq!(lines.next().unwrap().unwrap(), format!("got {signal}"), "{options:?}");
            assert_eq!(child.wait().unwrap().code(), Some(7), "{options:?} {signal}");
        }
    }
}

#[test]
fn a_long_run_gets_new_credentials_as_it_needs_them() {
    let mut short = issued(3600);
    short["seconds"] = json!(3600);
    let server = Server::new(&[(CREDENTIALS, 200, short)]);
    let home = Home::with_token(&server);
    for options in [&["--refresh"][..], &["-d", "12h"]] {
        let said = home.run(&[&["exec", "prod-ro"], options, &["--", "bash", "-c", ASK]].concat()).ends(0);
        assert!(said.stdout.contains(r#""Token":"canary-session-token""#), "{said:?}");
        assert!(said.stdout.contains(r#""code":"Unauthorized""#), "{said:?}");
        assert!(said.stdout.ends_with("eu-west-1 http://127.0.0.1:9/sts\n"), "{said:?}");
        assert_eq!(said.stderr.contains("a session lives for 1 h"), options.len() == 2, "{said:?}");
    }
}

#[test]
fn the_sessions_that_a_long_run_uses_are_those_that_were_asked_for() {
    let server = Server::new(&[(CREDENTIALS, 200, issued(3600))]);
    let home = Home::with_token(&server);
    let options = ["--refresh", "--no-cache", "--reason", "deploy", "-d", "1h", "--strict"];
    home.run(&[&["exec", "prod-ro"], &options[..], &["--", "bash", "-c", ASK]].concat()).ends(0);
    let asked: Vec<_> = server.seen().iter().map(super::server::Seen::json).collect();
    let wish = json!({"format": "json", "duration_seconds": 3600, "strict": true, "reason": "deploy"});
    assert_eq!(asked, [wish.clone(), wish]);
}
