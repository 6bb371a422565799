//! A full disk stops answers, not records: the built server with a limit on the size of its files.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use regent::clock::Clock;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::ChildStdout;

use crate::http::wire::{Reply, Wire, signed};
use crate::support::{ACCOUNT, Client, TestServer};

/// Room for a few records, and a part of one more.
const ROOM_BYTES: u64 = 4000;
const UNAVAILABLE: &str =
    "503 ServiceUnavailable: The request has failed due to a temporary failure of the server.";

/// The server as its own process. It ends with the test.
struct Process {
    child: tokio::process::Child,
    address: String,
    /// Kept open: what the server says is said to somebody.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Process {
    async fn start(audit: &Path, root: &Client) -> Self {
        // Who writes beyond the limit gets a signal, and an error if it ignores that: a full disk to the letter.
        let mut command = tokio::process::Command::new("sh");
        command.args([
            "-c",
            r#"trap '' XFSZ; exec prlimit --fsize="$0":unlimited -- "$@""#,
            &ROOM_BYTES.to_string(),
        ]);
        command.arg(env!("CARGO_BIN_EXE_regent")).args(["serve", "--ephemeral", "--listen", "127.0.0.1:0"]);
        command.args(["--account-id", ACCOUNT, "--audit-dir"]).arg(audit);
        command
            .env("REGENT_ROOT_ACCESS_KEY_ID", &root.key)
            .env("REGENT_ROOT_SECRET_ACCESS_KEY", &root.secret);
        command.stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = tokio::time::timeout(Duration::from_mins(1), lines.next_line()).await;
        let first = first.expect("a server that starts").unwrap().expect("a greeting");
        let (_, address) = first.split_once("http://").expect("an address");
        Self { address: address.to_owned(), child, _output: lines }
    }

    async fn call(&self, by: &Client, form: &str) -> Reply {
        let mut wire = Wire::new(TcpStream::connect(&self.address).await.unwrap());
        wire.say(signed(by, "iam", form, Clock::System.now().as_second())).await;
        wire.reply().await.unwrap()
    }

    /// Makes room, or takes it.
    fn limit(&self, bytes: &str) {
        let pid = self.child.id().unwrap().to_string();
        let done =
            Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={bytes}:unlimited")]).status();
        assert!(done.unwrap().success());
    }
}

/// The ids of the requests that have a record. Every line is whole.
fn recorded(audit: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(audit.join("current.jsonl")).unwrap();
    assert!(text.ends_with('\n'), "a torn line: {text}");
    let id = |line: &str| {
        let record: serde_json::Value = serde_json::from_str(line).expect("a whole line");
        record["requestID"].as_str().unwrap().to_owned()
    };
    text.lines().map(id).collect()
}

#[tokio::test]
async fn a_full_disk_stops_answers_and_not_records() {
    let folder = tempfile::tempdir().unwrap();
    let root = TestServer::new().await.root();
    let server = Process::start(folder.path(), &root).await;
    let create = |name: usize| format!("Action=CreateUser&Version=2010-05-08&UserName=u{name}");
    let (mut answered, mut made) = (Vec::new(), 0);
    let withheld = loop {
        let reply = server.call(&root, &create(made)).await;
        made += 1;
        let id = reply.header("x-amzn-requestid").unwrap().to_owned();
        if reply.status != 200 {
            assert_eq!(reply.shape(), UNAVAILABLE);
            break id;
        }
        answered.push(id);
        assert!(answered.len() < 20, "there is room for all of them");
    };
    assert!(!answered.is_empty());
    assert_eq!(recorded(folder.path()), answered);
    // Nothing is begun that could not be recorded.
    for name in 100..103 {
        assert_eq!(server.call(&root, &create(name)).await.shape(), UNAVAILABLE);
        assert_eq!(recorded(folder.path()), answered);
    }
    server.limit("unlimited");
    let users = server.call(&root, "Action=ListUsers&Version=2010-05-08").await;
    assert_eq!(users.status, 200, "{users:?}");
    assert_eq!(users.body.matches("<UserName>").count(), made, "{}", users.body);
    // What was done and not answered has its record now, in its place.
    answered.extend([withheld, users.header("x-amzn-requestid").unwrap().to_owned()]);
    assert_eq!(recorded(folder.path()), answered);
}
