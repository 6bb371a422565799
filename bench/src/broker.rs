//! (f) What the broker costs: credentials through a connector, and the list of what somebody may use.

use std::net::SocketAddr;
use std::time::Instant;

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::cpu;
use crate::load::{self, Connection, Key};
use crate::requests::{self, escape};
use crate::server::{self, Server};
use crate::table::{Goal, Row};

const CONNECTIONS: usize = 64;
const ROUNDS: usize = 7;
const REQUESTS: usize = 6_400;
/// More than one, because one caller may use one connector only so often.
const DRAWN: usize = 16;
const CONNECTORS: usize = 1_000;
const GROUPS: usize = 200;
/// How many groups each connector is granted to.
const GRANTS: usize = 4;
const PASSWORD: &str = "seven green bottles hang";
/// What somebody makes of a password that the administrator knows.
const OWN_PASSWORD: &str = "eight brown bottles stand";
const ROLE: &str = "arn:aws:iam::123456789012:role/deploy";

pub fn measure(rows: &mut Vec<Row>) -> anyhow::Result<()> {
    let data = tempfile::tempdir_in("bench/target")?;
    let regent = Server::regent(&server::binary(), data.path(), &[])?;
    let key = requests::prepare(regent.address)?;
    let mut ana = Browser::open(regent.address)?;
    let code = regent.setup.as_deref().context("no setup code")?;
    ana.sign_in("/setup", &json!({ "code": code, "name": "ana", "password": PASSWORD }))?;
    ana.raise_limits()?;
    let account = ana.account(&key)?;
    for number in 0..DRAWN {
        ana.connector(&account, number, &[])?;
    }
    issue(rows, &regent, &key, &ana)?;
    my_access(rows, &mut ana, &account)?;
    regent.stop()
}

/// Credentials of the same role, through a connector and by a bare `AssumeRole`, in turn on the same server.
fn issue(rows: &mut Vec<Row>, regent: &Server, key: &Key, ana: &Browser) -> anyhow::Result<()> {
    let form = format!("Action=AssumeRole&Version=2011-06-15&RoleSessionName=ana&RoleArn={}", escape(ROLE));
    let bare = vec![load::request(regent.address, key, "sts", &form)?];
    let drawn: Vec<_> = (0..DRAWN)
        .map(|number| ana.request("POST", &format!("/connectors/c{number:04}/credentials"), Some(&json!({}))))
        .collect();
    let mut rounds = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let mut spent = [0.0; 2];
        let mut wall = [0.0; 2];
        for (at, requests) in [(0, &bare), (1, &drawn)] {
            let requests = vec![requests.clone(); CONNECTIONS];
            let before = cpu::process(regent.pid());
            let took = load::drive(regent.address, &requests, REQUESTS)?;
            spent[at] = (cpu::process(regent.pid()) - before) as f64 / REQUESTS as f64 / 1e3;
            wall[at] = REQUESTS as f64 / took.as_secs_f64();
        }
        rounds.push((spent, wall));
    }
    rounds.sort_by(|one, other| (one.0[0] / one.0[1]).total_cmp(&(other.0[0] / other.0[1])));
    let (spent, wall) = rounds[ROUNDS / 2];
    rows.push(Row::new(
        "(f) credentials through a connector: requests per CPU-second, of bare AssumeRole's",
        spent[0] / spent[1],
        "×",
        Goal::AtLeast(0.5),
        format!(
            "{:.0} of {:.0} µs of CPU a request; by the clock {:.0} of {:.0} a second ({:.2}), each recorded durably",
            spent[0],
            spent[1],
            wall[1],
            wall[0],
            wall[1] / wall[0]
        ),
    ));
    Ok(())
}

/// What somebody in many groups is shown of many connectors.
fn my_access(rows: &mut Vec<Row>, ana: &mut Browser, account: &str) -> anyhow::Result<()> {
    // The server has closed the connection that nobody used in the meantime.
    ana.connection = Connection::open(ana.address)?;
    let ben = ana.call("POST", "/users", Some(&json!({ "name": "ben", "password": PASSWORD })))?;
    let groups = (0..GROUPS)
        .map(|number| {
            let group = json!({ "name": format!("group-{number}"), "members": [ben["id"]] });
            let made = ana.call("POST", "/groups", Some(&group))?;
            made["id"].as_str().map(str::to_owned).context("a group without an id")
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    for number in DRAWN..CONNECTORS + DRAWN {
        let granted: Vec<_> = (0..GRANTS).map(|at| groups[(number + at * 37) % GROUPS].as_str()).collect();
        ana.connector(account, number, &granted)?;
    }
    let mut ben = Browser::open(ana.address)?;
    ben.sign_in("/auth/sign-in", &json!({ "name": "ben", "password": PASSWORD }))?;
    ben.call("POST", "/me/password", Some(&json!({ "current": PASSWORD, "new": OWN_PASSWORD })))?;
    let mut best = f64::MAX;
    for _ in 0..20 {
        let begun = Instant::now();
        let mut shown = 0;
        let mut cursor = String::new();
        loop {
            let page = ben.call("GET", &format!("/me/connectors?limit=1000{cursor}"), None)?;
            shown += page["items"].as_array().map_or(0, Vec::len);
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={}", escape(next));
        }
        best = best.min(begun.elapsed().as_secs_f64() * 1e3);
        anyhow::ensure!(shown == CONNECTORS, "{shown} of {CONNECTORS} connectors were shown");
    }
    let detail = format!(
        "each granted to {GRANTS} of the person's {GROUPS} groups; {:.0} µs a connector",
        best * 1e3 / CONNECTORS as f64
    );
    rows.push(Row::new(
        "(f) My access with 1,000 connectors and 200 groups, whole",
        best,
        "ms",
        Goal::AtMost(100.0),
        detail,
    ));
    Ok(())
}

/// A browser that is signed in, as far as the server can tell.
struct Browser {
    address: SocketAddr,
    connection: Connection,
    cookie: String,
    csrf: String,
}

impl Browser {
    fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let connection = Connection::open(address)?;
        Ok(Self { address, connection, cookie: String::new(), csrf: String::new() })
    }

    fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Vec<u8> {
        let host = self.address;
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut head =
            format!("{method} /api/v1{path} HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\n");
        if !self.cookie.is_empty() {
            head += &format!("cookie: {}\r\nx-regent-csrf: {}\r\n", self.cookie, self.csrf);
        }
        if !body.is_empty() {
            head += &format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len());
        }
        format!("{head}\r\n{body}").into_bytes()
    }

    fn call(&mut self, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        let request = self.request(method, path, body);
        let (status, told) = self.connection.call(&request)?;
        let text = String::from_utf8_lossy(told);
        anyhow::ensure!((200..300).contains(&status), "{method} {path}: {status} {text}");
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }

    fn sign_in(&mut self, path: &str, body: &Value) -> anyhow::Result<()> {
        let told = self.call("POST", path, Some(body))?;
        self.csrf = told["csrf"].as_str().context("no CSRF token")?.to_owned();
        let head = self.connection.head();
        let cookie = head.lines().find_map(|line| line.strip_prefix("set-cookie: "));
        self.cookie = cookie.and_then(|cookie| cookie.split(';').next()).context("no cookie")?.to_owned();
        Ok(())
    }

    /// So that the limit is not what is measured.
    fn raise_limits(&mut self) -> anyhow::Result<()> {
        let mut settings = self.call("GET", "/settings", None)?;
        let tag =
            self.connection.head().lines().find_map(|line| line.strip_prefix("etag: ").map(str::to_owned));
        settings["issue_per_minute"] = json!(100_000);
        for made_by_the_server in ["revision", "id", "created_at", "created_by", "updated_at", "updated_by"] {
            settings.as_object_mut().context("no settings")?.remove(made_by_the_server);
        }
        let request = String::from_utf8(self.request("PUT", "/settings", Some(&settings)))?;
        let tag = tag.map(|tag| format!("if-match: {tag}\r\ncontent-type")).context("no etag")?;
        let request = request.replacen("content-type", &tag, 1);
        let (status, told) = self.connection.call(request.as_bytes())?;
        anyhow::ensure!(status == 200, "settings: {status} {}", String::from_utf8_lossy(told));
        Ok(())
    }

    fn account(&mut self, key: &Key) -> anyhow::Result<String> {
        let account = json!({
            "name": "own", "kind": "access_key", "access_key_id": key.id, "secret_access_key": key.secret,
        });
        let made = self.call("POST", "/accounts", Some(&account))?;
        made["id"].as_str().map(str::to_owned).context("an account without an id")
    }

    fn connector(&mut self, account: &str, number: usize, groups: &[&str]) -> anyhow::Result<()> {
        let grants: Vec<_> = groups.iter().map(|group| json!({ "subject": { "group": group } })).collect();
        let connector = json!({
            "name": format!("Connector {number}"), "slug": format!("c{number:04}"), "account_id": account,
            "principal_type": "assume_role", "role_arn": ROLE, "grants": grants,
        });
        self.call("POST", "/connectors", Some(&connector)).map(drop)
    }
}
