//! The command line, through the built binary: what it answers, where, and with which exit status.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, SqliteConnection};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::postgres;
use crate::process::{BINARY, Process, run};
use crate::support::{ACCOUNT, Client, TestServer};

const IDENTITY: &str = "Action=GetCallerIdentity&Version=2011-06-15";

/// Runs a command and looks at its exit status, and for these texts in what it says: on standard output where it
/// is done, on standard error where it is not. Nothing is said on the other.
#[track_caller]
fn check<'a>(arguments: &'a [&'a str], status: i32, says: &'a [&'a str]) -> impl Future<Output = String> {
    let place = std::panic::Location::caller();
    async move {
        let Output { status: ended, stdout, stderr } = run(arguments).await;
        let (stdout, stderr) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
        assert_eq!(ended.code(), Some(status), "{place}: {arguments:?} {stdout} {stderr}");
        let (said, other) = if status == 0 { (stdout, stderr) } else { (stderr, stdout) };
        assert_eq!(other, "", "{place}: {arguments:?}");
        for text in says {
            assert!(said.contains(text), "{place}: {arguments:?} does not say {text:?}: {said}");
        }
        said
    }
}

/// The arguments of a command, and the folder it works on.
fn on<'a>(command: &[&'a str], data: &'a Path) -> Vec<&'a str> {
    [command, &["--data", data.to_str().unwrap()]].concat()
}

fn holder(root: &Client, shown: &str) -> Client {
    let shown: Value = serde_json::from_str(shown).unwrap();
    let text = |name: &str| shown[name].as_str().unwrap().to_owned();
    root.with(&text("accessKeyId"), &text("secretAccessKey"), None)
}

#[tokio::test]
async fn the_chain_of_events_is_verified_and_a_forged_event_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let root = TestServer::new().await.root();
    let copy = data.join("chain.jsonl");
    let settings = ["--audit-chain-file", copy.to_str().unwrap(), "--data", data.to_str().unwrap()];
    let _server = Process::serve(&settings, &root).await;
    // The copy follows the chain, and the server does not wait for it.
    let begun = Instant::now();
    while !copy.exists() {
        assert!(begun.elapsed() < Duration::from_mins(1), "no copy");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let verify = ["audit", "chain", "verify"];
    check(&on(&verify, data), 0, &["0 events are as they were written"]).await;
    check(&on(&["audit", "chain", "search", "--from", "2026-01-01T00:00:00Z"], data), 0, &[]).await;
    check(&on(&["audit", "chain", "export", "--format", "csv"], data), 0, &["seq,at,id,actor_type,"]).await;
    assert_eq!(check(&on(&["audit", "chain", "public-key"], data), 0, &["="]).await.trim().len(), 44);
    let forged = "INSERT INTO archive VALUES ('audit-event', '00000000000000000001', 1, '{}', '')";
    let options = SqliteConnectOptions::new().filename(data.join("regent.db"));
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::query(forged).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let Output { status, stdout, .. } = run(&on(&verify, data)).await;
    let said = String::from_utf8(stdout).unwrap();
    assert_eq!(status.code(), Some(3), "{said}");
    assert!(said.contains("event 1 is broken: the event was put after the end of the chain"), "{said}");
}

#[tokio::test]
async fn accounts_are_made_and_listed_and_get_keys_while_a_server_runs() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let root = TestServer::new().await.root();
    let server = Process::serve(&["--poll-millis", "10", "--data", data.to_str().unwrap()], &root).await;

    let made =
        check(&on(&["account", "create", "210987654321", "--name", "other", "--json"], data), 0, &[]).await;
    let other = holder(&root, &made);
    assert_eq!(serde_json::from_str::<Value>(&made).unwrap()["account"], "210987654321");
    let says = ["Account 333333333333. Its root access key is shown once:", "[root-333333333333]"];
    check(&on(&["account", "create", "333333333333"], data), 0, &says).await;
    let says = ["account 333333333333 exists already"];
    check(&on(&["account", "create", "333333333333"], data), 1, &says).await;
    let says = ["ACCOUNT", ACCOUNT, "210987654321  other ", "333333333333  - "];
    check(&on(&["account", "list"], data), 0, &says).await;
    let listed = check(&on(&["account", "list", "--json"], data), 0, &[]).await;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 3, "{listed}");

    let second = check(&on(&["account", "root-key", "210987654321", "--json"], data), 0, &[]).await;
    let second = holder(&root, &second);
    let says = ["has two access keys already: delete one with `--delete`"];
    check(&on(&["account", "root-key", "210987654321"], data), 1, &says).await;
    let says = ["there is no account 444444444444: `regent account list`"];
    check(&on(&["account", "root-key", "444444444444"], data), 1, &says).await;
    let delete = ["account", "root-key", "210987654321", "--delete", &other.key];
    check(&on(&delete, data), 0, &["deleted AKIA"]).await;
    check(&on(&delete, data), 1, &["account 210987654321 has no root access key `AKIA"]).await;

    // The server has seen all that by the time it has seen the last of it.
    while server.call(&other, "sts", IDENTITY).await.status == 200 {}
    let reply = server.call(&second, "sts", IDENTITY).await;
    assert_eq!(reply.text("Arn"), "arn:aws:iam::210987654321:root");
}

#[tokio::test]
async fn session_keys_are_listed_and_rotated() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    check(&on(&["account", "create"], data), 0, &[]).await;
    check(&on(&["keys", "list"], data), 0, &["   1  made 2"]).await;
    check(&on(&["keys", "rotate"], data), 0, &["key 2 seals new sessions within a minute"]).await;
    check(&on(&["keys", "list"], data), 0, &["   1  made 2", "   2  made 2"]).await;
}

#[tokio::test]
async fn the_trail_is_read_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let root = TestServer::new().await.root();
    let server = Process::serve(&["--data", data.to_str().unwrap()], &root).await;
    for user in ["ana", "eva"] {
        let form = format!("Action=CreateUser&Version=2010-05-08&UserName={user}");
        assert_eq!(server.call(&root, "iam", &form).await.status, 200);
    }
    server.call(&root, "iam", "Action=%1B%5B2J&Version=2010-05-08").await;
    let said = check(&on(&["audit", "tail", "-n", "2"], data), 0, &[]).await;
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].ends_with("  arn:aws:iam::123456789012:root  iam:CreateUser  ok"), "{said}");
    assert!(lines[1].contains(r"iam:\u{1b}[2J  InvalidAction: "), "{said}");
    let whole = check(&on(&["audit", "tail", "--json"], data), 0, &[]).await;
    assert_eq!(whole, std::fs::read_to_string(data.join("audit/current.jsonl")).unwrap());
    // Another command neither writes into the trail nor takes anything off it, not even half a line.
    let trail = data.join("audit/current.jsonl");
    std::fs::write(&trail, whole + "{\"half").unwrap();
    let before = std::fs::read(&trail).unwrap();
    check(&on(&["account", "list"], data), 0, &[]).await;
    assert_eq!(std::fs::read(&trail).unwrap(), before);
}

#[tokio::test]
async fn what_is_not_understood_ends_with_2_and_what_cannot_be_done_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let file = data.join("regent.toml");
    std::fs::write(&file, "lissten = \"127.0.0.1:1\"\n").unwrap();
    let file = file.to_str().unwrap();
    for (arguments, status, says) in [
        (&["serve", "--lissten", "127.0.0.1:1"][..], 2, &["unexpected argument '--lissten'"][..]),
        (&["surve"], 2, &["unrecognized subcommand 'surve'"]),
        (&["account", "create", "12"], 2, &["invalid value '12'"]),
        (&["serve", "--poll-millis", "often"], 2, &["invalid value 'often'"]),
        (&[], 2, &["Usage: regent"]),
        (
            &["serve", "--config", file],
            1,
            &["regent: the configuration file `", "  because ", "unknown field `lissten`", "`listen`"],
        ),
        (&["serve", "--config", "/nowhere/regent.toml"], 1, &["cannot read the configuration file"]),
        (
            &["serve", "--listen", "0.0.0.0:0"],
            1,
            &[
                "plain HTTP on `0.0.0.0:0` would send secrets over the network",
                "`tls-cert`",
                "`allow-plaintext`",
            ],
        ),
        (&["serve", "--listen", "[::]:0"], 1, &["plain HTTP on `[::]:0`"]),
        (&["serve", "--log", "=="], 1, &["`==` is not a log filter"]),
        (&["account", "create", "--ephemeral"], 1, &["nothing would be left of it"]),
        (&["keys", "rotate", "--ephemeral"], 1, &["nothing would be left of it"]),
        (&["audit", "tail", "--ephemeral"], 1, &["an ephemeral server keeps no audit trail"]),
    ] {
        let arguments = match arguments {
            ["serve" | "account" | "keys" | "audit", ..] if !arguments.contains(&"--ephemeral") => {
                on(arguments, data)
            }
            _ => arguments.to_vec(),
        };
        check(&arguments, status, says).await;
    }
    let left: Vec<_> = std::fs::read_dir(data).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["regent.toml"], "nothing is made by a command that was refused");
}

#[tokio::test]
async fn a_certificate_that_is_none_stops_the_start_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let pem = folder.path().join("none.pem");
    std::fs::write(&pem, "not a certificate").unwrap();
    let pem = pem.to_str().unwrap();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--tls-cert", pem, "--tls-key", pem];
    check(&on(&serve, &data), 1, &["no PEM certificate chain in `"]).await;
    assert!(!data.exists());
}

#[tokio::test]
async fn without_its_master_key_a_file_stays_closed() {
    let folder = tempfile::tempdir().unwrap();
    master_key(folder.path(), &[]).await;
}

#[tokio::test]
async fn without_its_master_key_a_database_stays_closed() {
    let Some(url) = postgres::new_database() else { return };
    let folder = tempfile::tempdir().unwrap();
    master_key(folder.path(), &["--database-url", &url]).await;
}

async fn master_key(data: &Path, settings: &[&str]) {
    let list = [&on(&["account", "list"], data), settings].concat();
    let create = [&on(&["account", "create"], data), settings].concat();
    check(&create, 0, &[]).await;
    let (key, away) = (data.join("master.key"), data.join("away"));
    let mode = |bits: u32| std::fs::Permissions::from_mode(bits);
    assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600);

    std::fs::set_permissions(&key, mode(0o644)).unwrap();
    check(&list, 1, &["can be read by others (mode 644): run `chmod 600` on it"]).await;
    std::fs::set_permissions(&key, mode(0o600)).unwrap();

    std::fs::rename(&key, &away).unwrap();
    check(&list, 1, &["master.key` is missing", "restore the file from its backup"]).await;
    assert!(!key.exists(), "never a new key");

    let another = tempfile::tempdir().unwrap();
    check(&on(&["account", "create"], another.path()), 0, &[]).await;
    std::fs::copy(another.path().join("master.key"), &key).unwrap();
    check(&list, 1, &["(mkey_", "is not the one that sealed this store (mkey_"]).await;
    std::fs::write(&key, "").unwrap();
    check(&list, 1, &["is not a master key file"]).await;

    std::fs::rename(&away, &key).unwrap();
    let accounts = check(&list, 0, &[]).await;

    // Another master key opens all that there was, and the old one nothing any more.
    let next = data.join("next.key");
    let next = next.to_str().unwrap();
    let rewrap = [&on(&["keys", "rewrap", "--to", next], data), settings].concat();
    let same = [&on(&["keys", "rewrap", "--to", key.to_str().unwrap()], data), settings].concat();
    check(&same, 1, &["seals this store already"]).await;
    check(&rewrap, 0, &["mkey_", "next.key` from here on"]).await;
    check(&list, 1, &["master.key` (mkey_", "is not the one that sealed this store (mkey_"]).await;
    let with_next = [&list[..], &["--master-key-file", next]].concat();
    assert_eq!(check(&with_next, 0, &[]).await, accounts);
    let keys = [&on(&["keys", "rotate"], data), settings, &["--master-key-file", next]].concat();
    check(&keys, 0, &["key 2 seals new sessions"]).await;
}

#[tokio::test]
async fn a_server_leaves_no_core() {
    let folder = tempfile::tempdir().unwrap();
    let root = TestServer::new().await.root();
    let server = Process::serve(&["--data", folder.path().to_str().unwrap()], &root).await;
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    let core = limits.lines().find_map(|line| line.strip_prefix("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().take(2).collect::<Vec<_>>(), ["0", "0"], "{limits}");
}

#[tokio::test]
async fn a_server_whose_greeting_nobody_reads_serves_all_the_same() {
    let mut command = tokio::process::Command::new(BINARY);
    command.args(["serve", "--ephemeral", "--listen", "127.0.0.1:0", "--log", "warn"]).kill_on_drop(true);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut child = command.stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = lines.next_line().await.unwrap().expect("a warning");
    assert!(line.contains("the greeting could not be shown"), "{line}");
    // It looks after its keys from then on, and ends when it is told to.
    child.start_kill().unwrap();
    assert_eq!(child.wait().await.unwrap().code(), None, "it was there to be killed");
}

#[tokio::test]
async fn shells_are_told_what_there_is() {
    for shell in ["bash", "zsh", "fish"] {
        check(&["completions", shell], 0, &["regent", "serve", "account", "audit", "keys"]).await;
    }
    check(&["completions", "abacus"], 2, &["invalid value 'abacus'"]).await;
    check(&["--version"], 0, &[env!("CARGO_PKG_VERSION")]).await;
    check(&["--help"], 0, &["Start the server", "Make and list accounts"]).await;
}

#[tokio::test]
async fn a_mistyped_folder_is_not_made_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("mistyped");
    for command in [
        &["account", "list"][..],
        &["account", "root-key", "123456789012"],
        &["account", "root-key", "123456789012", "--delete", "AKIAIOSFODNN7EXAMPLE"],
        &["keys", "list"],
        &["keys", "rotate"],
    ] {
        check(
            &on(command, &data),
            1,
            &["there is no store at `", "mistyped/regent.db`: give the `data` folder"],
        )
        .await;
        assert!(!data.exists(), "{command:?}");
    }
}
