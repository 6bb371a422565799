//! `regent` as a client, through the built binary: what it asks a server for, what it says, and how it ends.

use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

use crate::process::BINARY;

mod admin;
mod caching;
mod endpoint;
mod exec;
mod login;
mod profiles;
mod server;
mod token_file;
mod verbs;

use server::Server;

/// What must never be seen where it does not belong.
const SECRET: &str = "canary-secret/access+key";
const TOKEN: &str = "rgts_canary-token";

/// A person's machine: a home of its own, and nothing of ours in the environment.
struct Home {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("run")).unwrap();
        Self { folder, variables: Vec::new() }
    }

    /// A machine whose person has a token for the server in the environment.
    fn with_token(server: &Server) -> Self {
        Self::new().with("REGENT_SERVER", server.url()).with("REGENT_TOKEN", TOKEN)
    }

    fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.variables.retain(|(variable, _)| variable != name);
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.folder.path())
            .env("XDG_RUNTIME_DIR", self.path("run"))
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("SHELL", "/bin/sh")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Said {
        Said::of(self.start(arguments).wait_with_output().unwrap())
    }

    /// Runs a command that reads this on standard input.
    fn run_reading(&self, arguments: &[&str], input: &str) -> Said {
        use std::io::Write as _;
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        Said::of(child.wait_with_output().unwrap())
    }

    /// All files, with what is in them.
    fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let (mut folders, mut files) = (vec![self.folder.path().to_owned()], Vec::new());
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let bytes = std::fs::read(&path).unwrap();
                    files.push((path, bytes));
                }
            }
        }
        files
    }
}

/// How a command ended, and what it said.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Said {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    #[track_caller]
    fn ends(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{self:?}");
        self
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// The server's answer to a wish for credentials that end in this many seconds.
fn issued(seconds: i64) -> Value {
    let end = regent::clock::Clock::System.now() + jiff::SignedDuration::from_secs(seconds);
    json!({
        "access_key_id": "ASIAEXAMPLE", "secret_access_key": SECRET, "session_token": "canary-session-token",
        "expiration": end.to_string(), "region": "eu-west-1",
        "endpoints": {"sts": "http://127.0.0.1:9/sts", "iam": "http://127.0.0.1:9/iam"},
        "session_id": "sess_1", "arn": "arn:aws:sts::111122223333:assumed-role/Ro/ana", "seconds": seconds, "warnings": []
    })
}

/// What the server says when it does not do what was asked.
fn problem(code: &str, detail: &str) -> Value {
    json!({"type": format!("urn:regent:problem:{code}"), "title": "No", "status": 0, "code": code, "detail": detail})
}

const CREDENTIALS: &str = "POST /api/v1/connectors/prod-ro/credentials";
