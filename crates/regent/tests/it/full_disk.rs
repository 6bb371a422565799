//! A full disk stops answers, not records: the built server with a limit on the size of its files.

use std::path::Path;
use std::process::Command;

use crate::process::{BINARY, Process, recorded};
use crate::support::{Client, TestServer};

/// Room for a few records, and a part of one more.
const ROOM_BYTES: u64 = 4000;
const UNAVAILABLE: &str =
    "503 ServiceUnavailable: The request has failed due to a temporary failure of the server.";

async fn start(audit: &Path, root: &Client) -> Process {
    // Who writes beyond the limit gets a signal, and an error if it ignores that: a full disk to the letter.
    let mut command = tokio::process::Command::new("sh");
    command.args([
        "-c",
        r#"trap '' XFSZ; exec prlimit --fsize="$0":unlimited -- "$@""#,
        &ROOM_BYTES.to_string(),
    ]);
    command.args([BINARY, "serve", "--ephemeral", "--audit-dir"]).arg(audit);
    Process::start(command, root).await
}

/// Makes room, or takes it.
fn limit(server: &Process, bytes: &str) {
    let done = Command::new("prlimit")
        .args(["--pid", &server.id().to_string(), &format!("--fsize={bytes}:unlimited")])
        .status();
    assert!(done.unwrap().success());
}

#[tokio::test]
async fn a_full_disk_stops_answers_and_not_records() {
    let folder = tempfile::tempdir().unwrap();
    let root = TestServer::new().await.root();
    let server = start(folder.path(), &root).await;
    let create = |name: usize| format!("Action=CreateUser&Version=2010-05-08&UserName=u{name}");
    let (mut answered, mut made) = (Vec::new(), 0);
    let withheld = loop {
        let reply = server.call(&root, "iam", &create(made)).await;
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
        assert_eq!(server.call(&root, "iam", &create(name)).await.shape(), UNAVAILABLE);
        assert_eq!(recorded(folder.path()), answered);
    }
    limit(&server, "unlimited");
    let users = server.call(&root, "iam", "Action=ListUsers&Version=2010-05-08").await;
    assert_eq!(users.status, 200, "{users:?}");
    assert_eq!(users.body.matches("<UserName>").count(), made, "{}", users.body);
    // What was done and not answered has its record now, in its place.
    answered.extend([withheld, users.header("x-amzn-requestid").unwrap().to_owned()]);
    assert_eq!(recorded(folder.path()), answered);
}
