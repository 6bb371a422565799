//! (e) What a start takes, empty and with 100,000 users, and what the directory costs.

use std::time::{Duration, Instant};

use crate::cpu;
use crate::load::{self, Connection, Key};
use crate::requests::escape;
use crate::server::{self, Server};
use crate::table::{Goal, Row};
use crate::writes;

/// A thousand users in each, because an account has a thousand roles at most.
const ACCOUNTS: usize = 100;
const USERS: usize = 1_000;
const STARTS: usize = 7;
const THREADS: usize = 16;
/// Requests of a round, of which the slowest hundredth is looked at.
const ASKED: usize = 20_000;
const ROUNDS: usize = 5;

pub fn measure(rows: &mut Vec<Row>) -> anyhow::Result<()> {
    let empty = tempfile::tempdir_in("bench/target")?;
    let full = tempfile::tempdir_in("bench/target")?;
    let path = |folder: &tempfile::TempDir| vec!["--data".to_owned(), folder.path().display().to_string()];
    let small_keys = writes::accounts(&path(&empty), 1)?;
    let keys = writes::accounts(&path(&full), ACCOUNTS)?;
    fill(&Server::regent(&server::binary(), empty.path(), &[])?, &small_keys, 1)?;
    let filling = Server::regent(&server::binary(), full.path(), &[])?;
    fill(&filling, &keys, USERS)?;
    filling.stop()?;

    let (small, small_start) = start(&empty)?;
    let (large, large_start) = start(&full)?;
    let (small_memory, large_memory) = (cpu::resident(small.pid()) as f64, cpu::resident(large.pid()) as f64);
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    rows.push(Row::new("(e) start, empty", ms(small_start), "ms", Goal::AtMost(50.0), String::new()));
    rows.push(Row::new(
        "(e) memory, idle",
        small_memory / f64::from(1 << 20),
        "MiB",
        Goal::AtMost(25.0),
        String::new(),
    ));
    let name = "(e) start with 100,000 users, each with a role and a policy";
    rows.push(Row::new(name, ms(large_start), "ms", Goal::AtMost(1000.0), String::new()));
    let entities = (ACCOUNTS * USERS * 2) as f64;
    let each = (large_memory - small_memory) / entities / 1024.0;
    let detail =
        format!("{:.0} MiB for users and roles, their policies included", large_memory / f64::from(1 << 20));
    rows.push(Row::new("(e) memory an entity", each, "KB", Goal::AtMost(3.0), detail));

    let (mut few, mut many) = (f64::MAX, f64::MAX);
    for _ in 0..ROUNDS {
        few = few.min(slowest_hundredth(&small, &small_keys, 1)?);
        many = many.min(slowest_hundredth(&large, &keys, USERS)?);
    }
    let detail = format!("{many:.0} of {few:.0} µs, over one connection");
    rows.push(Row::new(
        "(e) p99 of GetUser with 100,000 users, of one user's",
        many / few,
        "×",
        Goal::AtMost(1.3),
        detail,
    ));
    small.stop()?;
    large.stop()
}

/// The best of several starts, and the last server of them.
fn start(folder: &tempfile::TempDir) -> anyhow::Result<(Server, Duration)> {
    let mut best = Duration::MAX;
    for _ in 1..STARTS {
        let server = Server::regent(&server::binary(), folder.path(), &[])?;
        best = best.min(server.startup);
        server.stop()?;
    }
    let server = Server::regent(&server::binary(), folder.path(), &[])?;
    best = best.min(server.startup);
    Ok((server, best))
}

/// Makes users, each with a policy of its own and a role that trusts it.
fn fill(server: &Server, keys: &[Key], users: usize) -> anyhow::Result<()> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                scope.spawn(|| -> anyhow::Result<()> {
                    let mut connection = Connection::open(server.address)?;
                    loop {
                        let number = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        let Some(key) = keys.get(number / users) else { return Ok(()) };
                        for form in forms(number / users, number % users) {
                            let request = load::request(server.address, key, "iam", &form)?;
                            let (status, body) = connection.call(&request)?;
                            anyhow::ensure!(status == 200, "{form}: {}", String::from_utf8_lossy(body));
                        }
                    }
                })
            })
            .collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().map_err(|_| anyhow::anyhow!("a thread failed"))?)
    })
}

fn forms(account: usize, user: usize) -> [String; 3] {
    let id = 200_000_000_000 + account as u64;
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::home/user{user}/*"}},{{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::{id}:role/role{user}"}}]}}"#
    );
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{id}:user/user{user}"}},"Action":"sts:AssumeRole"}}}}"#
    );
    let version = "Version=2010-05-08";
    [
        format!("Action=CreateUser&{version}&UserName=user{user}"),
        format!(
            "Action=PutUserPolicy&{version}&UserName=user{user}&PolicyName=own&PolicyDocument={}",
            escape(&policy)
        ),
        format!(
            "Action=CreateRole&{version}&RoleName=role{user}&AssumeRolePolicyDocument={}",
            escape(&trust)
        ),
    ]
}

/// What the slowest hundredth of requests takes at least, in microseconds.
fn slowest_hundredth(server: &Server, keys: &[Key], users: usize) -> anyhow::Result<f64> {
    let requests = (0..1_000)
        .map(|number| {
            let (key, user) = (&keys[number * 7 % keys.len()], number * 31 % users);
            load::request(
                server.address,
                key,
                "iam",
                &format!("Action=GetUser&Version=2010-05-08&UserName=user{user}"),
            )
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    let mut connection = Connection::open(server.address)?;
    let mut times = Vec::with_capacity(ASKED);
    for at in 0..ASKED {
        let begun = Instant::now();
        let (status, _) = connection.call(&requests[at % requests.len()])?;
        times.push(begun.elapsed());
        anyhow::ensure!(status == 200, "status {status}");
    }
    times.sort_unstable();
    Ok(times[ASKED * 99 / 100].as_secs_f64() * 1e6)
}
