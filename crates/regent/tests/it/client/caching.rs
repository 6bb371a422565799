//! Credentials between processes: fresh ones are shared, one process at a time asks for new ones.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use super::server::Server;
use super::{CREDENTIALS, Home, SECRET, Said, TOKEN, issued, problem};

const PROCESS: [&str; 2] = ["credential-process", "prod-ro"];

#[test]
fn fifty_processes_at_once_make_one_request_and_give_the_same_answer() {
    let server = Server::new(&[(CREDENTIALS, 200, issued(3600))]);
    let home = Home::with_token(&server);
    let children: Vec<_> = (0..50).map(|_| home.start(&PROCESS)).collect();
    let said: Vec<_> =
        children.into_iter().map(|child| Said::of(child.wait_with_output().unwrap())).collect();
    let first = said[0].json();
    assert_eq!((&first["Version"], &first["SecretAccessKey"]), (&json!(1), &json!(SECRET)));
    for one in &said {
        assert_eq!((one, one.status, one.stderr.as_str()), (&said[0], Some(0), ""));
    }
    assert_eq!(server.count(CREDENTIALS), 1);
}

#[test]
fn processes_that_wait_together_share_a_refusal_and_later_ones_ask_again() {
    let server = Server::new(&[(CREDENTIALS, 403, problem("not_granted", "no grant of yours"))]);
    let home = Home::with_token(&server);
    let children: Vec<_> = (0..20).map(|_| home.start(&PROCESS)).collect();
    for child in children {
        let said = Said::of(child.wait_with_output().unwrap()).ends(3);
        assert_eq!((said.stdout.as_str(), said.stderr.as_str()), ("", "regent: no grant of yours\n"));
    }
    // A process that began after the answer asks for itself; none of them asks twice.
    let asked = server.count(CREDENTIALS);
    assert!((1..=20).contains(&asked), "{asked}");
    home.run(&PROCESS).ends(3);
    assert_eq!(server.count(CREDENTIALS), asked + 1);
    server.now_answers(CREDENTIALS, 200, &issued(3600));
    home.run(&PROCESS).ends(0);
}

#[test]
fn what_lives_long_enough_is_handed_out_again_and_what_does_not_is_renewed() {
    for (life, left, arguments, requests) in [
        (3600, 3600, &[][..], 1),
        (3600, 1000, &[], 1),
        (3600, 800, &[], 2),
        (43_200, 4400, &[], 1),
        (43_200, 4200, &[], 2),
        (900, 880, &[], 1),
        (900, 400, &[], 2),
        (3600, 800, &["--refresh-window", "10m"], 1),
        (3600, 3600, &["--no-cache"], 2),
    ] {
        let mut old = issued(left);
        old["seconds"] = json!(life);
        let server = Server::new(&[(CREDENTIALS, 200, old)]);
        let home = Home::with_token(&server);
        let process = [&PROCESS, arguments].concat();
        home.run(&process).ends(0);
        home.run(&process).ends(0);
        assert_eq!(server.count(CREDENTIALS), requests, "{life} {left} {arguments:?}");
    }
}

#[test]
fn other_wishes_and_other_callers_get_their_own() {
    let server = Server::new(&[(CREDENTIALS, 200, issued(3600))]);
    let home = Home::with_token(&server);
    let twice = |arguments: &[&str]| {
        for _ in 0..2 {
            home.run(&[&PROCESS, arguments].concat()).ends(0);
        }
    };
    twice(&[]);
    twice(&["-d", "1h"]);
    twice(&["-d", "1h", "--strict"]);
    assert_eq!(server.count(CREDENTIALS), 3);
    let asked: Vec<_> = server.seen().iter().map(super::server::Seen::json).collect();
    assert_eq!(asked[0], json!({"format": "json"}));
    assert_eq!(asked[2], json!({"format": "json", "duration_seconds": 3600, "strict": true}));
    let home = home.without("REGENT_TOKEN").with("REGENT_TOKEN", "rgts_another");
    home.run(&PROCESS).ends(0);
    assert_eq!(server.count(CREDENTIALS), 4);
    assert_eq!(server.seen()[3].by, "Bearer rgts_another");
}

#[test]
fn while_the_server_is_away_what_still_lives_goes_on_and_a_refusal_ends_it() {
    let mut old = issued(700);
    old["seconds"] = json!(3600);
    let server = Server::new(&[(CREDENTIALS, 200, old.clone())]);
    let home = Home::with_token(&server);
    home.run(&PROCESS).ends(0);
    // Again and again: what goes on is not forgotten meanwhile.
    for (http, code) in [
        (503, "audit_unavailable"),
        (502, "upstream_unreachable"),
        (502, "upstream_busy"),
        (429, "rate_limited"),
        (503, "audit_unavailable"),
    ] {
        server.now_answers(CREDENTIALS, http, &problem(code, "not now"));
        let asked = server.count(CREDENTIALS);
        assert_eq!(home.run(&PROCESS).ends(0).json()["SecretAccessKey"], SECRET, "{http} {code}");
        assert_eq!(server.count(CREDENTIALS), asked + 1);
    }
    // Access that was taken away is gone, however long the old credentials would live.
    for (http, code, status) in [(403, "disabled", 3), (502, "trust_denied", 5)] {
        let home = Home::with_token(&server);
        server.now_answers(CREDENTIALS, 200, &old);
        home.run(&PROCESS).ends(0);
        server.now_answers(CREDENTIALS, http, &problem(code, "not any more"));
        home.run(&PROCESS).ends(status);
        server.now_answers(CREDENTIALS, 503, &problem("audit_unavailable", "the audit trail is full"));
        let said = home.run(&PROCESS).ends(1);
        assert_eq!(said.stderr, "regent: the audit trail is full\n");
    }
}

#[test]
fn nothing_secret_lies_on_the_disk_and_nobody_else_may_look() {
    let me = json!({"kind": "system_caller", "id": "sysc_1", "name": "build"});
    let server = Server::new(&[(CREDENTIALS, 200, issued(3600)), ("GET /api/v1/me", 200, me)]);
    let home = Home::with_token(&server);
    home.run(&["login"]).ends(0);
    home.run(&PROCESS).ends(0);
    let home = home.without("REGENT_TOKEN");
    home.run(&PROCESS).ends(0);
    assert_eq!(server.seen().last().unwrap().by, format!("Bearer {TOKEN}"));
    for (path, bytes) in home.files() {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("canary"), "{path:?}");
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700), "{path:?}");
    }
    // Without its key the cache is empty, and nobody is signed in.
    std::fs::remove_file(home.path("run/regent/cache.key")).unwrap();
    let said = home.run(&PROCESS).ends(2);
    assert_eq!(said.stderr.lines().count(), 1, "{said:?}");
}

#[test]
fn where_nothing_can_be_written_a_token_is_enough() {
    let server = Server::new(&[(CREDENTIALS, 200, issued(3600))]);
    let home = Home::with_token(&server)
        .with("XDG_CACHE_HOME", "/dev/null/cache")
        .with("XDG_CONFIG_HOME", "/dev/null/config");
    let home = home.with("XDG_RUNTIME_DIR", "/dev/null/run");
    home.run(&PROCESS).ends(0);
    home.run(&PROCESS).ends(0);
    assert_eq!(server.count(CREDENTIALS), 2);
}
