//! The built binary as a process of its own.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use regent::clock::Clock;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};

use crate::http::wire::{Reply, Wire, signed};
use crate::support::{ACCOUNT, Client};

/// The binary that the tests were built with.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_regent");
/// Far longer than anything here takes: a test that waits for it has failed.
const TOO_LONG: Duration = Duration::from_mins(1);

/// A server. It ends with the test.
pub(crate) struct Process {
    child: Child,
    address: String,
    /// Kept open: what the server says is said to somebody.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// A server with these settings, on a port of its own, with one account whose root key is `root`'s.
    pub(crate) async fn serve(settings: &[&str], root: &Client) -> Self {
        let mut command = Command::new(BINARY);
        command.arg("serve").args(settings);
        Self::start(command, root).await
    }

    /// The server that a command ends in; the arguments that every server here has are added.
    pub(crate) async fn start(mut command: Command, root: &Client) -> Self {
        command.args(["--listen", "127.0.0.1:0", "--account-id", ACCOUNT]);
        command
            .env("REGENT_ROOT_ACCESS_KEY_ID", &root.key)
            .env("REGENT_ROOT_SECRET_ACCESS_KEY", &root.secret);
        command.stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = tokio::time::timeout(TOO_LONG, lines.next_line()).await;
        let first = first.expect("a server that starts").unwrap().expect("a greeting");
        let (_, address) = first.split_once("http://").expect("an address");
        Self { address: address.to_owned(), child, _output: lines }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id().unwrap()
    }

    pub(crate) async fn connect(&self) -> Wire<TcpStream> {
        Wire::new(TcpStream::connect(&self.address).await.unwrap())
    }

    pub(crate) async fn call(&self, by: &Client, service: &str, form: &str) -> Reply {
        let mut wire = self.connect().await;
        wire.say(signed(by, service, form, now())).await;
        wire.reply().await.unwrap()
    }

    /// Ends it without a word.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

/// What the machine's clock says, in seconds.
pub(crate) fn now() -> i64 {
    Clock::System.now().as_second()
}

/// Runs a command of the binary that is over soon.
pub(crate) async fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(BINARY);
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    tokio::time::timeout(TOO_LONG, command.output()).await.expect("a command that ends").unwrap()
}

/// The records of a trail that fits into one file. Every line is whole.
pub(crate) fn records(audit: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(audit.join("current.jsonl")).unwrap();
    assert!(text.ends_with('\n'), "a torn line: {text}");
    text.lines().map(|line| serde_json::from_str(line).expect("a whole line")).collect()
}

/// The ids of the requests that have a record.
pub(crate) fn recorded(audit: &Path) -> Vec<String> {
    records(audit).iter().map(|record| record["requestID"].as_str().unwrap().to_owned()).collect()
}
