//! `--token-file`: a token that is seen once goes into a file, and is not lost with it.

use serde_json::json;

use super::server::Server;
use super::{Home, Said};

const COMMANDS: [&[&str]; 2] =
    [&["system-caller", "create", "deploy"], &["system-caller", "rotate-token", "build"]];

/// Runs a command that writes its token to this path, and gives how many requests it made.
fn run(command: &[&str], file: &str, options: &[&str]) -> (Said, usize, Home) {
    let found = json!({"items": [{"id": "sysc_1", "name": "build"}], "next_cursor": null});
    let made = json!({"id": "sysc_1", "token": "rgts_once"});
    let server = Server::new(&[
        ("GET /api/v1/system-callers?limit=1000&q=build", 200, found),
        ("POST /api/v1/system-callers", 201, made.clone()),
        ("POST /api/v1/system-callers/sysc_1/rotate-token", 200, made),
    ]);
    let home = Home::with_token(&server);
    let path = home.path(file);
    let said = home.run(&[command, &["--token-file", path.to_str().unwrap()], options].concat());
    (said, server.seen().len(), home)
}

#[test]
fn a_token_is_in_its_file_and_nowhere_else() {
    for command in COMMANDS {
        for options in [&[][..], &["--json"]] {
            let (said, _, home) = run(command, "token", options);
            assert!(!said.ends(0).stdout.contains("rgts_once"), "{command:?}");
            assert_eq!(std::fs::read_to_string(home.path("token")).unwrap(), "rgts_once\n");
        }
    }
}

#[test]
fn nothing_is_made_whose_token_could_not_be_written() {
    for command in COMMANDS {
        for file in ["missing/token", ""] {
            let (said, requests, _home) = run(command, file, &[]);
            assert!(said.ends(1).stderr.contains("cannot write `"), "{command:?} {file}");
            assert_eq!(requests, 0, "{command:?} {file}");
        }
    }
}

#[test]
fn a_token_that_finds_no_file_in_the_end_is_printed() {
    for command in COMMANDS {
        for options in [&[][..], &["--json"]] {
            // Beside it there is room; only the last step finds that it would be a folder.
            let (said, _, _home) = run(command, "token/", options);
            let said = said.ends(1);
            assert!(said.stderr.contains("the token is on standard output instead\n  because "), "{said:?}");
            assert!(said.stdout.contains("rgts_once"), "{said:?}");
        }
    }
}
