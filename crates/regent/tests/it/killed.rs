//! A server that is killed in the middle of its work: what it answered is there and on record, nothing is half.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::http::wire::{Reply, Wire, signed};
use crate::postgres;
use crate::process::{Process, now, recorded};
use crate::support::{Client, TestServer};

const CONNECTIONS: usize = 20;
/// Users that each connection makes, each with a key: a thousand writes in all.
const USERS: usize = 25;
/// When to kill, in answers.
const ENOUGH: usize = 300;

/// What was answered before the end.
#[derive(Default)]
struct Answered {
    requests: Vec<String>,
    users: Vec<String>,
    /// A user's name, and its key.
    keys: Vec<(String, Client)>,
}

/// Counts answers until there are enough.
#[derive(Default)]
struct Count(AtomicUsize, Notify);

impl Count {
    fn one_more(&self) {
        if self.0.fetch_add(1, Ordering::Relaxed) + 1 == ENOUGH {
            self.1.notify_one();
        }
    }
}

/// Makes users and their keys until nobody answers any more.
async fn work(mut wire: Wire<TcpStream>, root: Client, number: usize, count: Arc<Count>) -> Answered {
    let mut answered = Answered::default();
    for user in 0..USERS {
        let name = format!("u{number}-{user}");
        let Some(reply) = ask(&mut wire, &root, "CreateUser", &name).await else { break };
        count.one_more();
        answered.requests.push(reply.header("x-amzn-requestid").unwrap().to_owned());
        answered.users.push(name.clone());
        let Some(reply) = ask(&mut wire, &root, "CreateAccessKey", &name).await else { break };
        count.one_more();
        answered.requests.push(reply.header("x-amzn-requestid").unwrap().to_owned());
        let key = root.with(&reply.text("AccessKeyId"), &reply.text("SecretAccessKey"), None);
        answered.keys.push((name, key));
    }
    answered
}

async fn ask(wire: &mut Wire<TcpStream>, root: &Client, action: &str, user: &str) -> Option<Reply> {
    let form = format!("Action={action}&Version=2010-05-08&UserName={user}");
    if !wire.say(signed(root, "iam", &form, now())).await {
        return None;
    }
    let reply = wire.reply().await?;
    assert_eq!(reply.status, 200, "{}", reply.body);
    Some(reply)
}

async fn check(data: &Path, database: Option<&str>) {
    let root = TestServer::new().await.root();
    let mut settings = vec!["--data", data.to_str().unwrap()];
    settings.extend(database.into_iter().flat_map(|url| ["--database-url", url]));
    let server = Process::serve(&settings, &root).await;
    let count = Arc::new(Count::default());
    let mut workers = JoinSet::new();
    for number in 0..CONNECTIONS {
        workers.spawn(work(server.connect().await, root.clone(), number, Arc::clone(&count)));
    }
    count.1.notified().await;
    server.kill().await;
    let answered = workers.join_all().await;
    let made: usize = answered.iter().map(|answered| answered.requests.len()).sum();
    assert!((ENOUGH..CONNECTIONS * USERS * 2).contains(&made), "{made} answers: killed in the middle");

    let server = Process::serve(&settings, &root).await;
    let list = server.call(&root, "iam", "Action=ListUsers&Version=2010-05-08&MaxItems=1000").await;
    let users: HashSet<String> = list.texts("UserName").into_iter().collect();
    let summary = server.call(&root, "iam", "Action=GetAccountSummary&Version=2010-05-08").await;
    let counted = format!("<key>Users</key><value>{}</value>", users.len());
    assert!(summary.body.contains(&counted), "{} {}", users.len(), summary.body);
    let records: HashSet<String> = recorded(&data.join("audit")).into_iter().collect();
    for worker in &answered {
        for request in &worker.requests {
            assert!(records.contains(request), "answered, and no record of {request}");
        }
        for user in &worker.users {
            assert!(users.contains(user), "answered, and {user} is not there");
        }
        for (user, key) in &worker.keys {
            let who = server.call(key, "sts", "Action=GetCallerIdentity&Version=2011-06-15").await;
            assert!(who.text("Arn").ends_with(&format!(":user/{user}")), "{}", who.body);
        }
    }
    // What nobody was told of is there as a whole or not at all, and all goes on.
    for user in &users {
        let form = format!("Action=ListAccessKeys&Version=2010-05-08&UserName={user}");
        let keys = server.call(&root, "iam", &form).await;
        assert!(keys.texts("AccessKeyId").len() <= 1, "{}", keys.body);
    }
    let form = "Action=CreateUser&Version=2010-05-08&UserName=after";
    assert_eq!(server.call(&root, "iam", form).await.status, 200);
}

#[tokio::test]
async fn what_a_killed_server_answered_is_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    check(folder.path(), None).await;
}

#[tokio::test]
async fn what_a_killed_server_answered_is_in_postgresql() {
    if let Some(url) = postgres::new_database() {
        let folder = tempfile::tempdir().unwrap();
        check(folder.path(), Some(&url)).await;
    }
}
