//! (d) Durable writes: CreateUser at 64 connections, on both databases.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use crate::cpu;
use crate::load::{self, Key};
use crate::server::{self, Server};
use crate::table::{Goal, Row};

const CONNECTIONS: usize = 64;
/// An account has 5,000 users at most, and each connection an eighth of one.
const ACCOUNTS: usize = 8;
const USERS: usize = 600;
const ROUNDS: usize = 3;

pub fn measure(rows: &mut Vec<Row>) -> anyhow::Result<()> {
    let (rate, spent) = best(|folder| Ok(vec!["--data".to_owned(), folder.display().to_string()]))?;
    let detail = format!("{spent:.0} µs of CPU each");
    rows.push(Row::new("(d) durable CreateUser on SQLite", rate, "/s", Goal::AtLeast(8000.0), detail));
    // Given by bench/run: a database whose commits wait for the disk, and what it does without us.
    let (Ok(url), Ok(raw)) = (std::env::var("BENCH_POSTGRES"), std::env::var("BENCH_POSTGRES_RAW")) else {
        return Ok(());
    };
    let raw: f64 = raw.parse()?;
    let (rate, spent) = best(|folder| {
        // Each round has a database of its own.
        let name = format!(
            "bench_{}",
            folder
                .file_name()
                .and_then(|name| name.to_str())
                .context("a name")?
                .replace(|c: char| !c.is_ascii_alphanumeric(), "")
                .to_lowercase()
        );
        let base = url.replace("/postgres?", "/postgres ");
        let (base, socket) = base.split_once(" host=").context("a URL with a socket")?;
        let _ = base;
        let made = Command::new("psql")
            .args(["-h", socket, "-U", "regent", "-d", "postgres", "-qc", &format!("CREATE DATABASE {name}")])
            .status()?;
        anyhow::ensure!(made.success(), "psql failed");
        let url = url.replace("/postgres?", &format!("/{name}?"));
        Ok(vec!["--data".to_owned(), folder.display().to_string(), "--database-url".to_owned(), url])
    })?;
    let detail = format!("{rate:.0} of {raw:.0} a second; {spent:.0} µs of CPU each");
    rows.push(Row::new(
        "(d) durable CreateUser on PostgreSQL, of the bare database's",
        rate / raw,
        "×",
        Goal::AtLeast(0.8),
        detail,
    ));
    Ok(())
}

/// Writes a second and CPU microseconds of each, in the best of several rounds.
fn best(place: impl Fn(&Path) -> anyhow::Result<Vec<String>>) -> anyhow::Result<(f64, f64)> {
    let mut best = (0.0_f64, f64::MAX);
    for _ in 0..ROUNDS {
        // Beside the build, because /tmp may be memory.
        let folder = tempfile::tempdir_in("bench/target")?;
        let settings = place(folder.path())?;
        let keys = accounts(&settings, ACCOUNTS)?;
        let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
        let regent = Server::regent(&server::binary(), folder.path(), &settings[2..])?;
        let requests = (0..CONNECTIONS)
            .map(|connection| {
                let key = &keys[connection % ACCOUNTS];
                let form =
                    |user| format!("Action=CreateUser&Version=2010-05-08&UserName=user-{connection}-{user}");
                (0..USERS).map(|user| load::request(regent.address, key, "iam", &form(user))).collect()
            })
            .collect::<anyhow::Result<Vec<_>>>()?;
        let before = cpu::process(regent.pid());
        let took = load::drive(regent.address, &requests, CONNECTIONS * USERS)?;
        let writes = (CONNECTIONS * USERS) as f64;
        let spent = (cpu::process(regent.pid()) - before) as f64 / 1e3 / writes;
        best = (best.0.max(writes / took.as_secs_f64()), best.1.min(spent));
        regent.stop()?;
    }
    Ok(best)
}

/// Makes accounts; returns a root key of each.
pub fn accounts(settings: &[String], count: usize) -> anyhow::Result<Vec<Key>> {
    (0..count)
        .map(|number| {
            let account = (200_000_000_000 + number as u64).to_string();
            let made = Command::new(server::binary())
                .args(["account", "create", &account, "--json"])
                .args(settings)
                .output()?;
            anyhow::ensure!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
            let text = String::from_utf8(made.stdout)?;
            let fields: BTreeMap<&str, &str> = text
                .lines()
                .filter_map(|line| line.split_once(':'))
                .map(|(name, value)| (name.trim_matches([' ', '"']), value.trim_matches([' ', '"', ','])))
                .collect();
            let field = |name| {
                fields
                    .get(name)
                    .map(|value| (*value).to_owned())
                    .with_context(|| format!("no {name} in {text}"))
            };
            Ok(Key { id: field("accessKeyId")?, secret: field("secretAccessKey")? })
        })
        .collect()
}
