//! Two nodes on one PostgreSQL: what one does counts for the other.

use std::time::{Duration, Instant};

use crate::http::wire::Reply;
use crate::postgres;
use crate::process::{Process, run};
use crate::support::{Client, TestServer};

const IDENTITY: &str = "Action=GetCallerIdentity&Version=2011-06-15";
const SESSION: &str = "Action=GetSessionToken&Version=2011-06-15";
/// Far beyond the polling interval, for a machine that is busy with other tests.
const SOON: Duration = Duration::from_mins(1);

/// Asks until the answer is 200.
async fn soon(node: &Process, by: &Client) -> Reply {
    let began = Instant::now();
    loop {
        let reply = node.call(by, "sts", IDENTITY).await;
        if reply.status == 200 {
            return reply;
        }
        assert!(began.elapsed() < SOON, "{}", reply.body);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Whoever the credentials in an answer belong to.
fn holder(reply: &Reply, root: &Client) -> Client {
    let token = reply.body.contains("<SessionToken>").then(|| reply.text("SessionToken"));
    root.with(&reply.text("AccessKeyId"), &reply.text("SecretAccessKey"), token.as_deref())
}

#[tokio::test]
async fn what_one_node_does_counts_for_the_other() {
    let Some(url) = postgres::new_database() else { return };
    let root = TestServer::new().await.root();
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let key_file = folders[0].path().join("shared.key");
    let settings = folders.each_ref().map(|folder| {
        let data = folder.path().to_str().unwrap();
        let key_file = key_file.to_str().unwrap();
        ["--database-url", &url, "--master-key-file", key_file, "--poll-millis", "50", "--data", data]
    });
    let one = Process::serve(&settings[0], &root).await;
    let other = Process::serve(&settings[1], &root).await;

    let made = one.call(&root, "iam", "Action=CreateUser&Version=2010-05-08&UserName=ana").await;
    assert_eq!(made.status, 200, "{}", made.body);
    let key = one.call(&root, "iam", "Action=CreateAccessKey&Version=2010-05-08&UserName=ana").await;
    let ana = holder(&key, &root);
    assert!(soon(&other, &ana).await.text("Arn").ends_with(":user/ana"));

    // Nothing is kept of a session, so the other node takes it at once.
    let before = holder(&one.call(&ana, "sts", SESSION).await, &root);
    assert_eq!(other.call(&before, "sts", IDENTITY).await.status, 200);

    // `--poll-millis` is of no use to a command that is over at once, but every setting is taken by every command.
    let rotated = run(&[&["keys", "rotate"], &settings[0][..]].concat()).await;
    assert_eq!(rotated.status.code(), Some(0), "{rotated:?}");
    let after = holder(&other.call(&ana, "sts", SESSION).await, &root);
    for node in [&one, &other] {
        for session in [&before, &after] {
            assert_eq!(node.call(session, "sts", IDENTITY).await.status, 200);
        }
    }

    // A key that is deleted on one node opens nothing on the other, sessions of the user who is deleted neither.
    let deleted = format!("Action=DeleteAccessKey&Version=2010-05-08&UserName=ana&AccessKeyId={}", ana.key);
    assert_eq!(one.call(&root, "iam", &deleted).await.status, 200);
    assert_eq!(one.call(&root, "iam", "Action=DeleteUser&Version=2010-05-08&UserName=ana").await.status, 200);
    let began = Instant::now();
    for gone in [&ana, &before, &after] {
        loop {
            let reply = other.call(gone, "sts", IDENTITY).await;
            if reply.status == 403 {
                assert!(reply.body.contains("<Code>InvalidClientTokenId</Code>"), "{}", reply.body);
                break;
            }
            assert!(began.elapsed() < SOON, "{}", reply.body);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
