//! (a) Requests per CPU-second, against a bare hyper server that answers a constant.

use std::net::SocketAddr;

use crate::cpu;
use crate::load::{self, Connection, Key};
use crate::server::{self, Server};
use crate::table::{Goal, Row};

const CONNECTIONS: usize = 64;
const ROUNDS: usize = 9;
const REQUESTS: usize = 24_000;

/// What is asked, of which service, and how much of the bare server's rate it should reach.
const CASES: [(&str, &str, &str, f64); 4] = [
    ("GetCallerIdentity", "sts", "Action=GetCallerIdentity&Version=2011-06-15", 0.75),
    ("GetSessionToken", "sts", "Action=GetSessionToken&Version=2011-06-15&DurationSeconds=3600", 0.60),
    (
        "AssumeRole",
        "sts",
        "Action=AssumeRole&Version=2011-06-15&RoleSessionName=ana&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fdeploy",
        0.55,
    ),
    ("GetUser", "iam", "Action=GetUser&Version=2010-05-08&UserName=ana", 0.65),
];

pub fn measure(rows: &mut Vec<Row>) -> anyhow::Result<()> {
    let data = tempfile::tempdir()?;
    let regent = Server::regent(&server::binary(), data.path(), &[])?;
    let key = prepare(regent.address)?;
    let bare = Server::bare()?;
    let constant = load::request(bare.address, &key, "sts", CASES[0].2)?;
    for (name, service, form, goal) in CASES {
        let request = load::request(regent.address, &key, service, form)?;
        let mut rounds = Vec::with_capacity(ROUNDS);
        for _ in 0..ROUNDS {
            let mut spent = [0.0; 2];
            let mut wall = [0.0; 2];
            for (at, server, request) in [(0, &bare, &constant), (1, &regent, &request)] {
                let requests = vec![vec![request.clone()]; CONNECTIONS];
                let before = cpu::process(server.pid());
                let took = load::drive(server.address, &requests, REQUESTS)?;
                spent[at] = (cpu::process(server.pid()) - before) as f64 / REQUESTS as f64;
                wall[at] = took.as_secs_f64();
            }
            rounds.push((spent, wall[0] / wall[1]));
        }
        // Of rounds in which both ran side by side, the one in the middle: what the machine did besides cancels out.
        rounds.sort_by(|one, other| (one.0[0] / one.0[1]).total_cmp(&(other.0[0] / other.0[1])));
        let (spent, wall) = rounds[ROUNDS / 2];
        rows.push(Row::new(
            &format!("(a) {name}: requests per CPU-second, of bare hyper's"),
            spent[0] / spent[1],
            "×",
            Goal::AtLeast(goal),
            format!(
                "{:.1} of {:.1} µs of CPU a request; by the clock {wall:.2}",
                spent[0] / 1e3,
                spent[1] / 1e3
            ),
        ));
    }
    regent.stop()
}

/// A user with a policy, a group and a role she may assume.
pub fn prepare(address: SocketAddr) -> anyhow::Result<Key> {
    let root = server::root();
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":["sts:AssumeRole","sts:SetSourceIdentity"]}}"#;
    let policy = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"iam:Get*","Resource":"arn:aws:iam::123456789012:user/${aws:username}"},
        {"Effect":"Allow","Action":["sts:AssumeRole","sts:SetSourceIdentity"],"Resource":"arn:aws:iam::123456789012:role/deploy"}]}"#;
    let mut connection = Connection::open(address)?;
    let mut call = |form: String| -> anyhow::Result<String> {
        let raw = load::request(address, &root, "iam", &format!("{form}&Version=2010-05-08"))?;
        let (status, body) = connection.call(&raw)?;
        let body = String::from_utf8_lossy(body).into_owned();
        anyhow::ensure!(status == 200, "{form}: {body}");
        Ok(body)
    };
    call("Action=CreateUser&UserName=ana".to_owned())?;
    call(format!("Action=PutUserPolicy&UserName=ana&PolicyName=self&PolicyDocument={}", escape(policy)))?;
    call(format!("Action=CreateRole&RoleName=deploy&AssumeRolePolicyDocument={}", escape(trust)))?;
    let key = call("Action=CreateAccessKey&UserName=ana".to_owned())?;
    let text = |element: &str| {
        let (_, rest) = key.split_once(&format!("<{element}>")).unwrap_or_default();
        rest.split('<').next().unwrap_or_default().to_owned()
    };
    Ok(Key { id: text("AccessKeyId"), secret: text("SecretAccessKey") })
}

/// Percent-encodes everything but unreserved characters.
pub fn escape(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}
