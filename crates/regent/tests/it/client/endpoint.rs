//! `regent agent`: what SDKs ask for over loopback, and what everybody else gets.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command};

use url::Url;

use super::login::get;
use super::server::Server;
use super::{CREDENTIALS, Home, issued, problem};

/// An endpoint that runs; it ends with the test.
struct Agent {
    child: Child,
    url: Url,
    token_file: String,
}

impl Agent {
    fn start(home: &Home, connectors: &[&str]) -> Self {
        let mut child = home.start(&[&["agent"], connectors].concat());
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut value = |name: &str| {
            let line = lines.next().unwrap().unwrap();
            line.strip_prefix(&format!("export {name}=")).unwrap_or_else(|| panic!("{line}")).to_owned()
        };
        let url = value("AWS_CONTAINER_CREDENTIALS_FULL_URI").parse().unwrap();
        Self { url, token_file: value("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"), child }
    }

    fn ask(&self, path: &str, headers: &[(&str, &str)]) -> String {
        get(&self.url, path, headers)
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn only_who_has_the_token_gets_credentials_and_only_of_what_is_served() {
    let server = Server::new(&[
        (CREDENTIALS, 200, issued(3600)),
        ("POST /api/v1/connectors/dev/credentials", 403, problem("not_granted", "no grant of yours")),
        (
            "POST /api/v1/connectors/broken/credentials",
            502,
            problem("trust_denied", "the role does not trust us"),
        ),
    ]);
    let home = Home::with_token(&server);
    let agent = Agent::start(&home, &["prod-ro", "dev", "broken"]);
    let token = std::fs::read_to_string(&agent.token_file).unwrap();
    let ours = [("Authorization", token.as_str())];
    let path = "/v1/credentials/prod-ro";
    for (path, headers, status, says) in [
        (path, &ours[..], 200, r#""AccessKeyId":"ASIAEXAMPLE""#),
        (path, &[], 401, "Unauthorized"),
        (path, &[("Authorization", "wrong")], 401, "Unauthorized"),
        (path, &[("Authorization", token.as_str()), ("Host", "evil.example")], 421, "not the host"),
        ("/v1/credentials/other", &ours, 404, "NotFound"),
        ("/v1/credentials/", &ours, 404, "NotFound"),
        ("/", &ours, 404, "NotFound"),
        ("/v1/credentials/dev", &ours, 403, r#"{"code":"NotGranted","message":"no grant of yours"}"#),
        ("/v1/credentials/broken", &ours, 502, "the role does not trust us"),
    ] {
        let answer = agent.ask(path, headers);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path} {headers:?}: {answer}");
        assert!(answer.contains(says), "{path} {headers:?}: {answer}");
    }
    // The same cache as everybody's.
    agent.ask(path, &ours);
    home.run(&["credential-process", "prod-ro"]).ends(0);
    assert_eq!(server.count(CREDENTIALS), 1);
}

#[test]
fn the_token_goes_with_the_endpoint() {
    let server = Server::new(&[]);
    let home = Home::with_token(&server);
    let mut agent = Agent::start(&home, &[]);
    assert!(agent.url.path().ends_with("/CONNECTOR"), "{}", agent.url);
    assert!(std::path::Path::new(&agent.token_file).exists());
    Command::new("kill").args(["-s", "TERM", &agent.child.id().to_string()]).status().unwrap();
    assert_eq!(agent.child.wait().unwrap().code(), Some(0));
    assert!(!std::path::Path::new(&agent.token_file).exists());
}

#[test]
fn an_endpoint_that_nobody_signed_in_for_does_not_start() {
    let server = Server::new(&[]);
    let home = Home::new().with("REGENT_SERVER", server.url());
    assert!(home.run(&["agent"]).ends(2).stderr.contains("nobody is signed in"));
}
