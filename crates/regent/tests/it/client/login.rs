//! Signing in: one page, one code, one login for all.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Child;

use serde_json::json;
use url::Url;

use super::server::Server;
use super::{Home, Said, problem};

const TOKEN: &str = "POST /api/v1/auth/token";

fn token(text: &str) -> serde_json::Value {
    json!({"access_token": text, "token_type": "Bearer", "expires_in": 3600, "me": {"id": "user_1", "name": "ana"}})
}

fn me() -> serde_json::Value {
    json!({"id": "user_1", "name": "ana"})
}

/// Reads the page that a person is asked to open.
fn page(child: &mut Child) -> (Url, BufReader<std::process::ChildStderr>) {
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("http") {
        line.clear();
        assert_ne!(lines.read_line(&mut line).unwrap(), 0, "no page was named");
    }
    (line.trim().parse().unwrap(), lines)
}

fn parameter(url: &Url, name: &str) -> String {
    url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned()
}

/// Comes back as a browser does, and reads what it is shown.
fn come_back(page: &Url, query: &str) -> String {
    let back: Url = parameter(page, "redirect_uri").parse().unwrap();
    get(&back, &format!("{}?{query}", back.path()), &[])
}

/// A request as plain text, and its answer.
pub(super) fn get(url: &Url, path: &str, headers: &[(&str, &str)]) -> String {
    let host = format!("127.0.0.1:{}", url.port().unwrap());
    let mut stream = TcpStream::connect(&host).unwrap();
    let mut request = format!("GET {path} HTTP/1.1\r\nConnection: close\r\n");
    let ours = [("Host", host.as_str())];
    let names_a_host = headers.iter().any(|(name, _)| *name == "Host");
    for (name, value) in ours.iter().filter(|_| !names_a_host).chain(headers) {
        request.extend([*name, ": ", *value, "\r\n"]);
    }
    stream.write_all(format!("{request}\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn finish(child: Child, mut stderr: BufReader<std::process::ChildStderr>) -> Said {
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    let mut said = Said::of(child.wait_with_output().unwrap());
    said.stderr = rest;
    said
}

#[test]
fn a_browser_comes_back_with_a_code_that_only_this_process_can_use() {
    let server = Server::new(&[(TOKEN, 200, token("rgtc_1")), ("GET /api/v1/me", 200, me())]);
    let home = Home::new();
    let mut child = home.start(&["login", "--server", &server.url(), "--no-browser"]);
    let (page, stderr) = page(&mut child);
    assert!(page.as_str().starts_with(&format!("{}console/authorize?", server.url())), "{page}");
    assert_eq!(parameter(&page, "code_challenge_method"), "S256");
    // Somebody else's page cannot bring a code of its own, nor end the sign-in.
    assert!(come_back(&page, "code=evil&state=guess").starts_with("HTTP/1.1 400 "));
    assert!(come_back(&page, "error=access_denied&state=").starts_with("HTTP/1.1 400 "));
    let shown = come_back(&page, &format!("code=c0de&state={}", parameter(&page, "state")));
    assert!(shown.starts_with("HTTP/1.1 200 ") && shown.contains("You are signed in"), "{shown}");
    assert!(shown.contains("no-store") && shown.contains("no-referrer"), "{shown}");
    let said = finish(child, stderr).ends(0);
    assert!(said.stdout.starts_with(&format!("signed in to {} as ana for 59 min", server.url())), "{said:?}");

    let asked = server.seen()[0].json();
    let verifier = asked["code_verifier"].as_str().unwrap();
    let challenge = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes());
    assert_eq!(data_encoding::BASE64URL_NOPAD.encode(challenge.as_ref()), parameter(&page, "code_challenge"));
    assert_eq!((&asked["grant_type"], &asked["code"]), (&json!("authorization_code"), &json!("c0de")));
    assert_eq!(asked["redirect_uri"], parameter(&page, "redirect_uri"));
    // The server need not be named again.
    home.run(&["whoami"]).ends(0);
    assert_eq!(server.seen()[1].by, "Bearer rgtc_1");
}

#[test]
fn a_sign_in_that_is_refused_in_the_browser_says_so() {
    let server = Server::new(&[]);
    let home = Home::new();
    let mut child = home.start(&["login", "--server", &server.url(), "--no-browser"]);
    let (page, stderr) = page(&mut child);
    come_back(&page, &format!("error=access_denied&state={}", parameter(&page, "state")));
    let said = finish(child, stderr).ends(2);
    assert!(said.stderr.contains("refused in the browser: access_denied"), "{said:?}");
}

#[test]
fn who_signs_in_second_waits_and_shares_the_first_login() {
    let server = Server::new(&[(TOKEN, 200, token("rgtc_1"))]);
    let home = Home::new();
    let arguments = ["login", "--server", &server.url(), "--no-browser"];
    let mut first = home.start(&arguments);
    let (page, stderr) = page(&mut first);
    let mut second = home.start(&arguments);
    let mut waiting = BufReader::new(second.stderr.take().unwrap());
    let mut line = String::new();
    waiting.read_line(&mut line).unwrap();
    assert_eq!(line, "another `regent login` is under way: waiting for it\n");
    come_back(&page, &format!("code=c0de&state={}", parameter(&page, "state")));
    finish(first, stderr).ends(0);
    let said = finish(second, waiting).ends(0);
    assert_eq!((said.stderr.as_str(), server.count(TOKEN)), ("", 1));
    assert!(said.stdout.contains("as ana"), "{said:?}");
}

#[test]
fn a_code_is_typed_elsewhere_and_waited_for() {
    let started = json!({
        "device_code": "dev1ce", "user_code": "ABCD-EFGH", "verification_uri": "https://regent.example/console/device",
        "verification_uri_complete": "https://regent.example/console/device?user_code=ABCD-EFGH",
        "expires_in": 600, "interval": 1
    });
    let server = Server::new(&[
        ("POST /api/v1/auth/device", 200, started),
        (TOKEN, 400, problem("authorization_pending", "nobody has come yet")),
        (TOKEN, 200, token("rgtc_2")),
    ]);
    let home = Home::new();
    let said = home.run(&["login", "--server", &server.url(), "--device"]).ends(0);
    assert!(
        said.stderr.contains("https://regent.example/console/device\n") && said.stderr.contains("ABCD-EFGH")
    );
    assert!(said.stdout.contains("as ana"), "{said:?}");
    assert_eq!(server.seen()[1].json()["device_code"], "dev1ce");
    server.now_answers(TOKEN, 400, &problem("access_denied", "no"));
    let said = home.run(&["login", "--device"]).ends(2);
    assert!(said.stderr.contains("the sign-in was refused in the browser"), "{said:?}");
}

#[test]
fn a_builds_jwt_is_exchanged_once_and_anew_when_it_must_be() {
    let server = Server::new(&[(TOKEN, 200, token("rgtc_3")), ("GET /api/v1/me", 200, me())]);
    let home = Home::new().with("REGENT_SERVER", server.url());
    let file = home.write("jwt", "head.body.sign\n");
    let home = home.with("REGENT_JWT_FILE", &file);
    for _ in 0..2 {
        home.run(&["whoami"]).ends(0);
    }
    assert_eq!(server.count(TOKEN), 1);
    assert_eq!(server.seen()[0].json()["assertion"], "head.body.sign");
    // Another build's JWT in the same place is another caller.
    home.write("jwt", "head.other.sign");
    let mut short = token("rgtc_4");
    short["expires_in"] = json!(1);
    server.now_answers(TOKEN, 200, &short);
    for _ in 0..2 {
        home.run(&["whoami"]).ends(0);
    }
    assert_eq!(server.count(TOKEN), 3);
    assert_eq!(server.seen().last().unwrap().by, "Bearer rgtc_4");
    std::fs::remove_file(file).unwrap();
    assert!(home.run(&["whoami"]).ends(1).stderr.contains("there is no JWT file"));
}

#[test]
fn a_logout_ends_the_login_here_and_there_and_forgets_what_came_of_it() {
    let server = Server::new(&[
        ("GET /api/v1/me", 200, me()),
        (super::CREDENTIALS, 200, super::issued(3600)),
        ("POST /api/v1/auth/logout", 204, json!("")),
    ]);
    let home = Home::with_token(&server);
    assert!(home.run(&["login"]).ends(0).stdout.contains("as ana"));
    let home = home.without("REGENT_TOKEN");
    home.run(&["credential-process", "prod-ro"]).ends(0);
    assert!(home.run(&["logout"]).ends(0).stdout.starts_with("signed out of http://"));
    assert_eq!(server.seen().last().unwrap().line, "POST /api/v1/auth/logout");
    let left = home.files().into_iter().filter(|(path, _)| path.extension().is_none());
    let left: Vec<_> = left.map(|(path, _)| path.file_name().unwrap().to_owned()).collect();
    assert_eq!(left, ["server"], "{left:?}");
    home.run(&["credential-process", "prod-ro"]).ends(2);
    assert!(home.run(&["logout"]).ends(0).stdout.starts_with("nobody is signed in to"));
}

#[test]
fn a_login_that_is_needed_is_brought_about_only_when_allowed() {
    let server =
        Server::new(&[(TOKEN, 200, token("rgtc_5")), (super::CREDENTIALS, 200, super::issued(3600))]);
    // A browser that signs in at once: it follows the page's redirect by itself.
    let home = Home::new().with("REGENT_SERVER", server.url());
    let browser = home.write(
        "browser",
        "#!/bin/bash\n\
         get() { printf '%b' \"$(sed -n \"s/.*[?&]$1=\\([^&]*\\).*/\\1/p\" <<<\"$url\" | sed 's/%/\\\\x/g')\"; }\n\
         url=$1; back=$(get redirect_uri); state=$(get state); port=${back#*127.0.0.1:}; port=${port%%/*}\n\
         exec 3<>/dev/tcp/127.0.0.1/$port\n\
         printf 'GET /callback?code=c&state=%s HTTP/1.1\\r\\nHost: 127.0.0.1:%s\\r\\n\\r\\n' \"$state\" \"$port\" >&3\n\
         cat <&3 >/dev/null\n",
    );
    let home = home.with("BROWSER", format!("bash {browser}"));
    home.run(&["credential-process", "prod-ro"]).ends(2);
    assert_eq!(server.count(TOKEN), 0);
    let said = home.run(&["credential-process", "prod-ro", "--auto-login"]).ends(0);
    assert_eq!(said.json()["AccessKeyId"], "ASIAEXAMPLE");
    assert_eq!(server.count(TOKEN), 1);
}
